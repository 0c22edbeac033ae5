//! The pad rules that DATA, HEADERS and PUSH_PROMISE share (RFC 9113 §6.1).

use super::{Flags, FrameErrorKind, Head};

/// Octets of padding to send after a payload; padding is zeros (RFC 9113 §6.1).
pub const ZEROS: &[u8; 255] = &[0; 255];

/// Padding of a frame to be sent: none, or a pad length octet and 0 to 255 octets after it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Padding(u16);

impl Padding {
    /// No pad length octet, no padding.
    pub const NONE: Padding = Padding(0);

    /// A pad length octet and `octets` of padding.
    pub const fn octets(octets: u8) -> Padding {
        Padding(octets as u16 + 1)
    }

    /// As much as brings head and payload to a multiple of 8 octets, within `max_len` octets of
    /// payload in all.
    pub fn aligned(len: usize, max_len: usize) -> Padding {
        let over = (Head::LEN + len) % 8;
        if over == 0 { Padding::NONE } else { Padding::limited(8 - over, len, max_len) }
    }

    /// As much as there may be, within `max_len` octets of payload in all.
    pub fn max(len: usize, max_len: usize) -> Padding {
        Padding::limited(256, len, max_len)
    }

    fn limited(wanted: usize, len: usize, max_len: usize) -> Padding {
        let added = wanted.min(max_len.saturating_sub(len)).min(256);
        Padding(u16::try_from(added).unwrap_or(256))
    }

    /// What it adds to the payload's length, the pad length octet included: `0..=256`.
    pub const fn added(self) -> u32 {
        self.0 as u32
    }

    /// The value of the pad length octet, if there is one.
    pub fn pad_length(self) -> Option<u8> {
        self.0.checked_sub(1).and_then(|length| u8::try_from(length).ok())
    }

    /// The octets that follow the payload.
    pub fn trailer(self) -> &'static [u8] {
        &ZEROS[..usize::from(self.0.saturating_sub(1))]
    }

    /// `flags` with PADDED if there is padding.
    pub(super) fn mark(self, flags: Flags) -> Flags {
        Flags(flags.0 & !Flags::PADDED.0).with(Flags::PADDED, self.0 > 0)
    }
}

/// Splits `payload` of a frame with `flags` into its content and its padding.
pub(super) fn strip(flags: Flags, payload: &[u8]) -> Result<(&[u8], Padding), FrameErrorKind> {
    if !flags.contains(Flags::PADDED) {
        return Ok((payload, Padding::NONE));
    }
    // RFC 9113 §4.2: too short for mandatory data is a matter of size, not of padding.
    let (&pad_length, rest) = payload.split_first().ok_or(FrameErrorKind::BadLength)?;
    let content = rest
        .len()
        .checked_sub(usize::from(pad_length))
        .map(|len| &rest[..len])
        .ok_or(FrameErrorKind::BadPadding)?;
    Ok((content, Padding::octets(pad_length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_counts_its_length_octet() {
        assert_eq!(Padding::NONE.added(), 0);
        assert_eq!(Padding::NONE.pad_length(), None);
        assert_eq!(Padding::octets(0).added(), 1);
        assert_eq!(Padding::octets(0).pad_length(), Some(0));
        assert_eq!(Padding::octets(255).added(), 256);
        assert_eq!(Padding::octets(255).pad_length(), Some(255));
        assert_eq!(Padding::octets(255).trailer().len(), 255);
    }

    #[test]
    fn alignment_is_of_the_whole_frame() {
        for len in 0..64 {
            let added = Padding::aligned(len, 16_384).added() as usize;
            assert_eq!((Head::LEN + len + added) % 8, 0);
            assert!(added < 8);
        }
    }

    #[test]
    fn padding_stays_within_the_limit() {
        assert_eq!(Padding::aligned(16_380, 16_384).added(), 3);
        assert_eq!(Padding::aligned(16_383, 16_384).added(), 0);
        assert_eq!(Padding::aligned(16_384, 16_384).added(), 0);
        assert_eq!(Padding::aligned(16_382, 16_383).added(), 1);
        assert_eq!(Padding::max(10, 16_384).added(), 256);
        assert_eq!(Padding::max(16_300, 16_384).added(), 84);
        assert_eq!(Padding::max(20_000, 16_384).added(), 0);
    }

    #[test]
    fn padding_may_fill_the_payload_but_not_exceed_it() {
        let strip = |payload| strip(Flags::PADDED, payload);
        assert_eq!(strip(&[2, b'a', 0, 0]), Ok((&b"a"[..], Padding::octets(2))));
        assert_eq!(strip(&[3, 0, 0, 0]), Ok((&b""[..], Padding::octets(3))));
        assert_eq!(strip(&[0]), Ok((&b""[..], Padding::octets(0))));
        assert_eq!(strip(&[4, 0, 0, 0]), Err(FrameErrorKind::BadPadding));
        assert_eq!(strip(&[1]), Err(FrameErrorKind::BadPadding));
        assert_eq!(strip(&[]), Err(FrameErrorKind::BadLength));
    }
}
