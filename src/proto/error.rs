//! Who is to blame and how far it reaches.
//!
//! An [`Offence`] is the peer's doing (or a limit of ours that the peer ran into); it costs a
//! stream or the session. The other enums are what a command answers when the caller asked for
//! something that cannot be, one narrow enum per kind of command.

use crate::frame::{ErrorCode, FrameErrorKind, FrameType, StreamId};
use std::fmt;

/// How far the consequence of an offence goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// One stream: it is reset (RFC 9113 §5.4.2).
    Stream,
    /// The session: it ends with GOAWAY (RFC 9113 §5.4.1).
    Session,
}

/// What a peer did wrong, or which of our limits it ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Offence {
    /// The connection did not begin with the preface (RFC 9113 §3.4).
    BadPreface,
    /// The first frame was not SETTINGS (RFC 9113 §3.4).
    SettingsExpected,
    /// A frame was malformed by itself (RFC 9113 §4.2, §6).
    Frame(FrameErrorKind),
    /// A field block did not decode (RFC 9113 §4.3).
    Compression,
    /// A field block was interrupted, or CONTINUATION came without one (RFC 9113 §6.10).
    UnexpectedContinuation,
    /// More CONTINUATION frames than the limit.
    TooManyContinuations,
    /// More SETTINGS entries in one frame than the limit.
    TooManySettings,
    /// PINGs or SETTINGS faster than their acknowledgements are read.
    Flood,
    /// More RST_STREAM frames than the budget.
    ResetFlood,
    /// More offences of stream reach than the limit.
    TooManyInvalidFrames,
    /// More streams refused for want of memory than the limit.
    TooManyRejectedStreams,
    /// A SETTINGS value out of its range (RFC 9113 §6.5.2, RFC 8441 §3).
    BadSettingValue,
    /// SETTINGS_INITIAL_WINDOW_SIZE out of its range, or it made a window overflow
    /// (RFC 9113 §6.9.2).
    BadInitialWindowSize,
    /// A SETTINGS acknowledgement without SETTINGS.
    UnexpectedSettingsAck,
    /// Our SETTINGS were not acknowledged in time (RFC 9113 §6.5.3).
    SettingsTimeout,
    /// A PING acknowledgement without PING.
    UnexpectedPingAck,
    /// A frame that opens no stream on an idle stream (RFC 9113 §5.1).
    IdleStream,
    /// A frame on a stream reserved for the other direction (RFC 9113 §5.1).
    ReservedStream,
    /// A stream identifier of the wrong parity, or not above all before it (RFC 9113 §5.1.1).
    BadStreamId,
    /// DATA or HEADERS after the peer's END_STREAM, with the stream still half open
    /// (RFC 9113 §5.1).
    HalfClosedStream,
    /// DATA or HEADERS on a stream that both sides had ended (RFC 9113 §5.1).
    ClosedStream,
    /// DATA or HEADERS on a stream that the peer had reset (RFC 9113 §5.1).
    ResetStream,
    /// The peer exceeded our acknowledged SETTINGS_MAX_CONCURRENT_STREAMS (RFC 9113 §5.1.2).
    TooManyStreams,
    /// One stream too many while the limit was not yet acknowledged.
    RefusedStream,
    /// A push where none is allowed (RFC 9113 §8.4).
    PushNotAllowed,
    /// More promised streams than the limit.
    TooManyPushes,
    /// DATA beyond the connection window (RFC 9113 §6.9).
    ConnectionWindow,
    /// DATA beyond the stream window (RFC 9113 §6.9).
    StreamWindow,
    /// WINDOW_UPDATE made the connection window exceed 2^31-1 (RFC 9113 §6.9.1).
    ConnectionWindowOverflow,
    /// WINDOW_UPDATE made a stream window exceed 2^31-1 (RFC 9113 §6.9.1).
    StreamWindowOverflow,
    /// WINDOW_UPDATE with increment 0 (RFC 9113 §6.9).
    ZeroIncrement,
    /// GOAWAY with a higher last stream than before, or one that is not ours (RFC 9113 §6.8).
    BadLastStreamId,
    /// A stream that depends on itself (RFC 7540 §5.3.1).
    SelfDependency,
    /// PRIORITY_UPDATE from a server, or for the connection (RFC 9218 §7.1).
    BadPriorityUpdate,
    /// A field that RFC 9113 §8.2 forbids: its name, its value, or connection-specific.
    BadField,
    /// Pseudo-fields missing, repeated, unknown, misplaced or malformed (RFC 9113 §8.3).
    BadPseudoField,
    /// Content-length malformed, repeated or unlike the body (RFC 9113 §8.1.1).
    BadContentLength,
    /// More DATA than content-length said, where `surplus_data_ends_session` is set.
    SurplusData,
    /// A section that has no place in the message: trailers without END_STREAM, an interim
    /// response with it (RFC 9113 §8.1).
    BadMessage,
    /// DATA before the final response (RFC 9113 §8.1).
    EarlyData,
    /// A field section beyond our limits of size or number.
    HeaderListTooLarge,
    /// The session holds as much for its streams as it may.
    MemoryExhausted,
}

