//! Reading messages: field sections and DATA (RFC 9113 §8.1).

use super::error::Offence;
use super::event::{Cause, Event, HeadersKind, Sink, StreamKey};
use super::field_block::BlockHead;
use super::limits::MAX_UNSENT_RESETS;
use super::message::{self, Section, Summary};
use super::recv::Found;
use super::session::Session;
use super::stream::Urgency;
use super::stream::closed::Closure;
use super::stream::state::{Recv, Send};
use crate::frame::{Data, ErrorCode, StreamId};
use crate::hpack::FieldList;

impl Session {
    /// A field block is complete. It is decoded whatever becomes of it, as the table must follow.
    pub(super) fn on_section<S: Sink>(
        &mut self,
        head: BlockHead,
        block: &[u8],
        sink: &mut S,
    ) -> Result<(), Offence> {
        let found = self.find(head.stream);
        if self.wire.resets() > MAX_UNSENT_RESETS {
            return Err(Offence::Flood);
        }
        let mut fields = std::mem::take(&mut self.fields);
        let (max_list_size, max_pairs) =
            (self.max_list_size(found), self.config.max_header_list_pairs);
        let decoded = self.unpacker.unpack(block, max_list_size, max_pairs, &mut fields);
        if self.observer.is_some() {
            self.note_section(decoded.is_ok().then_some(&fields), sink);
        }
        let result = match decoded {
            Err(_) => Err(Offence::Compression),
            Ok(()) => match (head.promised, found) {
                (Some(promised), found) => {
                    self.on_promise(head, promised, found, &mut fields, sink)
                }
                (None, Found::Open(key)) => self.on_stream_section(head, key, &mut fields, sink),
                (None, Found::Idle) if self.server && !self.is_ours(head.stream) => {
                    self.on_request(head, &mut fields, sink)
                }
                // RFC 9113 §5.1.1: an identifier that is the server's to use.
                (None, Found::Idle) if self.server => Err(Offence::BadStreamId),
                (None, found) => self.on_stray(head.stream, found, Offence::BadStreamId, sink),
            },
        };
        self.fields = fields;
        result
    }

    /// Size that a section may have: what was in force when its stream began.
    fn max_list_size(&self, found: Found) -> u32 {
        /// As Node has it.
        const MOST: u32 = 16_777_215;
        let stream = match found {
            Found::Open(key) => self.streams.get(key),
            _ => None,
        };
        let size = stream.map_or(self.local.in_force().max_header_list_size, |s| s.max_list_size);
        size.min(MOST)
    }

    /// Judges a section and takes out what is not to be passed on.
    fn judge(&mut self, fields: &mut FieldList, section: Section) -> Result<Summary, Offence> {
        if let Some(summary) = self.unpacker.judged(section) {
            return Ok(summary);
        }
        if fields.truncated() {
            return Err(Offence::HeaderListTooLarge);
        }
        let strict = self.config.strict_field_whitespace;
        match message::check(fields, section, strict) {
            Ok(summary) => {
                if summary.dirty {
                    message::clean(fields, strict);
                    self.unpacker.forget();
                } else {
                    self.unpacker.note(section, summary);
                }
                Ok(summary)
            }
            // Without validation a section is still read for what the session must know.
            Err(_) if !self.config.validate_messages => Ok(message::skim(fields)),
            Err(offence) => Err(offence),
        }
    }

