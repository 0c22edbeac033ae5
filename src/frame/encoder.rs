use super::{Continuation, Dependency, Flags, FrameType, Head, Padding, StreamId, wire_length};

/// A HEADERS or PUSH_PROMISE frame around a field block that is written in place.
///
/// [`BlockFrame::headers`] or [`BlockFrame::push_promise`] leaves room for the head, the caller
/// appends the field block to the same buffer, and [`BlockFrame::finish`] fills in the head and
/// cuts what exceeds the peer's frame size into CONTINUATION frames.
#[derive(Debug)]
#[must_use = "the frame has no head before `finish`"]
pub struct BlockFrame {
    kind: FrameType,
    flags: Flags,
    stream: StreamId,
    start: usize,
}

impl BlockFrame {
    /// Begins a HEADERS frame at the end of `out`.
    pub fn headers(
        out: &mut Vec<u8>,
        stream: StreamId,
        end_stream: bool,
        dependency: Option<Dependency>,
    ) -> BlockFrame {
        let flags = Flags::NONE
            .with(Flags::END_STREAM, end_stream)
            .with(Flags::PRIORITY, dependency.is_some());
        let frame = BlockFrame { kind: FrameType::HEADERS, flags, stream, start: out.len() };
        out.extend_from_slice(&[0; Head::LEN]);
        if let Some(dependency) = dependency {
            dependency.encode(out);
        }
        frame
    }

    /// Begins a PUSH_PROMISE frame at the end of `out`.
    pub fn push_promise(out: &mut Vec<u8>, stream: StreamId, promised: StreamId) -> BlockFrame {
        let kind = FrameType::PUSH_PROMISE;
        let frame = BlockFrame { kind, flags: Flags::NONE, stream, start: out.len() };
        out.extend_from_slice(&[0; Head::LEN]);
        out.extend_from_slice(&promised.get().to_be_bytes());
        frame
    }

    /// Octets of payload so far, which is what padding is chosen by.
    pub fn len(&self, out: &[u8]) -> usize {
        out.len() - self.start - Head::LEN
    }

    /// Ends the field block at the end of `out`. `max_frame_size` is the peer's, in octets of
    /// payload; `padding` applies only if the block fits into one frame with it.
    pub fn finish(self, out: &mut Vec<u8>, max_frame_size: u32, padding: Padding) {
        let max = max_frame_size as usize;
        let len = self.len(out);
        if len <= max {
            let fits = len + padding.added() as usize <= max;
            return self.finish_single(out, if fits { padding } else { Padding::NONE });
        }
        let flags = self.flags;
        self.write_head(out, max, flags);
        split_rest(out, self.start + Head::LEN + max, self.stream, max);
    }

    fn finish_single(&self, out: &mut Vec<u8>, padding: Padding) {
        let len = self.len(out) + padding.added() as usize;
        self.write_head(out, len, padding.mark(self.flags | Flags::END_HEADERS));
        if let Some(pad_length) = padding.pad_length() {
            out.insert(self.start + Head::LEN, pad_length);
            out.extend_from_slice(padding.trailer());
        }
    }

    fn write_head(&self, out: &mut [u8], len: usize, flags: Flags) {
        let head = Head { length: wire_length(len), kind: self.kind, flags, stream: self.stream };
        put_head(out, self.start, &head);
    }
}

/// Writes `head` over the octets of `out` from `at`.
fn put_head(out: &mut [u8], at: usize, head: &Head) {
    if let Some(place) = out[at..].first_chunk_mut() {
        head.write(place);
    }
}

/// Makes CONTINUATION frames of `max` octets from what stands in `out` from `at` on: each fragment
/// moves back by the heads that go in before it, the last one first.
fn split_rest(out: &mut Vec<u8>, at: usize, stream: StreamId, max: usize) {
    let rest = out.len() - at;
    let frames = rest.div_ceil(max);
    out.resize(out.len() + frames * Head::LEN, 0);
    for i in (0..frames).rev() {
        let from = at + i * max;
        let len = (rest - i * max).min(max);
        let to = from + (i + 1) * Head::LEN;
        out.copy_within(from..from + len, to);
        put_head(out, to - Head::LEN, &Continuation::head(stream, len, i + 1 == frames));
    }
}
