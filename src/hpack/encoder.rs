//! Field sections to field blocks (RFC 7541 §6).

use super::search_table::{Hashes, SearchTable};
use super::{DEFAULT_TABLE_SIZE, Field, integer, static_table, string};

/// The encoding end of one direction of a connection.
///
/// What it writes must reach the peer in the order of writing, all of it: each block may rely on
/// table entries that an earlier one made.
#[derive(Clone, Debug)]
pub struct Encoder {
    table: SearchTable,
    /// Our own bound for the table.
    bound: u32,
    /// The maximum table size that the peer knows of.
    announced: u32,
    /// The maximum now.
    current: u32,
    /// The lowest maximum since the last block.
    lowest: u32,
    epoch: u64,
}

impl Encoder {
    /// An encoder whose table holds up to `max_table_size` octets, whatever the peer allows; until
    /// the peer says otherwise, no more than [`DEFAULT_TABLE_SIZE`]. Allocates nothing.
    pub const fn new(max_table_size: u32) -> Self {
        let size =
            if max_table_size < DEFAULT_TABLE_SIZE { max_table_size } else { DEFAULT_TABLE_SIZE };
        Self {
            table: SearchTable::new(size),
            bound: max_table_size,
            announced: DEFAULT_TABLE_SIZE,
            current: size,
            lowest: size,
            epoch: 0,
        }
    }

    /// Follows the peer's SETTINGS_HEADER_TABLE_SIZE: the table is as large as that, or as our own
    /// bound where it is smaller. The next block tells the peer of a change (RFC 7541 §4.2).
    pub fn set_peer_max_table_size(&mut self, limit: u32) {
        self.current = limit.min(self.bound);
        self.lowest = self.lowest.min(self.current);
        self.table.set_max_size(self.current);
        self.epoch += 1;
    }

    /// What the dynamic table's entries weigh now, in octets (RFC 7541 §4.1).
    pub fn table_size(&self) -> usize {
        self.table.size()
    }

    /// Changes whenever a section may be encoded differently from then on: as long as it does not,
    /// the same field lines make the same block.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Appends one complete field block to `out`: the field lines in their order, after whatever
    /// size update is due.
    ///
    /// Beyond the field lines marked as sensitive, credentials and short cookies are never
    /// indexed.
    pub fn encode<'a>(&mut self, fields: impl IntoIterator<Item = Field<'a>>, out: &mut Vec<u8>) {
        if self.announced != self.current || self.lowest != self.current {
            self.size_updates(out);
        }
        for field in fields {
            self.field(field, out);
        }
    }

    /// RFC 7541 §4.2: of several changes between two blocks, the lowest and the last are told.
    #[cold]
    fn size_updates(&mut self, out: &mut Vec<u8>) {
        self.epoch += 1;
        if self.lowest < self.announced {
            integer::encode(self.lowest as usize, 5, SIZE_UPDATE, out);
            self.announced = self.lowest;
        }
        if self.current != self.announced {
            integer::encode(self.current as usize, 5, SIZE_UPDATE, out);
            self.announced = self.current;
        }
        self.lowest = self.current;
    }

    fn field(&mut self, field: Field<'_>, out: &mut Vec<u8>) {
        let Field { name, value, .. } = field;
        let static_name = static_table::find_name(name);
        let indexing = Indexing::choose(static_name, field, self.table.max_size());
        if indexing != Indexing::Never {
            let found = static_name.and_then(|index| static_table::find_value(index, value));
            if let Some(index) = found {
                return integer::encode(index, 7, INDEXED, out);
            }
        }
        if indexing != Indexing::Incremental
            && let Some(index) = static_name
        {
            return literal(indexing, Some(index), field, out);
        }
        let hashes = match static_name {
            Some(index) => Hashes::with_static_name(index, value),
            None => Hashes::new(name, value),
        };
        if indexing == Indexing::Incremental
            && let Some(index) = self.table.find_pair(hashes, name, value)
        {
            return integer::encode(DYNAMIC + index, 7, INDEXED, out);
        }
        let known = || self.table.find_name(hashes, name).map(|index| DYNAMIC + index);
        literal(indexing, static_name.or_else(known), field, out);
        if indexing == Indexing::Incremental {
            self.table.insert(hashes, name, value);
            self.epoch += 1;
        }
    }
}

/// RFC 7541 §6.2: writes the value, and the name unless a table has it.
fn literal(indexing: Indexing, name_index: Option<usize>, field: Field<'_>, out: &mut Vec<u8>) {
    let (prefix, pattern) = indexing.representation();
    integer::encode(name_index.unwrap_or(0), prefix, pattern, out);
    if name_index.is_none() {
        string::encode(field.name, out);
    }
    string::encode(field.value, out);
}

/// RFC 7541 §6.1: the pattern of an indexed field line.
const INDEXED: u8 = 0x80;

/// RFC 7541 §6.3: the pattern of a size update.
const SIZE_UPDATE: u8 = 0x20;

/// RFC 7541 §2.3.3: the index of the newest entry of the dynamic table.
const DYNAMIC: usize = static_table::LEN + 1;

/// Cookies shorter than this, in octets, are never indexed: few enough guesses would find one
/// (RFC 7541 §7.1.3).
const SHORT_COOKIE: usize = 20;

/// How a field line that no table holds is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Indexing {
    /// RFC 7541 §6.2.1: becomes an entry.
    Incremental,
    /// RFC 7541 §6.2.2: does not.
    Without,
    /// RFC 7541 §6.2.3: does not, nor with anyone who passes it on.
    Never,
}

