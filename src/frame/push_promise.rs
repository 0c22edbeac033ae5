use super::error::{least_length, on_stream};
use super::{Flags, FrameErrorKind, FrameType, Head, Padding, StreamId, padding, wire_length};

/// PUSH_PROMISE: reserves a stream for a response nobody asked for (RFC 9113 §6.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PushPromise<'a> {
    /// The stream of the request that the promise belongs to, never 0.
    pub stream: StreamId,
    /// The flags on the wire. When encoding, PADDED follows from `padding`.
    pub flags: Flags,
    /// The stream that is reserved; whether it may be is not judged here.
    pub promised: StreamId,
    /// The field block, or the first fragment of it without END_HEADERS.
    pub fragment: &'a [u8],
    /// The padding, which is not part of `fragment`.
    pub padding: Padding,
}

impl<'a> PushPromise<'a> {
    /// Octets of the promised stream identifier.
    const PROMISED_LEN: u32 = 4;

    /// Whether the field block is complete.
    pub fn end_headers(&self) -> bool {
        self.flags.contains(Flags::END_HEADERS)
    }

    pub(super) fn check(head: &Head) -> Result<(), FrameErrorKind> {
        let pad_length = u32::from(head.flags.contains(Flags::PADDED));
        least_length(head, pad_length + Self::PROMISED_LEN)?;
        on_stream(head)
    }

    pub(super) fn parse(head: &Head, payload: &'a [u8]) -> Result<PushPromise<'a>, FrameErrorKind> {
        let (content, padding) = padding::strip(head.flags, payload)?;
        // The padding leaves no room for the identifier.
        let (promised, fragment) = content.split_first_chunk().ok_or(FrameErrorKind::BadPadding)?;
        Ok(PushPromise {
            stream: head.stream,
            flags: head.flags,
            promised: StreamId::new(u32::from_be_bytes(*promised)),
            fragment,
            padding,
        })
    }

    /// Appends the frame to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let added = (Self::PROMISED_LEN + self.padding.added()) as usize;
        Head {
            length: wire_length(self.fragment.len() + added),
            kind: FrameType::PUSH_PROMISE,
            flags: self.padding.mark(self.flags),
            stream: self.stream,
        }
        .encode(out);
        out.extend(self.padding.pad_length());
        out.extend_from_slice(&self.promised.get().to_be_bytes());
        out.extend_from_slice(self.fragment);
        out.extend_from_slice(self.padding.trailer());
    }
}
