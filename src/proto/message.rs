//! What makes a field section a message (RFC 9113 §8).

use super::error::Offence;
use super::stream::Urgency;
use crate::hpack::{Field, FieldList};

/// Which section is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Request {
        /// Whether we offered extended CONNECT (RFC 8441).
        extended_connect: bool,
    },
    Response,
    Trailers,
}

/// What a section says that the session must know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Summary {
    /// 100 to 999 in a response, else 0.
    pub(super) status: u16,
    pub(super) head: bool,
    pub(super) connect: bool,
    pub(super) content_length: Option<u64>,
    pub(super) urgency: Option<Urgency>,
    /// Fields are in it that must not be passed on: `clean` takes them out.
    pub(super) dirty: bool,
}

/// Judges a section. RFC 9113 §8.1.1: an offence makes the message malformed, a stream error.
pub(super) fn check(
    fields: &FieldList,
    section: Section,
    strict_whitespace: bool,
) -> Result<Summary, Offence> {
    let mut pseudo = Pseudo::default();
    let mut summary = Summary::default();
    let mut host = None;
    let mut regular = false;
    for field in fields.iter() {
        if field.name.first() == Some(&b':') {
            // RFC 9113 §8.3: pseudo-fields come first, and never in trailers.
            if regular || section == Section::Trailers {
                return Err(Offence::BadPseudoField);
            }
            pseudo.take(field, section, strict_whitespace)?;
            continue;
        }
        regular = true;
        match judge(field, strict_whitespace) {
            Verdict::Good if field.name == b"host" => {
                // RFC 9113 §8.3.1: it names what :authority names, once.
                if field.value.is_empty() || host.replace(field.value).is_some() {
                    return Err(Offence::BadField);
                }
            }
            Verdict::Good => known_field(field, &mut summary)?,
            Verdict::Drop => summary.dirty = true,
            Verdict::Malformed => return Err(Offence::BadField),
        }
    }
    match section {
        Section::Request { extended_connect } => {
            pseudo.finish_request(extended_connect, host.is_some())?;
            summary.head = pseudo.method == b"HEAD";
            summary.connect = pseudo.method == b"CONNECT";
        }
        Section::Response => {
            summary.status = pseudo.status.ok_or(Offence::BadPseudoField)?;
            check_response_length(&summary)?;
        }
        Section::Trailers => {}
    }
    Ok(summary)
}

/// What a section says that is not held to any rule.
pub(super) fn skim(fields: &FieldList) -> Summary {
    let mut summary = Summary::default();
    for field in fields.iter() {
        match field.name {
            b":status" => summary.status = parse_status(field.value).unwrap_or_default(),
            b":method" => {
                summary.head = field.value == b"HEAD";
                summary.connect = field.value == b"CONNECT";
            }
            _ => {}
        }
    }
    summary
}

/// Takes out the fields that `check` found unfit to be passed on.
pub(super) fn clean(fields: &mut FieldList, strict_whitespace: bool) {
    fields.retain(|field| {
        field.name.first() == Some(&b':') || judge(field, strict_whitespace) == Verdict::Good
    });
}

/// RFC 9110 §8.6: no content-length in 1xx, and none but 0 in 204.
fn check_response_length(summary: &Summary) -> Result<(), Offence> {
    match (summary.status, summary.content_length) {
        (100..=199, Some(_)) => Err(Offence::BadContentLength),
        (204, Some(length)) if length != 0 => Err(Offence::BadContentLength),
        _ => Ok(()),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Good,
    /// Not for the application, and no reason to lose the message either.
    Drop,
    Malformed,
}

/// Judges name and value of a regular field by their octets alone.
fn judge(field: Field<'_>, strict_whitespace: bool) -> Verdict {
    let name = judge_name(field.name);
    if name == Verdict::Malformed {
        return name;
    }
    match judge_value(field.value, strict_whitespace) {
        Verdict::Good if field.name == b"host" && !is_authority(field.value) => Verdict::Drop,
        Verdict::Good => name,
        verdict => verdict,
    }
}

fn judge_name(name: &[u8]) -> Verdict {
    // The common case in a form that compiles to vector instructions.
    let plain = name.iter().fold(true, |plain, octet| {
        plain & (octet.is_ascii_lowercase() | octet.is_ascii_digit() | (*octet == b'-'))
    });
    if plain && !name.is_empty() {
        return Verdict::Good;
    }
    // RFC 9113 §8.2.1: upper case makes a message malformed. Other octets that are no token are
    // rather dropped with their field, as existing senders produce them.
    if name.iter().any(|octet| octet.is_ascii_uppercase() || *octet == 0) {
        Verdict::Malformed
    } else if name.is_empty() || !name.iter().all(|octet| is_token(*octet)) {
        Verdict::Drop
    } else {
        Verdict::Good
    }
}

fn judge_value(value: &[u8], strict_whitespace: bool) -> Verdict {
    let control = value.iter().fold(false, |control, octet| {
        control | ((*octet < b' ') & (*octet != b'\t')) | (*octet == 0x7f)
    });
    if control {
        let nul = value.contains(&0);
        return if nul { Verdict::Malformed } else { Verdict::Drop };
    }
    // RFC 9113 §8.2.1: no space or tab at either end.
    if strict_whitespace && has_outer_whitespace(value) { Verdict::Drop } else { Verdict::Good }
}

fn has_outer_whitespace(value: &[u8]) -> bool {
    let blank = |octet: Option<&u8>| matches!(octet, Some(b' ' | b'\t'));
    blank(value.first()) || blank(value.last())
}

/// RFC 9110 §5.6.2.
fn is_token(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&octet)
}

