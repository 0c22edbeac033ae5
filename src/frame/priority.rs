use super::error::{exact_length, on_stream};
use super::{Flags, FrameErrorKind, FrameType, Head, StreamId, u32_at};

/// The deprecated priority fields of HEADERS and PRIORITY (RFC 7540 §5.3, RFC 9113 §5.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dependency {
    /// The stream depended on; 0 is the root.
    pub parent: StreamId,
    /// `1..=256`, one more than its octet on the wire.
    pub weight: u16,
    /// Whether the stream becomes its parent's only dependency.
    pub exclusive: bool,
}

impl Dependency {
    /// Octets on the wire.
    pub(super) const LEN: u32 = 5;

    pub(super) fn parse(fields: &[u8; Dependency::LEN as usize]) -> Dependency {
        let parent = u32_at(fields, 0);
        Dependency {
            parent: StreamId::new(parent),
            weight: u16::from(fields[4]) + 1,
            exclusive: parent >> 31 == 1,
        }
    }

    /// Appends the five octets to `out`; a weight outside `1..=256` is sent as the nearest.
    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        let parent = self.parent.get() | u32::from(self.exclusive) << 31;
        let weight = u8::try_from(self.weight.saturating_sub(1)).unwrap_or(u8::MAX);
        out.extend_from_slice(&parent.to_be_bytes());
        out.push(weight);
    }
}

impl Default for Dependency {
    /// What a stream without priority fields has (RFC 7540 §5.3.5).
    fn default() -> Dependency {
        Dependency { parent: StreamId::ZERO, weight: 16, exclusive: false }
    }
}

/// PRIORITY, deprecated and still to be parsed (RFC 9113 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Priority {
    /// The stream, never 0; in any state.
    pub stream: StreamId,
    /// What the stream depends on.
    pub dependency: Dependency,
}

impl Priority {
    pub(super) fn check(head: &Head) -> Result<(), FrameErrorKind> {
        exact_length(head, Dependency::LEN)?;
        on_stream(head)
    }

    pub(super) fn parse(head: &Head, payload: &[u8]) -> Result<Priority, FrameErrorKind> {
        let fields = payload.first_chunk().ok_or(FrameErrorKind::BadLength)?;
        Ok(Priority { stream: head.stream, dependency: Dependency::parse(fields) })
    }

    /// Appends the frame to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        Head {
            length: Dependency::LEN,
            kind: FrameType::PRIORITY,
            flags: Flags::NONE,
            stream: self.stream,
        }
        .encode(out);
        self.dependency.encode(out);
    }
}
