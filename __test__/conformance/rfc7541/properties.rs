//! What holds for every field section, every block and every order of events.

use proptest::collection::vec;
use proptest::prelude::*;
use rust_http2::hpack::{Decoder, Encoder, Field, FieldList, huffman};

use super::{Line, decode, fields, lines};

/// What happens to one direction of a connection.
#[derive(Clone, Debug)]
enum Step {
    Block(Vec<(Line, bool)>),
    /// The decoder's side sends SETTINGS_HEADER_TABLE_SIZE, and it is acknowledged.
    TableSize(u32),
}

fn field(((name, value), sensitive): &(Line, bool)) -> Field<'_> {
    Field { name, value, sensitive: *sensitive }
}

fn step() -> impl Strategy<Value = Step> {
    let table_size = prop_oneof![Just(0), 0..300u32, Just(4096), 0..20_000u32];
    prop_oneof![
        4 => vec((line(), prop::bool::weighted(0.1)), 1..12).prop_map(Step::Block),
        1 => table_size.prop_map(Step::TableSize),
    ]
}

/// Names and values few enough to come twice, among arbitrary ones.
fn line() -> impl Strategy<Value = Line> {
    let common =
        [":path", ":status", "cookie", "content-type", "accept-encoding", "x-custom", "x-id"];
    let name = prop_oneof![
        8 => prop::sample::select(common.to_vec()).prop_map(|name| name.as_bytes().to_vec()),
        1 => vec(any::<u8>(), 0..40),
    ];
    let value = prop_oneof![
        4 => prop::sample::select(vec!["", "/", "200", "gzip, deflate", "a longer value than that"])
            .prop_map(|value| value.as_bytes().to_vec()),
        2 => "[a-z0-9=;/ ]{0,60}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..200),
    ];
    (name, value)
}

/// Octets that look like a block more often than not.
fn block() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        vec(any::<u8>(), 0..8),
        vec(line(), 0..3).prop_map(|lines| {
            let mut block = Vec::new();
            Encoder::new(4096).encode(fields(&lines), &mut block);
            block
        }),
        (0xbe..0xc8u8).prop_map(|index| vec![index]),
    ];
    vec(pieces, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_encoded_decodes_to_itself(bound in 0..10_000u32, steps in vec(step(), 0..30)) {
        let mut encoder = Encoder::new(bound);
        let mut decoder = Decoder::new(4096);
        let mut independent = fluke_hpack::Decoder::new();
        for step in steps {
            match step {
                Step::TableSize(size) => {
                    encoder.set_peer_max_table_size(size);
                    decoder.set_max_table_size(size);
                }
                Step::Block(marked) => {
                    let mut block = Vec::new();
                    let sent: FieldList = marked.iter().map(field).collect();
                    encoder.encode(&sent, &mut block);
                    let read = decode(&mut decoder, &block).expect("we read what we write");
                    prop_assert_eq!(lines(&read), lines(&sent));
                    for (read, sent) in read.iter().zip(&sent) {
                        prop_assert!(read.sensitive || !sent.sensitive);
                    }
                    prop_assert_eq!(decoder.table_size(), encoder.table_size());
                    let elsewhere = independent.decode(&block).expect("others read what we write");
                    prop_assert_eq!(elsewhere, lines(&sent));
                }
            }
        }
    }

    #[test]
    fn limits_cut_the_list_and_nothing_else(
        blocks in vec(block(), 1..5),
        max_list_size in 0..1000u32,
        max_pairs in 0..12u32,
    ) {
        let mut free = Decoder::new(4096);
        let mut bound = Decoder::new(4096);
        for block in blocks {
            let (mut all, mut some) = (FieldList::new(), FieldList::new());
            some.set_limits(max_list_size, max_pairs);
            let expected = free.decode(&block, &mut all);
            prop_assert_eq!(bound.decode(&block, &mut some), expected);
            prop_assert_eq!(bound.table_size(), free.table_size());
            prop_assert!(some.size() <= max_list_size && some.len() <= max_pairs as usize);
            prop_assert!(some.iter().eq(all.iter().take(some.len())));
            if !some.truncated() {
                prop_assert_eq!(some.len(), all.len());
            } else {
                let next = all.get(some.len()).expect("something was left out");
                let fits = some.size() as usize + next.size() <= max_list_size as usize;
                prop_assert!(!fits || some.len() == max_pairs as usize);
            }
            if expected.is_err() {
                break;
            }
        }
    }

    #[test]
    fn any_string_survives_huffman_coding(text in vec(any::<u8>(), 0..400)) {
        let (mut coded, mut back) = (Vec::new(), Vec::new());
        huffman::encode(&text, &mut coded);
        prop_assert_eq!(coded.len(), huffman::encoded_len(&text));
        prop_assert_eq!(huffman::decode(&coded, &mut back), Ok(()));
        prop_assert_eq!(back, text);
    }

    #[test]
    fn what_decodes_is_the_one_coded_form(coded in vec(any::<u8>(), 0..40)) {
        let (mut text, mut again) = (Vec::new(), Vec::new());
        if huffman::decode(&coded, &mut text).is_ok() {
            huffman::encode(&text, &mut again);
            prop_assert_eq!(again, coded);
        }
    }
}
