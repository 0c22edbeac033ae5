//! The command ring: what JavaScript asks of a session, decoded one command after the other.
//!
//! Nothing here trusts the words: lengths, counts, ids and opcodes are checked, and a batch that
//! breaks the format ends in [`Malformed`].

use std::mem::replace;
use std::ops::Range;

use super::opcodes::{END_STREAM, PRIORITY, SENSITIVE, STRING_BITS, command};
use super::raw::{Octets, Span, Words};
use super::strings::Outbound;
use crate::proto::{Dependency, ErrorCode, Field, FieldSection, StreamId, StreamKey};

/// The batch breaks the format at this word. The rest of it cannot be understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// Index of the word.
    pub(super) at: usize,
}

/// One command; what it borrows lies in the ring and in the table of strings.
#[derive(Debug)]
pub(super) enum Command<'a> {
    Request { end_stream: bool, priority: Option<Dependency>, fields: Fields<'a> },
    Respond { stream: StreamKey, end_stream: bool, fields: Fields<'a> },
    Inform { stream: StreamKey, fields: Fields<'a> },
    Push { parent: StreamKey, fields: Fields<'a> },
    Data { stream: StreamKey, length: usize, end: bool },
    Trailers { stream: StreamKey, fields: Fields<'a> },
    Reset { stream: StreamKey, code: ErrorCode },
    Ping { payload: [u8; 8] },
    Settings { entries: &'a [(u16, u32)] },
    GoAway { code: ErrorCode, last: Option<StreamId>, debug: &'a [u8] },
    AltSvc { stream: StreamId, origin: &'a [u8], value: &'a [u8] },
    Origin { origins: Slices<'a> },
    Consume { stream: StreamKey, length: u32 },
    Window { size: u32 },
    NextId { id: u32 },
    Terminate { code: ErrorCode },
    Priority { stream: StreamId, priority: Dependency },
    PeerStreams { count: u32 },
}

/// Ring, octets and the table of strings that commands refer to.
pub(super) struct Commands {
    words: Words,
    data: Octets,
    strings: Outbound,
    /// Room for what one command consists of, kept from command to command.
    lines: Lines,
    definitions: Vec<(u16, Range<usize>)>,
    entries: Vec<(u16, u32)>,
}

impl Commands {
    pub(super) fn new(words: Words, data: Octets) -> Self {
        let strings = Outbound::default();
        let (lines, definitions, entries) = (Lines::default(), Vec::new(), Vec::new());
        Self { words, data, strings, lines, definitions, entries }
    }

    /// Begins to read a batch of `length` words.
    pub(super) fn batch(&mut self, length: usize) -> Result<Batch<'_>, Malformed> {
        let Some(words) = self.words.get().get(..length) else {
            return Err(Malformed { at: length });
        };
        Ok(Batch {
            input: Input { words, data: self.data.get(), at: 0, data_at: 0 },
            strings: &mut self.strings,
            lines: &mut self.lines,
            definitions: &mut self.definitions,
            entries: &mut self.entries,
            ended: false,
        })
    }

    /// Replaces the arrays and answers the old ones.
    pub(super) fn resize(&mut self, words: Words, data: Octets) -> (Words, Octets) {
        (replace(&mut self.words, words), replace(&mut self.data, data))
    }

    pub(super) fn spans(&self) -> [Span; 2] {
        [self.words.span(), self.data.span()]
    }
}

/// A batch being read. Dropping it before its end forgets the table of strings: the definitions
/// in the rest are lost, and an unknown id is an error where a stale one would be somebody else's
/// field.
pub(super) struct Batch<'a> {
    input: Input<'a>,
    strings: &'a mut Outbound,
    lines: &'a mut Lines,
    /// Strings of the last command that are to be kept. They enter the table after it, as its
    /// fields may still refer to what they replace.
    definitions: &'a mut Vec<(u16, Range<usize>)>,
    entries: &'a mut Vec<(u16, u32)>,
    /// Whether the end was reached.
    ended: bool,
}

impl Batch<'_> {
    /// The next command, none at the end of the batch.
    pub(super) fn next(&mut self) -> Result<Option<Command<'_>>, Malformed> {
        self.define();
        if self.input.at_end() {
            self.ended = true;
            return Ok(None);
        }
        let at = self.input.at;
        self.read().map(Some).map_err(|Cut| Malformed { at })
    }

    fn read(&mut self) -> Result<Command<'_>, Cut> {
        Ok(match self.input.word()? {
            command::REQUEST => {
                let flags = self.input.word()?;
                let signalled = flags & PRIORITY != 0;
                let priority = signalled.then(|| self.input.priority()).transpose()?;
                let end_stream = flags & END_STREAM != 0;
                Command::Request { end_stream, priority, fields: self.fields()? }
            }
            command::RESPOND => {
                let stream = self.input.target()?;
                let end_stream = self.input.word()? & END_STREAM != 0;
                Command::Respond { stream, end_stream, fields: self.fields()? }
            }
            command::INFORM => {
                Command::Inform { stream: self.input.target()?, fields: self.fields()? }
            }
            command::PUSH => Command::Push { parent: self.input.target()?, fields: self.fields()? },
            command::TRAILERS => {
                Command::Trailers { stream: self.input.target()?, fields: self.fields()? }
            }
            command::SETTINGS => self.settings()?,
            plain => self.input.plain(plain)?,
        })
    }

    /// A count and as many name and value references.
    fn fields(&mut self) -> Result<Fields<'_>, Cut> {
        let count = self.input.count()?;
        let rest = &self.input.words[self.input.at..];
        if self.lines.are(count, rest) {
            self.input.at += self.lines.words.len();
        } else {
            self.lines.begin();
            for _ in 0..count {
                let sensitive = self.input.peek()?;
                let sensitive = if sensitive < 0 { !sensitive } else { sensitive } & SENSITIVE != 0;
                let (name, value) = (self.string()?, self.string()?);
                self.lines.lines.push(Line { name, value, sensitive });
            }
            let read = rest.len() - (self.input.words.len() - self.input.at);
            self.lines.keep(&rest[..read]);
        }
        let (strings, data) = (&*self.strings, self.input.data);
        let Lines { lines, number, .. } = &*self.lines;
        Ok(Fields { lines: lines.iter(), number: *number, strings, data })
    }

    fn string(&mut self) -> Result<Source, Cut> {
        let word = self.input.word()?;
        if word >= 0 {
            return self.known(word);
        }
        let range = self.input.range(!word & STRING_BITS)?;
        match self.input.word()? {
            -1 => {}
            word => self.definitions.push((Outbound::id(word).ok_or(Cut)?, range.clone())),
        }
        Ok(Source::data(&range))
    }

    /// A string by its id: one that this command defines, or one of the table.
    fn known(&self, word: i32) -> Result<Source, Cut> {
        let id = Outbound::id(word).ok_or(Cut)?;
        if let Some((_, range)) = self.definitions.iter().rfind(|(defined, _)| *defined == id) {
            return Ok(Source::data(range));
        }
        self.strings.get(id).map(|_| Source::Table(id)).ok_or(Cut)
    }

    fn settings(&mut self) -> Result<Command<'_>, Cut> {
        let count = self.input.count()?;
        self.entries.clear();
        for _ in 0..count {
            let id = u16::try_from(self.input.word()?).map_err(|_| Cut)?;
            self.entries.push((id, self.input.word()?.cast_unsigned()));
        }
        Ok(Command::Settings { entries: self.entries })
    }

    fn define(&mut self) {
        for (id, range) in self.definitions.drain(..) {
            self.strings.define(id, &self.input.data[range]);
        }
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.definitions.clear();
            self.strings.clear();
            self.lines.begin();
        }
    }
}

