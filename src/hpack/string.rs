//! String literals (RFC 7541 §5.2).

use super::{DecodeError, huffman, integer};

/// The flag for a Huffman-coded string, above a length of 7 bits.
const HUFFMAN: u8 = 0x80;

/// Octets that a literal may have on the wire, as in nghttp2: no honest field comes near it.
const MAX_LITERAL: usize = 65_536;

/// Takes a string literal off the front of `input` and appends its octets to `out`.
///
/// Returns its length; or nothing when it has more than `limit` octets, and then `out` is as it
/// was, though the literal has been checked and taken.
pub(super) fn decode(
    limit: usize,
    input: &mut &[u8],
    out: &mut Vec<u8>,
) -> Result<Option<usize>, DecodeError> {
    let coded = input.first().is_some_and(|first| first & HUFFMAN != 0);
    let len = integer::decode(7, input)? as usize;
    if len > MAX_LITERAL {
        return Err(DecodeError::StringTooLong);
    }
    let (literal, rest) = input.split_at_checked(len).ok_or(DecodeError::Truncated)?;
    *input = rest;
    if coded {
        let start = out.len();
        let kept = huffman::decode_up_to(limit, literal, out)?;
        Ok(kept.then(|| out.len() - start))
    } else if len <= limit {
        out.extend_from_slice(literal);
        Ok(Some(len))
    } else {
        Ok(None)
    }
}

/// Appends `octets` as a literal to `out`, Huffman-coded where that is shorter.
#[inline]
pub(super) fn encode(octets: &[u8], out: &mut Vec<u8>) {
    let coded_len = huffman::encoded_len(octets);
    if coded_len < octets.len() {
        integer::encode(coded_len, 7, HUFFMAN, out);
        huffman::encode(octets, out);
    } else {
        integer::encode(octets.len(), 7, 0, out);
        out.extend_from_slice(octets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(limit: usize, mut input: &[u8]) -> Result<(Option<Vec<u8>>, usize), DecodeError> {
        let mut out = Vec::new();
        let len = decode(limit, &mut input, &mut out)?;
        assert_eq!(len.unwrap_or(0), out.len());
        Ok((len.map(|_| out), input.len()))
    }

    #[test]
    fn the_shorter_form_is_written() {
        let mut out = Vec::new();
        encode(b"custom-key", &mut out);
        assert_eq!(out, b"\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f");
        out.clear();
        encode(b"\n\n", &mut out);
        assert_eq!(out, b"\x02\n\n");
        out.clear();
        // Three codes of 8 bits: no shorter, so left alone.
        encode(b"***", &mut out);
        assert_eq!(out, b"\x03***");
        out.clear();
        encode(b"", &mut out);
        assert_eq!(out, b"\x00");
    }

    #[test]
    fn both_forms_are_read() {
        assert_eq!(decoded(9, b"\x03abcd"), Ok((Some(b"abc".to_vec()), 1)));
        assert_eq!(decoded(9, b"\x82\x64\x02!"), Ok((Some(b"302".to_vec()), 1)));
        assert_eq!(decoded(0, b"\x00"), Ok((Some(vec![]), 0)));
        assert_eq!(decoded(0, b"\x80"), Ok((Some(vec![]), 0)));
    }

    #[test]
    fn a_string_above_the_limit_is_taken_but_not_kept() {
        assert_eq!(decoded(2, b"\x03abcd"), Ok((None, 1)));
        assert_eq!(decoded(2, b"\x82\x64\x02!"), Ok((None, 1)));
    }

    #[test]
    fn a_string_that_ends_early_is_truncated() {
        for input in [&b""[..], b"\x03ab", b"\x83\x64\x02", b"\x7f", b"\x7f\x80"] {
            assert_eq!(decoded(9, input), Err(DecodeError::Truncated), "{input:?}");
        }
    }

    #[test]
    fn a_string_that_no_honest_peer_sends_is_an_error_before_it_arrives() {
        for (form, octet) in [(0, b'a'), (HUFFMAN, 0xf9)] {
            let mut input = Vec::new();
            integer::encode(MAX_LITERAL + 1, 7, form, &mut input);
            assert_eq!(decoded(usize::MAX, &input), Err(DecodeError::StringTooLong));
            input.clear();
            integer::encode(MAX_LITERAL, 7, form, &mut input);
            input.resize(input.len() + MAX_LITERAL, octet);
            assert_eq!(decoded(0, &input), Ok((None, 0)));
        }
    }
}
