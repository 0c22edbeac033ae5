//! Two pipes that speak to each other, and what goes wrong between them.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    PKCS_ECDSA_P256_SHA256,
};

use super::pki_types::{CertificateDer, ServerName, UnixTime};
use super::*;

/// An authority, and a server's certificate from it.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

fn key() -> KeyPair {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap()
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "Authority");
        Self { issuer: CertifiedIssuer::self_signed(params, key()).unwrap() }
    }

    fn roots(&self) -> Arc<Roots> {
        Arc::new(Roots::new(vec![CertificateDer::from(self.issuer.der().to_vec())]))
    }

    fn issue(&self, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let key = key();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity { chain: vec![certificate.der().to_vec()], key: key.serialize_der() }
    }
}

fn self_signed(authority: bool) -> Identity {
    let key = key();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    if authority {
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    }
    let certificate = params.self_signed(&key).unwrap();
    Identity { chain: vec![certificate.der().to_vec()], key: key.serialize_der() }
}

fn options() -> Options {
    Options { tls12: true, tls13: true, alpn: vec![b"h2".to_vec()], ..Options::default() }
}

fn server_options(client_certificate: ClientCertificate) -> ServerOptions {
    let tickets = Arc::new(TicketKeys::new(TICKET_LIFETIME).unwrap());
    ServerOptions { client_certificate, own_order: true, tickets }
}

fn server(identity: Identity) -> Server {
    let options = Options { identities: vec![identity], ..options() };
    Server::new(options, server_options(ClientCertificate::None)).unwrap()
}

fn client_of(client: &Client, sessions: &Arc<ClientSessions>) -> Pipe {
    let name = ServerName::try_from("localhost").unwrap();
    Pipe::client(client, name, Arc::clone(sessions)).unwrap()
}

/// Moves octets until nobody has any; what is said is dropped.
fn shake(client: &mut Pipe, server: &mut Pipe) -> Result<(), Fault> {
    while client.outgoing_len() + server.outgoing_len() > 0 {
        server.open(&mut client.take_outgoing())?;
        client.open(&mut server.take_outgoing())?;
    }
    Ok(())
}

/// A pair with an authority that the client trusts.
fn pair(change: impl FnOnce(&mut Options)) -> (Pipe, Pipe) {
    let authority = Authority::new();
    let mut options = Options { roots: authority.roots(), ..options() };
    change(&mut options);
    let client = Client::new(options).unwrap();
    let server = server(authority.issue(|_| {}));
    let mut pair = (client_of(&client, &Arc::default()), Pipe::server(&server).unwrap());
    shake(&mut pair.0, &mut pair.1).unwrap();
    pair
}

fn seal(pipe: &mut Pipe, pieces: &[&[u8]]) -> Vec<u8> {
    let total: usize = pieces.iter().map(|piece| piece.len()).sum();
    let mut wire = vec![0; total + 128 * (2 * pieces.len() + total / 8192 + 2)];
    let sealed = pipe.seal(pieces, 0, &mut wire).unwrap();
    assert_eq!(sealed.taken, total);
    wire.truncate(sealed.written);
    wire
}

/// What a pipe reads of octets that arrive in parts of at most `size`.
fn open(pipe: &mut Pipe, wire: &[u8], size: usize) -> Vec<u8> {
    let mut plain = Vec::new();
    for part in wire.chunks(size) {
        let mut part = part.to_vec();
        let length = pipe.open(&mut part).unwrap();
        plain.extend_from_slice(&part[..length]);
        plain.extend(pipe.take_rest());
    }
    plain
}

#[test]
fn both_versions_are_spoken() {
    for tls13 in [false, true] {
        let (mut client, mut server) = pair(|options| options.tls13 = tls13);
        for pipe in [&client, &server] {
            assert!(pipe.is_established());
            assert_eq!(pipe.is_tls13(), Some(tls13));
            assert_eq!(pipe.alpn(), Some(&b"h2"[..]));
            assert!(!pipe.is_resumed());
        }
        assert_eq!(client.authorization(UnixTime::now()), Ok(()));
        let wire = seal(&mut client, &[b"hello"]);
        assert_eq!(open(&mut server, &wire, 1000), b"hello");
        let wire = seal(&mut server, &[b"wor", b"", b"ld"]);
        assert_eq!(open(&mut client, &wire, 1), b"world");
    }
}

#[test]
fn bodies_of_any_size_arrive_however_they_are_cut() {
    let (mut client, mut server) = pair(|_| {});
    let body: Vec<u8> = (0..100_000u32).map(|n| n.to_le_bytes()[n as usize % 3]).collect();
    for cut in [1, 9, 8191, 8192, 16_384, 16_385, 40_000, 100_000] {
        let pieces: Vec<&[u8]> = vec![&body[..cut], &body[cut..]];
        let wire = seal(&mut client, &pieces);
        assert_eq!(open(&mut server, &wire, 1 + cut * 7 % 65_536), body);
    }
    let heads: Vec<&[u8]> =
        body.chunks(16_384).flat_map(|body| [&b"nineninen"[..], body]).collect();
    let wire = seal(&mut server, &heads);
    assert_eq!(open(&mut client, &wire, 65_536), heads.concat());
}

