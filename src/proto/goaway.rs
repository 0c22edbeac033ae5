//! Shutdown, of either side (RFC 9113 §6.8).

use super::error::Offence;
use crate::frame::{ErrorCode, StreamId};

/// Which streams were given up by whom.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shutdown {
    /// The last stream of the peer's that our GOAWAY named.
    sent: Option<StreamId>,
    /// Whether our latest GOAWAY had NO_ERROR.
    in_peace: bool,
    /// The last stream of ours that the peer's GOAWAY named.
    received: Option<StreamId>,
}

impl Shutdown {
    /// Whether GOAWAY was sent or received: the session ends with its streams. One of ours that
    /// names every stream there can be is but an announcement (RFC 9113 §6.8).
    pub(super) fn is_under_way(&self) -> bool {
        self.sent.is_some_and(|last| last != StreamId::MAX) || self.received.is_some()
    }

    /// Whether the peer is going away.
    pub(super) fn was_received(&self) -> bool {
        self.received.is_some()
    }

    /// Whether a new stream of the peer's is above what our GOAWAY named.
    pub(super) fn gave_up(&self, id: StreamId) -> bool {
        self.sent.is_some_and(|last| id > last)
    }

    /// Notes a GOAWAY of ours and answers what it may name: never more than the one before.
    pub(super) fn announce(&mut self, last: StreamId, code: ErrorCode) -> StreamId {
        let last = self.sent.map_or(last, |before| before.min(last));
        self.sent = Some(last);
        self.in_peace = code == ErrorCode::NO_ERROR;
        last
    }

    /// Whether a GOAWAY would tell the peer nothing new: both sides have sent theirs, and ours said
    /// the same.
    pub(super) fn is_agreed(&self, last: StreamId, code: ErrorCode) -> bool {
        self.was_received()
            && self.in_peace
            && code == ErrorCode::NO_ERROR
            && self.sent.is_some_and(|before| before <= last)
    }

    /// Notes the peer's GOAWAY; `ours` says whether it names a stream that we could open.
    pub(super) fn learn(&mut self, last: StreamId, ours: bool) -> Result<(), Offence> {
        // The highest identifier announces a shutdown, whatever its parity.
        let named = last.is_zero() || last == StreamId::MAX || ours;
        // RFC 9113 §6.8: endpoints MUST NOT increase the value.
        if !named || self.received.is_some_and(|before| last > before) {
            return Err(Offence::BadLastStreamId);
        }
        self.received = Some(last);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_stream_never_increases() {
        let mut shutdown = Shutdown::default();
        assert_eq!(shutdown.announce(StreamId::new(9), ErrorCode::NO_ERROR), StreamId::new(9));
        assert_eq!(shutdown.announce(StreamId::new(11), ErrorCode::NO_ERROR), StreamId::new(9));
        assert!(shutdown.gave_up(StreamId::new(11)) && !shutdown.gave_up(StreamId::new(9)));

        assert_eq!(shutdown.learn(StreamId::MAX, false), Ok(()));
        assert_eq!(shutdown.learn(StreamId::new(5), true), Ok(()));
        assert_eq!(shutdown.learn(StreamId::new(7), true), Err(Offence::BadLastStreamId));
        assert_eq!(shutdown.learn(StreamId::new(4), false), Err(Offence::BadLastStreamId));
        assert_eq!(shutdown.learn(StreamId::ZERO, false), Ok(()));
    }
}
