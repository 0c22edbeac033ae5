//! Field blocks that arrive, and the section that comes again.
//!
//! Who asks for the same again and again, a poller or an RPC client, sends the same block again once
//! its field lines are in the dynamic table. What was decoded and judged needs neither then.

use super::message::{Section, Summary};
use crate::hpack::{DEFAULT_TABLE_SIZE, DecodeError, Decoder, FieldList};

/// Longer blocks, in octets, are not compared.
const MAX_BLOCK: usize = 512;

/// The decoder, and what is known of the section decoded last.
#[derive(Debug)]
pub(super) struct Unpacker {
    decoder: Decoder,
    /// Names the section.
    number: u64,
    /// The block that it was decoded from; empty if that is not to be known again.
    block: Vec<u8>,
    /// The decoder's epoch, and the limits of the list, when it was.
    context: (u64, u32, u32),
    /// As what the section passed, and what it said.
    judged: Option<(Section, Summary)>,
}

impl Unpacker {
    pub(super) fn new() -> Self {
        let decoder = Decoder::new(DEFAULT_TABLE_SIZE);
        Self { decoder, number: 0, block: Vec::new(), context: (0, 0, 0), judged: None }
    }

    /// Follows our SETTINGS_HEADER_TABLE_SIZE.
    pub(super) fn set_max_table_size(&mut self, limit: u32) {
        self.decoder.set_max_table_size(limit);
    }

    /// What the dynamic table's entries weigh now.
    pub(super) fn table_size(&self) -> usize {
        self.decoder.table_size()
    }

    /// Makes `fields`, which holds the section before, the section of `block`, within the limits of
    /// a [`FieldList`].
    pub(super) fn unpack(
        &mut self,
        block: &[u8],
        max_list_size: u32,
        max_pairs: u32,
        fields: &mut FieldList,
    ) -> Result<(), DecodeError> {
        let context = (self.decoder.epoch(), max_list_size, max_pairs);
        if !block.is_empty() && self.block == block && self.context == context {
            return Ok(());
        }
        self.number += 1;
        self.forget();
        fields.clear();
        fields.set_limits(max_list_size, max_pairs);
        self.decoder.decode(block, fields)?;
        if self.decoder.epoch() == context.0 && block.len() <= MAX_BLOCK {
            self.block.extend_from_slice(block);
            self.context = context;
        }
        Ok(())
    }

    /// The fields at hand are changed: they are no longer those of the block.
    pub(super) fn forget(&mut self) {
        self.block.clear();
        self.judged = None;
    }

    /// Names the section at hand: no other of the session has this number.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// What the section says, if it was found good as that before.
    pub(super) fn judged(&self, section: Section) -> Option<Summary> {
        self.judged.filter(|(judged, _)| *judged == section).map(|(_, summary)| summary)
    }

    /// The section is good as that, and says so much.
    pub(super) fn note(&mut self, section: Section, summary: Summary) {
        self.judged = Some((section, summary));
    }
}
