use super::error::{least_length, on_connection};
use super::{Flags, FrameErrorKind, FrameType, Head, StreamId, wire_length};

/// PRIORITY_UPDATE: another priority for a response (RFC 9218 §7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriorityUpdate<'a> {
    /// The stream meant; that it is one a client opens is not judged here.
    pub prioritized: StreamId,
    /// A Priority field value in ASCII.
    pub value: &'a [u8],
}

impl<'a> PriorityUpdate<'a> {
    /// Octets of the prioritized stream identifier.
    const PRIORITIZED_LEN: u32 = 4;

    pub(super) fn check(head: &Head) -> Result<(), FrameErrorKind> {
        least_length(head, Self::PRIORITIZED_LEN)?;
        on_connection(head)
    }

    pub(super) fn parse(payload: &'a [u8]) -> Result<PriorityUpdate<'a>, FrameErrorKind> {
        let (prioritized, value) = payload.split_first_chunk().ok_or(FrameErrorKind::BadLength)?;
        Ok(PriorityUpdate { prioritized: StreamId::new(u32::from_be_bytes(*prioritized)), value })
    }

    /// Appends the frame to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        Head {
            length: wire_length(self.value.len() + Self::PRIORITIZED_LEN as usize),
            kind: FrameType::PRIORITY_UPDATE,
            flags: Flags::NONE,
            stream: StreamId::ZERO,
        }
        .encode(out);
        out.extend_from_slice(&self.prioritized.get().to_be_bytes());
        out.extend_from_slice(self.value);
    }
}
