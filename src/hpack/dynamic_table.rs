//! The dynamic table: sizing and eviction (RFC 7541 §2.3.2, §4).

use std::collections::VecDeque;

use super::FIELD_OVERHEAD;

/// Octets that the first allocation has room for.
const FIRST_CAPACITY: usize = 256;

/// A first-in, first-out table of field lines, bounded in octets. `T` is what an owner keeps beside
/// each entry.
///
/// All octets lie in one buffer in the order of insertion, every entry in one piece. Evicted ones
/// stay in front until as many octets are dead as alive; then the living move to the front, which
/// costs one octet moved per octet inserted. Nothing is allocated before the first insertion.
#[derive(Clone, Debug)]
pub(super) struct DynamicTable<T> {
    octets: Vec<u8>,
    /// What the buffer's first octet is called in [`Entry::start`].
    origin: usize,
    /// From the oldest to the newest.
    entries: VecDeque<Entry<T>>,
    size: usize,
    max_size: usize,
}

#[derive(Clone, Copy, Debug)]
struct Entry<T> {
    /// Counts on from entry to entry, and around when it must, so that moving the octets changes no
    /// entry.
    start: usize,
    name_len: u32,
    value_len: u32,
    beside: T,
}

impl<T> Entry<T> {
    fn len(&self) -> usize {
        self.name_len as usize + self.value_len as usize
    }
}

impl<T: Copy> DynamicTable<T> {
    pub(super) const fn new(max_size: u32) -> Self {
        Self {
            octets: Vec::new(),
            origin: 0,
            entries: VecDeque::new(),
            size: 0,
            max_size: max_size as usize,
        }
    }

    /// What all entries weigh (RFC 7541 §4.1).
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// What all entries may weigh.
    pub(super) fn max_size(&self) -> usize {
        self.max_size
    }

    /// The number of entries.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Sets what all entries may weigh, and evicts what is too much (RFC 7541 §4.3).
    pub(super) fn set_max_size(&mut self, max_size: u32) {
        self.max_size = max_size as usize;
        self.evict_to(self.max_size);
        if self.octets.capacity() > self.max_capacity() {
            self.compact();
            self.octets.shrink_to(self.max_capacity());
            self.entries.shrink_to(self.max_size / FIELD_OVERHEAD);
        }
    }

    /// The octets of an entry, value behind name, and the length of its name. The newest entry is
    /// at 0.
    #[inline]
    pub(super) fn get(&self, index: usize) -> Option<(&[u8], usize)> {
        let entry = self.entry(index)?;
        let start = self.position(entry.start);
        Some((&self.octets[start..start + entry.len()], entry.name_len as usize))
    }

    /// What was kept beside an entry.
    #[inline]
    pub(super) fn beside(&self, index: usize) -> Option<T> {
        self.entry(index).map(|entry| entry.beside)
    }

    /// What is kept beside an entry, to be changed.
    pub(super) fn beside_mut(&mut self, index: usize) -> Option<&mut T> {
        let place = self.entries.len().checked_sub(index + 1)?;
        self.entries.get_mut(place).map(|entry| &mut entry.beside)
    }

    /// Inserts a field line after evicting what it needs the room of. One that is larger than the
    /// table leaves it empty (RFC 7541 §4.4). Returns whether it is in the table now.
    #[allow(clippy::cast_possible_truncation, reason = "the table's size is below 2^32")]
    pub(super) fn insert(&mut self, name: &[u8], value: &[u8], beside: T) -> bool {
        let size = name.len() + value.len() + FIELD_OVERHEAD;
        let Some(room) = self.max_size.checked_sub(size) else {
            self.clear();
            return false;
        };
        self.evict_to(room);
        self.reserve(name.len() + value.len());
        let start = self.origin.wrapping_add(self.octets.len());
        self.octets.extend_from_slice(name);
        self.octets.extend_from_slice(value);
        let (name_len, value_len) = (name.len() as u32, value.len() as u32);
        self.entries.push_back(Entry { start, name_len, value_len, beside });
        self.size += size;
        true
    }

    /// Evicts all entries.
    pub(super) fn clear(&mut self) {
        self.evict_to(0);
    }

    #[inline]
    fn entry(&self, index: usize) -> Option<&Entry<T>> {
        self.entries.get(self.entries.len().checked_sub(index + 1)?)
    }

    #[inline]
    fn position(&self, start: usize) -> usize {
        start.wrapping_sub(self.origin)
    }

    /// Evicts the oldest entries until the others weigh `size` or less.
    fn evict_to(&mut self, size: usize) {
        while self.size > size {
            let Some(entry) = self.entries.pop_front() else { return };
            self.size -= entry.len() + FIELD_OVERHEAD;
        }
    }

    /// The capacity that always suffices: when it is full, half of it or more is dead.
    fn max_capacity(&self) -> usize {
        self.max_size.saturating_mul(2)
    }

