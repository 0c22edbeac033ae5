//! RFC 7541 §7.3, RFC 9113 §10.5.1: what a hostile encoder can make the decoder do.

use rust_http2::hpack::{DecodeError, Decoder, Encoder, Field, FieldList};

use super::{decode, hex};

fn limited(max_list_size: u32, max_pairs: u32) -> FieldList {
    let mut list = FieldList::new();
    list.set_limits(max_list_size, max_pairs);
    list
}

fn encode<'a>(encoder: &mut Encoder, fields: impl IntoIterator<Item = Field<'a>>) -> Vec<u8> {
    let mut block = Vec::new();
    encoder.encode(fields, &mut block);
    block
}

#[test]
fn a_bomb_of_references_stops_at_the_limit() {
    let mut decoder = Decoder::new(4096);
    let large = vec![b'x'; 3000];
    let mut block = encode(&mut Encoder::new(4096), [Field::new(b"a", &large)]);
    // 100,000 times the entry: 300 MB if it were kept.
    block.resize(block.len() + 100_000, 0xbe);
    let mut list = limited(16_384, 1000);
    decoder.decode(&block, &mut list).expect("a valid block");
    assert!(list.truncated());
    assert_eq!((list.len(), list.size()), (5, 5 * 3033));
}

#[test]
fn the_table_follows_what_the_list_leaves_out() {
    let mut encoder = Encoder::new(4096);
    let mut decoder = Decoder::new(4096);
    let names: Vec<String> = (0..20).map(|number| format!("name-{number}")).collect();
    let fields = || names.iter().map(|name| Field::new(name.as_bytes(), b"value"));

    let mut list = limited(u32::MAX, 3);
    decoder.decode(&encode(&mut encoder, fields()), &mut list).expect("a valid block");
    assert_eq!((list.len(), list.truncated()), (3, true));
    assert_eq!(decoder.table_size(), encoder.table_size());

    let block = encode(&mut encoder, fields());
    assert_eq!(block.len(), 20, "all by reference");
    let list = decode(&mut decoder, &block).expect("a valid block");
    assert!(list.iter().eq(fields()));
}

#[test]
fn a_literal_larger_than_list_and_table_is_left_out() {
    let mut decoder = Decoder::new(4096);
    decode(&mut decoder, &encode(&mut Encoder::new(4096), [Field::new(b"a", b"1")]))
        .expect("valid");
    assert_eq!(decoder.table_size(), 34);

    for huffman in [false, true] {
        for pattern in [0x00, 0x10, 0x40] {
            let mut block = vec![pattern, 0x01, b'n'];
            // 60,000 octets, or as many codes of 5 bits.
            block.extend_from_slice(if huffman {
                &[0xff, 0xfd, 0xa3, 0x02]
            } else {
                &[0x7f, 0xe1, 0xd3, 0x03]
            });
            let len = if huffman { 37_500 } else { 60_000 };
            block.resize(block.len() + len, 0);
            block.push(0x82);

            let mut list = limited(2000, 100);
            let mut decoder = decoder.clone();
            decoder.decode(&block, &mut list).expect("a valid block");
            assert_eq!((list.len(), list.truncated()), (0, true), "{pattern:x} {huffman}");
            // RFC 7541 §4.4: an entry larger than the table empties it.
            assert_eq!(decoder.table_size(), if pattern == 0x40 { 0 } else { 34 });

            let list = decode(&mut decoder.clone(), &block).expect("a valid block");
            assert_eq!(list.len(), 2, "an unlimited list keeps it");
            assert_eq!(list.get(0).map(|field| field.value.len()), Some(60_000));
        }
    }
}

#[test]
fn a_literal_larger_than_the_list_may_still_become_an_entry() {
    let mut decoder = Decoder::new(4096);
    let mut encoder = Encoder::new(4096);
    let value = [b'v'; 500];
    let field = Field::new(b"name", &value);
    let mut list = limited(100, 100);
    decoder.decode(&encode(&mut encoder, [field]), &mut list).expect("a valid block");
    assert_eq!((list.len(), list.truncated()), (0, true));
    let list = decode(&mut decoder, &encode(&mut encoder, [field])).expect("a valid block");
    assert_eq!(list.get(0), Some(field));
}

#[test]
fn every_cut_of_a_block_is_truncated_or_whole_field_lines() {
    let lines =
        [Field::new(b":path", b"/a/b"), Field::new(b"name", b"value"), Field::new(b"a", b"~~")];
    let block = encode(&mut Encoder::new(4096), lines);
    for cut in 0..block.len() {
        let mut list = FieldList::new();
        match Decoder::new(4096).decode(&block[..cut], &mut list) {
            Ok(()) => assert!(list.len() < lines.len()),
            Err(error) => assert_eq!(error, DecodeError::Truncated, "cut at {cut}"),
        }
        assert!(list.iter().eq(lines.iter().copied().take(list.len())), "cut at {cut}");
    }
}

#[test]
fn each_offence_has_its_name() {
    let cases = [
        ("80", DecodeError::IndexZero),
        ("be", DecodeError::IndexOutOfRange),
        ("7e 00", DecodeError::IndexOutOfRange),
        ("0f 2f 00", DecodeError::IndexOutOfRange),
        ("ff ff ff ff ff ff 00", DecodeError::IntegerOverflow),
        ("00 7f ff ff ff ff 7f", DecodeError::IntegerOverflow),
        ("82 3f", DecodeError::SizeUpdateMisplaced),
        ("3f", DecodeError::Truncated),
        ("00 01", DecodeError::Truncated),
        ("00 81 00 00", DecodeError::HuffmanPaddingInvalid),
        ("00 81 ff 00", DecodeError::HuffmanPaddingTooLong),
        ("00 84 ff ff ff ff 00", DecodeError::HuffmanEos),
    ];
    for (block, error) in cases {
        assert_eq!(decode(&mut Decoder::new(4096), &hex(block)).err(), Some(error), "{block}");
    }
}
