//! The engine's events, written into the ring.

use std::borrow::Cow;

use super::events::{Ring, Told, word};
use super::opcodes::event as code;
use crate::proto::{
    Cause, Dependency, Direction, Event, FieldList, Flags, FrameNote, Head, HeadersKind, Payload,
    Reporting, Sink, StreamKey,
};

/// Takes a session's events during one call.
pub(super) struct Reporter<'a> {
    ring: &'a mut Ring,
    /// How the session's latest section was told; only what is received has sections.
    told: Option<&'a mut Told>,
    /// Address of the chunk being received; offsets of DATA count from there.
    base: usize,
    /// The request told of last, if its HEADERS ended it: they have said so.
    ended: Option<StreamKey>,
}

impl<'a> Reporter<'a> {
    /// For calls that receive nothing.
    pub(super) fn new(ring: &'a mut Ring) -> Self {
        Self { ring, told: None, base: 0, ended: None }
    }

    /// For a call that receives `chunk`.
    pub(super) fn receiving(ring: &'a mut Ring, told: &'a mut Told, chunk: &[u8]) -> Self {
        ring.points(false);
        Self { ring, told: Some(told), base: chunk.as_ptr().addr(), ended: None }
    }

    fn plain(&mut self, words: &[i32]) {
        self.ring.event(words.len(), 0, |writer| writer.put(words));
    }

    fn with_octets(&mut self, words: &[i32], octets: &[&[u8]]) {
        let length = octets.iter().map(|octets| octets.len()).sum();
        self.ring.event(words.len(), length, |writer| {
            writer.put(words);
            octets.iter().for_each(|octets| writer.octets(octets));
        });
    }

    fn headers(
        &mut self,
        stream: StreamKey,
        kind: HeadersKind,
        flags: u8,
        fields: &FieldList,
        section: u64,
    ) {
        let (kind, aux) = match kind {
            HeadersKind::Request => (0, 0),
            HeadersKind::Response => (1, 0),
            HeadersKind::Informational => (2, 0),
            HeadersKind::Trailers => (3, 0),
            HeadersKind::Push { parent } => (4, parent.slot.cast_signed()),
        };
        let [slot, id] = key(stream);
        let head = [code::HEADERS, slot, id, kind, i32::from(flags), aux, word(fields.len())];
        // A field takes at most four words; its octets count into the size of the list.
        let told = self.told.as_deref_mut();
        self.ring.event(head.len() + fields.len() * 4, fields.size() as usize, |writer| {
            writer.put(&head);
            writer.section(fields, section, told);
        });
    }

    fn data(&mut self, stream: StreamKey, data: &[u8], flow: u32) {
        // An empty slice may lie anywhere.
        let offset = if data.is_empty() { 0 } else { data.as_ptr().addr() - self.base };
        let [slot, id] = key(stream);
        let flow = flow.cast_signed();
        self.ring.points(true);
        self.plain(&[code::DATA, slot, id, word(offset), word(data.len()), flow]);
    }

    fn settings(&mut self, entries: &[(u16, u32)]) {
        self.ring.event(2 + entries.len() * 2, 0, |writer| {
            writer.put(&[code::SETTINGS, word(entries.len())]);
            for (id, value) in entries {
                writer.put(&[i32::from(*id), value.cast_signed()]);
            }
        });
    }

    fn origin<'o>(&mut self, origins: impl Iterator<Item = &'o [u8]> + Clone) {
        let count = origins.clone().count();
        let length = origins.clone().map(<[u8]>::len).sum();
        self.ring.event(2 + count, length, |writer| {
            writer.put(&[code::ORIGIN, word(count)]);
            for origin in origins {
                writer.put(&[word(origin.len())]);
                writer.octets(origin);
            }
        });
    }

    fn ping(&mut self, opcode: i32, payload: [u8; 8]) {
        #[cfg(feature = "fault-injection")]
        super::faults::receive(payload);
        let [a, b, c, d, rest @ ..] = payload;
        self.plain(&[opcode, i32::from_be_bytes([a, b, c, d]), i32::from_be_bytes(rest)]);
    }
}

/// Writes the event of a session that failed; the codes are a library's and a GOAWAY's.
pub(super) fn session_error(ring: &mut Ring, library: i32, wire: u32, reporting: Reporting) {
    let words = [code::SESSION_ERROR, library, wire.cast_signed(), reporting as i32];
    ring.event(words.len(), 0, |writer| writer.put(&words));
}

