//! What can be wrong with a field block.

use std::error::Error;
use std::fmt;

/// The offence that made a field block undecodable.
///
/// Each is a decoding error in the sense of RFC 9113 §4.3: the dynamic table is lost, and the
/// connection ends with COMPRESSION_ERROR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeError {
    /// The block ends within a representation.
    Truncated,
    /// An integer exceeds 2^32-1 or takes more octets than such a value needs (RFC 7541 §5.1).
    IntegerOverflow,
    /// A string literal longer than 65,536 octets on the wire.
    StringTooLong,
    /// Index 0, which names no entry (RFC 7541 §6.1).
    IndexZero,
    /// An index beyond the end of the dynamic table (RFC 7541 §2.3.3).
    IndexOutOfRange,
    /// A Huffman-coded string contains the EOS symbol (RFC 7541 §5.2).
    HuffmanEos,
    /// More than 7 bits follow the last symbol of a Huffman-coded string (RFC 7541 §5.2).
    HuffmanPaddingTooLong,
    /// The bits after the last symbol of a Huffman-coded string do not begin the EOS code
    /// (RFC 7541 §5.2).
    HuffmanPaddingInvalid,
    /// A dynamic table size update after the first field line of a block (RFC 7541 §4.2).
    SizeUpdateMisplaced,
    /// A dynamic table size update above the limit that was set for the encoder (RFC 7541 §6.3).
    SizeUpdateTooLarge,
    /// The limit fell below the size of the table, but the block does not begin with the size
    /// update that acknowledges it (RFC 7541 §4.2).
    SizeUpdateMissing,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Truncated => "field block ends within a representation",
            Self::IntegerOverflow => "integer too large",
            Self::StringTooLong => "string literal too long",
            Self::IndexZero => "index 0 names no table entry",
            Self::IndexOutOfRange => "index beyond the dynamic table",
            Self::HuffmanEos => "EOS symbol in a Huffman-coded string",
            Self::HuffmanPaddingTooLong => "Huffman padding longer than 7 bits",
            Self::HuffmanPaddingInvalid => "Huffman padding is not a prefix of EOS",
            Self::SizeUpdateMisplaced => "table size update after a field line",
            Self::SizeUpdateTooLarge => "table size update above the limit",
            Self::SizeUpdateMissing => "table size update missing after a reduced limit",
        })
    }
}

impl Error for DecodeError {}
