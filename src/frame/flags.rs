use super::FrameType;
use std::fmt;
use std::ops::{BitOr, BitOrAssign};

/// The flags octet of a frame head. Flags that a type does not define are ignored (RFC 9113 §4.1).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u8);

impl Flags {
    /// No flag set.
    pub const NONE: Flags = Flags(0);
    /// SETTINGS and PING: an acknowledgement.
    pub const ACK: Flags = Flags(0x1);
    /// DATA and HEADERS: the sender's half of the stream ends with this message part.
    pub const END_STREAM: Flags = Flags(0x1);
    /// HEADERS, PUSH_PROMISE and CONTINUATION: the field block ends with this frame.
    pub const END_HEADERS: Flags = Flags(0x4);
    /// DATA, HEADERS and PUSH_PROMISE: a pad length octet and padding are present.
    pub const PADDED: Flags = Flags(0x8);
    /// HEADERS: the deprecated priority fields are present.
    pub const PRIORITY: Flags = Flags(0x20);

    /// The flags that a frame type defines, with their names in its RFC.
    pub const fn defined_for(kind: FrameType) -> &'static [(Flags, &'static str)] {
        const END_STREAM: (Flags, &str) = (Flags::END_STREAM, "END_STREAM");
        const END_HEADERS: (Flags, &str) = (Flags::END_HEADERS, "END_HEADERS");
        const PADDED: (Flags, &str) = (Flags::PADDED, "PADDED");
        const PRIORITY: (Flags, &str) = (Flags::PRIORITY, "PRIORITY");
        match kind {
            FrameType::DATA => &[END_STREAM, PADDED],
            FrameType::HEADERS => &[END_STREAM, END_HEADERS, PADDED, PRIORITY],
            FrameType::PUSH_PROMISE => &[END_HEADERS, PADDED],
            FrameType::CONTINUATION => &[END_HEADERS],
            FrameType::SETTINGS | FrameType::PING => &[(Flags::ACK, "ACK")],
            _ => &[],
        }
    }

    /// Whether every flag of `other` is set.
    pub const fn contains(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// `self` with the flags of `other` if `condition` holds.
    #[must_use]
    pub const fn with(self, other: Flags, condition: bool) -> Flags {
        if condition { Flags(self.0 | other.0) } else { self }
    }
}

impl BitOr for Flags {
    type Output = Flags;

    fn bitor(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, other: Flags) {
        self.0 |= other.0;
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Flags({:#04x})", self.0)
    }
}
