use super::error::{least_length, on_stream};
use super::{
    Dependency, Flags, FrameErrorKind, FrameType, Head, Padding, StreamId, padding, wire_length,
};

/// HEADERS: opens a stream or ends it with trailers (RFC 9113 §6.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headers<'a> {
    /// The stream, never 0.
    pub stream: StreamId,
    /// The flags on the wire. When encoding, PADDED and PRIORITY follow from the fields below.
    pub flags: Flags,
    /// The deprecated priority fields, if the frame has them (RFC 7540 §5.3).
    pub dependency: Option<Dependency>,
    /// The field block, or the first fragment of it without END_HEADERS.
    pub fragment: &'a [u8],
    /// The padding, which is not part of `fragment`.
    pub padding: Padding,
}

impl<'a> Headers<'a> {
    /// Whether the sender's half of the stream ends with this field block.
    pub fn end_stream(&self) -> bool {
        self.flags.contains(Flags::END_STREAM)
    }

    /// Whether the field block is complete.
    pub fn end_headers(&self) -> bool {
        self.flags.contains(Flags::END_HEADERS)
    }

    pub(super) fn check(head: &Head) -> Result<(), FrameErrorKind> {
        let pad_length = u32::from(head.flags.contains(Flags::PADDED));
        let dependency = u32::from(head.flags.contains(Flags::PRIORITY)) * Dependency::LEN;
        least_length(head, pad_length + dependency)?;
        on_stream(head)
    }

    pub(super) fn parse(head: &Head, payload: &'a [u8]) -> Result<Headers<'a>, FrameErrorKind> {
        let (content, padding) = padding::strip(head.flags, payload)?;
        let (dependency, fragment) = if head.flags.contains(Flags::PRIORITY) {
            // The padding leaves no room for the priority fields.
            let (fields, fragment) =
                content.split_first_chunk().ok_or(FrameErrorKind::BadPadding)?;
            (Some(Dependency::parse(fields)), fragment)
        } else {
            (None, content)
        };
        Ok(Headers { stream: head.stream, flags: head.flags, dependency, fragment, padding })
    }

    /// Appends the frame to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let dependency = if self.dependency.is_some() { Dependency::LEN } else { 0 };
        let len = self.fragment.len() + (dependency + self.padding.added()) as usize;
        let flags = Flags(self.flags.0 & !Flags::PRIORITY.0)
            .with(Flags::PRIORITY, self.dependency.is_some());
        Head {
            length: wire_length(len),
            kind: FrameType::HEADERS,
            flags: self.padding.mark(flags),
            stream: self.stream,
        }
        .encode(out);
        out.extend(self.padding.pad_length());
        if let Some(dependency) = self.dependency {
            dependency.encode(out);
        }
        out.extend_from_slice(self.fragment);
        out.extend_from_slice(self.padding.trailer());
    }
}