    /// A client opens a stream.
    fn on_request<S: Sink>(
        &mut self,
        head: BlockHead,
        fields: &mut FieldList,
        sink: &mut S,
    ) -> Result<(), Offence> {
        let id = head.stream;
        self.last_peer = id;
        // RFC 9113 §6.8: what our GOAWAY gave up is ignored.
        if self.shutdown.gave_up(id) {
            self.closed.note(id, Closure::OurReset);
            return Ok(());
        }
        if let Some(refusal) = self.refusal()? {
            return self.offend(id, refusal, sink);
        }
        let extended_connect = self.local.announced().enable_connect_protocol;
        let summary = match self.judge(fields, Section::Request { extended_connect }) {
            Ok(summary) => summary,
            Err(offence) => return self.offend(id, offence, sink),
        };
        let expected = summary.content_length.filter(|_| !summary.connect);
        if head.end_stream && expected.is_some_and(|length| length > 0) {
            return self.offend(id, Offence::BadContentLength, sink);
        }
        self.last_processed = id;
        let recv = if head.end_stream { Recv::Closed } else { Recv::Body };
        let mut stream = self.new_stream(id, Send::Head, recv);
        stream.end_received = head.end_stream;
        stream.expected = expected;
        stream.held = fields.size();
        stream.urgency = summary.urgency.unwrap_or(Urgency::UNSIGNALLED);
        if let Some(dependency) = head.dependency {
            stream.weight = dependency.weight;
        }
        let key = self.open(stream);
        let kind = HeadersKind::Request;
        let section = self.unpacker.number();
        sink.event(Event::Headers { stream: key, kind, fields, flags: head.flags, section });
        if head.end_stream {
            sink.event(Event::EndStream { stream: key });
        }
        Ok(())
    }

    /// Whether the peer may activate one more stream, and the offence if it costs that one only.
    fn refusal(&self) -> Result<Option<Offence>, Offence> {
        // RFC 9113 §5.1.2: PROTOCOL_ERROR or REFUSED_STREAM; the latter while the peer may not
        // have seen the limit.
        if self.counts.remote >= self.local.in_force().max_concurrent_streams {
            return Err(Offence::TooManyStreams);
        }
        if self.counts.remote >= self.local.announced().max_concurrent_streams {
            return Ok(Some(Offence::RefusedStream));
        }
        let full = self.memory() >= self.config.max_session_memory;
        Ok(full.then_some(Offence::MemoryExhausted))
    }

    /// A section on a stream that is open: a response, or trailers.
    fn on_stream_section<S: Sink>(
        &mut self,
        head: BlockHead,
        key: StreamKey,
        fields: &mut FieldList,
        sink: &mut S,
    ) -> Result<(), Offence> {
        let Some(stream) = self.streams.get_mut(key) else { return Ok(()) };
        if let Some(dependency) = head.dependency {
            stream.weight = dependency.weight;
        }
        match stream.recv {
            Recv::Closed if stream.end_received => Err(Offence::HalfClosedStream),
            // A stream that we promised; the peer has no say in it.
            Recv::Closed => Err(Offence::ReservedStream),
            Recv::Reserved => {
                match self.refusal()? {
                    Some(refusal) => return self.offend(key.id, refusal, sink),
                    None => self.activate_promised(key),
                }
                self.on_response(head, key, fields, sink)
            }
            Recv::Head => self.on_response(head, key, fields, sink),
            Recv::Body => self.on_trailers(head, key, fields, sink),
        }
    }

    /// The response to a promise begins.
    fn activate_promised(&mut self, key: StreamKey) {
        if let Some(stream) = self.streams.get_mut(key) {
            stream.recv = Recv::Head;
            self.counts.reserved_remote -= 1;
            self.count(key);
        }
    }

    fn on_response<S: Sink>(
        &mut self,
        head: BlockHead,
        key: StreamKey,
        fields: &mut FieldList,
        sink: &mut S,
    ) -> Result<(), Offence> {
        let summary = match self.judge(fields, Section::Response) {
            Ok(summary) => summary,
            Err(offence) => return self.offend(key.id, offence, sink),
        };
        let informational = (100..200).contains(&summary.status);
        // RFC 9113 §8.1: an interim response cannot end the stream.
        if informational && head.end_stream {
            return self.offend(key.id, Offence::BadMessage, sink);
        }
        let kind = if informational { HeadersKind::Informational } else { HeadersKind::Response };
        let mut meaningless = summary.status == 204;
        if let Some(stream) = self.streams.get_mut(key).filter(|_| !informational) {
            stream.recv = Recv::Body;
            meaningless |= stream.connect && (200..300).contains(&summary.status);
            // RFC 9110 §6.4.1, §9.3.6: no content after HEAD, 204 and 304, whatever
            // content-length says, and a tunnel after CONNECT.
            stream.expected = match summary.status {
                _ if stream.head => Some(0),
                204 | 304 => Some(0),
                200..=299 if stream.connect => None,
                _ => summary.content_length,
            };
        }
        // RFC 9110 §8.6: a server must not send it here, and nobody may go by it.
        if meaningless && summary.content_length.is_some() {
            fields.retain(|field| field.name != b"content-length");
            self.unpacker.forget();
        }
        let section = self.unpacker.number();
        sink.event(Event::Headers { stream: key, kind, fields, flags: head.flags, section });
        if head.end_stream { self.end_received(key, sink) } else { Ok(()) }
    }

