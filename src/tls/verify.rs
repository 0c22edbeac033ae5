//! Certificates of peers.
//!
//! During the handshake a certificate has to prove only that its key is the peer's: the chain is
//! judged when the handshake is done ([`Pipe::authorization`](super::Pipe::authorization)), and
//! the embedder decides what the verdict means. Users of node:tls know it so: they may look at a
//! certificate that they would not trust, and go on.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls13_signature_with_raw_key,
};
use rustls::pki_types::{
    CertificateDer, ServerName, SignatureVerificationAlgorithm, SubjectPublicKeyInfoDer,
    TrustAnchor, UnixTime,
};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use webpki::{
    CertRevocationList, EndEntityCert, ExpirationPolicy, KeyUsage, OwnedCertRevocationList,
    RawPublicKeyEntity, RevocationCheckDepth, RevocationOptionsBuilder, UnknownStatusPolicy,
};

use super::certificate::Outline;

/// Certificates of authorities that are trusted.
#[derive(Debug, Default)]
pub struct Roots {
    anchors: Vec<TrustAnchor<'static>>,
    certificates: Vec<CertificateDer<'static>>,
}

impl Roots {
    /// Takes certificates as DER. One that cannot issue others, or that webpki does not read, is
    /// still trusted when a peer shows it as its own.
    pub fn new(certificates: Vec<CertificateDer<'static>>) -> Self {
        let anchors = certificates
            .iter()
            .filter_map(|der| webpki::anchor_from_trusted_cert(der).ok())
            .map(|anchor| anchor.to_owned())
            .collect();
        Self { anchors, certificates }
    }

    /// The names of the authorities, for a server to tell its clients (RFC 8446 §4.2.4).
    fn subjects(&self) -> Vec<DistinguishedName> {
        self.anchors.iter().map(|anchor| DistinguishedName::in_sequence(&anchor.subject)).collect()
    }
}

/// What is wrong with a peer's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateFault {
    /// It has no certificate.
    Missing,
    /// The certificate is its own issuer, and not trusted.
    SelfSigned,
    /// An authority in the chain is its own issuer, and not trusted.
    SelfSignedInChain,
    /// There is nobody who vouches for the only certificate.
    UnknownLeafIssuer,
    /// There is nobody who vouches for the last certificate of the chain.
    UnknownIssuer,
    /// Past its time.
    Expired,
    /// Before its time.
    NotYetValid,
    /// A revocation list names it.
    Revoked,
    /// There are revocation lists, and none speaks of it.
    UnknownRevocation,
    /// A revocation list is past its time.
    RevocationExpired,
    /// A signature does not fit.
    Signature,
    /// It is meant for something else.
    Purpose,
    /// An authority may not issue it: path length, name constraints, no authority at all.
    Constraint,
    /// It cannot be read, or uses an algorithm that is not supported.
    Malformed,
}

impl CertificateFault {
    /// The name that OpenSSL, and so node:tls, has for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "UNABLE_TO_GET_ISSUER_CERT",
            Self::SelfSigned => "DEPTH_ZERO_SELF_SIGNED_CERT",
            Self::SelfSignedInChain => "SELF_SIGNED_CERT_IN_CHAIN",
            Self::UnknownLeafIssuer => "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
            Self::UnknownIssuer => "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
            Self::Expired => "CERT_HAS_EXPIRED",
            Self::NotYetValid => "CERT_NOT_YET_VALID",
            Self::Revoked => "CERT_REVOKED",
            Self::UnknownRevocation => "UNABLE_TO_GET_CRL",
            Self::RevocationExpired => "CRL_HAS_EXPIRED",
            Self::Signature => "CERT_SIGNATURE_FAILURE",
            Self::Purpose => "INVALID_PURPOSE",
            Self::Constraint => "INVALID_CA",
            Self::Malformed => "CERT_REJECTED",
        }
    }
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "unable to get issuer certificate",
            Self::SelfSigned => "self-signed certificate",
            Self::SelfSignedInChain => "self-signed certificate in certificate chain",
            Self::UnknownLeafIssuer => "unable to verify the first certificate",
            Self::UnknownIssuer => "unable to get local issuer certificate",
            Self::Expired => "certificate has expired",
            Self::NotYetValid => "certificate is not yet valid",
            Self::Revoked => "certificate revoked",
            Self::UnknownRevocation => "unable to get certificate CRL",
            Self::RevocationExpired => "CRL has expired",
            Self::Signature => "certificate signature failure",
            Self::Purpose => "unsuitable certificate purpose",
            Self::Constraint => "invalid CA certificate",
            Self::Malformed => "certificate rejected",
        })
    }
}

