use super::error::{least_length, on_stream};
use super::{Flags, FrameErrorKind, FrameType, Head, Padding, StreamId, wire_length};

/// A piece of a DATA frame (RFC 9113 §6.1).
///
/// DATA is never gathered: each call of the decoder hands on what the input holds of the frame.
/// A frame has at least one piece, so that an empty one is seen too; a piece that carries only
/// padding has an empty `payload`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Data<'a> {
    /// The stream, never 0.
    pub stream: StreamId,
    /// The body octets of this piece, a slice of the decoder's input.
    pub payload: &'a [u8],
    /// Octets of flow control this piece accounts for: payload, padding and pad length octet. The
    /// pieces of a frame add up to `frame_len`.
    pub flow_len: u32,
    /// The whole frame's octets of flow control, the length in its head (§6.9.1).
    pub frame_len: u32,
    /// Whether this is the frame's first piece.
    pub first: bool,
    /// Whether this is the frame's last piece.
    pub end: bool,
    /// The frame's END_STREAM flag, on every piece of it; it takes effect with the last.
    pub end_stream: bool,
}

impl Data<'_> {
    pub(super) fn check(head: &Head) -> Result<(), FrameErrorKind> {
        least_length(head, u32::from(head.flags.contains(Flags::PADDED)))?;
        on_stream(head)
    }

    /// The head of a DATA frame for `len` octets of body and `padding`. After it go the pad length
    /// octet if there is one, the body, and [`Padding::trailer`].
    pub fn head(stream: StreamId, len: usize, end_stream: bool, padding: Padding) -> Head {
        Head {
            length: wire_length(len + padding.added() as usize),
            kind: FrameType::DATA,
            flags: padding.mark(Flags::NONE.with(Flags::END_STREAM, end_stream)),
            stream,
        }
    }

    /// Appends a whole DATA frame to `out`.
    pub fn encode(
        stream: StreamId,
        body: &[u8],
        end_stream: bool,
        padding: Padding,
        out: &mut Vec<u8>,
    ) {
        Data::head(stream, body.len(), end_stream, padding).encode(out);
        out.extend(padding.pad_length());
        out.extend_from_slice(body);
        out.extend_from_slice(padding.trailer());
    }
}