/// A word is missing, or is not one of those that may stand here.
struct Cut;

/// Words and octets of a batch, both read front to back.
struct Input<'a> {
    words: &'a [i32],
    data: &'a [u8],
    at: usize,
    data_at: usize,
}

impl<'a> Input<'a> {
    fn at_end(&self) -> bool {
        self.at == self.words.len()
    }

    fn peek(&self) -> Result<i32, Cut> {
        self.words.get(self.at).copied().ok_or(Cut)
    }

    fn word(&mut self) -> Result<i32, Cut> {
        let word = self.peek()?;
        self.at += 1;
        Ok(word)
    }

    /// A length, a slot, an identifier: all are below 2^31.
    fn number(&mut self) -> Result<u32, Cut> {
        u32::try_from(self.word()?).map_err(|_| Cut)
    }

    /// How many items follow. Each is at least one word, which bounds what a wrong one costs.
    fn count(&mut self) -> Result<usize, Cut> {
        let count = self.number()? as usize;
        if count > self.words.len() - self.at { Err(Cut) } else { Ok(count) }
    }

    /// An identifier; the reserved bit is dropped, as on the wire.
    fn stream(&mut self) -> Result<StreamId, Cut> {
        self.bits().map(StreamId::new)
    }

    fn target(&mut self) -> Result<StreamKey, Cut> {
        Ok(StreamKey { slot: self.number()?, id: self.stream()? })
    }

    fn priority(&mut self) -> Result<Dependency, Cut> {
        let parent = self.stream()?;
        let weight = u16::try_from(self.word()?).map_err(|_| Cut)?;
        Ok(Dependency { parent, weight, exclusive: self.word()? != 0 })
    }

    fn range(&mut self, length: i32) -> Result<Range<usize>, Cut> {
        let length = usize::try_from(length).map_err(|_| Cut)?;
        if length > self.data.len() - self.data_at {
            return Err(Cut);
        }
        let start = self.data_at;
        self.data_at += length;
        Ok(start..self.data_at)
    }

