//! Output goes into a buffer that JavaScript brought; bodies stay where they are.
//!
//! For each piece of a body a segment says where it belongs: small ones leave a hole in the buffer
//! for JavaScript to fill, large ones are written to the socket by themselves, between two parts
//! of the buffer.

use super::events::word;
use crate::proto::{Output, StreamKey};

/// Bodies up to this length are copied: cheaper than one more buffer to hand to the socket.
const MAX_HOLE: usize = 4096;

/// Padding that may follow a body (RFC 9113 §6.1).
const MAX_PADDING: usize = 255;

/// Octets of bodies outside of the buffer per call: enough to keep a socket busy, little enough
/// for a PING or a WINDOW_UPDATE not to wait behind megabytes.
const MAX_REFERRED: usize = 1 << 20;

/// Words per segment, and words before the first.
pub(super) const SEGMENT: usize = 3;

/// One call's output.
pub(super) struct Draw<'a> {
    out: &'a mut [u8],
    at: usize,
    segments: &'a mut [i32],
    count: usize,
    referred: usize,
}

impl<'a> Draw<'a> {
    /// Writes at `out[at..]`; `segments` has room for at least the words before the first one.
    pub(super) fn new(out: &'a mut [u8], at: usize, segments: &'a mut [i32]) -> Self {
        Self { out, at, segments, count: 0, referred: 0 }
    }

    /// Where the output ends.
    pub(super) fn end(&self) -> usize {
        self.at
    }

    /// Completes the list of segments; `flags` are bits for the state of the session.
    pub(super) fn finish(self, more: bool, flags: i32) {
        self.segments[..SEGMENT].copy_from_slice(&[word(self.count), i32::from(more), flags]);
    }

    /// What a session that is over draws: nothing.
    pub(super) fn none(segments: &mut [i32]) {
        segments[..SEGMENT].fill(0);
    }

    fn segments_left(&self) -> bool {
        (self.count + 2) * SEGMENT <= self.segments.len()
    }
}

impl Output for Draw<'_> {
    fn room(&self) -> usize {
        self.out.len() - self.at
    }

    fn put(&mut self, octets: &[u8]) {
        #[cfg(feature = "fault-injection")]
        super::faults::transmit(octets);
        self.out[self.at..self.at + octets.len()].copy_from_slice(octets);
        self.at += octets.len();
    }

    fn body(&mut self, stream: StreamKey, len: usize) {
        let hole = len <= MAX_HOLE && len + MAX_PADDING <= self.room();
        let position = if hole { word(self.at) } else { -word(self.at) - 1 };
        let first = (self.count + 1) * SEGMENT;
        self.segments[first..first + SEGMENT].copy_from_slice(&[
            stream.slot.cast_signed(),
            word(len),
            position,
        ]);
        self.count += 1;
        if hole {
            self.at += len;
        } else {
            self.referred += len;
        }
    }

    fn body_limit(&self, overhead: usize, want: usize) -> usize {
        let room = overhead <= self.room() && self.segments_left();
        if room && self.referred < MAX_REFERRED { want } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::StreamId;

    const KEY: StreamKey = StreamKey { slot: 7, id: StreamId::new(1) };

    #[test]
    fn small_bodies_leave_a_hole() {
        let (mut out, mut segments) = ([0xff; 600], [0; 6]);
        let mut draw = Draw::new(&mut out, 10, &mut segments);
        draw.put(b"head");
        draw.body(KEY, 100);
        draw.put(b"tail");
        assert_eq!(draw.end(), 118);
        draw.finish(true, 3);
        assert_eq!(segments, [1, 1, 3, 7, 100, 14]);
        assert_eq!(&out[10..14], b"head");
        assert_eq!(out[14..114], [0xff; 100]);
        assert_eq!(&out[114..118], b"tail");
    }

    #[test]
    fn large_bodies_stay_outside() {
        let (mut out, mut segments) = ([0; 64], [0; 9]);
        let mut draw = Draw::new(&mut out, 0, &mut segments);
        draw.put(b"head");
        assert_eq!(draw.body_limit(9, 16_384), 16_384);
        draw.body(KEY, 16_384);
        draw.put(b"tail");
        assert_eq!(draw.end(), 8);
        draw.finish(false, 0);
        assert_eq!(segments[3..6], [7, 16_384, -5]);
    }

    #[test]
    fn a_small_body_that_does_not_fit_stays_outside() {
        let (mut out, mut segments) = ([0; 300], [0; 9]);
        let mut draw = Draw::new(&mut out, 0, &mut segments);
        draw.body(KEY, 46);
        draw.finish(false, 0);
        assert_eq!(segments[3..6], [7, 46, -1]);
    }

    #[test]
    fn no_body_begins_without_a_segment_or_room_for_its_frame() {
        let (mut out, mut segments) = ([0; 1000], [0; 9]);
        let mut draw = Draw::new(&mut out, 0, &mut segments);
        assert_eq!(draw.body_limit(1000, 5), 5);
        assert_eq!(draw.body_limit(1001, 5), 0);
        draw.body(KEY, 1);
        assert_eq!(draw.body_limit(9, 5), 5);
        draw.body(KEY, 1);
        assert_eq!(draw.body_limit(9, 5), 0);
    }

    #[test]
    fn bodies_outside_are_limited_per_call() {
        let (mut out, mut segments) = ([0; 1000], [0; 30]);
        let mut draw = Draw::new(&mut out, 0, &mut segments);
        draw.body(KEY, MAX_REFERRED - MAX_HOLE - 1);
        assert_eq!(draw.body_limit(9, 16_384), 16_384);
        draw.body(KEY, MAX_HOLE + 1);
        assert_eq!(draw.body_limit(9, 16_384), 0);
    }
}
