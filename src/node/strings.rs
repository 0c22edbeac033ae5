//! Header names and values cross the boundary as small ids once both sides know them.
//!
//! Two tables, one per direction, both bounded and both following the order in which strings are
//! first used, so that a definition always arrives before the ids that lean on it.

use super::opcodes::STRING_BITS;

const WAYS: usize = 2;
const SETS: usize = Inbound::CAPACITY as usize / WAYS;

/// Longer strings are rarely repeated and cross as octets every time.
const MAX_INTERNED: usize = 256;

/// Strings of a field section whose places are remembered: those of as many fields, twice.
const PLACES: usize = 64;

/// How a string is told to JavaScript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference {
    /// JavaScript has it under this id.
    Known(i32),
    /// Octets go along, to be kept under this id.
    Define(i32),
    /// Octets go along, to be forgotten.
    Once,
}

/// One place of the inbound table; the hash spares most comparisons.
#[derive(Default)]
struct Entry {
    hash: u64,
    used: bool,
    octets: Vec<u8>,
}

/// Strings that the engine reports: a two-way set-associative cache whose places are the ids.
///
/// Field sections are mostly alike, so that the string that was at a place before is looked at first.
/// A hit is a few nanoseconds, a miss replaces the place of its set that was not used last. Peers
/// choose the strings: whatever they send, the table holds 2048 strings of at most 256 octets.
pub(super) struct Inbound {
    entries: Box<[Entry]>,
    /// Per set, whether the second way was used last.
    recent: Box<[bool]>,
    /// The ids of the section before, by place.
    before: [u16; PLACES],
    /// Place in its section of the string that comes next.
    place: usize,
    /// Goes up when an id comes to mean another string, or none.
    epoch: u64,
}

impl Inbound {
    /// Ids run from 0 to this, exclusive.
    pub(super) const CAPACITY: u32 = 2048;

    pub(super) fn new() -> Self {
        let entries = (0..SETS * WAYS).map(|_| Entry::default()).collect();
        let recent = vec![false; SETS].into();
        Self { entries, recent, before: [0; PLACES], place: 0, epoch: 0 }
    }

    /// Changes whenever a place is taken: as long as it does not, all ids mean what they meant.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// A field section begins.
    pub(super) fn section(&mut self) {
        self.place = 0;
    }

    /// Looks the next string of a section up; on a miss it takes a place, which the caller must
    /// pass on.
    pub(super) fn refer(&mut self, octets: &[u8]) -> Reference {
        let place = self.place;
        self.place += 1;
        if let Some(guess) = self.before.get(place).map(|id| usize::from(*id)) {
            let entry = &self.entries[guess];
            if entry.used && entry.octets == octets {
                self.recent[guess / WAYS] = guess % WAYS == 1;
                return Reference::Known(id(guess / WAYS, guess % WAYS));
            }
        }
        let reference = self.look_up(octets);
        if let Some(before) = self.before.get_mut(place)
            && let Reference::Known(id) | Reference::Define(id) = reference
        {
            *before = u16::try_from(id).unwrap_or_default();
        }
        reference
    }

    fn look_up(&mut self, octets: &[u8]) -> Reference {
        if octets.len() > MAX_INTERNED {
            return Reference::Once;
        }
        let hash = hash(octets);
        let set = (hash >> 32) as usize % SETS;
        for way in 0..WAYS {
            let entry = &self.entries[set * WAYS + way];
            if entry.hash == hash && entry.used && entry.octets == octets {
                self.recent[set] = way == 1;
                return Reference::Known(id(set, way));
            }
        }
        let way = usize::from(!self.recent[set]);
        let entry = &mut self.entries[set * WAYS + way];
        entry.hash = hash;
        entry.used = true;
        entry.octets.clear();
        entry.octets.extend_from_slice(octets);
        self.recent[set] = way == 1;
        self.epoch += 1;
        Reference::Define(id(set, way))
    }

    /// Forgets everything. Needed when a definition may not have reached JavaScript.
    pub(super) fn clear(&mut self) {
        for entry in &mut self.entries {
            entry.used = false;
        }
        self.epoch += 1;
    }
}

/// The id of a place.
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
fn id(set: usize, way: usize) -> i32 {
    (set * WAYS + way) as i32
}

/// Multiply-and-rotate over words. Collisions only cost misses, so it need not resist an attacker.
fn hash(octets: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| (hash.rotate_left(23) ^ word).wrapping_mul(FACTOR);
    let (words, rest) = octets.as_chunks::<8>();
    let mut hash = FACTOR ^ octets.len() as u64;
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    let mut last = 0;
    for octet in rest {
        last = last << 8 | u64::from(*octet);
    }
    let hash = mix(hash, last);
    hash ^ hash >> 29
}

/// Strings that JavaScript sends: it gives out the ids, this side keeps the octets.
#[derive(Default)]
pub(super) struct Outbound {
    entries: Vec<Option<Vec<u8>>>,
}

impl Outbound {
    /// Ids run from 0 to this, exclusive.
    pub(super) const CAPACITY: usize = 4096;

    /// The octets behind an id; none when it was never defined.
    pub(super) fn get(&self, id: u16) -> Option<&[u8]> {
        self.entries.get(usize::from(id))?.as_deref()
    }

    /// Keeps `octets` under an id, whatever was there before.
    pub(super) fn define(&mut self, id: u16, octets: &[u8]) {
        let id = usize::from(id);
        if id >= self.entries.len() {
            self.entries.resize(id + 1, None);
        }
        let entry = self.entries[id].get_or_insert_default();
        entry.clear();
        entry.extend_from_slice(octets);
    }

