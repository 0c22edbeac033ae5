//! RFC 7541 as a peer sees it: through the public API, against other people's encoders and decoders.

mod appendix_c;
mod limits;
mod properties;
mod stories;
mod table_size;

use rust_http2::hpack::{DecodeError, Decoder, Field, FieldList};

/// A field line as tests compare it.
type Line = (Vec<u8>, Vec<u8>);

fn lines(list: &FieldList) -> Vec<Line> {
    list.iter().map(|field| (field.name.to_vec(), field.value.to_vec())).collect()
}

fn fields(lines: &[Line]) -> impl Iterator<Item = Field<'_>> + Clone {
    lines.iter().map(|(name, value)| Field::new(name, value))
}

fn decode(decoder: &mut Decoder, block: &[u8]) -> Result<FieldList, DecodeError> {
    let mut list = FieldList::new();
    decoder.decode(block, &mut list).map(|()| list)
}

/// Reads hexadecimal digits, with white space for the eye.
fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(|digit| !digit.is_ascii_whitespace()).collect();
    let value = |digit: u8| char::from(digit).to_digit(16).expect("a hexadecimal digit");
    let octet = |pair: &[u8]| u8::try_from(value(pair[0]) << 4 | value(pair[1])).expect("8 bits");
    digits.chunks(2).map(octet).collect()
}
