//! One connection.

use std::fmt;
use std::mem;
use std::sync::Arc;

use rustls::client::{Resumption, UnbufferedClientConnection};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{
    ConnectionState, EncodeError, EncodeTlsData, EncryptError, InsufficientSizeError,
    UnbufferedStatus, WriteTraffic,
};
use rustls::{CommonState, Error, HandshakeKind, ProtocolVersion};
use webpki::KeyUsage;

use super::config::{Client, Server};
use super::error::Fault;
use super::sessions::ClientSessions;
use super::verify::{CertificateFault, Judge};

/// Octets of plaintext in one record, at most (RFC 8446 §5.1).
const MAX_FRAGMENT: usize = 16_384;

/// Room for what a record adds to its plaintext (head, explicit nonce, content type, tag) and for a
/// KeyUpdate in front of it.
const RESERVE: usize = 128;

/// Memory that is kept for the next record when a long one has passed.
const KEPT: usize = 4 * 1024;

/// One side of a TLS connection: ciphertext in, plaintext out, and the other way round.
///
/// Feed what the transport reads to [`open`](Pipe::open); send what
/// [`outgoing`](Pipe::take_outgoing) holds after every call; once
/// [`is_established`](Pipe::is_established), ask for the
/// [`authorization`](Pipe::authorization) of the peer before anything is said to it, and
/// [`seal`](Pipe::seal) what there is to say. [`close`](Pipe::close) ends the own direction.
///
/// After a [`Fault`] there is an alert to send, and nothing else to do: whatever is asked for then
/// fails in the same way.
pub struct Pipe {
    side: Side,
    /// What has arrived of records that are not complete.
    incoming: Vec<u8>,
    /// Plaintext for which there was no room where its ciphertext was.
    rest: Vec<u8>,
    /// Records of the protocol's own.
    outgoing: Vec<u8>,
    /// Pieces of plaintext that share a record.
    gathered: Vec<u8>,
    judge: Arc<Judge>,
    fault: Option<Fault>,
    established: bool,
    peer_closed: bool,
    closed: bool,
}

enum Side {
    Client(Box<UnbufferedClientConnection>),
    Server(Box<UnbufferedServerConnection>),
}

impl fmt::Debug for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { established, peer_closed, closed, .. } = self;
        f.debug_struct("Pipe")
            .field("established", established)
            .field("peer_closed", peer_closed)
            .field("closed", closed)
            .finish_non_exhaustive()
    }
}

/// A connection of either side.
trait Connection {
    type Data;

    fn process<'c, 'i>(
        &'c mut self,
        incoming: &'i mut [u8],
    ) -> UnbufferedStatus<'c, 'i, Self::Data>;

    /// Whether there are records of the protocol's own to be sent.
    fn has_records(&self) -> bool;
}

impl Connection for UnbufferedClientConnection {
    type Data = rustls::client::ClientConnectionData;

    fn process<'c, 'i>(
        &'c mut self,
        incoming: &'i mut [u8],
    ) -> UnbufferedStatus<'c, 'i, Self::Data> {
        self.process_tls_records(incoming)
    }

    fn has_records(&self) -> bool {
        self.wants_write()
    }
}

impl Connection for UnbufferedServerConnection {
    type Data = rustls::server::ServerConnectionData;

    fn process<'c, 'i>(
        &'c mut self,
        incoming: &'i mut [u8],
    ) -> UnbufferedStatus<'c, 'i, Self::Data> {
        self.process_tls_records(incoming)
    }

    fn has_records(&self) -> bool {
        self.wants_write()
    }
}

/// Calls a function with the connection of whichever side it is.
macro_rules! with_side {
    ($side:expr, $connection:ident => $result:expr) => {
        match $side {
            Side::Client($connection) => $result,
            Side::Server($connection) => $result,
        }
    };
}

/// Where plaintext goes: into the octets that its ciphertext came in, then into a vector.
struct Plain<'a> {
    room: &'a mut [u8],
    filled: usize,
    rest: &'a mut Vec<u8>,
}

impl Plain<'_> {
    fn put(&mut self, octets: &[u8]) {
        if self.rest.is_empty()
            && let Some(room) = self.room.get_mut(self.filled..self.filled + octets.len())
        {
            room.copy_from_slice(octets);
            self.filled += octets.len();
        } else {
            self.rest.extend_from_slice(octets);
        }
    }
}

/// What a connection has come to.
#[derive(Debug, Default)]
struct Stand {
    established: bool,
    peer_closed: bool,
}

