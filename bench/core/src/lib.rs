//! Shapes of traffic between a client and a server in one thread, joined by memory, and this
//! crate's engine at both ends. The binaries measure it: `rivals` against others, `instructions`
//! under callgrind.

pub mod ours;

use rust_http2::proto::Field;

/// Streams' and connections' windows at both ends, in octets.
pub const WINDOW: u32 = 4 << 20;
/// Octets that the pipe holds in each direction.
pub const PIPE: usize = 64 << 10;
/// What bodies are made of.
pub static BODY: [u8; 1 << 20] = [b'x'; 1 << 20];

/// The fields of every request, after the pseudo-fields.
pub const REQUEST_FIELDS: [(&str, &str); 3] =
    [("user-agent", "bench/1.0"), ("accept", "*/*"), ("accept-encoding", "gzip, br")];
/// The fields of every response, after the pseudo-field.
pub const RESPONSE_FIELDS: [(&str, &str); 3] = [
    ("content-type", "text/plain; charset=utf-8"),
    ("date", "Thu, 20 Nov 2025 10:00:00 GMT"),
    ("server", "bench"),
];

/// One shape of traffic.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    pub name: &'static str,
    /// Streams open at once.
    pub concurrency: usize,
    /// Octets of every request's body.
    pub upload: usize,
    /// Octets of every response's body.
    pub download: usize,
    /// How many of [`PATHS`] the requests are for, in turn.
    pub paths: usize,
}

/// What is asked for.
pub const PATHS: [&str; 4] = ["/index.html", "/style.css", "/about?page=2", "/members/17"];

/// All shapes.
pub const CASES: [Case; 7] = [
    Case { name: "GET, 12 octets, 1 stream", concurrency: 1, ..GET },
    Case { name: "GET, 12 octets, 32 streams", concurrency: 32, ..GET },
    Case { name: "GET, 12 octets, 256 streams", concurrency: 256, ..GET },
    Case { name: "POST, 1 KiB, 32 streams", concurrency: 32, upload: 1024, ..GET },
    Case { name: "the same GET, 32 streams", concurrency: 32, paths: 1, ..GET },
    Case { name: "GET, 1 MiB, 4 streams", concurrency: 4, download: 1 << 20, ..GET },
    Case { name: "POST, 1 MiB, 4 streams", concurrency: 4, upload: 1 << 20, ..GET },
];

/// What most cases have in common.
const GET: Case = Case { name: "", concurrency: 1, upload: 0, download: 12, paths: PATHS.len() };

/// Decides when a run is over.
pub trait Goal {
    /// Whether it is, after so many exchanges.
    fn is_reached(&self, exchanges: usize) -> bool;
}

/// So many exchanges, or a few more.
impl Goal for usize {
    fn is_reached(&self, exchanges: usize) -> bool {
        exchanges >= *self
    }
}

/// A field list that outlives the run.
pub type Fields = Vec<Field<'static>>;

impl Case {
    /// The method of every request.
    pub fn method(&self) -> &'static str {
        if self.upload > 0 { "POST" } else { "GET" }
    }

    /// The fields of the requests that are sent in turn.
    pub fn requests(&self) -> Vec<Fields> {
        let request = |path| {
            let pseudo = [
                (":method", self.method()),
                (":scheme", "http"),
                (":authority", "localhost"),
                (":path", path),
            ];
            pseudo.into_iter().chain(REQUEST_FIELDS).map(field).collect()
        };
        PATHS[..self.paths].iter().copied().map(request).collect()
    }

    /// The fields of a response.
    pub fn response(&self) -> Fields {
        [(":status", "200")].into_iter().chain(RESPONSE_FIELDS).map(field).collect()
    }
}

fn field((name, value): (&'static str, &'static str)) -> Field<'static> {
    Field::new(name.as_bytes(), value.as_bytes())
}