impl Sink for Reporter<'_> {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Headers { stream, kind, fields, flags, section } => {
                self.headers(stream, kind, flags, fields, section);
                let ended =
                    kind == HeadersKind::Request && Flags(flags).contains(Flags::END_STREAM);
                self.ended = ended.then_some(stream);
            }
            Event::Data { stream, data, flow_len } => self.data(stream, data, flow_len),
            Event::EndStream { stream } if self.ended == Some(stream) => {}
            Event::EndStream { stream } => {
                let [slot, id] = key(stream);
                self.plain(&[code::END, slot, id]);
            }
            Event::StreamClosed { stream, code: reason, by } => {
                let [slot, id] = key(stream);
                self.plain(&[code::CLOSED, slot, id, reason.0.cast_signed(), cause(by)]);
            }
            Event::Settings { entries } => self.settings(entries),
            Event::SettingsAck { remaining } => {
                self.plain(&[code::SETTINGS_ACK, word(remaining)]);
            }
            Event::Ping { payload } => self.ping(code::PING, payload),
            Event::PingAck { payload } => self.ping(code::PING_ACK, payload),
            Event::GoAway { last, code: reason, debug } => {
                let (reason, last) = (reason.0.cast_signed(), last.get().cast_signed());
                self.with_octets(&[code::GOAWAY, reason, last, word(debug.len())], &[debug]);
            }
            Event::AltSvc { stream, origin, value } => {
                let lengths = [word(origin.len()), word(value.len())];
                let id = stream.get().cast_signed();
                self.with_octets(&[code::ALTSVC, id, lengths[0], lengths[1]], &[origin, value]);
            }
            Event::Origin { origins } => self.origin(origins),
            Event::Priority { stream, priority } => {
                let (id, parent) = (stream.get(), priority.parent.get());
                let (weight, exclusive) = (priority.weight.into(), priority.exclusive.into());
                let (id, parent) = (id.cast_signed(), parent.cast_signed());
                self.plain(&[code::PRIORITY, id, parent, weight, exclusive]);
            }
            Event::PriorityUpdate { stream, value } => {
                let id = stream.get().cast_signed();
                self.with_octets(&[code::PRIORITY_UPDATE, id, word(value.len())], &[value]);
            }
            Event::UnknownFrame { kind, flags, stream, length } => {
                let (kind, flags) = (i32::from(kind), i32::from(flags));
                let id = stream.get().cast_signed();
                self.plain(&[code::UNKNOWN, kind, flags, id, length.cast_signed()]);
            }
            Event::FrameNotSent { kind, stream, id, code: reason } => {
                let slot = stream.map_or(-1, |stream| stream.slot.cast_signed());
                let id = id.get().cast_signed();
                self.plain(&[code::NOT_SENT, i32::from(kind), id, slot, reason]);
            }
            Event::InvalidFrame { stream, offence } => {
                let id = stream.get().cast_signed();
                self.plain(&[code::INVALID_FRAME, id, offence.library_code()]);
            }
            Event::SessionError { error } => {
                let (library, wire) = (error.library_code(), error.code().0);
                session_error(self.ring, library, wire, error.reporting());
            }
        }
    }

    fn frame(&mut self, note: &FrameNote<'_>) {
        let Head { length, kind, flags, stream } = note.head;
        let direction = i32::from(note.direction == Direction::Received);
        let (id, length) = (stream.get().cast_signed(), length.cast_signed());
        let (a, b, octets) = summary(&note.payload);
        let text = octets.len() + note.fields.map_or(0, |fields| fields.size() as usize);
        let count = note.fields.map_or(0, FieldList::len);
        let fields = if note.fields.is_some() { word(count) } else { -1 };
        let head =
            [code::FRAME, direction, kind.0.into(), flags.0.into(), id, length, a, b, fields];
        self.ring.event(head.len() + 1 + count * 4, text, |writer| {
            writer.put(&head);
            writer.put(&[word(octets.len())]);
            if let Some(fields) = note.fields {
                writer.lines(fields);
            }
            writer.octets(&octets);
        });
    }

    fn has_room(&self) -> bool {
        self.ring.has_room()
    }
}

/// What a payload says in two words and some octets: those of identifiers, codes and increments,
/// and of what is opaque or a list, as on the wire.
fn summary<'a>(payload: &'a Payload<'_>) -> (i32, i32, Cow<'a, [u8]>) {
    let nothing = Cow::Borrowed(&b""[..]);
    match payload {
        Payload::Priority(Dependency { parent, weight, exclusive })
        | Payload::Headers(Some(Dependency { parent, weight, exclusive })) => {
            let signal = i32::from(*weight) | i32::from(*exclusive) << 16;
            (parent.get().cast_signed(), signal, nothing)
        }
        Payload::RstStream(code) => (code.0.cast_signed(), 0, nothing),
        Payload::Settings(entries) => {
            let octets =
                |(id, value): (u16, u32)| id.to_be_bytes().into_iter().chain(value.to_be_bytes());
            (0, 0, entries.clone().flat_map(octets).collect())
        }
        Payload::PushPromise(promised) => (promised.get().cast_signed(), 0, nothing),
        Payload::Ping(data) => (0, 0, Cow::Borrowed(data)),
        Payload::GoAway { last, code, debug } => {
            (code.0.cast_signed(), last.get().cast_signed(), Cow::Borrowed(debug))
        }
        Payload::WindowUpdate(increment) => (increment.cast_signed(), 0, nothing),
        Payload::AltSvc { origin, value } => {
            (word(origin.len()), 0, Cow::Owned([*origin, *value].concat()))
        }
        Payload::Origin(origins) => {
            (0, 0, Cow::Owned(origins.clone().collect::<Vec<_>>().join(&b' ')))
        }
        Payload::PriorityUpdate { stream, value } => {
            (stream.get().cast_signed(), 0, Cow::Borrowed(value))
        }
        _ => (0, 0, nothing),
    }
}

fn key(stream: StreamKey) -> [i32; 2] {
    [stream.slot.cast_signed(), stream.id.get().cast_signed()]
}

fn cause(by: Cause) -> i32 {
    match by {
        Cause::Done => 0,
        Cause::Peer => 1,
        Cause::Engine => 2,
        Cause::Application => 3,
    }
}
