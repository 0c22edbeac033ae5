use super::error::on_stream;
use super::{Flags, FrameErrorKind, FrameType, Head, StreamId, wire_length};

/// CONTINUATION: more of a field block (RFC 9113 §6.10). That one is expected is not judged here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Continuation<'a> {
    /// The stream, never 0.
    pub stream: StreamId,
    /// Whether the field block is complete.
    pub end_headers: bool,
    /// The next fragment of the field block.
    pub fragment: &'a [u8],
}

impl<'a> Continuation<'a> {
    pub(super) fn check(head: &Head) -> Result<(), FrameErrorKind> {
        on_stream(head)
    }

    pub(super) fn parse(head: &Head, payload: &'a [u8]) -> Continuation<'a> {
        let end_headers = head.flags.contains(Flags::END_HEADERS);
        Continuation { stream: head.stream, end_headers, fragment: payload }
    }

    /// The head of a CONTINUATION frame with `len` octets of field block.
    pub(super) fn head(stream: StreamId, len: usize, end_headers: bool) -> Head {
        Head {
            length: wire_length(len),
            kind: FrameType::CONTINUATION,
            flags: Flags::NONE.with(Flags::END_HEADERS, end_headers),
            stream,
        }
    }

    /// Appends the frame to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        Continuation::head(self.stream, self.fragment.len(), self.end_headers).encode(out);
        out.extend_from_slice(self.fragment);
    }
}
