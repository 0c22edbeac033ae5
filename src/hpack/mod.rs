//! HPACK (RFC 7541): field sections to octets and back. Knows nothing of frames.
//!
//! [`Decoder`] reads complete field blocks into a [`FieldList`]; [`Encoder`] writes blocks from any
//! iterator of [`Field`]s. Each holds one dynamic table and so serves one direction of one
//! connection: blocks go through it in the order of the wire, and none may be left out, or the two
//! ends disagree about the table from there on.
//!
//! ```
//! use rust_http2::hpack::{Decoder, Encoder, Field, FieldList};
//!
//! let mut block = Vec::new();
//! Encoder::new(4096).encode([Field::new(b":method", b"GET"), Field::new(b":path", b"/")], &mut block);
//! assert_eq!(block, [0x82, 0x84]);
//!
//! let mut list = FieldList::new();
//! Decoder::new(4096).decode(&block, &mut list).unwrap();
//! assert_eq!(list.get(1), Some(Field::new(b":path", b"/")));
//! ```

mod decoder;
mod dynamic_table;
mod encoder;
mod error;
mod field;
mod field_list;
pub mod huffman;
mod huffman_table;
mod integer;
mod search_table;
mod static_table;
mod string;

pub use decoder::Decoder;
pub use encoder::Encoder;
pub use error::DecodeError;
pub use field::Field;
pub use field_list::{FieldList, Iter};

/// The size of the dynamic table, in octets, before any SETTINGS says otherwise (RFC 9113 §6.5.2).
pub const DEFAULT_TABLE_SIZE: u32 = 4096;

/// What each entry or field line weighs beyond its octets: RFC 7541 §4.1, RFC 9113 §6.5.2.
const FIELD_OVERHEAD: usize = 32;
