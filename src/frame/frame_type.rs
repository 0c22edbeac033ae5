use std::fmt;

/// A frame type, known or not (RFC 9113 §6).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameType(pub u8);

impl FrameType {
    /// §6.1
    pub const DATA: FrameType = FrameType(0x0);
    /// §6.2
    pub const HEADERS: FrameType = FrameType(0x1);
    /// §6.3
    pub const PRIORITY: FrameType = FrameType(0x2);
    /// §6.4
    pub const RST_STREAM: FrameType = FrameType(0x3);
    /// §6.5
    pub const SETTINGS: FrameType = FrameType(0x4);
    /// §6.6
    pub const PUSH_PROMISE: FrameType = FrameType(0x5);
    /// §6.7
    pub const PING: FrameType = FrameType(0x6);
    /// §6.8
    pub const GOAWAY: FrameType = FrameType(0x7);
    /// §6.9
    pub const WINDOW_UPDATE: FrameType = FrameType(0x8);
    /// §6.10
    pub const CONTINUATION: FrameType = FrameType(0x9);
    /// RFC 7838 §4
    pub const ALTSVC: FrameType = FrameType(0xa);
    /// RFC 8336 §2
    pub const ORIGIN: FrameType = FrameType(0xc);
    /// RFC 9218 §7.1
    pub const PRIORITY_UPDATE: FrameType = FrameType(0x10);

    /// The type's name in its RFC, if this crate knows it.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            FrameType::DATA => "DATA",
            FrameType::HEADERS => "HEADERS",
            FrameType::PRIORITY => "PRIORITY",
            FrameType::RST_STREAM => "RST_STREAM",
            FrameType::SETTINGS => "SETTINGS",
            FrameType::PUSH_PROMISE => "PUSH_PROMISE",
            FrameType::PING => "PING",
            FrameType::GOAWAY => "GOAWAY",
            FrameType::WINDOW_UPDATE => "WINDOW_UPDATE",
            FrameType::CONTINUATION => "CONTINUATION",
            FrameType::ALTSVC => "ALTSVC",
            FrameType::ORIGIN => "ORIGIN",
            FrameType::PRIORITY_UPDATE => "PRIORITY_UPDATE",
            _ => return None,
        })
    }
}

impl fmt::Display for FrameType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:#x}", self.0),
        }
    }
}

impl fmt::Debug for FrameType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
