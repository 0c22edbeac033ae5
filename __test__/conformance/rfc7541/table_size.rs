//! RFC 7541 §4.2, §6.3: the size of the dynamic table, and how both ends come to agree on it.

use rust_http2::hpack::{DecodeError, Decoder, Encoder, Field, FieldList};

use super::{decode, hex};

const CUSTOM: Field<'static> = Field::new(b"custom-key", b"custom-value");

fn encode(encoder: &mut Encoder, field: Field<'_>) -> Vec<u8> {
    let mut block = Vec::new();
    encoder.encode([field], &mut block);
    block
}

/// A decoder with one entry of 54 octets.
fn decoder_with_entry() -> Decoder {
    let mut decoder = Decoder::new(4096);
    let block = encode(&mut Encoder::new(4096), CUSTOM);
    decode(&mut decoder, &block).expect("a valid block");
    assert_eq!(decoder.table_size(), 54);
    decoder
}

#[test]
fn an_update_within_the_limit_evicts() {
    let mut decoder = decoder_with_entry();
    decode(&mut decoder, &hex("3f17")).expect("54 octets");
    assert_eq!(decoder.table_size(), 54);
    decode(&mut decoder, &hex("3f16 82")).expect("53 octets");
    assert_eq!(decoder.table_size(), 0);
    assert_eq!(decode(&mut decoder, &hex("be")).err(), Some(DecodeError::IndexOutOfRange));
}

#[test]
fn an_update_above_the_limit_is_refused() {
    let mut decoder = Decoder::new(4096);
    decode(&mut decoder, &hex("3fe11f")).expect("4096 octets");
    let refused = decode(&mut decoder, &hex("3fe21f"));
    assert_eq!(refused.err(), Some(DecodeError::SizeUpdateTooLarge));

    let mut decoder = Decoder::new(4096);
    decoder.set_max_table_size(4097);
    decode(&mut decoder, &hex("3fe21f")).expect("4097 octets");
}

#[test]
fn an_update_after_a_field_line_is_refused() {
    let mut decoder = Decoder::new(4096);
    decode(&mut decoder, &hex("20 3fe11f 82")).expect("two updates in front");
    assert_eq!(decode(&mut decoder, &hex("82 20")).err(), Some(DecodeError::SizeUpdateMisplaced));
}

#[test]
fn a_reduced_limit_requires_an_update() {
    let mut decoder = decoder_with_entry();
    decoder.set_max_table_size(100);
    assert_eq!(decode(&mut decoder, &hex("82")).err(), Some(DecodeError::SizeUpdateMissing));

    let mut decoder = decoder_with_entry();
    decoder.set_max_table_size(100);
    decode(&mut decoder, &hex("3f45 be")).expect("100 octets");
    decode(&mut decoder, &hex("be")).expect("nothing more is due");
}

#[test]
fn the_lowest_of_several_limits_must_be_met() {
    let lowered = || {
        let mut decoder = decoder_with_entry();
        decoder.set_max_table_size(0);
        decoder.set_max_table_size(4096);
        decoder
    };
    let refused = decode(&mut lowered(), &hex("3fe11f 82"));
    assert_eq!(refused.err(), Some(DecodeError::SizeUpdateTooLarge));
    assert_eq!(decode(&mut lowered(), &hex("82")).err(), Some(DecodeError::SizeUpdateMissing));
    let mut decoder = lowered();
    decode(&mut decoder, &hex("20 3fe11f 82")).expect("down, then up");
    assert_eq!(decoder.table_size(), 0);
}

#[test]
fn a_limit_that_the_table_keeps_requires_nothing() {
    let mut decoder = decoder_with_entry();
    decode(&mut decoder, &hex("3f45")).expect("100 octets");
    decoder.set_max_table_size(100);
    decode(&mut decoder, &hex("be")).expect("the encoder had gone there already");
    decoder.set_max_table_size(65_536);
    decode(&mut decoder, &hex("be")).expect("a higher limit need not be used");
}

#[test]
fn the_encoder_tells_the_lowest_and_the_last_size() {
    let mut encoder = Encoder::new(4096);
    encode(&mut encoder, CUSTOM);
    encoder.set_peer_max_table_size(100);
    encoder.set_peer_max_table_size(0);
    assert_eq!(encoder.table_size(), 0);
    encoder.set_peer_max_table_size(1000);
    encoder.set_peer_max_table_size(200);
    assert_eq!(encode(&mut encoder, Field::new(b":method", b"GET")), hex("20 3fa901 82"));
    assert_eq!(encode(&mut encoder, Field::new(b":method", b"GET")), hex("82"));
}

#[test]
fn the_encoder_says_nothing_of_limits_beyond_its_bound() {
    let mut encoder = Encoder::new(4096);
    encoder.set_peer_max_table_size(65_536);
    assert_eq!(encode(&mut encoder, Field::new(b":method", b"GET")), hex("82"));
}

#[test]
fn a_bound_of_our_own_is_told_with_the_first_block() {
    let mut encoder = Encoder::new(100);
    assert_eq!(encode(&mut encoder, Field::new(b":method", b"GET")), hex("3f45 82"));
    encoder.set_peer_max_table_size(4096);
    assert_eq!(encode(&mut encoder, Field::new(b":method", b"GET")), hex("82"));
}

#[test]
fn a_larger_table_is_used_when_the_peer_allows_it() {
    let mut encoder = Encoder::new(65_536);
    let mut decoder = Decoder::new(4096);
    let mut list = FieldList::new();
    encoder.set_peer_max_table_size(65_536);
    decoder.set_max_table_size(65_536);
    for number in 0..1000u32 {
        let value = format!("{number:0100}");
        let block = encode(&mut encoder, Field::new(b"number", value.as_bytes()));
        decoder.decode(&block, &mut list).expect("a valid block");
    }
    assert_eq!(decoder.table_size(), encoder.table_size());
    assert_eq!(encoder.table_size(), 65_536 / 138 * 138);
    let block = encode(&mut encoder, Field::new(b"number", format!("{:0100}", 600).as_bytes()));
    assert!(block.len() <= 3, "an entry far back is found: {block:x?}");
}

#[test]
fn a_table_of_size_0_holds_nothing() {
    let mut encoder = Encoder::new(0);
    let mut decoder = Decoder::new(4096);
    for _ in 0..2 {
        let list = decode(&mut decoder, &encode(&mut encoder, CUSTOM)).expect("a valid block");
        assert_eq!(list.get(0), Some(CUSTOM));
        assert_eq!((encoder.table_size(), decoder.table_size()), (0, 0));
    }
}
