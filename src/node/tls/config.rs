//! What TLS connections are made from: objects that JavaScript holds and hands to pipes.

use std::rc::Rc;
use std::sync::Arc;

use napi::Result;
use napi::bindgen_prelude::{Buffer, ClassInstance, FromNapiValue, Object, Uint8Array};
use napi_derive::napi;

use crate::node::guard::{entry, error};
use crate::tls::pki_types::CertificateDer;
use crate::tls::{
    Client, ClientCertificate, ClientSessions, HelloReader, Identity, Options, Roots, Server,
    ServerOptions, TicketKeys,
};

/// Certificates of authorities that are trusted.
#[napi]
pub struct TlsRoots(Arc<Roots>);

#[napi]
impl TlsRoots {
    /// Takes certificates as DER.
    #[napi(constructor)]
    pub fn new(certificates: Vec<Uint8Array>) -> Result<Self> {
        entry(|| {
            let own = |der: &Uint8Array| CertificateDer::from(der.to_vec());
            Ok(Self(Arc::new(Roots::new(certificates.iter().map(own).collect()))))
        })
    }
}

/// What the tickets of a server are sealed with.
#[napi]
pub struct TlsTicketKeys(Arc<TicketKeys>);

#[napi]
impl TlsTicketKeys {
    /// Makes random keys; tickets are good for `lifetime` seconds.
    #[napi(constructor)]
    pub fn new(lifetime: u32) -> Result<Self> {
        entry(|| {
            let keys = TicketKeys::new(lifetime).map_err(|_| error("no random octets"))?;
            Ok(Self(Arc::new(keys)))
        })
    }

    /// The keys, 48 octets.
    #[napi]
    pub fn get(&self) -> Result<Buffer> {
        entry(|| Ok(self.0.get().to_vec().into()))
    }

    /// Replaces them.
    #[napi]
    pub fn set(&self, keys: Uint8Array) -> Result<()> {
        entry(|| {
            self.0.set(keys.as_ref().try_into().map_err(|_| error("keys are 48 octets"))?);
            Ok(())
        })
    }
}

/// What servers gave clients to come back with.
#[napi]
#[derive(Default)]
pub struct TlsSessions(pub(super) Arc<ClientSessions>);

#[napi]
impl TlsSessions {
    /// Begins with none.
    #[napi(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many have come in so far.
    #[napi]
    pub fn received(&self) -> u32 {
        self.0.received()
    }
}

/// Reads what a client says first, beside the pipe that takes it.
#[napi]
#[derive(Default)]
pub struct TlsHello(HelloReader);

/// What a client asks for.
#[napi(object, object_from_js = false)]
pub struct TlsHelloContent {
    /// The name, if it gave one.
    pub servername: Option<String>,
    /// The protocols.
    pub protocols: Vec<Buffer>,
}

#[napi]
impl TlsHello {
    /// Begins with nothing.
    #[napi(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether what has come is no hello.
    #[napi]
    pub fn is_refused(&self) -> bool {
        self.0.is_refused()
    }

    /// Takes the octets that come next; answers when the hello is complete, null before.
    #[napi]
    pub fn read(&mut self, octets: Uint8Array) -> Result<Option<TlsHelloContent>> {
        entry(|| {
            Ok(self.0.read(&octets).map(|hello| TlsHelloContent {
                servername: hello.server_name,
                protocols: hello.alpn.into_iter().map(Buffer::from).collect(),
            }))
        })
    }
}

/// What connections of one side have in common.
#[napi]
pub struct TlsConfig(pub(super) Side);

#[derive(Clone)]
pub(super) enum Side {
    Client(Rc<Client>),
    Server(Rc<Server>),
}

#[napi]
impl TlsConfig {
    /// Takes `isServer`, `identities` (`chain` and `key` each), `roots`, `revocations`, `alpn`,
    /// `tls12`, `tls13`, `suites`, `groups`; of a server also `clientCertificate` (0: not asked
    /// for, 1: optional, 2: required), `ownOrder` and `tickets`.
    #[napi(constructor)]
    pub fn new(options: Object) -> Result<Self> {
        entry(|| {
            let common = common(&options)?;
            let refused = |why: crate::tls::ConfigError| error(&why.to_string());
            if !need::<bool>(&options, "isServer")? {
                return Ok(Self(Side::Client(Rc::new(Client::new(common).map_err(refused)?))));
            }
            let tickets: ClassInstance<TlsTicketKeys> = need(&options, "tickets")?;
            let server = ServerOptions {
                client_certificate: match need(&options, "clientCertificate")? {
                    0 => ClientCertificate::None,
                    1 => ClientCertificate::Optional,
                    _ => ClientCertificate::Required,
                },
                own_order: need(&options, "ownOrder")?,
                tickets: Arc::clone(&tickets.0),
            };
            Ok(Self(Side::Server(Rc::new(Server::new(common, server).map_err(refused)?))))
        })
    }

    /// The same for a server that accepts other protocols.
    #[napi]
    pub fn with_alpn(&self, alpn: Vec<Uint8Array>) -> Result<Self> {
        entry(|| match &self.0 {
            Side::Server(server) => {
                Ok(Self(Side::Server(Rc::new(server.with_alpn(copies(&alpn))))))
            }
            Side::Client(_) => Err(error("clients offer what they were made with")),
        })
    }

    /// Has secrets logged from now on, or not.
    #[napi]
    pub fn log_keys(&self, wanted: bool) {
        match &self.0 {
            Side::Client(client) => client.key_lines().want(wanted),
            Side::Server(server) => server.key_lines().want(wanted),
        }
    }
}

fn common(options: &Object) -> Result<Options> {
    let roots: ClassInstance<TlsRoots> = need(options, "roots")?;
    let identities: Vec<Object> = need(options, "identities")?;
    let identities = identities.iter().map(|identity| {
        let chain: Vec<Uint8Array> = need(identity, "chain")?;
        let key: Uint8Array = need(identity, "key")?;
        Ok(Identity { chain: copies(&chain), key: key.to_vec() })
    });
    let numbers = |name| -> Result<Vec<u16>> {
        let numbers: Vec<u32> = need(options, name)?;
        let short = |n: &u32| u16::try_from(*n).map_err(|_| error("a number is out of its range"));
        numbers.iter().map(short).collect()
    };
    Ok(Options {
        identities: identities.collect::<Result<_>>()?,
        roots: Arc::clone(&roots.0),
        revocations: copies(&need::<Vec<Uint8Array>>(options, "revocations")?),
        alpn: copies(&need::<Vec<Uint8Array>>(options, "alpn")?),
        tls12: need(options, "tls12")?,
        tls13: need(options, "tls13")?,
        suites: numbers("suites")?,
        groups: numbers("groups")?,
    })
}

fn copies(arrays: &[Uint8Array]) -> Vec<Vec<u8>> {
    arrays.iter().map(|array| array.to_vec()).collect()
}

fn need<T: FromNapiValue>(object: &Object, name: &str) -> Result<T> {
    object.get(name)?.ok_or_else(|| error(&format!("{name} is missing")))
}
