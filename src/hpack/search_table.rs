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
#[derive(Debug)]
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
