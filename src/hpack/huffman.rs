//! Huffman coding of strings (RFC 7541 §5.2).
//!
//! Decoding looks up 12 bits at a time, which yields two symbols for most of what fields are made
//! of; the few codes longer than that are found by their length.

use super::DecodeError;
use super::huffman_table::{CODES, LENGTHS, PAIR_BITS, PAIRS, Pair, symbol_at};

/// Octets of coded input that are decoded before the output is held against its limit.
const CHUNK: usize = 4096;

/// The least number of bits in a refilled [`BitReader`].
const REFILLED: u32 = 56;

/// The shortest code, in bits.
const MIN_LENGTH: usize = 5;

/// How many octets `octets` take when coded, padding included.
pub fn encoded_len(octets: &[u8]) -> usize {
    let bits: usize = octets.iter().map(|&octet| usize::from(LENGTHS[usize::from(octet)])).sum();
    bits.div_ceil(8)
}

/// Appends `octets` in coded form to `out`.
pub fn encode(octets: &[u8], out: &mut Vec<u8>) {
    // At most 31 bits are left from one octet to the next, and a code adds at most 30.
    let (mut bits, mut count) = (0u64, 0u32);
    for &octet in octets {
        let length = u32::from(LENGTHS[usize::from(octet)]);
        bits = bits << length | u64::from(CODES[usize::from(octet)]);
        count += length;
        if count >= 32 {
            count -= 32;
            out.extend_from_slice(&low_octets(bits >> count));
        }
    }
    if count > 0 {
        // RFC 7541 §5.2: the first bits of EOS, all ones, fill the last octet.
        let padded = (bits << 32 | 0xffff_ffff) >> count;
        out.extend_from_slice(&low_octets(padded)[..count.div_ceil(8) as usize]);
    }
}

/// The low 32 bits in the order of the wire.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the bits above are written already")]
fn low_octets(bits: u64) -> [u8; 4] {
    (bits as u32).to_be_bytes()
}

/// Appends to `out` what `input` is the coded form of.
///
/// # Errors
///
/// [`DecodeError::HuffmanEos`], [`DecodeError::HuffmanPaddingTooLong`] or
/// [`DecodeError::HuffmanPaddingInvalid`], with part of the string in `out`.
pub fn decode(input: &[u8], out: &mut Vec<u8>) -> Result<(), DecodeError> {
    decode_up_to(usize::MAX, input, out).map(|_| ())
}

/// As [`decode`], but a string of more than `limit` octets is only checked: then nothing is
/// appended, `out` has grown by little more than `limit` in between, and the answer is false.
pub(super) fn decode_up_to(
    limit: usize,
    input: &[u8],
    out: &mut Vec<u8>,
) -> Result<bool, DecodeError> {
    let start = out.len();
    let mut reader = BitReader::default();
    let mut fits = true;
    for chunk in input.chunks(CHUNK) {
        let at = out.len();
        // Two octets more, for a pair's second symbol is written whether it counts or not; and the
        // reader may hold up to 7 octets of the chunk before.
        out.resize(at + (chunk.len() + 4) * 8 / MIN_LENGTH + 2, 0);
        let written = reader.decode(chunk, &mut out[at..])?;
        out.truncate(at + written);
        fits &= out.len() - start <= limit;
        if !fits {
            out.truncate(start);
        }
    }
    reader.finish()?;
    Ok(fits)
}

/// The bits between the octets taken from the input and the symbols made of them.
#[derive(Default)]
struct BitReader {
    /// The bits, from the top. Those after the first `count` are zero or what follows in the input.
    bits: u64,
    count: u32,
}

impl BitReader {
    /// Decodes `input` but for the bits of a symbol that it does not complete. Returns how many
    /// octets were written to `out`, which must have room for all.
    fn decode(&mut self, mut input: &[u8], out: &mut [u8]) -> Result<usize, DecodeError> {
        let mut at = 0;
        while self.refill(&mut input) {
            // Enough bits for this many pairs, or for one code of any length.
            for _ in 0..REFILLED / PAIR_BITS {
                let pair = self.peek();
                if pair.count() == 0 {
                    let (symbol, length) = self.peek_long()?;
                    if length <= self.count {
                        out[at] = symbol;
                        at += 1;
                        self.skip(length);
                    }
                    break;
                }
                out[at..at + 2].copy_from_slice(&pair.symbols());
                at += pair.count();
                self.skip(pair.length());
            }
        }
        loop {
            let pair = self.peek();
            let (symbols, count, length) = match pair.count() {
                0 => {
                    let (symbol, length) = self.peek_long()?;
                    ([symbol, 0], 1, length)
                }
                count if pair.length() <= self.count => (pair.symbols(), count, pair.length()),
                _ => (pair.symbols(), 1, pair.first_length()),
            };
            if length > self.count {
                return Ok(at);
            }
            out[at..at + 2].copy_from_slice(&symbols);
            at += count;
            self.skip(length);
        }
    }

