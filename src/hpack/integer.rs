//! Integers with a prefix (RFC 7541 §5.1).

use super::DecodeError;

/// Continuation octets of a value below 2^32. More can only be padding, or overflow.
const MAX_CONTINUATIONS: u32 = 5;

/// Takes an integer off the front of `input`, whose first octet holds it in its low `prefix` bits.
#[inline]
pub(super) fn decode(prefix: u32, input: &mut &[u8]) -> Result<u32, DecodeError> {
    let (&first, rest) = input.split_first().ok_or(DecodeError::Truncated)?;
    *input = rest;
    let full = (1 << prefix) - 1;
    let value = u32::from(first) & full;
    if value < full { Ok(value) } else { decode_continuation(full, input) }
}

/// The rest of an integer that overflows its prefix.
#[cold]
fn decode_continuation(full: u32, input: &mut &[u8]) -> Result<u32, DecodeError> {
    let mut value = u64::from(full);
    for position in 0..MAX_CONTINUATIONS {
        let (&octet, rest) = input.split_first().ok_or(DecodeError::Truncated)?;
        *input = rest;
        value += u64::from(octet & 0x7f) << (7 * position);
        if octet & 0x80 == 0 {
            return u32::try_from(value).map_err(|_| DecodeError::IntegerOverflow);
        }
    }
    Err(DecodeError::IntegerOverflow)
}

/// Appends `value` with a prefix of `prefix` bits; `pattern` fills the bits above it.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "each cast is of a value below 0x100")]
pub(super) fn encode(value: usize, prefix: u32, pattern: u8, out: &mut Vec<u8>) {
    let full = (1 << prefix) - 1;
    if value < full {
        out.push(pattern | value as u8);
        return;
    }
    out.push(pattern | full as u8);
    let mut rest = value - full;
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(prefix: u32, mut input: &[u8]) -> Result<(u32, usize), DecodeError> {
        decode(prefix, &mut input).map(|value| (value, input.len()))
    }

    fn encoded(value: usize, prefix: u32, pattern: u8) -> Vec<u8> {
        let mut out = Vec::new();
        encode(value, prefix, pattern, &mut out);
        out
    }

    #[test]
    fn examples_of_rfc_7541_c_1() {
        assert_eq!(encoded(10, 5, 0xe0), [0xea]);
        assert_eq!(encoded(1337, 5, 0), [0x1f, 0x9a, 0x0a]);
        assert_eq!(encoded(42, 8, 0), [0x2a]);
        assert_eq!(decoded(5, &[0xea]), Ok((10, 0)));
        assert_eq!(decoded(5, &[0x1f, 0x9a, 0x0a, 0xff]), Ok((1337, 1)));
        assert_eq!(decoded(8, &[0x2a]), Ok((42, 0)));
    }

    #[test]
    fn values_around_every_boundary_come_back() {
        for prefix in 1..=8 {
            let boundaries = (0..32).flat_map(|bit| [(1u32 << bit) - 1, 1 << bit]);
            for value in boundaries.chain([(1 << prefix) - 2, (1 << prefix) - 1, u32::MAX]) {
                let octets = encoded(value as usize, prefix, 0);
                assert_eq!(decoded(prefix, &octets), Ok((value, 0)), "{value} in {prefix} bits");
                for cut in 0..octets.len() {
                    assert_eq!(decoded(prefix, &octets[..cut]), Err(DecodeError::Truncated));
                }
            }
        }
    }

    #[test]
    fn bits_above_the_prefix_are_ignored() {
        assert_eq!(decoded(4, &[0xf3]), Ok((3, 0)));
        assert_eq!(decoded(4, &[0xff, 0x01]), Ok((16, 0)));
    }

    #[test]
    fn more_than_32_bits_overflow() {
        // 2^32 - 1 is the greatest value taken: 127 + 0xffff_ff80.
        assert_eq!(decoded(7, &[0x7f, 0x80, 0xff, 0xff, 0xff, 0x0f]), Ok((u32::MAX, 0)));
        let overflow = Err(DecodeError::IntegerOverflow);
        assert_eq!(decoded(7, &[0x7f, 0x81, 0xff, 0xff, 0xff, 0x0f]), overflow);
        assert_eq!(decoded(7, &[0x7f, 0xff, 0xff, 0xff, 0xff, 0x7f]), overflow);
    }

    #[test]
    fn padding_beyond_five_octets_overflows() {
        assert_eq!(decoded(7, &[0x7f, 0x80, 0x80, 0x80, 0x80, 0x00]), Ok((127, 0)));
        let padded = [0x7f, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00];
        assert_eq!(decoded(7, &padded), Err(DecodeError::IntegerOverflow));
    }
}
