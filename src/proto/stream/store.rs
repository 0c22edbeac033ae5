//! Where streams live: a slab of slots, and a table from identifiers to slots.

use super::Stream;
use crate::frame::StreamId;
use crate::proto::event::StreamKey;

/// Slots kept when the last stream is gone.
const KEPT_SLOTS: usize = 64;

/// All streams of a session.
#[derive(Debug, Default)]
pub(crate) struct Store {
    slots: Vec<Stream>,
    /// Slots whose stream has closed, used again last in first out.
    free: Vec<u32>,
    index: Index,
}

impl Store {
    pub(crate) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn insert(&mut self, stream: Stream) -> StreamKey {
        let id = stream.id;
        let slot = match self.free.pop() {
            Some(slot) => {
                self.slots[slot as usize] = stream;
                slot
            }
            None => {
                let slot = u32::try_from(self.slots.len()).expect("identifiers have 31 bits");
                self.slots.push(stream);
                slot
            }
        };
        self.index.insert(id, slot);
        StreamKey { slot, id }
    }

    /// Frees the slot.
    pub(crate) fn remove(&mut self, key: StreamKey) {
        let Some(stream) = self.get_mut(key) else { return };
        stream.id = StreamId::ZERO;
        stream.rare = None;
        self.index.remove(key.id);
        self.free.push(key.slot);
        if self.is_empty() && self.slots.capacity() > KEPT_SLOTS {
            *self = Store::default();
        }
    }

    pub(crate) fn find(&self, id: StreamId) -> Option<StreamKey> {
        self.index.get(id).map(|slot| StreamKey { slot, id })
    }

    pub(crate) fn get(&self, key: StreamKey) -> Option<&Stream> {
        self.slots.get(key.slot as usize).filter(|stream| stream.id == key.id)
    }

    pub(crate) fn get_mut(&mut self, key: StreamKey) -> Option<&mut Stream> {
        self.slots.get_mut(key.slot as usize).filter(|stream| stream.id == key.id)
    }

    /// The key of the stream in `slot`, if it is taken.
    pub(crate) fn key_at(&self, slot: usize) -> Option<StreamKey> {
        let id = self.slots.get(slot)?.id;
        let slot = u32::try_from(slot).ok()?;
        (!id.is_zero()).then_some(StreamKey { slot, id })
    }

    /// The number of slots, free ones included.
    pub(crate) fn slots(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Stream> {
        self.slots.iter_mut().filter(|stream| !stream.id.is_zero())
    }
}

/// A hash table from identifier to slot: open addressing with linear probing, at most half full,
/// spread by multiplication so that consecutive identifiers do not cluster.
#[derive(Debug, Default)]
struct Index {
    /// Length a power of two or 0; identifier zero marks a free cell.
    cells: Vec<(StreamId, u32)>,
    len: usize,
}

impl Index {
    fn home(&self, id: StreamId) -> usize {
        let bits = self.cells.len().trailing_zeros();
        (id.get().wrapping_mul(0x9e37_79b1) >> (32 - bits)) as usize
    }

    /// The cell of `id`, or the free one where it would go.
    fn cell(&self, id: StreamId) -> usize {
        let mask = self.cells.len() - 1;
        let mut at = self.home(id);
        while self.cells[at].0 != id && !self.cells[at].0.is_zero() {
            at = (at + 1) & mask;
        }
        at
    }

    fn get(&self, id: StreamId) -> Option<u32> {
        if self.cells.is_empty() || id.is_zero() {
            return None;
        }
        let (found, slot) = self.cells[self.cell(id)];
        (found == id).then_some(slot)
    }

    fn insert(&mut self, id: StreamId, slot: u32) {
        if (self.len + 1) * 2 > self.cells.len() {
            let larger = vec![(StreamId::ZERO, 0); (self.cells.len() * 2).max(8)];
            for (id, slot) in std::mem::replace(&mut self.cells, larger) {
                if !id.is_zero() {
                    let at = self.cell(id);
                    self.cells[at] = (id, slot);
                }
            }
        }
        let at = self.cell(id);
        self.cells[at] = (id, slot);
        self.len += 1;
    }

    /// Frees the cell of `id` and closes the gap, so that probing never stops short.
    fn remove(&mut self, id: StreamId) {
        let mask = self.cells.len() - 1;
        let mut gap = self.cell(id);
        let mut at = gap;
        loop {
            at = (at + 1) & mask;
            let (next, _) = self.cells[at];
            if next.is_zero() {
                break;
            }
            // An entry may move back to the gap unless its home lies behind the gap.
            let distance = at.wrapping_sub(self.home(next)) & mask;
            if distance >= at.wrapping_sub(gap) & mask {
                self.cells[gap] = self.cells[at];
                gap = at;
            }
        }
        self.cells[gap].0 = StreamId::ZERO;
        self.len -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::state::{Recv, Send};
    use super::*;
    use std::collections::HashMap;

    fn stream(id: u32) -> Stream {
        Stream::new(StreamId::new(id), Send::Head, Recv::Body, (0, 0), 0)
    }

    #[test]
    fn a_slot_is_used_again_and_the_old_key_is_refused() {
        let mut store = Store::default();
        let first = store.insert(stream(1));
        let second = store.insert(stream(3));
        assert_eq!((first.slot, second.slot), (0, 1));
        store.remove(first);
        let third = store.insert(stream(5));
        assert_eq!(third.slot, 0);
        assert!(store.get(first).is_none() && store.find(first.id).is_none());
        assert_eq!(store.find(StreamId::new(5)), Some(third));
        store.remove(first);
        assert_eq!(store.len(), 2);
    }

    #[test]
    fn the_index_agrees_with_a_map_through_churn() {
        let mut store = Store::default();
        let mut model = HashMap::new();
        let mut random = 1_u32;
        for id in 1..4000 {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let key = store.insert(stream(id));
            model.insert(id, key);
            let victim = random % id + 1;
            if random & 0x3000 != 0
                && let Some(key) = model.remove(&victim)
            {
                store.remove(key);
            }
        }
        for id in 1..4000 {
            assert_eq!(store.find(StreamId::new(id)), model.get(&id).copied());
        }
        assert_eq!(store.len(), model.len());
    }

    #[test]
    fn an_empty_store_gives_a_crowd_of_slots_back() {
        let mut store = Store::default();
        let keys: Vec<_> = (1..=1000).map(|id| store.insert(stream(id))).collect();
        keys.into_iter().for_each(|key| store.remove(key));
        assert_eq!((store.len(), store.slots()), (0, 0));
        assert_eq!(store.find(StreamId::new(7)), None);
        assert_eq!(store.insert(stream(2001)).slot, 0);
    }
}
