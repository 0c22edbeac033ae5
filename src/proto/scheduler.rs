//! Whose DATA goes next.
//!
//! Streams are served by urgency (RFC 9218 §4.1). Those of one urgency take turns, a frame each,
//! unless the peer asked for one of them to be served whole.

use super::event::StreamKey;
use super::stream::Urgency;
use std::collections::VecDeque;

/// The level of streams that nobody signalled for.
const USUAL: u8 = Urgency::UNSIGNALLED.level;

/// Queues of keys, one for each urgency. A stream is in one of them at most; a key whose stream
/// has closed since is skipped by whoever takes it.
#[derive(Debug, Default)]
pub(super) struct Scheduler {
    /// Of the level that streams have which nobody signalled for.
    usual: VecDeque<StreamKey>,
    /// Of the others, by level; made when there is a stream of another.
    others: Option<Box<[VecDeque<StreamKey>; 8]>>,
    /// One bit for each queue that is not empty, the most urgent lowest.
    occupied: u8,
}

impl Scheduler {
    pub(super) fn is_empty(&self) -> bool {
        self.occupied == 0
    }

    /// Streams that have DATA to send.
    pub(super) fn len(&self) -> usize {
        let others = self.others.iter().flat_map(|levels| levels.iter());
        self.usual.len() + others.map(VecDeque::len).sum::<usize>()
    }

    fn queue(&mut self, level: u8) -> &mut VecDeque<StreamKey> {
        match level {
            USUAL => &mut self.usual,
            _ => &mut self.others.get_or_insert_default()[usize::from(level)],
        }
    }

    /// Puts a stream behind the others of its level.
    pub(super) fn push(&mut self, key: StreamKey, urgency: Urgency) {
        let level = urgency.level & 7;
        self.queue(level).push_back(key);
        self.occupied |= 1 << level;
    }

    /// Puts a stream back that had its turn: behind the others if it shares, else before them.
    pub(super) fn put_back(&mut self, key: StreamKey, urgency: Urgency) {
        if urgency.incremental {
            self.push(key, urgency);
        } else {
            self.push_front(key, urgency);
        }
    }

    /// Puts a stream back that missed its turn.
    pub(super) fn push_front(&mut self, key: StreamKey, urgency: Urgency) {
        let level = urgency.level & 7;
        self.queue(level).push_front(key);
        self.occupied |= 1 << level;
    }

    /// Takes the stream whose turn it is.
    pub(super) fn pop(&mut self) -> Option<StreamKey> {
        if self.is_empty() {
            return None;
        }
        // One of 8 bits is set.
        #[allow(clippy::cast_possible_truncation)]
        let level = self.occupied.trailing_zeros() as u8;
        let queue = self.queue(level);
        let key = queue.pop_front();
        if queue.is_empty() {
            if queue.capacity() > 64 {
                *queue = VecDeque::new();
            }
            self.occupied &= !(1 << level);
        }
        key
    }

    /// Moves a stream to another level.
    pub(super) fn moved(&mut self, key: StreamKey, from: Urgency, to: Urgency) {
        let level = from.level & 7;
        let queue = self.queue(level);
        queue.retain(|queued| *queued != key);
        if queue.is_empty() {
            self.occupied &= !(1 << level);
        }
        self.push(key, to);
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        *self = Scheduler::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::StreamId;

    fn key(id: u32) -> StreamKey {
        StreamKey { slot: id, id: StreamId::new(id) }
    }

    #[test]
    fn urgent_streams_come_first_and_equals_take_turns() {
        let mut scheduler = Scheduler::default();
        let usual = Urgency::UNSIGNALLED;
        let urgent = Urgency { level: 0, incremental: false };
        scheduler.push(key(1), usual);
        scheduler.push(key(3), usual);
        scheduler.push(key(5), urgent);
        let mut order = Vec::new();
        for turn in 0..6 {
            let next = scheduler.pop().unwrap();
            order.push(next.id.get());
            let urgency = if next.id.get() == 5 { urgent } else { usual };
            if urgency == usual || turn == 0 {
                scheduler.put_back(next, urgency);
            }
        }
        assert_eq!(order, [5, 5, 1, 3, 1, 3]);
    }

    #[test]
    fn a_stream_can_change_its_level() {
        let mut scheduler = Scheduler::default();
        let late = Urgency { level: 7, incremental: true };
        scheduler.push(key(1), Urgency::UNSIGNALLED);
        scheduler.push(key(3), Urgency::UNSIGNALLED);
        scheduler.moved(key(1), Urgency::UNSIGNALLED, late);
        assert_eq!(scheduler.len(), 2);
        assert_eq!(scheduler.pop(), Some(key(3)));
        assert_eq!(scheduler.pop(), Some(key(1)));
        assert_eq!(scheduler.pop(), None);
        assert!(scheduler.is_empty());
    }
}
