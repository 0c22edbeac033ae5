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
pub struct HelloReader {
    acceptor: Acceptor,
    refused: bool,
}

impl fmt::Debug for HelloReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HelloReader").finish_non_exhaustive()
    }
}

impl HelloReader {
    /// Takes the octets that come next; `None` until there is a hello.
    pub fn read(&mut self, mut octets: &[u8]) -> Option<Hello> {
        while !octets.is_empty() && !self.refused {
            // Reading from memory does not fail but when the hello is too large.
            self.refused = self.acceptor.read_tls(&mut octets).is_err();
            match self.acceptor.accept() {
                Ok(None) => {}
                Ok(Some(accepted)) => {
                    let hello = accepted.client_hello();
                    return Some(Hello {
                        server_name: hello.server_name().map(str::to_owned),
                        alpn: hello.alpn().into_iter().flatten().map(<[u8]>::to_vec).collect(),
                    });
                }
                Err(_) => self.refused = true,
            }
        }
        None
    }

    /// Whether what has come is no hello, and none will come. A pipe finds the same and says why.
    pub fn is_refused(&self) -> bool {
        self.refused
    }
}