/// Takes all complete records of `incoming`.
///
/// `taken` is how many octets those were.
fn drive<C: Connection>(
    connection: &mut C,
    incoming: &mut [u8],
    taken: &mut usize,
    plain: &mut Plain<'_>,
    outgoing: &mut Vec<u8>,
) -> Result<Stand, Error> {
    let mut stand = Stand::default();
    loop {
        let UnbufferedStatus { discard, state, .. } = connection.process(&mut incoming[*taken..]);
        let done = match state {
            Ok(ConnectionState::ReadTraffic(mut traffic)) => {
                while let Some(record) = traffic.next_record() {
                    plain.put(record?.payload);
                }
                false
            }
            Ok(ConnectionState::EncodeTlsData(data)) => {
                encode(data, outgoing)?;
                false
            }
            Ok(ConnectionState::TransmitTlsData(data)) => {
                data.done();
                false
            }
            Ok(ConnectionState::PeerClosed) => {
                stand.peer_closed = true;
                false
            }
            Ok(ConnectionState::WriteTraffic(_)) => {
                stand.established = true;
                true
            }
            Ok(ConnectionState::BlockedHandshake | ConnectionState::Closed) => true,
            // Early data is not accepted, so that none is read.
            Ok(_) => return Err(Error::General("unexpected state".into())),
            Err(error) => {
                *taken += discard;
                return Err(error);
            }
        };
        *taken += discard;
        if done {
            return Ok(stand);
        }
    }
}

/// Takes the alert that tells the peer of an error, and what was to be sent before.
fn take_alert<C: Connection>(connection: &mut C, outgoing: &mut Vec<u8>) {
    while connection.has_records() {
        let Ok(ConnectionState::EncodeTlsData(data)) = connection.process(&mut []).state else {
            break;
        };
        if encode(data, outgoing).is_err() {
            break;
        }
    }
}

/// Appends a record of the protocol's own.
fn encode<D>(mut data: EncodeTlsData<'_, D>, outgoing: &mut Vec<u8>) -> Result<(), Error> {
    append(outgoing, |room| match data.encode(room) {
        Err(EncodeError::InsufficientSize(size)) => Err(Some(size)),
        Err(EncodeError::AlreadyEncoded) => Err(None),
        Ok(written) => Ok(written),
    })
}

/// Lets `write` append to a vector; asked for more room it is called again.
fn append(
    vector: &mut Vec<u8>,
    mut write: impl FnMut(&mut [u8]) -> Result<usize, Option<InsufficientSizeError>>,
) -> Result<(), Error> {
    let start = vector.len();
    let mut size = 0;
    loop {
        vector.resize(start + size, 0);
        match write(&mut vector[start..]) {
            Ok(written) => {
                vector.truncate(start + written);
                return Ok(());
            }
            Err(Some(InsufficientSizeError { required_size })) if required_size > size => {
                size = required_size;
            }
            Err(_) => return Err(Error::EncryptError),
        }
    }
}

/// Has `write` done what is only possible when the handshake is.
fn with_traffic<C: Connection, R>(
    connection: &mut C,
    write: impl FnOnce(&mut WriteTraffic<'_, C::Data>) -> Result<R, Error>,
) -> Result<R, Error> {
    match connection.process(&mut []).state? {
        ConnectionState::WriteTraffic(mut traffic) => write(&mut traffic),
        _ => Err(Error::HandshakeNotComplete),
    }
}

/// What [`Pipe::seal`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Octets of plaintext that were taken.
    pub taken: usize,
    /// Octets of ciphertext that were written.
    pub written: usize,
}

impl Pipe {
    /// A client's side. `name` is the server's, or its address; with `sessions` it resumes one of
    /// them if it can, and puts those that it is given there.
    ///
    /// # Errors
    /// A configuration without what a hello needs.
    pub fn client(
        client: &Client,
        name: ServerName<'static>,
        sessions: Arc<ClientSessions>,
    ) -> Result<Self, Fault> {
        let mut config = client.config.clone();
        config.client_auth_cert_resolver = sessions.identities_like(&client.identities);
        config.resumption = Resumption::store(sessions);
        let connection = UnbufferedClientConnection::new(Arc::new(config), name).map_err(Fault)?;
        Self::begin(Side::Client(Box::new(connection)), &client.judge)
    }