    /// Tops the bits up. False when the input did not suffice for [`REFILLED`] bits; all of it has
    /// been taken then.
    #[inline]
    fn refill(&mut self, input: &mut &[u8]) -> bool {
        if let Some(next) = input.first_chunk::<8>() {
            self.bits |= u64::from_be_bytes(*next) >> self.count;
            let taken = (63 - self.count) / 8;
            self.count += taken * 8;
            *input = &input[taken as usize..];
            return true;
        }
        while self.count < REFILLED {
            let Some((&next, rest)) = input.split_first() else { return false };
            self.bits |= u64::from(next) << (REFILLED - self.count);
            self.count += 8;
            *input = rest;
        }
        true
    }

    #[inline]
    fn peek(&self) -> Pair {
        PAIRS[(self.bits >> (64 - PAIR_BITS)) as usize]
    }

    /// The next symbol when its code is longer than what [`peek`](Self::peek) looks at, and the
    /// code's length.
    #[cold]
    fn peek_long(&self) -> Result<(u8, u32), DecodeError> {
        let (symbol, length) = symbol_at((self.bits >> 32) as u32, PAIR_BITS + 1);
        // RFC 7541 §5.2: a string that contains EOS is a decoding error.
        u8::try_from(symbol).map(|octet| (octet, length)).map_err(|_| DecodeError::HuffmanEos)
    }

    #[inline]
    fn skip(&mut self, length: u32) {
        self.bits <<= length;
        self.count -= length;
    }

