//! One field line.

use std::fmt;

use super::FIELD_OVERHEAD;

/// One field line, borrowed: a name, a value, and whether it may be indexed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Field<'a> {
    /// The name; lower case on the wire (RFC 9113 §8.2.1), which HPACK itself does not check.
    pub name: &'a [u8],
    /// The value, any octets.
    pub value: &'a [u8],
    /// Never indexed: the value stays out of every compression table on its way, so that no
    /// attacker can guess it by the size of what follows (RFC 7541 §6.2.3, §7.1.3).
    pub sensitive: bool,
}

impl<'a> Field<'a> {
    /// An ordinary field line, which the encoder may index.
    #[inline]
    pub const fn new(name: &'a [u8], value: &'a [u8]) -> Self {
        Self { name, value, sensitive: false }
    }

    /// A field line that is never indexed.
    #[inline]
    pub const fn sensitive(name: &'a [u8], value: &'a [u8]) -> Self {
        Self { name, value, sensitive: true }
    }

    /// What the field line weighs in a table or a list: its octets and 32 more (RFC 7541 §4.1).
    #[inline]
    pub const fn size(&self) -> usize {
        self.name.len() + self.value.len() + FIELD_OVERHEAD
    }
}

/// Prints `name: value`; a sensitive value is hidden.
impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name.escape_ascii();
        if self.sensitive {
            write!(f, "{name}: (sensitive)")
        } else {
            write!(f, "{name}: {}", self.value.escape_ascii())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_a_sensitive_value() {
        assert_eq!(format!("{:?}", Field::new(b"a", b"b\n")), "a: b\\n");
        assert_eq!(format!("{:?}", Field::sensitive(b"a", b"b")), "a: (sensitive)");
    }

    #[test]
    fn size_counts_32_octets_of_overhead() {
        assert_eq!(Field::new(b"custom-key", b"custom-header").size(), 55);
    }
}