    /// A server's side.
    ///
    /// # Errors
    /// As for [`Pipe::client`].
    pub fn server(server: &Server) -> Result<Self, Fault> {
        let config = Arc::clone(&server.config);
        let connection = UnbufferedServerConnection::new(config).map_err(Fault)?;
        Self::begin(Side::Server(Box::new(connection)), &server.judge)
    }

    fn begin(side: Side, judge: &Arc<Judge>) -> Result<Self, Fault> {
        let mut pipe = Self {
            side,
            incoming: Vec::new(),
            rest: Vec::new(),
            outgoing: Vec::new(),
            gathered: Vec::new(),
            judge: Arc::clone(judge),
            fault: None,
            established: false,
            peer_closed: false,
            closed: false,
        };
        pipe.open(&mut [])?;
        Ok(pipe)
    }

    /// Takes what the transport has read and puts the plaintext in its place. Answers how many
    /// octets that are; more may wait in [`take_rest`](Pipe::take_rest), if the end of a record
    /// came whose beginning was here already.
    ///
    /// # Errors
    /// The connection is over. The alert that says why is in the outgoing octets.
    pub fn open(&mut self, octets: &mut [u8]) -> Result<usize, Fault> {
        self.check()?;
        let mut incoming = mem::take(&mut self.incoming);
        incoming.extend_from_slice(octets);
        let mut taken = 0;
        let mut plain = Plain { room: octets, filled: 0, rest: &mut self.rest };
        let result = with_side!(&mut self.side, connection => {
            drive(&mut **connection, &mut incoming, &mut taken, &mut plain, &mut self.outgoing)
        });
        let filled = plain.filled;
        match result {
            Ok(stand) => {
                incoming.drain(..taken);
                if !incoming.is_empty() || incoming.capacity() <= KEPT {
                    self.incoming = incoming;
                }
                self.established |= stand.established;
                self.peer_closed |= stand.peer_closed;
                Ok(filled)
            }
            Err(error) => {
                let outgoing = &mut self.outgoing;
                with_side!(&mut self.side, connection => take_alert(&mut **connection, outgoing));
                let fault = Fault(error);
                self.fault = Some(fault.clone());
                Err(fault)
            }
        }
    }

    /// A connection that has failed does nothing any more.
    fn check(&self) -> Result<(), Fault> {
        self.fault.clone().map_or(Ok(()), Err)
    }

    /// Octets of plaintext that [`open`](Pipe::open) had no room for, behind those it had.
    pub fn rest_len(&self) -> usize {
        self.rest.len()
    }

    /// Takes them.
    pub fn take_rest(&mut self) -> Vec<u8> {
        mem::take(&mut self.rest)
    }

    /// Octets of the protocol's own that are to be sent.
    pub fn outgoing_len(&self) -> usize {
        self.outgoing.len()
    }

    /// Takes them.
    pub fn take_outgoing(&mut self) -> Vec<u8> {
        mem::take(&mut self.outgoing)
    }

    /// Encrypts `pieces` from the octet `skip` on, as far as the ciphertext fits into `out`; a
    /// record begins only where there is room for 16,384 octets and 128 more, or for all that is
    /// left and as many.
    ///
    /// # Errors
    /// The handshake is not done, this side has closed, or the connection has failed.
    pub fn seal(&mut self, pieces: &[&[u8]], skip: usize, out: &mut [u8]) -> Result<Sealed, Fault> {
        self.check()?;
        if self.closed {
            return Err(Fault(Error::EncryptError));
        }
        let mut gathered = mem::take(&mut self.gathered);
        let sealed = with_side!(&mut self.side, connection => {
            with_traffic(&mut **connection, |traffic| {
                let mut cut = Cut::new(pieces, skip);
                let mut sealed = Sealed::default();
                while cut.left > 0 {
                    let room = &mut out[sealed.written..];
                    if room.len() < cut.left.min(MAX_FRAGMENT) + RESERVE {
                        break;
                    }
                    let plain = cut.next(&mut gathered);
                    sealed.taken += plain.len();
                    sealed.written +=
                        traffic.encrypt(plain, room).map_err(|_| Error::EncryptError)?;
                }
                Ok(sealed)
            })
        });
        gathered.clear();
        self.gathered = gathered;
        sealed.map_err(Fault)
    }

