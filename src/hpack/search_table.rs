//! The encoder's dynamic table, which finds entries by what they hold.

#![allow(clippy::cast_possible_truncation, reason = "hashes are cut, entry numbers below 2^32")]

use super::dynamic_table::DynamicTable;

/// Buckets of the first allocation; a power of two.
const FIRST_BUCKETS: usize = 16;

/// Entries of a chain that are looked at. Chains have one or two, unless someone chooses values
/// whose hashes collide: then compression suffers, not speed.
const MAX_PROBES: usize = 32;

/// A dynamic table with two hash indices: by name and value, and by name alone.
///
/// Every entry has a number, counted up from 1. A bucket holds the number of its newest entry, and
/// each entry that of the next older one in its bucket. As numbers only fall along a chain and the
/// oldest entry is always evicted first, eviction leaves the indices alone: a number that is too
/// old ends the chain.
#[derive(Clone, Debug)]
pub(super) struct SearchTable {
    table: DynamicTable<Links>,
    /// The newest entries, by hash of name and value (`PAIR`) and of the name (`NAME`).
    buckets: Vec<[u32; 2]>,
    /// The number of the newest entry; wraps.
    newest: u32,
}

/// What leads from an entry to others, for each of the two indices.
#[derive(Clone, Copy, Debug)]
struct Links {
    hash: [u32; 2],
    older: [u32; 2],
}

const PAIR: usize = 0;
const NAME: usize = 1;

/// The hashes of a field line for the two indices.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hashes([u32; 2]);

impl Hashes {
    /// The hashes of any field line.
    #[inline]
    pub(super) fn new(name: &[u8], value: &[u8]) -> Self {
        let name = hash(name, 0);
        Self([hash(value, name) as u32, name as u32])
    }

    /// The hashes of a field line whose name is in the static table, at `index`. Such a name is
    /// never looked for here, so it gets a hash that lengthens no chain.
    #[inline]
    pub(super) fn with_static_name(index: usize, value: &[u8]) -> Self {
        let pair = hash(value, index as u64) as u32;
        Self([pair, pair])
    }
}

impl SearchTable {
    pub(super) const fn new(max_size: u32) -> Self {
        Self { table: DynamicTable::new(max_size), buckets: Vec::new(), newest: 0 }
    }

    /// What all entries weigh (RFC 7541 §4.1).
    pub(super) fn size(&self) -> usize {
        self.table.size()
    }

    /// What all entries may weigh.
    pub(super) fn max_size(&self) -> usize {
        self.table.max_size()
    }

    /// Sets what all entries may weigh, and evicts what is too much.
    pub(super) fn set_max_size(&mut self, max_size: u32) {
        self.table.set_max_size(max_size);
        if max_size == 0 {
            self.buckets = Vec::new();
        }
    }

    /// The newest entry (from 0) with this name and value.
    #[inline]
    pub(super) fn find_pair(&self, hashes: Hashes, name: &[u8], value: &[u8]) -> Option<usize> {
        self.find::<PAIR>(hashes, |octets, name_len| {
            name_len == name.len() && octets.len() == name_len + value.len() && {
                let (entry_name, entry_value) = octets.split_at(name_len);
                entry_name == name && entry_value == value
            }
        })
    }

    /// The newest entry (from 0) with this name.
    #[inline]
    pub(super) fn find_name(&self, hashes: Hashes, name: &[u8]) -> Option<usize> {
        self.find::<NAME>(hashes, |octets, name_len| octets[..name_len] == *name)
    }

    /// Inserts a field line as the newest entry, unless it is larger than the table.
    pub(super) fn insert(&mut self, hashes: Hashes, name: &[u8], value: &[u8]) {
        if !self.table.insert(name, value, Links { hash: hashes.0, older: [0; 2] }) {
            return;
        }
        self.newest = self.newest.wrapping_add(1);
        if self.table.len() > self.buckets.len() {
            self.rehash();
        } else {
            self.link(0);
        }
    }

    #[inline]
    fn find<const BY: usize>(
        &self,
        hashes: Hashes,
        matches: impl Fn(&[u8], usize) -> bool,
    ) -> Option<usize> {
        let hash = hashes.0[BY];
        let mut number = self.buckets.get(self.bucket(hash))?[BY];
        for _ in 0..MAX_PROBES {
            // Beyond the last entry when the number is too old.
            let index = self.newest.wrapping_sub(number) as usize;
            let links = self.table.beside(index)?;
            if links.hash[BY] == hash && self.table.get(index).is_some_and(|(o, n)| matches(o, n)) {
                return Some(index);
            }
            number = links.older[BY];
        }
        None
    }

    /// The bucket of a hash; beyond the last when there are none yet.
    #[inline]
    fn bucket(&self, hash: u32) -> usize {
        hash as usize & self.buckets.len().wrapping_sub(1)
    }

    /// Puts the entry at `index` in front of its chains.
    fn link(&mut self, index: usize) {
        let number = self.newest.wrapping_sub(index as u32);
        let Some(links) = self.table.beside_mut(index) else { return };
        for by in [PAIR, NAME] {
            let bucket = links.hash[by] as usize & (self.buckets.len() - 1);
            links.older[by] = std::mem::replace(&mut self.buckets[bucket][by], number);
        }
    }

