use super::error::{exact_length, on_stream};
use super::{ErrorCode, Flags, FrameErrorKind, FrameType, Head, StreamId};

/// RST_STREAM: ends a stream at once (RFC 9113 §6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RstStream {
    /// The stream, never 0.
    pub stream: StreamId,
    /// Why.
    pub code: ErrorCode,
}

impl RstStream {
    pub(super) fn check(head: &Head) -> Result<(), FrameErrorKind> {
        exact_length(head, 4)?;
        on_stream(head)
    }

    pub(super) fn parse(head: &Head, payload: &[u8]) -> Result<RstStream, FrameErrorKind> {
        let code = payload.first_chunk().ok_or(FrameErrorKind::BadLength)?;
        Ok(RstStream { stream: head.stream, code: ErrorCode(u32::from_be_bytes(*code)) })
    }

    /// Appends the frame to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        Head { length: 4, kind: FrameType::RST_STREAM, flags: Flags::NONE, stream: self.stream }
            .encode(out);
        out.extend_from_slice(&self.code.0.to_be_bytes());
    }
}
