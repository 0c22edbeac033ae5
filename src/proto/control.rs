//! Commands of the application that concern the connection.

use super::error::ControlError;
use super::event::Cause;
use super::recv::Found;
use super::session::{Phase, Session};
use super::settings;
use crate::frame::{
    AltSvc, Dependency, ErrorCode, GoAway, Origin, Ping, Priority, StreamId, setting,
};

/// Octets that a frame of the connection may have, whatever the peer allows: the smallest
/// SETTINGS_MAX_FRAME_SIZE there is.
const MAX_CONTROL_LEN: usize = 16_384;

impl Session {
    /// Sends a PING.
    ///
    /// # Errors
    /// If `max_outstanding_pings` are unanswered.
    pub fn ping(&mut self, payload: [u8; 8]) -> Result<(), ControlError> {
        self.check_running()?;
        if self.pings.len() >= self.config.max_outstanding_pings {
            return Err(ControlError::TooMany);
        }
        self.pings.push_back(None);
        self.wire.frame(|out| Ping { ack: false, payload }.encode(out));
        Ok(())
    }

    /// Sends SETTINGS. They are in force after `SettingsAck`.
    ///
    /// # Errors
    /// If a value is out of its range, or `max_outstanding_settings` are unacknowledged.
    pub fn settings(&mut self, entries: &[(u16, u32)]) -> Result<(), ControlError> {
        self.check_running()?;
        for (id, value) in entries {
            settings::check(*id, *value).map_err(|_| ControlError::InvalidArgument)?;
        }
        if self.local.unacknowledged() >= self.config.max_outstanding_settings {
            return Err(ControlError::TooMany);
        }
        if entries.iter().any(|(id, _)| *id == setting::INITIAL_WINDOW_SIZE) {
            self.auto_window.leave_streams();
        }
        self.send_settings(entries);
        Ok(())
    }

    /// Sends GOAWAY. Without `last` it names the highest stream of the peer's that was processed;
    /// it never names more than one before it did. Replaces the GOAWAY of a failed session
    /// that was not yet drawn. Streams of the peer's above `last` are closed as
    /// refused; the session is closed when its streams are.
    ///
    /// # Errors
    /// If `debug` is too large, or the session is over.
    pub fn goaway(
        &mut self,
        last: Option<StreamId>,
        code: ErrorCode,
        debug: &[u8],
    ) -> Result<(), ControlError> {
        if self.phase == Phase::Over && !self.wire.has_verdict() {
            return Err(ControlError::Closed);
        }
        if debug.len() > MAX_CONTROL_LEN - 8 {
            return Err(ControlError::TooLarge);
        }
        let last = self.shutdown.announce(last.unwrap_or(self.last_processed), code);
        self.wire.goaway(&GoAway { last, code, debug });
        if self.phase != Phase::Over {
            self.give_up_above(last);
        }
        Ok(())
    }

    /// RFC 9113 §6.8: what GOAWAY does not name is not acted upon.
    fn give_up_above(&mut self, last: StreamId) {
        if self.last_peer <= last {
            return;
        }
        for slot in 0..self.streams.slots() {
            if let Some(key) = self.streams.key_at(slot)
                && !self.is_ours(key.id)
                && key.id > last
                && self.open_stream(key).is_ok()
            {
                self.defer_close(key, ErrorCode::REFUSED_STREAM, Cause::Application);
            }
        }
    }

    /// Sends GOAWAY, unless the peer has said goodbye as well and knows all that it would say, and
    /// ends the session: nothing more is read, and nothing is sent after what is queued. Streams
    /// that are open end without an event.
    pub fn terminate(&mut self, code: ErrorCode) {
        let news = !self.shutdown.is_agreed(self.last_processed, code);
        if news && (self.phase != Phase::Over || self.wire.has_verdict()) {
            let last = self.shutdown.announce(self.last_processed, code);
            self.wire.goaway(&GoAway { last, code, debug: b"" });
        }
        self.halt();
    }