#[test]
fn what_does_not_fit_is_sealed_later() {
    let (mut client, mut server) = pair(|_| {});
    let body = vec![7; 50_000];
    let pieces: [&[u8]; 2] = [b"head", &body];
    let (mut skip, mut plain) = (0, Vec::new());
    let mut out = vec![0; 20_000];
    assert_eq!(client.seal(&pieces, 0, &mut out[..64]).unwrap(), Sealed::default());
    while skip < 50_004 {
        let sealed = client.seal(&pieces, skip, &mut out).unwrap();
        assert!(sealed.taken > 0);
        skip += sealed.taken;
        plain.extend(open(&mut server, &out[..sealed.written], 5000));
    }
    assert_eq!(plain, pieces.concat());
}

#[test]
fn sessions_are_resumed_with_both_versions() {
    for tls13 in [false, true] {
        let authority = Authority::new();
        let server = server(authority.issue(|_| {}));
        let sessions = Arc::default();
        for resumed in [false, true, true] {
            let options = Options { roots: authority.roots(), tls13, ..options() };
            let client = Client::new(options).unwrap();
            let (mut one, mut other) =
                (client_of(&client, &sessions), Pipe::server(&server).unwrap());
            shake(&mut one, &mut other).unwrap();
            assert_eq!((one.is_resumed(), other.is_resumed()), (resumed, resumed));
            assert_eq!(one.authorization(UnixTime::now()), Ok(()));
            assert!(sessions.received() > 0);
        }
    }
}

#[test]
fn the_end_is_told_from_a_loss() {
    let (mut client, mut server) = pair(|_| {});
    client.close();
    let mut last = client.take_outgoing();
    assert!(client.seal(&[b"more"], 0, &mut [0; 1000]).is_err());
    assert!(!server.is_peer_closed());
    server.open(&mut last).unwrap();
    assert!(server.is_peer_closed());
    let wire = seal(&mut server, &[b"still"]);
    assert_eq!(open(&mut client, &wire, 100), b"still");
}

#[test]
fn an_altered_record_ends_the_connection_with_an_alert() {
    let (mut client, mut server) = pair(|_| {});
    let mut wire = seal(&mut client, &[b"hello"]);
    *wire.last_mut().unwrap() ^= 1;
    let fault = server.open(&mut wire).unwrap_err();
    assert_eq!(fault.reason(), "DECRYPTION_FAILED_OR_BAD_RECORD_MAC");
    let fault = client.open(&mut server.take_outgoing()).unwrap_err();
    assert_eq!(fault.reason(), "SSLV3_ALERT_BAD_RECORD_MAC");
}

#[test]
fn what_is_not_tls_is_told_apart() {
    let server = server(self_signed(false));
    let mut pipe = Pipe::server(&server).unwrap();
    let fault = pipe.open(&mut b"GET / HTTP/1.1\r\n\r\n".to_vec()).unwrap_err();
    assert!(fault.is_not_tls());
    assert_eq!(fault.reason(), "WRONG_VERSION_NUMBER");
}

#[test]
fn strangers_to_the_protocol_are_told() {
    let server = server(self_signed(false));
    let client = Client::new(Options { alpn: vec![b"http/1.1".to_vec()], ..options() }).unwrap();
    let (mut one, mut other) =
        (client_of(&client, &Arc::default()), Pipe::server(&server).unwrap());
    let fault = shake(&mut one, &mut other).unwrap_err();
    assert_eq!(fault.reason(), "NO_APPLICATION_PROTOCOL");
    let fault = one.open(&mut other.take_outgoing()).unwrap_err();
    assert_eq!(fault.reason(), "TLSV1_ALERT_NO_APPLICATION_PROTOCOL");
}

#[test]
fn a_hello_is_read_and_left() {
    let server = server(self_signed(false));
    let client = Client::new(options()).unwrap();
    let (mut one, mut other) =
        (client_of(&client, &Arc::default()), Pipe::server(&server).unwrap());
    let hello = one.take_outgoing();
    let mut reader = HelloReader::default();
    let (last, first) = hello.split_last().unwrap();
    assert_eq!(first.iter().find_map(|octet| reader.read(&[*octet])), None);
    assert!(!reader.is_refused());
    let seen = reader.read(&[*last]).unwrap();
    assert_eq!(seen.server_name.as_deref(), Some("localhost"));
    assert_eq!(seen.alpn, [b"h2"]);
    other.open(&mut hello.clone()).unwrap();
    assert_eq!(server.take_name().as_deref(), Some("localhost"));
    shake(&mut one, &mut other).unwrap();
    assert!(one.is_established());

    let mut reader = HelloReader::default();
    assert_eq!(reader.read(b"GET / HTTP/1.1\r\n\r\n"), None);
    assert!(reader.is_refused());
}

