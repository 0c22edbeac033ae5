//! The one place where frames are seen going by, both ways: the log and the sink hear of them from
//! here. A session that nobody watches has no [`Observer`], which costs a branch for each frame.

use super::event::Sink;
use super::frame_note::{Direction, FrameNote, Payload};
use super::packer::FieldSection;
use super::session::Session;
use crate::frame::{Flags, Frame, FrameError, FrameType, Head, reread};
use crate::hpack::FieldList;
use std::collections::VecDeque;
use tracing::Level;

/// The target of the frame log.
pub const FRAME_LOG: &str = "rust_http2::frames";

/// What watching a session needs.
#[derive(Debug)]
pub(super) struct Observer {
    /// Whether frames are logged.
    log: bool,
    /// Whether the sink is told of frames.
    tell: bool,
    /// A received frame whose field section is complete but not decoded yet.
    held: Option<(Head, Payload<'static>)>,
    /// Sections that wait to be sent, by the place of their first frame in the wire.
    sections: VecDeque<(usize, FieldList)>,
}

impl Observer {
    /// For a new session: an observer if somebody listens to the frame log.
    pub(super) fn of_log() -> Option<Box<Observer>> {
        tracing::enabled!(target: FRAME_LOG, Level::DEBUG).then(|| Observer::new(true))
    }

    fn new(log: bool) -> Box<Observer> {
        Box::new(Observer { log, tell: false, held: None, sections: VecDeque::new() })
    }

    fn note(&self, note: &FrameNote<'_>, sink: &mut impl Sink) {
        if self.log {
            tracing::debug!(target: FRAME_LOG, "{note}");
        }
        if self.tell {
            sink.frame(note);
        }
    }
}

impl Session {
    /// Has the sink be told of every frame with [`Sink::frame`], from now on or no more. The frame
    /// log, the `tracing` target [`FRAME_LOG`] at the level `DEBUG`, does not depend on it: sessions
    /// write it that were made while a subscriber took it.
    pub fn observe_frames(&mut self, on: bool) {
        match &mut self.observer {
            None if on => self.observer.insert(Observer::new(false)).tell = true,
            Some(observer) if on || observer.log => observer.tell = on,
            _ => self.observer = None,
        }
    }

    /// A frame came. One that completes a field section is noted when that is decoded.
    #[cold]
    pub(super) fn note_received(&mut self, head: Head, frame: &Frame<'_>, sink: &mut impl Sink) {
        let Some(observer) = &mut self.observer else { return };
        let completes = match frame {
            // The pieces of a DATA frame are noted with the first.
            Frame::Data(piece) if !piece.first => return,
            Frame::Headers(_) | Frame::PushPromise(_) => head.flags.contains(Flags::END_HEADERS),
            Frame::Continuation(frame) => {
                frame.end_headers && self.block.stream() == Some(frame.stream)
            }
            _ => false,
        };
        match frame {
            Frame::Headers(frame) if completes => {
                observer.held = Some((head, Payload::Headers(frame.dependency)));
            }
            Frame::PushPromise(frame) if completes => {
                observer.held = Some((head, Payload::PushPromise(frame.promised)));
            }
            _ if completes => observer.held = Some((head, Payload::Opaque)),
            _ => {
                let (direction, payload) = (Direction::Received, Payload::of(frame));
                observer.note(&FrameNote { direction, head, payload, fields: None }, sink);
            }
        }
    }

    /// A frame came that cannot be read.
    #[cold]
    pub(super) fn note_malformed(&mut self, error: FrameError, sink: &mut impl Sink) {
        if let Some(observer) = &self.observer {
            let (direction, payload) = (Direction::Received, Payload::Malformed(error.kind));
            observer.note(&FrameNote { direction, head: error.head, payload, fields: None }, sink);
        }
    }

    /// The field section of the frame at hand is decoded, or never will be.
    #[cold]
    pub(super) fn note_section(&mut self, fields: Option<&FieldList>, sink: &mut impl Sink) {
        let Some(observer) = &mut self.observer else { return };
        if let Some((head, payload)) = observer.held.take() {
            let direction = Direction::Received;
            observer.note(&FrameNote { direction, head, payload, fields }, sink);
        }
    }

    /// A section is about to be encoded at the end of the wire.
    #[cold]
    pub(super) fn keep_section<'a>(&mut self, fields: impl FieldSection<'a>) {
        if let Some(observer) = &mut self.observer {
            observer.sections.push_back((self.wire.octets().len(), fields.lines().collect()));
        }
    }

    /// `room` octets of the wire are about to be drawn: notes the frames that begin in them.
    #[cold]
    pub(super) fn note_drawn(&mut self, room: usize, sink: &mut impl Sink) {
        let Some(observer) = &mut self.observer else { return };
        let octets = self.wire.octets();
        let going = self.wire.drawn()..self.wire.drawn() + self.wire.len().min(room);
        let start = self.wire.preface_len();
        let (mut rest, mut block) = (&octets[start..], start);
        loop {
            let at = octets.len() - rest.len();
            let Some((head, frame)) = reread(&mut rest) else { return };
            if matches!(head.kind, FrameType::HEADERS | FrameType::PUSH_PROMISE) {
                block = at;
            }
            if !going.contains(&at) {
                continue;
            }
            let ends = matches!(
                head.kind,
                FrameType::HEADERS | FrameType::PUSH_PROMISE | FrameType::CONTINUATION
            ) && head.flags.contains(Flags::END_HEADERS);
            let section = match observer.sections.front() {
                Some((place, _)) if ends && *place == block => observer.sections.pop_front(),
                _ => None,
            };
            let fields = section.as_ref().map(|(_, fields)| fields);
            let (direction, payload) = (Direction::Sent, Payload::of(&frame));
            observer.note(&FrameNote { direction, head, payload, fields }, sink);
        }
    }

    /// A DATA frame goes out past the wire.
    #[cold]
    pub(super) fn note_data(&self, head: Head, sink: &mut impl Sink) {
        if let Some(observer) = &self.observer {
            let (direction, payload) = (Direction::Sent, Payload::Opaque);
            observer.note(&FrameNote { direction, head, payload, fields: None }, sink);
        }
    }
}
