//! The life of a stream (RFC 9113 §5.1), kept as its two halves.
//!
//! ```text
//!   ours (Send)                          the peer's (Recv)
//!
//!   Reserved ──┐ PUSH_PROMISE sent       Reserved ──┐ PUSH_PROMISE received
//!              │                                    │
//!   Head ──────┤ 1xx                     Head ──────┤ 1xx
//!              │ final section                      │ final section
//!   Body ──────┤ DATA                    Body ──────┤ DATA
//!              │ end announced                      │
//!   Ending ────┤ pending DATA drawn                 │
//!              │ END_STREAM sent                    │ END_STREAM received
//!   Closed ◀───┘                         Closed ◀───┘
//! ```
//!
//! A reset closes both at once. The states of the RFC follow from the halves, see [`State::of`].

/// Our half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Send {
    /// We promised the stream; nothing of the response was sent.
    Reserved,
    /// The final section was not sent.
    Head,
    /// DATA or trailers may follow.
    Body,
    /// The end is announced: what is pending still goes.
    Ending,
    /// END_STREAM was sent, or this side never sends.
    Closed,
}

/// The peer's half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recv {
    /// The peer promised the stream; nothing of the response came.
    Reserved,
    /// The final section has not come.
    Head,
    /// DATA or trailers may come.
    Body,
    /// END_STREAM came, or the peer never sends.
    Closed,
}

/// The states of RFC 9113 §5.1, numbered as NGHTTP2_STREAM_STATE_*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open = 2,
    ReservedLocal = 3,
    ReservedRemote = 4,
    HalfClosedLocal = 5,
    HalfClosedRemote = 6,
    Closed = 7,
}

impl State {
    pub(crate) fn of(send: Send, recv: Recv) -> State {
        match (send, recv) {
            (Send::Closed, Recv::Closed) => State::Closed,
            (Send::Reserved, _) => State::ReservedLocal,
            (_, Recv::Reserved) => State::ReservedRemote,
            (Send::Closed, _) => State::HalfClosedLocal,
            (_, Recv::Closed) => State::HalfClosedRemote,
            _ => State::Open,
        }
    }

    /// RFC 9113 §5.1.2: whether the stream counts for SETTINGS_MAX_CONCURRENT_STREAMS.
    pub(crate) fn is_active(self) -> bool {
        matches!(self, State::Open | State::HalfClosedLocal | State::HalfClosedRemote)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_halves_is_a_state_of_the_rfc() {
        for (send, recv, state) in [
            (Send::Reserved, Recv::Closed, State::ReservedLocal),
            (Send::Head, Recv::Closed, State::HalfClosedRemote),
            (Send::Body, Recv::Closed, State::HalfClosedRemote),
            (Send::Ending, Recv::Closed, State::HalfClosedRemote),
            (Send::Closed, Recv::Closed, State::Closed),
            (Send::Closed, Recv::Reserved, State::ReservedRemote),
            (Send::Closed, Recv::Head, State::HalfClosedLocal),
            (Send::Closed, Recv::Body, State::HalfClosedLocal),
            (Send::Body, Recv::Head, State::Open),
            (Send::Ending, Recv::Body, State::Open),
        ] {
            assert_eq!(State::of(send, recv), state, "{send:?} {recv:?}");
        }
    }

    #[test]
    fn reserved_streams_are_not_counted() {
        assert!(!State::ReservedLocal.is_active() && !State::ReservedRemote.is_active());
        assert!(State::HalfClosedLocal.is_active() && State::Open.is_active());
    }
}
