//! The stories of http2jp/hpack-test-case: field sections in the order of a connection, and what
//! several encoders made of them.

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

/// Names and values, in octets.
pub type Section = Vec<(Vec<u8>, Vec<u8>)>;

/// Blocks that share a compression context.
pub struct Story {
    /// Empty for the folder `raw-data`.
    pub blocks: Vec<Vec<u8>>,
    pub sections: Vec<Section>,
}

/// The folder of the stories: beside the repository, or where HPACK_TEST_CASE says.
pub fn folder() -> Option<PathBuf> {
    let beside =
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/hpack-test-case");
    let folder = env::var_os("HPACK_TEST_CASE").map_or_else(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// All stories of one encoder.
pub fn stories(folder: &Path) -> Vec<Story> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.iter().map(|path| story(path)).collect()
}

fn story(path: &Path) -> Story {
    let text = fs::read_to_string(path).expect("a story");
    let json: Value = serde_json::from_str(&text).expect("JSON");
    let cases = json["cases"].as_array().expect("cases");
    Story {
        blocks: cases.iter().filter_map(|case| case["wire"].as_str()).map(octets).collect(),
        sections: cases.iter().map(section).collect(),
    }
}

fn section(case: &Value) -> Section {
    let fields = case["headers"].as_array().expect("fields").iter();
    let field = |field: &Value| {
        let (name, value) =
            field.as_object().and_then(|field| field.iter().next()).expect("a field");
        (name.clone().into_bytes(), value.as_str().expect("a value").as_bytes().to_vec())
    };
    fields.map(field).collect()
}

fn octets(hex: &str) -> Vec<u8> {
    let octet = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
    (0..hex.len()).step_by(2).map(octet).collect()
}
