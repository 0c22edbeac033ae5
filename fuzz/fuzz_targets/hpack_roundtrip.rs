//! Encoder and decoder agree, block after block, whatever becomes of the table's size.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use rust_http2::hpack::{DEFAULT_TABLE_SIZE, Decoder, Encoder, Field, FieldList};

#[derive(Debug, Arbitrary)]
enum Step {
    Block(Vec<Line>),
    /// The decoder's limit changes, and the encoder hears of it before the next block.
    Resize(u16),
}

#[derive(Debug, Arbitrary)]
struct Line {
    name: Name,
    value: Vec<u8>,
    sensitive: bool,
}

/// Few names, so that the table gets hits.
#[derive(Debug, Arbitrary)]
enum Name {
    Method,
    Path,
    Cookie,
    Custom(u8),
    Any(Vec<u8>),
}

impl Line {
    fn name(&self) -> Vec<u8> {
        match &self.name {
            Name::Method => b":method".to_vec(),
            Name::Path => b":path".to_vec(),
            Name::Cookie => b"cookie".to_vec(),
            Name::Custom(n) => vec![b'x', b'-', n % 8 + b'a'],
            Name::Any(name) => name.clone(),
        }
    }
}

fuzz_target!(|input: (u16, Vec<Step>)| {
    let (bound, steps) = input;
    let mut encoder = Encoder::new(u32::from(bound));
    let mut decoder = Decoder::new(DEFAULT_TABLE_SIZE);
    let (mut wire, mut list) = (Vec::new(), FieldList::new());
    for step in steps {
        match step {
            Step::Resize(size) => {
                encoder.set_peer_max_table_size(u32::from(size));
                decoder.set_max_table_size(u32::from(size));
            }
            Step::Block(lines) => {
                let names: Vec<Vec<u8>> = lines.iter().map(Line::name).collect();
                let fields = names.iter().zip(&lines).map(|(name, line)| Field {
                    name,
                    value: &line.value,
                    sensitive: line.sensitive,
                });
                wire.clear();
                list.clear();
                encoder.encode(fields.clone(), &mut wire);
                decoder.decode(&wire, &mut list).expect("what the encoder wrote");
                assert_eq!(list.len(), lines.len());
                for (decoded, field) in list.iter().zip(fields) {
                    assert_eq!((decoded.name, decoded.value), (field.name, field.value));
                    // The encoder protects some fields of its own accord.
                    assert!(decoded.sensitive || !field.sensitive);
                }
                assert_eq!(encoder.table_size(), decoder.table_size());
            }
        }
    }
});
