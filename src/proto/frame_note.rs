//! What a watcher learns of a frame, and how that reads as text.

use crate::frame::{
    AltSvc, Dependency, ErrorCode, Flags, Frame, FrameErrorKind, FrameType, Head, OriginEntries,
    SettingsEntries, StreamId, setting,
};
use crate::hpack::{Field, FieldList};
use std::fmt;

/// Fields whose values are nobody's business in a log, besides those that are never indexed.
const MASKED: [&[u8]; 4] = [b"authorization", b"proxy-authorization", b"cookie", b"set-cookie"];

/// Which way a frame went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the peer.
    Sent,
    /// From the peer.
    Received,
}

/// One frame that went by.
///
/// [`Display`](fmt::Display) prints it for people: a line with the type, the head and what the
/// payload says, then a line for each field or setting. The values of authorization,
/// proxy-authorization, cookie and set-cookie and of fields that are never indexed are masked;
/// octets outside of printable ASCII are escaped.
#[derive(Clone, Debug)]
pub struct FrameNote<'a> {
    /// Which way it went.
    pub direction: Direction,
    /// Its head, as on the wire.
    pub head: Head,
    /// What its payload says.
    pub payload: Payload<'a>,
    /// The decoded field section, with the frame that completes it: HEADERS or PUSH_PROMISE with
    /// END_HEADERS, else the last CONTINUATION. `None` where it could not be decoded.
    pub fields: Option<&'a FieldList>,
}

/// What a frame's payload says beside a field section.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// Nothing that is kept: DATA, CONTINUATION, acknowledgements, unknown types.
    Opaque,
    /// HEADERS, with the priority signal that may be in it.
    Headers(Option<Dependency>),
    /// PRIORITY.
    Priority(Dependency),
    /// RST_STREAM.
    RstStream(ErrorCode),
    /// SETTINGS: identifiers and values.
    Settings(SettingsEntries<'a>),
    /// PUSH_PROMISE: the promised stream.
    PushPromise(StreamId),
    /// PING: its opaque data.
    Ping([u8; 8]),
    /// GOAWAY.
    GoAway {
        /// The highest stream that was or may be processed.
        last: StreamId,
        /// Why.
        code: ErrorCode,
        /// Additional debug data.
        debug: &'a [u8],
    },
    /// WINDOW_UPDATE: the increment.
    WindowUpdate(u32),
    /// ALTSVC.
    AltSvc {
        /// The origin; empty in the stream form.
        origin: &'a [u8],
        /// The Alt-Svc field value.
        value: &'a [u8],
    },
    /// ORIGIN: one origin after the other.
    Origin(OriginEntries<'a>),
    /// PRIORITY_UPDATE.
    PriorityUpdate {
        /// The stream it speaks of.
        stream: StreamId,
        /// The Priority field value.
        value: &'a [u8],
    },
    /// Nothing that could be read: the frame breaks the rules of its type.
    Malformed(FrameErrorKind),
}

impl<'a> Payload<'a> {
    pub(super) fn of(frame: &Frame<'a>) -> Payload<'a> {
        match frame {
            Frame::Headers(frame) => Payload::Headers(frame.dependency),
            Frame::Priority(frame) => Payload::Priority(frame.dependency),
            Frame::RstStream(frame) => Payload::RstStream(frame.code),
            Frame::Settings(frame) if !frame.ack => Payload::Settings(frame.entries()),
            Frame::PushPromise(frame) => Payload::PushPromise(frame.promised),
            Frame::Ping(frame) => Payload::Ping(frame.payload),
            Frame::GoAway(frame) => {
                Payload::GoAway { last: frame.last, code: frame.code, debug: frame.debug }
            }
            Frame::WindowUpdate(frame) => Payload::WindowUpdate(frame.increment),
            Frame::AltSvc(AltSvc { origin, value, .. }) => Payload::AltSvc { origin, value },
            Frame::Origin(frame) => Payload::Origin(frame.entries()),
            Frame::PriorityUpdate(frame) => {
                Payload::PriorityUpdate { stream: frame.prioritized, value: frame.value }
            }
            Frame::Data(_) | Frame::Settings(_) | Frame::Continuation(_) | Frame::Unknown(_) => {
                Payload::Opaque
            }
        }
    }
}

impl fmt::Display for FrameNote<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Head { length, kind, flags, stream } = self.head;
        let direction = match self.direction {
            Direction::Sent => "send",
            Direction::Received => "recv",
        };
        write!(f, "{direction} {kind} stream={stream} length={length}")?;
        write_flags(f, flags, kind)?;
        self.payload.fmt(f)?;
        for field in self.fields.into_iter().flat_map(FieldList::iter) {
            write_field(f, &field)?;
        }
        if self.fields.is_some_and(FieldList::truncated) {
            f.write_str("\n    (the rest exceeds the limits)")?;
        }
        Ok(())
    }
}

