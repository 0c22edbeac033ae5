//! Receive windows that follow the path and the reader.
//!
//! A sender gets one window through in one round trip, so a window of 64 KiB holds a path of 50 ms
//! to 1.3 MB/s, whatever it could carry. RFC 9113 §6.9 leaves the size to the receiver. Here a
//! window becomes twice what its reader took in the last round trip, when that is more than it
//! was: it doubles with each trip that it limited, and stops growing as soon as the sender, the
//! path or the reader is what limits. Where the reader is behind, it shrinks to the same measure:
//! half of what is taken is credited until then, so that the sender goes on hearing of the reader.
//!
//! The round-trip time comes from what is sent anyway: SETTINGS, and PINGs of the application.

use super::config::Config;
use super::event::StreamKey;
use super::flow_control::{Inflow, Window};
use super::session::Session;
use crate::frame::setting;
use std::time::{Duration, Instant};

/// What a reader takes in a round trip.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// When the trip that is being measured began.
    since: Option<Instant>,
    /// Octets taken since then.
    taken: u64,
    /// Octets that waited for the reader then.
    waiting: u32,
    /// Octets taken in a trip, on average over the last measurement.
    before: Option<u64>,
}

/// A measurement, in octets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Taken {
    /// Just now.
    now: u32,
    /// In the present trip so far, of what arrived in it: how fast a reader catches up says nothing
    /// of the path.
    so_far: u64,
    /// In a trip, on average over the last measurement, if one is over.
    before: Option<u64>,
}

impl Taken {
    /// The size that a window should have, if that is another: no larger than `most` unless it
    /// was, and at least `base`.
    fn next_size(self, window: &Inflow, base: u32, most: u32) -> Option<u32> {
        let twice = |octets: u64| u32::try_from(octets * 2).unwrap_or(u32::MAX);
        let size = window.size().cast_unsigned();
        let wanted = twice(self.so_far).min(most);
        if wanted > size {
            return Some(wanted);
        }
        // A window that is not filled stays, as the sender may be short of octets; one that is
        // filled with what nobody takes shrinks.
        let wanted = twice(self.before?).max(base).max(size.saturating_sub(self.now / 2));
        (window.unread() > size / 2 && wanted < size).then_some(wanted)
    }
}

impl Pace {
    /// Octets arrive while `unread` wait for the reader.
    fn arrive(&mut self, unread: u32, now: Instant, trip: Duration) {
        let Some(since) = self.since else {
            *self = Pace { since: Some(now), waiting: unread, ..Pace::default() };
            return;
        };
        let elapsed = now.saturating_duration_since(since);
        if elapsed >= trip && !elapsed.is_zero() {
            let share = u128::from(self.taken) * trip.as_nanos() / elapsed.as_nanos();
            let before = u64::try_from(share).ok();
            *self = Pace { since: Some(now), taken: 0, waiting: unread, before };
        }
    }

    /// The reader took `len` octets; `unread` wait for it.
    fn take(&mut self, len: u32, unread: u32, now: Instant, trip: Duration) -> Taken {
        // In a trip that begins here, nothing has arrived.
        self.arrive(unread + len, now, trip);
        self.taken += u64::from(len);
        let caught_up = self.waiting.saturating_sub(unread);
        let so_far = self.taken.saturating_sub(u64::from(caught_up));
        Taken { now: len, so_far, before: self.before }
    }
}

/// What a session knows for sizing its windows.
#[derive(Debug)]
pub(super) struct AutoWindow {
    /// Whether the windows of streams are ours to size, and that of the connection.
    streams: bool,
    connection: bool,
    /// The largest window, in octets.
    max: u32,
    /// Octets by which windows of streams are larger than the peer's SETTINGS made them.
    grown: u64,
    /// As measured last; unknown at first.
    round_trip: Option<Duration>,
    /// Of the connection.
    pace: Pace,
}

impl AutoWindow {
    pub(super) fn new(config: &Config) -> AutoWindow {
        let chosen = |(id, _): &(u16, u32)| *id == setting::INITIAL_WINDOW_SIZE;
        AutoWindow {
            streams: !config.settings.iter().any(chosen),
            connection: true,
            max: config.max_auto_window_size.min(i32::MAX.cast_unsigned()),
            grown: 0,
            round_trip: None,
            pace: Pace::default(),
        }
    }

