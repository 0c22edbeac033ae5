//! Secrets for those who have to read their own traffic, in the format of NSS's key logs.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use rustls::KeyLog;

/// Gathers the lines of what happens between two calls of [`KeyLines::take`].
#[derive(Default)]
pub struct KeyLines {
    wanted: AtomicBool,
    lines: Mutex<Vec<String>>,
}

impl KeyLines {
    /// Begins to gather, or stops.
    pub fn want(&self, wanted: bool) {
        self.wanted.store(wanted, Ordering::Relaxed);
    }

    /// Takes what was gathered: lines that end in a line feed.
    pub fn take(&self) -> Vec<String> {
        if !self.wanted.load(Ordering::Relaxed) {
            return Vec::new();
        }
        std::mem::take(&mut self.lines.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for KeyLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the lines.
        f.debug_struct("KeyLines").field("wanted", &self.wanted).finish_non_exhaustive()
    }
}

impl KeyLog for KeyLines {
    fn log(&self, label: &str, client_random: &[u8], secret: &[u8]) {
        let line = format!("{label} {} {}\n", hex(client_random), hex(secret));
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    fn will_log(&self, _label: &str) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}
