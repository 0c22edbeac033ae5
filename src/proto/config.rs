//! Limits and defaults of a session.

use std::time::Duration;

/// How HEADERS and DATA frames are padded (RFC 9113 §6.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Padding {
    /// Not at all.
    #[default]
    None,
    /// To a whole frame, head included, that is a multiple of 8 octets.
    Aligned,
    /// As much as a frame can hold: up to 256 octets, the pad length included.
    Max,
}

/// Everything that can be chosen about a session when it starts. The defaults are Node's.
#[derive(Clone, Debug)]
pub struct Config {
    /// The initial SETTINGS, sent as given: identifier and value. They are in force once the
    /// peer has acknowledged them (RFC 9113 §6.5.3); until then the defaults of §6.5.2 are.
    pub settings: Vec<(u16, u32)>,
    /// Upper bound in octets of the dynamic table that compresses what we send; the peer's
    /// SETTINGS_HEADER_TABLE_SIZE can only lower it.
    pub max_deflate_table_size: u32,
    /// Entries that a received SETTINGS frame may have; one more ends the session.
    pub max_settings: usize,
    /// Octets that the session may hold for its streams before it refuses new ones.
    pub max_session_memory: u64,
    /// Fields that a received section may have; one more resets the stream.
    pub max_header_list_pairs: u32,
    /// Unanswered PINGs of ours before `ping` fails.
    pub max_outstanding_pings: usize,
    /// Unacknowledged SETTINGS of ours before `settings` fails.
    pub max_outstanding_settings: usize,
    /// Promised streams that a client keeps before their response begins; a further promise is
    /// refused.
    pub max_reserved_remote_streams: u32,
    /// Estimated octets of a field block that we send; a longer one becomes `FrameNotSent`.
    pub max_send_header_block_length: usize,
    /// How frames are padded.
    pub padding: Padding,
    /// Streams that we open at once before the peer's first SETTINGS is known.
    pub peer_max_concurrent_streams: u32,
    /// Offences of stream reach, and DATA frames without octets or END_STREAM, before the
    /// session ends.
    pub max_invalid_frames: u32,
    /// Streams refused for `max_session_memory` before the session ends.
    pub max_rejected_streams: u32,
    /// Depth of the token bucket that received RST_STREAM frames draw from.
    pub stream_reset_burst: u64,
    /// Tokens that come back each second.
    pub stream_reset_rate: u64,
    /// Whether received fields whose value begins or ends with a space or tab are dropped.
    pub strict_field_whitespace: bool,
    /// Whether received messages are held to RFC 9113 §8. When false, field sections are passed
    /// on as decoded.
    pub validate_messages: bool,
    /// Whether DATA beyond content-length ends the session rather than its stream.
    pub surplus_data_ends_session: bool,
    /// CONTINUATION frames that may follow one HEADERS or PUSH_PROMISE.
    pub max_continuations: u32,
    /// Acknowledgements of PING and SETTINGS that may wait for the peer to read.
    pub max_unsent_acks: u32,
    /// How long the peer may take to acknowledge SETTINGS (RFC 9113 §6.5.3); `None`: for ever.
    pub settings_timeout: Option<Duration>,
    /// Whether the connection window is given back on receipt, so that one paused stream cannot
    /// stall the others. When false it is given back by `consume`.
    pub auto_connection_credit: bool,
    /// Octets that a receive window may grow to by itself: one that limits its sender becomes twice
    /// what the reader took in a round trip, and shrinks to that where the reader is behind. No
    /// window grows beyond this, so 0 leaves all as they are. The round-trip time comes from
    /// SETTINGS and PINGs that are sent anyway. Streams' windows are sized by hand where settings
    /// have SETTINGS_INITIAL_WINDOW_SIZE, the connection's after `set_local_window`. What streams'
    /// windows grow by in all stays within `max_session_memory`.
    pub max_auto_window_size: u32,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            settings: Vec::new(),
            max_deflate_table_size: 4096,
            max_settings: 32,
            max_session_memory: 10_000_000,
            max_header_list_pairs: 128,
            max_outstanding_pings: 10,
            max_outstanding_settings: 10,
            max_reserved_remote_streams: 200,
            max_send_header_block_length: 65_536,
            padding: Padding::None,
            peer_max_concurrent_streams: 100,
            max_invalid_frames: 1000,
            max_rejected_streams: 100,
            stream_reset_burst: 1000,
            stream_reset_rate: 33,
            strict_field_whitespace: true,
            validate_messages: true,
            surplus_data_ends_session: false,
            max_continuations: 8,
            max_unsent_acks: 1000,
            settings_timeout: None,
            auto_connection_credit: true,
            max_auto_window_size: 16 << 20,
        }
    }
}