    /// The application sizes the windows of streams.
    pub(super) fn leave_streams(&mut self) {
        self.streams = false;
    }

    /// The application sizes the window of the connection.
    pub(super) fn leave_connection(&mut self) {
        self.connection = false;
    }

    /// All streams' windows are what SETTINGS say again.
    pub(super) fn forget_growth(&mut self) {
        self.grown = 0;
    }

    /// An answer came after so long. The shortest tells most of the path, as an answer can be
    /// late for many reasons; longer ones count little by little, as paths change.
    pub(super) fn note_round_trip(&mut self, sample: Duration) {
        // Without distance, as in memory, there is no pace.
        if sample.is_zero() {
            return;
        }
        self.round_trip = Some(match self.round_trip {
            Some(known) if known < sample => known + (sample - known) / 8,
            _ => sample,
        });
    }
}

impl Session {
    /// Octets arrive, for a stream or none that is open.
    pub(super) fn pace_arrival(&mut self, stream: Option<StreamKey>) {
        let Some(trip) = self.auto_window.round_trip else { return };
        self.auto_window.pace.arrive(self.inflow.unread(), self.now, trip);
        if let Some(stream) = stream.and_then(|key| self.streams.get_mut(key)) {
            stream.pace.arrive(stream.inflow.unread(), self.now, trip);
        }
    }

    /// A reader took `len` octets of a stream.
    pub(super) fn pace_stream(&mut self, key: StreamKey, len: u32) {
        let AutoWindow { streams: true, round_trip: Some(trip), max, .. } = self.auto_window else {
            return;
        };
        let base = self.local.in_force().initial_window_size;
        let Some(stream) = self.streams.get_mut(key) else { return };
        let taken = stream.pace.take(len, stream.inflow.unread(), self.now, trip);
        let Some(next) = taken.next_size(&stream.inflow, base, max) else { return };
        let size = stream.inflow.size().cast_unsigned();
        let next = if next > size { self.affordable(size, next) } else { next };
        if let Some(stream) = self.streams.get_mut(key) {
            tracing::trace!("window of stream {} becomes {next}, from {size}", key.id);
            stream.inflow.retarget(next);
        }
        self.auto_window.grown += u64::from(next.saturating_sub(base));
        self.auto_window.grown -= u64::from(size.saturating_sub(base));
        // A stream that has the connection to itself is not to wait for it.
        if self.auto_window.connection && self.inflow.size().cast_unsigned() < next {
            tracing::trace!("window of the connection becomes {next}");
            self.inflow.retarget(next);
            self.return_connection_credit();
        }
    }

    /// As much of the growth from `size` to `next` as the session's memory has place for.
    fn affordable(&self, size: u32, next: u32) -> u32 {
        let free = self.config.max_session_memory.saturating_sub(self.memory());
        let room = u32::try_from(free.saturating_sub(self.auto_window.grown)).unwrap_or(u32::MAX);
        next.min(size.saturating_add(room))
    }

    /// The connection took `len` octets.
    pub(super) fn pace_connection(&mut self, len: u32) {
        let AutoWindow { connection: true, round_trip: Some(trip), max, .. } = self.auto_window
        else {
            return;
        };
        let taken = self.auto_window.pace.take(len, self.inflow.unread(), self.now, trip);
        if let Some(next) = taken.next_size(&self.inflow, Window::CONNECTION, max) {
            tracing::trace!("window of the connection becomes {next}");
            self.inflow.retarget(next);
        }
    }

