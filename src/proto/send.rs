//! Commands of the application that concern streams.

use super::config::Padding as Strategy;
use super::error::{PushError, RequestError, StreamError};
use super::event::{Cause, StreamKey};
use super::packer::FieldSection;
use super::session::{Deferred, Phase, Session};
use super::stream::state::{Recv, Send};
use super::stream::{FirstSection, Stream};
use crate::frame::{BlockFrame, Data, Dependency, ErrorCode, FrameType, Padding, StreamId};
use crate::hpack::FieldList;
use std::time::Instant;

/// What else a request can say.
#[derive(Clone, Copy, Debug, Default)]
pub struct RequestOptions {
    /// A priority signal to go with the HEADERS frame.
    pub priority: Option<Dependency>,
}

/// What a section to be sent says about itself.
struct Outline {
    /// An upper bound for its field block, in octets.
    bound: usize,
    head: bool,
    connect: bool,
}

impl Outline {
    fn of<'a>(fields: impl FieldSection<'a>) -> Outline {
        // Two table size updates; then for each field an index and two lengths at their longest.
        let mut outline = Outline { bound: 12, head: false, connect: false };
        for field in fields.lines() {
            outline.bound += 12 + field.name.len() + field.value.len();
            if field.name == b":method" {
                outline.head = field.value == b"HEAD";
                outline.connect = field.value == b"CONNECT";
            }
        }
        outline
    }
}

