//! A hostile peer of a TLS connection of either side: octets of nobody's, an altered handshake, a
//! certificate that is none, altered records. What is read is what was said, from its beginning on,
//! or the connection fails.
#![no_main]

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use rust_http2::tls::pki_types::{CertificateDer, ServerName, UnixTime};
use rust_http2::tls::{
    Client, ClientCertificate, HelloReader, Identity, Options, Pipe, Roots, Server, ServerOptions,
    TICKET_LIFETIME, TicketKeys,
};
use rust_http2_fuzz::body_octet;

/// Octets that a pipe may have to send without having been told to: no flight is longer.
const MAX_OUTGOING: usize = 1 << 16;

/// When certificates are judged: in 2027.
const NOW: Duration = Duration::from_secs(1_800_000_000);

/// A self-signed certificate and its key.
static OWN: LazyLock<(Vec<u8>, Vec<u8>)> = LazyLock::new(|| {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    (own.cert.der().to_vec(), own.signing_key.serialize_der())
});

fuzz_target!(|input: &[u8]| {
    let Some((&[mode, portion, high, low, change], octets)) = input.split_first_chunk() else {
        return;
    };
    let mut wire = Wire {
        at: usize::from(u16::from_be_bytes([high, low])),
        change,
        portion: usize::from(portion) + 1,
        passed: 0,
    };
    let (mut victim, mut peer) = pair(mode, wire.at, change, octets);
    if mode & 2 != 0 {
        victim.shake(&mut peer, &mut wire);
        if victim.pipe.is_established() && peer.is_established() {
            victim.listen(&mut peer, &mut wire, octets);
        }
    }
    wire.change = 0;
    wire.carry(&mut octets.to_vec(), &mut victim);
    read_hello(octets, wire.portion);
});

/// Carries what the hostile side says, in portions, and alters one octet of it.
struct Wire {
    at: usize,
    change: u8,
    portion: usize,
    passed: usize,
}

impl Wire {
    fn carry(&mut self, octets: &mut [u8], to: &mut Victim) {
        if let Some(octet) = self.at.checked_sub(self.passed).and_then(|at| octets.get_mut(at)) {
            *octet ^= self.change;
        }
        self.passed += octets.len();
        for portion in octets.chunks_mut(self.portion) {
            to.read(portion);
        }
    }
}

/// The side that is attacked.
struct Victim {
    pipe: Pipe,
    failed: bool,
    /// Octets of plaintext that it has read.
    read: u64,
    /// Octets that were said to it.
    said: u64,
}

impl Victim {
    fn read(&mut self, octets: &mut [u8]) {
        let opened = self.pipe.open(octets);
        assert!(!self.failed || opened.is_err(), "a failure is final");
        self.failed = opened.is_err();
        let length = opened.unwrap_or_default();
        let rest = self.pipe.take_rest();
        for octet in octets[..length].iter().chain(&rest) {
            let said = body_octet(1, self.read);
            assert_eq!(*octet, said, "octet {} is not what was said", self.read);
            self.read += 1;
        }
        assert!(self.read <= self.said, "more was read than was said");
        assert!(self.pipe.outgoing_len() <= MAX_OUTGOING, "the answer is too long");
    }

    /// Both sides say what they have to until nobody has any more.
    fn shake(&mut self, peer: &mut Pipe, wire: &mut Wire) {
        while !self.failed && self.pipe.outgoing_len() + peer.outgoing_len() > 0 {
            // The peer goes on as long as it can.
            let _ = peer.open(&mut self.pipe.take_outgoing());
            wire.carry(&mut peer.take_outgoing(), self);
        }
        if self.pipe.is_established() {
            let (pipe, now) = (&self.pipe, UnixTime::since_unix_epoch(NOW));
            // Any verdict will do.
            let _ = (pipe.authorization(now), pipe.alpn(), pipe.suite(), pipe.group());
        }
    }

    /// The peer says something, the victim answers, and the peer ends.
    fn listen(&mut self, peer: &mut Pipe, wire: &mut Wire, octets: &[u8]) {
        for chunk in octets.chunks(40) {
            let length = chunk.iter().map(|octet| usize::from(*octet)).sum::<usize>() * 4;
            let said: Vec<u8> = (self.said..).take(length).map(|at| body_octet(1, at)).collect();
            self.said += length as u64;
            wire.carry(&mut seal(peer, &said), self);
            if !self.failed {
                let _ = peer.open(&mut seal(&mut self.pipe, chunk));
            }
        }
        peer.close();
        wire.carry(&mut peer.take_outgoing(), self);
        let altered = wire.change != 0 && wire.at < wire.passed;
        assert!(altered || (self.read == self.said && self.pipe.is_peer_closed()), "all arrives");
        self.pipe.close();
    }
}

fn seal(pipe: &mut Pipe, plain: &[u8]) -> Vec<u8> {
    let mut wire = vec![0; plain.len() + plain.len() / 64 + 256];
    let sealed = pipe.seal(&[plain], 0, &mut wire).expect("the handshake is done");
    assert_eq!(sealed.taken, plain.len(), "there is room for all of it");
    wire.truncate(sealed.written);
    wire
}

/// The victim, and its peer, which may show a certificate that was altered, or is made up.
fn pair(mode: u8, at: usize, change: u8, octets: &[u8]) -> (Victim, Pipe) {
    let (der, key) = &*OWN;
    let own = || Identity { chain: vec![der.clone()], key: key.clone() };
    let mut shown = own();
    if mode & 8 != 0 {
        if let Some(octet) = shown.chain[0].get_mut(at) {
            *octet ^= change;
        }
        shown.chain.push(octets.to_vec());
    }
    let options = |identity| Options {
        identities: vec![identity],
        roots: Arc::new(Roots::new(vec![CertificateDer::from(der.clone())])),
        alpn: vec![b"h2".to_vec()],
        tls12: true,
        tls13: mode & 4 == 0,
        ..Options::default()
    };
    let is_client = mode & 1 != 0;
    let (client, server) = if is_client { (own(), shown) } else { (shown, own()) };
    let tickets = Arc::new(TicketKeys::new(TICKET_LIFETIME).expect("random octets"));
    let client_certificate = ClientCertificate::Optional;
    let asking = ServerOptions { client_certificate, own_order: mode & 16 != 0, tickets };
    let name = ServerName::try_from("localhost").expect("a name");
    // A certificate whose key is another's is refused by the one whose it is.
    let (Ok(client), Ok(server)) =
        (Client::new(options(client)), Server::new(options(server), asking))
    else {
        return pair(mode & !8, at, change, octets);
    };
    let client = Pipe::client(&client, name, Arc::default()).expect("a client");
    let server = Pipe::server(&server).expect("a server");
    let (pipe, peer) = if is_client { (client, server) } else { (server, client) };
    (Victim { pipe, failed: false, read: 0, said: 0 }, peer)
}

fn read_hello(octets: &[u8], portion: usize) {
    let mut reader = HelloReader::default();
    for portion in octets.chunks(portion) {
        if reader.read(portion).is_some() {
            return;
        }
    }
}
