//! Windows and credit (RFC 9113 §6.9).

/// A sum went beyond 2^31-1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct WindowOverflow;

/// What we may send: granted by the peer, used up by DATA. Negative after the peer lowered
/// SETTINGS_INITIAL_WINDOW_SIZE (RFC 9113 §6.9.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window(i32);

impl Window {
    /// The window that a connection starts with, whatever the SETTINGS say.
    pub(super) const CONNECTION: u32 = 65_535;

    pub(super) fn new(size: u32) -> Window {
        Window(i32::try_from(size).unwrap_or(i32::MAX))
    }

    pub(super) fn value(self) -> i32 {
        self.0
    }

    /// Octets that may go now.
    pub(super) fn available(self) -> usize {
        usize::try_from(self.0).unwrap_or(0)
    }

    /// Takes `len` octets, of those available.
    pub(super) fn use_up(&mut self, len: usize) {
        debug_assert!(len <= self.available());
        self.0 -= i32::try_from(len).unwrap_or(self.0);
    }

    /// RFC 9113 §6.9.1: a sum past 2^31-1 is FLOW_CONTROL_ERROR at the scope of the window.
    pub(super) fn credit(&mut self, increment: u32) -> Result<(), WindowOverflow> {
        self.shift(i64::from(increment))
    }

    /// Moves by the difference between two values of SETTINGS_INITIAL_WINDOW_SIZE, or by credit.
    pub(super) fn shift(&mut self, delta: i64) -> Result<(), WindowOverflow> {
        self.0 = i32::try_from(i64::from(self.0) + delta).map_err(|_| WindowOverflow)?;
        Ok(())
    }
}

/// Octets of credit that are always worth a WINDOW_UPDATE.
const MIN_PORTION: i64 = 32_768;

/// What the peer may send. Credit goes back in portions, once the reader has taken the octets:
/// `unread` are never credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Inflow {
    /// The window at its fullest.
    size: i64,
    /// Octets received and not credited. Negative after the window shrank by more than that: the
    /// peer holds more credit than the window is large, which cannot be taken back.
    used: i64,
    /// Octets received and not taken by the reader.
    unread: i64,
}

impl Inflow {
    pub(super) fn new(size: u32) -> Inflow {
        Inflow { size: i64::from(size), used: 0, unread: 0 }
    }

    pub(super) fn size(&self) -> i32 {
        clamp(self.size)
    }

    pub(super) fn used(&self) -> i32 {
        clamp(self.used)
    }

    /// Octets that the peer may still send.
    pub(super) fn available(&self) -> i32 {
        clamp(self.size - self.used)
    }

    pub(super) fn unread(&self) -> u32 {
        u32::try_from(self.unread).unwrap_or(u32::MAX)
    }

    /// Whether the peer may send a frame of `len` octets.
    pub(super) fn admits(&self, len: u32) -> bool {
        i64::from(len) <= self.size - self.used
    }

    /// Accounts for octets that arrived.
    pub(super) fn receive(&mut self, len: u32) {
        self.used += i64::from(len);
        self.unread += i64::from(len);
    }

    /// The reader took `len` octets.
    pub(super) fn consume(&mut self, len: u32) {
        self.unread = (self.unread - i64::from(len)).max(0);
    }

    /// The increment of a WINDOW_UPDATE that is due, which is then taken for sent.
    pub(super) fn take_credit(&mut self) -> Option<u32> {
        let credit = self.used - self.unread;
        if credit <= 0 || credit < self.portion() {
            return None;
        }
        self.used -= credit;
        u32::try_from(credit).ok()
    }

    /// The least credit that is worth a WINDOW_UPDATE. What is withheld is missing from the window,
    /// so it is half only of one that is small.
    fn portion(&self) -> i64 {
        (self.size / 8).max(MIN_PORTION).min(self.size / 2)
    }

