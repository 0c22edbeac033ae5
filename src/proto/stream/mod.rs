//! Streams: what the session knows about each.

pub(super) mod closed;
pub(super) mod state;
pub(super) mod store;

use super::auto_window::Pace;
use super::flow_control::{Inflow, Window};
use crate::frame::{Dependency, StreamId};
use crate::hpack::FieldList;
use state::{Recv, Send, State};

/// What padding adds to a DATA frame at most: the pad length and the padding (RFC 9113 §6.1).
const MAX_PADDED: u64 = 256;

/// One stream. What few streams need is boxed.
#[derive(Debug)]
pub(super) struct Stream {
    /// Zero when the slot is free.
    pub(super) id: StreamId,
    pub(super) send: Send,
    pub(super) recv: Recv,
    /// The peer's half ended by END_STREAM.
    pub(super) end_received: bool,
    /// Counted for the concurrency limit of the side that opened it.
    pub(super) counted: bool,
    /// In the scheduler's queue.
    pub(super) queued: bool,
    /// The first section waits for its turn, in `rare`.
    pub(super) waiting: bool,
    /// Closed, with the event still to come.
    pub(super) closing: bool,
    /// The response will have no content, as the request was HEAD.
    pub(super) head: bool,
    /// The request was CONNECT: its response's content-length says nothing.
    pub(super) connect: bool,
    pub(super) urgency: Urgency,
    pub(super) weight: u16,
    pub(super) send_window: Window,
    pub(super) inflow: Inflow,
    pub(super) pace: Pace,
    /// Octets of body announced and not drawn.
    pub(super) pending: usize,
    /// Octets of body that the peer's content-length leaves, if it sent one.
    pub(super) expected: Option<u64>,
    /// Size that the sections received may have: SETTINGS_MAX_HEADER_LIST_SIZE as it was when the
    /// stream began, so that a change does not meet what is on its way.
    pub(super) max_list_size: u32,
    /// Octets of fields that the embedder presumably keeps.
    pub(super) held: u32,
    pub(super) rare: Option<Box<Rare>>,
}

/// How urgent a stream's DATA is (RFC 9218 §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Urgency {
    /// 0 (first) to 7.
    pub(super) level: u8,
    /// Whether it shares with others of its level, or is served until nothing is pending.
    pub(super) incremental: bool,
}

impl Urgency {
    /// Without a signal, streams share.
    pub(super) const UNSIGNALLED: Urgency = Urgency { level: 3, incremental: true };
}

/// Sections that cannot be sent yet.
#[derive(Debug, Default)]
pub(super) struct Rare {
    pub(super) first: Option<FirstSection>,
    pub(super) trailers: Option<FieldList>,
}

/// A section that opens a stream, above the peer's concurrency limit.
#[derive(Debug)]
pub(super) struct FirstSection {
    pub(super) fields: FieldList,
    pub(super) end_stream: bool,
    pub(super) priority: Option<Dependency>,
}

impl Stream {
    pub(super) fn new(
        id: StreamId,
        send: Send,
        recv: Recv,
        windows: (u32, u32),
        max_list_size: u32,
    ) -> Stream {
        let (send_window, receive_window) = windows;
        Stream {
            id,
            send,
            recv,
            end_received: false,
            counted: false,
            queued: false,
            waiting: false,
            closing: false,
            head: false,
            connect: false,
            urgency: Urgency::UNSIGNALLED,
            weight: 16,
            send_window: Window::new(send_window),
            inflow: Inflow::new(receive_window),
            pace: Pace::default(),
            pending: 0,
            expected: None,
            max_list_size,
            held: 0,
            rare: None,
        }
    }

    pub(super) fn state(&self) -> State {
        State::of(self.send, self.recv)
    }

    /// Whether credit is of use to the peer: not once it has ended its half (RFC 9113 §5.1), nor
    /// when its window has room for all that its content-length leaves and a frame's padding.
    pub(super) fn needs_credit(&self) -> bool {
        let room = u64::try_from(self.inflow.available()).unwrap_or(0);
        let suffices = |left: u64| left.saturating_add(MAX_PADDED) <= room;
        self.recv != Recv::Closed && !self.closing && !self.expected.is_some_and(suffices)
    }

    /// Whether the scheduler should know it: DATA is pending and has a window.
    pub(super) fn is_ready(&self) -> bool {
        self.pending > 0 && !self.waiting && !self.closing && self.send_window.available() > 0
    }

    pub(super) fn rare(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }
}