    /// Forgets everything. Needed when a batch was abandoned before its definitions were read:
    /// an unknown id is then an error, where a stale one would be another message's field.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Whether a word names an id of this table.
    pub(super) fn id(word: i32) -> Option<u16> {
        u16::try_from(word & STRING_BITS).ok().filter(|id| usize::from(*id) < Self::CAPACITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nth(n: usize) -> Vec<u8> {
        format!("value-{n}").into_bytes()
    }

    #[test]
    fn a_string_is_defined_once_and_known_afterwards() {
        let mut table = Inbound::new();
        let Reference::Define(id) = table.refer(b"content-type") else { panic!("first use") };
        assert_eq!(table.refer(b"content-type"), Reference::Known(id));
        assert!(matches!(table.refer(b"content-typf"), Reference::Define(other) if other != id));
        assert_eq!(table.refer(b"content-type"), Reference::Known(id));
    }

    #[test]
    fn the_empty_string_is_not_mistaken_for_an_unused_place() {
        let mut table = Inbound::new();
        assert!(matches!(table.refer(b""), Reference::Define(_)));
        assert!(matches!(table.refer(b""), Reference::Known(_)));
    }

    #[test]
    fn long_strings_are_not_kept() {
        let mut table = Inbound::new();
        assert!(matches!(table.refer(&[b'a'; 256]), Reference::Define(_)));
        assert_eq!(table.refer(&[b'a'; 257]), Reference::Once);
        assert_eq!(table.refer(&[b'a'; 257]), Reference::Once);
    }

    #[test]
    fn clearing_forgets_every_string() {
        let mut table = Inbound::new();
        table.refer(b"a");
        table.clear();
        assert!(matches!(table.refer(b"a"), Reference::Define(_)));
    }

    /// The oracle is what JavaScript does: keep what is defined, answer what is known.
    #[test]
    fn a_mirror_that_follows_the_references_agrees() {
        let mut table = Inbound::new();
        let mut mirror: Vec<Option<Vec<u8>>> = vec![None; SETS * WAYS];
        let mut state = 7_u64;
        for _ in 0..100_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let string = nth((state >> 33) as usize % 5000);
            match table.refer(&string) {
                Reference::Define(id) => mirror[id as usize] = Some(string),
                Reference::Known(id) => assert_eq!(mirror[id as usize].as_ref(), Some(&string)),
                Reference::Once => panic!("short strings are kept"),
            }
        }
    }

    #[test]
    fn sections_that_differ_in_some_places_are_told_alike() {
        let mut table = Inbound::new();
        let mut told = |section: &[&[u8]]| -> Vec<Reference> {
            table.section();
            section.iter().map(|string| table.refer(string)).collect()
        };
        let first = told(&[b":path", b"/", b"accept", b"*/*"]);
        let ids = |told: &[Reference]| -> Vec<_> { told.iter().copied().map(known).collect() };
        assert_eq!(told(&[b":path", b"/", b"accept", b"*/*"]), ids(&first));
        let second = told(&[b":path", b"/other", b"accept", b"*/*"]);
        assert!(matches!(second[1], Reference::Define(_)));
        assert_eq!([second[0], second[2], second[3]], [0, 2, 3].map(|at| known(first[at])));
        // Another order, and longer than what is remembered.
        assert_eq!(told(&[b"accept", b"*/*"]), ids(&first[2..]));
        assert_eq!(told(&[&b"accept"[..]; 3 * PLACES]), [known(first[2]); 3 * PLACES]);
    }

    /// What a string is told by when it is told again.
    fn known(reference: Reference) -> Reference {
        match reference {
            Reference::Define(id) => Reference::Known(id),
            other => other,
        }
    }

    #[test]
    fn the_string_used_last_survives_a_newcomer_in_its_set() {
        let mut table = Inbound::new();
        let mut sharers = (0..).map(nth).filter(|string| (hash(string) >> 32) as usize % SETS == 5);
        let [a, b, c] = std::array::from_fn(|_| sharers.next().expect("endless"));
        table.refer(&a);
        table.refer(&b);
        table.refer(&a);
        table.refer(&c);
        assert!(matches!(table.refer(&a), Reference::Known(_)));
        assert!(matches!(table.refer(&b), Reference::Define(_)));
    }

    #[test]
    fn common_strings_spread_over_the_sets() {
        let sets: std::collections::HashSet<_> =
            (0..SETS).map(|n| (hash(&nth(n)) >> 32) as usize % SETS).collect();
        // 1024 random throws reach 647 of 1024 sets on average.
        assert!(sets.len() > 600, "{}", sets.len());
    }

    #[test]
    fn outbound_strings_are_found_by_the_id_they_were_given() {
        let mut table = Outbound::default();
        assert_eq!(table.get(0), None);
        table.define(3, b"three");
        table.define(4095, b"last");
        assert_eq!(table.get(3), Some(&b"three"[..]));
        assert_eq!(table.get(2), None);
        assert_eq!(table.get(4095), Some(&b"last"[..]));
        table.define(3, b"");
        assert_eq!(table.get(3), Some(&b""[..]));
        table.clear();
        assert_eq!(table.get(3), None);
    }

    #[test]
    fn outbound_ids_are_bounded() {
        assert_eq!(Outbound::id(4095), Some(4095));
        assert_eq!(Outbound::id(4096), None);
        assert_eq!(Outbound::id(0x1_0000), None);
    }
}
