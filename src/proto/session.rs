//! The session: what it is made of, how it starts and ends, and what it answers about itself.

use super::auto_window::AutoWindow;
use super::config::Config;
use super::error::{Offence, SessionError, UpgradeError};
use super::event::{Cause, Event, Sink, StreamKey};
use super::field_block::FieldBlock;
use super::flow_control::{Inflow, Window};
use super::goaway::Shutdown;
use super::limits::ResetBudget;
use super::observe::Observer;
use super::packer::Packer;
use super::scheduler::Scheduler;
use super::settings::{self, LocalSettings, Values};
use super::stats::{SessionFigures, Stats, StreamFigures};
use super::stream::Stream;
use super::stream::closed::{Closure, RecentlyClosed};
use super::stream::state::{Recv, Send};
use super::stream::store::Store;
use super::unpacker::Unpacker;
use super::wire::Wire;
use crate::frame::{
    Decoder, ErrorCode, FrameType, GoAway, PREFACE, RstStream, Settings, StreamId, WindowUpdate,
};
use crate::hpack::FieldList;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

/// Where reading stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Server: so many octets of the client's preface have come.
    Preface(usize),
    /// The first frame must be SETTINGS (RFC 9113 §3.4).
    FirstSettings,
    Open,
    /// Nothing is read any more, and nothing sent but what is queued.
    Over,
}

/// What a command caused and the next `transmit` tells or does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Deferred {
    End { key: StreamKey },
    Closed { key: StreamKey, code: ErrorCode, by: Cause },
    NotSent { kind: FrameType, key: Option<StreamKey>, id: StreamId, code: i32 },
}

/// Streams that are open now.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Ours, as the peer's SETTINGS_MAX_CONCURRENT_STREAMS counts them.
    pub(super) local: u32,
    /// The peer's, as our SETTINGS_MAX_CONCURRENT_STREAMS counts them.
    pub(super) remote: u32,
    /// Promised to us, without a response yet.
    pub(super) reserved_remote: u32,
}

/// One end of an HTTP/2 connection; see the [module](super) for how to drive it.
#[derive(Debug)]
pub struct Session {
    pub(super) config: Arc<Config>,
    pub(super) server: bool,
    pub(super) phase: Phase,
    pub(super) decoder: Decoder,
    /// A new SETTINGS_MAX_FRAME_SIZE of ours, for the decoder.
    pub(super) frame_limit: Option<u32>,
    pub(super) unpacker: Unpacker,
    pub(super) packer: Packer,
    pub(super) block: FieldBlock,
    /// The section at hand, kept for its capacity.
    pub(super) fields: FieldList,
    pub(super) wire: Wire,
    pub(super) streams: Store,
    pub(super) scheduler: Scheduler,
    /// Streams whose first section waits for the peer's concurrency limit, in order.
    pub(super) waiting: VecDeque<StreamKey>,
    pub(super) deferred: VecDeque<Deferred>,
    pub(super) closed: RecentlyClosed,
    pub(super) local: LocalSettings,
    pub(super) remote: Values,
    /// Whether settings of the peer's have come, so that nothing is assumed any more.
    pub(super) remote_known: bool,
    pub(super) send_window: Window,
    pub(super) inflow: Inflow,
    pub(super) auto_window: AutoWindow,
    pub(super) shutdown: Shutdown,
    /// The identifier of our next stream; beyond 2^31-1 when they are used up.
    pub(super) next_id: u32,
    /// The highest stream of the peer's that was opened or promised.
    pub(super) last_peer: StreamId,
    /// The highest stream of the peer's that the application was told of.
    pub(super) last_processed: StreamId,
    pub(super) counts: Counts,
    pub(super) resets: ResetBudget,
    /// PINGs of ours without answer, oldest first, and when they were drawn.
    pub(super) pings: VecDeque<Option<Instant>>,
    /// Octets of body announced and not drawn, of all streams.
    pub(super) pending: u64,
    /// Octets of fields that streams hold.
    pub(super) held: u64,
    pub(super) stats: Stats,
    /// There while somebody watches the frames.
    pub(super) observer: Option<Box<Observer>>,
    /// The latest time that we were told.
    pub(super) now: Instant,
}

