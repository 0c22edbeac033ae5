//! Any sequence of blocks under any limits: what is kept stays within them, or decoding fails.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rust_http2::hpack::{Decoder, FieldList};

fuzz_target!(|input: &[u8]| {
    let Some((&[table, size, pairs], mut blocks)) = input.split_first_chunk() else { return };
    let max_table_size = u32::from(table) * 32;
    let max_list_size = u32::from(size) * 64;

    let mut decoder = Decoder::new(max_table_size);
    let mut list = FieldList::new();
    list.set_limits(max_list_size, u32::from(pairs));
    // Each block has an octet of length before it; 255 also changes the table's limit.
    while let Some((&len, rest)) = blocks.split_first() {
        let block;
        (block, blocks) = rest.split_at(usize::from(len).min(rest.len()));
        if len == 255 {
            decoder.set_max_table_size(max_table_size / 2);
        }
        list.clear();
        if decoder.decode(block, &mut list).is_err() {
            return;
        }
        assert!(decoder.table_size() <= max_table_size as usize);
        assert!(list.size() <= max_list_size && list.len() <= usize::from(pairs));
        let size: usize = list.iter().map(|field| field.name.len() + field.value.len() + 32).sum();
        assert_eq!(size, list.size() as usize);
    }
});
