//! Field blocks to field sections (RFC 7541 §3, §6).

use super::dynamic_table::DynamicTable;
use super::{DecodeError, FIELD_OVERHEAD, FieldList, integer, static_table, string};

/// The decoding end of one direction of a connection.
///
/// Feed it every field block of the connection in the order of arrival, also those whose field
/// lines nobody wants: each may change the dynamic table that the next one relies on.
#[derive(Clone, Debug)]
pub struct Decoder {
    table: DynamicTable<()>,
    /// What a size update may ask for at most.
    limit: u32,
    /// The lowest limit since the last block, if it fell below the table's size: a size update to
    /// this or less is due.
    due: Option<u32>,
    epoch: u64,
}

impl Decoder {
    /// A decoder whose table holds up to `max_table_size` octets, the value that the encoder at
    /// the other end starts from: [`DEFAULT_TABLE_SIZE`](super::DEFAULT_TABLE_SIZE) on a new
    /// connection. Allocates nothing.
    pub const fn new(max_table_size: u32) -> Self {
        let table = DynamicTable::new(max_table_size);
        Self { table, limit: max_table_size, due: None, epoch: 0 }
    }

    /// Sets the limit for size updates: our SETTINGS_HEADER_TABLE_SIZE, once it is acknowledged.
    ///
    /// A limit below the table's present maximum obliges the encoder to begin its next block with a
    /// size update (RFC 7541 §4.2); a higher one takes effect when the encoder makes use of it.
    pub fn set_max_table_size(&mut self, limit: u32) {
        self.limit = limit;
        self.epoch += 1;
        if (limit as usize) < self.table.max_size() {
            self.due = Some(self.due.map_or(limit, |due| due.min(limit)));
        }
    }

    /// What the dynamic table's entries weigh now, in octets (RFC 7541 §4.1).
    pub fn table_size(&self) -> usize {
        self.table.size()
    }

    /// Changes whenever the meaning of blocks may have changed: as long as it does not, a block
    /// decodes to what the same octets decoded to before.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Decodes one complete field block and appends its field lines to `list`.
    ///
    /// Where a limit of `list` is hit, the rest is decoded all the same, as the table must follow
    /// it, but not kept: see [`FieldList::truncated`].
    ///
    /// # Errors
    ///
    /// The offence that makes the block undecodable. `list` then holds the field lines before it,
    /// and the decoder is of no more use.
    pub fn decode(&mut self, block: &[u8], list: &mut FieldList) -> Result<(), DecodeError> {
        let result = self.representations(block, list);
        if result.is_err() {
            list.discard_tail();
        }
        result
    }

    fn representations(
        &mut self,
        mut input: &[u8],
        list: &mut FieldList,
    ) -> Result<(), DecodeError> {
        self.size_updates(&mut input)?;
        while let Some(&first) = input.first() {
            // RFC 7541 §6: the highest bits tell the representations apart.
            match first {
                0x80.. => self.indexed(&mut input, list)?,
                0x40.. => self.literal(6, Indexing::Incremental, &mut input, list)?,
                0x20.. => return Err(DecodeError::SizeUpdateMisplaced),
                0x10.. => self.literal(4, Indexing::Never, &mut input, list)?,
                _ => self.literal(4, Indexing::Without, &mut input, list)?,
            }
        }
        Ok(())
    }

    /// RFC 7541 §4.2: size updates stand at the beginning of a block, and one must be there when
    /// the limit fell below the size in use.
    fn size_updates(&mut self, input: &mut &[u8]) -> Result<(), DecodeError> {
        while input.first().is_some_and(|first| first & 0xe0 == 0x20) {
            let size = integer::decode(5, input)?;
            // Of several limits since the last block the lowest must be met first.
            if size > self.due.take().unwrap_or(self.limit) {
                return Err(DecodeError::SizeUpdateTooLarge);
            }
            self.table.set_max_size(size);
            self.epoch += 1;
        }
        if self.due.is_some() { Err(DecodeError::SizeUpdateMissing) } else { Ok(()) }
    }

    /// RFC 7541 §6.1: a field line from a table.
    #[inline]
    fn indexed(&self, input: &mut &[u8], list: &mut FieldList) -> Result<(), DecodeError> {
        let (octets, name_len) = self.entry(integer::decode(7, input)?)?;
        list.push_joined(octets, name_len);
        Ok(())
    }

    /// RFC 7541 §6.2: a literal value, with a name from a table or a literal one.
    ///
    /// The octets go to the end of the list's buffer, and from there into the table. A field line
    /// that is too large for both is not even collected.
    fn literal(
        &mut self,
        prefix: u32,
        indexing: Indexing,
        input: &mut &[u8],
        list: &mut FieldList,
    ) -> Result<(), DecodeError> {
        let incremental = indexing == Indexing::Incremental;
        let table_room = self.table.max_size().saturating_sub(FIELD_OVERHEAD);
        let room = list.room().max(if incremental { table_room } else { 0 });

        let index = integer::decode(prefix, input)?;
        let buffer = list.buffer();
        let name_len = if index == 0 {
            string::decode(room, input, buffer)?
        } else {
            let (octets, name_len) = self.entry(index)?;
            buffer.extend_from_slice(&octets[..name_len]);
            Some(name_len)
        };
        let value_room = room.saturating_sub(name_len.unwrap_or(room));
        let value_len = string::decode(value_room, input, buffer)?;

        let (Some(name_len), Some(value_len)) = (name_len, value_len) else {
            if incremental {
                // RFC 7541 §4.4: an entry larger than the table leaves it empty.
                self.table.clear();
                self.epoch += 1;
            }
            list.leave_out();
            return Ok(());
        };
        if incremental {
            let (name, value) = list.tail(name_len + value_len).split_at(name_len);
            self.table.insert(name, value, ());
            self.epoch += 1;
        }
        list.commit(name_len, value_len, indexing == Indexing::Never);
        Ok(())
    }

    /// RFC 7541 §2.3.3: one address space for both tables, the static one in front.
    #[inline]
    fn entry(&self, index: u32) -> Result<(&[u8], usize), DecodeError> {
        let index = index as usize;
        if let Some(entry) = static_table::get(index) {
            return Ok(entry);
        }
        let index = index.checked_sub(static_table::LEN + 1).ok_or(DecodeError::IndexZero)?;
        self.table.get(index).ok_or(DecodeError::IndexOutOfRange)
    }
}

/// What a literal does to the tables on its way.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Indexing {
    /// RFC 7541 §6.2.1: becomes an entry.
    Incremental,
    /// RFC 7541 §6.2.2: does not.
    Without,
    /// RFC 7541 §6.2.3: does not, nor with anyone who passes it on.
    Never,
}