impl Session {
    /// The client's end of a new connection. The preface and SETTINGS are queued at once. Sessions
    /// may share their configuration.
    pub fn client(config: impl Into<Arc<Config>>, now: Instant) -> Session {
        Session::start(config.into(), false, now)
    }

    /// The server's end of a new connection. SETTINGS are queued at once. Sessions may share their
    /// configuration.
    pub fn server(config: impl Into<Arc<Config>>, now: Instant) -> Session {
        Session::start(config.into(), true, now)
    }

    /// The client's end after an HTTP/1.1 upgrade to h2c (RFC 7540 §3.2). The request that asked
    /// for it is stream 1, half-closed on our side; `head` says whether it was a HEAD request.
    pub fn upgrade_client(
        config: impl Into<Arc<Config>>,
        head: bool,
        now: Instant,
    ) -> (Session, StreamKey) {
        let mut session = Session::client(config, now);
        session.next_id = 3;
        let key = session.open_upgraded(Send::Closed, Recv::Head, head);
        (session, key)
    }

    /// The server's end after an HTTP/1.1 upgrade to h2c. `settings` is the decoded payload of
    /// HTTP2-Settings. The request is stream 1, half-closed on the client's side; `head` says
    /// whether it was a HEAD request.
    ///
    /// # Errors
    /// If `settings` is no sequence of settings, or a value is out of its range.
    pub fn upgrade_server(
        config: impl Into<Arc<Config>>,
        settings: &[u8],
        head: bool,
        now: Instant,
    ) -> Result<(Session, StreamKey), UpgradeError> {
        let settings = Settings::from_payload(settings).ok_or(UpgradeError::BadSettings)?;
        let entries: Vec<_> = settings.entries().collect();
        let mut session = Session::server(config, now);
        session.apply_remote(&entries).map_err(|_| UpgradeError::BadSettings)?;
        session.last_peer = StreamId::new(1);
        session.last_processed = StreamId::new(1);
        let key = session.open_upgraded(Send::Head, Recv::Closed, head);
        Ok((session, key))
    }

    fn start(config: Arc<Config>, server: bool, now: Instant) -> Session {
        let auto_window = AutoWindow::new(&config);
        let mut session = Session {
            server,
            phase: if server { Phase::Preface(0) } else { Phase::FirstSettings },
            decoder: Decoder::default(),
            frame_limit: None,
            unpacker: Unpacker::new(),
            packer: Packer::new(config.max_deflate_table_size),
            block: FieldBlock::default(),
            fields: FieldList::new(),
            wire: Wire::default(),
            streams: Store::default(),
            scheduler: Scheduler::default(),
            waiting: VecDeque::new(),
            deferred: VecDeque::new(),
            closed: RecentlyClosed::new(),
            local: LocalSettings::new(),
            remote: Values {
                max_concurrent_streams: config.peer_max_concurrent_streams,
                ..Values::INITIAL
            },
            remote_known: false,
            send_window: Window::new(Window::CONNECTION),
            inflow: Inflow::new(Window::CONNECTION),
            auto_window,
            shutdown: Shutdown::default(),
            next_id: if server { 2 } else { 1 },
            last_peer: StreamId::ZERO,
            last_processed: StreamId::ZERO,
            counts: Counts::default(),
            resets: ResetBudget::new(config.stream_reset_burst, config.stream_reset_rate, now),
            pings: VecDeque::new(),
            pending: 0,
            held: 0,
            stats: Stats::default(),
            observer: Observer::of_log(),
            now,
            config: Arc::clone(&config),
        };
        if !server {
            session.wire.preface(PREFACE);
        }
        session.send_settings(&config.settings);
        session
    }

