//! HTTP/2 (RFC 9113) without I/O, and the Node addon built on it.
#![deny(unsafe_code)]

pub mod frame;
pub mod hpack;
pub mod proto;

#[cfg(feature = "node")]
mod node;
