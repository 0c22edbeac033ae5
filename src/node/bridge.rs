//! What all sessions of an environment share: the arrays through which they speak to JavaScript.

use std::cell::RefCell;
use std::rc::Rc;

use napi::Result;
use napi::bindgen_prelude::{Env, Int32Array, Object, Uint8Array};
use napi_derive::napi;

use super::commands::{Commands, Malformed};
use super::events::{HEADER, Ring};
use super::guard::{borrow, entry, error};
use super::output::SEGMENT;
use super::raw::{Octets, Span, Words, bind};
use super::session::Sessions;

/// The state behind a [`Bridge`] and its sessions.
pub(super) struct Shared {
    pub(super) ring: Ring,
    pub(super) commands: Commands,
    pub(super) segments: Words,
    /// Whether JavaScript wants to hear of every frame.
    pub(super) frames_watched: bool,
}

impl Shared {
    /// Whether memory that a caller brought is one of ours.
    pub(super) fn overlaps(&self, other: &[u8]) -> bool {
        let other = Span::of(other);
        self.spans().any(|span| span.overlaps(other))
    }

    fn spans(&self) -> impl Iterator<Item = Span> {
        let (ring, commands) = (self.ring.spans(), self.commands.spans());
        ring.into_iter().chain(commands).chain([self.segments.span()])
    }

    /// Arrays that overlap would be two ways to write the same memory.
    fn check(&self) -> Result<()> {
        let spans: Vec<Span> = self.spans().collect();
        for (nth, span) in spans.iter().enumerate() {
            if spans[..nth].iter().any(|other| other.overlaps(*span)) {
                return Err(error("the arrays of a bridge overlap"));
            }
        }
        Ok(())
    }
}

/// One per environment.
#[napi]
pub struct Bridge {
    shared: Rc<RefCell<Shared>>,
}

#[napi]
impl Bridge {
    /// Takes the arrays for events and their octets, for commands and their octets, and for the
    /// segments of output.
    #[napi(constructor)]
    pub fn new(
        events: Int32Array,
        text: Uint8Array,
        commands: Int32Array,
        data: Uint8Array,
        segments: Int32Array,
    ) -> Result<Self> {
        entry(|| {
            if segments.len() < SEGMENT {
                return Err(error("the array of segments is too small"));
            }
            let ring = Ring::new(ring_words(events)?, Octets::new(text));
            let commands = Commands::new(Words::new(commands), Octets::new(data));
            let segments = Words::new(segments);
            let mut shared = Shared { ring, commands, segments, frames_watched: false };
            shared.check()?;
            shared.ring.publish();
            Ok(Self { shared: Rc::new(RefCell::new(shared)) })
        })
    }

    /// The functions that drive sessions, each of which takes its session's handle first; their
    /// sessions are their own.
    #[napi]
    pub fn sessions<'env>(&self, env: &'env Env) -> Result<Object<'env>> {
        entry(|| bind(env, &Rc::new(Sessions::new(Rc::clone(&self.shared))), Sessions::METHODS))
    }

    /// How many words and octets the arrays for events need for `refill`, the header included.
    #[napi]
    pub fn spilled(&self) -> Result<Vec<u32>> {
        entry(|| {
            let (words, text) = borrow(&self.shared)?.ring.spilled();
            let size = |n: usize| u32::try_from(n).map_err(|_| error("too many events"));
            Ok(vec![size(words)?, size(text)?])
        })
    }

    /// Moves events that found no room into the drained ring. Answers false when the arrays are
    /// too small for them.
    #[napi]
    pub fn refill(&self) -> Result<bool> {
        entry(|| Ok(borrow(&self.shared)?.ring.refill()))
    }

    /// Reads a batch of commands whose session is gone: only the strings that it defines count.
    #[napi]
    pub fn discard(&self, words: u32) -> Result<()> {
        entry(|| {
            let mut shared = borrow(&self.shared)?;
            let mut batch = shared.commands.batch(words as usize).map_err(malformed)?;
            while batch.next().map_err(malformed)?.is_some() {}
            Ok(())
        })
    }

    /// Has the sessions tell of every frame, with FRAME events, or no more; what they are called
    /// for next counts first.
    #[napi]
    pub fn watch_frames(&self, on: bool) -> Result<()> {
        entry(|| {
            borrow(&self.shared)?.frames_watched = on;
            Ok(())
        })
    }

    /// Replaces the arrays for events. The old ones must have been drained.
    #[napi]
    pub fn resize(&self, events: Int32Array, text: Uint8Array) -> Result<()> {
        entry(|| {
            let mut shared = borrow(&self.shared)?;
            let old = shared.ring.resize(ring_words(events)?, Octets::new(text));
            shared.check().inspect_err(|_| {
                shared.ring.resize(old.0, old.1);
            })?;
            shared.ring.publish();
            Ok(())
        })
    }

    /// Replaces the arrays for commands, for a batch that the old ones cannot hold.
    #[napi]
    pub fn resize_commands(&self, commands: Int32Array, data: Uint8Array) -> Result<()> {
        entry(|| {
            let mut shared = borrow(&self.shared)?;
            let old = shared.commands.resize(Words::new(commands), Octets::new(data));
            shared.check().inspect_err(|_| {
                shared.commands.resize(old.0, old.1);
            })
        })
    }
}

fn ring_words(events: Int32Array) -> Result<Words> {
    if events.len() < HEADER {
        return Err(error("the array of events is too small"));
    }
    Ok(Words::new(events))
}

pub(super) fn malformed(Malformed { at }: Malformed) -> napi::Error {
    error(&format!("malformed command at word {at}"))
}
