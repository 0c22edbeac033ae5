//! What both sides, and each, are told before a connection.

use std::fmt;
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::server::ServerSessionMemoryCache;
use rustls::{ClientConfig, ServerConfig, SupportedProtocolVersion, version};

use super::identity::{Identities, Identity, NamedServer};
use super::key_log::KeyLines;
use super::tickets::TicketKeys;
use super::verify::{Judge, KeyProof, Roots};

/// Sessions of TLS 1.2 clients that take no tickets.
const MAX_SESSIONS: usize = 1024;

/// Tickets that a client of TLS 1.3 is given after a handshake, resumed or not. One is enough to
/// come back with (RFC 8446 §C.4: for one connection), which gives the next.
const TICKETS: usize = 1;

/// What servers and clients are told alike.
#[derive(Debug, Default)]
pub struct Options {
    /// Certificates to show, with their keys; the first that suits is taken.
    pub identities: Vec<Identity>,
    /// Authorities to trust.
    pub roots: Arc<Roots>,
    /// Revocation lists as DER. If there are any, every certificate of a chain has to be on one.
    pub revocations: Vec<Vec<u8>>,
    /// Protocols to offer or accept, the best first (RFC 7301).
    pub alpn: Vec<Vec<u8>>,
    /// Whether TLS 1.2 is spoken.
    pub tls12: bool,
    /// Whether TLS 1.3 is spoken.
    pub tls13: bool,
    /// Cipher suites by their numbers, the best first; empty for all.
    pub suites: Vec<u16>,
    /// Groups of the key exchange by their numbers, the best first; empty for all.
    pub groups: Vec<u16>,
}

/// Why a configuration was refused.
#[derive(Debug)]
pub enum ConfigError {
    /// rustls refuses it: a key that is not the certificate's, no version that suits the suites.
    Tls(rustls::Error),
    /// A revocation list cannot be read.
    Revocations(webpki::Error),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tls(error) => error.fmt(f),
            Self::Revocations(error) => write!(f, "revocation list: {error}"),
        }
    }
}

impl std::error::Error for ConfigError {}

impl From<rustls::Error> for ConfigError {
    fn from(error: rustls::Error) -> Self {
        Self::Tls(error)
    }
}

/// A configuration for any number of servers' connections.
#[derive(Debug)]
pub struct Server {
    pub(super) config: Arc<ServerConfig>,
    pub(super) judge: Arc<Judge>,
    pub(super) named: Arc<NamedServer>,
    pub(super) keys: Arc<KeyLines>,
}

/// How a server treats its clients.
#[derive(Debug)]
pub struct ServerOptions {
    /// Whether clients are asked for a certificate, and whether they have to have one.
    pub client_certificate: ClientCertificate,
    /// Whether the server's order of cipher suites counts, not the client's.
    pub own_order: bool,
    /// Keys of the tickets that it gives.
    pub tickets: Arc<TicketKeys>,
}

/// What is asked of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientCertificate {
    /// Nothing.
    None,
    /// A certificate, if it has one.
    Optional,
    /// A certificate.
    Required,
}

impl Server {
    /// # Errors
    /// Options that do not fit each other.
    pub fn new(options: Options, server: ServerOptions) -> Result<Self, ConfigError> {
        let provider = Arc::new(options.provider());
        let judge = Arc::new(options.judge(&provider)?);
        let (named, keys) = (Arc::default(), Arc::<KeyLines>::default());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&options.versions())?;
        let builder = match server.client_certificate {
            ClientCertificate::None => builder.with_no_client_auth(),
            wanted => builder.with_client_cert_verifier(Arc::new(KeyProof::of_clients(
                &judge,
                wanted == ClientCertificate::Required,
            ))),
        };
        let identities = Identities::new(options.identities, &provider, Arc::clone(&named))?;
        let mut config = builder.with_cert_resolver(Arc::new(identities));
        config.alpn_protocols = options.alpn;
        config.ignore_client_order = server.own_order;
        config.ticketer = server.tickets;
        config.send_tls13_tickets = TICKETS;
        config.session_storage = ServerSessionMemoryCache::new(MAX_SESSIONS);
        config.key_log = Arc::<KeyLines>::clone(&keys);
        Ok(Self { config: Arc::new(config), judge, named, keys })
    }

    /// The same with other protocols.
    #[must_use]
    pub fn with_alpn(&self, alpn: Vec<Vec<u8>>) -> Self {
        let mut config = ServerConfig::clone(&self.config);
        config.alpn_protocols = alpn;
        Self {
            config: Arc::new(config),
            judge: Arc::clone(&self.judge),
            named: Arc::clone(&self.named),
            keys: Arc::clone(&self.keys),
        }
    }

    /// Takes the name that the latest hello asked for (RFC 6066 §3); to be called behind the
    /// [`open`](super::Pipe::open) that read it.
    pub fn take_name(&self) -> Option<String> {
        self.named.take()
    }

    /// Where secrets are logged, if they are.
    pub fn key_lines(&self) -> &KeyLines {
        &self.keys
    }
}

/// A configuration for any number of clients' connections.
#[derive(Debug)]
pub struct Client {
    pub(super) config: ClientConfig,
    pub(super) judge: Arc<Judge>,
    pub(super) identities: Arc<Identities>,
    pub(super) keys: Arc<KeyLines>,
}

impl Client {
    /// # Errors
    /// Options that do not fit each other.
    pub fn new(options: Options) -> Result<Self, ConfigError> {
        let provider = Arc::new(options.provider());
        let judge = Arc::new(options.judge(&provider)?);
        let keys = Arc::<KeyLines>::default();
        let versions = options.versions();
        let identities = Identities::new(options.identities, &provider, Arc::default())?;
        let identities = Arc::new(identities);
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&versions)?
            .dangerous()
            .with_custom_certificate_verifier(KeyProof::of_servers())
            .with_client_cert_resolver(Arc::<Identities>::clone(&identities));
        config.alpn_protocols = options.alpn;
        config.key_log = Arc::<KeyLines>::clone(&keys);
        Ok(Self { config, judge, identities, keys })
    }

    /// Where secrets are logged, if they are.
    pub fn key_lines(&self) -> &KeyLines {
        &self.keys
    }
}

impl Options {
    fn versions(&self) -> Vec<&'static SupportedProtocolVersion> {
        let spoken = [(self.tls13, &version::TLS13), (self.tls12, &version::TLS12)];
        spoken.into_iter().filter(|(spoken, _)| *spoken).map(|(_, version)| version).collect()
    }

    /// AWS-LC, with the suites and groups that are wanted.
    fn provider(&self) -> CryptoProvider {
        let mut provider = aws_lc_rs::default_provider();
        if !self.suites.is_empty() {
            let all = provider.cipher_suites;
            let find = |id: &u16| all.iter().find(|one| u16::from(one.suite()) == *id);
            provider.cipher_suites = self.suites.iter().filter_map(find).copied().collect();
        }
        if !self.groups.is_empty() {
            let all = provider.kx_groups;
            let find = |id: &u16| all.iter().find(|one| u16::from(one.name()) == *id);
            provider.kx_groups = self.groups.iter().filter_map(find).copied().collect();
        }
        provider
    }

    fn judge(&self, provider: &CryptoProvider) -> Result<Judge, ConfigError> {
        Judge::new(Arc::clone(&self.roots), &self.revocations, provider)
            .map_err(ConfigError::Revocations)
    }
}
