//! Field blocks to field sections (RFC 7541 §3).

use super::{DecodeError, FieldList};

/// The decoding end of one direction of a connection.
#[derive(Debug)]
pub struct Decoder {
    max_table_size: u32,
}

impl Decoder {
    /// A decoder whose table holds up to `max_table_size` octets, the value that the encoder at
    /// the other end starts from: [`DEFAULT_TABLE_SIZE`](super::DEFAULT_TABLE_SIZE) on a new
    /// connection.
    pub const fn new(max_table_size: u32) -> Self {
        Self { max_table_size }
    }

    /// Sets the limit for size updates: our SETTINGS_HEADER_TABLE_SIZE, once it is acknowledged.
    ///
    /// A limit below the table's present size obliges the encoder to begin its next block with a
    /// size update (RFC 7541 §4.2); a higher one takes effect when the encoder makes use of it.
    pub fn set_max_table_size(&mut self, limit: u32) {
        self.max_table_size = limit;
    }

    /// What the dynamic table's entries weigh now, in octets (RFC 7541 §4.1).
    pub fn table_size(&self) -> usize {
        0
    }

    /// Decodes one complete field block and appends its field lines to `list`.
    ///
    /// Where a limit of `list` is hit, the rest is decoded all the same, as the table must follow
    /// it, but not kept.
    ///
    /// # Errors
    ///
    /// The offence that makes the block undecodable. `list` then holds the field lines before it,
    /// and the decoder is of no more use.
    pub fn decode(&mut self, block: &[u8], _list: &mut FieldList) -> Result<(), DecodeError> {
        if block.is_empty() { Ok(()) } else { Err(DecodeError::Truncated) }
    }
}
