use std::fmt;

/// A stream identifier: 31 bits, the reserved bit is never part of it (RFC 9113 §5.1.1).
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId(u32);

impl StreamId {
    /// The connection as a whole.
    pub const ZERO: StreamId = StreamId(0);
    /// The largest identifier there is, 2^31-1.
    pub const MAX: StreamId = StreamId(0x7fff_ffff);

    /// The identifier in the low 31 bits of `value`; the reserved bit is ignored (§4.1).
    pub const fn new(value: u32) -> StreamId {
        StreamId(value & 0x7fff_ffff)
    }

    /// The number, `0..=2^31-1`.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Whether this is the connection rather than a stream.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Whether a client opens the stream of this identifier: an odd number.
    pub const fn is_client(self) -> bool {
        self.0 & 1 == 1
    }

    /// Whether a server opens the stream of this identifier: an even number that is not 0.
    pub const fn is_server(self) -> bool {
        self.0 != 0 && self.0 & 1 == 0
    }

    /// The next identifier of the same side, or `None` when they are used up.
    pub const fn next(self) -> Option<StreamId> {
        if self.0 + 2 > StreamId::MAX.0 { None } else { Some(StreamId(self.0 + 2)) }
    }
}

impl From<u32> for StreamId {
    fn from(value: u32) -> StreamId {
        StreamId::new(value)
    }
}

impl From<StreamId> for u32 {
    fn from(id: StreamId) -> u32 {
        id.0
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for StreamId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamId({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserved_bit_is_ignored() {
        assert_eq!(StreamId::new(0x8000_0005), StreamId::new(5));
        assert_eq!(StreamId::new(0xffff_ffff), StreamId::MAX);
    }

    #[test]
    fn zero_belongs_to_neither_side() {
        assert!(!StreamId::ZERO.is_client() && !StreamId::ZERO.is_server());
        assert!(StreamId::new(1).is_client() && !StreamId::new(1).is_server());
        assert!(StreamId::new(2).is_server() && !StreamId::new(2).is_client());
    }

    #[test]
    fn identifiers_run_out_on_both_sides() {
        assert_eq!(StreamId::new(1).next(), Some(StreamId::new(3)));
        assert_eq!(StreamId::new(0x7fff_fffd).next(), Some(StreamId::MAX));
        assert_eq!(StreamId::MAX.next(), None);
        assert_eq!(StreamId::new(0x7fff_fffe).next(), None);
    }
}
