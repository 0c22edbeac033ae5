//! What a client says first, read before anybody answers.

use std::fmt;

use rustls::server::Acceptor;

/// What decides with which configuration a server goes on.
#[derive(Debug, PartialEq, Eq)]
pub struct Hello {
    /// The name that the client asks for (RFC 6066 §3).
    pub server_name: Option<String>,
    /// The protocols that it offers, the best first (RFC 7301); empty if it offers none.
    pub alpn: Vec<Vec<u8>>,
}

/// Reads a ClientHello without taking it: a [`Pipe`](super::Pipe) reads it again.
#[derive(Default)]
pub struct HelloReader(Acceptor);

impl fmt::Debug for HelloReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HelloReader").finish_non_exhaustive()
    }
}

impl HelloReader {
    /// Takes the octets that come next. `None`: there are more to come, or it is nothing that a
    /// client says, which the pipe finds too.
    pub fn read(&mut self, mut octets: &[u8]) -> Option<Hello> {
        while !octets.is_empty() {
            // Reading from memory does not fail but when the hello is too large.
            self.0.read_tls(&mut octets).ok()?;
            if let Some(accepted) = self.0.accept().ok()? {
                let hello = accepted.client_hello();
                return Some(Hello {
                    server_name: hello.server_name().map(str::to_owned),
                    alpn: hello.alpn().into_iter().flatten().map(<[u8]>::to_vec).collect(),
                });
            }
        }
        None
    }
}