    fn octets(&mut self, length: i32) -> Result<&'a [u8], Cut> {
        let range = self.range(length)?;
        Ok(&self.data[range])
    }

    /// The commands without fields and lists of entries.
    fn plain(&mut self, opcode: i32) -> Result<Command<'a>, Cut> {
        Ok(match opcode {
            command::DATA => Command::Data {
                stream: self.target()?,
                length: self.number()? as usize,
                end: self.word()? != 0,
            },
            command::RESET => Command::Reset { stream: self.target()?, code: self.code()? },
            command::PING => Command::Ping { payload: self.payload()? },
            command::GOAWAY => {
                let code = self.code()?;
                let (last, length) = (self.word()?, self.word()?);
                let last = (last != -1).then(|| StreamId::new(last.cast_unsigned()));
                Command::GoAway { code, last, debug: self.octets(length)? }
            }
            command::ALTSVC => {
                let (stream, origin, value) = (self.stream()?, self.word()?, self.word()?);
                let (origin, value) = (self.octets(origin)?, self.octets(value)?);
                Command::AltSvc { stream, origin, value }
            }
            command::ORIGIN => Command::Origin { origins: self.origins()? },
            command::CONSUME => Command::Consume { stream: self.target()?, length: self.number()? },
            command::WINDOW => Command::Window { size: self.bits()? },
            command::NEXT_ID => Command::NextId { id: self.bits()? },
            command::TERMINATE => Command::Terminate { code: self.code()? },
            command::PRIORITY => {
                Command::Priority { stream: self.stream()?, priority: self.priority()? }
            }
            command::PEER_STREAMS => Command::PeerStreams { count: self.bits()? },
            _ => return Err(Cut),
        })
    }

    /// An error code: any 32 bits.
    fn code(&mut self) -> Result<ErrorCode, Cut> {
        self.bits().map(ErrorCode)
    }

    fn bits(&mut self) -> Result<u32, Cut> {
        self.word().map(i32::cast_unsigned)
    }

    fn payload(&mut self) -> Result<[u8; 8], Cut> {
        let (high, low) = (u64::from(self.bits()?), u64::from(self.bits()?));
        Ok((high << 32 | low).to_be_bytes())
    }

    fn origins(&mut self) -> Result<Slices<'a>, Cut> {
        let count = self.count()?;
        let start = self.data_at;
        let lengths = &self.words[self.at..self.at + count];
        for _ in 0..count {
            let length = self.word()?;
            self.range(length)?;
        }
        Ok(Slices { lengths: lengths.iter(), data: &self.data[start..self.data_at] })
    }
}

/// A field line: where its octets are.
#[derive(Debug)]
struct Line {
    name: Source,
    value: Source,
    sensitive: bool,
}

/// Compact, as a batch may be all fields.
#[derive(Debug, Clone, Copy)]
enum Source {
    Table(u16),
    Data { start: u32, end: u32 },
}

impl Source {
    /// The ring's octets are counted in 32 bits on the other side.
    #[allow(clippy::cast_possible_truncation)]
    fn data(range: &Range<usize>) -> Self {
        Self::Data { start: range.start as u32, end: range.end as u32 }
    }
}

/// The field lines of one command, and what is needed to know them again.
#[derive(Default)]
struct Lines {
    lines: Vec<Line>,
    /// Goes up with every list that is another.
    number: u64,
    /// What the list was read from, if that was ids alone: it is the same list wherever it comes
    /// again, as no string is defined but in a list of its own.
    words: Vec<i32>,
}

impl Lines {
    /// Whether the words that come next are those of the list before.
    fn are(&self, count: usize, words: &[i32]) -> bool {
        count > 0
            && count == self.lines.len()
            && !self.words.is_empty()
            && words.starts_with(&self.words)
    }

    /// Another list begins.
    fn begin(&mut self) {
        self.lines.clear();
        self.words.clear();
        self.number += 1;
    }

    /// The list is complete; it was read from `words`.
    fn keep(&mut self, words: &[i32]) {
        if words.iter().all(|word| *word >= 0) {
            self.words.extend_from_slice(words);
        }
    }
}

/// The fields of one command.
#[derive(Clone)]
pub(super) struct Fields<'a> {
    lines: std::slice::Iter<'a, Line>,
    number: u64,
    strings: &'a Outbound,
    data: &'a [u8],
}

impl<'a> Fields<'a> {
    fn octets(&self, source: Source) -> &'a [u8] {
        match source {
            // Every id was looked up when the command was read.
            Source::Table(id) => self.strings.get(id).unwrap_or_default(),
            Source::Data { start, end } => &self.data[start as usize..end as usize],
        }
    }
}

impl<'a> FieldSection<'a> for Fields<'a> {
    fn lines(self) -> impl Iterator<Item = Field<'a>> {
        self.lines.clone().map(move |line| Field {
            name: self.octets(line.name),
            value: self.octets(line.value),
            sensitive: line.sensitive,
        })
    }

    fn number(&self) -> Option<u64> {
        Some(self.number)
    }
}

impl std::fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.clone().lines()).finish()
    }
}

/// Pieces of octets that lie one after the other.
#[derive(Debug, Clone)]
pub(super) struct Slices<'a> {
    lengths: std::slice::Iter<'a, i32>,
    data: &'a [u8],
}

impl<'a> Iterator for Slices<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(*self.lengths.next()?).ok()?;
        let (piece, rest) = self.data.split_at_checked(length)?;
        self.data = rest;
        Some(piece)
    }
}

#[cfg(test)]
mod tests;