    fn open_upgraded(&mut self, send: Send, recv: Recv, head: bool) -> StreamKey {
        let mut stream = self.new_stream(StreamId::new(1), send, recv);
        stream.head = head;
        stream.end_received = recv == Recv::Closed;
        self.open(stream)
    }

    /// Whether input is of use still: false once the session is over.
    pub fn want_read(&self) -> bool {
        self.phase != Phase::Over && !(self.shutdown.is_under_way() && self.streams.is_empty())
    }

    /// Whether `transmit` would have something to do, given room.
    pub fn want_write(&self) -> bool {
        !self.wire.is_empty()
            || !self.deferred.is_empty()
            || self.can_admit()
            || (!self.scheduler.is_empty() && self.send_window.available() > 0)
    }

    /// Whether the session is over and everything sent, so that the transport can be closed.
    pub fn is_closed(&self) -> bool {
        !self.want_read() && !self.want_write()
    }

    /// Whether the session is the server's end.
    pub fn is_server(&self) -> bool {
        self.server
    }

    /// The stream's key, if it is open.
    pub fn stream(&self, id: StreamId) -> Option<StreamKey> {
        self.streams.find(id)
    }

    /// The number of streams that are open, reserved or waiting for their turn.
    pub fn open_streams(&self) -> usize {
        self.streams.len()
    }

    /// The value of a setting of ours that is in force: the default until the peer has
    /// acknowledged another. `None` for identifiers that this crate does not know.
    pub fn local_setting(&self, id: u16) -> Option<u32> {
        self.local.in_force().get(id)
    }

    /// The value of a setting of the peer's, or its default. `None` for identifiers that this
    /// crate does not know.
    pub fn remote_setting(&self, id: u16) -> Option<u32> {
        self.remote.get(id)
    }

    /// SETTINGS frames of ours without acknowledgement.
    pub fn unacknowledged_settings(&self) -> usize {
        self.local.unacknowledged()
    }

    /// The session's figures.
    pub fn figures(&self) -> SessionFigures {
        SessionFigures {
            effective_local_window_size: self.inflow.size(),
            effective_recv_data_length: self.inflow.used().max(0),
            next_stream_id: self.next_id,
            local_window_size: self.inflow.available(),
            last_proc_stream_id: self.last_processed,
            remote_window_size: self.send_window.value(),
            outbound_queue_size: self.wire.frames() + self.scheduler.len() + self.waiting.len(),
            deflate_dynamic_table_size: self.packer.table_size(),
            inflate_dynamic_table_size: self.unpacker.table_size(),
        }
    }

    /// A stream's figures, if it is open.
    pub fn stream_figures(&self, stream: StreamKey) -> Option<StreamFigures> {
        let stream = self.streams.get(stream)?;
        Some(StreamFigures {
            state: stream.state() as u8,
            weight: stream.weight,
            local_closed: stream.send == Send::Closed,
            remote_closed: stream.recv == Recv::Closed,
            local_window_size: stream.inflow.available(),
        })
    }

    /// The session's counters.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Octets that the session holds or makes the embedder hold: streams, field sections, octets
    /// to be sent. This is what `max_session_memory` bounds.
    pub fn memory(&self) -> u64 {
        let octets = self.streams.len() * size_of::<Stream>() + self.wire.len() + self.block.len();
        octets as u64 + self.held + self.pending
    }

    /// When [`handle_timeout`](Session::handle_timeout) wants to be called, if ever.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.phase == Phase::Over {
            return None;
        }
        self.local.deadline(self.config.settings_timeout?)
    }

    /// Acts on deadlines that have passed.
    pub fn handle_timeout<S: Sink>(&mut self, now: Instant, sink: &mut S) {
        if self.poll_timeout().is_some_and(|deadline| deadline <= now) {
            self.fail(Offence::SettingsTimeout, StreamId::ZERO, FrameType::SETTINGS, sink);
        }
    }
}

