//! The session itself.

use super::config::Config;
use super::error::{ControlError, PushError, RequestError, StreamError, UpgradeError};
use super::event::{Output, Sink, StreamKey};
use super::stats::{SessionFigures, Stats, StreamFigures};
use crate::frame::{Dependency, ErrorCode, StreamId};
use crate::hpack::Field;
use std::time::Instant;

/// What else a request can say.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestOptions {
    /// A priority signal to go with the HEADERS frame.
    pub priority: Option<Dependency>,
}

/// One end of an HTTP/2 connection; see the [module](super) for how to drive it.
#[derive(Debug)]
pub struct Session {
    _config: Config,
}

#[allow(unused_variables, reason = "signatures first")]
impl Session {
    /// The client's end of a new connection. The preface and SETTINGS are queued at once.
    pub fn client(config: Config, now: Instant) -> Session {
        unimplemented!()
    }

    /// The server's end of a new connection. SETTINGS are queued at once.
    pub fn server(config: Config, now: Instant) -> Session {
        unimplemented!()
    }

    /// The client's end after an HTTP/1.1 upgrade to h2c (RFC 7540 §3.2). The request that asked
    /// for it is stream 1, half-closed on our side; `head` says whether it was a HEAD request.
    pub fn upgrade_client(config: Config, head: bool, now: Instant) -> (Session, StreamKey) {
        unimplemented!()
    }

    /// The server's end after an HTTP/1.1 upgrade to h2c. `settings` is the decoded payload of
    /// HTTP2-Settings. The request is stream 1, half-closed on the client's side; `head` says
    /// whether it was a HEAD request.
    pub fn upgrade_server(
        config: Config,
        settings: &[u8],
        head: bool,
        now: Instant,
    ) -> Result<(Session, StreamKey), UpgradeError> {
        unimplemented!()
    }

    /// Reads what arrived. Answers how many octets were taken: all, unless the sink had no room
    /// for more events; offer the rest again then.
    pub fn receive<S: Sink>(&mut self, now: Instant, input: &[u8], sink: &mut S) -> usize {
        unimplemented!()
    }

    /// Draws what is to be sent, as much as the output has room for, and tells the sink which
    /// streams ended by it. Answers whether more is waiting that did not fit.
    pub fn transmit<O: Output, S: Sink>(
        &mut self,
        now: Instant,
        out: &mut O,
        sink: &mut S,
    ) -> bool {
        unimplemented!()
    }

    /// When [`handle_timeout`](Session::handle_timeout) wants to be called, if ever.
    pub fn poll_timeout(&self) -> Option<Instant> {
        unimplemented!()
    }

    /// Acts on deadlines that have passed.
    pub fn handle_timeout<S: Sink>(&mut self, now: Instant, sink: &mut S) {
        unimplemented!()
    }

