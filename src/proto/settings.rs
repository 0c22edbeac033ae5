//! Settings of both sides and their synchronisation (RFC 9113 §6.5).

use super::error::Offence;
use super::flow_control::Window;
use crate::frame::{MAX_MAX_FRAME_SIZE, MIN_MAX_FRAME_SIZE, setting};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// The settings of one side that have a meaning here, with the initial values of RFC 9113
/// §6.5.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Values {
    pub(super) header_table_size: u32,
    pub(super) enable_push: bool,
    pub(super) max_concurrent_streams: u32,
    pub(super) initial_window_size: u32,
    pub(super) max_frame_size: u32,
    pub(super) max_header_list_size: u32,
    pub(super) enable_connect_protocol: bool,
    pub(super) no_rfc7540_priorities: bool,
}

impl Values {
    pub(super) const INITIAL: Values = Values {
        header_table_size: 4096,
        enable_push: true,
        max_concurrent_streams: u32::MAX,
        initial_window_size: Window::CONNECTION,
        max_frame_size: MIN_MAX_FRAME_SIZE,
        max_header_list_size: u32::MAX,
        enable_connect_protocol: false,
        no_rfc7540_priorities: false,
    };

    /// Takes a value that passed [`check`]; other identifiers are ignored (RFC 9113 §6.5.2).
    pub(super) fn set(&mut self, id: u16, value: u32) {
        match id {
            setting::HEADER_TABLE_SIZE => self.header_table_size = value,
            setting::ENABLE_PUSH => self.enable_push = value == 1,
            setting::MAX_CONCURRENT_STREAMS => self.max_concurrent_streams = value,
            setting::INITIAL_WINDOW_SIZE => self.initial_window_size = value,
            setting::MAX_FRAME_SIZE => self.max_frame_size = value,
            setting::MAX_HEADER_LIST_SIZE => self.max_header_list_size = value,
            setting::ENABLE_CONNECT_PROTOCOL => self.enable_connect_protocol = value == 1,
            setting::NO_RFC7540_PRIORITIES => self.no_rfc7540_priorities = value == 1,
            _ => {}
        }
    }

    pub(super) fn get(&self, id: u16) -> Option<u32> {
        Some(match id {
            setting::HEADER_TABLE_SIZE => self.header_table_size,
            setting::ENABLE_PUSH => u32::from(self.enable_push),
            setting::MAX_CONCURRENT_STREAMS => self.max_concurrent_streams,
            setting::INITIAL_WINDOW_SIZE => self.initial_window_size,
            setting::MAX_FRAME_SIZE => self.max_frame_size,
            setting::MAX_HEADER_LIST_SIZE => self.max_header_list_size,
            setting::ENABLE_CONNECT_PROTOCOL => u32::from(self.enable_connect_protocol),
            setting::NO_RFC7540_PRIORITIES => u32::from(self.no_rfc7540_priorities),
            _ => return None,
        })
    }
}

/// Whether a value is in the range of its setting.
pub(super) fn check(id: u16, value: u32) -> Result<(), Offence> {
    match id {
        setting::ENABLE_PUSH
        | setting::ENABLE_CONNECT_PROTOCOL
        | setting::NO_RFC7540_PRIORITIES
            if value > 1 =>
        {
            Err(Offence::BadSettingValue)
        }
        setting::INITIAL_WINDOW_SIZE if value > 0x7fff_ffff => Err(Offence::BadInitialWindowSize),
        setting::MAX_FRAME_SIZE if !(MIN_MAX_FRAME_SIZE..=MAX_MAX_FRAME_SIZE).contains(&value) => {
            Err(Offence::BadSettingValue)
        }
        _ => Ok(()),
    }
}

/// Our settings: what is in force, and what the peer has yet to acknowledge.
#[derive(Debug)]
pub(super) struct LocalSettings {
    in_force: Values,
    /// What will be in force when everything is acknowledged.
    announced: Values,
    in_flight: VecDeque<InFlight>,
}

#[derive(Debug)]
struct InFlight {
    entries: Box<[(u16, u32)]>,
    /// When the frame was drawn.
    sent: Option<Instant>,
}

/// A SETTINGS frame of ours that the peer has applied.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Acknowledged {
    /// The values that were in force until now.
    pub(super) before: Values,
    /// When the frame was drawn.
    pub(super) sent: Option<Instant>,
    /// Whether it has SETTINGS_INITIAL_WINDOW_SIZE, changed or not.
    pub(super) sizes_windows: bool,
}

