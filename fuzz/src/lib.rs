//! What the session targets share: a sink that holds the session to its promises, and an output
//! whose bodies the other end can check.

use std::collections::HashMap;

use rust_http2::frame::{Decoder, Frame, MAX_MAX_FRAME_SIZE, PREFACE};
use rust_http2::proto::{
    Cause, Event, FieldList, FrameNote, HeadersKind, Output, SessionError, Sink, StreamKey,
};

/// The octet at `position` of every body on stream `id`.
pub fn body_octet(id: u32, position: u64) -> u8 {
    (position.wrapping_mul(31) ^ u64::from(id)).to_le_bytes()[0]
}

/// What a session told of one stream.
#[derive(Debug, Default)]
pub struct Told {
    pub key: Option<StreamKey>,
    /// Octets of body received.
    pub received: u64,
    /// Octets received and not yet consumed.
    pub unconsumed: u32,
    /// A request, final response or push was received.
    pub message: bool,
    pub end: bool,
    pub closed: Option<Cause>,
}

/// Notes events and checks their order: nothing after the end of a stream or of the session.
#[derive(Debug, Default)]
pub struct Witness {
    pub streams: HashMap<u32, Told>,
    pub error: Option<SessionError>,
    /// Whether bodies are those of [`Pipe`].
    pub check_bodies: bool,
    /// The sections told of, by number.
    pub sections: HashMap<u64, FieldList>,
}

impl Witness {
    /// A stream of our own making.
    pub fn opened(&mut self, key: StreamKey) {
        let told = self.streams.entry(key.id.get()).or_default();
        assert!(told.key.is_none(), "an identifier is used once");
        told.key = Some(key);
    }

    pub fn open(&self) -> impl Iterator<Item = (StreamKey, &Told)> {
        let open = self.streams.values().filter(|told| told.closed.is_none());
        open.filter_map(|told| told.key.map(|key| (key, told)))
    }

    fn told(&mut self, stream: StreamKey) -> &mut Told {
        let told = self.streams.entry(stream.id.get()).or_default();
        assert_eq!(told.key, Some(stream), "the stream was announced under this key");
        assert_eq!(told.closed, None, "{stream:?} is closed");
        told
    }

    fn headers(&mut self, stream: StreamKey, kind: HeadersKind) {
        if matches!(kind, HeadersKind::Request | HeadersKind::Push { .. }) {
            self.opened(stream);
        }
        let told = self.told(stream);
        assert!(!told.end, "a section after the end");
        told.message |= kind != HeadersKind::Informational;
    }

    fn data(&mut self, stream: StreamKey, data: &[u8], flow_len: u32) {
        assert!(flow_len as usize >= data.len());
        let check = self.check_bodies;
        let told = self.told(stream);
        assert!(!told.end, "data after the end");
        for (&octet, position) in data.iter().zip(told.received..) {
            assert!(!check || octet == body_octet(stream.id.get(), position));
        }
        told.received += data.len() as u64;
        told.unconsumed += data.len() as u32;
    }
}

impl Sink for Witness {
    fn event(&mut self, event: Event<'_>) {
        assert_eq!(self.error, None, "an event after the last one: {event:?}");
        match event {
            Event::Headers { stream, kind, fields, section, .. } => {
                let before = self.sections.entry(section).or_insert_with(|| fields.clone());
                assert!(before.iter().eq(fields), "another section of that number");
                assert!(fields.iter().all(|field| field.name.len() + field.value.len() < 1 << 20));
                self.headers(stream, kind);
            }
            Event::Data { stream, data, flow_len } => self.data(stream, data, flow_len),
            Event::EndStream { stream } => {
                let told = self.told(stream);
                assert!(!told.end, "two ends");
                told.end = true;
            }
            Event::StreamClosed { stream, by, .. } => {
                let told = self.told(stream);
                // On a promised stream the server is sent nothing.
                let ended = told.end || stream.id.is_server();
                assert!(by != Cause::Done || ended, "done without an end");
                told.closed = Some(by);
            }
            Event::SessionError { error } => self.error = Some(error),
            _ => {}
        }
    }

    fn frame(&mut self, note: &FrameNote<'_>) {
        assert!(!note.to_string().chars().any(|char| char.is_control() && char != '\n'));
    }
}

/// What a session has sent and the other end not read.
#[derive(Debug, Default)]
pub struct Pipe {
    pub octets: Vec<u8>,
    /// Octets the pipe takes now.
    pub room: usize,
    /// Octets of body written, by stream.
    pub written: HashMap<u32, u64>,
}

impl Output for Pipe {
    fn room(&self) -> usize {
        self.room
    }

    fn put(&mut self, octets: &[u8]) {
        self.room = self.room.checked_sub(octets.len()).expect("no more than there is room for");
        self.octets.extend_from_slice(octets);
    }

    fn body(&mut self, stream: StreamKey, len: usize) {
        self.room = self.room.checked_sub(len).expect("no more than there is room for");
        let id = stream.id.get();
        let written = self.written.entry(id).or_default();
        let positions = *written..*written + len as u64;
        self.octets.extend(positions.map(|position| body_octet(id, position)));
        *written += len as u64;
    }
}

/// Checks that octets sent by a session are frames.
#[derive(Debug)]
pub struct Reader {
    decoder: Decoder,
    preface: &'static [u8],
    /// Whether GOAWAY was among them.
    pub goaway: bool,
}

impl Reader {
    pub fn new(client: bool) -> Reader {
        let preface = if client { &PREFACE[..] } else { &[] };
        Reader { decoder: Decoder::new(MAX_MAX_FRAME_SIZE), preface, goaway: false }
    }

    pub fn read(&mut self, mut sent: &[u8]) {
        let len = self.preface.len().min(sent.len());
        assert_eq!(sent[..len], self.preface[..len]);
        self.preface = &self.preface[len..];
        sent = &sent[len..];
        while let Some(frame) = self.decoder.decode(&mut sent).expect("a well-formed frame") {
            assert!(!matches!(frame, Frame::Unknown(_)));
            self.goaway |= matches!(frame, Frame::GoAway(_));
        }
    }
}