impl Offence {
    /// The code that goes on the wire, in RST_STREAM or GOAWAY.
    pub fn code(self) -> ErrorCode {
        use Offence::*;
        match self {
            Frame(kind) => kind.code(),
            Compression => ErrorCode::COMPRESSION_ERROR,
            TooManyContinuations
            | TooManySettings
            | Flood
            | TooManyInvalidFrames
            | TooManyRejectedStreams
            | HeaderListTooLarge
            | MemoryExhausted => ErrorCode::ENHANCE_YOUR_CALM,
            // Node's choice.
            ResetFlood => ErrorCode::INTERNAL_ERROR,
            HalfClosedStream | ClosedStream | ResetStream => ErrorCode::STREAM_CLOSED,
            RefusedStream => ErrorCode::REFUSED_STREAM,
            TooManyPushes => ErrorCode::CANCEL,
            SettingsTimeout => ErrorCode::SETTINGS_TIMEOUT,
            ConnectionWindow
            | StreamWindow
            | ConnectionWindowOverflow
            | StreamWindowOverflow
            | BadInitialWindowSize => ErrorCode::FLOW_CONTROL_ERROR,
            _ => ErrorCode::PROTOCOL_ERROR,
        }
    }

    /// The negative number by which Node's errors know it (`errno` of ERR_HTTP2_ERROR).
    pub fn library_code(self) -> i32 {
        use Offence::*;
        match self {
            BadPreface => -903,
            Flood => -904,
            TooManyContinuations => -905,
            TooManyInvalidFrames | TooManyRejectedStreams => -902,
            ConnectionWindow
            | StreamWindow
            | ConnectionWindowOverflow
            | StreamWindowOverflow
            | BadInitialWindowSize => -524,
            HalfClosedStream | ClosedStream | ResetStream => -510,
            BadField => -531,
            BadPseudoField | BadContentLength | BadMessage => -532,
            RefusedStream | TooManyPushes => -533,
            _ => -505,
        }
    }

    /// How far it reaches.
    pub fn reach(self) -> Reach {
        use Offence::*;
        match self {
            RefusedStream | ResetStream | TooManyPushes | StreamWindow | StreamWindowOverflow
            | BadField | BadPseudoField | BadContentLength | BadMessage | HeaderListTooLarge
            | MemoryExhausted => Reach::Stream,
            _ => Reach::Session,
        }
    }

