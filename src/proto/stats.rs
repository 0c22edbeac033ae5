//! Figures about a session and its streams.

use crate::frame::StreamId;

/// What a session has counted since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Frames received, of every type.
    pub frames_received: u64,
    /// Frames sent, of every type.
    pub frames_sent: u64,
    /// Octets given to `receive`.
    pub octets_received: u64,
    /// Octets drawn by `transmit`, bodies included.
    pub octets_sent: u64,
    /// Streams opened by either side.
    pub streams: u64,
    /// The most streams that were open at once.
    pub max_concurrent_streams: u32,
    /// Offences of stream reach.
    pub invalid_frames: u32,
    /// Streams refused for `max_session_memory`.
    pub rejected_streams: u32,
}

/// The figures behind `session.state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionFigures {
    /// Octets that the peer may have in flight to us at most.
    pub effective_local_window_size: i32,
    /// Octets received for which no credit was given back yet; 0 while a window that shrank is
    /// still larger than it should be.
    pub effective_recv_data_length: i32,
    /// The identifier that our next stream gets.
    pub next_stream_id: u32,
    /// Octets that the peer may still send before it needs credit.
    pub local_window_size: i32,
    /// The highest stream of the peer's that was processed.
    pub last_proc_stream_id: StreamId,
    /// Octets that we may still send before we need credit.
    pub remote_window_size: i32,
    /// Frames that wait to be sent, DATA counted once per stream.
    pub outbound_queue_size: usize,
    /// Octets in the dynamic table that compresses.
    pub deflate_dynamic_table_size: usize,
    /// Octets in the dynamic table that decompresses.
    pub inflate_dynamic_table_size: usize,
}

/// The figures behind `stream.state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamFigures {
    /// As NGHTTP2_STREAM_STATE_*: idle 1, open 2, reserved local 3, reserved remote 4,
    /// half-closed local 5, half-closed remote 6, closed 7.
    pub state: u8,
    /// The weight of RFC 7540 priority; 16 unless signalled.
    pub weight: u16,
    /// Whether our half has ended.
    pub local_closed: bool,
    /// Whether the peer's half has ended.
    pub remote_closed: bool,
    /// Octets that the peer may still send on it before it needs credit.
    pub local_window_size: i32,
}