impl Session {
    /// Client: opens a stream with a request. Beyond the peer's SETTINGS_MAX_CONCURRENT_STREAMS
    /// it has its identifier but waits its turn. At the next `transmit` a section beyond
    /// `max_send_header_block_length` ends the stream, with `FrameNotSent` and `StreamClosed`, and
    /// so does a GOAWAY of either side (RFC 9113 §6.8), with `StreamClosed` alone: its
    /// REFUSED_STREAM says that the peer saw nothing of the request.
    ///
    /// # Errors
    /// No stream is opened by a server, without identifiers left, or to depend on itself.
    pub fn request<'a, F>(
        &mut self,
        fields: F,
        end_stream: bool,
        options: RequestOptions,
    ) -> Result<StreamKey, RequestError>
    where
        F: FieldSection<'a>,
    {
        if self.server {
            return Err(RequestError::NotClient);
        }
        if self.phase == Phase::Over {
            return Err(RequestError::Closed);
        }
        if options.priority.is_some_and(|priority| priority.parent.get() == self.next_id) {
            return Err(RequestError::SelfDependency);
        }
        let outline = Outline::of(fields.clone());
        let id = self.take_id().ok_or(RequestError::IdsExhausted)?;
        let send = if end_stream { Send::Closed } else { Send::Body };
        let mut stream = self.new_stream(id, send, Recv::Head);
        stream.head = outline.head;
        stream.connect = outline.connect;
        if let Some(dependency) = options.priority {
            stream.weight = dependency.weight.clamp(1, 256);
        }
        let too_large = outline.bound > self.config.max_send_header_block_length;
        if too_large || self.shutdown.is_under_way() {
            stream.waiting = true;
            let key = self.open(stream);
            if too_large {
                self.defer_not_sent(FrameType::HEADERS, key);
            }
            self.defer_close(key, ErrorCode::REFUSED_STREAM, Cause::Engine);
            return Ok(key);
        }
        if self.may_activate() && self.waiting.is_empty() {
            let key = self.open(stream);
            self.send_section(id, fields, end_stream, options.priority);
            return Ok(key);
        }
        Ok(self.open_later(stream, fields, end_stream, options.priority))
    }

    /// Opens a stream whose first section waits for the peer's concurrency limit.
    fn open_later<'a, F>(
        &mut self,
        mut stream: Stream,
        fields: F,
        end_stream: bool,
        priority: Option<Dependency>,
    ) -> StreamKey
    where
        F: FieldSection<'a>,
    {
        let fields: FieldList = fields.lines().collect();
        stream.waiting = true;
        stream.held += fields.size();
        stream.rare().first = Some(FirstSection { fields, end_stream, priority });
        let key = self.open(stream);
        self.waiting.push_back(key);
        key
    }

    /// Server: sends an interim response, status 1xx.
    ///
    /// # Errors
    /// If the stream is closed, or the final response was given.
    pub fn inform<'a, F>(&mut self, stream: StreamKey, fields: F) -> Result<(), StreamError>
    where
        F: FieldSection<'a>,
    {
        let state = self.open_stream(stream)?;
        if !matches!(state.send, Send::Head | Send::Reserved) || state.waiting {
            return Err(StreamError::InvalidState);
        }
        if !self.fits(fields.clone(), stream) {
            return Ok(());
        }
        if let Some(stream) = self.streams.get_mut(stream) {
            stream.send = Send::Head;
        }
        self.count(stream);
        self.send_section(stream.id, fields, false, None);
        Ok(())
    }

    /// Server: sends the final response. A section beyond `max_send_header_block_length` becomes
    /// `FrameNotSent`; the stream is then the application's to reset. The response to a promise
    /// waits its turn beyond the peer's SETTINGS_MAX_CONCURRENT_STREAMS.
    ///
    /// # Errors
    /// If the stream is closed, or the final response was given.
    pub fn respond<'a, F>(
        &mut self,
        stream: StreamKey,
        fields: F,
        end_stream: bool,
    ) -> Result<(), StreamError>
    where
        F: FieldSection<'a>,
    {
        let state = self.open_stream(stream)?;
        if !matches!(state.send, Send::Head | Send::Reserved) || state.waiting {
            return Err(StreamError::InvalidState);
        }
        let reserved = state.send == Send::Reserved;
        if !self.fits(fields.clone(), stream) {
            return Ok(());
        }
        let later = reserved && !(self.may_activate() && self.waiting.is_empty());
        if let Some(state) = self.streams.get_mut(stream) {
            state.send = if end_stream { Send::Ending } else { Send::Body };
            if later {
                state.waiting = true;
                let fields = fields.lines().collect();
                state.rare().first = Some(FirstSection { fields, end_stream, priority: None });
                self.waiting.push_back(stream);
                return Ok(());
            }
        }
        self.count(stream);
        self.send_section(stream.id, fields, end_stream, None);
        if end_stream {
            self.end_sent_deferred(stream);
        }
        Ok(())
    }

    /// Server: promises a stream on `parent`; the promised one is then responded to.
    ///
    /// # Errors
    /// If the peer takes no push, or the parent cannot carry a promise.
    pub fn push<'a, F>(&mut self, parent: StreamKey, fields: F) -> Result<StreamKey, PushError>
    where
        F: FieldSection<'a>,
    {
        if self.phase == Phase::Over {
            return Err(PushError::Closed);
        }
        let state = self.open_stream(parent).map_err(|_| PushError::UnknownStream)?;
        // RFC 9113 §6.6: on a stream of the client's, open or half-closed on its side.
        if !self.server || self.is_ours(parent.id) || state.send == Send::Closed {
            return Err(PushError::InvalidState);
        }
        if !self.remote.enable_push {
            return Err(PushError::Disabled);
        }
        if self.shutdown.was_received() {
            return Err(PushError::GoingAway);
        }
        if Outline::of(fields.clone()).bound > self.config.max_send_header_block_length {
            return Err(PushError::TooLarge);
        }
        let id = self.take_id().ok_or(PushError::IdsExhausted)?;
        let stream = self.new_stream(id, Send::Reserved, Recv::Closed);
        let key = self.open(stream);
        if self.observer.is_some() {
            self.keep_section(fields.clone());
        }
        let max = self.remote.max_frame_size;
        let (packer, strategy) = (&mut self.packer, self.config.padding);
        self.wire.frame(|out| {
            let frame = BlockFrame::push_promise(out, parent.id, id);
            packer.pack(fields, out);
            let padding = pad(strategy, frame.len(out), max as usize);
            frame.finish(out, max, padding);
        });
        Ok(key)
    }

    /// Announces `len` more octets of the body, and with `end` that they are the last. END_STREAM
    /// rides on the last DATA frame; `(0, true)` sends an empty one when nothing is pending.
    ///
    /// # Errors
    /// If the stream is closed, its response was not given, or its end was.
    pub fn data(&mut self, stream: StreamKey, len: usize, end: bool) -> Result<(), StreamError> {
        self.body_stream(stream)?;
        let Some(state) = self.streams.get_mut(stream) else { return Ok(()) };
        state.pending += len;
        self.pending += len as u64;
        if end {
            state.send = Send::Ending;
        }
        let empty = state.pending == 0;
        if state.waiting {
            return Ok(());
        }
        if empty && end {
            // Not at once: what else was asked of the stream, a promise for one, goes first.
            self.deferred.push_back(Deferred::End { key: stream });
        } else {
            self.schedule(stream);
        }
        Ok(())
    }

    /// Sends trailers, and so END_STREAM, after the pending data. Without fields the stream just
    /// ends.
    ///
    /// # Errors
    /// If the stream is closed, its response was not given, or its end was.
    pub fn trailers<'a, F>(&mut self, stream: StreamKey, fields: F) -> Result<(), StreamError>
    where
        F: FieldSection<'a>,
    {
        let state = self.body_stream(stream)?;
        let now = state.pending == 0 && !state.waiting;
        if fields.clone().lines().next().is_none() {
            return self.data(stream, 0, true);
        }
        if !self.fits(fields.clone(), stream) {
            return Ok(());
        }
        if now {
            self.send_section(stream.id, fields, true, None);
            self.end_sent_deferred(stream);
        } else if let Some(state) = self.streams.get_mut(stream) {
            let fields: FieldList = fields.lines().collect();
            state.held += fields.size();
            self.held += u64::from(fields.size());
            state.send = Send::Ending;
            state.rare().trailers = Some(fields);
        }
        Ok(())
    }

    /// Resets a stream: pending data is dropped, RST_STREAM sent. `StreamClosed` follows from
    /// `transmit`; until then the key stays valid, but commands on it fail.
    ///
    /// # Errors
    /// If the stream is closed.
    pub fn reset(&mut self, stream: StreamKey, code: ErrorCode) -> Result<(), StreamError> {
        let waiting = {
            let state = self.open_stream(stream)?;
            // A promise was sent even if its response waits.
            state.waiting && !(self.server && self.is_ours(stream.id))
        };
        if !waiting {
            self.send_rst(stream.id, code);
        }
        self.defer_close(stream, code, Cause::Application);
        Ok(())
    }

    /// The reader took `n` octets of the stream's body: gives them back to the peer as credit.
    /// Padding is not to be counted. Unknown streams and octets beyond what was received are
    /// ignored.
    pub fn consume(&mut self, now: Instant, stream: StreamKey, n: u32) {
        if self.phase == Phase::Over {
            return;
        }
        self.now = now;
        let Some(state) = self.streams.get_mut(stream).filter(|state| !state.closing) else {
            return;
        };
        let taken = n.min(state.inflow.unread());
        state.inflow.consume(taken);
        self.pace_stream(stream, taken);
        self.return_stream_credit(stream);
        if !self.config.auto_connection_credit {
            self.inflow.consume(taken);
            self.pace_connection(taken);
            self.return_connection_credit();
        }
    }
}