    fn on_trailers<S: Sink>(
        &mut self,
        head: BlockHead,
        key: StreamKey,
        fields: &mut FieldList,
        sink: &mut S,
    ) -> Result<(), Offence> {
        if let Err(offence) = self.judge(fields, Section::Trailers) {
            return self.offend(key.id, offence, sink);
        }
        // RFC 9113 §8.1: the section after the body ends the stream.
        if !head.end_stream {
            return self.offend(key.id, Offence::BadMessage, sink);
        }
        if self.is_short(key) {
            return self.offend(key.id, Offence::BadContentLength, sink);
        }
        let kind = HeadersKind::Trailers;
        let section = self.unpacker.number();
        sink.event(Event::Headers { stream: key, kind, fields, flags: head.flags, section });
        self.end_received(key, sink)
    }

    /// Whether octets are missing that content-length announced.
    fn is_short(&self, key: StreamKey) -> bool {
        self.config.validate_messages
            && self.streams.get(key).is_some_and(|stream| stream.expected.is_some_and(|n| n > 0))
    }

    /// END_STREAM came.
    fn end_received<S: Sink>(&mut self, key: StreamKey, sink: &mut S) -> Result<(), Offence> {
        if self.is_short(key) {
            return self.offend(key.id, Offence::BadContentLength, sink);
        }
        let Some(stream) = self.streams.get_mut(key) else { return Ok(()) };
        stream.recv = Recv::Closed;
        stream.end_received = true;
        let done = stream.send == Send::Closed;
        sink.event(Event::EndStream { stream: key });
        if done {
            self.close(key, ErrorCode::NO_ERROR, Cause::Done, sink);
        }
        Ok(())
    }

    /// A server promises a stream (RFC 9113 §8.4).
    fn on_promise<S: Sink>(
        &mut self,
        head: BlockHead,
        promised: StreamId,
        found: Found,
        fields: &mut FieldList,
        sink: &mut S,
    ) -> Result<(), Offence> {
        // RFC 9113 §6.6: an illegal promised identifier is PROTOCOL_ERROR.
        if self.is_ours(promised) || promised <= self.last_peer {
            return Err(Offence::BadStreamId);
        }
        if !self.is_ours(head.stream) || found == Found::Idle {
            return Err(Offence::IdleStream);
        }
        self.last_peer = promised;
        if self.shutdown.gave_up(promised) {
            self.closed.note(promised, Closure::OurReset);
            return Ok(());
        }
        let parent = match found {
            Found::Open(key) => key,
            Found::Gone(Some(Closure::Ended)) => {
                return Err(Offence::ClosedStream);
            }
            _ => return self.offend(promised, Offence::TooManyPushes, sink),
        };
        if self.streams.get(parent).is_some_and(|stream| stream.recv == Recv::Closed) {
            return Err(Offence::HalfClosedStream);
        }
        // Told not to push, the server may not have known yet.
        if !self.local.announced().enable_push
            || self.counts.reserved_remote >= self.config.max_reserved_remote_streams
        {
            return self.offend(promised, Offence::TooManyPushes, sink);
        }
        let summary = match self.judge(fields, Section::Request { extended_connect: false }) {
            Ok(summary) => summary,
            Err(offence) => return self.offend(promised, offence, sink),
        };
        self.last_processed = promised;
        let mut stream = self.new_stream(promised, Send::Closed, Recv::Reserved);
        stream.head = summary.head;
        stream.held = fields.size();
        self.counts.reserved_remote += 1;
        let key = self.open(stream);
        let kind = HeadersKind::Push { parent };
        let section = self.unpacker.number();
        sink.event(Event::Headers { stream: key, kind, fields, flags: head.flags, section });
        Ok(())
    }