/// Judges the chains of peers.
#[derive(Debug)]
pub(super) struct Judge {
    pub(super) roots: Arc<Roots>,
    pub(super) revocations: Vec<CertRevocationList<'static>>,
    pub(super) algorithms: WebPkiSupportedAlgorithms,
}

impl Judge {
    /// # Errors
    /// A revocation list that cannot be read.
    pub(super) fn new(
        roots: Arc<Roots>,
        revocations: &[Vec<u8>],
        provider: &CryptoProvider,
    ) -> Result<Self, webpki::Error> {
        let revocations = revocations
            .iter()
            .map(|der| OwnedCertRevocationList::from_der(der).map(CertRevocationList::Owned))
            .collect::<Result<_, _>>()?;
        let algorithms = provider.signature_verification_algorithms;
        Ok(Self { roots, revocations, algorithms })
    }

    /// Judges a chain, the peer's own certificate first.
    pub(super) fn judge(
        &self,
        chain: &[CertificateDer<'_>],
        usage: KeyUsage,
        now: UnixTime,
    ) -> Result<(), CertificateFault> {
        let Some((own, others)) = chain.split_first() else {
            return Err(CertificateFault::Missing);
        };
        // RFC 5280 has no name for it, but it is what a user means who lists a self-signed
        // certificate, and webpki would refuse it when it is marked as an authority's.
        if self.roots.certificates.contains(own) {
            return check_validity(own, now);
        }
        let leaf = EndEntityCert::try_from(own).map_err(|error| self.fault(&error, chain))?;
        let lists: Vec<_> = self.revocations.iter().collect();
        let revocation = RevocationOptionsBuilder::new(&lists).ok().map(|options| {
            options
                .with_depth(RevocationCheckDepth::Chain)
                .with_status_policy(UnknownStatusPolicy::Deny)
                .with_expiration_policy(ExpirationPolicy::Enforce)
                .build()
        });
        let (algorithms, anchors) = (self.algorithms.all, &self.roots.anchors);
        leaf.verify_for_usage(algorithms, anchors, others, now, usage, revocation, None)
            .map_err(|error| self.fault(&error, chain))?;
        Ok(())
    }

    fn fault(&self, error: &webpki::Error, chain: &[CertificateDer<'_>]) -> CertificateFault {
        use webpki::Error as E;
        match error {
            E::CertExpired { .. } => CertificateFault::Expired,
            E::CertNotValidYet { .. } => CertificateFault::NotYetValid,
            E::CertRevoked => CertificateFault::Revoked,
            E::UnknownRevocationStatus => CertificateFault::UnknownRevocation,
            E::CrlExpired { .. } => CertificateFault::RevocationExpired,
            E::InvalidSignatureForPublicKey | E::InvalidCrlSignatureForPublicKey => {
                CertificateFault::Signature
            }
            E::RequiredEkuNotFoundContext(_) => CertificateFault::Purpose,
            E::EndEntityUsedAsCa
            | E::NameConstraintViolation
            | E::PathLenConstraintViolated
            | E::IssuerNotCrlSigner => CertificateFault::Constraint,
            E::UnknownIssuer | E::CaUsedAsEndEntity | E::UnsupportedCertVersion => {
                self.missing_issuer(chain, error)
            }
            _ => CertificateFault::Malformed,
        }
    }

    /// Finds where a chain ends for which there is no trusted issuer.
    fn missing_issuer(
        &self,
        chain: &[CertificateDer<'_>],
        error: &webpki::Error,
    ) -> CertificateFault {
        let outlines: Vec<_> = chain.iter().map_while(|der| Outline::parse(der)).collect();
        let Some((leaf, mut others)) = outlines.split_first() else {
            return CertificateFault::Malformed;
        };
        if leaf.is_self_issued() {
            return CertificateFault::SelfSigned;
        }
        if self.roots.anchors.iter().any(|anchor| anchor.subject.as_ref() == leaf.issuer) {
            return match error {
                webpki::Error::CaUsedAsEndEntity => CertificateFault::Purpose,
                webpki::Error::UnsupportedCertVersion => CertificateFault::Malformed,
                _ => CertificateFault::Signature,
            };
        }
        let mut last = leaf;
        // Each certificate vouches for the one before it (RFC 8446 §4.4.2).
        while let Some(issuer) = others.iter().position(|one| one.subject == last.issuer) {
            last = &others[issuer];
            others = &others[issuer + 1..];
            if last.is_self_issued() {
                return CertificateFault::SelfSignedInChain;
            }
        }
        if last == leaf {
            CertificateFault::UnknownLeafIssuer
        } else {
            CertificateFault::UnknownIssuer
        }
    }
}

fn check_validity(der: &CertificateDer<'_>, now: UnixTime) -> Result<(), CertificateFault> {
    let outline = Outline::parse(der).ok_or(CertificateFault::Malformed)?;
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    if now < outline.not_before {
        Err(CertificateFault::NotYetValid)
    } else if now > outline.not_after {
        Err(CertificateFault::Expired)
    } else {
        Ok(())
    }
}

/// Sees to it that the peer has the key of the certificate that it shows; see the module.
#[derive(Debug)]
pub(super) struct KeyProof {
    algorithms: WebPkiSupportedAlgorithms,
    /// Whether a client may go without a certificate.
    mandatory: bool,
    hints: Vec<DistinguishedName>,
}

impl KeyProof {
    /// One for all clients: rustls resumes no session of another's.
    pub(super) fn of_servers() -> Arc<Self> {
        static PROOF: OnceLock<Arc<KeyProof>> = OnceLock::new();
        Arc::clone(PROOF.get_or_init(|| {
            let algorithms = aws_lc_rs::default_provider().signature_verification_algorithms;
            Arc::new(Self { algorithms, mandatory: true, hints: Vec::new() })
        }))
    }

    pub(super) fn of_clients(judge: &Judge, mandatory: bool) -> Self {
        Self { algorithms: judge.algorithms, mandatory, hints: judge.roots.subjects() }
    }

    fn tls12(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        match old_key(cert) {
            None => rustls::crypto::verify_tls12_signature(message, cert, dss, &self.algorithms),
            Some(key) => self.tls12_with_key(message, &key, dss),
        }
    }

    /// What rustls has for TLS 1.3 only.
    fn tls12_with_key(
        &self,
        message: &[u8],
        key: &SubjectPublicKeyInfoDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let refused = Error::InvalidCertificate(CertificateError::BadSignature);
        let key = RawPublicKeyEntity::try_from(key).map_err(|_| refused.clone())?;
        let algorithms = self.algorithms.mapping.iter().find(|(scheme, _)| *scheme == dss.scheme);
        let fits = |algorithm: &&dyn SignatureVerificationAlgorithm| {
            key.verify_signature(*algorithm, message, dss.signature()).is_ok()
        };
        match algorithms {
            Some((_, list)) if list.iter().any(fits) => Ok(HandshakeSignatureValid::assertion()),
            _ => Err(refused),
        }
    }

    fn tls13(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.algorithms;
        match old_key(cert) {
            None => rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms),
            Some(key) => verify_tls13_signature_with_raw_key(message, &key, dss, algorithms),
        }
    }
}

/// The key of a certificate of version 1. webpki reads none of these, so that no chain with one is
/// ever good, but a user may trust the certificate itself, or nobody's.
fn old_key<'a>(der: &'a CertificateDer<'_>) -> Option<SubjectPublicKeyInfoDer<'a>> {
    match EndEntityCert::try_from(der) {
        Err(webpki::Error::UnsupportedCertVersion) => {
            Outline::parse(der).map(|outline| SubjectPublicKeyInfoDer::from(outline.key))
        }
        _ => None,
    }
}

impl ServerCertVerifier for KeyProof {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // Judged when the handshake is done.
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.tls12(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.tls13(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl ClientCertVerifier for KeyProof {
    fn client_auth_mandatory(&self) -> bool {
        self.mandatory
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        // Judged when the handshake is done.
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.tls12(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.tls13(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
