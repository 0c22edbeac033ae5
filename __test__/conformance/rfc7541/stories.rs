//! The stories of http2jp/hpack-test-case: field sections in the order of a connection, and what
//! ten encoders made of them.
//!
//! They are expected in `shared/data/hpack-test-case` beside the repository, or where the variable
//! `HPACK_TEST_CASE` says. Without the variable a missing folder skips these tests, with a message;
//! with it, they fail.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

use rust_http2::hpack::{Decoder, Encoder};
use serde_json::Value;

use super::{Line, decode, fields, hex, lines};

const VARIABLE: &str = "HPACK_TEST_CASE";

/// One story: blocks that share a compression context.
struct Story {
    name: String,
    cases: Vec<Case>,
}

struct Case {
    /// The block, but for `raw-data`.
    wire: Option<Vec<u8>>,
    lines: Vec<Line>,
    /// SETTINGS_HEADER_TABLE_SIZE, where it is set before this block.
    table_size: Option<u32>,
}

/// The folder with the stories, or nothing, and a word about it, if they are not here.
fn folder() -> Option<PathBuf> {
    if let Some(path) = env::var_os(VARIABLE) {
        let path = PathBuf::from(path);
        assert!(path.is_dir(), "{VARIABLE} names {}, which is no folder", path.display());
        return Some(path);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/hpack-test-case");
    if path.is_dir() {
        return Some(path);
    }
    // Not eprintln!, whose words the test harness keeps to itself when a test passes.
    let written = writeln!(
        io::stderr(),
        "SKIPPED: no stories of hpack-test-case in {}; set {VARIABLE} to their folder",
        path.display()
    );
    written.expect("stderr takes a line");
    None
}

/// All stories of one encoder, by file name.
fn stories(folder: &Path) -> BTreeMap<String, Story> {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let paths = entries.map(|entry| entry.expect("the entry can be read").path());
    let json = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    json.map(|path| {
        (path.file_name().expect("a file").to_string_lossy().into_owned(), story(&path))
    })
    .collect()
}

fn story(path: &Path) -> Story {
    let text = fs::read_to_string(path).expect("the story can be read");
    let json: Value = serde_json::from_str(&text).expect("the story is JSON");
    let cases = json["cases"].as_array().expect("a story has cases");
    Story { name: path.display().to_string(), cases: cases.iter().map(case).collect() }
}

fn case(json: &Value) -> Case {
    let line = |header: &Value| {
        let (name, value) = header.as_object()?.iter().next()?;
        Some((name.clone().into_bytes(), value.as_str()?.as_bytes().to_vec()))
    };
    let headers = json["headers"].as_array().expect("a case has headers");
    Case {
        wire: json["wire"].as_str().map(hex),
        lines: headers.iter().map(|h| line(h).expect("a header is a name and a value")).collect(),
        table_size: json["header_table_size"].as_u64().map(|n| n.try_into().expect("32 bits")),
    }
}

#[test]
fn every_story_decodes_to_its_list() {
    let Some(folder) = folder() else { return };
    let (mut encoders, mut blocks) = (0, 0);
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if !path.is_dir() || path.ends_with("raw-data") {
            continue;
        }
        encoders += 1;
        for story in stories(&path).values() {
            let mut decoder = Decoder::new(4096);
            for (number, case) in story.cases.iter().enumerate() {
                if let Some(size) = case.table_size {
                    decoder.set_max_table_size(size);
                }
                let wire = case.wire.as_ref().expect("an encoded case has its wire");
                let list = decode(&mut decoder, wire)
                    .unwrap_or_else(|error| panic!("{} case {number}: {error}", story.name));
                assert_eq!(lines(&list), case.lines, "{} case {number}", story.name);
                blocks += 1;
            }
        }
    }
    println!("{blocks} blocks of {encoders} encoders");
    assert!(encoders >= 9 && blocks >= 25_000, "the collection is not complete");
}

#[test]
fn our_wire_is_no_longer_than_nghttp2s_and_decodes_elsewhere() {
    let Some(folder) = folder() else { return };
    let theirs = stories(&folder.join("nghttp2"));
    let (mut our_octets, mut their_octets, mut raw_octets) = (0, 0, 0);
    for (file, story) in &stories(&folder.join("raw-data")) {
        let mut encoder = Encoder::new(4096);
        let mut decoder = Decoder::new(4096);
        let mut independent = fluke_hpack::Decoder::new();
        for (number, case) in story.cases.iter().enumerate() {
            let mut block = Vec::new();
            encoder.encode(fields(&case.lines), &mut block);
            let list = decode(&mut decoder, &block).expect("we read what we write");
            assert_eq!(lines(&list), case.lines, "{} case {number}", story.name);
            let read = independent.decode(&block).expect("others read what we write");
            assert_eq!(read, case.lines, "{} case {number}", story.name);
            our_octets += block.len();
            raw_octets +=
                case.lines.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        }
        their_octets += wire_len(&theirs[file]);
    }
    println!("raw {raw_octets} octets, ours {our_octets}, nghttp2's {their_octets}");
    assert!(our_octets <= their_octets, "ours {our_octets}, nghttp2's {their_octets}");
}

fn wire_len(story: &Story) -> usize {
    story.cases.iter().filter_map(|case| case.wire.as_ref()).map(Vec::len).sum()
}