/// What receiving and sending share.
impl Session {
    /// Whether we open streams of that identifier.
    pub(super) fn is_ours(&self, id: StreamId) -> bool {
        id.is_client() != self.server
    }

    pub(super) fn new_stream(&self, id: StreamId, send: Send, recv: Recv) -> Stream {
        let local = self.local.in_force();
        let windows = (self.remote.initial_window_size, local.initial_window_size);
        Stream::new(id, send, recv, windows, local.max_header_list_size)
    }

    /// Takes a stream in, and counts it if it is active.
    pub(super) fn open(&mut self, stream: Stream) -> StreamKey {
        tracing::trace!("stream {} opened", stream.id);
        let active = stream.state().is_active() && !stream.waiting;
        self.held += u64::from(stream.held);
        self.stats.streams += 1;
        let key = self.streams.insert(stream);
        if active {
            self.count(key);
        }
        key
    }

    /// Counts a stream that became active for the limit of the side that opened it.
    pub(super) fn count(&mut self, key: StreamKey) {
        let ours = self.is_ours(key.id);
        let Some(stream) = self.streams.get_mut(key).filter(|stream| !stream.counted) else {
            return;
        };
        stream.counted = true;
        if ours {
            self.counts.local += 1;
        } else {
            self.counts.remote += 1;
        }
        let open = self.counts.local + self.counts.remote;
        self.stats.max_concurrent_streams = self.stats.max_concurrent_streams.max(open);
    }

    /// Closes a stream: its slot is free when the sink has been told.
    pub(super) fn close<S: Sink>(
        &mut self,
        key: StreamKey,
        code: ErrorCode,
        by: Cause,
        sink: &mut S,
    ) {
        let Some(stream) = self.streams.get(key) else { return };
        let closure = match by {
            _ if stream.end_received => Closure::Ended,
            Cause::Done => Closure::Ended,
            Cause::Peer => Closure::PeerReset,
            Cause::Engine | Cause::Application => Closure::OurReset,
        };
        let (unread, window) = (stream.inflow.unread(), stream.inflow.size());
        self.held -= u64::from(stream.held);
        self.pending -= stream.pending as u64;
        if stream.recv == Recv::Reserved {
            self.counts.reserved_remote -= 1;
        }
        match (stream.counted, self.is_ours(key.id)) {
            (true, true) => self.counts.local -= 1,
            (true, false) => self.counts.remote -= 1,
            (false, _) => {}
        }
        tracing::trace!("stream {} closed with {code}, by {by:?}", key.id);
        self.streams.remove(key);
        self.forget_window(window);
        self.closed.note(key.id, closure);
        if !self.config.auto_connection_credit {
            // What nobody will read must not stall the other streams.
            self.inflow.consume(unread);
            self.return_connection_credit();
        }
        sink.event(Event::StreamClosed { stream: key, code, by });
    }

    /// Our END_STREAM has been queued or drawn. True when that closed the stream.
    pub(super) fn end_sent(&mut self, key: StreamKey) -> bool {
        let Some(stream) = self.streams.get_mut(key) else { return false };
        stream.send = Send::Closed;
        stream.recv == Recv::Closed && !stream.closing
    }

    /// Like `end_sent`, for where no sink is at hand.
    pub(super) fn end_sent_deferred(&mut self, key: StreamKey) {
        if self.end_sent(key) {
            self.defer_close(key, ErrorCode::NO_ERROR, Cause::Done);
        }
    }

    /// Takes a stream out of service; the event follows from `transmit`.
    pub(super) fn defer_close(&mut self, key: StreamKey, code: ErrorCode, by: Cause) {
        let Some(stream) = self.streams.get_mut(key) else { return };
        stream.closing = true;
        self.pending -= std::mem::take(&mut stream.pending) as u64;
        self.deferred.push_back(Deferred::Closed { key, code, by });
    }

    pub(super) fn send_rst(&mut self, id: StreamId, code: ErrorCode) {
        self.wire.reset(&RstStream { stream: id, code });
    }

