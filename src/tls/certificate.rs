//! What a certificate says of itself (RFC 5280 §4.1), as far as a verdict on its chain has to name
//! it. Nothing here decides whether a certificate is to be trusted.

/// The names, times and key of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outline<'a> {
    /// DER of the issuer's name.
    pub(super) issuer: &'a [u8],
    /// DER of the subject's name.
    pub(super) subject: &'a [u8],
    /// Seconds since 1970 from which and until which it is valid, both included.
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    /// DER of the SubjectPublicKeyInfo.
    pub(super) key: &'a [u8],
}

impl<'a> Outline<'a> {
    /// Reads the fields up to the public key; `None` if there is no certificate in it.
    pub(super) fn parse(der: &'a [u8]) -> Option<Self> {
        let mut certificate = Reader(Reader(der).expect(SEQUENCE)?);
        let mut fields = Reader(certificate.expect(SEQUENCE)?);
        fields.skip_if(VERSION)?;
        fields.expect(INTEGER)?;
        fields.expect(SEQUENCE)?;
        let issuer = fields.expect(SEQUENCE)?;
        let mut validity = Reader(fields.expect(SEQUENCE)?);
        let (not_before, not_after) = (validity.time()?, validity.time()?);
        let subject = fields.expect(SEQUENCE)?;
        let key = fields.whole(SEQUENCE)?;
        Some(Self { issuer, subject, not_before, not_after, key })
    }

    /// Whether it names itself as its issuer.
    pub(super) fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }
}

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// `[0] EXPLICIT Version`, absent from certificates of version 1.
const VERSION: u8 = 0xa0;

/// DER (X.690), one element after the other.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Takes the next element: its tag and what it contains.
    fn element(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, first], mut rest) = self.0.split_first_chunk()?;
        let mut length = usize::from(first);
        if first & 0x80 != 0 {
            // More than three octets of length would be 16 MiB, which no certificate has.
            let (octets, behind) = rest.split_at_checked(usize::from(first & 0x7f))?;
            if octets.len() > 3 {
                return None;
            }
            length = octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet));
            rest = behind;
        }
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }

    fn expect(&mut self, wanted: u8) -> Option<&'a [u8]> {
        self.element().filter(|(tag, _)| *tag == wanted).map(|(_, content)| content)
    }

    /// Takes the next element with its tag and length.
    fn whole(&mut self, wanted: u8) -> Option<&'a [u8]> {
        let before = self.0;
        self.expect(wanted)?;
        Some(&before[..before.len() - self.0.len()])
    }

    fn skip_if(&mut self, tag: u8) -> Option<()> {
        if self.0.first() == Some(&tag) {
            self.element()?;
        }
        Some(())
    }

    /// RFC 5280 §4.1.2.5: UTCTime to 2049 and GeneralizedTime behind, to the second and in GMT.
    fn time(&mut self) -> Option<i64> {
        let (tag, text) = self.element()?;
        let digits = text.strip_suffix(b"Z")?;
        let (year, rest) = match tag {
            UTC_TIME => {
                let year = number(digits.get(..2)?)?;
                (if year < 50 { 2000 + year } else { 1900 + year }, digits.get(2..)?)
            }
            GENERALIZED_TIME => (number(digits.get(..4)?)?, digits.get(4..)?),
            _ => return None,
        };
        if rest.len() != 10 {
            return None;
        }
        let part = |n: usize| number(&rest[2 * n..2 * n + 2]);
        let (month, day) = (part(0)?, part(1)?);
        Some(((days(year, month, day) * 24 + part(2)?) * 60 + part(3)?) * 60 + part(4)?)
    }
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |sum, digit| {
        digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'))
    })
}

/// Days from 1970-01-01 to a day of the Gregorian calendar; years begin in March, so that the day
/// which is there or not comes last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let month = (month + 9) % 12;
    let leap_days = year / 4 - year / 100 + year / 400;
    // From 0000-03-01 to 1970-01-01.
    365 * year + leap_days + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(days(1970, 1, 1), 0);
        assert_eq!(days(2000, 2, 29), 11_016);
        assert_eq!(days(2000, 3, 1), 11_017);
        assert_eq!(days(2038, 1, 19), 24_855);
    }

    #[test]
    fn times_are_read_in_both_forms() {
        let time = |tag: u8, text: &[u8]| {
            Reader(&[&[tag, u8::try_from(text.len()).unwrap()], text].concat()).time()
        };
        assert_eq!(time(UTC_TIME, b"700101000000Z"), Some(0));
        assert_eq!(time(UTC_TIME, b"491231235959Z"), Some(2_524_607_999));
        assert_eq!(time(GENERALIZED_TIME, b"20500101000000Z"), Some(2_524_608_000));
        assert_eq!(time(GENERALIZED_TIME, b"2050010100000Z"), None);
        assert_eq!(time(UTC_TIME, b"70010100000xZ"), None);
        assert_eq!(time(UTC_TIME, b"7001010000"), None);
        assert_eq!(time(INTEGER, b"700101000000Z"), None);
    }

    #[test]
    fn lengths_beyond_the_octets_are_refused() {
        assert_eq!(Reader(&[SEQUENCE, 2, 0]).element(), None);
        assert_eq!(Reader(&[SEQUENCE, 0x81]).element(), None);
        assert_eq!(Reader(&[SEQUENCE, 0x84, 0, 0, 0, 1, 0]).element(), None);
        assert_eq!(Reader(&[SEQUENCE, 0x82, 0, 1, 7]).element(), Some((SEQUENCE, &[7][..])));
        assert_eq!(Outline::parse(&[]), None);
        assert_eq!(Reader(&[SEQUENCE, 1, 7, 0]).whole(SEQUENCE), Some(&[SEQUENCE, 1, 7][..]));
    }
}
