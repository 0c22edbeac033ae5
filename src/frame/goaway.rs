use super::error::{least_length, on_connection};
use super::{ErrorCode, Flags, FrameErrorKind, FrameType, Head, StreamId, u32_at, wire_length};

/// GOAWAY: no more streams, and which ones were or may be processed (RFC 9113 §6.8).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoAway<'a> {
    /// The highest peer-initiated stream that the sender might act upon.
    pub last: StreamId,
    /// Why.
    pub code: ErrorCode,
    /// Opaque, for people who look into it.
    pub debug: &'a [u8],
}

impl<'a> GoAway<'a> {
    /// Octets before the debug data.
    const FIXED_LEN: u32 = 8;

    pub(super) fn check(head: &Head) -> Result<(), FrameErrorKind> {
        least_length(head, Self::FIXED_LEN)?;
        on_connection(head)
    }

    pub(super) fn parse(payload: &'a [u8]) -> Result<GoAway<'a>, FrameErrorKind> {
        let (fixed, debug) = payload
            .split_first_chunk::<{ GoAway::FIXED_LEN as usize }>()
            .ok_or(FrameErrorKind::BadLength)?;
        Ok(GoAway {
            last: StreamId::new(u32_at(fixed, 0)),
            code: ErrorCode(u32_at(fixed, 4)),
            debug,
        })
    }

    /// Appends the frame to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        Head {
            length: wire_length(self.debug.len() + Self::FIXED_LEN as usize),
            kind: FrameType::GOAWAY,
            flags: Flags::NONE,
            stream: StreamId::ZERO,
        }
        .encode(out);
        out.extend_from_slice(&self.last.get().to_be_bytes());
        out.extend_from_slice(&self.code.0.to_be_bytes());
        out.extend_from_slice(self.debug);
    }
}
