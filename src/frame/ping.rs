use super::error::{exact_length, on_connection};
use super::{Flags, FrameErrorKind, FrameType, Head, StreamId};

/// PING, or the answer to one (RFC 9113 §6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ping {
    /// Whether this answers the receiver's PING.
    pub ack: bool,
    /// Opaque; an answer repeats it.
    pub payload: [u8; 8],
}

impl Ping {
    pub(super) fn check(head: &Head) -> Result<(), FrameErrorKind> {
        exact_length(head, 8)?;
        on_connection(head)
    }

    pub(super) fn parse(head: &Head, payload: &[u8]) -> Result<Ping, FrameErrorKind> {
        let payload = *payload.first_chunk().ok_or(FrameErrorKind::BadLength)?;
        Ok(Ping { ack: head.flags.contains(Flags::ACK), payload })
    }

    /// Appends the frame to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        Head {
            length: 8,
            kind: FrameType::PING,
            flags: Flags::NONE.with(Flags::ACK, self.ack),
            stream: StreamId::ZERO,
        }
        .encode(out);
        out.extend_from_slice(&self.payload);
    }
}
