//! Two rigs with virtual time: [`Pair`], a client's and a server's session joined back to back,
//! and [`Peer`], one session against frames written by hand.

use crate::frame::{
    self, BlockFrame, Continuation, Data, ErrorCode, Flags, Frame, Head, Headers, Padding,
    RstStream, Settings, StreamId, WindowUpdate,
};
use crate::hpack;
use crate::proto::{
    BodyStore, Config, EventQueue, Field, FieldList, OwnedEvent, Session, SessionError, StreamKey,
};
use bytes::Bytes;
use std::time::Instant;

/// Where virtual time begins; nothing here waits.
#[allow(clippy::disallowed_methods, reason = "an instant can be had in no other way")]
pub(super) fn start() -> Instant {
    Instant::now()
}

pub(super) fn id(id: u32) -> StreamId {
    StreamId::new(id)
}

/// Fields from pairs of strings.
pub(super) fn fields<'a>(
    pairs: &'a [(&'a str, &'a str)],
) -> impl Iterator<Item = Field<'a>> + Clone {
    pairs.iter().map(|(name, value)| Field::new(name.as_bytes(), value.as_bytes()))
}

pub(super) const GET: &[(&str, &str)] =
    &[(":method", "GET"), (":scheme", "https"), (":authority", "example.org"), (":path", "/")];
pub(super) const POST: &[(&str, &str)] =
    &[(":method", "POST"), (":scheme", "https"), (":authority", "example.org"), (":path", "/")];
pub(super) const OK: &[(&str, &str)] = &[(":status", "200")];

/// `name: value` lines of a section.
pub(super) fn lines(fields: &FieldList) -> Vec<String> {
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    fields.iter().map(|field| format!("{}: {}", text(field.name), text(field.value))).collect()
}

/// An event in a line, for transcripts.
pub(super) fn line(event: &OwnedEvent) -> String {
    match event {
        OwnedEvent::Headers { stream, kind, fields, .. } => {
            format!("{} {kind:?} {}", stream.id, lines(fields).join(", "))
        }
        OwnedEvent::Data { stream, data, .. } => {
            format!("{} Data {}", stream.id, data.escape_ascii())
        }
        OwnedEvent::EndStream { stream } => format!("{} End", stream.id),
        OwnedEvent::StreamClosed { stream, code, by } => {
            format!("{} Closed {code} {by:?}", stream.id)
        }
        OwnedEvent::SessionError { error } => format!("Failed {}", error.code()),
        OwnedEvent::InvalidFrame { stream, offence } => format!("{stream} Invalid {offence:?}"),
        OwnedEvent::FrameNotSent { kind, id, code, .. } => format!("{id} NotSent {kind} {code}"),
        other => format!("{other:?}"),
    }
}

/// One session with its bodies and events.
pub(super) struct End {
    pub(super) session: Session,
    pub(super) bodies: BodyStore,
    pub(super) queue: EventQueue,
    pub(super) now: Instant,
}

impl End {
    pub(super) fn new(session: Session, now: Instant) -> End {
        End { session, bodies: BodyStore::new(), queue: EventQueue::new(), now }
    }

    /// Gives octets to the session in pieces of `chunk`.
    pub(super) fn receive(&mut self, octets: &[u8], chunk: usize) {
        for piece in octets.chunks(chunk.max(1)) {
            let mut rest = piece;
            while !rest.is_empty() {
                let taken = self.session.receive(self.now, rest, &mut self.queue);
                assert!(taken > 0, "a queue without limit has room");
                rest = &rest[taken..];
            }
        }
    }

    /// The reader takes `len` octets of a stream.
    pub(super) fn consume(&mut self, stream: StreamKey, len: u32) {
        self.session.consume(self.now, stream, len);
    }

    /// Everything the session wants to send, drawn in portions of at most `room` octets.
    pub(super) fn drain(&mut self, room: usize) -> Vec<u8> {
        let mut all = Vec::new();
        loop {
            let mut portion = Vec::new();
            let mut out = self.bodies.output(&mut portion, room);
            let more = self.session.transmit(self.now, &mut out, &mut self.queue);
            assert!(portion.len() <= room);
            assert!(!more || !portion.is_empty(), "nothing goes, though there is room");
            all.extend_from_slice(&portion);
            if !more {
                return all;
            }
        }
    }

    pub(super) fn events(&mut self) -> Vec<OwnedEvent> {
        std::iter::from_fn(|| self.queue.poll()).collect()
    }

