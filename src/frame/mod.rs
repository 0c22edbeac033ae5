//! HTTP/2 frames on the wire (RFC 9113 §4, §6), and nothing above them.
//!
//! [`Decoder`] turns octets into [`Frame`]s at whatever boundaries they arrive; every frame type
//! knows how to append itself to a buffer. Only syntax is judged here: lengths, padding, and
//! whether a frame belongs on stream 0. What a frame means in its stream's state is the business
//! of [`proto`](crate::proto); field blocks are opaque octets.
//!
//! ```
//! use rust_http2::frame::{Decoder, Frame, Ping};
//!
//! let mut wire = Vec::new();
//! Ping { ack: false, payload: *b"12345678" }.encode(&mut wire);
//!
//! let mut decoder = Decoder::new(16_384);
//! let mut input = &wire[..];
//! let frame = decoder.decode(&mut input).unwrap();
//! assert!(matches!(frame, Some(Frame::Ping(ping)) if &ping.payload == b"12345678"));
//! assert!(input.is_empty());
//! ```

mod altsvc;
mod continuation;
mod data;
mod decoder;
mod encoder;
mod error;
mod error_code;
mod flags;
mod frame_type;
mod goaway;
mod head;
mod headers;
mod origin;
mod padding;
mod ping;
mod priority;
mod priority_update;
mod push_promise;
mod rst_stream;
mod settings;
mod stream_id;
mod window_update;

#[cfg(test)]
mod tests;

pub use altsvc::AltSvc;
pub use continuation::Continuation;
pub use data::Data;
pub use decoder::Decoder;
pub(crate) use decoder::reread;
pub use encoder::BlockFrame;
pub use error::{FrameError, FrameErrorKind};
pub use error_code::ErrorCode;
pub use flags::Flags;
pub use frame_type::FrameType;
pub use goaway::GoAway;
pub use head::Head;
pub use headers::Headers;
pub use origin::{Origin, OriginEntries};
pub use padding::{Padding, ZEROS};
pub use ping::Ping;
pub use priority::{Dependency, Priority};
pub use priority_update::PriorityUpdate;
pub use push_promise::PushPromise;
pub use rst_stream::RstStream;
pub use settings::{Settings, SettingsEntries, setting};
pub use stream_id::StreamId;
pub use window_update::WindowUpdate;

/// The octets a client sends before its first frame (RFC 9113 §3.4).
pub const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// The initial and smallest SETTINGS_MAX_FRAME_SIZE, in octets of payload (RFC 9113 §6.5.2).
pub const MIN_MAX_FRAME_SIZE: u32 = 1 << 14;

/// The largest SETTINGS_MAX_FRAME_SIZE, all that 24 bits of length can say (RFC 9113 §6.5.2).
pub const MAX_MAX_FRAME_SIZE: u32 = (1 << 24) - 1;

/// One frame as received; borrows from the input or from the decoder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A piece of a DATA frame, §6.1.
    Data(Data<'a>),
    /// HEADERS, §6.2.
    Headers(Headers<'a>),
    /// PRIORITY, §6.3.
    Priority(Priority),
    /// RST_STREAM, §6.4.
    RstStream(RstStream),
    /// SETTINGS, §6.5.
    Settings(Settings<'a>),
    /// PUSH_PROMISE, §6.6.
    PushPromise(PushPromise<'a>),
    /// PING, §6.7.
    Ping(Ping),
    /// GOAWAY, §6.8.
    GoAway(GoAway<'a>),
    /// WINDOW_UPDATE, §6.9.
    WindowUpdate(WindowUpdate),
    /// CONTINUATION, §6.10.
    Continuation(Continuation<'a>),
    /// ALTSVC, RFC 7838 §4.
    AltSvc(AltSvc<'a>),
    /// ORIGIN, RFC 8336 §2.
    Origin(Origin<'a>),
    /// PRIORITY_UPDATE, RFC 9218 §7.1.
    PriorityUpdate(PriorityUpdate<'a>),
    /// A type this crate does not know; its payload is skipped (§4.1).
    Unknown(Head),
}

impl Frame<'_> {
    /// The type of this frame.
    pub fn kind(&self) -> FrameType {
        match self {
            Frame::Data(_) => FrameType::DATA,
            Frame::Headers(_) => FrameType::HEADERS,
            Frame::Priority(_) => FrameType::PRIORITY,
            Frame::RstStream(_) => FrameType::RST_STREAM,
            Frame::Settings(_) => FrameType::SETTINGS,
            Frame::PushPromise(_) => FrameType::PUSH_PROMISE,
            Frame::Ping(_) => FrameType::PING,
            Frame::GoAway(_) => FrameType::GOAWAY,
            Frame::WindowUpdate(_) => FrameType::WINDOW_UPDATE,
            Frame::Continuation(_) => FrameType::CONTINUATION,
            Frame::AltSvc(_) => FrameType::ALTSVC,
            Frame::Origin(_) => FrameType::ORIGIN,
            Frame::PriorityUpdate(_) => FrameType::PRIORITY_UPDATE,
            Frame::Unknown(head) => head.kind,
        }
    }

    /// The stream in this frame's head; 0 for what concerns the connection.
    pub fn stream(&self) -> StreamId {
        match self {
            Frame::Data(frame) => frame.stream,
            Frame::Headers(frame) => frame.stream,
            Frame::Priority(frame) => frame.stream,
            Frame::RstStream(frame) => frame.stream,
            Frame::PushPromise(frame) => frame.stream,
            Frame::WindowUpdate(frame) => frame.stream,
            Frame::Continuation(frame) => frame.stream,
            Frame::AltSvc(frame) => frame.stream,
            Frame::Origin(frame) => frame.stream,
            Frame::Unknown(head) => head.stream,
            Frame::Settings(_) | Frame::Ping(_) | Frame::GoAway(_) | Frame::PriorityUpdate(_) => {
                StreamId::ZERO
            }
        }
    }
}

/// Four octets from `at` on as a number; the callers have checked the length.
fn u32_at(octets: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([octets[at], octets[at + 1], octets[at + 2], octets[at + 3]])
}

/// The length of a payload as a head says it. A caller that exceeds 24 bits is at fault, since
/// no SETTINGS_MAX_FRAME_SIZE allows it.
fn wire_length(len: usize) -> u32 {
    let length = u32::try_from(len).unwrap_or(u32::MAX);
    assert!(length <= MAX_MAX_FRAME_SIZE, "a frame payload has at most 2^24-1 octets");
    length
}