impl Session {
    pub(super) fn open_stream(&self, key: StreamKey) -> Result<&Stream, StreamError> {
        if self.phase == Phase::Over {
            return Err(StreamError::Closed);
        }
        let stream = self.streams.get(key).filter(|stream| !stream.closing);
        stream.ok_or(StreamError::UnknownStream)
    }

    /// The stream, if its body can go on.
    fn body_stream(&self, key: StreamKey) -> Result<&Stream, StreamError> {
        let stream = self.open_stream(key)?;
        match stream.send {
            Send::Body => Ok(stream),
            Send::Reserved | Send::Head => Err(StreamError::InvalidState),
            Send::Ending | Send::Closed => Err(StreamError::AlreadyEnded),
        }
    }

    fn take_id(&mut self) -> Option<StreamId> {
        let id = (self.next_id <= StreamId::MAX.get()).then(|| StreamId::new(self.next_id))?;
        self.next_id += 2;
        Some(id)
    }

    /// Whether the peer's limit lets another stream of ours become active.
    fn may_activate(&self) -> bool {
        self.counts.local < self.remote.max_concurrent_streams
    }

    /// Whether a stream that waits could have its turn.
    pub(super) fn can_admit(&self) -> bool {
        !self.waiting.is_empty() && self.may_activate()
    }