    /// Client: opens a stream with a request. Beyond the peer's SETTINGS_MAX_CONCURRENT_STREAMS
    /// it has its identifier but waits its turn. A section beyond `max_send_header_block_length`
    /// ends the stream at the next `transmit`, with `FrameNotSent` and `StreamClosed`.
    pub fn request<'a, F>(
        &mut self,
        fields: F,
        end_stream: bool,
        options: RequestOptions,
    ) -> Result<StreamKey, RequestError>
    where
        F: IntoIterator<Item = Field<'a>> + Clone,
    {
        unimplemented!()
    }

    /// Server: sends an interim response, status 1xx.
    pub fn inform<'a, F>(&mut self, stream: StreamKey, fields: F) -> Result<(), StreamError>
    where
        F: IntoIterator<Item = Field<'a>> + Clone,
    {
        unimplemented!()
    }

    /// Server: sends the final response. A section beyond `max_send_header_block_length` becomes
    /// `FrameNotSent`; the stream is then the application's to reset.
    pub fn respond<'a, F>(
        &mut self,
        stream: StreamKey,
        fields: F,
        end_stream: bool,
    ) -> Result<(), StreamError>
    where
        F: IntoIterator<Item = Field<'a>> + Clone,
    {
        unimplemented!()
    }

    /// Server: promises a stream on `parent`; the promised one is then responded to.
    pub fn push<'a, F>(&mut self, parent: StreamKey, fields: F) -> Result<StreamKey, PushError>
    where
        F: IntoIterator<Item = Field<'a>> + Clone,
    {
        unimplemented!()
    }

    /// Announces `len` more octets of the body, and with `end` that they are the last. END_STREAM
    /// rides on the last DATA frame; `(0, true)` sends an empty one when nothing is pending.
    pub fn data(&mut self, stream: StreamKey, len: usize, end: bool) -> Result<(), StreamError> {
        unimplemented!()
    }

    /// Sends trailers, and so END_STREAM, after the pending data.
    pub fn trailers<'a, F>(&mut self, stream: StreamKey, fields: F) -> Result<(), StreamError>
    where
        F: IntoIterator<Item = Field<'a>> + Clone,
    {
        unimplemented!()
    }

    /// Resets a stream: pending data is dropped, RST_STREAM sent. `StreamClosed` follows from
    /// `transmit`; until then the key stays valid, but commands on it fail.
    pub fn reset(&mut self, stream: StreamKey, code: ErrorCode) -> Result<(), StreamError> {
        unimplemented!()
    }

    /// The reader took `n` octets of the stream's body: gives them back to the peer as credit.
    /// Unknown streams and octets beyond what was received are ignored.
    pub fn consume(&mut self, stream: StreamKey, n: u32) {
        unimplemented!()
    }

    /// Sends a PING.
    pub fn ping(&mut self, payload: [u8; 8]) -> Result<(), ControlError> {
        unimplemented!()
    }

    /// Sends SETTINGS. They are in force after `SettingsAck`.
    pub fn settings(&mut self, entries: &[(u16, u32)]) -> Result<(), ControlError> {
        unimplemented!()
    }

    /// Sends GOAWAY. Without `last` it names the highest stream of the peer's that was seen.
    /// Replaces a GOAWAY that was queued and not yet drawn. Streams of the peer's above `last`
    /// are refused from here on; the session is closed when its streams are.
    pub fn goaway(
        &mut self,
        last: Option<StreamId>,
        code: ErrorCode,
        debug: &[u8],
    ) -> Result<(), ControlError> {
        unimplemented!()
    }

    /// Sends GOAWAY and ends the session: nothing more is read, and nothing is sent after it.
    pub fn terminate(&mut self, code: ErrorCode) {
        unimplemented!()
    }

    /// Server: announces an alternative service (RFC 7838 §4), for `origin` when `stream` is
    /// zero, else for the stream's origin.
    pub fn altsvc(
        &mut self,
        stream: StreamId,
        origin: &[u8],
        value: &[u8],
    ) -> Result<(), ControlError> {
        unimplemented!()
    }

    /// Server: announces its origin set (RFC 8336).
    pub fn origin<'a, I>(&mut self, origins: I) -> Result<(), ControlError>
    where
        I: IntoIterator<Item = &'a [u8]>,
    {
        unimplemented!()
    }

    /// Client: sends a PRIORITY frame (RFC 7540 §5.3) for a stream of any state.
    pub fn priority(&mut self, stream: StreamId, priority: Dependency) -> Result<(), ControlError> {
        unimplemented!()
    }

    /// Makes the connection window `size` octets, 0 to 2^31-1. A smaller one takes effect as the
    /// peer uses up what it was granted.
    pub fn set_local_window(&mut self, size: u32) -> Result<(), ControlError> {
        unimplemented!()
    }

    /// Makes our next stream identifier `id`; it must be of our parity and not below the next.
    pub fn set_next_stream_id(&mut self, id: u32) -> Result<(), ControlError> {
        unimplemented!()
    }

    /// Whether input is of use still: false once the session is over.
    pub fn want_read(&self) -> bool {
        unimplemented!()
    }

    /// Whether `transmit` would write something, given room.
    pub fn want_write(&self) -> bool {
        unimplemented!()
    }

    /// Whether the session is over and everything sent, so that the transport can be closed.
    pub fn is_closed(&self) -> bool {
        !self.want_read() && !self.want_write()
    }

    /// Whether the session is the server's end.
    pub fn is_server(&self) -> bool {
        unimplemented!()
    }

    /// The stream's key, if it is open.
    pub fn stream(&self, id: StreamId) -> Option<StreamKey> {
        unimplemented!()
    }

    /// The number of streams that are open, reserved or waiting for their turn.
    pub fn open_streams(&self) -> usize {
        unimplemented!()
    }

    /// The value of a setting of ours that is in force, or its default; `None` for an unknown
    /// identifier that we never sent.
    pub fn local_setting(&self, id: u16) -> Option<u32> {
        unimplemented!()
    }

    /// The value of a setting of the peer's, or its default; `None` for identifiers that this
    /// crate does not know.
    pub fn remote_setting(&self, id: u16) -> Option<u32> {
        unimplemented!()
    }

    /// The session's figures.
    pub fn figures(&self) -> SessionFigures {
        unimplemented!()
    }

    /// A stream's figures, if it is open.
    pub fn stream_figures(&self, stream: StreamKey) -> Option<StreamFigures> {
        unimplemented!()
    }

    /// The session's counters.
    pub fn stats(&self) -> &Stats {
        unimplemented!()
    }

    /// Octets that the session holds for its streams, as `max_session_memory` counts them.
    pub fn memory(&self) -> u64 {
        unimplemented!()
    }
}
