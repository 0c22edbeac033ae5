use std::fmt;

use super::{ErrorCode, Head};

/// What is wrong with a frame's form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameErrorKind {
    /// Longer than SETTINGS_MAX_FRAME_SIZE (RFC 9113 §4.2).
    Oversized,
    /// A length that the type or its flags do not allow (RFC 9113 §4.2).
    BadLength,
    /// Padding that does not fit into the payload (RFC 9113 §6.1).
    BadPadding,
    /// On the connection, though it belongs on a stream.
    StreamZero,
    /// On a stream, though it belongs on the connection.
    StreamNotZero,
    /// A length inside the payload that does not agree with the payload's: ALTSVC, ORIGIN.
    Malformed,
}

impl FrameErrorKind {
    /// The wire code for this offence.
    pub const fn code(self) -> ErrorCode {
        match self {
            FrameErrorKind::Oversized | FrameErrorKind::BadLength | FrameErrorKind::Malformed => {
                ErrorCode::FRAME_SIZE_ERROR
            }
            FrameErrorKind::BadPadding
            | FrameErrorKind::StreamZero
            | FrameErrorKind::StreamNotZero => ErrorCode::PROTOCOL_ERROR,
        }
    }

    /// What is wrong, in a few words.
    pub const fn describe(self) -> &'static str {
        match self {
            FrameErrorKind::Oversized => "longer than allowed",
            FrameErrorKind::BadLength => "an invalid length",
            FrameErrorKind::BadPadding => "more padding than payload",
            FrameErrorKind::StreamZero => "on the connection, not on a stream",
            FrameErrorKind::StreamNotZero => "on a stream, not on the connection",
            FrameErrorKind::Malformed => "a malformed payload",
        }
    }

    /// This offence, committed by the frame of `head`.
    pub(super) fn of(self, head: &Head) -> FrameError {
        FrameError { kind: self, head: *head }
    }
}

/// A frame whose form breaks the protocol. The decoder skips what remains of it, so that decoding
/// may go on where the offence reaches no further than its stream, or is to be ignored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FrameError {
    /// The offence.
    pub kind: FrameErrorKind,
    /// The frame's head, as on the wire.
    pub head: Head,
}

impl FrameError {
    /// The wire code for this offence.
    pub const fn code(&self) -> ErrorCode {
        self.kind.code()
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let FrameError { kind, head: Head { kind: frame, stream, .. } } = self;
        match kind {
            FrameErrorKind::Oversized => write!(f, "{frame} is longer than allowed"),
            FrameErrorKind::BadLength => write!(f, "{frame} has an invalid length"),
            FrameErrorKind::BadPadding => write!(f, "{frame} has more padding than payload"),
            FrameErrorKind::StreamZero => write!(f, "{frame} on stream 0"),
            FrameErrorKind::StreamNotZero => write!(f, "{frame} on stream {stream}, not on 0"),
            FrameErrorKind::Malformed => write!(f, "{frame} has a malformed payload"),
        }
    }
}

impl std::error::Error for FrameError {}

/// Fails a frame of exactly `length` octets that has another length.
pub(super) fn exact_length(head: &Head, length: u32) -> Result<(), FrameErrorKind> {
    if head.length == length { Ok(()) } else { Err(FrameErrorKind::BadLength) }
}

/// Fails a frame too short for its mandatory `length` octets.
pub(super) fn least_length(head: &Head, length: u32) -> Result<(), FrameErrorKind> {
    if head.length >= length { Ok(()) } else { Err(FrameErrorKind::BadLength) }
}

/// Fails a frame that belongs on a stream and is on the connection.
pub(super) fn on_stream(head: &Head) -> Result<(), FrameErrorKind> {
    if head.stream.is_zero() { Err(FrameErrorKind::StreamZero) } else { Ok(()) }
}

/// Fails a frame that belongs on the connection and is on a stream.
pub(super) fn on_connection(head: &Head) -> Result<(), FrameErrorKind> {
    if head.stream.is_zero() { Ok(()) } else { Err(FrameErrorKind::StreamNotZero) }
}