    /// One sentence about it, also sent as debug data of GOAWAY.
    pub fn describe(self) -> &'static str {
        use Offence::*;
        match self {
            BadPreface => "the connection preface is missing",
            SettingsExpected => "the first frame is not SETTINGS",
            Frame(_) => "a frame is malformed",
            Compression => "a field block does not decode",
            UnexpectedContinuation => "a field block is interrupted",
            TooManyContinuations => "too many CONTINUATION frames",
            TooManySettings => "too many settings in one frame",
            Flood => "acknowledgements are asked for faster than they are read",
            ResetFlood => "too many streams are reset",
            TooManyInvalidFrames => "too many invalid frames",
            TooManyRejectedStreams => "too many streams were refused",
            BadSettingValue => "a setting is out of its range",
            BadInitialWindowSize => "the initial window size is out of its range",
            UnexpectedSettingsAck | UnexpectedPingAck => "nothing was there to acknowledge",
            SettingsTimeout => "SETTINGS were not acknowledged in time",
            IdleStream => "the stream is idle",
            ReservedStream => "the stream is reserved",
            BadStreamId => "the stream identifier is not a new one of the peer's",
            HalfClosedStream => "the peer had ended the stream",
            ClosedStream => "the stream is closed",
            ResetStream => "the stream was reset",
            TooManyStreams => "too many concurrent streams",
            RefusedStream => "the stream is refused",
            PushNotAllowed => "push is not allowed",
            TooManyPushes => "too many promised streams",
            ConnectionWindow => "the connection window is exceeded",
            StreamWindow => "the stream window is exceeded",
            ConnectionWindowOverflow => "the connection window overflows",
            StreamWindowOverflow => "the stream window overflows",
            ZeroIncrement => "a window increment is zero",
            BadLastStreamId => "the last stream identifier is invalid",
            SelfDependency => "a stream depends on itself",
            BadPriorityUpdate => "a priority update is out of place",
            BadField => "a field is forbidden",
            BadPseudoField => "the pseudo-fields are malformed",
            BadContentLength => "content-length is malformed or unlike the body",
            SurplusData => "there is more data than announced",
            BadMessage => "the section has no place in the message",
            EarlyData => "data came before the response",
            HeaderListTooLarge => "the field section is too large",
            MemoryExhausted => "the session holds too much",
        }
    }
}

impl fmt::Display for Offence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.describe())
    }
}

/// How the failure of a session shows in Node before 26.8, 24.21 and 22.23.3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reporting {
    /// By its GOAWAY only.
    Silent,
    /// As an error of the session, while the GOAWAY says INTERNAL_ERROR.
    General,
    /// As an error of the session, while the GOAWAY says what it was.
    Specific,
    /// As `General`, and even by the releases that report next to nothing.
    Always,
    /// As `Always`, and by the releases from there on too, which say of others what they were.
    Internal,
}

/// Why a session failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionError {
    /// What the peer did.
    pub offence: Offence,
    /// The stream of the frame that did it; zero for the connection.
    pub stream: StreamId,
    /// The type of the frame that did it; SETTINGS if there was none.
    pub frame: u8,
}

impl SessionError {
    /// The code of the GOAWAY that was queued for it.
    pub fn code(&self) -> ErrorCode {
        self.offence.code()
    }

    /// See [`Offence::library_code`]; DATA on a stream that has ended is but a protocol error.
    pub fn library_code(&self) -> i32 {
        match self.offence {
            Offence::HalfClosedStream | Offence::ClosedStream if self.is_of(FrameType::DATA) => {
                Offence::EarlyData.library_code()
            }
            offence => offence.library_code(),
        }
    }

    fn is_of(&self, kind: FrameType) -> bool {
        self.frame == kind.0
    }

    /// How Node before 26 tells its user. Silent are DATA out of place, and frames that cannot be
    /// read at all.
    pub fn reporting(&self) -> Reporting {
        use Offence::*;
        match self.offence {
            // RFC 9113 §5.1.1 and §8.4 name the code, which Node either replaces or does not
            // send at all.
            BadStreamId | PushNotAllowed => Reporting::Specific,
            SettingsExpected => Reporting::Always,
            UnexpectedPingAck | SurplusData => Reporting::Internal,
            _ if self.is_general() && self.library_code() == ClosedStream.library_code() => {
                Reporting::Always
            }
            _ if self.is_general() => Reporting::General,
            _ => Reporting::Silent,
        }
    }

    /// Whether it shows as an error of the session.
    pub fn reported(&self) -> bool {
        self.reporting() != Reporting::Silent
    }

