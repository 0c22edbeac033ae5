//! The event ring: what the engine reports, as words that JavaScript reads in one pass.
//!
//! Words go to an `Int32Array`, octets to a `Uint8Array` beside it, both in the order in which they
//! are read. An event that does not fit, and all that come after it, wait in the spill until
//! JavaScript has drained the ring and calls `refill`.

use std::mem::{replace, take};

use super::opcodes::{SENSITIVE, event};
use super::raw::{Octets, Span, Words};
use super::strings::{Inbound, Reference};
use crate::proto::{Field, FieldList};

/// The first words of the ring are not events.
pub(super) const HEADER: usize = 8;

/// Ring words with a meaning of their own.
const AT: usize = 0;
const TEXT_AT: usize = 1;
const SPILLED: usize = 2;
const CREATED: usize = 3;
const POINTS: usize = 4;

/// Below this much room the engine is asked to stop after the frame it is in. A header list within
/// the default limits fits; what does not is spilled.
const LOW_WORDS: usize = 2048;
const LOW_TEXT: usize = 1 << 16;

/// No session has a negative handle.
const NONE: i32 = -1;

/// Words of the SESSION event.
const SESSION_WORDS: usize = 2;

/// The ring is smaller than its own header, or JavaScript left positions outside of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Damaged;

/// Ring, text, spill and the table of strings that the events refer to.
pub(super) struct Ring {
    words: Words,
    text: Octets,
    /// Write positions; what lies before them is whole events.
    at: usize,
    text_at: usize,
    /// The session of the event written last.
    last: i32,
    /// The session of the events being written.
    current: i32,
    spill: Spill,
    strings: Inbound,
}

/// Events that found no room. What lies before `at` and `text_at` is whole.
#[derive(Default)]
struct Spill {
    words: Vec<i32>,
    text: Vec<u8>,
    at: usize,
    text_at: usize,
}

impl Ring {
    pub(super) fn new(words: Words, text: Octets) -> Self {
        let (spill, strings) = (Spill::default(), Inbound::new());
        Self { words, text, at: HEADER, text_at: 0, last: NONE, current: NONE, spill, strings }
    }

    /// Takes up the positions that JavaScript left. Events go to session `handle` from here on.
    pub(super) fn open(&mut self, handle: i32) -> Result<(), Damaged> {
        let words = self.words.get();
        let position = |at: usize| words.get(at).and_then(|word| usize::try_from(*word).ok());
        let (at, text_at) = (position(AT).ok_or(Damaged)?, position(TEXT_AT).ok_or(Damaged)?);
        if at < HEADER || at > words.len() || text_at > self.text.get().len() {
            return Err(Damaged);
        }
        if at == HEADER && self.spill.is_empty() {
            self.last = NONE;
        }
        (self.at, self.text_at, self.current) = (at, text_at, handle);
        Ok(())
    }

    /// Tells JavaScript how far the ring is filled.
    pub(super) fn publish(&mut self) {
        let spilled = i32::from(!self.spill.is_empty());
        let (at, text_at) = (word(self.at), word(self.text_at));
        let words = self.words.get_mut();
        words[AT] = at;
        words[TEXT_AT] = text_at;
        words[SPILLED] = spilled;
    }

    /// Tells JavaScript the id of the stream that a command has just made.
    pub(super) fn created(&mut self, id: u32) {
        self.words.get_mut()[CREATED] = id.cast_signed();
    }

    /// Tells JavaScript whether events point into the chunk that is being received.
    pub(super) fn points(&mut self, into_chunk: bool) {
        self.words.get_mut()[POINTS] = i32::from(into_chunk);
    }

    /// Whether a frame's worth of events still fits.
    pub(super) fn has_room(&self) -> bool {
        self.spill.is_empty()
            && self.words.get().len() - self.at >= LOW_WORDS.min(self.words.get().len() / 4)
            && self.text.get().len() - self.text_at >= LOW_TEXT.min(self.text.get().len() / 4)
    }

    /// Writes one event: at most `words` words and `text` octets, in the ring or after what has
    /// already spilled.
    pub(super) fn event(&mut self, words: usize, text: usize, write: impl FnOnce(&mut Writer)) {
        let words = words + SESSION_WORDS;
        let fits = self.spill.is_empty()
            && words <= self.words.get().len() - self.at
            && text <= self.text.get().len() - self.text_at;
        if !fits && self.spill.is_empty() {
            // The spill is read as a fresh ring: it says whose events it begins with.
            self.last = NONE;
        }
        let announce = (self.last != self.current).then_some(self.current);
        self.last = self.current;
        let strings = &mut self.strings;
        if fits {
            let mut writer = Writer {
                words: &mut self.words.get_mut()[self.at..],
                text: &mut self.text.get_mut()[self.text_at..],
                strings,
                at: 0,
                text_at: 0,
            };
            writer.announced(announce, write);
            let (at, text_at) = (writer.at, writer.text_at);
            self.at += at;
            self.text_at += text_at;
        } else {
            self.spill.event(words, text, strings, |writer| writer.announced(announce, write));
        }
    }

    /// The lengths that the two arrays need for `refill`.
    pub(super) fn spilled(&self) -> (usize, usize) {
        (HEADER + self.spill.at, self.spill.text_at)
    }

