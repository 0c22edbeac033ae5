//! One TLS connection, driven from JavaScript.

use std::cell::RefCell;
use std::ffi::CStr;
use std::rc::Rc;
use std::sync::Arc;

use napi::Result;
use napi::bindgen_prelude::ClassInstance;

use super::config::{Side, TlsConfig, TlsSessions};
use crate::node::guard::{Panicked, borrow, error, run};
use crate::node::raw::{Answer, Arguments, Class, Method};
use crate::tls::pki_types::{IpAddr, Ipv4Addr, ServerName, UnixTime};
use crate::tls::{Client, Fault, KeyLines, Sealed, Server};

/// A pipe, gone after a panic, and why it failed if it did.
pub(in crate::node) struct Pipe {
    state: RefCell<State>,
    side: Side,
}

struct State {
    pipe: Option<Box<crate::tls::Pipe>>,
    /// OpenSSL's reason, and rustls's words.
    fault: Option<(&'static str, String)>,
    is_not_tls: bool,
    server_name: Option<String>,
}

/// Bits of the flags that `open` tells.
const ESTABLISHED: u8 = 1;
const PEER_CLOSED: u8 = 2;

impl Class for Pipe {
    const NAME: &'static CStr = c"TlsPipe";

    const METHODS: &'static [Method<Self>] = &[
        Method::new(c"open", Self::open),
        Method::new(c"seal", Self::seal),
        Method::new(c"takeRest", |pipe, _| pipe.with(|pipe| Ok(Answer::Octets(pipe.take_rest())))),
        Method::new(c"takeOutgoing", |pipe, _| {
            pipe.with(|pipe| Ok(Answer::Octets(pipe.take_outgoing())))
        }),
        Method::new(c"close", |pipe, _| {
            pipe.with(|pipe| {
                pipe.close();
                Ok(Answer::Undefined)
            })
        }),
        Method::new(c"free", |pipe, _| {
            let freed = borrow(&pipe.state)?.pipe.take();
            drop(freed);
            Ok(Answer::Undefined)
        }),
        Method::new(c"authorization", |pipe, arguments| pipe.authorization(arguments.i32(0)? != 0)),
        Method::new(c"certificate", |pipe, arguments| {
            let nth = arguments.u32(0)? as usize;
            pipe.with(|pipe| {
                let found = pipe.peer_certificates().get(nth);
                Ok(found.map_or(Answer::Undefined, |der| Answer::Octets(der.to_vec())))
            })
        }),
        Method::new(c"alpn", |pipe, _| {
            pipe.with(|pipe| {
                let text = |alpn: &[u8]| Answer::Text(String::from_utf8_lossy(alpn).into_owned());
                Ok(pipe.alpn().map_or(Answer::Undefined, text))
            })
        }),
        Method::new(c"suite", |pipe, _| {
            pipe.with(|pipe| Ok(Answer::Int(pipe.suite().unwrap_or_default().into())))
        }),
        Method::new(c"group", |pipe, _| {
            pipe.with(|pipe| Ok(Answer::Int(pipe.group().unwrap_or_default().into())))
        }),
        Method::new(c"isTls13", |pipe, _| {
            pipe.with(|pipe| Ok(pipe.is_tls13().map_or(Answer::Undefined, Answer::Bool)))
        }),
        Method::new(c"isResumed", |pipe, _| pipe.with(|pipe| Ok(Answer::Bool(pipe.is_resumed())))),
        Method::new(c"servername", |pipe, _| {
            let name = borrow(&pipe.state)?.server_name.clone();
            Ok(name.map_or(Answer::Undefined, Answer::Text))
        }),
        Method::new(c"reason", |pipe, _| {
            let state = borrow(&pipe.state)?;
            let reason = state.fault.as_ref().map_or("INTERNAL_ERROR", |(reason, _)| reason);
            Ok(Answer::Text(reason.to_owned()))
        }),
        Method::new(c"words", |pipe, _| {
            let state = borrow(&pipe.state)?;
            let words = state.fault.as_ref().map_or("internal error", |(_, words)| words);
            Ok(Answer::Text(words.to_owned()))
        }),
        Method::new(c"isNotTls", |pipe, _| Ok(Answer::Bool(borrow(&pipe.state)?.is_not_tls))),
        Method::new(c"keyLines", |pipe, _| Ok(Answer::Text(pipe.side.key_lines().take().concat()))),
    ];

    /// `new TlsPipe(config, name, sessions)`: the name of the server, and the sessions that it may
    /// resume, are a client's.
    fn construct(arguments: &mut Arguments) -> Result<Self> {
        let config: ClassInstance<TlsConfig> = arguments.convert(0)?;
        let side = config.0.clone();
        let made = match &side {
            Side::Server(server) => crate::tls::Pipe::server(server),
            Side::Client(client) => {
                let name: String = arguments.convert(1)?;
                let sessions: ClassInstance<TlsSessions> = arguments.convert(2)?;
                crate::tls::Pipe::client(client, server_name(name), Arc::clone(&sessions.0))
            }
        };
        let pipe = made.map_err(|fault| error(&fault.to_string()))?;
        let state =
            State { pipe: Some(Box::new(pipe)), fault: None, is_not_tls: false, server_name: None };
        Ok(Self { state: RefCell::new(state), side })
    }
}

/// What is no name that can be asked for is asked for like an address: not at all. The certificate
/// is compared elsewhere.
fn server_name(name: String) -> ServerName<'static> {
    ServerName::try_from(name)
        .unwrap_or(ServerName::IpAddress(IpAddr::V4(Ipv4Addr::from([0, 0, 0, 0]))))
}