    /// Changes the window at its fullest. The increment of the WINDOW_UPDATE that tells the peer
    /// of a larger one, if it needs telling.
    pub(super) fn resize(&mut self, size: u32) -> Option<u32> {
        let delta = i64::from(size) - self.size;
        self.size = i64::from(size);
        if delta <= 0 {
            self.used += delta;
            return None;
        }
        // Credit that the peer kept from an earlier shrink is part of the growth.
        let kept = delta.min((-self.used).max(0));
        self.used += kept;
        u32::try_from(delta - kept).ok().filter(|increment| *increment > 0)
    }

    /// Changes the window at its fullest without a word to the peer: what a larger one grants goes
    /// out with the next credit, a smaller one withholds it.
    pub(super) fn retarget(&mut self, size: u32) {
        self.used += i64::from(size) - self.size;
        self.size = i64::from(size);
    }

    /// Moves by the difference between two values of SETTINGS_INITIAL_WINDOW_SIZE, which the peer
    /// applies to its window too.
    pub(super) fn shift(&mut self, delta: i64) {
        self.size += delta;
    }
}

#[allow(clippy::cast_possible_truncation, reason = "clamped to the range")]
fn clamp(value: i64) -> i32 {
    value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_overflows_past_2_31_minus_1() {
        let mut window = Window::new(Window::CONNECTION);
        assert_eq!(window.credit(0x7fff_ffff - Window::CONNECTION), Ok(()));
        assert_eq!(window.credit(1), Err(WindowOverflow));
        assert_eq!(window.value(), i32::MAX);
    }

    #[test]
    fn a_window_can_be_negative_and_recover() {
        let mut window = Window::new(100);
        window.use_up(100);
        assert_eq!(window.shift(-60), Ok(()));
        assert_eq!((window.value(), window.available()), (-60, 0));
        assert_eq!(window.credit(61), Ok(()));
        assert_eq!(window.available(), 1);
    }

    #[test]
    fn credit_waits_for_the_reader_and_for_half_the_window() {
        let mut inflow = Inflow::new(100);
        inflow.receive(80);
        assert_eq!(inflow.take_credit(), None);
        inflow.consume(49);
        assert_eq!(inflow.take_credit(), None);
        inflow.consume(1);
        assert_eq!(inflow.take_credit(), Some(50));
        assert_eq!(inflow.available(), 70);
        inflow.consume(1000);
        assert_eq!(inflow.unread(), 0);
        assert_eq!(inflow.take_credit(), None);
    }

    #[test]
    fn a_shrunken_window_withholds_credit() {
        let mut inflow = Inflow::new(100);
        inflow.receive(50);
        assert_eq!(inflow.resize(40), None);
        // What the peer was granted stays granted.
        assert_eq!((inflow.available(), inflow.used()), (50, -10));
        inflow.receive(50);
        assert!(!inflow.admits(1));
        inflow.consume(100);
        assert_eq!(inflow.take_credit(), Some(40));
        assert_eq!(inflow.available(), 40);
    }

    #[test]
    fn a_new_target_grants_with_the_next_credit() {
        let mut inflow = Inflow::new(100);
        inflow.receive(60);
        inflow.retarget(200);
        assert_eq!((inflow.size(), inflow.available()), (200, 40));
        assert_eq!(inflow.take_credit(), Some(100));
        inflow.consume(60);
        assert_eq!(inflow.take_credit(), None);
        inflow.retarget(50);
        // 140 are granted still; credit follows when less than the new target is.
        assert_eq!((inflow.available(), inflow.take_credit()), (140, None));
        inflow.receive(115);
        inflow.consume(115);
        assert_eq!(inflow.take_credit(), Some(25));
        assert_eq!(inflow.available(), 50);
    }

    #[test]
    fn growth_counts_credit_that_was_never_taken_back() {
        let mut inflow = Inflow::new(100);
        assert_eq!(inflow.resize(40), None);
        assert_eq!(inflow.resize(90), None);
        assert_eq!(inflow.resize(130), Some(30));
        assert_eq!(inflow.available(), 130);
    }
}
