//! HTTP/2 (RFC 9113) without I/O, and the Node addon built on it.
#![deny(unsafe_code)]

// The engine takes time, randomness and octets as arguments: no clock, thread or socket in these.
#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod frame;
#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod hpack;
#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod proto;

#[cfg(feature = "node")]
mod node;
