//! This crate's engine against nghttp2, which Node's builtin module is made of, and the `h2` crate.
//! All send the same fields and bodies with the same windows; what differs is their own.
//!
//! They are measured in turn, several rounds each, by the processor's time, and the medians
//! compared. `h2` needs an async runtime and runs over tokio's in-memory pipe, as its users run it
//! over a socket.
//!
//! Words given are parts of the names of what is to be measured; without any, all is.

mod h2_crate;
mod hpack;
mod nghttp2;
mod stories;

use std::time::Duration;

use rust_http2_bench::{CASES, Goal, ours};

/// Measurements of each side for each case.
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(400);

/// The processor's time that this thread may take.
#[derive(Clone, Copy)]
struct Clock {
    start: Duration,
    limit: Duration,
}

impl Clock {
    fn start(limit: Duration) -> Clock {
        Clock { start: thread_time(), limit }
    }

    fn elapsed(&self) -> f64 {
        (thread_time() - self.start).as_secs_f64()
    }
}

impl Goal for Clock {
    fn is_reached(&self, _exchanges: usize) -> bool {
        thread_time() - self.start >= self.limit
    }
}

/// What this thread has had of its processor.
fn thread_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on all platforms that this is run on, and `time` is ours to write.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(result, 0, "a clock for threads");
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).expect("nanoseconds"))
}

/// The rate of each of `runs`, which answer how much they did in a round: medians.
fn rates<const N: usize>(mut runs: [&mut dyn FnMut(Clock) -> usize; N]) -> [f64; N] {
    let mut rates = [const { Vec::new() }; N];
    // A first round of each warms up and does not count.
    for round in 0..=ROUNDS {
        for (run, rates) in runs.iter_mut().zip(&mut rates) {
            let clock = Clock::start(ROUND);
            let done = run(clock);
            if round > 0 {
                rates.push(done as f64 / clock.elapsed());
            }
        }
    }
    rates.map(median)
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let wanted = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word));
    let heads = ["requests/s, median", "rust-http2", "nghttp2", "ratio", "h2", "ratio"];
    println!("{}", row(heads.map(String::from)));
    for case in CASES.into_iter().filter(|case| wanted(case.name)) {
        let [ours, nghttp2, h2] = rates([
            &mut |clock| ours::run(case, &clock),
            &mut |clock| nghttp2::run(case, &clock),
            &mut |clock| h2_crate::run(case, clock),
        ]);
        let ratio = |rival: f64| format!("{:.2}", ours / rival);
        let rate = |rate: f64| format!("{rate:.0}");
        let name = case.name.to_string();
        println!("{}", row([name, rate(ours), rate(nghttp2), ratio(nghttp2), rate(h2), ratio(h2)]));
    }
    if wanted("hpack") {
        hpack::compare();
    }
}

fn row([name, ours, nghttp2, ratio, h2, h2_ratio]: [String; 6]) -> String {
    format!("{name:<30} {ours:>12} {nghttp2:>12} {ratio:>6} {h2:>12} {h2_ratio:>6}")
}
