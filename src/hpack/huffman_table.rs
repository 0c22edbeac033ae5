//! The Huffman code of RFC 7541 Appendix B, and the tables that the coder runs on.
//!
//! The code is canonical: within each length the codes count up in the order of the symbols, and
//! each length continues where the one before it left off. So the lengths are all of the code, and
//! the compiler makes every table here from them.

#![allow(clippy::cast_possible_truncation, reason = "symbols, lengths and counts are below 2^16")]

/// The symbol that no string contains: its first bits are the padding (RFC 7541 §5.2).
pub(super) const EOS: u16 = 256;

/// The length of the longest code, in bits.
pub(super) const MAX_LENGTH: u32 = 30;

/// Bits that [`PAIRS`] looks at.
pub(super) const PAIR_BITS: u32 = 12;

/// The length of each symbol's code, in bits; the last is that of EOS.
#[rustfmt::skip]
pub(super) const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
    28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
     6, 10, 10, 12, 13,  6,  8, 11, 10, 10,  8, 11,  8,  6,  6,  6,
     5,  5,  5,  6,  6,  6,  6,  6,  6,  6,  7,  8, 15,  6, 12, 10,
    13,  6,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,  7,
     7,  7,  7,  7,  7,  7,  7,  7,  8,  7,  8, 13, 19, 13, 14,  6,
    15,  5,  6,  5,  6,  5,  6,  6,  6,  5,  7,  7,  6,  6,  6,  5,
     6,  7,  6,  5,  5,  6,  7,  7,  7,  7,  7, 15, 11, 14, 13, 28,
    20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
    24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
    22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
    21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
    26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
    19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
    20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
    26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
    30,
];

/// The codes of one length.
#[derive(Clone, Copy)]
struct Run {
    /// One past the last code, shifted to the top of 32 bits: only what starts with a code of this
    /// length or a shorter one is less.
    end: u64,
    /// The code of the first symbol.
    first_code: u32,
    /// Where the first symbol stands in [`SORTED`].
    first_symbol: u32,
}

const fn runs() -> [Run; MAX_LENGTH as usize + 1] {
    let mut runs = [Run { end: 0, first_code: 0, first_symbol: 0 }; 31];
    let (mut code, mut symbols, mut length) = (0, 0, 0);
    while length <= MAX_LENGTH {
        code <<= 1;
        let (first_code, first_symbol) = (code, symbols);
        let mut symbol = 0;
        while symbol < LENGTHS.len() {
            if LENGTHS[symbol] as u32 == length {
                code += 1;
                symbols += 1;
            }
            symbol += 1;
        }
        let end = (code as u64) << (32 - length);
        runs[length as usize] = Run { end, first_code, first_symbol };
        length += 1;
    }
    assert!(code == 1 << MAX_LENGTH, "the code must be complete");
    runs
}

const fn sorted() -> [u16; 257] {
    let mut sorted = [0; 257];
    let (mut next, mut length) = (0, 0);
    while length <= MAX_LENGTH {
        let mut symbol = 0;
        while symbol < LENGTHS.len() {
            if LENGTHS[symbol] as u32 == length {
                sorted[next] = symbol as u16;
                next += 1;
            }
            symbol += 1;
        }
        length += 1;
    }
    sorted
}

const fn codes() -> [u32; 256] {
    let mut codes = [0; 256];
    let mut position = 0;
    while position < SORTED.len() {
        let symbol = SORTED[position];
        if symbol != EOS {
            let run = RUNS[LENGTHS[symbol as usize] as usize];
            codes[symbol as usize] = run.first_code + (position as u32 - run.first_symbol);
        }
        position += 1;
    }
    codes
}

/// The symbol whose code `bits` starts with, and the code's length; no shorter code than
/// `least_length` may fit.
pub(super) const fn symbol_at(bits: u32, least_length: u32) -> (u16, u32) {
    let mut length = least_length;
    while bits as u64 >= RUNS[length as usize].end {
        length += 1;
    }
    let run = &RUNS[length as usize];
    let nth = (bits >> (32 - length)) - run.first_code;
    (SORTED[(run.first_symbol + nth) as usize], length)
}

const fn pairs() -> [Pair; 1 << PAIR_BITS] {
    let mut pairs = [Pair(0); 1 << PAIR_BITS];
    let mut index = 0;
    while index < pairs.len() {
        let bits = (index as u32) << (32 - PAIR_BITS);
        let (first, first_length) = symbol_at(bits, 1);
        if first_length <= PAIR_BITS {
            let (second, second_length) = symbol_at(bits << first_length, 1);
            pairs[index] = if first_length + second_length <= PAIR_BITS {
                Pair::new(first, second, 2, first_length, first_length + second_length)
            } else {
                Pair::new(first, 0, 1, first_length, first_length)
            };
        }
        index += 1;
    }
    pairs
}

/// What the next [`PAIR_BITS`] bits begin with: two symbols where they fit, else one.
///
/// From the low end: the symbols (8 bits each), the length of all their codes (8 bits), that of
/// the first one (4 bits), and how many they are (4 bits).
#[derive(Clone, Copy)]
pub(super) struct Pair(u32);

impl Pair {
    const fn new(first: u16, second: u16, count: u32, first_length: u32, length: u32) -> Self {
        let symbols = first as u32 | (second as u32) << 8;
        Self(symbols | length << 16 | first_length << 24 | count << 28)
    }

    /// The symbols; the second is nothing when there is but one.
    #[inline]
    pub(super) const fn symbols(self) -> [u8; 2] {
        [self.0 as u8, (self.0 >> 8) as u8]
    }

    /// How many symbols: 1 or 2, or 0 when the first code is longer than [`PAIR_BITS`].
    #[inline]
    pub(super) const fn count(self) -> usize {
        (self.0 >> 28) as usize
    }

    /// The bits that all symbols take.
    #[inline]
    pub(super) const fn length(self) -> u32 {
        self.0 >> 16 & 0xff
    }

    /// The bits that the first symbol takes.
    #[inline]
    pub(super) const fn first_length(self) -> u32 {
        self.0 >> 24 & 0xf
    }
}

/// The runs of codes by their length.
static RUNS: [Run; MAX_LENGTH as usize + 1] = runs();

/// All symbols in the order of their codes.
static SORTED: [u16; 257] = sorted();

/// The code of each symbol, in the low bits.
pub(super) static CODES: [u32; 256] = codes();

/// The symbols that every sequence of [`PAIR_BITS`] bits begins with.
pub(super) static PAIRS: [Pair; 1 << PAIR_BITS] = pairs();
