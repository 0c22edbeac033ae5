use super::{Flags, FrameType, MAX_MAX_FRAME_SIZE, StreamId};

/// The nine octets before every payload (RFC 9113 §4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Head {
    /// Octets of payload, `0..=2^24-1`; padding is part of it.
    pub length: u32,
    /// The type, known or not.
    pub kind: FrameType,
    /// The flags as they stand on the wire, undefined ones included.
    pub flags: Flags,
    /// The stream, or 0 for the connection.
    pub stream: StreamId,
}

impl Head {
    /// Octets on the wire.
    pub const LEN: usize = 9;

    /// Reads a head. The reserved bit before the stream identifier is ignored.
    pub fn parse(octets: &[u8; Head::LEN]) -> Head {
        let [l0, l1, l2, kind, flags, s0, s1, s2, s3] = *octets;
        Head {
            length: u32::from_be_bytes([0, l0, l1, l2]),
            kind: FrameType(kind),
            flags: Flags(flags),
            stream: StreamId::new(u32::from_be_bytes([s0, s1, s2, s3])),
        }
    }

    /// Writes the head over `octets`. A length beyond 24 bits is a caller's fault.
    pub fn write(&self, octets: &mut [u8; Head::LEN]) {
        debug_assert!(self.length <= MAX_MAX_FRAME_SIZE);
        let [_, l0, l1, l2] = self.length.to_be_bytes();
        let [s0, s1, s2, s3] = self.stream.get().to_be_bytes();
        *octets = [l0, l1, l2, self.kind.0, self.flags.0, s0, s1, s2, s3];
    }

    /// Appends the head to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut octets = [0; Head::LEN];
        self.write(&mut octets);
        out.extend_from_slice(&octets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_and_written_in_network_order() {
        let octets = [0x01, 0x02, 0x03, 0x08, 0xa5, 0xff, 0x00, 0x00, 0x07];
        let head = Head::parse(&octets);
        assert_eq!(head.length, 0x01_02_03);
        assert_eq!(head.kind, FrameType::WINDOW_UPDATE);
        assert_eq!(head.flags, Flags(0xa5));
        assert_eq!(head.stream, StreamId::new(0x7f00_0007));

        let mut out = Vec::new();
        head.encode(&mut out);
        // The reserved bit is not sent back.
        assert_eq!(out, [0x01, 0x02, 0x03, 0x08, 0xa5, 0x7f, 0x00, 0x00, 0x07]);
    }
}
