//! Events that outlive the call that caused them.

use super::error::{Offence, SessionError};
use super::event::{Cause, Event, HeadersKind, Sink, StreamKey};
use crate::frame::{Dependency, ErrorCode, StreamId};
use crate::hpack::FieldList;
use bytes::Bytes;
use std::collections::VecDeque;

/// An [`Event`] that owns what it tells; the fields are those of the event of the same name.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[allow(missing_docs, reason = "documented at the variants of Event")]
pub enum OwnedEvent {
    /// See [`Event::Headers`].
    Headers { stream: StreamKey, kind: HeadersKind, fields: FieldList, flags: u8, section: u64 },
    /// See [`Event::Data`].
    Data { stream: StreamKey, data: Bytes, flow_len: u32 },
    /// See [`Event::EndStream`].
    EndStream { stream: StreamKey },
    /// See [`Event::StreamClosed`].
    StreamClosed { stream: StreamKey, code: ErrorCode, by: Cause },
    /// See [`Event::Settings`].
    Settings { entries: Vec<(u16, u32)> },
    /// See [`Event::SettingsAck`].
    SettingsAck { remaining: usize },
    /// See [`Event::Ping`].
    Ping { payload: [u8; 8] },
    /// See [`Event::PingAck`].
    PingAck { payload: [u8; 8] },
    /// See [`Event::GoAway`].
    GoAway { last: StreamId, code: ErrorCode, debug: Bytes },
    /// See [`Event::AltSvc`].
    AltSvc { stream: StreamId, origin: Bytes, value: Bytes },
    /// See [`Event::Origin`].
    Origin { origins: Vec<Bytes> },
    /// See [`Event::Priority`].
    Priority { stream: StreamId, priority: Dependency },
    /// See [`Event::PriorityUpdate`].
    PriorityUpdate { stream: StreamId, value: Bytes },
    /// See [`Event::UnknownFrame`].
    UnknownFrame { kind: u8, flags: u8, stream: StreamId, length: u32 },
    /// See [`Event::FrameNotSent`].
    FrameNotSent { kind: u8, stream: Option<StreamKey>, id: StreamId, code: i32 },
    /// See [`Event::InvalidFrame`].
    InvalidFrame { stream: StreamId, offence: Offence },
    /// See [`Event::SessionError`].
    SessionError { error: SessionError },
}

impl From<Event<'_>> for OwnedEvent {
    fn from(event: Event<'_>) -> OwnedEvent {
        let own = Bytes::copy_from_slice;
        match event {
            Event::Headers { stream, kind, fields, flags, section } => {
                OwnedEvent::Headers { stream, kind, fields: fields.clone(), flags, section }
            }
            Event::Data { stream, data, flow_len } => {
                OwnedEvent::Data { stream, data: own(data), flow_len }
            }
            Event::EndStream { stream } => OwnedEvent::EndStream { stream },
            Event::StreamClosed { stream, code, by } => {
                OwnedEvent::StreamClosed { stream, code, by }
            }
            Event::Settings { entries } => OwnedEvent::Settings { entries: entries.to_vec() },
            Event::SettingsAck { remaining } => OwnedEvent::SettingsAck { remaining },
            Event::Ping { payload } => OwnedEvent::Ping { payload },
            Event::PingAck { payload } => OwnedEvent::PingAck { payload },
            Event::GoAway { last, code, debug } => {
                OwnedEvent::GoAway { last, code, debug: own(debug) }
            }
            Event::AltSvc { stream, origin, value } => {
                OwnedEvent::AltSvc { stream, origin: own(origin), value: own(value) }
            }
            Event::Origin { origins } => OwnedEvent::Origin { origins: origins.map(own).collect() },
            Event::Priority { stream, priority } => OwnedEvent::Priority { stream, priority },
            Event::PriorityUpdate { stream, value } => {
                OwnedEvent::PriorityUpdate { stream, value: own(value) }
            }
            Event::UnknownFrame { kind, flags, stream, length } => {
                OwnedEvent::UnknownFrame { kind, flags, stream, length }
            }
            Event::FrameNotSent { kind, stream, id, code } => {
                OwnedEvent::FrameNotSent { kind, stream, id, code }
            }
            Event::InvalidFrame { stream, offence } => OwnedEvent::InvalidFrame { stream, offence },
            Event::SessionError { error } => OwnedEvent::SessionError { error },
        }
    }
}

/// A [`Sink`] that keeps events until they are polled.
#[derive(Debug)]
pub struct EventQueue {
    events: VecDeque<OwnedEvent>,
    limit: usize,
}

impl EventQueue {
    /// A queue without limit.
    pub fn new() -> Self {
        EventQueue::with_limit(usize::MAX)
    }

    /// A queue that asks the session to pause once it holds `limit` events. The events of the
    /// frame at hand still go in.
    pub fn with_limit(limit: usize) -> Self {
        EventQueue { events: VecDeque::new(), limit }
    }

    /// Takes the oldest event.
    pub fn poll(&mut self) -> Option<OwnedEvent> {
        self.events.pop_front()
    }
}

impl Default for EventQueue {
    fn default() -> Self {
        EventQueue::new()
    }
}

impl Sink for EventQueue {
    fn event(&mut self, event: Event<'_>) {
        self.events.push_back(event.into());
    }

    fn has_room(&self) -> bool {
        self.events.len() < self.limit
    }
}
