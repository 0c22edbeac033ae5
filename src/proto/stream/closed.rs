//! Streams that closed a short while ago.

use crate::frame::StreamId;

/// How a stream closed, which decides what a late frame means (RFC 9113 §5.1, "closed").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closure {
    /// The peer had sent END_STREAM: it must not send more.
    Ended,
    /// The peer reset it: it must not send more.
    PeerReset,
    /// We reset it: frames may have been under way.
    OurReset,
}

/// The streams that closed last. RFC 9113 §5.1 lets an endpoint limit for how long it tells late
/// frames from offences; what is forgotten is tolerated.
#[derive(Debug)]
pub(crate) struct RecentlyClosed {
    /// Grows to `LEN`; there is nothing for a session without streams.
    ring: Vec<(StreamId, Closure)>,
    /// The oldest, once the ring is full.
    next: usize,
    /// A stream that we reset has left the ring.
    forgot_reset: bool,
}

impl RecentlyClosed {
    const LEN: usize = 32;

    pub(crate) fn new() -> Self {
        RecentlyClosed { ring: Vec::new(), next: 0, forgot_reset: false }
    }

    pub(crate) fn note(&mut self, id: StreamId, closure: Closure) {
        if self.ring.len() < Self::LEN {
            self.ring.reserve_exact(Self::LEN - self.ring.len());
            self.ring.push((id, closure));
            return;
        }
        let place = &mut self.ring[self.next];
        self.forgot_reset |= place.1 == Closure::OurReset;
        *place = (id, closure);
        self.next = (self.next + 1) % Self::LEN;
    }

    /// How that stream closed. A stream that is not remembered counts as reset by us, unless no
    /// such stream was forgotten: then it was never open, and the answer is `None`.
    pub(crate) fn closure(&self, id: StreamId) -> Option<Closure> {
        // The latest comes first: a stream can be noted again when we answer a late frame.
        let (older, newer) = (&self.ring[..self.next], &self.ring[self.next..]);
        let mut latest_first = older.iter().rev().chain(newer.iter().rev());
        latest_first
            .find(|(closed, _)| *closed == id)
            .map(|(_, closure)| *closure)
            .or(self.forgot_reset.then_some(Closure::OurReset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_forgotten_is_tolerated_only_if_it_may_have_been_reset() {
        let mut closed = RecentlyClosed::new();
        assert_eq!(closed.closure(StreamId::new(1)), None);
        closed.note(StreamId::new(1), Closure::OurReset);
        for id in 1..=31 {
            closed.note(StreamId::new(2 * id + 1), Closure::Ended);
        }
        assert_eq!(closed.closure(StreamId::new(1)), Some(Closure::OurReset));
        assert_eq!(closed.closure(StreamId::new(63)), Some(Closure::Ended));
        assert_eq!(closed.closure(StreamId::new(99)), None);
        closed.note(StreamId::new(65), Closure::PeerReset);
        assert_eq!(closed.closure(StreamId::new(99)), Some(Closure::OurReset));
        assert_eq!(closed.closure(StreamId::new(65)), Some(Closure::PeerReset));
        closed.note(StreamId::new(65), Closure::OurReset);
        assert_eq!(closed.closure(StreamId::new(65)), Some(Closure::OurReset));
    }
}
