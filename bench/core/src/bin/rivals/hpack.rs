//! HPACK on the stories of hpack-test-case, against nghttp2's deflater and inflater.

use std::hint::black_box;
use std::ptr;

use libnghttp2_sys::*;
use rust_http2::hpack::{Decoder, Encoder, Field, FieldList};
use rust_http2_bench::Goal;

use crate::nghttp2::name_value;
use crate::stories::{self, Section, Story};
use crate::{Clock, rates};

/// Whose blocks are decoded: encoders of different habits.
const ENCODERS: [&str; 4] = ["nghttp2", "go-hpack", "haskell-http2-linear-huffman", "python-hpack"];
const TABLE: u32 = 4096;

/// Measures and prints both directions.
pub fn compare() {
    let Some(folder) = stories::folder() else {
        println!("no stories of hpack-test-case: set HPACK_TEST_CASE to their folder");
        return;
    };
    println!("\n{}", row(["fields/s, median", "rust-http2", "nghttp2", "ratio"].map(String::from)));
    for encoder in ENCODERS {
        let stories = stories::stories(&folder.join(encoder));
        print(
            &format!("decode {encoder}"),
            rates([&mut |clock| repeat(&stories, clock, decode), &mut |clock| {
                repeat(&stories, clock, nghttp2_decode)
            }]),
        );
    }
    let stories = stories::stories(&folder.join("raw-data"));
    let mut fields = OurFields::default();
    let ours = rates([
        &mut |clock| repeat(&stories, clock, |story| encode(story, &mut fields)),
        &mut |clock| repeat(&stories, clock, nghttp2_encode),
    ]);
    print("encode raw-data", ours);
}

fn print(name: &str, [ours, nghttp2]: [f64; 2]) {
    let cells = [format!("{ours:.0}"), format!("{nghttp2:.0}"), format!("{:.2}", ours / nghttp2)];
    let [ours, nghttp2, ratio] = cells;
    println!("{}", row([name.to_string(), ours, nghttp2, ratio]));
}

fn row([name, ours, nghttp2, ratio]: [String; 4]) -> String {
    format!("{name:<36} {ours:>12} {nghttp2:>12} {ratio:>6}")
}

/// Runs through the stories until the time is over; answers how many fields there were.
fn repeat(stories: &[Story], clock: Clock, mut run: impl FnMut(&Story) -> usize) -> usize {
    let mut fields = 0;
    loop {
        for story in stories {
            fields += run(story);
        }
        if clock.is_reached(fields) {
            return fields;
        }
    }
}

fn decode(story: &Story) -> usize {
    let mut decoder = Decoder::new(TABLE);
    let mut list = FieldList::new();
    let mut fields = 0;
    for block in &story.blocks {
        list.clear();
        decoder.decode(block, &mut list).expect("a block that decodes");
        fields += black_box(&list).len();
    }
    fields
}

fn nghttp2_decode(story: &Story) -> usize {
    let mut fields = 0;
    let mut inflater = ptr::null_mut();
    // SAFETY: the inflater lives from here to its end below; it reads blocks within their length,
    // and what it emits is not kept.
    unsafe {
        assert_eq!(nghttp2_hd_inflate_new(&mut inflater), 0);
        for block in &story.blocks {
            let mut rest = &block[..];
            loop {
                let mut field = name_value(b"", b"");
                let mut flags = 0;
                let taken = nghttp2_hd_inflate_hd3(
                    inflater,
                    &mut field,
                    &mut flags,
                    rest.as_ptr(),
                    rest.len(),
                    1,
                );
                rest = &rest[usize::try_from(taken).expect("a block that decodes")..];
                if flags & NGHTTP2_HD_INFLATE_EMIT as i32 != 0 {
                    fields += 1;
                    black_box(&field);
                }
                if flags & NGHTTP2_HD_INFLATE_FINAL as i32 != 0 {
                    nghttp2_hd_inflate_end_headers(inflater);
                    break;
                }
            }
        }
        nghttp2_hd_inflate_del(inflater);
    }
    fields
}

/// Room that is used again.
#[derive(Default)]
struct OurFields(Vec<u8>);

fn encode(story: &Story, OurFields(out): &mut OurFields) -> usize {
    let mut encoder = Encoder::new(TABLE);
    for section in &story.sections {
        out.clear();
        encoder.encode(section.iter().map(|(name, value)| Field::new(name, value)), out);
        black_box(&*out);
    }
    count(&story.sections)
}

fn nghttp2_encode(story: &Story) -> usize {
    let mut out = [0; 16_384];
    let mut list = Vec::new();
    let mut deflater = ptr::null_mut();
    // SAFETY: the deflater lives from here to its end below, reads fields that the story keeps, and
    // writes within the length that it is told.
    unsafe {
        assert_eq!(nghttp2_hd_deflate_new(&mut deflater, TABLE as usize), 0);
        for section in &story.sections {
            list.clear();
            list.extend(section.iter().map(|(name, value)| name_value(name, value)));
            let (fields, count) = (list.as_ptr(), list.len());
            let len = nghttp2_hd_deflate_hd2(deflater, out.as_mut_ptr(), out.len(), fields, count);
            assert!(len > 0, "a block");
            black_box(&out);
        }
        nghttp2_hd_deflate_del(deflater);
    }
    count(&story.sections)
}

fn count(sections: &[Section]) -> usize {
    sections.iter().map(Vec::len).sum()
}