    /// Checks that the bits left over are padding as RFC 7541 §5.2 has it: at most 7, all ones.
    fn finish(self) -> Result<(), DecodeError> {
        if self.bits.leading_ones() < self.count {
            Err(DecodeError::HuffmanPaddingInvalid)
        } else if self.count > 7 {
            Err(DecodeError::HuffmanPaddingTooLong)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hpack::huffman_table::EOS;

    fn encoded(octets: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        encode(octets, &mut out);
        assert_eq!(out.len(), encoded_len(octets));
        out
    }

    fn decoded(input: &[u8]) -> Result<Vec<u8>, DecodeError> {
        let mut out = b"before ".to_vec();
        decode(input, &mut out)?;
        Ok(out.strip_prefix(b"before ").expect("what was in the buffer stays").to_vec())
    }

    /// Packs codes given as text, with spaces for the eye, and pads with ones.
    fn bits(text: &str) -> Vec<u8> {
        let text: Vec<u8> = text.bytes().filter(|&digit| digit != b' ').collect();
        let octet =
            |digits: &[u8]| (0..8).fold(0, |o, i| o << 1 | digits.get(i).map_or(1, |d| d - b'0'));
        text.chunks(8).map(octet).collect()
    }

    /// The code bit by bit: what the tables must agree with.
    fn code(symbol: usize) -> String {
        let length = LENGTHS[symbol];
        let before = (0..LENGTHS.len())
            .filter(|&other| (LENGTHS[other], other) < (length, symbol))
            .map(|other| 1u64 << (30 - LENGTHS[other]))
            .sum::<u64>();
        format!("{:0width$b}", before >> (30 - length), width = usize::from(length))
    }

    #[test]
    fn codes_of_rfc_7541_appendix_b() {
        let listed = [
            (0, "1111111111000"),
            (usize::from(b'\n'), "111111111111111111111111111100"),
            (usize::from(b' '), "010100"),
            (usize::from(b'0'), "00000"),
            (usize::from(b'a'), "00011"),
            (usize::from(b'z'), "1111011"),
            (usize::from(b'~'), "1111111111101"),
            (128, "11111111111111100110"),
            (249, "1111111111111111111111111110"),
            (255, "11111111111111111111101110"),
            (usize::from(EOS), "111111111111111111111111111111"),
        ];
        for (symbol, expected) in listed {
            assert_eq!(code(symbol), expected, "symbol {symbol}");
        }
    }

    #[test]
    fn strings_of_rfc_7541_c_4_and_c_6() {
        let examples: [(&[u8], &[u8]); 4] = [
            (b"www.example.com", b"\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff"),
            (b"no-cache", b"\xa8\xeb\x10\x64\x9c\xbf"),
            (b"302", b"\x64\x02"),
            (
                b"Mon, 21 Oct 2013 20:13:21 GMT",
                b"\xd0\x7a\xbe\x94\x10\x54\xd4\x44\xa8\x20\x05\x95\x04\x0b\x81\x66\xe0\x82\xa6\x2d\x1b\xff",
            ),
        ];
        for (text, coded) in examples {
            assert_eq!(encoded(text), coded);
            assert_eq!(decoded(coded).as_deref(), Ok(text));
        }
    }

    #[test]
    fn every_pair_of_symbols_comes_back() {
        for first in 0..=255u8 {
            assert_eq!(encoded(&[first]), bits(&code(usize::from(first))));
            for second in 0..=255u8 {
                let pair = [first, second];
                let coded = bits(&(code(usize::from(first)) + &code(usize::from(second))));
                assert_eq!(encoded(&pair), coded);
                assert_eq!(decoded(&coded).as_deref(), Ok(&pair[..]));
            }
        }
    }

    #[test]
    fn strings_of_every_length_come_back() {
        // All octets, in steps that mix short codes with long ones.
        let all: Vec<u8> = (0..=255u8).cycle().step_by(89).take(2000).collect();
        for length in (0..300).chain([all.len()]) {
            assert_eq!(decoded(&encoded(&all[..length])).as_deref(), Ok(&all[..length]));
        }
    }

    #[test]
    fn strings_longer_than_a_chunk_come_back() {
        for octet in [b'0', b'x', b'&', 0, b'\n', 255] {
            let text = vec![octet; 3 * CHUNK];
            assert_eq!(decoded(&encoded(&text)).as_deref(), Ok(&text[..]));
        }
    }

    #[test]
    fn padding_is_up_to_seven_ones() {
        for ones in 0..8 {
            // Codes of five bits, as many as leave room for that much padding.
            let symbols = (0..8).find(|n| (n * 5 + ones) % 8 == 0).expect("5 and 8 are coprime");
            assert_eq!(decoded(&bits(&"00000".repeat(symbols))), Ok(vec![b'0'; symbols]));
        }
        assert_eq!(decoded(&bits("00000 111 11111111")), Err(DecodeError::HuffmanPaddingTooLong));
        assert_eq!(decoded(&[0xff]), Err(DecodeError::HuffmanPaddingTooLong));
        assert_eq!(decoded(&[0xff; 3]), Err(DecodeError::HuffmanPaddingTooLong));
    }

    #[test]
    fn padding_of_anything_but_ones_is_refused() {
        let invalid = Err(DecodeError::HuffmanPaddingInvalid);
        assert_eq!(decoded(&bits("00000 110")), invalid);
        assert_eq!(decoded(&bits("00000 000")), invalid);
        // The first 16 bits of a code of 28.
        assert_eq!(decoded(&bits("11111111 11111110")), invalid);
    }

    #[test]
    fn eos_is_refused_wherever_it_stands() {
        let eos = code(usize::from(EOS));
        for symbols in 0..40 {
            let text = "00000".repeat(symbols) + &eos;
            assert_eq!(decoded(&bits(&text)), Err(DecodeError::HuffmanEos), "after {symbols}");
            let text = text + &"00000".repeat(20);
            assert_eq!(decoded(&bits(&text)), Err(DecodeError::HuffmanEos), "after {symbols}");
        }
    }

    #[test]
    fn a_string_above_the_limit_is_checked_but_not_kept() {
        let coded = encoded(&vec![b'a'; 50_000]);
        let mut out = vec![7];
        assert_eq!(decode_up_to(49_999, &coded, &mut out), Ok(false));
        assert_eq!(out, [7]);
        assert_eq!(decode_up_to(50_000, &coded, &mut out), Ok(true));
        assert_eq!(out.len(), 50_001);

        let mut out = Vec::new();
        assert_eq!(decode_up_to(10, &coded, &mut out), Ok(false));
        assert!(out.capacity() <= 2 * CHUNK, "grew to {}", out.capacity());
        let broken = [&coded[..], &[0xff]].concat();
        assert_eq!(decode_up_to(10, &broken, &mut out), Err(DecodeError::HuffmanPaddingTooLong));
    }
}