    /// Sends the first sections that waited for the peer's concurrency limit.
    pub(super) fn admit_waiting(&mut self) {
        while self.can_admit() {
            let Some(key) = self.waiting.pop_front() else { return };
            let Some(stream) = self.streams.get_mut(key).filter(|stream| !stream.closing) else {
                continue;
            };
            let Some(first) = stream.rare.as_mut().and_then(|rare| rare.first.take()) else {
                continue;
            };
            stream.waiting = false;
            self.count(key);
            self.send_section(key.id, &first.fields, first.end_stream, first.priority);
            if first.end_stream {
                self.end_sent_deferred(key);
            } else {
                self.resume_body(key);
            }
        }
    }

    /// Goes on with what was announced while the first section waited.
    fn resume_body(&mut self, key: StreamKey) {
        match self.streams.get(key) {
            Some(stream) if stream.pending > 0 => self.schedule(key),
            Some(stream) if stream.send == Send::Ending => self.finish_body(key),
            _ => {}
        }
    }

    /// Everything announced is drawn, and the end was announced.
    pub(super) fn finish_body(&mut self, key: StreamKey) {
        let Some(stream) = self.streams.get_mut(key) else { return };
        match stream.rare.as_mut().and_then(|rare| rare.trailers.take()) {
            Some(trailers) => {
                self.send_section(key.id, &trailers, true, None);
                self.end_sent_deferred(key);
            }
            None => self.send_empty_end(key),
        }
    }

    fn send_empty_end(&mut self, key: StreamKey) {
        self.wire.frame(|out| Data::encode(key.id, b"", true, Padding::NONE, out));
        self.end_sent_deferred(key);
    }

    /// Whether a section is within `max_send_header_block_length`; tells of it if not.
    fn fits<'a>(&mut self, fields: impl FieldSection<'a>, key: StreamKey) -> bool {
        // A section that was sent was within it.
        let fits = self.packer.knows(&fields)
            || Outline::of(fields).bound <= self.config.max_send_header_block_length;
        if !fits {
            self.defer_not_sent(FrameType::HEADERS, key);
        }
        fits
    }

    fn defer_not_sent(&mut self, kind: FrameType, key: StreamKey) {
        /// NGHTTP2_ERR_FRAME_SIZE_ERROR
        const TOO_LARGE: i32 = -522;
        let id = key.id;
        self.deferred.push_back(Deferred::NotSent { kind, key: Some(key), id, code: TOO_LARGE });
    }

    /// Queues HEADERS, with CONTINUATION as needed. Blocks are encoded in the order of the wire.
    fn send_section<'a>(
        &mut self,
        id: StreamId,
        fields: impl FieldSection<'a>,
        end_stream: bool,
        priority: Option<Dependency>,
    ) {
        if self.observer.is_some() {
            self.keep_section(fields.clone());
        }
        let max = self.remote.max_frame_size;
        let (packer, strategy) = (&mut self.packer, self.config.padding);
        self.wire.frame(|out| {
            let frame = BlockFrame::headers(out, id, end_stream, priority);
            packer.pack(fields, out);
            let padding = pad(strategy, frame.len(out), max as usize);
            frame.finish(out, max, padding);
        });
    }
}

/// The padding of a frame with `len` octets of payload, of at most `max` in all.
pub(super) fn pad(strategy: Strategy, len: usize, max: usize) -> Padding {
    match strategy {
        Strategy::None => Padding::NONE,
        Strategy::Aligned => Padding::aligned(len, max),
        Strategy::Max => Padding::max(len, max),
    }
}
