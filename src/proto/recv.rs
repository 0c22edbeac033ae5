//! Reading: one handler for each frame. Field sections and DATA are in `recv_message`.

use super::error::{Offence, Reach};
use super::event::{Cause, Event, Sink, StreamKey};
use super::field_block::BlockHead;
use super::message;
use super::session::{Phase, Session};
use super::stream::closed::Closure;
use super::stream::state::{Recv, Send};
use super::stream::{Stream, Urgency};
use crate::frame::{
    AltSvc, Continuation, ErrorCode, Frame, FrameError, FrameErrorKind, FrameType, GoAway, Headers,
    Origin, PREFACE, Ping, Priority, PriorityUpdate, PushPromise, RstStream, Settings, StreamId,
    WindowUpdate,
};
use std::time::Instant;

/// What an identifier on the wire stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Open(StreamKey),
    /// Closed; `None` if nothing is remembered of it.
    Gone(Option<Closure>),
    Idle,
}

impl Session {
    /// Reads what arrived. Answers how many octets were taken: all, unless the sink had no room
    /// for more events; offer the rest again then.
    pub fn receive<S: Sink>(&mut self, now: Instant, input: &[u8], sink: &mut S) -> usize {
        let mut rest = input;
        self.now = now;
        if let Phase::Preface(have) = self.phase {
            self.read_preface(have, &mut rest, sink);
        }
        // Frames borrow from the decoder while the session acts on them.
        let mut decoder = std::mem::take(&mut self.decoder);
        while !matches!(self.phase, Phase::Preface(_) | Phase::Over) && sink.has_room() {
            match decoder.decode_with_head(&mut rest) {
                Ok(Some((head, frame))) => {
                    let (kind, stream) = (frame.kind(), frame.stream());
                    if self.observer.is_some() {
                        self.note_received(head, &frame, sink);
                    }
                    let result = self.on_frame(now, frame, sink);
                    if self.observer.is_some() {
                        self.note_section(None, sink);
                    }
                    if let Err(offence) = result {
                        self.fail(offence, stream, kind, sink);
                    }
                    if let Some(limit) = self.frame_limit.take() {
                        decoder.set_max_frame_size(limit);
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    if self.observer.is_some() {
                        self.note_malformed(error, sink);
                    }
                    self.on_frame_error(error, sink);
                }
            }
        }
        self.decoder = decoder;
        if self.phase == Phase::Over {
            rest = &[];
        }
        let taken = input.len() - rest.len();
        self.stats.octets_received += taken as u64;
        taken
    }

    /// RFC 9113 §3.4: a client begins with 24 octets that no HTTP/1.1 server takes for a request.
    fn read_preface<S: Sink>(&mut self, have: usize, rest: &mut &[u8], sink: &mut S) {
        let len = rest.len().min(PREFACE.len() - have);
        let (octets, left) = rest.split_at(len);
        if octets != &PREFACE[have..have + len] {
            self.fail(Offence::BadPreface, StreamId::ZERO, FrameType::SETTINGS, sink);
            return;
        }
        *rest = left;
        self.phase = match have + len {
            have if have < PREFACE.len() => Phase::Preface(have),
            _ => Phase::FirstSettings,
        };
    }

    fn on_frame_error<S: Sink>(&mut self, error: FrameError, sink: &mut S) {
        // RFC 7838 §4, RFC 8336 §2.1: a server ignores these, however they look.
        let ignored = matches!(error.head.kind, FrameType::ALTSVC | FrameType::ORIGIN)
            && self.server
            && error.kind != FrameErrorKind::Oversized;
        if ignored {
            return;
        }
        // That the first frame is another counts more than what is wrong with it.
        let expected = self.phase != Phase::FirstSettings || error.head.kind == FrameType::SETTINGS;
        let offence = match expected {
            true => Offence::Frame(error.kind),
            false => Offence::SettingsExpected,
        };
        self.fail(offence, error.head.stream, error.head.kind, sink);
    }

    fn on_frame<S: Sink>(
        &mut self,
        now: Instant,
        frame: Frame<'_>,
        sink: &mut S,
    ) -> Result<(), Offence> {
        if let Some(stream) = self.block.stream() {
            // RFC 9113 §6.10: nothing may come between the frames of a field block.
            return match frame {
                Frame::Continuation(frame) if frame.stream == stream => {
                    self.on_continuation(&frame, sink)
                }
                _ => Err(Offence::UnexpectedContinuation),
            };
        }
        if self.phase == Phase::FirstSettings
            && !matches!(&frame, Frame::Settings(settings) if !settings.ack)
        {
            return Err(Offence::SettingsExpected);
        }
        // The pieces of a DATA frame are counted with the first.
        self.stats.frames_received += u64::from(!matches!(&frame, Frame::Data(d) if !d.first));
        match frame {
            Frame::Data(piece) => self.on_data(&piece, sink),
            Frame::Headers(frame) => self.on_headers(&frame, sink),
            Frame::Priority(frame) => self.on_priority(&frame, sink),
            Frame::RstStream(frame) => self.on_rst_stream(now, &frame, sink),
            Frame::Settings(frame) if frame.ack => self.on_settings_ack(sink),
            Frame::Settings(frame) => self.on_settings(&frame, sink),
            Frame::PushPromise(frame) => self.on_push_promise(&frame, sink),
            Frame::Ping(frame) => self.on_ping(&frame, sink),
            Frame::GoAway(frame) => self.on_goaway(&frame, sink),
            Frame::WindowUpdate(frame) => self.on_window_update(&frame, sink),
            Frame::Continuation(_) => Err(Offence::UnexpectedContinuation),
            Frame::AltSvc(frame) => {
                self.on_altsvc(&frame, sink);
                Ok(())
            }
            Frame::Origin(frame) => {
                self.on_origin(&frame, sink);
                Ok(())
            }
            Frame::PriorityUpdate(frame) => self.on_priority_update(&frame, sink),
            Frame::Unknown(head) => {
                sink.event(Event::UnknownFrame {
                    kind: head.kind.0,
                    flags: head.flags.0,
                    stream: head.stream,
                    length: head.length,
                });
                Ok(())
            }
        }
    }

    pub(super) fn find(&self, id: StreamId) -> Found {
        if let Some(key) = self.streams.find(id)
            && let Some(stream) = self.streams.get(key)
        {
            return match stream {
                // Its HEADERS have not been sent: the peer cannot know it.
                stream if stream.waiting => Found::Idle,
                stream if stream.closing && stream.end_received => {
                    Found::Gone(Some(Closure::Ended))
                }
                stream if stream.closing => Found::Gone(Some(Closure::OurReset)),
                _ => Found::Open(key),
            };
        }
        let idle = match self.is_ours(id) {
            true => id.get() >= self.next_id,
            false => id > self.last_peer,
        };
        if idle { Found::Idle } else { Found::Gone(self.closed.closure(id)) }
    }

    /// A HEADERS or DATA frame for a stream that is not open (RFC 9113 §5.1). `unknown` is the
    /// offence for a stream of which nothing is known.
    pub(super) fn on_stray<S: Sink>(
        &mut self,
        id: StreamId,
        found: Found,
        unknown: Offence,
        sink: &mut S,
    ) -> Result<(), Offence> {
        match found {
            // Sent before our RST_STREAM arrived.
            Found::Open(_) | Found::Gone(Some(Closure::OurReset)) => Ok(()),
            Found::Idle => Err(Offence::IdleStream),
            Found::Gone(Some(Closure::Ended)) => Err(Offence::ClosedStream),
            Found::Gone(Some(Closure::PeerReset)) => self.offend(id, Offence::ResetStream, sink),
            Found::Gone(None) => Err(unknown),
        }
    }

    /// An offence that costs a stream: RST_STREAM, and the stream is closed if it was open.
    pub(super) fn offend<S: Sink>(
        &mut self,
        id: StreamId,
        offence: Offence,
        sink: &mut S,
    ) -> Result<(), Offence> {
        debug_assert_eq!(offence.reach(), Reach::Stream);
        tracing::debug!("stream {id} is reset with {}: {}", offence.code(), offence.describe());
        self.send_rst(id, offence.code());
        // What we have no place for is no fault of the peer's.
        let fault = !matches!(offence, Offence::MemoryExhausted | Offence::TooManyPushes);
        if fault {
            sink.event(Event::InvalidFrame { stream: id, offence });
        }
        match self.streams.find(id) {
            Some(key) => self.close(key, offence.code(), Cause::Engine, sink),
            None => self.closed.note(id, Closure::OurReset),
        }
        match offence {
            Offence::MemoryExhausted => self.note_rejected_stream(),
            _ if fault => self.note_invalid_frame(),
            _ => Ok(()),
        }
    }

    pub(super) fn note_invalid_frame(&mut self) -> Result<(), Offence> {
        self.stats.invalid_frames += 1;
        if self.stats.invalid_frames > self.config.max_invalid_frames {
            return Err(Offence::TooManyInvalidFrames);
        }
        Ok(())
    }

    fn note_rejected_stream(&mut self) -> Result<(), Offence> {
        self.stats.rejected_streams += 1;
        if self.stats.rejected_streams > self.config.max_rejected_streams {
            return Err(Offence::TooManyRejectedStreams);
        }
        Ok(())
    }

    fn on_headers<S: Sink>(&mut self, frame: &Headers<'_>, sink: &mut S) -> Result<(), Offence> {
        if frame.dependency.is_some_and(|dependency| dependency.parent == frame.stream) {
            return Err(Offence::SelfDependency);
        }
        let head = BlockHead {
            stream: frame.stream,
            promised: None,
            end_stream: frame.end_stream(),
            flags: frame.flags.0,
            dependency: frame.dependency,
        };
        self.on_block(head, frame.end_headers(), frame.fragment, sink)
    }

    fn on_push_promise<S: Sink>(
        &mut self,
        frame: &PushPromise<'_>,
        sink: &mut S,
    ) -> Result<(), Offence> {
        // RFC 9113 §8.4: a client never pushes, and may have forbidden it.
        if self.server || !self.local.in_force().enable_push {
            return Err(Offence::PushNotAllowed);
        }
        let head = BlockHead {
            stream: frame.stream,
            promised: Some(frame.promised),
            end_stream: false,
            flags: frame.flags.0,
            dependency: None,
        };
        self.on_block(head, frame.end_headers(), frame.fragment, sink)
    }

    fn on_block<S: Sink>(
        &mut self,
        head: BlockHead,
        complete: bool,
        fragment: &[u8],
        sink: &mut S,
    ) -> Result<(), Offence> {
        if complete {
            return self.on_section(head, fragment, sink);
        }
        self.block.begin(head, fragment);
        Ok(())
    }

    fn on_continuation<S: Sink>(
        &mut self,
        frame: &Continuation<'_>,
        sink: &mut S,
    ) -> Result<(), Offence> {
        self.stats.frames_received += 1;
        // Small frames without end would keep us gathering, at no cost to the peer.
        if self.block.add(frame.fragment) > self.config.max_continuations {
            return Err(Offence::TooManyContinuations);
        }
        if !frame.end_headers {
            return Ok(());
        }
        let Some((mut head, octets)) = self.block.take() else { return Ok(()) };
        head.flags |= crate::frame::Flags::END_HEADERS.0;
        let result = self.on_section(head, &octets, sink);
        self.block.recycle(octets);
        result
    }

    fn on_priority<S: Sink>(&mut self, frame: &Priority, sink: &mut S) -> Result<(), Offence> {
        let priority = frame.dependency;
        if priority.parent == frame.stream {
            return Err(Offence::SelfDependency);
        }
        if let Some(key) = self.streams.find(frame.stream)
            && let Some(stream) = self.streams.get_mut(key)
        {
            stream.weight = priority.weight;
        }
        sink.event(Event::Priority { stream: frame.stream, priority });
        Ok(())
    }

    fn on_rst_stream<S: Sink>(
        &mut self,
        now: Instant,
        frame: &RstStream,
        sink: &mut S,
    ) -> Result<(), Offence> {
        let answered = match self.find(frame.stream) {
            Found::Idle => return Err(Offence::IdleStream),
            // It crossed the end of the response.
            Found::Gone(closure) => closure == Some(Closure::Ended),
            Found::Open(key) => {
                let unanswered = |stream: &Stream| stream.send == Send::Head;
                let answered = !self.streams.get(key).is_some_and(unanswered);
                self.close(key, frame.code, Cause::Peer, sink);
                answered
            }
        };
        // A download that is given up has cost the peer a round trip and a place among its
        // streams, like any other: only requests that are withdrawn unanswered come in floods.
        if self.server && !answered && !self.resets.draw(now) {
            return Err(Offence::ResetFlood);
        }
        Ok(())
    }

    fn on_settings<S: Sink>(&mut self, frame: &Settings<'_>, sink: &mut S) -> Result<(), Offence> {
        if frame.entries().len() > self.config.max_settings {
            return Err(Offence::TooManySettings);
        }
        let entries: Vec<_> = frame.entries().collect();
        if self.phase == Phase::FirstSettings {
            self.phase = Phase::Open;
        }
        self.apply_remote(&entries)?;
        let acks = self.wire.settings_ack();
        sink.event(Event::Settings { entries: &entries });
        self.check_acks(acks)
    }

    /// A peer that asks and never reads makes us queue answers without end (CVE-2019-9512,
    /// CVE-2019-9515).
    fn check_acks(&self, waiting: u32) -> Result<(), Offence> {
        if waiting > self.config.max_unsent_acks { Err(Offence::Flood) } else { Ok(()) }
    }

    fn on_settings_ack<S: Sink>(&mut self, sink: &mut S) -> Result<(), Offence> {
        let acknowledged = self.local.acknowledge()?;
        let before = acknowledged.before;
        self.note_answer(acknowledged.sent);
        let values = *self.local.in_force();
        if values.header_table_size != before.header_table_size {
            self.unpacker.set_max_table_size(values.header_table_size);
        }
        if values.max_frame_size != before.max_frame_size {
            self.frame_limit = Some(values.max_frame_size);
        }
        if acknowledged.sizes_windows {
            self.resize_inflows(before.initial_window_size, values.initial_window_size);
        }
        sink.event(Event::SettingsAck { remaining: self.local.unacknowledged() });
        Ok(())
    }

    /// RFC 9113 §6.9.2: all streams' windows follow SETTINGS_INITIAL_WINDOW_SIZE, and those that
    /// grew by themselves fall back to it. Credit that was too little to send with a large window
    /// may be all that a peer waits for with a small one.
    fn resize_inflows(&mut self, before: u32, size: u32) {
        self.auto_window.forget_growth();
        for slot in 0..self.streams.slots() {
            let Some(key) = self.streams.key_at(slot) else { continue };
            if let Some(stream) = self.streams.get_mut(key) {
                stream.inflow.shift(i64::from(size) - i64::from(before));
                stream.inflow.retarget(size);
            }
            self.return_stream_credit(key);
        }
    }

    /// The answer came to what was drawn at `sent`.
    fn note_answer(&mut self, sent: Option<Instant>) {
        if let Some(sent) = sent {
            self.auto_window.note_round_trip(self.now.saturating_duration_since(sent));
        }
    }

    fn on_ping<S: Sink>(&mut self, frame: &Ping, sink: &mut S) -> Result<(), Offence> {
        let payload = frame.payload;
        if frame.ack {
            // Node's choice: there is no honest reason for an answer that nobody asked for.
            let sent = self.pings.pop_front().ok_or(Offence::UnexpectedPingAck)?;
            self.note_answer(sent);
            sink.event(Event::PingAck { payload });
            return Ok(());
        }
        let acks = self.wire.ping_ack(payload);
        sink.event(Event::Ping { payload });
        self.check_acks(acks)
    }

    fn on_goaway<S: Sink>(&mut self, frame: &GoAway<'_>, sink: &mut S) -> Result<(), Offence> {
        let ours = self.is_ours(frame.last);
        self.shutdown.learn(frame.last, ours)?;
        sink.event(Event::GoAway { last: frame.last, code: frame.code, debug: frame.debug });
        // RFC 9113 §6.8: streams above the last were not and will not be processed. What was not
        // sent must not be sent any more.
        for slot in 0..self.streams.slots() {
            let Some(key) = self.streams.key_at(slot) else { continue };
            let waiting = self.streams.get(key).is_some_and(|stream| stream.waiting);
            if self.is_ours(key.id) && (key.id > frame.last || waiting) {
                self.close(key, ErrorCode::REFUSED_STREAM, Cause::Peer, sink);
            }
        }
        self.waiting.clear();
        Ok(())
    }

    fn on_window_update<S: Sink>(
        &mut self,
        frame: &WindowUpdate,
        sink: &mut S,
    ) -> Result<(), Offence> {
        if frame.stream.is_zero() {
            if frame.increment == 0 {
                return Err(Offence::ZeroIncrement);
            }
            let credited = self.send_window.credit(frame.increment);
            return credited.map_err(|_| Offence::ConnectionWindowOverflow);
        }
        let key = match self.find(frame.stream) {
            Found::Open(key) => key,
            Found::Idle => return Err(Offence::IdleStream),
            Found::Gone(_) => return Ok(()),
        };
        let Some(stream) = self.streams.get_mut(key) else { return Ok(()) };
        if stream.recv == Recv::Reserved {
            return Err(Offence::ReservedStream);
        }
        // RFC 9113 §6.9 makes this a stream error, which §5.4.2 lets be one of the connection.
        if frame.increment == 0 {
            return Err(Offence::ZeroIncrement);
        }
        if stream.send_window.credit(frame.increment).is_err() {
            return self.offend(frame.stream, Offence::StreamWindowOverflow, sink);
        }
        self.schedule(key);
        Ok(())
    }

    fn on_altsvc<S: Sink>(&mut self, frame: &AltSvc<'_>, sink: &mut S) {
        // RFC 7838 §4: the origin is given on stream 0 and there only; a server ignores it all.
        if !self.server && frame.stream.is_zero() != frame.origin.is_empty() {
            sink.event(Event::AltSvc {
                stream: frame.stream,
                origin: frame.origin,
                value: frame.value,
            });
        }
    }

    fn on_origin<S: Sink>(&mut self, frame: &Origin<'_>, sink: &mut S) {
        // RFC 8336 §2.1: for clients, on stream 0, without any of the low four flags.
        if !self.server && frame.stream.is_zero() && frame.flags.0 & 0x0f == 0 {
            sink.event(Event::Origin { origins: frame.entries() });
        }
    }

    fn on_priority_update<S: Sink>(
        &mut self,
        frame: &PriorityUpdate<'_>,
        sink: &mut S,
    ) -> Result<(), Offence> {
        // RFC 9218 §7.1: from clients only, for a stream of a response.
        if !self.server || frame.prioritized.is_zero() {
            return Err(Offence::BadPriorityUpdate);
        }
        if let Some(key) = self.streams.find(frame.prioritized) {
            self.set_urgency(key, message::parse_priority(frame.value));
        }
        sink.event(Event::PriorityUpdate { stream: frame.prioritized, value: frame.value });
        Ok(())
    }

    fn set_urgency(&mut self, key: StreamKey, urgency: Urgency) {
        let Some(stream) = self.streams.get_mut(key) else { return };
        let before = std::mem::replace(&mut stream.urgency, urgency);
        if stream.queued {
            self.scheduler.moved(key, before, urgency);
        }
    }
}
