//! Octets that wait to be sent: control frames and field blocks, in the order in which they were
//! asked for. DATA follows once they are gone.

use super::event::Output;
use crate::frame::{GoAway, Ping, RstStream, Settings};

/// Capacity that survives being emptied, so that an idle session keeps little.
const KEPT_CAPACITY: usize = 4096;

/// The queue of octets.
#[derive(Debug, Default)]
pub(super) struct Wire {
    octets: Vec<u8>,
    /// How many of them were drawn.
    drawn: usize,
    /// Frames in it.
    frames: usize,
    /// Acknowledgements in it.
    acks: u32,
    /// RST_STREAM frames in it.
    resets: u32,
    /// Where the GOAWAY of a failed session lies.
    verdict: Option<(usize, usize)>,
    /// Octets that stand before the first frame.
    preface: usize,
}

impl Wire {
    pub(super) fn is_empty(&self) -> bool {
        self.drawn == self.octets.len()
    }

    /// Octets that wait.
    pub(super) fn len(&self) -> usize {
        self.octets.len() - self.drawn
    }

    /// Everything since the queue was empty, drawn or not.
    pub(super) fn octets(&self) -> &[u8] {
        &self.octets
    }

    /// How many octets of [`octets`](Wire::octets) were drawn.
    pub(super) fn drawn(&self) -> usize {
        self.drawn
    }

    /// How many octets of [`octets`](Wire::octets) stand before the first frame.
    pub(super) fn preface_len(&self) -> usize {
        self.preface
    }

    /// Frames that wait.
    pub(super) fn frames(&self) -> usize {
        self.frames
    }

    /// Appends octets before the first frame.
    pub(super) fn preface(&mut self, octets: &[u8]) {
        self.octets.extend_from_slice(octets);
        self.preface = octets.len();
    }

    /// Appends one frame.
    pub(super) fn frame(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.octets);
        self.frames += 1;
    }

    /// Appends RST_STREAM.
    pub(super) fn reset(&mut self, frame: &RstStream) {
        self.frame(|out| frame.encode(out));
        self.resets = self.resets.saturating_add(1);
    }

    /// How many RST_STREAM frames wait.
    pub(super) fn resets(&self) -> u32 {
        self.resets
    }

    /// Appends an acknowledgement of SETTINGS and answers how many acknowledgements wait.
    pub(super) fn settings_ack(&mut self) -> u32 {
        self.frame(Settings::encode_ack);
        self.acks += 1;
        self.acks
    }

    /// Appends the answer to a PING and answers how many acknowledgements wait.
    pub(super) fn ping_ack(&mut self, payload: [u8; 8]) -> u32 {
        self.frame(|out| Ping { ack: true, payload }.encode(out));
        self.acks += 1;
        self.acks
    }

    /// Whether the GOAWAY of a failed session waits, so that another can take its place.
    pub(super) fn has_verdict(&self) -> bool {
        self.verdict.is_some_and(|(start, _)| start >= self.drawn)
    }

    /// Appends the GOAWAY of a failed session.
    pub(super) fn verdict(&mut self, frame: &GoAway<'_>) {
        let start = self.octets.len();
        self.frame(|out| frame.encode(out));
        self.verdict = Some((start, self.octets.len()));
    }

    /// Appends a GOAWAY that the application wants, in place of a failed session's that waits.
    pub(super) fn goaway(&mut self, frame: &GoAway<'_>) {
        if let Some((start, end)) = self.verdict
            && self.has_verdict()
        {
            self.octets.drain(start..end);
            self.frames -= 1;
            self.verdict(frame);
        } else {
            self.frame(|out| frame.encode(out));
        }
    }

    /// Hands on what there is room for. True when nothing waits any more.
    pub(super) fn draw(&mut self, out: &mut impl Output) -> bool {
        if self.is_empty() {
            return true;
        }
        let len = self.len().min(out.room());
        out.put(&self.octets[self.drawn..self.drawn + len]);
        self.drawn += len;
        if !self.is_empty() {
            return false;
        }
        self.octets.clear();
        if self.octets.capacity() > KEPT_CAPACITY {
            self.octets = Vec::new();
        }
        *self = Wire { octets: std::mem::take(&mut self.octets), ..Wire::default() };
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{ErrorCode, StreamId};
    use crate::proto::StreamKey;

    struct Limited(Vec<u8>, usize);

    impl Output for Limited {
        fn room(&self) -> usize {
            self.1 - self.0.len()
        }

        fn put(&mut self, octets: &[u8]) {
            self.0.extend_from_slice(octets);
        }

        fn body(&mut self, _: StreamKey, _: usize) {}
    }

    fn goaway(code: ErrorCode) -> GoAway<'static> {
        GoAway { last: StreamId::ZERO, code, debug: b"" }
    }

    #[test]
    fn the_goaway_of_a_failed_session_is_replaced_while_it_waits() {
        let mut wire = Wire::default();
        wire.goaway(&goaway(ErrorCode::NO_ERROR));
        wire.goaway(&goaway(ErrorCode::NO_ERROR));
        assert_eq!((wire.len(), wire.frames()), (2 * 17, 2));
        wire.verdict(&goaway(ErrorCode::PROTOCOL_ERROR));
        wire.goaway(&goaway(ErrorCode::CANCEL));
        assert_eq!((wire.len(), wire.frames()), (3 * 17, 3));

        let mut out = Limited(Vec::new(), 2 * 17 + 10);
        assert!(!wire.draw(&mut out));
        assert!(!wire.has_verdict());
        wire.goaway(&goaway(ErrorCode::CANCEL));
        out.1 = 1000;
        assert!(wire.draw(&mut out));
        assert_eq!(out.0.len(), 4 * 17);
        assert_eq!((wire.frames(), wire.settings_ack()), (0, 1));
    }
}
