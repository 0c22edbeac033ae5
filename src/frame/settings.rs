use super::error::{exact_length, on_connection};
use super::{Flags, FrameErrorKind, FrameType, Head, StreamId, u32_at, wire_length};

/// The identifiers of settings that have a meaning to this crate.
pub mod setting {
    /// Octets of the peer's HPACK table that the encoder may use (RFC 9113 §6.5.2).
    pub const HEADER_TABLE_SIZE: u16 = 0x1;
    /// 0 or 1: whether the server may push (RFC 9113 §6.5.2).
    pub const ENABLE_PUSH: u16 = 0x2;
    /// Streams that the receiver may have open at once (RFC 9113 §6.5.2).
    pub const MAX_CONCURRENT_STREAMS: u16 = 0x3;
    /// The flow-control window of new streams, `0..=2^31-1` (RFC 9113 §6.5.2).
    pub const INITIAL_WINDOW_SIZE: u16 = 0x4;
    /// The longest payload, `2^14..=2^24-1` (RFC 9113 §6.5.2).
    pub const MAX_FRAME_SIZE: u16 = 0x5;
    /// The largest field section, uncompressed, 32 octets added per field (RFC 9113 §6.5.2).
    pub const MAX_HEADER_LIST_SIZE: u16 = 0x6;
    /// 0 or 1: whether extended CONNECT is understood (RFC 8441 §3).
    pub const ENABLE_CONNECT_PROTOCOL: u16 = 0x8;
    /// 0 or 1: whether RFC 7540's priorities are not used (RFC 9218 §2.1).
    pub const NO_RFC7540_PRIORITIES: u16 = 0x9;

    /// The name of a setting in its RFC, if it is one of these.
    pub const fn name(id: u16) -> Option<&'static str> {
        Some(match id {
            HEADER_TABLE_SIZE => "SETTINGS_HEADER_TABLE_SIZE",
            ENABLE_PUSH => "SETTINGS_ENABLE_PUSH",
            MAX_CONCURRENT_STREAMS => "SETTINGS_MAX_CONCURRENT_STREAMS",
            INITIAL_WINDOW_SIZE => "SETTINGS_INITIAL_WINDOW_SIZE",
            MAX_FRAME_SIZE => "SETTINGS_MAX_FRAME_SIZE",
            MAX_HEADER_LIST_SIZE => "SETTINGS_MAX_HEADER_LIST_SIZE",
            ENABLE_CONNECT_PROTOCOL => "SETTINGS_ENABLE_CONNECT_PROTOCOL",
            NO_RFC7540_PRIORITIES => "SETTINGS_NO_RFC7540_PRIORITIES",
            _ => return None,
        })
    }
}

/// SETTINGS, or the acknowledgement of one (RFC 9113 §6.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings<'a> {
    /// Whether this acknowledges the receiver's settings; then there are no entries.
    pub ack: bool,
    payload: &'a [u8],
}

impl<'a> Settings<'a> {
    const ENTRY_LEN: usize = 6;

    /// Settings from the payload of a frame, as HTTP2-Settings carries it too (RFC 7540 §3.2.1).
    /// `None` if its length is not a multiple of 6.
    pub fn from_payload(payload: &'a [u8]) -> Option<Settings<'a>> {
        payload.len().is_multiple_of(Self::ENTRY_LEN).then_some(Settings { ack: false, payload })
    }

    /// Identifiers and values, in the order of the wire, unknown ones included. Values are not
    /// judged here.
    pub fn entries(&self) -> SettingsEntries<'a> {
        SettingsEntries { payload: self.payload }
    }

    pub(super) fn check(head: &Head) -> Result<(), FrameErrorKind> {
        if head.flags.contains(Flags::ACK) {
            exact_length(head, 0)?;
        } else if !head.length.is_multiple_of(6) {
            return Err(FrameErrorKind::BadLength);
        }
        on_connection(head)
    }

    pub(super) fn parse(head: &Head, payload: &'a [u8]) -> Settings<'a> {
        Settings { ack: head.flags.contains(Flags::ACK), payload }
    }

    /// Appends a SETTINGS frame with `entries` to `out`.
    pub fn encode(entries: &[(u16, u32)], out: &mut Vec<u8>) {
        Settings::head(Flags::NONE, entries.len() * Self::ENTRY_LEN).encode(out);
        Settings::encode_payload(entries, out);
    }

    /// Appends the payload alone, as packed settings have it.
    pub fn encode_payload(entries: &[(u16, u32)], out: &mut Vec<u8>) {
        for (id, value) in entries {
            out.extend_from_slice(&id.to_be_bytes());
            out.extend_from_slice(&value.to_be_bytes());
        }
    }

    /// Appends an acknowledgement to `out`.
    pub fn encode_ack(out: &mut Vec<u8>) {
        Settings::head(Flags::ACK, 0).encode(out);
    }

    fn head(flags: Flags, len: usize) -> Head {
        Head { length: wire_length(len), kind: FrameType::SETTINGS, flags, stream: StreamId::ZERO }
    }
}

/// Iterates over the entries of a SETTINGS frame: (identifier, value).
#[derive(Debug, Clone)]
pub struct SettingsEntries<'a> {
    payload: &'a [u8],
}

impl Iterator for SettingsEntries<'_> {
    type Item = (u16, u32);

    fn next(&mut self) -> Option<(u16, u32)> {
        let (entry, rest) = self.payload.split_first_chunk::<{ Settings::ENTRY_LEN }>()?;
        self.payload = rest;
        Some((u16::from_be_bytes([entry[0], entry[1]]), u32_at(entry, 2)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let len = self.payload.len() / Settings::ENTRY_LEN;
        (len, Some(len))
    }
}

impl ExactSizeIterator for SettingsEntries<'_> {}