/// Notes what a regular field says.
fn known_field(field: Field<'_>, summary: &mut Summary) -> Result<(), Offence> {
    match field.name {
        b"content-length" => {
            if summary.content_length.is_some() {
                return Err(Offence::BadContentLength);
            }
            summary.content_length = Some(parse_length(field.value)?);
        }
        // RFC 9113 §8.2.2: connection-specific fields.
        b"connection" | b"keep-alive" | b"proxy-connection" | b"transfer-encoding" | b"upgrade" => {
            return Err(Offence::BadField);
        }
        b"te" if !field.value.eq_ignore_ascii_case(b"trailers") => return Err(Offence::BadField),
        b"priority" => summary.urgency = Some(parse_priority(field.value)),
        _ => {}
    }
    Ok(())
}

fn parse_length(value: &[u8]) -> Result<u64, Offence> {
    if value.is_empty() || !value.iter().all(u8::is_ascii_digit) {
        return Err(Offence::BadContentLength);
    }
    let digits = std::str::from_utf8(value).map_err(|_| Offence::BadContentLength)?;
    digits.parse().map_err(|_| Offence::BadContentLength)
}

/// A Priority field value (RFC 9218 §4): what is missing or unreadable has its default.
pub(super) fn parse_priority(value: &[u8]) -> Urgency {
    let mut urgency = Urgency { level: 3, incremental: false };
    for member in value.split(|octet| *octet == b',') {
        // Parameters of a member mean nothing here.
        let member = member.split(|octet| *octet == b';').next().unwrap_or_default();
        match member.trim_ascii() {
            [b'u', b'=', level @ b'0'..=b'7'] => urgency.level = level - b'0',
            b"i" | b"i=?1" => urgency.incremental = true,
            b"i=?0" => urgency.incremental = false,
            _ => {}
        }
    }
    urgency
}

/// The pseudo-fields seen (RFC 9113 §8.3). Empty means absent for those that must not be empty.
#[derive(Default)]
struct Pseudo<'a> {
    method: &'a [u8],
    scheme: &'a [u8],
    path: &'a [u8],
    protocol: &'a [u8],
    authority: &'a [u8],
    status: Option<u16>,
}

impl<'a> Pseudo<'a> {
    fn take(&mut self, field: Field<'a>, section: Section, strict: bool) -> Result<(), Offence> {
        let value = field.value;
        let request = matches!(section, Section::Request { .. });
        let place = match field.name {
            b":method" if request && value.iter().all(|octet| is_token(*octet)) => &mut self.method,
            b":scheme" if request && is_scheme(value) => &mut self.scheme,
            b":path" if request && is_path(value) => &mut self.path,
            b":protocol" if request && judge_value(value, strict) == Verdict::Good => {
                &mut self.protocol
            }
            b":authority" if request && is_authority(value) => &mut self.authority,
            b":status" if !request && self.status.is_none() => {
                self.status = Some(parse_status(value)?);
                return Ok(());
            }
            _ => return Err(Offence::BadPseudoField),
        };
        // Present twice, or empty where it must not be.
        if !place.is_empty() || value.is_empty() {
            return Err(Offence::BadPseudoField);
        }
        *place = value;
        Ok(())
    }