impl Side {
    fn key_lines(&self) -> &KeyLines {
        match self {
            Side::Client(client) => Rc::<Client>::as_ref(client).key_lines(),
            Side::Server(server) => Rc::<Server>::as_ref(server).key_lines(),
        }
    }
}

impl Pipe {
    /// `open(octets, length, figures)`: replaces the ciphertext at the beginning by plaintext and
    /// answers how long that is, or -1 when the connection has failed. The figures are how many
    /// octets wait for `takeRest` and for `takeOutgoing`, and flags.
    fn open(&self, arguments: &mut Arguments) -> Result<Answer> {
        let read = arguments.u32(1)? as usize;
        let octets = arguments.octets_mut(0)?;
        let octets = octets.get_mut(..read).ok_or_else(|| error("octets are missing"))?;
        let answer = self.attempt(|pipe| pipe.open(octets))?;
        let mut state = borrow(&self.state)?;
        if let (Side::Server(server), None) = (&self.side, &state.server_name) {
            state.server_name = server.take_name();
        }
        let figures = state.pipe.as_ref().map_or([0; 3], |pipe| {
            let established = if pipe.is_established() { ESTABLISHED } else { 0 };
            let closed = if pipe.is_peer_closed() { PEER_CLOSED } else { 0 };
            [pipe.rest_len(), pipe.outgoing_len(), (established | closed).into()]
        });
        write_figures(arguments.figures_mut(2)?, figures)?;
        Ok(Answer::Int(answer.map_or(-1, length)))
    }

    /// `seal(buffers, words, out, figures)`: encrypts stretches of buffers and answers how much it
    /// wrote: 0 where there is no room for the next record, -1 when the connection has failed. The
    /// words are how many stretches there are, octets of them to pass over, and where in `out` to
    /// begin; then for each stretch its buffer, its place in it and its length. The figure is how
    /// many octets were taken.
    fn seal(&self, arguments: &mut Arguments) -> Result<Answer> {
        let (buffers, words, out) = arguments.buffers_words_and_out(0, 1, 2)?;
        let (&[count, skip, start], stretches) =
            words.split_first_chunk().ok_or_else(|| error("words are missing"))?;
        let stretches = stretches.as_chunks::<3>().0.iter().take(natural(count)?);
        let pieces = stretches.map(|&[buffer, at, length]| {
            let (at, length) = (natural(at)?, natural(length)?);
            let octets = buffers.get(natural(buffer)?).and_then(|octets| octets.get(at..));
            octets.and_then(|octets| octets.get(..length)).ok_or_else(|| error("no such stretch"))
        });
        let pieces = pieces.collect::<Result<Vec<&[u8]>>>()?;
        let room = out.get_mut(natural(start)?..).ok_or_else(|| error("no such offset"))?;
        let skip = natural(skip)?;
        let sealed = self.attempt(|pipe| pipe.seal(&pieces, skip, room))?;
        let Sealed { taken, written } = sealed.unwrap_or_default();
        write_figures(arguments.figures_mut(3)?, [taken])?;
        Ok(Answer::Int(if sealed.is_some() { length(written) } else { -1 }))
    }

    /// The code of what is wrong with the peer's certificate, or words for it; undefined if nothing
    /// is.
    fn authorization(&self, in_words: bool) -> Result<Answer> {
        self.with(|pipe| {
            Ok(match pipe.authorization(UnixTime::now()) {
                Ok(()) => Answer::Undefined,
                Err(fault) if in_words => Answer::Text(fault.to_string()),
                Err(fault) => Answer::Text(fault.code().to_owned()),
            })
        })
    }

    /// Works on the pipe; a panic ends it.
    fn with<R>(&self, work: impl FnOnce(&mut crate::tls::Pipe) -> Result<R>) -> Result<R> {
        let mut state = borrow(&self.state)?;
        let pipe = state.pipe.as_mut().ok_or_else(|| error("the connection is gone"))?;
        run(|| work(pipe)).unwrap_or_else(|Panicked| {
            state.pipe = None;
            Err(error("internal error"))
        })
    }

    /// The same for what may fail as TLS does: `None`, and the fault is kept.
    fn attempt<R>(
        &self,
        work: impl FnOnce(&mut crate::tls::Pipe) -> std::result::Result<R, Fault>,
    ) -> Result<Option<R>> {
        let mut state = borrow(&self.state)?;
        let Some(pipe) = state.pipe.as_mut() else { return Ok(None) };
        match run(|| work(pipe)) {
            Ok(Ok(result)) => Ok(Some(result)),
            Ok(Err(fault)) => {
                state.is_not_tls = fault.is_not_tls();
                state.fault = Some((fault.reason(), fault.to_string()));
                Ok(None)
            }
            Err(Panicked) => {
                state.pipe = None;
                Ok(None)
            }
        }
    }
}

fn natural(n: i32) -> Result<usize> {
    usize::try_from(n).map_err(|_| error("a number is negative"))
}

/// No array that JavaScript brings is longer than this can tell.
fn length(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

#[allow(clippy::cast_precision_loss)]
fn write_figures<const N: usize>(into: &mut [f64], figures: [usize; N]) -> Result<()> {
    let into = into.first_chunk_mut().ok_or_else(|| error("the array of figures is too small"))?;
    *into = figures.map(|n| n as f64);
    Ok(())
}
