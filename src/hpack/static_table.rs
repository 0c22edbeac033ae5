//! The static table (RFC 7541 Appendix A), and the way back from a name to its index.

#![allow(clippy::cast_possible_truncation, reason = "indices, positions and lengths are small")]

/// How many entries the static table has; they are numbered from 1.
pub(super) const LEN: usize = ENTRIES.len();

#[rustfmt::skip]
const ENTRIES: [(&str, &str); 61] = [
    (":authority", ""),
    (":method", "GET"),
    (":method", "POST"),
    (":path", "/"),
    (":path", "/index.html"),
    (":scheme", "http"),
    (":scheme", "https"),
    (":status", "200"),
    (":status", "204"),
    (":status", "206"),
    (":status", "304"),
    (":status", "400"),
    (":status", "404"),
    (":status", "500"),
    ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", ""),
    ("accept-ranges", ""),
    ("accept", ""),
    ("access-control-allow-origin", ""),
    ("age", ""),
    ("allow", ""),
    ("authorization", ""),
    ("cache-control", ""),
    ("content-disposition", ""),
    ("content-encoding", ""),
    ("content-language", ""),
    ("content-length", ""),
    ("content-location", ""),
    ("content-range", ""),
    ("content-type", ""),
    ("cookie", ""),
    ("date", ""),
    ("etag", ""),
    ("expect", ""),
    ("expires", ""),
    ("from", ""),
    ("host", ""),
    ("if-match", ""),
    ("if-modified-since", ""),
    ("if-none-match", ""),
    ("if-range", ""),
    ("if-unmodified-since", ""),
    ("last-modified", ""),
    ("link", ""),
    ("location", ""),
    ("max-forwards", ""),
    ("proxy-authenticate", ""),
    ("proxy-authorization", ""),
    ("range", ""),
    ("referer", ""),
    ("refresh", ""),
    ("retry-after", ""),
    ("server", ""),
    ("set-cookie", ""),
    ("strict-transport-security", ""),
    ("transfer-encoding", ""),
    ("user-agent", ""),
    ("vary", ""),
    ("via", ""),
    ("www-authenticate", ""),
];

/// An entry: its octets, value behind name, and the length of the name.
#[derive(Clone, Copy)]
struct Entry {
    octets: &'static [u8],
    name_len: usize,
}

const OCTETS_LEN: usize = {
    let (mut len, mut index) = (0, 0);
    while index < LEN {
        len += ENTRIES[index].0.len() + ENTRIES[index].1.len();
        index += 1;
    }
    len
};

/// The octets of all entries, one after another, so that name and value can be copied as one.
static OCTETS: [u8; OCTETS_LEN] = {
    let mut octets = [0; OCTETS_LEN];
    let (mut at, mut index) = (0, 0);
    while index < LEN {
        let parts = [ENTRIES[index].0.as_bytes(), ENTRIES[index].1.as_bytes()];
        let mut part = 0;
        while part < 2 {
            let (_, rest) = octets.split_at_mut(at);
            rest.split_at_mut(parts[part].len()).0.copy_from_slice(parts[part]);
            at += parts[part].len();
            part += 1;
        }
        index += 1;
    }
    octets
};

static TABLE: [Entry; LEN] = {
    let mut table = [Entry { octets: &[], name_len: 0 }; LEN];
    let (mut rest, mut index) = (OCTETS.as_slice(), 0);
    while index < LEN {
        let (name, value) = ENTRIES[index];
        let (octets, after) = rest.split_at(name.len() + value.len());
        table[index] = Entry { octets, name_len: name.len() };
        rest = after;
        index += 1;
    }
    table
};

/// The octets of the entry at `index` (from 1), value behind name, and the length of the name.
#[inline]
pub(super) fn get(index: usize) -> Option<(&'static [u8], usize)> {
    TABLE.get(index.wrapping_sub(1)).map(|entry| (entry.octets, entry.name_len))
}

/// The first index with this name.
#[inline]
pub(super) fn find_name(name: &[u8]) -> Option<usize> {
    let index = usize::from(SLOTS[slot(name)?]);
    let entry = TABLE.get(index.wrapping_sub(1))?;
    (entry.octets[..entry.name_len] == *name).then_some(index)
}

/// The index with the name at `first` (its first index) and this value.
#[inline]
pub(super) fn find_value(first: usize, value: &[u8]) -> Option<usize> {
    let last = first + usize::from(MORE[first]);
    (first..=last).find(|&index| {
        let entry = &TABLE[index - 1];
        entry.octets[entry.name_len..] == *value
    })
}

/// Where a name stands in [`SLOTS`]. The factors were searched for: no two names of the table share
/// a slot, which the making of `SLOTS` asserts.
#[inline]
const fn slot(name: &[u8]) -> Option<usize> {
    match name {
        [first, .., last] => {
            Some((name.len() * 3 + *first as usize * 54 + *last as usize * 59) % SLOT_COUNT)
        }
        _ => None,
    }
}

const SLOT_COUNT: usize = 128;

/// The first index of each name, or 0, by the name's slot.
static SLOTS: [u8; SLOT_COUNT] = {
    let mut slots = [0; SLOT_COUNT];
    let mut index = 1;
    while index <= LEN {
        if let Some(slot) = slot(ENTRIES[index - 1].0.as_bytes()) {
            assert!(slots[slot] == 0, "two names in one slot");
            slots[slot] = index as u8;
        }
        index += 1 + MORE[index] as usize;
    }
    slots
};

/// How many entries after this index (from 1) have the same name.
static MORE: [u8; LEN + 1] = {
    let mut more = [0; LEN + 1];
    let mut index = LEN - 1;
    while index > 0 {
        let (name, next) = (ENTRIES[index - 1].0.as_bytes(), ENTRIES[index].0.as_bytes());
        // Entries of one name stand together, and no other names share length, head and tail.
        if name.len() == next.len()
            && name[0] == next[0]
            && name[name.len() - 1] == next[next.len() - 1]
        {
            more[index] = more[index + 1] + 1;
        }
        index -= 1;
    }
    more
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stand_where_rfc_7541_appendix_a_has_them() {
        assert_eq!(get(0), None);
        assert_eq!(get(1), Some((&b":authority"[..], 10)));
        assert_eq!(get(16), Some((&b"accept-encodinggzip, deflate"[..], 15)));
        assert_eq!(get(61), Some((&b"www-authenticate"[..], 16)));
        assert_eq!(get(62), None);
        for (index, (name, value)) in (1..).zip(ENTRIES) {
            let octets = [name.as_bytes(), value.as_bytes()].concat();
            assert_eq!(get(index), Some((&octets[..], name.len())));
        }
    }

    #[test]
    fn every_name_and_value_is_found() {
        for (index, (name, value)) in (1..).zip(ENTRIES) {
            let first = 1 + ENTRIES.iter().position(|(other, _)| *other == name).expect("itself");
            assert_eq!(find_name(name.as_bytes()), Some(first), "{name}");
            assert_eq!(find_value(first, value.as_bytes()), Some(index), "{name}: {value}");
            assert_eq!(find_value(first, b"another"), None, "{name}");
        }
    }

    #[test]
    fn other_names_are_not_found() {
        for name in ["", "a", ":", "dote", "x-custom", ":statu", "Age", "viaa"] {
            assert_eq!(find_name(name.as_bytes()), None, "{name}");
        }
    }
}
