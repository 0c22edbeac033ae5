//! Who this side is: certificates with their keys.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{Error, InconsistentKeys, SignatureScheme};
use std::sync::{Mutex, PoisonError};

/// A certificate, with those that vouch for it, and its key.
#[derive(Debug)]
pub struct Identity {
    /// DER, the own certificate first.
    pub chain: Vec<Vec<u8>>,
    /// PKCS #8 as DER.
    pub key: Vec<u8>,
}

impl Identity {
    fn certify(self, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, Error> {
        let chain = self.chain.into_iter().map(CertificateDer::from).collect();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key));
        let certified = CertifiedKey::new(chain, provider.key_provider.load_private_key(key)?);
        match certified.keys_match() {
            // A certificate that webpki does not read, of version 1 say, may be shown all the same.
            Ok(())
            | Err(
                Error::InconsistentKeys(InconsistentKeys::Unknown) | Error::InvalidCertificate(_),
            ) => Ok(Arc::new(certified)),
            Err(error) => Err(error),
        }
    }
}

/// Shows the first identity whose key the peer can check.
#[derive(Debug)]
pub(super) struct Identities {
    list: Vec<Arc<CertifiedKey>>,
    named: Arc<NamedServer>,
}

/// The name that the latest client asked for (RFC 6066 §3).
#[derive(Debug, Default)]
pub(super) struct NamedServer(Mutex<Option<String>>);

impl NamedServer {
    pub(super) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Identities {
    /// # Errors
    /// A key that cannot be used, or that is not its certificate's.
    pub(super) fn new(
        list: Vec<Identity>,
        provider: &CryptoProvider,
        named: Arc<NamedServer>,
    ) -> Result<Self, Error> {
        let list = list.into_iter().map(|one| one.certify(provider)).collect::<Result<_, _>>()?;
        Ok(Self { list, named })
    }

    /// Whether both show the same certificates.
    pub(super) fn are(&self, others: &Self) -> bool {
        let chains = |identities: &Self| -> Vec<_> {
            identities.list.iter().map(|one| one.cert.clone()).collect()
        };
        chains(self) == chains(others)
    }

    fn choose(&self, schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.list.iter().find(|one| one.key.choose_scheme(schemes).is_some()).map(Arc::clone)
    }
}

impl ResolvesServerCert for Identities {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        *self.named.0.lock().unwrap_or_else(PoisonError::into_inner) =
            hello.server_name().map(str::to_owned);
        self.choose(hello.signature_schemes())
    }
}

impl rustls::client::ResolvesClientCert for Identities {
    fn resolve(
        &self,
        _root_hint_subjects: &[&[u8]],
        schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        self.choose(schemes)
    }

    fn has_certs(&self) -> bool {
        !self.list.is_empty()
    }
}
