//! The examples of RFC 7541 Appendix C.

use rust_http2::hpack::{Decoder, Encoder, Field, FieldList};

use super::{Line, decode, fields, hex, lines};

/// A block, what it holds, and the dynamic table after it: its entries from the newest, its size.
struct Example {
    block: &'static str,
    lines: &'static [(&'static str, &'static str)],
    table: &'static [(&'static str, &'static str)],
    size: usize,
}

fn owned(lines: &[(&str, &str)]) -> Vec<Line> {
    lines
        .iter()
        .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
        .collect()
}

/// The dynamic table, as indexed field lines show it.
fn table(decoder: &Decoder) -> Vec<Line> {
    let entry = |index: u8| decode(&mut decoder.clone(), &[0x80 | index]).ok();
    (62..127).map_while(entry).flat_map(|list| lines(&list)).collect()
}

fn check(table_size: u32, examples: &[Example]) {
    let mut decoder = Decoder::new(table_size);
    for Example { block, lines: expected, table: entries, size } in examples {
        let list = decode(&mut decoder, &hex(block)).expect("a valid block");
        assert_eq!(lines(&list), owned(expected), "{block}");
        assert_eq!(table(&decoder), owned(entries), "{block}");
        assert_eq!(decoder.table_size(), *size, "{block}");
    }
}

#[test]
fn c_2_field_line_representations() {
    let custom = &[("custom-key", "custom-header")];
    let block = "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572";
    check(4096, &[Example { block, lines: custom, table: custom, size: 55 }]);
    let path = &[(":path", "/sample/path")];
    let block = "040c 2f73 616d 706c 652f 7061 7468";
    check(4096, &[Example { block, lines: path, table: &[], size: 0 }]);
    let method = &[(":method", "GET")];
    check(4096, &[Example { block: "82", lines: method, table: &[], size: 0 }]);
}

#[test]
fn c_2_3_a_never_indexed_field_line() {
    let block = hex("1008 7061 7373 776f 7264 0673 6563 7265 74");
    let mut decoder = Decoder::new(4096);
    let list = decode(&mut decoder, &block).expect("a valid block");
    assert_eq!(list.get(0), Some(Field::sensitive(b"password", b"secret")));
    assert_eq!(decoder.table_size(), 0);
}

const REQUEST_LINES: [&[(&str, &str)]; 3] = [
    &[(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "www.example.com")],
    &[
        (":method", "GET"),
        (":scheme", "http"),
        (":path", "/"),
        (":authority", "www.example.com"),
        ("cache-control", "no-cache"),
    ],
    &[
        (":method", "GET"),
        (":scheme", "https"),
        (":path", "/index.html"),
        (":authority", "www.example.com"),
        ("custom-key", "custom-value"),
    ],
];

const REQUEST_TABLES: [&[(&str, &str)]; 3] = [
    &[(":authority", "www.example.com")],
    &[("cache-control", "no-cache"), (":authority", "www.example.com")],
    &[
        ("custom-key", "custom-value"),
        ("cache-control", "no-cache"),
        (":authority", "www.example.com"),
    ],
];

fn requests(blocks: [&'static str; 3]) -> Vec<Example> {
    let example = |n: usize| Example {
        block: blocks[n],
        lines: REQUEST_LINES[n],
        table: REQUEST_TABLES[n],
        size: [57, 110, 164][n],
    };
    (0..3).map(example).collect()
}

/// C.4: the requests with Huffman coding.
const CODED_REQUESTS: [&str; 3] = [
    "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff",
    "8286 84be 5886 a8eb 1064 9cbf",
    "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
];

#[test]
fn c_3_requests_without_huffman_coding() {
    let blocks = [
        "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
        "8286 84be 5808 6e6f 2d63 6163 6865",
        "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
    ];
    check(4096, &requests(blocks));
}

#[test]
fn c_4_requests_with_huffman_coding() {
    check(4096, &requests(CODED_REQUESTS));
}

#[test]
fn c_4_is_what_the_encoder_writes() {
    let mut encoder = Encoder::new(4096);
    for (expected, (block, size)) in
        REQUEST_LINES.iter().zip(CODED_REQUESTS.iter().zip([57, 110, 164]))
    {
        let mut out = Vec::new();
        encoder.encode(fields(&owned(expected)), &mut out);
        assert_eq!(out, hex(block));
        assert_eq!(encoder.table_size(), size);
    }
}

const COOKIE: &str = "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1";

const RESPONSE_LINES: [&[(&str, &str)]; 3] = [
    &[
        (":status", "302"),
        ("cache-control", "private"),
        ("date", "Mon, 21 Oct 2013 20:13:21 GMT"),
        ("location", "https://www.example.com"),
    ],
    &[
        (":status", "307"),
        ("cache-control", "private"),
        ("date", "Mon, 21 Oct 2013 20:13:21 GMT"),
        ("location", "https://www.example.com"),
    ],
    &[
        (":status", "200"),
        ("cache-control", "private"),
        ("date", "Mon, 21 Oct 2013 20:13:22 GMT"),
        ("location", "https://www.example.com"),
        ("content-encoding", "gzip"),
        ("set-cookie", COOKIE),
    ],
];

const RESPONSE_TABLES: [&[(&str, &str)]; 3] = [
    &[
        ("location", "https://www.example.com"),
        ("date", "Mon, 21 Oct 2013 20:13:21 GMT"),
        ("cache-control", "private"),
        (":status", "302"),
    ],
    &[
        (":status", "307"),
        ("location", "https://www.example.com"),
        ("date", "Mon, 21 Oct 2013 20:13:21 GMT"),
        ("cache-control", "private"),
    ],
    &[
        ("set-cookie", COOKIE),
        ("content-encoding", "gzip"),
        ("date", "Mon, 21 Oct 2013 20:13:22 GMT"),
    ],
];

fn responses(blocks: [&'static str; 3]) -> Vec<Example> {
    let example = |n: usize| Example {
        block: blocks[n],
        lines: RESPONSE_LINES[n],
        table: RESPONSE_TABLES[n],
        size: [222, 222, 215][n],
    };
    (0..3).map(example).collect()
}

#[test]
fn c_5_responses_without_huffman_coding() {
    let blocks = [
        "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133
         2032 303a 3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70
         6c65 2e63 6f6d",
        "4803 3330 37c1 c0bf",
        "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d
         54c0 5a04 677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049
         5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e
         3d31",
    ];
    check(256, &responses(blocks));
}

#[test]
fn c_6_responses_with_huffman_coding() {
    let blocks = [
        "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6
         2d1b ff6e 919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
        "4883 640e ffc1 c0bf",
        "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab
         77ad 94e7 821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f
         9587 3160 65c0 03ed 4ee5 b106 3d50 07",
    ];
    check(256, &responses(blocks));
}

#[test]
fn an_empty_block_holds_nothing() {
    let mut list = FieldList::new();
    Decoder::new(4096).decode(&[], &mut list).expect("a valid block");
    assert!(list.is_empty());
}
