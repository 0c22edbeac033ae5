//! TLS 1.2 and 1.3 by rustls, without I/O: ciphertext in, plaintext out, and the other way round.
//!
//! [`Pipe`] is a connection of either side, [`Server`] and [`Client`] are what it is made from. A
//! certificate is judged when the handshake is done, by [`Pipe::authorization`]: an embedder that
//! does not ask trusts everybody. The name in it is the embedder's to compare.

mod certificate;
mod config;
mod error;
mod hello;
mod identity;
mod key_log;
mod pipe;
mod sessions;
mod tickets;
mod verify;

pub use config::{Client, ClientCertificate, ConfigError, Options, Server, ServerOptions};
pub use error::Fault;
pub use hello::{Hello, HelloReader};
pub use identity::Identity;
pub use key_log::KeyLines;
pub use pipe::{Pipe, Sealed};
pub use rustls::pki_types;
pub use sessions::ClientSessions;
pub use tickets::{NoRandomness, TICKET_LIFETIME, TicketKeys};
pub use verify::{CertificateFault, Roots};

#[cfg(test)]
mod tests;