    /// Takes the window of a stream that is gone out of the account.
    pub(super) fn forget_window(&mut self, size: i32) {
        let base = self.local.in_force().initial_window_size;
        let grown = size.cast_unsigned().saturating_sub(base);
        self.auto_window.grown = self.auto_window.grown.saturating_sub(u64::from(grown));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIP: Duration = Duration::from_millis(50);

    #[allow(clippy::disallowed_methods, reason = "an instant can be had in no other way")]
    fn start() -> Instant {
        Instant::now()
    }

    impl Pace {
        fn measure(&mut self, len: u32, unread: u32, now: Instant) -> (u64, Option<u64>) {
            let Taken { so_far, before, .. } = self.take(len, unread, now, TRIP);
            (so_far, before)
        }
    }

    #[test]
    fn a_trip_begins_when_the_last_is_over() {
        let (start, mut pace) = (start(), Pace::default());
        pace.arrive(0, start, TRIP);
        assert_eq!(pace.measure(10, 0, start), (10, None));
        assert_eq!(pace.measure(20, 0, start + TRIP / 2), (30, None));
        pace.arrive(0, start + TRIP, TRIP);
        assert_eq!(pace.measure(5, 0, start + TRIP), (5, Some(30)));
        pace.arrive(0, start + 101 * TRIP, TRIP);
        assert_eq!(pace.measure(1, 800, start + 101 * TRIP), (1, Some(0)));
        assert_eq!(pace.measure(800, 0, start + 101 * TRIP), (801, Some(0)));
        pace.arrive(0, start + 103 * TRIP, TRIP);
        assert_eq!(pace.measure(1, 0, start + 103 * TRIP), (1, Some(400)));
    }

    #[test]
    fn catching_up_is_no_pace() {
        let (start, mut pace) = (start(), Pace::default());
        pace.arrive(0, start, TRIP);
        assert_eq!(pace.measure(10, 1000, start), (10, None));
        // 1000 had been left; 600 of them and 100 that came since are taken.
        pace.arrive(1000, start + TRIP, TRIP);
        assert_eq!(pace.measure(700, 400, start + TRIP), (100, Some(10)));
        assert_eq!(pace.measure(400, 0, start + TRIP), (100, Some(10)));
        // What came while the reader paused is all there is.
        pace.arrive(0, start + 2 * TRIP, TRIP);
        assert_eq!(pace.measure(400, 500, start + 4 * TRIP), (0, Some(0)));
        assert_eq!(pace.measure(500, 0, start + 4 * TRIP), (0, Some(0)));
    }

    #[test]
    fn a_window_is_twice_the_pace_within_its_bounds() {
        let taken = |so_far, before| Taken { now: 2000, so_far, before };
        let window = Inflow::new(100);
        assert_eq!(taken(50, None).next_size(&window, 100, 1000), None);
        assert_eq!(taken(51, None).next_size(&window, 100, 1000), Some(102));
        assert_eq!(taken(100, None).next_size(&window, 100, 150), Some(150));
        assert_eq!(taken(100, None).next_size(&window, 100, 50), None);
        let mut window = Inflow::new(800);
        window.receive(400);
        assert_eq!(taken(1, Some(70)).next_size(&window, 100, 1000), None);
        window.receive(1);
        assert_eq!(taken(1, None).next_size(&window, 100, 1000), None);
        assert_eq!(taken(1, Some(70)).next_size(&window, 100, 1000), Some(140));
        assert_eq!(taken(1, Some(0)).next_size(&window, 100, 1000), Some(100));
        assert_eq!(taken(1, Some(400)).next_size(&window, 100, 1000), None);
        assert_eq!(taken(u64::from(u32::MAX), None).next_size(&window, 100, 900), Some(900));
    }

    #[test]
    fn a_window_shrinks_by_half_of_what_is_taken() {
        let taken = |now| Taken { now, so_far: 0, before: Some(70) };
        let mut window = Inflow::new(800);
        window.receive(800);
        assert_eq!(taken(1).next_size(&window, 100, 1000), None);
        assert_eq!(taken(100).next_size(&window, 100, 1000), Some(750));
        assert_eq!(taken(2000).next_size(&window, 100, 1000), Some(140));
    }

    #[test]
    fn the_shortest_round_trip_counts_and_later_ones_a_little() {
        let mut auto = AutoWindow::new(&Config::default());
        for (sample, known) in [(80, 80), (40, 40), (0, 40), (120, 50), (10, 10)] {
            auto.note_round_trip(Duration::from_millis(sample));
            assert_eq!(auto.round_trip, Some(Duration::from_millis(known)));
        }
    }
}
