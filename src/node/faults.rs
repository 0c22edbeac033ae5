//! Panics on demand, in the middle of the engine's work: only with the feature `fault-injection`,
//! for the test that looks what becomes of everybody else.
//!
//! A PING with one of these payloads sets a panic off: while frames are received, while commands
//! are run, while frames are written.

const RECEIVE: [u8; 8] = *b"!receive";
const APPLY: [u8; 8] = *b"!command";
const TRANSMIT: [u8; 8] = *b"transmit";

/// The payload of a PING that was received.
pub(super) fn receive(payload: [u8; 8]) {
    assert_ne!(payload, RECEIVE, "injected while receiving");
}

/// The payload of a PING to be sent.
pub(super) fn apply(payload: [u8; 8]) {
    assert_ne!(payload, APPLY, "injected in a command");
}

/// Octets of the output.
pub(super) fn transmit(octets: &[u8]) {
    assert!(!octets.ends_with(&TRANSMIT), "injected while writing");
}