    /// Ends the own direction (RFC 8446 §6.1): the close_notify is in the outgoing octets. During
    /// the handshake there is nothing to end.
    pub fn close(&mut self) {
        if self.closed || self.fault.is_some() {
            return;
        }
        self.closed = true;
        let outgoing = &mut self.outgoing;
        // It fails before the handshake is done: there is nothing to end then.
        let _ = with_side!(&mut self.side, connection => {
            with_traffic(&mut **connection, |traffic| {
                append(outgoing, |room| traffic.queue_close_notify(room).map_err(|error| match error {
                    EncryptError::InsufficientSize(size) => Some(size),
                    EncryptError::EncryptExhausted => None,
                }))
            })
        });
    }

    /// Judges the peer's certificate: its chain, times, purpose and revocation, but not its name.
    ///
    /// # Errors
    /// What is wrong with it. A client that showed none is [`CertificateFault::Missing`] one.
    pub fn authorization(&self, now: UnixTime) -> Result<(), CertificateFault> {
        let usage = match self.side {
            Side::Client(_) => KeyUsage::server_auth(),
            Side::Server(_) => KeyUsage::client_auth(),
        };
        self.judge.judge(self.peer_certificates(), usage, now)
    }

    /// The chain that the peer showed, its own certificate first; empty if it showed none.
    pub fn peer_certificates(&self) -> &[CertificateDer<'static>] {
        self.common().peer_certificates().unwrap_or_default()
    }

    /// Whether the handshake is done.
    pub fn is_established(&self) -> bool {
        self.established
    }

    /// Whether the peer has ended its direction: what it sent is complete.
    pub fn is_peer_closed(&self) -> bool {
        self.peer_closed
    }

    /// The protocol that was agreed on (RFC 7301).
    pub fn alpn(&self) -> Option<&[u8]> {
        self.common().alpn_protocol()
    }

    /// The number of the cipher suite.
    pub fn suite(&self) -> Option<u16> {
        self.common().negotiated_cipher_suite().map(|suite| suite.suite().into())
    }

    /// The number of the group that the keys were exchanged in.
    pub fn group(&self) -> Option<u16> {
        self.common().negotiated_key_exchange_group().map(|group| group.name().into())
    }

    /// Whether it is TLS 1.3; `None` before it is known.
    pub fn is_tls13(&self) -> Option<bool> {
        self.common().protocol_version().map(|version| version == ProtocolVersion::TLSv1_3)
    }

    /// Whether a session was resumed.
    pub fn is_resumed(&self) -> bool {
        self.common().handshake_kind() == Some(HandshakeKind::Resumed)
    }

    fn common(&self) -> &CommonState {
        with_side!(&self.side, connection => connection)
    }
}

/// Cuts a list of pieces into what goes into one record each.
struct Cut<'a> {
    pieces: &'a [&'a [u8]],
    /// The place in them: a piece, and an octet of it.
    at: usize,
    within: usize,
    /// Octets from there to the end.
    left: usize,
}

impl<'a> Cut<'a> {
    /// Begins behind the first `skip` octets.
    fn new(pieces: &'a [&'a [u8]], skip: usize) -> Self {
        let left = pieces.iter().map(|piece| piece.len()).sum::<usize>().saturating_sub(skip);
        let (mut at, mut within) = (0, skip);
        while let Some(piece) = pieces.get(at).filter(|piece| piece.len() <= within) {
            within -= piece.len();
            at += 1;
        }
        Self { pieces, at, within, left }
    }

    /// Octets of the piece that comes next.
    fn piece_left(&self) -> usize {
        self.pieces.get(self.at).map_or(0, |piece| piece.len() - self.within)
    }

    fn take(&mut self, limit: usize) -> &'a [u8] {
        let Some(piece) = self.pieces.get(self.at) else { return &[] };
        let rest = &piece[self.within..];
        let taken = &rest[..rest.len().min(limit)];
        self.left -= taken.len();
        self.within += taken.len();
        if self.within == piece.len() {
            self.at += 1;
            self.within = 0;
        }
        taken
    }

    /// The plaintext of the next record; empty at the end.
    fn next<'b>(&mut self, gathered: &'b mut Vec<u8>) -> &'b [u8]
    where
        'a: 'b,
    {
        let piece = self.piece_left();
        if piece >= MAX_FRAGMENT || piece == self.left {
            return self.take(MAX_FRAGMENT);
        }
        // Records that are full cost the peer least; what is copied here is in the cache for the
        // cipher, which comes next.
        gathered.clear();
        while self.left > 0 && gathered.len() < MAX_FRAGMENT {
            gathered.extend_from_slice(self.take(MAX_FRAGMENT - gathered.len()));
        }
        gathered
    }
}