    /// The events since the last call in lines, without those about settings.
    pub(super) fn log(&mut self) -> Vec<String> {
        let quiet = |event: &OwnedEvent| {
            matches!(event, OwnedEvent::Settings { .. } | OwnedEvent::SettingsAck { .. })
        };
        self.events().iter().filter(|event| !quiet(event)).map(line).collect()
    }

    /// The key of a stream that is open.
    pub(super) fn key(&self, stream: u32) -> StreamKey {
        self.session.stream(id(stream)).expect("the stream is open")
    }

    pub(super) fn send(&mut self, stream: u32, octets: &'static [u8], end: bool) {
        let key = self.key(stream);
        let octets = Bytes::from_static(octets);
        self.bodies.send(&mut self.session, key, octets, end).expect("the body can go on");
    }
}

/// A client and a server, joined.
pub(super) struct Pair {
    pub(super) client: End,
    pub(super) server: End,
    /// Octets that one `receive` gets.
    pub(super) chunk: usize,
    /// Octets that one `transmit` may write.
    pub(super) room: usize,
}

impl Pair {
    pub(super) fn new(client: Config, server: Config) -> Pair {
        let now = start();
        Pair {
            client: End::new(Session::client(client, now), now),
            server: End::new(Session::server(server, now), now),
            chunk: usize::MAX,
            room: usize::MAX,
        }
    }

    /// With defaults, past the exchange of SETTINGS.
    pub(super) fn ready() -> Pair {
        Pair::ready_with(Config::default(), Config::default())
    }

    pub(super) fn ready_with(client: Config, server: Config) -> Pair {
        let mut pair = Pair::new(client, server);
        pair.run();
        pair.client.events();
        pair.server.events();
        pair
    }

    /// Passes octets to and fro until both are silent.
    pub(super) fn run(&mut self) {
        loop {
            let up = self.client.drain(self.room);
            self.server.receive(&up, self.chunk);
            let down = self.server.drain(self.room);
            self.client.receive(&down, self.chunk);
            if up.is_empty() && down.is_empty() {
                return;
            }
        }
    }

    pub(super) fn request(&mut self, pairs: &[(&str, &str)], end: bool) -> StreamKey {
        let options = Default::default();
        self.client.session.request(fields(pairs), end, options).expect("a request can be made")
    }

    pub(super) fn respond(&mut self, stream: u32, pairs: &[(&str, &str)], end: bool) {
        let key = self.server.key(stream);
        self.server.session.respond(key, fields(pairs), end).expect("a response can be given");
    }
}

/// A session whose peer is played by the test.
pub(super) struct Peer {
    pub(super) end: End,
    packer: hpack::Encoder,
    unpacker: hpack::Decoder,
    decoder: frame::Decoder,
}

impl Peer {
    /// A server session that has had the preface, SETTINGS and the acknowledgement of its own.
    pub(super) fn of_server(config: Config) -> Peer {
        let mut peer = Peer::raw(Session::server(config, start()));
        peer.octets(frame::PREFACE);
        peer.settle();
        peer
    }

    /// A client session that has had SETTINGS and the acknowledgement of its own.
    pub(super) fn of_client(config: Config) -> Peer {
        let mut peer = Peer::raw(Session::client(config, start()));
        peer.settle();
        peer
    }

    /// A session that has had nothing.
    pub(super) fn raw(session: Session) -> Peer {
        Peer {
            end: End::new(session, start()),
            packer: hpack::Encoder::new(4096),
            unpacker: hpack::Decoder::new(4096),
            decoder: frame::Decoder::new(1 << 20),
        }
    }

    fn settle(&mut self) {
        self.write(|out| Settings::encode(&[], out));
        self.write(Settings::encode_ack);
        self.sent();
        self.end.events();
    }

    pub(super) fn octets(&mut self, octets: &[u8]) {
        self.end.receive(octets, usize::MAX);
    }

    /// Sends what `write` appends.
    pub(super) fn write(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let mut octets = Vec::new();
        write(&mut octets);
        self.octets(&octets);
    }

    /// Sends a frame of any kind.
    pub(super) fn frame(&mut self, kind: u8, flags: u8, stream: u32, payload: &[u8]) {
        let head = Head {
            length: u32::try_from(payload.len()).expect("a short payload"),
            kind: frame::FrameType(kind),
            flags: Flags(flags),
            stream: id(stream),
        };
        self.write(|out| {
            head.encode(out);
            out.extend_from_slice(payload);
        });
    }

