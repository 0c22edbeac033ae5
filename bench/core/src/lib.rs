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
}

/// All shapes.
pub const CASES: [Case; 6] = [
    Case { name: "GET, 12 octets, 1 stream", concurrency: 1, upload: 0, download: 12 },
    Case { name: "GET, 12 octets, 32 streams", concurrency: 32, upload: 0, download: 12 },
    Case { name: "GET, 12 octets, 256 streams", concurrency: 256, upload: 0, download: 12 },
    Case { name: "POST, 1 KiB, 32 streams", concurrency: 32, upload: 1024, download: 12 },
    Case { name: "GET, 1 MiB, 4 streams", concurrency: 4, upload: 0, download: 1 << 20 },
    Case { name: "POST, 1 MiB, 4 streams", concurrency: 4, upload: 1 << 20, download: 12 },
];

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
    /// The fields of a request.
    pub fn request(&self) -> Fields {
        let method = if self.upload > 0 { "POST" } else { "GET" };
        let pseudo = [
            (":method", method),
            (":scheme", "http"),
            (":authority", "localhost"),
            (":path", "/index.html"),
        ];
        pseudo.into_iter().chain(REQUEST_FIELDS).map(field).collect()
    }

    /// The fields of a response.
    pub fn response(&self) -> Fields {
        [(":status", "200")].into_iter().chain(RESPONSE_FIELDS).map(field).collect()
    }
}

fn field((name, value): (&'static str, &'static str)) -> Field<'static> {
    Field::new(name.as_bytes(), value.as_bytes())
}