    /// Server: announces an alternative service (RFC 7838 §4), for `origin` when `stream` is
    /// zero, else for the stream's origin.
    ///
    /// # Errors
    /// If the session is a client's, the two exceed 16,382 octets, or the stream is not open.
    pub fn altsvc(
        &mut self,
        stream: StreamId,
        origin: &[u8],
        value: &[u8],
    ) -> Result<(), ControlError> {
        self.check_server()?;
        if origin.len() + value.len() + 2 > MAX_CONTROL_LEN {
            return Err(ControlError::TooLarge);
        }
        if stream.is_zero() == origin.is_empty() {
            return Err(ControlError::InvalidArgument);
        }
        if !stream.is_zero() && !matches!(self.find(stream), Found::Open(_)) {
            return Err(ControlError::UnknownStream);
        }
        self.wire.frame(|out| AltSvc { stream, origin, value }.encode(out));
        Ok(())
    }

    /// Server: announces its origin set (RFC 8336).
    ///
    /// # Errors
    /// If the session is a client's, or the origins exceed 16,384 octets with two more for each.
    pub fn origin<'a, I>(&mut self, origins: I) -> Result<(), ControlError>
    where
        I: IntoIterator<Item = &'a [u8]>,
        I::IntoIter: Clone,
    {
        self.check_server()?;
        let origins = origins.into_iter();
        if origins.clone().map(|origin| origin.len() + 2).sum::<usize>() > MAX_CONTROL_LEN {
            return Err(ControlError::TooLarge);
        }
        self.wire.frame(|out| Origin::encode(origins, out));
        Ok(())
    }

    /// Sends a PRIORITY frame (RFC 7540 §5.3) for a stream of any state.
    ///
    /// # Errors
    /// If the stream is zero or depends on itself.
    pub fn priority(&mut self, stream: StreamId, priority: Dependency) -> Result<(), ControlError> {
        self.check_running()?;
        if stream.is_zero() || priority.parent == stream {
            return Err(ControlError::InvalidArgument);
        }
        if let Some(key) = self.streams.find(stream)
            && let Some(stream) = self.streams.get_mut(key)
        {
            stream.weight = priority.weight.clamp(1, 256);
        }
        self.wire.frame(|out| Priority { stream, dependency: priority }.encode(out));
        Ok(())
    }

    /// Makes the connection window `size` octets, 0 to 2^31-1, and keeps it so. A smaller one takes
    /// effect as the peer uses up what it was granted.
    ///
    /// # Errors
    /// If the size is out of its range.
    pub fn set_local_window(&mut self, size: u32) -> Result<(), ControlError> {
        self.check_running()?;
        if i32::try_from(size).is_err() {
            return Err(ControlError::InvalidArgument);
        }
        self.auto_window.leave_connection();
        if let Some(increment) = self.inflow.resize(size) {
            self.send_window_update(StreamId::ZERO, increment);
        }
        self.return_connection_credit();
        Ok(())
    }

    /// Makes `streams` the number that we open at once before the peer's first SETTINGS is known
    /// (RFC 9113 §6.5.2). With none allowed by [`Config`](super::Config), requests wait for the
    /// SETTINGS or for this, whichever comes first.
    pub fn assume_peer_concurrency(&mut self, streams: u32) {
        if !self.remote_known {
            self.remote.max_concurrent_streams = streams;
        }
    }

    /// Makes our next stream identifier `id`; it must be of our parity and not below the next.
    ///
    /// # Errors
    /// If the identifier is anything else.
    pub fn set_next_stream_id(&mut self, id: u32) -> Result<(), ControlError> {
        let sound =
            id <= StreamId::MAX.get() && id >= self.next_id && self.is_ours(StreamId::new(id));
        if !sound {
            return Err(ControlError::InvalidArgument);
        }
        self.next_id = id;
        Ok(())
    }

    fn check_running(&self) -> Result<(), ControlError> {
        if self.phase == Phase::Over { Err(ControlError::Closed) } else { Ok(()) }
    }

    fn check_server(&self) -> Result<(), ControlError> {
        self.check_running()?;
        if self.server { Ok(()) } else { Err(ControlError::WrongRole) }
    }
}
