//! Field sections that are sent, and the one that is sent again.
//!
//! Most responses of an application, and most requests of an RPC client, have the fields of the one
//! before. Once these are in the dynamic table, so is their block the one before.

use crate::hpack::{Encoder, Field};

/// Longer blocks, in octets, are not kept.
const MAX_BLOCK: usize = 512;

/// The field lines of a section to be sent, in order.
///
/// Whatever can be iterated over again and again is one. A type of one's own can say besides that
/// its fields are those of another section; the session need not encode them again then.
pub trait FieldSection<'a>: Clone {
    /// The field lines.
    fn lines(self) -> impl Iterator<Item = Field<'a>>;

    /// Sections of one session that have the same number have the very same field lines. `None` if
    /// nothing is known.
    fn number(&self) -> Option<u64> {
        None
    }
}

impl<'a, F: IntoIterator<Item = Field<'a>> + Clone> FieldSection<'a> for F {
    fn lines(self) -> impl Iterator<Item = Field<'a>> {
        self.into_iter()
    }
}

/// The encoder, and the block of the section encoded last.
#[derive(Debug)]
pub(super) struct Packer {
    encoder: Encoder,
    /// The section's number, if its block holds good for it.
    number: Option<u64>,
    block: Vec<u8>,
    /// The encoder's epoch when it was encoded.
    epoch: u64,
}

impl Packer {
    /// See [`Encoder::new`].
    pub(super) fn new(max_table_size: u32) -> Self {
        let encoder = Encoder::new(max_table_size);
        Self { encoder, number: None, block: Vec::new(), epoch: 0 }
    }

    /// Follows the peer's SETTINGS_HEADER_TABLE_SIZE.
    pub(super) fn set_peer_max_table_size(&mut self, limit: u32) {
        self.encoder.set_peer_max_table_size(limit);
    }

    /// What the dynamic table's entries weigh now.
    pub(super) fn table_size(&self) -> usize {
        self.encoder.table_size()
    }

    /// Whether a section is the one encoded last, and would be encoded alike.
    pub(super) fn knows<'a>(&self, section: &impl FieldSection<'a>) -> bool {
        self.number.is_some()
            && self.number == section.number()
            && self.epoch == self.encoder.epoch()
    }

    /// Appends the block of a section.
    pub(super) fn pack<'a>(&mut self, section: impl FieldSection<'a>, out: &mut Vec<u8>) {
        if self.knows(&section) {
            return out.extend_from_slice(&self.block);
        }
        let (start, epoch, number) = (out.len(), self.encoder.epoch(), section.number());
        self.encoder.encode(section.lines(), out);
        let block = &out[start..];
        self.number = number.filter(|_| self.encoder.epoch() == epoch && block.len() <= MAX_BLOCK);
        if self.number.is_some() {
            self.epoch = epoch;
            self.block.clear();
            self.block.extend_from_slice(block);
        }
    }
}
