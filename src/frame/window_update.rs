use super::error::exact_length;
use super::{Flags, FrameErrorKind, FrameType, Head, StreamId};

/// WINDOW_UPDATE: credit for a stream, or on stream 0 for the connection (RFC 9113 §6.9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowUpdate {
    /// The stream, or 0.
    pub stream: StreamId,
    /// Octets, `0..=2^31-1`; that 0 is an error of stream or connection is not judged here.
    pub increment: u32,
}

impl WindowUpdate {
    pub(super) fn check(head: &Head) -> Result<(), FrameErrorKind> {
        exact_length(head, 4)
    }

    pub(super) fn parse(head: &Head, payload: &[u8]) -> Result<WindowUpdate, FrameErrorKind> {
        let increment = payload.first_chunk().ok_or(FrameErrorKind::BadLength)?;
        // §6.9: the reserved bit is ignored.
        let increment = u32::from_be_bytes(*increment) & 0x7fff_ffff;
        Ok(WindowUpdate { stream: head.stream, increment })
    }

    /// Appends the frame to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        Head { length: 4, kind: FrameType::WINDOW_UPDATE, flags: Flags::NONE, stream: self.stream }
            .encode(out);
        out.extend_from_slice(&(self.increment & 0x7fff_ffff).to_be_bytes());
    }
}
