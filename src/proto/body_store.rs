//! Bodies for embedders who have no better place for them.

use super::error::StreamError;
use super::event::{Output, StreamKey};
use super::session::Session;
use crate::frame::StreamId;
use bytes::{Buf, Bytes};
use std::collections::VecDeque;

/// Holds the bodies that were announced to a session until it draws them.
///
/// [`send`](BodyStore::send) stores and announces in one step, [`output`](BodyStore::output) is
/// what `Session::transmit` draws into, and [`remove`](BodyStore::remove) forgets a stream after
/// its `StreamClosed`. One store serves one session.
#[derive(Debug, Default)]
pub struct BodyStore {
    /// By the slot of the stream.
    bodies: Vec<Body>,
}

#[derive(Debug)]
struct Body {
    /// The stream the chunks belong to; a slot sees many.
    id: StreamId,
    chunks: VecDeque<Bytes>,
}

impl BodyStore {
    /// An empty store. Allocates nothing.
    pub const fn new() -> BodyStore {
        BodyStore { bodies: Vec::new() }
    }

    /// Stores `chunk` and announces it to the session, as [`Session::data`] does: with `end`, it
    /// is the last of the body.
    ///
    /// # Errors
    /// As `Session::data`; nothing is stored then.
    pub fn send(
        &mut self,
        session: &mut Session,
        stream: StreamKey,
        chunk: Bytes,
        end: bool,
    ) -> Result<(), StreamError> {
        session.data(stream, chunk.len(), end)?;
        if !chunk.is_empty() {
            self.push(stream, chunk);
        }
        Ok(())
    }

    /// Octets of the stream's body that wait to be sent.
    pub fn pending(&self, stream: StreamKey) -> usize {
        self.body(stream).map_or(0, |body| body.chunks.iter().map(Bytes::len).sum())
    }

    /// Drops what is stored for the stream.
    pub fn remove(&mut self, stream: StreamKey) {
        if self.body(stream).is_some() {
            self.bodies[stream.slot as usize].chunks = VecDeque::new();
        }
    }

    /// An output that appends to `buffer` up to `limit` octets in all, with bodies from here.
    pub fn output<'a>(&'a mut self, buffer: &'a mut Vec<u8>, limit: usize) -> BufferOutput<'a> {
        BufferOutput { bodies: self, buffer, limit }
    }

    fn push(&mut self, stream: StreamKey, chunk: Bytes) {
        let slot = stream.slot as usize;
        while self.bodies.len() <= slot {
            self.bodies.push(Body { id: StreamId::ZERO, chunks: VecDeque::new() });
        }
        let body = &mut self.bodies[slot];
        if body.id != stream.id {
            body.id = stream.id;
            body.chunks.clear();
        }
        body.chunks.push_back(chunk);
    }

    fn body(&self, stream: StreamKey) -> Option<&Body> {
        self.bodies.get(stream.slot as usize).filter(|body| body.id == stream.id)
    }

    /// Moves the next `len` octets of the stream's body to `buffer`; false if there are fewer.
    fn take(&mut self, stream: StreamKey, mut len: usize, buffer: &mut Vec<u8>) -> bool {
        let body = self.bodies.get_mut(stream.slot as usize).filter(|body| body.id == stream.id);
        let Some(body) = body else { return len == 0 };
        while len > 0 {
            let Some(chunk) = body.chunks.front_mut() else { return false };
            let taken = len.min(chunk.len());
            buffer.extend_from_slice(&chunk[..taken]);
            chunk.advance(taken);
            len -= taken;
            if chunk.is_empty() {
                body.chunks.pop_front();
            }
        }
        true
    }
}

/// Draws a session's output into a buffer; see [`BodyStore::output`].
#[derive(Debug)]
pub struct BufferOutput<'a> {
    bodies: &'a mut BodyStore,
    buffer: &'a mut Vec<u8>,
    limit: usize,
}

impl Output for BufferOutput<'_> {
    fn room(&self) -> usize {
        self.limit.saturating_sub(self.buffer.len())
    }

    fn put(&mut self, octets: &[u8]) {
        self.buffer.extend_from_slice(octets);
    }

    /// # Panics
    /// If more of a body was announced than the store was given.
    fn body(&mut self, stream: StreamKey, len: usize) {
        let stored = self.bodies.take(stream, len, self.buffer);
        assert!(stored, "every announced octet of stream {} is stored", stream.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: StreamKey = StreamKey { slot: 2, id: StreamId::new(5) };

    #[test]
    fn chunks_are_drawn_in_order_and_across_their_bounds() {
        let mut store = BodyStore::new();
        store.push(STREAM, Bytes::from_static(b"hello"));
        store.push(STREAM, Bytes::from_static(b" world"));
        assert_eq!(store.pending(STREAM), 11);

        let mut buffer = b"> ".to_vec();
        let mut output = store.output(&mut buffer, 16);
        assert_eq!(output.room(), 14);
        output.body(STREAM, 3);
        output.put(b"|");
        output.body(STREAM, 8);
        assert_eq!(output.room(), 2);
        assert_eq!(buffer, b"> hel|lo world");
        assert_eq!(store.pending(STREAM), 0);
    }

    #[test]
    fn a_slot_used_again_knows_nothing_of_the_stream_before() {
        let mut store = BodyStore::new();
        store.push(STREAM, Bytes::from_static(b"old"));
        let next = StreamKey { id: StreamId::new(7), ..STREAM };
        assert_eq!(store.pending(next), 0);
        store.push(next, Bytes::from_static(b"new"));
        assert_eq!((store.pending(STREAM), store.pending(next)), (0, 3));
        store.remove(STREAM);
        assert_eq!(store.pending(next), 3);
        store.remove(next);
        assert_eq!(store.pending(next), 0);
    }

    #[test]
    #[should_panic(expected = "every announced octet of stream 5 is stored")]
    fn drawing_more_than_was_stored_is_the_embedders_fault() {
        let mut store = BodyStore::new();
        store.push(STREAM, Bytes::from_static(b"ab"));
        store.output(&mut Vec::new(), 100).body(STREAM, 3);
    }
}