impl LocalSettings {
    pub(super) fn new() -> Self {
        LocalSettings {
            in_force: Values::INITIAL,
            announced: Values::INITIAL,
            in_flight: VecDeque::new(),
        }
    }

    pub(super) fn in_force(&self) -> &Values {
        &self.in_force
    }

    pub(super) fn announced(&self) -> &Values {
        &self.announced
    }

    /// SETTINGS frames without acknowledgement.
    pub(super) fn unacknowledged(&self) -> usize {
        self.in_flight.len()
    }

    /// Notes a SETTINGS frame that was queued.
    pub(super) fn announce(&mut self, entries: &[(u16, u32)]) {
        for (id, value) in entries {
            self.announced.set(*id, *value);
        }
        self.in_flight.push_back(InFlight { entries: entries.into(), sent: None });
    }

    /// Everything queued so far has been drawn: the time for acknowledgement runs.
    pub(super) fn note_sent(&mut self, now: Instant) {
        for frame in self.in_flight.iter_mut().rev().take_while(|frame| frame.sent.is_none()) {
            frame.sent = Some(now);
        }
    }

    /// When the oldest frame must be acknowledged, if it may take `timeout`.
    pub(super) fn deadline(&self, timeout: Duration) -> Option<Instant> {
        self.in_flight.front()?.sent?.checked_add(timeout)
    }

    /// RFC 9113 §6.5.3: the peer has applied our oldest unacknowledged settings.
    pub(super) fn acknowledge(&mut self) -> Result<Acknowledged, Offence> {
        let frame = self.in_flight.pop_front().ok_or(Offence::UnexpectedSettingsAck)?;
        let before = self.in_force;
        for (id, value) in &frame.entries {
            self.in_force.set(*id, *value);
        }
        let sizes_windows = frame.entries.iter().any(|(id, _)| *id == setting::INITIAL_WINDOW_SIZE);
        Ok(Acknowledged { before, sent: frame.sent, sizes_windows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Acknowledges; the initial window that was in force before.
    fn initial_window(local: &mut LocalSettings) -> Result<u32, Offence> {
        local.acknowledge().map(|acknowledged| acknowledged.before.initial_window_size)
    }

    #[test]
    fn values_are_in_force_once_acknowledged_in_order() {
        let mut local = LocalSettings::new();
        local.announce(&[(setting::INITIAL_WINDOW_SIZE, 1)]);
        local.announce(&[(setting::INITIAL_WINDOW_SIZE, 2)]);
        assert_eq!(local.in_force().initial_window_size, 65_535);
        assert_eq!(local.announced().initial_window_size, 2);
        assert_eq!(initial_window(&mut local), Ok(65_535));
        assert_eq!(local.in_force().initial_window_size, 1);
        assert_eq!(initial_window(&mut local), Ok(1));
        assert_eq!(local.acknowledge(), Err(Offence::UnexpectedSettingsAck));
    }

    #[test]
    fn ranges_are_those_of_the_rfc() {
        assert_eq!(check(setting::ENABLE_PUSH, 2), Err(Offence::BadSettingValue));
        assert_eq!(check(setting::MAX_FRAME_SIZE, 16_383), Err(Offence::BadSettingValue));
        assert_eq!(check(setting::MAX_FRAME_SIZE, 1 << 24), Err(Offence::BadSettingValue));
        assert_eq!(
            check(setting::INITIAL_WINDOW_SIZE, 1 << 31),
            Err(Offence::BadInitialWindowSize)
        );
        assert_eq!(check(0xffff, u32::MAX), Ok(()));
        assert_eq!(check(setting::MAX_FRAME_SIZE, (1 << 24) - 1), Ok(()));
    }

    #[test]
    fn the_deadline_runs_from_when_a_frame_was_drawn() {
        let start = Instant::now();
        let second = Duration::from_secs(1);
        let mut local = LocalSettings::new();
        local.announce(&[]);
        assert_eq!(local.deadline(second), None);
        local.note_sent(start);
        local.announce(&[]);
        local.note_sent(start + second);
        assert_eq!(local.deadline(second), Some(start + second));
        assert!(local.acknowledge().is_ok());
        assert_eq!(local.deadline(second), Some(start + 2 * second));
    }
}