    pub(super) fn send_settings(&mut self, entries: &[(u16, u32)]) {
        self.wire.frame(|out| Settings::encode(entries, out));
        self.local.announce(entries);
    }

    pub(super) fn send_window_update(&mut self, stream: StreamId, increment: u32) {
        self.wire.frame(|out| WindowUpdate { stream, increment }.encode(out));
    }

    pub(super) fn return_connection_credit(&mut self) {
        if let Some(increment) = self.inflow.take_credit() {
            self.send_window_update(StreamId::ZERO, increment);
        }
    }

    pub(super) fn return_stream_credit(&mut self, key: StreamKey) {
        let Some(stream) = self.streams.get_mut(key).filter(|stream| stream.needs_credit()) else {
            return;
        };
        if let Some(increment) = stream.inflow.take_credit() {
            self.send_window_update(key.id, increment);
        }
    }

    /// Lets the scheduler know of a stream that can send DATA.
    pub(super) fn schedule(&mut self, key: StreamKey) {
        let Some(stream) = self.streams.get_mut(key) else { return };
        if stream.is_ready() && !stream.queued {
            stream.queued = true;
            self.scheduler.push(key, stream.urgency);
        }
    }

    /// Applies the peer's settings in their order (RFC 9113 §6.5.3).
    pub(super) fn apply_remote(&mut self, entries: &[(u16, u32)]) -> Result<(), Offence> {
        use crate::frame::setting;
        if !self.remote_known {
            self.remote_known = true;
            self.remote.max_concurrent_streams = Values::INITIAL.max_concurrent_streams;
        }
        for (id, value) in entries.iter().copied() {
            settings::check(id, value)?;
            match id {
                // RFC 9113 §6.5.2: a server cannot allow push.
                setting::ENABLE_PUSH if !self.server && value == 1 => {
                    return Err(Offence::BadSettingValue);
                }
                // RFC 8441 §3: not taken back.
                setting::ENABLE_CONNECT_PROTOCOL
                    if value == 0 && self.remote.enable_connect_protocol =>
                {
                    return Err(Offence::BadSettingValue);
                }
                setting::INITIAL_WINDOW_SIZE => self.shift_send_windows(value)?,
                setting::HEADER_TABLE_SIZE => self.packer.set_peer_max_table_size(value),
                _ => {}
            }
            self.remote.set(id, value);
        }
        Ok(())
    }

    /// RFC 9113 §6.9.2: a new initial size moves the windows of all streams by the difference.
    fn shift_send_windows(&mut self, size: u32) -> Result<(), Offence> {
        let delta = i64::from(size) - i64::from(self.remote.initial_window_size);
        for stream in self.streams.iter_mut() {
            stream.send_window.shift(delta).map_err(|_| Offence::BadInitialWindowSize)?;
        }
        if delta > 0 {
            for slot in 0..self.streams.slots() {
                if let Some(key) = self.streams.key_at(slot) {
                    self.schedule(key);
                }
            }
        }
        Ok(())
    }

    /// Ends the session over an offence: GOAWAY, and the last event.
    pub(super) fn fail<S: Sink>(
        &mut self,
        offence: Offence,
        stream: StreamId,
        frame: FrameType,
        sink: &mut S,
    ) {
        let last = self.shutdown.announce(self.last_processed, offence.code());
        let debug = offence.describe().as_bytes();
        tracing::warn!("session failed with {} on {frame}: {}", offence.code(), offence.describe());
        self.wire.verdict(&GoAway { last, code: offence.code(), debug });
        self.halt();
        self.deferred.clear();
        let error = SessionError { offence, stream, frame: frame.0 };
        sink.event(Event::SessionError { error });
    }

    /// Nothing is read or scheduled from here on.
    pub(super) fn halt(&mut self) {
        self.phase = Phase::Over;
        self.scheduler.clear();
        self.waiting.clear();
        self.block = FieldBlock::default();
    }
}