/// The verdict of a client that trusts `roots` on a server that shows `identity`.
fn verdict(identity: Identity, roots: Arc<Roots>) -> Result<(), CertificateFault> {
    let client = Client::new(Options { roots, ..options() }).unwrap();
    let server = server(identity);
    let (mut one, mut other) =
        (client_of(&client, &Arc::default()), Pipe::server(&server).unwrap());
    shake(&mut one, &mut other).unwrap();
    one.authorization(UnixTime::now())
}

#[test]
fn certificates_are_judged() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let roots = authority.roots();
    assert_eq!(verdict(authority.issue(|_| {}), Arc::clone(&roots)), Ok(()));
    let (past, future) = (rcgen::date_time_ymd(2001, 1, 1), rcgen::date_time_ymd(4001, 1, 1));
    let expired = authority.issue(|params| params.not_after = past);
    assert_eq!(verdict(expired, Arc::clone(&roots)), Err(CertificateFault::Expired));
    let early = authority.issue(|params| params.not_before = future);
    assert_eq!(verdict(early, Arc::clone(&roots)), Err(CertificateFault::NotYetValid));
    let purpose = authority
        .issue(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    assert_eq!(verdict(purpose, Arc::clone(&roots)), Err(CertificateFault::Purpose));
    let unknown = stranger.issue(|params| {
        params.distinguished_name.push(rcgen::DnType::CommonName, "leaf");
    });
    assert_eq!(verdict(unknown, Arc::default()), Err(CertificateFault::UnknownLeafIssuer));
    let mut chain = stranger.issue(|params| {
        params.distinguished_name.push(rcgen::DnType::CommonName, "leaf");
    });
    chain.chain.push(stranger.issuer.der().to_vec());
    assert_eq!(verdict(chain, Arc::default()), Err(CertificateFault::SelfSignedInChain));
}

#[test]
fn self_signed_certificates_are_trusted_when_they_are_listed() {
    for authority in [false, true] {
        let listed = self_signed(authority);
        let roots = vec![CertificateDer::from(listed.chain[0].clone())];
        assert_eq!(verdict(listed, Arc::new(Roots::new(roots))), Ok(()));
        let fault = verdict(self_signed(authority), Arc::default());
        assert_eq!(fault, Err(CertificateFault::SelfSigned));
    }
}

#[test]
fn clients_show_certificates_when_they_are_asked() {
    let authority = Authority::new();
    let asked = |wanted, identity: Option<Identity>| {
        let options = Options { roots: authority.roots(), ..options() };
        let options = Options { identities: vec![authority.issue(|_| {})], ..options };
        let server = Server::new(options, server_options(wanted)).unwrap();
        let options = Options { identities: identity.into_iter().collect(), ..self::options() };
        let client = Client::new(options).unwrap();
        let mut pair = (client_of(&client, &Arc::default()), Pipe::server(&server).unwrap());
        shake(&mut pair.0, &mut pair.1).map(|()| pair.1)
    };
    let known = asked(ClientCertificate::Required, Some(authority.issue(|_| {}))).unwrap();
    assert_eq!(known.authorization(UnixTime::now()), Ok(()));
    let stranger = asked(ClientCertificate::Required, Some(self_signed(false))).unwrap();
    assert_eq!(stranger.authorization(UnixTime::now()), Err(CertificateFault::SelfSigned));
    let nobody = asked(ClientCertificate::Optional, None).unwrap();
    assert_eq!(nobody.authorization(UnixTime::now()), Err(CertificateFault::Missing));
    let fault = asked(ClientCertificate::Required, None).unwrap_err();
    assert_eq!(fault.reason(), "PEER_DID_NOT_RETURN_A_CERTIFICATE");
}

#[test]
fn a_failure_is_final() {
    let (mut client, mut server) = pair(|_| {});
    let mut altered = seal(&mut client, &[b"hello"]);
    altered[7] ^= 1;
    let whole = seal(&mut client, &[b"hello"]);
    let fault = server.open(&mut altered).unwrap_err();
    let alert = server.take_outgoing();
    assert!(!alert.is_empty());
    for _ in 0..2 {
        assert_eq!(server.open(&mut whole.clone()).unwrap_err().reason(), fault.reason());
        let sealed = server.seal(&[b"hello"], 0, &mut [0; 200]);
        assert_eq!(sealed.unwrap_err().reason(), fault.reason());
        server.close();
        assert_eq!(server.outgoing_len() + server.rest_len(), 0);
    }
}