    /// Moves the spill into the ring, which JavaScript has drained. False when it does not fit.
    pub(super) fn refill(&mut self) -> bool {
        let (words, text) = self.spilled();
        if words > self.words.get().len() || text > self.text.get().len() {
            return false;
        }
        let spill = take(&mut self.spill);
        self.words.get_mut()[HEADER..words].copy_from_slice(&spill.words[..spill.at]);
        self.text.get_mut()[..text].copy_from_slice(&spill.text[..spill.text_at]);
        (self.at, self.text_at) = (words, text);
        if spill.is_empty() {
            self.last = NONE;
        }
        self.publish();
        true
    }

    /// Replaces the arrays and answers the old ones. What those held must have been read.
    pub(super) fn resize(&mut self, words: Words, text: Octets) -> (Words, Octets) {
        (self.at, self.text_at) = (HEADER, 0);
        (replace(&mut self.words, words), replace(&mut self.text, text))
    }

    /// Puts things right after a panic: nobody knows which strings JavaScript was told of, nor
    /// whether it was told whose events these are.
    pub(super) fn recover(&mut self) {
        self.strings.clear();
        self.last = NONE;
    }

    pub(super) fn spans(&self) -> [Span; 2] {
        [self.words.span(), self.text.span()]
    }
}

impl Spill {
    fn is_empty(&self) -> bool {
        self.at == 0
    }

    fn event(
        &mut self,
        words: usize,
        text: usize,
        strings: &mut Inbound,
        write: impl FnOnce(&mut Writer),
    ) {
        self.words.resize(self.at + words, 0);
        self.text.resize(self.text_at + text, 0);
        let (words, text) = (&mut self.words[self.at..], &mut self.text[self.text_at..]);
        let mut writer = Writer { words, text, strings, at: 0, text_at: 0 };
        write(&mut writer);
        self.at += writer.at;
        self.text_at += writer.text_at;
    }
}

/// How a session's latest field section was told, as ids alone.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Its number, see [`Event::Headers`](crate::proto::Event::Headers).
    section: u64,
    /// Of the table of strings, see [`Inbound::epoch`].
    epoch: u64,
    /// Empty when it was told once only, or not by ids alone.
    words: Vec<i32>,
}

impl Told {
    /// What says the section, if it was told before and the ids still mean the same.
    fn words(&self, section: u64, epoch: u64) -> Option<&[i32]> {
        let same = self.section == section && self.epoch == epoch && !self.words.is_empty();
        same.then_some(&self.words)
    }

    /// A section was told by `words`. They are kept when it comes for the second time: most
    /// sections come once.
    fn note(&mut self, section: u64, epoch: u64, words: &[i32]) {
        self.words.clear();
        if self.section == section && words.iter().all(|word| *word >= 0) {
            self.words.extend_from_slice(words);
        }
        (self.section, self.epoch) = (section, epoch);
    }
}

/// Room for one event, checked beforehand.
pub(super) struct Writer<'a> {
    words: &'a mut [i32],
    text: &'a mut [u8],
    strings: &'a mut Inbound,
    at: usize,
    text_at: usize,
}

impl Writer<'_> {
    fn announced(&mut self, session: Option<i32>, write: impl FnOnce(&mut Self)) {
        if let Some(handle) = session {
            self.put(&[event::SESSION, handle]);
        }
        write(self);
    }

    pub(super) fn put(&mut self, words: &[i32]) {
        self.words[self.at..self.at + words.len()].copy_from_slice(words);
        self.at += words.len();
    }

    pub(super) fn octets(&mut self, octets: &[u8]) {
        self.text[self.text_at..self.text_at + octets.len()].copy_from_slice(octets);
        self.text_at += octets.len();
    }

    /// A field section by its lines. What `told` knows of it is used, and what can be is kept there.
    pub(super) fn section(&mut self, fields: &FieldList, number: u64, told: Option<&mut Told>) {
        let Some(told) = told else { return self.lines(fields) };
        if let Some(words) = told.words(number, self.strings.epoch()) {
            return self.put(words);
        }
        let start = self.at;
        self.lines(fields);
        told.note(number, self.strings.epoch(), &self.words[start..self.at]);
    }

    /// Field lines, each two string references in at most four words.
    pub(super) fn lines(&mut self, fields: &FieldList) {
        self.strings.section();
        for field in fields.iter() {
            self.line(field);
        }
    }

    fn line(&mut self, Field { name, value, sensitive }: Field<'_>) {
        let mark = if sensitive { SENSITIVE } else { 0 };
        let reference = self.strings.refer(name);
        self.string(name, reference, mark);
        // A value that the peer asked to keep out of tables is kept out of this one too.
        let reference = if sensitive { Reference::Once } else { self.strings.refer(value) };
        self.string(value, reference, 0);
    }

    fn string(&mut self, octets: &[u8], reference: Reference, mark: i32) {
        let id = match reference {
            Reference::Known(id) => return self.put(&[id | mark]),
            Reference::Define(id) => id,
            Reference::Once => -1,
        };
        self.put(&[!(word(octets.len()) | mark), id]);
        self.octets(octets);
    }
}

/// Lengths and positions as ring words. Both sides bound them far below 2^31.
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
pub(super) fn word(n: usize) -> i32 {
    debug_assert!(i32::try_from(n).is_ok());
    n as i32
}

#[cfg(test)]
mod tests;
