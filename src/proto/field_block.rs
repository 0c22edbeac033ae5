//! A field block that arrives in several frames (RFC 9113 §4.3, §6.10).

use crate::frame::{Dependency, StreamId};

/// Capacity that survives the block.
const KEPT_CAPACITY: usize = 4096;

/// What the frame that began a field block said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockHead {
    pub(super) stream: StreamId,
    /// The promised stream, if the frame was PUSH_PROMISE.
    pub(super) promised: Option<StreamId>,
    pub(super) end_stream: bool,
    /// The flags on the wire.
    pub(super) flags: u8,
    pub(super) dependency: Option<Dependency>,
}

/// Gathers HEADERS or PUSH_PROMISE and the CONTINUATION frames after it.
#[derive(Debug, Default)]
pub(super) struct FieldBlock {
    head: Option<BlockHead>,
    octets: Vec<u8>,
    continuations: u32,
}

impl FieldBlock {
    /// The stream whose block is incomplete: nothing but its CONTINUATION may come.
    pub(super) fn stream(&self) -> Option<StreamId> {
        self.head.map(|head| head.stream)
    }

    /// Octets gathered.
    pub(super) fn len(&self) -> usize {
        self.octets.len()
    }

    pub(super) fn begin(&mut self, head: BlockHead, fragment: &[u8]) {
        self.head = Some(head);
        self.continuations = 0;
        self.octets.extend_from_slice(fragment);
    }

    /// Adds a CONTINUATION and answers how many there were.
    pub(super) fn add(&mut self, fragment: &[u8]) -> u32 {
        self.octets.extend_from_slice(fragment);
        self.continuations += 1;
        self.continuations
    }

    /// The complete block; its octets come back with `recycle`.
    pub(super) fn take(&mut self) -> Option<(BlockHead, Vec<u8>)> {
        let head = self.head.take()?;
        Some((head, std::mem::take(&mut self.octets)))
    }

    pub(super) fn recycle(&mut self, mut octets: Vec<u8>) {
        if octets.capacity() <= KEPT_CAPACITY {
            octets.clear();
            self.octets = octets;
        }
    }
}
