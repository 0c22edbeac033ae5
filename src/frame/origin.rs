use super::{Flags, FrameErrorKind, FrameType, Head, StreamId, wire_length};

/// ORIGIN: the origins that a server is authoritative for on this connection (RFC 8336 §2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The stream in the head; on any but 0 the frame is to be ignored (RFC 8336 §2.1).
    pub stream: StreamId,
    /// The flags on the wire; with any of the low four set the frame is to be ignored
    /// (RFC 8336 §2.1).
    pub flags: Flags,
    payload: &'a [u8],
}

impl<'a> Origin<'a> {
    /// The ASCII serializations, in the order of the wire; empty ones included.
    pub fn entries(&self) -> OriginEntries<'a> {
        OriginEntries { payload: self.payload }
    }

    pub(super) fn parse(head: &Head, payload: &'a [u8]) -> Result<Origin<'a>, FrameErrorKind> {
        let mut entries = OriginEntries { payload };
        entries.by_ref().for_each(drop);
        if !entries.payload.is_empty() {
            return Err(FrameErrorKind::Malformed);
        }
        Ok(Origin { stream: head.stream, flags: head.flags, payload })
    }

    /// Appends an ORIGIN frame with `origins` to `out`.
    ///
    /// # Panics
    /// If an origin has more than 65,535 octets, which its length on the wire cannot say.
    pub fn encode<'o>(origins: impl Iterator<Item = &'o [u8]> + Clone, out: &mut Vec<u8>) {
        let len = origins.clone().map(|origin| 2 + origin.len()).sum();
        Head {
            length: wire_length(len),
            kind: FrameType::ORIGIN,
            flags: Flags::NONE,
            stream: StreamId::ZERO,
        }
        .encode(out);
        for origin in origins {
            let len = u16::try_from(origin.len()).expect("an origin fits 16 bits of length");
            out.extend_from_slice(&len.to_be_bytes());
            out.extend_from_slice(origin);
        }
    }
}

/// Iterates over the origins of an ORIGIN frame.
#[derive(Debug, Clone)]
pub struct OriginEntries<'a> {
    payload: &'a [u8],
}

impl<'a> Iterator for OriginEntries<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (len, rest) = self.payload.split_first_chunk()?;
        let (origin, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*len)))?;
        self.payload = rest;
        Some(origin)
    }
}
