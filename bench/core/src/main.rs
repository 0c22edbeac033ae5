//! A client and a server in one thread, joined by memory: this crate's engine against the `h2`
//! crate. Both send the same fields and bodies with the same windows; what differs is their own.
//!
//! The two are measured in turn, several rounds each, and the medians compared. `h2` needs an
//! async runtime and runs over tokio's in-memory pipe, as its users run it over a socket.

mod h2_crate;
mod ours;

use std::time::{Duration, Instant};

/// Streams' and connections' windows at both ends, in octets.
const WINDOW: u32 = 4 << 20;
/// Octets that the pipe holds in each direction.
const PIPE: usize = 64 << 10;
/// What bodies are made of.
static BODY: [u8; 1 << 20] = [b'x'; 1 << 20];
/// Measurements of each side for each case.
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(600);

/// The fields of every request, after the pseudo-fields.
const REQUEST_FIELDS: [(&str, &str); 3] =
    [("user-agent", "bench/1.0"), ("accept", "*/*"), ("accept-encoding", "gzip, br")];
/// The fields of every response, after the pseudo-field.
const RESPONSE_FIELDS: [(&str, &str); 3] = [
    ("content-type", "text/plain; charset=utf-8"),
    ("date", "Thu, 20 Nov 2025 10:00:00 GMT"),
    ("server", "bench"),
];

/// One shape of traffic.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    /// Streams open at once.
    concurrency: usize,
    /// Octets of every request's body.
    upload: usize,
    /// Octets of every response's body.
    download: usize,
}

const CASES: [Case; 6] = [
    Case { name: "GET, 12 octets, 1 stream", concurrency: 1, upload: 0, download: 12 },
    Case { name: "GET, 12 octets, 32 streams", concurrency: 32, upload: 0, download: 12 },
    Case { name: "GET, 12 octets, 256 streams", concurrency: 256, upload: 0, download: 12 },
    Case { name: "POST, 1 KiB, 32 streams", concurrency: 32, upload: 1024, download: 12 },
    Case { name: "GET, 1 MiB, 4 streams", concurrency: 4, upload: 0, download: 1 << 20 },
    Case { name: "POST, 1 MiB, 4 streams", concurrency: 4, upload: 1 << 20, download: 12 },
];

/// Decides when a round is over.
struct Clock {
    start: Instant,
    limit: Duration,
}

impl Clock {
    fn start(limit: Duration) -> Clock {
        Clock { start: Instant::now(), limit }
    }

    fn is_over(&self) -> bool {
        self.start.elapsed() >= self.limit
    }

    /// Exchanges a second, given how many there were since the start.
    fn rate(&self, exchanges: usize) -> f64 {
        exchanges as f64 / self.start.elapsed().as_secs_f64()
    }
}

fn main() {
    println!("{:<30} {:>14} {:>14} {:>8}", "requests/s, median", "rust-http2", "h2", "ratio");
    for case in CASES {
        let mut ours = Vec::new();
        let mut rival = Vec::new();
        // A first round of each warms up and does not count.
        for round in 0..=ROUNDS {
            let (a, b) = (ours::run(case, ROUND), h2_crate::run(case, ROUND));
            if round > 0 {
                ours.push(a);
                rival.push(b);
            }
        }
        let (ours, rival) = (median(ours), median(rival));
        println!("{:<30} {ours:>14.0} {rival:>14.0} {:>8.2}", case.name, ours / rival);
    }
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}
