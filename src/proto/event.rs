//! What the embedder learns, and the two doors it opens for the session: [`Sink`] takes events
//! while input is parsed, [`Output`] takes octets while output is drawn.

use super::error::{Offence, SessionError};
use super::frame_note::FrameNote;
use crate::frame::{Dependency, ErrorCode, OriginEntries, StreamId};
use crate::hpack::FieldList;

/// Names one stream of one session: the slot it occupies, with its identifier as guard.
///
/// A slot is used again once its stream has closed; a key that outlived its stream is refused
/// because the identifier no longer matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StreamKey {
    /// Index of the slot, dense from 0.
    pub slot: u32,
    /// The stream's identifier, never zero.
    pub id: StreamId,
}

/// Takes events in the order in which they happened.
pub trait Sink {
    /// Takes one event. What it borrows is gone when the call returns.
    fn event(&mut self, event: Event<'_>);

    /// Takes note of a frame, if [`Session::observe_frames`](super::Session::observe_frames) asked
    /// for that: of a received one before the events it causes, of a sent one when it is drawn.
    fn frame(&mut self, _note: &FrameNote<'_>) {}

    /// Whether another event may come. When false, `receive` returns after the frame at hand
    /// and the rest of the input has to be offered again.
    fn has_room(&self) -> bool {
        true
    }
}

/// Takes what the session sends.
pub trait Output {
    /// Octets that may still be written now.
    fn room(&self) -> usize;

    /// Appends octets; never more than [`room`](Output::room).
    fn put(&mut self, octets: &[u8]);

    /// Appends the next `len` octets of that stream's body, announced with `Session::data`.
    fn body(&mut self, stream: StreamKey, len: usize);

    /// How many of `want` body octets could follow `overhead` octets of framing right now.
    /// An answer below `want` shortens the DATA frame, 0 ends this transmission. An output that
    /// refers to large bodies instead of holding them answers `want` when the framing fits.
    fn body_limit(&self, overhead: usize, want: usize) -> usize {
        self.room().saturating_sub(overhead).min(want)
    }
}

/// What role a field section plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadersKind {
    /// A request opens its stream.
    Request,
    /// The final response.
    Response,
    /// An interim response, status 1xx (RFC 9113 §8.1).
    Informational,
    /// The section after the body.
    Trailers,
    /// The request of a PUSH_PROMISE; the event's stream is the promised one.
    Push {
        /// The stream that carried the promise.
        parent: StreamKey,
    },
}

/// Who closed a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Both halves ended with END_STREAM.
    Done,
    /// The peer reset it, or refused it with GOAWAY.
    Peer,
    /// The session reset it over an offence of the peer or a limit.
    Engine,
    /// The application reset it.
    Application,
}

/// Something that happened in a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A field section is complete.
    Headers {
        /// The stream it belongs to (for a push, the promised one).
        stream: StreamKey,
        /// The role of the section.
        kind: HeadersKind,
        /// The fields, pseudo-fields first, in the order received.
        fields: &'a FieldList,
        /// Flags of the HEADERS or PUSH_PROMISE frame as they were on the wire, END_HEADERS
        /// included once the block is complete.
        flags: u8,
        /// Number of the section: another of the session that has the same one has the very same
        /// fields.
        section: u64,
    },
    /// A piece of a body. The slice is part of the input given to `receive`.
    Data {
        /// The stream it belongs to.
        stream: StreamKey,
        /// The octets; `consume` them when the reader has taken them.
        data: &'a [u8],
        /// What the piece costs in flow control, padding included. The padding is credited by
        /// the session itself.
        flow_len: u32,
    },
    /// The peer finished its half. Follows the `Headers` or `Data` it came with.
    EndStream {
        /// The stream.
        stream: StreamKey,
    },
    /// A stream is closed and its slot free. Exactly one for every stream that was announced or
    /// opened by a command, unless the session fails first.
    StreamClosed {
        /// The stream.
        stream: StreamKey,
        /// Its error code; NO_ERROR when both halves ended.
        code: ErrorCode,
        /// Who closed it.
        by: Cause,
    },
    /// The peer's SETTINGS, already applied and acknowledged.
    Settings {
        /// Identifier and value, in the order received.
        entries: &'a [(u16, u32)],
    },
    /// The peer acknowledged our oldest SETTINGS; they are in force.
    SettingsAck {
        /// How many are still unacknowledged.
        remaining: usize,
    },
    /// The peer's PING, already answered.
    Ping {
        /// Its opaque data.
        payload: [u8; 8],
    },
    /// The answer to a PING of ours.
    PingAck {
        /// The opaque data it was sent with.
        payload: [u8; 8],
    },
    /// The peer is going away. Streams of ours above `last` follow as closed.
    GoAway {
        /// Highest stream of ours that it processed or may process.
        last: StreamId,
        /// Why.
        code: ErrorCode,
        /// Additional debug data.
        debug: &'a [u8],
    },
    /// An alternative service (RFC 7838 §4).
    AltSvc {
        /// Zero for the connection form.
        stream: StreamId,
        /// The origin; empty in the stream form.
        origin: &'a [u8],
        /// The Alt-Svc field value.
        value: &'a [u8],
    },
    /// The server's origin set (RFC 8336 §2).
    Origin {
        /// One origin in ASCII after the other.
        origins: OriginEntries<'a>,
    },
    /// A priority signal of RFC 7540 §5.3, from a PRIORITY frame or a HEADERS frame.
    Priority {
        /// The stream it speaks of; may be idle or closed.
        stream: StreamId,
        /// What it depends on.
        priority: Dependency,
    },
    /// A priority signal of RFC 9218 §7.1, already applied when the stream is open.
    PriorityUpdate {
        /// The stream it speaks of; may be idle.
        stream: StreamId,
        /// The Priority field value.
        value: &'a [u8],
    },
    /// A frame of a type unknown to the session; it was skipped.
    UnknownFrame {
        /// Its type.
        kind: u8,
        /// Its flags.
        flags: u8,
        /// Its stream.
        stream: StreamId,
        /// The length of its payload.
        length: u32,
    },
    /// A frame that the application asked for could not be sent.
    FrameNotSent {
        /// Its type.
        kind: u8,
        /// Its stream, when that is open.
        stream: Option<StreamKey>,
        /// Its stream's identifier, zero for the connection.
        id: StreamId,
        /// The library code of the reason (see [`Offence::library_code`]).
        code: i32,
    },
    /// The peer broke a rule in a way that cost it one stream.
    InvalidFrame {
        /// The stream.
        stream: StreamId,
        /// What it did.
        offence: Offence,
    },
    /// The session failed: the last event. Every open stream ended with it, without an event of
    /// its own, and `receive` does nothing from here on.
    SessionError {
        /// What happened.
        error: SessionError,
    },
}