    /// A piece of DATA.
    pub(super) fn on_data<S: Sink>(
        &mut self,
        piece: &Data<'_>,
        sink: &mut S,
    ) -> Result<(), Offence> {
        if piece.first {
            if !self.inflow.admits(piece.frame_len) {
                return Err(Offence::ConnectionWindow);
            }
            // Frames that say nothing cost us work, and the peer no window (CVE-2019-9518).
            if piece.frame_len == 0 && !piece.end_stream {
                self.note_invalid_frame()?;
            }
        }
        let found = self.find(piece.stream);
        self.pace_arrival(match found {
            Found::Open(key) => Some(key),
            _ => None,
        });
        self.inflow.receive(piece.flow_len);
        let taken_by = match found {
            Found::Open(key) => self.take_data(key, piece, sink)?,
            // What follows the first piece of a frame on a closed stream is ignored with it.
            _ if !piece.first => None,
            _ => {
                self.on_stray(piece.stream, found, Offence::ClosedStream, sink)?;
                None
            }
        };
        // Nobody reads padding, or what a closed stream received.
        let unread = match taken_by {
            Some(_) if !self.config.auto_connection_credit => payload_len(piece),
            _ => 0,
        };
        self.inflow.consume(piece.flow_len - unread);
        self.pace_connection(piece.flow_len - unread);
        self.return_connection_credit();
        match taken_by {
            Some(key) if piece.end && piece.end_stream => self.end_received(key, sink),
            Some(key) => {
                self.return_stream_credit(key);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Hands a piece of DATA to its stream. `None` if the stream was reset over it.
    fn take_data<S: Sink>(
        &mut self,
        key: StreamKey,
        piece: &Data<'_>,
        sink: &mut S,
    ) -> Result<Option<StreamKey>, Offence> {
        let validate = self.config.validate_messages;
        let Some(stream) = self.streams.get_mut(key) else { return Ok(None) };
        match stream.recv {
            Recv::Body => {}
            Recv::Closed if stream.end_received => return Err(Offence::HalfClosedStream),
            Recv::Closed | Recv::Reserved => return Err(Offence::ReservedStream),
            // RFC 9113 §8.1: DATA follows the final response. §5.4.2 lets this be an error of the
            // connection, as Node has it.
            Recv::Head => return Err(Offence::EarlyData),
        }
        if piece.first && !stream.inflow.admits(piece.frame_len) {
            return self.offend(key.id, Offence::StreamWindow, sink).map(|()| None);
        }
        let len = payload_len(piece);
        if let Some(left) = stream.expected {
            match left.checked_sub(u64::from(len)) {
                Some(left) => stream.expected = Some(left),
                None if validate && self.config.surplus_data_ends_session => {
                    return Err(Offence::SurplusData);
                }
                None if validate => {
                    return self.offend(key.id, Offence::BadContentLength, sink).map(|()| None);
                }
                None => stream.expected = None,
            }
        }
        stream.inflow.receive(piece.flow_len);
        stream.inflow.consume(piece.flow_len - len);
        if len > 0 {
            let (data, flow_len) = (piece.payload, piece.flow_len);
            sink.event(Event::Data { stream: key, data, flow_len });
        }
        Ok(Some(key))
    }
}

/// Octets of body in a piece, which is part of what its flow control counts.
fn payload_len(piece: &Data<'_>) -> u32 {
    u32::try_from(piece.payload.len()).unwrap_or(piece.flow_len).min(piece.flow_len)
}