    fn is_general(&self) -> bool {
        use Offence::*;
        match self.offence {
            BadPreface
            | SettingsExpected
            | TooManyContinuations
            | Flood
            | TooManyInvalidFrames
            | TooManyRejectedStreams => true,
            Frame(FrameErrorKind::StreamZero | FrameErrorKind::StreamNotZero)
            | BadSettingValue
            | UnexpectedSettingsAck
            | ReservedStream
            | IdleStream
            | HalfClosedStream
            | ClosedStream
            | TooManyStreams
            | ZeroIncrement
            | BadLastStreamId
            | SelfDependency => {
                !self.is_of(FrameType::DATA) && !self.is_of(FrameType::CONTINUATION)
            }
            _ => false,
        }
    }
}

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.stream == StreamId::ZERO {
            self.offence.fmt(f)
        } else {
            write!(f, "{} (stream {})", self.offence, self.stream)
        }
    }
}

impl std::error::Error for SessionError {}

/// Declares a command's error: variants with their library code and text.
macro_rules! command_error {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $text:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
        }

        impl $name {
            /// The negative number by which Node's errors know it.
            pub fn library_code(self) -> i32 {
                match self {
                    $($name::$variant => $code,)+
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $($name::$variant => $text,)+
                })
            }
        }

        impl std::error::Error for $name {}
    };
}

command_error! {
    /// Why no request was opened.
    RequestError {
        /// Every stream identifier of ours is used up.
        IdsExhausted = -509, "no stream identifier is left";
        /// The priority signal makes the stream depend on itself (RFC 7540 §5.3.1).
        SelfDependency = -501, "a stream cannot depend on itself";
        /// Only a client requests.
        NotClient = -505, "a server cannot request";
        /// The session has failed or was terminated.
        Closed = -530, "the session is closed";
    }
}

command_error! {
    /// Why no stream was promised.
    PushError {
        /// The parent is not open any more.
        UnknownStream = -510, "the stream is closed";
        /// The peer switched push off (RFC 9113 §8.4).
        Disabled = -528, "the peer accepts no push";
        /// Every stream identifier of ours is used up.
        IdsExhausted = -509, "no stream identifier is left";
        /// Only a server pushes, only on a stream of the client's, before its own half ended.
        InvalidState = -514, "the stream cannot carry a promise";
        /// GOAWAY was received.
        GoingAway = -516, "the session is going away";
        /// The promise's fields are beyond `max_send_header_block_length`.
        TooLarge = -522, "the field section is too large";
        /// The session has failed or was terminated.
        Closed = -530, "the session is closed";
    }
}

command_error! {
    /// Why a stream did not take what was to be sent, or a reset.
    StreamError {
        /// The stream is not open any more.
        UnknownStream = -510, "the stream is closed";
        /// The stream's half of ours has ended, or is not at the point for this.
        InvalidState = -514, "the stream cannot send this now";
        /// Trailers or the end were given before.
        AlreadyEnded = -529, "the end of the stream was already given";
        /// The session has failed or was terminated.
        Closed = -530, "the session is closed";
    }
}

command_error! {
    /// Why a frame of the connection was not sent.
    ControlError {
        /// As many are unanswered as may be.
        TooMany = -904, "too many are unanswered";
        /// The stream is not open.
        UnknownStream = -510, "the stream is not open";
        /// An argument is out of its range.
        InvalidArgument = -501, "an argument is out of its range";
        /// The other role may send this, this one may not.
        WrongRole = -519, "not in this role";
        /// The frame would be larger than 16384 octets.
        TooLarge = -522, "the frame would be too large";
        /// The session has failed or was terminated.
        Closed = -530, "the session is closed";
    }
}

command_error! {
    /// Why a session could not start from an HTTP/1.1 upgrade (RFC 7540 §3.2).
    UpgradeError {
        /// The HTTP2-Settings payload is not a sequence of settings, or one is out of its range.
        BadSettings = -501, "the HTTP2-Settings payload is malformed";
    }
}