    /// Doubles the buckets and links all entries anew, the oldest first.
    fn rehash(&mut self) {
        let count = (2 * self.buckets.len()).max(FIRST_BUCKETS);
        // Older than any entry, and for as many insertions to come.
        let none = self.newest.wrapping_sub(1 << 31);
        self.buckets.clear();
        self.buckets.resize(count, [none; 2]);
        (0..self.table.len()).rev().for_each(|index| self.link(index));
    }
}

/// Arbitrary bits to spread others with: those of pi.
const SPREAD: [u64; 2] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344];

/// A quick hash without a secret, 16 octets a step. `MAX_PROBES` bounds what chosen collisions can
/// do.
#[inline]
fn hash(octets: &[u8], seed: u64) -> u64 {
    let mut state = seed ^ octets.len() as u64;
    let (chunks, rest) = octets.as_chunks::<16>();
    for chunk in chunks {
        let chunk = u128::from_le_bytes(*chunk);
        state = mix(state ^ chunk as u64, SPREAD[0] ^ (chunk >> 64) as u64);
    }
    let (head, tail) = match (rest.first_chunk(), rest.last_chunk()) {
        (Some(head), Some(tail)) => (u64::from_le_bytes(*head), u64::from_le_bytes(*tail)),
        _ => match (rest.first_chunk(), rest.last_chunk()) {
            (Some(head), Some(tail)) => {
                (u32::from_le_bytes(*head).into(), u32::from_le_bytes(*tail).into())
            }
            _ => (rest.iter().fold(0, |bits, &octet| bits << 8 | u64::from(octet)), 0),
        },
    };
    mix(state ^ head, SPREAD[1] ^ tail)
}

/// Multiplies and folds the product, so that every bit of the factors has its part in the result.
#[inline]
fn mix(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn insert(table: &mut SearchTable, name: &[u8], value: &[u8]) {
        table.insert(Hashes::new(name, value), name, value);
    }

    fn find_pair(table: &SearchTable, name: &[u8], value: &[u8]) -> Option<usize> {
        table.find_pair(Hashes::new(name, value), name, value)
    }

    fn find_name(table: &SearchTable, name: &[u8]) -> Option<usize> {
        table.find_name(Hashes::new(name, b"whatever"), name)
    }

    proptest! {
        #[test]
        fn finds_what_a_scan_finds(
            inserted in proptest::collection::vec((0..20u8, 0..20u8), 0..300),
            newest in any::<u32>(),
            max_size in prop_oneof![Just(0u32), 0..4096u32],
        ) {
            let mut table = SearchTable::new(max_size);
            // Entry numbers wrap.
            table.newest = newest;
            for (step, &(name, value)) in inserted.iter().enumerate() {
                insert(&mut table, &[b'n', name], &[b'v', value]);
                let (name, value) = (step as u8 % 20, step as u8 % 19);
                let entries = || (0..table.table.len()).map(|i| table.table.get(i).expect("entry").0);
                let pair = entries().position(|octets| octets == [b'n', name, b'v', value]);
                prop_assert_eq!(find_pair(&table, &[b'n', name], &[b'v', value]), pair);
                let name_only = entries().position(|octets| octets[..2] == [b'n', name]);
                prop_assert_eq!(find_name(&table, &[b'n', name]), name_only);
            }
        }
    }

    #[test]
    fn a_name_is_not_found_across_its_boundary() {
        let mut table = SearchTable::new(4096);
        insert(&mut table, b"ab", b"c");
        assert_eq!(find_pair(&table, b"a", b"bc"), None);
        assert_eq!(find_name(&table, b"abc"), None);
        assert_eq!(find_pair(&table, b"ab", b"c"), Some(0));
    }

    #[test]
    fn colliding_hashes_cost_matches_not_time() {
        let mut table = SearchTable::new(1 << 20);
        let hashes = Hashes::new(b"name", b"value");
        for value in 0..1000u16 {
            table.insert(hashes, b"name", &value.to_be_bytes());
        }
        let find = |value: u16| table.find_pair(hashes, b"name", &value.to_be_bytes());
        assert_eq!(find(999), Some(0));
        assert_eq!(find(999 - (MAX_PROBES as u16 - 1)), Some(MAX_PROBES - 1));
        assert_eq!(find(999 - MAX_PROBES as u16), None);
    }

    #[test]
    fn names_of_every_length_hash_apart() {
        let octets = [b'a'; 64];
        let mut hashes: Vec<u64> = (0..64).map(|len| hash(&octets[..len], 0)).collect();
        for changed in 0..64 {
            let mut octets = octets;
            octets[changed] = b'b';
            hashes.push(hash(&octets, 0));
        }
        hashes.sort_unstable();
        assert!(hashes.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn allocates_with_the_first_entry_and_frees_at_size_0() {
        let mut table = SearchTable::new(4096);
        assert_eq!(find_pair(&table, b"name", b"value"), None);
        assert_eq!(table.buckets.capacity(), 0);
        insert(&mut table, b"name", b"value");
        assert_eq!(table.buckets.len(), FIRST_BUCKETS);
        table.set_max_size(0);
        assert_eq!(table.buckets.capacity(), 0);
        assert_eq!(find_pair(&table, b"name", b"value"), None);
    }
}