    /// Makes room for `more` octets, which with the living ones are no more than `max_size`.
    fn reserve(&mut self, more: usize) {
        if self.octets.capacity() - self.octets.len() >= more {
            return;
        }
        if self.dead() >= self.octets.len() / 2 {
            self.compact();
        }
        let needed = self.octets.len() + more;
        if needed > self.octets.capacity() {
            let wanted = needed.max(FIRST_CAPACITY).max(self.octets.capacity() * 2);
            let capacity = wanted.min(self.max_capacity());
            self.octets.reserve_exact(capacity - self.octets.len());
        }
    }

    /// How many octets of evicted entries are in front of the buffer.
    fn dead(&self) -> usize {
        self.entries.front().map_or(self.octets.len(), |oldest| self.position(oldest.start))
    }

    /// Moves the living octets to the front of the buffer.
    fn compact(&mut self) {
        let dead = self.dead();
        self.octets.drain(..dead);
        self.origin = self.origin.wrapping_add(dead);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The table as RFC 7541 §4 tells it, without any cleverness.
    struct Oracle {
        entries: VecDeque<(Vec<u8>, Vec<u8>)>,
        max_size: usize,
    }

    impl Oracle {
        fn size(&self) -> usize {
            self.entries.iter().map(|(name, value)| name.len() + value.len() + 32).sum()
        }

        fn evict(&mut self, max_size: usize) {
            while self.size() > max_size {
                self.entries.pop_back();
            }
        }

        fn insert(&mut self, name: &[u8], value: &[u8]) {
            match self.max_size.checked_sub(name.len() + value.len() + 32) {
                Some(room) => {
                    self.evict(room);
                    self.entries.push_front((name.to_vec(), value.to_vec()));
                }
                None => self.entries.clear(),
            }
        }
    }

    #[derive(Clone, Debug)]
    enum Operation {
        Insert(Vec<u8>, Vec<u8>),
        SetMaxSize(u32),
    }

    fn operation() -> impl Strategy<Value = Operation> {
        let octets = |most| proptest::collection::vec(any::<u8>(), 0..most);
        prop_oneof![
            20 => (octets(12), octets(60)).prop_map(|(name, value)| Operation::Insert(name, value)),
            1 => (octets(12), octets(900)).prop_map(|(name, value)| Operation::Insert(name, value)),
            1 => (0..1200u32).prop_map(Operation::SetMaxSize),
        ]
    }

    fn assert_same(table: &DynamicTable<()>, oracle: &Oracle) {
        assert_eq!(table.size(), oracle.size());
        assert_eq!(table.len(), oracle.entries.len());
        for (index, (name, value)) in oracle.entries.iter().enumerate() {
            let octets = [&name[..], value].concat();
            assert_eq!(table.get(index), Some((&octets[..], name.len())));
        }
        assert_eq!(table.get(oracle.entries.len()), None);
    }

    proptest! {
        #[test]
        fn behaves_like_a_plain_queue(operations in proptest::collection::vec(operation(), 0..200)) {
            let mut table = DynamicTable::new(800);
            let mut oracle = Oracle { entries: VecDeque::new(), max_size: 800 };
            // Positions wrap like any other number.
            table.origin = usize::MAX - 3000;
            for operation in operations {
                match operation {
                    Operation::Insert(name, value) => {
                        let fits = name.len() + value.len() + 32 <= oracle.max_size;
                        assert_eq!(table.insert(&name, &value, ()), fits);
                        oracle.insert(&name, &value);
                    }
                    Operation::SetMaxSize(max_size) => {
                        table.set_max_size(max_size);
                        oracle.max_size = max_size as usize;
                        oracle.evict(max_size as usize);
                    }
                }
                assert_same(&table, &oracle);
                assert!(table.octets.capacity() <= 2 * oracle.max_size);
            }
        }
    }

    #[test]
    fn allocates_with_the_first_entry_and_frees_at_size_0() {
        let mut table = DynamicTable::new(4096);
        assert_eq!((table.octets.capacity(), table.entries.capacity()), (0, 0));
        table.insert(b"name", b"value", ());
        assert_eq!(table.octets.capacity(), FIRST_CAPACITY);
        table.set_max_size(0);
        assert_eq!((table.octets.capacity(), table.entries.capacity()), (0, 0));
        assert_eq!((table.size(), table.len()), (0, 0));
    }

    #[test]
    fn an_entry_of_exactly_the_size_evicts_all_others() {
        let mut table = DynamicTable::new(100);
        table.insert(b"a", b"b", ());
        assert!(table.insert(&[b'n'; 30], &[b'v'; 38], ()));
        assert_eq!((table.size(), table.len()), (100, 1));
        assert!(!table.insert(&[b'n'; 30], &[b'v'; 39], ()));
        assert_eq!((table.size(), table.len()), (0, 0));
    }
}