impl Indexing {
    /// What is best for a field line, by the static index of its name.
    #[inline]
    fn choose(static_name: Option<usize>, field: Field<'_>, table_size: usize) -> Self {
        // RFC 7541 §7.1.3: what an attacker could guess bit by bit must leave no trace in sizes.
        let guessable = match static_name {
            Some(name::AUTHORIZATION | name::PROXY_AUTHORIZATION) => true,
            Some(name::COOKIE) => field.value.len() < SHORT_COOKIE,
            _ => false,
        };
        if guessable || field.sensitive {
            return Self::Never;
        }
        // Values that hardly ever come twice would only evict others that do.
        let unique = matches!(
            static_name,
            Some(
                name::PATH
                    | name::AGE
                    | name::CONTENT_LENGTH
                    | name::ETAG
                    | name::IF_MODIFIED_SINCE
                    | name::IF_NONE_MATCH
                    | name::LOCATION
                    | name::SET_COOKIE
            )
        );
        // And so would a single one that fills most of the table.
        if unique || field.size() > table_size / 4 * 3 { Self::Without } else { Self::Incremental }
    }

    /// The bits of the prefix, and the pattern above them.
    #[inline]
    fn representation(self) -> (u32, u8) {
        match self {
            Self::Incremental => (6, 0x40),
            Self::Without => (4, 0x00),
            Self::Never => (4, 0x10),
        }
    }
}

/// Static indices of the names that are treated on their own.
mod name {
    pub(super) const PATH: usize = 4;
    pub(super) const AGE: usize = 21;
    pub(super) const AUTHORIZATION: usize = 23;
    pub(super) const CONTENT_LENGTH: usize = 28;
    pub(super) const COOKIE: usize = 32;
    pub(super) const ETAG: usize = 34;
    pub(super) const IF_MODIFIED_SINCE: usize = 40;
    pub(super) const IF_NONE_MATCH: usize = 41;
    pub(super) const LOCATION: usize = 46;
    pub(super) const PROXY_AUTHORIZATION: usize = 49;
    pub(super) const SET_COOKIE: usize = 55;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encode(encoder: &mut Encoder, field: Field<'_>) -> Vec<u8> {
        let mut block = Vec::new();
        encoder.encode([field], &mut block);
        block
    }

    /// The first octet of a field line that no table holds.
    fn first_octet(name: &str, value: &[u8]) -> u8 {
        encode(&mut Encoder::new(4096), Field::new(name.as_bytes(), value))[0]
    }

    #[test]
    fn credentials_and_short_cookies_are_never_indexed() {
        assert_eq!(first_octet("authorization", &[b'x'; 100]), 0x1f);
        assert_eq!(first_octet("proxy-authorization", b"x"), 0x1f);
        assert_eq!(first_octet("cookie", &[b'x'; 19]), 0x1f);
        assert_eq!(first_octet("cookie", &[b'x'; 20]), 0x60);
    }

    #[test]
    fn a_sensitive_field_line_is_never_indexed_nor_taken_from_a_table() {
        let mut encoder = Encoder::new(4096);
        encode(&mut encoder, Field::new(b"name", b"value"));
        let size = encoder.table_size();
        // The names may come from the tables, the values not.
        let block = encode(&mut encoder, Field::sensitive(b"name", b"value"));
        assert_eq!(block[..2], [0x1f, 62 - 15]);
        let block = encode(&mut encoder, Field::sensitive(b":method", b"GET"));
        assert_eq!(block[0], 0x12);
        assert_eq!(encoder.table_size(), size);
    }

    #[test]
    fn values_that_seldom_come_twice_are_not_indexed() {
        for name in [
            ":path",
            "age",
            "content-length",
            "etag",
            "if-modified-since",
            "if-none-match",
            "location",
            "set-cookie",
        ] {
            let mut encoder = Encoder::new(4096);
            let first = encode(&mut encoder, Field::new(name.as_bytes(), b"12"));
            assert_eq!(first[0] & 0xf0, 0x00, "{name}");
            assert_eq!(encode(&mut encoder, Field::new(name.as_bytes(), b"12")), first, "{name}");
            assert_eq!(encoder.table_size(), 0, "{name}");
        }
    }

    #[test]
    fn a_field_line_that_would_fill_the_table_is_not_indexed() {
        let mut encoder = Encoder::new(4096);
        let fitting = vec![b'x'; 3072 - 32 - 4];
        encode(&mut encoder, Field::new(b"name", &fitting));
        assert_eq!(encoder.table_size(), 3072);
        let larger = vec![b'y'; 3072 - 32 - 3];
        let block = encode(&mut encoder, Field::new(b"name", &larger));
        assert_eq!(block[..2], [0x0f, 62 - 15], "with the name by reference");
        assert_eq!(encoder.table_size(), 3072);
    }

    #[test]
    fn what_came_before_is_one_reference() {
        let mut encoder = Encoder::new(4096);
        encode(&mut encoder, Field::new(b"name", b"value"));
        encode(&mut encoder, Field::new(b"content-type", b"text/html"));
        assert_eq!(encode(&mut encoder, Field::new(b"name", b"value")), [0x80 | 63]);
        assert_eq!(encode(&mut encoder, Field::new(b"content-type", b"text/html")), [0x80 | 62]);
        assert_eq!(encode(&mut encoder, Field::new(b":status", b"404")), [0x80 | 13]);
        assert_eq!(encode(&mut encoder, Field::new(b"name", b"1"))[..2], [0x40 | 63, 0x00]);
    }
}