/// The rest of the line, and lines for what there is more than one of.
impl fmt::Display for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Payload::Opaque | Payload::Headers(None) => Ok(()),
            Payload::Headers(Some(dependency)) | Payload::Priority(dependency) => {
                let Dependency { parent, weight, exclusive } = dependency;
                let exclusive = if *exclusive { " exclusive" } else { "" };
                write!(f, " parent={parent} weight={weight}{exclusive}")
            }
            Payload::RstStream(code) => write!(f, " code={code}"),
            Payload::Settings(entries) => {
                entries.clone().try_for_each(|(id, value)| match setting::name(id) {
                    Some(name) => write!(f, "\n    {name}: {value}"),
                    None => write!(f, "\n    {id:#x}: {value}"),
                })
            }
            Payload::PushPromise(promised) => write!(f, " promised={promised}"),
            Payload::Ping(data) => write!(f, " data={:016x}", u64::from_be_bytes(*data)),
            Payload::GoAway { last, code, debug } => {
                write!(f, " code={code} last={last}")?;
                if debug.is_empty() { Ok(()) } else { write!(f, " debug=\"{}\"", Text(debug)) }
            }
            Payload::WindowUpdate(increment) => write!(f, " increment={increment}"),
            Payload::AltSvc { origin, value } => {
                write!(f, " origin=\"{}\" value=\"{}\"", Text(origin), Text(value))
            }
            Payload::Origin(origins) => {
                origins.clone().try_for_each(|origin| write!(f, "\n    {}", Text(origin)))
            }
            Payload::Malformed(kind) => write!(f, " error=\"{}\"", kind.describe()),
            Payload::PriorityUpdate { stream, value } => {
                write!(f, " prioritized={stream} value=\"{}\"", Text(value))
            }
        }
    }
}

/// Flags by name; what the type does not define, as a number.
fn write_flags(f: &mut fmt::Formatter<'_>, flags: Flags, kind: FrameType) -> fmt::Result {
    let (mut separator, mut rest) = (" flags=", flags.0);
    for (flag, name) in Flags::defined_for(kind) {
        if flags.contains(*flag) {
            write!(f, "{separator}{name}")?;
            (separator, rest) = ("|", rest & !flag.0);
        }
    }
    if rest != 0 { write!(f, "{separator}{rest:#x}") } else { Ok(()) }
}

fn write_field(f: &mut fmt::Formatter<'_>, field: &Field<'_>) -> fmt::Result {
    let listed = MASKED.iter().any(|name| name.eq_ignore_ascii_case(field.name));
    let name = Text(field.name);
    if field.sensitive || listed {
        write!(f, "\n    {name}: <masked>")
    } else {
        write!(f, "\n    {name}: {}", Text(field.value))
    }
}

/// Octets of a peer's as text that can neither begin a line nor steer a terminal.
struct Text<'a>(&'a [u8]);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|octet| match octet {
            b' '..=b'~' => fmt::Write::write_char(f, char::from(*octet)),
            _ => write!(f, "\\x{octet:02x}"),
        })
    }
}