    fn finish_request(&self, extended_connect: bool, host: bool) -> Result<(), Offence> {
        let connect = self.method == b"CONNECT";
        let sound = if !self.protocol.is_empty() {
            // RFC 8441 §4: :scheme and :path are there, :authority names the origin.
            extended_connect
                && connect
                && !self.scheme.is_empty()
                && !self.path.is_empty()
                && !self.authority.is_empty()
        } else if connect {
            // RFC 9113 §8.5: :authority alone.
            self.scheme.is_empty() && self.path.is_empty() && !self.authority.is_empty()
        } else {
            !self.method.is_empty()
                && !self.scheme.is_empty()
                && self.path_fits()
                && (host || !self.authority.is_empty())
        };
        if sound { Ok(()) } else { Err(Offence::BadPseudoField) }
    }

    /// RFC 9113 §8.3.1: for http and https the path begins with a slash, or is the asterisk of
    /// OPTIONS.
    fn path_fits(&self) -> bool {
        if !self.scheme.eq_ignore_ascii_case(b"http") && !self.scheme.eq_ignore_ascii_case(b"https")
        {
            return !self.path.is_empty();
        }
        self.path.first() == Some(&b'/') || (self.path == b"*" && self.method == b"OPTIONS")
    }
}

/// Three digits; 101 has no meaning in HTTP/2 (RFC 9113 §8.6).
fn parse_status(value: &[u8]) -> Result<u16, Offence> {
    let [hundreds @ b'1'..=b'9', tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = *value else {
        return Err(Offence::BadPseudoField);
    };
    let digit = |octet: u8| u16::from(octet - b'0');
    match digit(hundreds) * 100 + digit(tens) * 10 + digit(ones) {
        101 => Err(Offence::BadPseudoField),
        status => Ok(status),
    }
}

/// RFC 3986 §3.1.
fn is_scheme(value: &[u8]) -> bool {
    value.first().is_some_and(u8::is_ascii_alphabetic)
        && value.iter().all(|octet| octet.is_ascii_alphanumeric() || b"+-.".contains(octet))
}

/// Anything visible; octets beyond ASCII are common enough.
fn is_path(value: &[u8]) -> bool {
    value.iter().fold(true, |visible, octet| visible & (*octet > b' ') & (*octet != 0x7f))
}

/// The octets of RFC 3986 §3.2, percent-encoding included.
fn is_authority(value: &[u8]) -> bool {
    let plain = |octet: &u8| octet.is_ascii_alphanumeric() || b".-:".contains(octet);
    value.iter().all(|octet| plain(octet) || b"_~%@[]!$&'()*+,;=".contains(octet))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: Section = Section::Request { extended_connect: false };

    fn list(fields: &[(&str, &str)]) -> FieldList {
        fields.iter().map(|(name, value)| Field::new(name.as_bytes(), value.as_bytes())).collect()
    }

    fn request(extra: &[(&str, &str)]) -> Result<Summary, Offence> {
        let mut fields =
            vec![(":method", "GET"), (":scheme", "https"), (":authority", "a"), (":path", "/")];
        fields.extend_from_slice(extra);
        check(&list(&fields), REQUEST, true)
    }

    #[test]
    fn requests_need_their_pseudo_fields_once_and_first() {
        assert!(request(&[]).is_ok());
        let bad = Err(Offence::BadPseudoField);
        assert_eq!(request(&[(":path", "/")]), bad);
        assert_eq!(request(&[("a", "b"), (":protocol", "x")]), bad);
        assert_eq!(request(&[(":status", "200")]), bad);
        assert_eq!(request(&[(":other", "x")]), bad);
        assert_eq!(request(&[(":protocol", "websocket")]), bad);
        let all = [(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", "/")];
        for missing in 0..all.len() {
            let mut fields = all.to_vec();
            fields.remove(missing);
            assert_eq!(check(&list(&fields), REQUEST, true), bad);
        }
        let mut host = all.to_vec();
        host[2] = ("host", "a");
        host.swap(2, 3);
        assert!(check(&list(&host), REQUEST, true).is_ok());
        let host = |value| request(&[("host", value)]);
        assert!(host("a:80").is_ok_and(|summary| !summary.dirty));
        assert!(host("a b").is_ok_and(|summary| summary.dirty));
        assert_eq!(host(""), Err(Offence::BadField));
        assert_eq!(request(&[("host", "a"), ("host", "a")]), Err(Offence::BadField));
    }

    #[test]
    fn values_of_pseudo_fields_are_held_to_their_grammar() {
        for (method, scheme, authority, path, good) in [
            ("GET", "https", "a.b:80", "/x?y", true),
            ("OPTIONS", "https", "a", "*", true),
            ("GET", "https", "a", "*", false),
            ("GET", "https", "a", "", false),
            ("GET", "https", "a", "x", false),
            ("GET", "urn", "a", "x", true),
            ("G T", "https", "a", "/", false),
            ("", "https", "a", "/", false),
            ("GET", "1s", "a", "/", false),
            ("GET", "https", "a b", "/", false),
            ("GET", "https", "", "/", false),
            ("GET", "https", "a", "/a b", false),
        ] {
            let fields = list(&[
                (":method", method),
                (":scheme", scheme),
                (":authority", authority),
                (":path", path),
            ]);
            assert_eq!(check(&fields, REQUEST, true).is_ok(), good, "{method} {scheme} {path}");
        }
    }

    #[test]
    fn connect_has_an_authority_alone_unless_extended() {
        let connect = list(&[(":method", "CONNECT"), (":authority", "a:1")]);
        assert!(check(&connect, REQUEST, true).is_ok_and(|summary| summary.connect));
        let with_path = list(&[(":method", "CONNECT"), (":authority", "a"), (":path", "/")]);
        assert_eq!(check(&with_path, REQUEST, true), Err(Offence::BadPseudoField));
        let extended = list(&[
            (":method", "CONNECT"),
            (":protocol", "websocket"),
            (":scheme", "https"),
            (":path", "/"),
            (":authority", "a"),
        ]);
        assert_eq!(check(&extended, REQUEST, true), Err(Offence::BadPseudoField));
        assert!(check(&extended, Section::Request { extended_connect: true }, true).is_ok());
    }

    #[test]
    fn fields_are_refused_or_dropped() {
        let bad = Err(Offence::BadField);
        assert_eq!(request(&[("Upper", "x")]), bad);
        assert_eq!(request(&[("connection", "close")]), bad);
        assert_eq!(request(&[("te", "gzip")]), bad);
        assert_eq!(request(&[("a", "b\0")]), bad);
        assert!(request(&[("te", "Trailers")]).is_ok_and(|summary| !summary.dirty));
        for dropped in [("", "x"), ("a b", "x"), ("a", "x\r\n"), ("a", " x"), ("a", "x\t")] {
            assert!(request(&[dropped]).is_ok_and(|summary| summary.dirty), "{dropped:?}");
            let mut fields = list(&[(":path", "/"), dropped, ("kept", "x y")]);
            clean(&mut fields, true);
            let names: Vec<_> = fields.iter().map(|field| field.name).collect();
            assert_eq!(names, [&b":path"[..], b"kept"]);
        }
        let lenient = list(&[(":status", "200"), ("a", " x")]);
        assert!(check(&lenient, Section::Response, false).is_ok_and(|summary| !summary.dirty));
    }

    #[test]
    fn content_length_is_one_number() {
        let length = |value| request(&[("content-length", value)]).map(|s| s.content_length);
        assert_eq!(length("17"), Ok(Some(17)));
        assert_eq!(length("18446744073709551616"), Err(Offence::BadContentLength));
        assert_eq!(length("+1"), Err(Offence::BadContentLength));
        assert_eq!(length(""), Err(Offence::BadContentLength));
        assert_eq!(
            request(&[("content-length", "1"), ("content-length", "1")]),
            Err(Offence::BadContentLength)
        );
    }

    #[test]
    fn responses_have_a_status() {
        let response = |fields: &[(&str, &str)]| check(&list(fields), Section::Response, true);
        assert_eq!(response(&[(":status", "204")]).map(|s| s.status), Ok(204));
        for bad in ["20", "2000", "101", "abc", "099", ""] {
            assert_eq!(response(&[(":status", bad)]), Err(Offence::BadPseudoField), "{bad}");
        }
        assert_eq!(response(&[]), Err(Offence::BadPseudoField));
        assert_eq!(
            response(&[(":status", "103"), ("content-length", "0")]),
            Err(Offence::BadContentLength)
        );
        assert_eq!(
            response(&[(":status", "204"), ("content-length", "1")]),
            Err(Offence::BadContentLength)
        );
        let trailers = list(&[(":status", "200")]);
        assert_eq!(check(&trailers, Section::Trailers, true), Err(Offence::BadPseudoField));
    }

    #[test]
    fn priority_has_defaults_for_what_it_cannot_read() {
        let urgency = |level, incremental| Urgency { level, incremental };
        assert_eq!(parse_priority(b"u=0, i"), urgency(0, true));
        assert_eq!(parse_priority(b"i;x=1,u=7"), urgency(7, true));
        assert_eq!(parse_priority(b"u=8, i=?0"), urgency(3, false));
        assert_eq!(parse_priority(b""), urgency(3, false));
    }
}