    pub(super) fn headers(&mut self, stream: u32, pairs: &[(&str, &str)], end: bool) {
        let mut octets = Vec::new();
        let frame = BlockFrame::headers(&mut octets, id(stream), end, None);
        self.packer.encode(fields(pairs), &mut octets);
        frame.finish(&mut octets, 16_384, Padding::NONE);
        self.octets(&octets);
    }

    pub(super) fn promise(&mut self, stream: u32, promised: u32, pairs: &[(&str, &str)]) {
        let mut octets = Vec::new();
        let frame = BlockFrame::push_promise(&mut octets, id(stream), id(promised));
        self.packer.encode(fields(pairs), &mut octets);
        frame.finish(&mut octets, 16_384, Padding::NONE);
        self.octets(&octets);
    }

    pub(super) fn block(&mut self, pairs: &[(&str, &str)]) -> Vec<u8> {
        let mut block = Vec::new();
        self.packer.encode(fields(pairs), &mut block);
        block
    }

    pub(super) fn continuation(&mut self, stream: u32, fragment: &[u8], end_headers: bool) {
        let frame = Continuation { stream: id(stream), end_headers, fragment };
        self.write(|out| frame.encode(out));
    }

    pub(super) fn data(&mut self, stream: u32, octets: &[u8], end: bool) {
        self.write(|out| Data::encode(id(stream), octets, end, Padding::NONE, out));
    }

    pub(super) fn reset(&mut self, stream: u32, code: ErrorCode) {
        self.write(|out| RstStream { stream: id(stream), code }.encode(out));
    }

    pub(super) fn window_update(&mut self, stream: u32, increment: u32) {
        self.write(|out| WindowUpdate { stream: id(stream), increment }.encode(out));
    }

    /// What the session sent since the last call, a line for each frame.
    pub(super) fn sent(&mut self) -> Vec<String> {
        let octets = self.end.drain(usize::MAX);
        let mut rest = octets.strip_prefix(frame::PREFACE).unwrap_or(&octets);
        let mut lines = Vec::new();
        while let Some(frame) = self.decoder.decode(&mut rest).expect("the session sends frames") {
            lines.push(describe(&frame, &mut self.unpacker));
        }
        lines
    }

    pub(super) fn log(&mut self) -> Vec<String> {
        self.end.log()
    }

    /// The error that ended the session.
    pub(super) fn failure(&mut self) -> Option<SessionError> {
        self.end.events().into_iter().rev().find_map(|event| match event {
            OwnedEvent::SessionError { error } => Some(error),
            _ => None,
        })
    }
}

fn describe(frame: &Frame<'_>, unpacker: &mut hpack::Decoder) -> String {
    let mut section = |block: &[u8]| {
        let mut list = FieldList::new();
        unpacker.decode(block, &mut list).expect("the session's field blocks decode");
        lines(&list).join(", ")
    };
    match frame {
        Frame::Data(data) => {
            let end = if data.end_stream { " END" } else { "" };
            format!("DATA {} {}{end}", data.stream, String::from_utf8_lossy(data.payload))
        }
        Frame::Headers(Headers { stream, flags, fragment, .. }) => {
            let end = if flags.contains(Flags::END_STREAM) { " END" } else { "" };
            format!("HEADERS {stream} {}{end}", section(fragment))
        }
        Frame::PushPromise(push) => {
            format!("PUSH_PROMISE {} {} {}", push.stream, push.promised, section(push.fragment))
        }
        Frame::RstStream(frame) => format!("RST_STREAM {} {}", frame.stream, frame.code),
        Frame::Settings(frame) if frame.ack => "SETTINGS ACK".into(),
        Frame::Settings(frame) => {
            format!("SETTINGS {:?}", frame.entries().collect::<Vec<_>>())
        }
        Frame::Ping(frame) if frame.ack => format!("PING ACK {:?}", frame.payload),
        Frame::Ping(frame) => format!("PING {:?}", frame.payload),
        Frame::GoAway(frame) => format!("GOAWAY {} {}", frame.last, frame.code),
        Frame::WindowUpdate(frame) => {
            format!("WINDOW_UPDATE {} {}", frame.stream, frame.increment)
        }
        other => format!("{other:?}"),
    }
}
