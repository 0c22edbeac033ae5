//! Drawing output: what is queued first, then DATA.

use super::config::Padding as Strategy;
use super::event::{Cause, Event, Output, Sink, StreamKey};
use super::send::pad;
use super::session::{Deferred, Phase, Session};
use super::stream::Stream;
use super::stream::state::Send;
use crate::frame::{Data, ErrorCode, Head, Padding};
use std::time::Instant;

/// Octets of body in one DATA frame, if the peer takes as many: streams that share take turns of
/// this size.
const MAX_DATA_LEN: usize = 16_384;

/// How an attempt at a DATA frame ended.
enum Drawn {
    /// A frame went, or a stream lost its turn: try again.
    Again,
    /// No stream has DATA and window.
    Nothing,
    /// There is no room.
    Full,
}

impl Session {
    /// Draws what is to be sent, as much as the output has room for, and tells the sink which
    /// streams ended by it. Answers whether more is waiting that did not fit, in the output or in
    /// the sink.
    ///
    /// Draw only what the transport can take: what stays here is what the limits on queued
    /// acknowledgements and on memory look at, and what a later, more urgent frame can overtake.
    pub fn transmit<O: Output, S: Sink>(
        &mut self,
        now: Instant,
        out: &mut O,
        sink: &mut S,
    ) -> bool {
        self.now = now;
        loop {
            self.admit_waiting();
            let (octets, frames) = (self.wire.len(), self.wire.frames());
            if self.observer.is_some() {
                self.note_drawn(out.room(), sink);
            }
            let drained = self.wire.draw(out);
            self.stats.octets_sent += (octets - self.wire.len()) as u64;
            if !drained {
                return true;
            }
            if frames > 0 {
                self.stats.frames_sent += frames as u64;
                self.local.note_sent(now);
                self.note_pings_sent(now);
            }
            if !self.tell_deferred(sink) {
                return true;
            }
            // A stream that closed may let another begin, and one that ends has a frame to send.
            if self.can_admit() || !self.wire.is_empty() {
                continue;
            }
            match self.draw_data(out, sink) {
                Drawn::Again => {}
                // Credit for the connection may have been queued by a stream that closed.
                Drawn::Nothing if !self.wire.is_empty() => {}
                Drawn::Nothing => return false,
                Drawn::Full => return true,
            }
        }
    }

    fn note_pings_sent(&mut self, now: Instant) {
        for sent in self.pings.iter_mut().rev().take_while(|sent| sent.is_none()) {
            *sent = Some(now);
        }
    }

    /// Tells what commands caused; false if the sink has no room for all of it.
    fn tell_deferred<S: Sink>(&mut self, sink: &mut S) -> bool {
        while sink.has_room() {
            match self.deferred.pop_front() {
                None => return true,
                Some(Deferred::Closed { key, code, by }) => self.close(key, code, by, sink),
                Some(Deferred::End { key }) => self.end_empty(key),
                Some(Deferred::NotSent { kind, key, id, code }) => {
                    sink.event(Event::FrameNotSent { kind: kind.0, stream: key, id, code });
                }
            }
        }
        self.deferred.is_empty()
    }

    /// Ends a stream that has no DATA pending, if it was not reset meanwhile.
    fn end_empty(&mut self, key: StreamKey) {
        let open = |stream: &Stream| !stream.closing && stream.send == Send::Ending;
        if self.streams.get(key).is_some_and(open) {
            self.finish_body(key);
        }
    }

    /// Draws one DATA frame of the stream whose turn it is.
    fn draw_data<O: Output, S: Sink>(&mut self, out: &mut O, sink: &mut S) -> Drawn {
        let window = self.send_window.available();
        if window == 0 || self.phase == Phase::Over {
            return Drawn::Nothing;
        }
        if !self.scheduler.is_empty() && !sink.has_room() {
            return Drawn::Full;
        }
        let Some(key) = self.scheduler.pop() else { return Drawn::Nothing };
        let Some(stream) = self.streams.get_mut(key) else { return Drawn::Again };
        stream.queued = false;
        if !stream.is_ready() {
            return Drawn::Again;
        }
        let frame = (self.remote.max_frame_size as usize).min(MAX_DATA_LEN);
        let limit = frame.min(window).min(stream.send_window.available());
        let overhead = Head::LEN + self.config.padding.most();
        let len =
            out.body_limit(overhead, stream.pending.min(limit)).min(stream.pending.min(limit));
        if len == 0 {
            stream.queued = true;
            self.scheduler.push_front(key, stream.urgency);
            return Drawn::Full;
        }
        stream.pending -= len;
        self.pending -= len as u64;
        let last = stream.pending == 0 && stream.send == Send::Ending;
        let trailers = stream.rare.as_ref().is_some_and(|rare| rare.trailers.is_some());
        let padding = pad(self.config.padding, len, limit);
        let flow_len = len + padding.added() as usize;
        stream.send_window.use_up(flow_len);
        if stream.is_ready() {
            stream.queued = true;
            self.scheduler.put_back(key, stream.urgency);
        }
        self.send_window.use_up(flow_len);
        let head = Data::head(key.id, len, last && !trailers, padding);
        if self.observer.is_some() {
            self.note_data(head, sink);
        }
        self.put_data(out, key, len, head, padding);
        if last && trailers {
            self.finish_body(key);
        } else if last && self.end_sent(key) {
            self.close(key, ErrorCode::NO_ERROR, Cause::Done, sink);
        }
        Drawn::Again
    }

    fn put_data(
        &mut self,
        out: &mut impl Output,
        key: StreamKey,
        len: usize,
        head: Head,
        padding: Padding,
    ) {
        let mut octets = [0; Head::LEN];
        head.write(&mut octets);
        out.put(&octets);
        if let Some(pad_length) = padding.pad_length() {
            out.put(&[pad_length]);
        }
        out.body(key, len);
        if !padding.trailer().is_empty() {
            out.put(padding.trailer());
        }
        self.stats.frames_sent += 1;
        self.stats.octets_sent += (Head::LEN + len) as u64 + u64::from(padding.added());
    }
}

impl Strategy {
    /// The most octets that it adds to a frame.
    fn most(self) -> usize {
        match self {
            Strategy::None => 0,
            Strategy::Aligned => 7,
            Strategy::Max => 256,
        }
    }
}
