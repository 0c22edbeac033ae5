use super::error::least_length;
use super::{Flags, FrameErrorKind, FrameType, Head, StreamId, wire_length};

/// ALTSVC: where else an origin is served (RFC 7838 §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AltSvc<'a> {
    /// The stream whose request's origin is meant, or 0 with `origin` given. That one of the two
    /// holds is not judged here; other frames are to be ignored.
    pub stream: StreamId,
    /// The origin's ASCII serialization, or empty.
    pub origin: &'a [u8],
    /// An Alt-Svc field value.
    pub value: &'a [u8],
}

impl<'a> AltSvc<'a> {
    /// Octets of the origin's length.
    const ORIGIN_LEN: u32 = 2;

    pub(super) fn check(head: &Head) -> Result<(), FrameErrorKind> {
        least_length(head, Self::ORIGIN_LEN)
    }

    pub(super) fn parse(head: &Head, payload: &'a [u8]) -> Result<AltSvc<'a>, FrameErrorKind> {
        let (len, rest) = payload.split_first_chunk().ok_or(FrameErrorKind::BadLength)?;
        let (origin, value) = rest
            .split_at_checked(usize::from(u16::from_be_bytes(*len)))
            .ok_or(FrameErrorKind::Malformed)?;
        Ok(AltSvc { stream: head.stream, origin, value })
    }

    /// Appends the frame to `out`.
    ///
    /// # Panics
    /// If `origin` has more than 65,535 octets, which its length on the wire cannot say.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let origin_len =
            u16::try_from(self.origin.len()).expect("an origin fits 16 bits of length");
        Head {
            length: wire_length(Self::ORIGIN_LEN as usize + self.origin.len() + self.value.len()),
            kind: FrameType::ALTSVC,
            flags: Flags::NONE,
            stream: self.stream,
        }
        .encode(out);
        out.extend_from_slice(&origin_len.to_be_bytes());
        out.extend_from_slice(self.origin);
        out.extend_from_slice(self.value);
    }
}
