//! One shape of traffic, for callgrind: `instructions CASE EXCHANGES`, where CASE is the place of a
//! case among all. Without arguments it lists them.

use rust_http2_bench::{CASES, ours};

fn main() {
    let arguments: Vec<usize> =
        std::env::args().skip(1).map(|number| number.parse().expect("a number")).collect();
    match arguments[..] {
        [] => CASES.iter().for_each(|case| println!("{}", case.name)),
        [case, exchanges] => {
            ours::run(CASES[case], &exchanges);
        }
        _ => panic!("instructions CASE EXCHANGES"),
    }
}
