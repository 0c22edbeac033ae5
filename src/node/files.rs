//! Files, with fewer ways to the thread pool than Node's.
//!
//! Node takes a job each for opening a file, its figures, every read and closing it. For a file of
//! a few KiB the ways to and from the pool cost several times what the file does: several such files
//! are read in one job. Of larger ones, what the system has in memory is read without any.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use napi::bindgen_prelude::{AsyncTask, Buffer, BufferSlice};
use napi::{Env, Result, Task};
use napi_derive::napi;

use super::guard::{entry, error};
use super::raw;

/// What stands for the length of a file that was not read.
const NOT_READ: i32 = -1;

/// Files to be read whole, up to `limit` octets each.
pub(crate) struct ReadFiles {
    paths: Vec<String>,
    limit: u32,
}

impl ReadFiles {
    /// A table of lengths, a little-endian word of 32 bits for each path, and the octets of all
    /// files that were read.
    fn read(&self) -> Vec<u8> {
        let mut octets = vec![0; self.paths.len() * size_of::<i32>()];
        for (place, path) in self.paths.iter().enumerate() {
            let start = octets.len();
            let length = read_whole(path.as_ref(), self.limit, &mut octets).unwrap_or_else(|_| {
                octets.truncate(start);
                NOT_READ
            });
            let place = place * size_of::<i32>();
            octets[place..place + size_of::<i32>()].copy_from_slice(&length.to_le_bytes());
        }
        octets
    }
}

/// Appends a regular file of at most `limit` octets; its length.
fn read_whole(path: &Path, limit: u32, octets: &mut Vec<u8>) -> io::Result<i32> {
    // Looked at before it is opened: opening a FIFO waits, and tells whoever writes to it.
    small_length(&fs::metadata(path)?, limit)?;
    read_opened(&mut fs::File::open(path)?, limit, octets)
}

/// Looks again: the name may be another file's by now, and the length is that of what is read.
fn read_opened(file: &mut fs::File, limit: u32, octets: &mut Vec<u8>) -> io::Result<i32> {
    let length = small_length(&file.metadata()?, limit)?;
    let start = octets.len();
    octets.resize(start + length, 0);
    file.read_exact(&mut octets[start..])?;
    i32::try_from(length).map_err(io::Error::other)
}

/// The length of a regular file that has `limit` octets at most; an error if it is none.
fn small_length(metadata: &fs::Metadata, limit: u32) -> io::Result<usize> {
    if !metadata.is_file() || metadata.len() > u64::from(limit) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    usize::try_from(metadata.len()).map_err(io::Error::other)
}

impl Task for ReadFiles {
    type Output = Vec<u8>;
    type JsValue = Buffer;

    fn compute(&mut self) -> Result<Vec<u8>> {
        Ok(self.read())
    }

    fn resolve(&mut self, _: Env, octets: Vec<u8>) -> Result<Buffer> {
        Ok(octets.into())
    }
}

/// Reads regular files of at most `limit` octets in one job. What resolves begins with a table: for
/// each path the length of its file, 32 bits in little-endian order, or -1 where it was not read, for
/// whatever reason. The contents follow in order.
#[napi(ts_return_type = "Promise<Buffer>")]
pub(crate) fn read_files(paths: Vec<String>, limit: u32) -> AsyncTask<ReadFiles> {
    AsyncTask::new(ReadFiles { paths, limit })
}

/// Reads up to `length` octets of a descriptor into the start of a buffer, if the system has them in
/// memory; how many. 0 says that nothing is known: neither whether there is more, nor whether it can
/// be read. A negative position is where the descriptor stands.
#[napi]
pub(crate) fn read_held(
    fd: i32,
    mut buffer: BufferSlice<'_>,
    length: u32,
    position: i64,
) -> Result<u32> {
    entry(|| {
        let octets = buffer.get_mut(..length as usize).ok_or_else(|| error("a short buffer"))?;
        let count = raw::read_held(fd, octets, position).unwrap_or(0);
        u32::try_from(count).map_err(|_| error("more than was asked for"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(paths: &[&str], limit: u32) -> (Vec<i32>, Vec<u8>) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let path = |path: &&str| root.join(path).to_str().expect("UTF-8").to_owned();
        let mut octets = ReadFiles { paths: paths.iter().map(path).collect(), limit }.read();
        let contents = octets.split_off(paths.len() * 4);
        let (words, _) = octets.as_chunks();
        (words.iter().map(|word| i32::from_le_bytes(*word)).collect(), contents)
    }

    #[test]
    fn files_come_one_after_the_other() {
        let (license, manifest) = (fs::read("LICENSE").unwrap(), fs::read("Cargo.toml").unwrap());
        let (lengths, contents) = read(&["LICENSE", "Cargo.toml"], 1 << 20);
        let expected = [license.len(), manifest.len()].map(|length| i32::try_from(length).unwrap());
        assert_eq!(lengths, expected);
        assert_eq!(contents, [license, manifest].concat());
    }

    #[test]
    fn what_is_no_small_file_is_left_out() {
        let license = fs::read("LICENSE").unwrap();
        let length = u32::try_from(license.len()).unwrap();
        let paths = ["src", "no such file", "LICENSE", "src\0"];
        assert_eq!(read(&paths, length), (vec![-1, -1, length.cast_signed(), -1], license));
        assert_eq!(read(&paths, length - 1), (vec![-1; 4], Vec::new()));
    }

    #[test]
    fn what_is_no_small_file_once_it_is_open_is_left_alone() {
        let license = fs::read("LICENSE").unwrap();
        let length = i32::try_from(license.len()).unwrap();
        let mut file = fs::File::open("LICENSE").unwrap();
        let mut octets = Vec::new();
        assert!(read_opened(&mut file, length.cast_unsigned() - 1, &mut octets).is_err());
        assert_eq!(read_opened(&mut file, length.cast_unsigned(), &mut octets).unwrap(), length);
        assert_eq!(octets, license);
    }
}
