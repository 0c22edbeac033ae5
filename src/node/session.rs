//! One HTTP/2 session, driven from JavaScript.

use std::cell::RefCell;
use std::ffi::CStr;
use std::rc::Rc;
use std::time::Instant;

use napi::Result;
use napi::bindgen_prelude::ClassInstance;
use tracing::Span;

use super::bridge::{Bridge, Shared, malformed};
use super::commands::{Batch, Command, Malformed};
use super::events::{Damaged, Ring, Told};
use super::guard::{Panicked, borrow, entry, error, run};
use super::log;
use super::options;
use super::output::Draw;
use super::raw::{Answer, Arguments, Class, Method};
use super::report::{Reporter, session_error};
use crate::proto::{self, ErrorCode, Reporting, RequestOptions, StreamId, StreamKey};

/// Library codes for what no peer did: "Internal error" and "The current session is closing".
const INTERNAL: i32 = -534;
const CLOSED: i32 = -530;

/// `type` of a client's session; a server's is 0.
const CLIENT: i32 = 1;

/// The settings in the order in which they are told: RFC 9113 §6.5.2 and RFC 8441 §3.
const SETTINGS: [u16; 7] = [1, 2, 3, 4, 5, 6, 8];

/// An engine and its place in the bridge. The engine is gone after `close` or a panic; every
/// method then does nothing and answers so.
pub(super) struct Session {
    handle: i32,
    engine: RefCell<Option<Box<proto::Session>>>,
    shared: Rc<RefCell<Shared>>,
    told: RefCell<Told>,
    /// Names the session in the log.
    span: Span,
}

impl Class for Session {
    const NAME: &'static CStr = c"Session";

    const METHODS: &'static [Method<Self>] = &[
        Method::new(c"receive", |session, arguments| {
            let (offset, end) = (arguments.u32(1)?, arguments.u32(2)?);
            session.receive(arguments.octets(0)?, offset, end).map(Answer::from)
        }),
        Method::new(c"apply", |session, arguments| {
            session.apply(arguments.u32(0)?).map(Answer::from)
        }),
        Method::new(c"transmit", |session, arguments| {
            let offset = arguments.u32(1)?;
            session.transmit(arguments.octets_mut(0)?, offset).map(Answer::from)
        }),
        Method::new(c"timeout", |session, _| session.timeout().map(Answer::from)),
        Method::new(c"tick", |session, _| session.tick().map(Answer::from)),
        Method::new(c"state", |session, arguments| {
            session.state(arguments.figures_mut(0)?).map(Answer::from)
        }),
        Method::new(c"streamState", |session, arguments| {
            let (slot, id) = (arguments.u32(0)?, arguments.u32(1)?);
            session.stream_state(slot, id, arguments.figures_mut(2)?).map(Answer::from)
        }),
        Method::new(c"localSettings", |session, arguments| {
            session.local_settings(arguments.figures_mut(0)?).map(Answer::from)
        }),
        Method::new(c"remoteSettings", |session, arguments| {
            session.remote_settings(arguments.figures_mut(0)?).map(Answer::from)
        }),
        Method::new(c"stats", |session, arguments| {
            session.stats(arguments.figures_mut(0)?).map(Answer::from)
        }),
        Method::new(c"close", |session, _| session.close().map(Answer::from)),
    ];

    /// `new Session(bridge, handle, type, options)`: `handle` is JavaScript's name for the session
    /// in events; `type` is 0 for a server's end, 1 for a client's.
    fn construct(arguments: &mut Arguments) -> Result<Self> {
        let bridge: ClassInstance<Bridge> = arguments.convert(0)?;
        let (handle, kind) = (arguments.u32(1)?.cast_signed(), arguments.i32(2)?);
        let config = options::config(&arguments.object(3)?, kind == CLIENT)?;
        let now = Instant::now();
        let span = log::session_span(kind == CLIENT);
        let engine = span.in_scope(|| match kind {
            CLIENT => proto::Session::client(config, now),
            _ => proto::Session::server(config, now),
        });
        let shared = Rc::clone(&bridge.shared);
        Ok(Self {
            handle,
            engine: RefCell::new(Some(Box::new(engine))),
            shared,
            told: RefCell::default(),
            span,
        })
    }
}

impl Session {
    /// Reads `chunk` from `offset` to `end`. Answers the offset it came to; when that is not the
    /// end, the ring is to be drained before the next call. The ring's header says whether DATA
    /// events point into the chunk.
    fn receive(&self, chunk: &[u8], offset: u32, end: u32) -> Result<u32> {
        let octets = offset as usize..end as usize;
        let input = chunk.get(octets).ok_or_else(|| error("no such offset"))?;
        self.with(end, |engine, shared| {
            if shared.overlaps(chunk) {
                return Err(error("the chunk overlaps the bridge"));
            }
            let mut told = borrow(&self.told)?;
            let mut sink = Reporter::receiving(&mut shared.ring, &mut told, chunk);
            let taken = engine.receive(Instant::now(), input, &mut sink);
            // No more than `input` was there.
            #[allow(clippy::cast_possible_truncation)]
            Ok(offset + taken as u32)
        })
    }

    /// Runs the first `words` words of the command ring. Answers the last command's result: a slot
    /// for REQUEST and PUSH (the identifier is in the events' header), else 0; negative, a library
    /// code.
    fn apply(&self, words: u32) -> Result<i32> {
        entry(|| {
            let _inside = self.span.enter();
            let mut engine = borrow(&self.engine)?;
            let mut shared = borrow(&self.shared)?;
            let Shared { ring, commands, frames_watched, .. } = &mut *shared;
            if let Some(live) = engine.as_deref_mut() {
                live.observe_frames(*frames_watched);
            }
            ring.open(self.handle).map_err(damaged)?;
            let batch = commands.batch(words as usize).map_err(malformed)?;
            let result = run_batch(&mut engine, batch, ring);
            ring.publish();
            result.map_err(malformed)
        })
    }

    /// Writes what is to be sent to `out[offset..]` and tells how many octets that were; the
    /// segments say which bodies belong where.
    fn transmit(&self, out: &mut [u8], offset: u32) -> Result<u32> {
        if out.len() < offset as usize {
            return Err(error("no such offset"));
        }
        if self.is_gone()? {
            Draw::none(borrow(&self.shared)?.segments.get_mut());
        }
        self.with(0, |engine, shared| {
            if shared.overlaps(out) {
                return Err(error("the output overlaps the bridge"));
            }
            let Shared { ring, segments, .. } = shared;
            let mut draw = Draw::new(out, offset as usize, segments.get_mut());
            let more = engine.transmit(Instant::now(), &mut draw, &mut Reporter::new(ring));
            let end = draw.end();
            let flags = i32::from(engine.want_read()) | i32::from(engine.want_write()) << 1;
            draw.finish(more, flags);
            u32::try_from(end - offset as usize).map_err(|_| error("the output is too large"))
        })
    }

    /// Milliseconds, rounded up, until `tick` is to be called, or -1 for never.
    fn timeout(&self) -> Result<f64> {
        self.with(-1.0, |engine, _| {
            Ok(engine.poll_timeout().map_or(-1.0, |at| {
                (at.saturating_duration_since(Instant::now()).as_secs_f64() * 1e3).ceil()
            }))
        })
    }

    /// Acts on deadlines that have passed.
    fn tick(&self) -> Result<()> {
        self.with((), |engine, shared| {
            engine.handle_timeout(Instant::now(), &mut Reporter::new(&mut shared.ring));
            Ok(())
        })
    }

    /// Figures in the order effectiveLocalWindowSize, effectiveRecvDataLength, nextStreamID,
    /// localWindowSize, lastProcStreamID, remoteWindowSize, outboundQueueSize,
    /// deflateDynamicTableSize, inflateDynamicTableSize. Answers false when the session is closed.
    fn state(&self, into: &mut [f64]) -> Result<bool> {
        self.figures(into, |engine| {
            let state = engine.figures();
            Some([
                state.effective_local_window_size.into(),
                state.effective_recv_data_length.into(),
                state.next_stream_id.into(),
                state.local_window_size.into(),
                state.last_proc_stream_id.get().into(),
                state.remote_window_size.into(),
                count(state.outbound_queue_size),
                count(state.deflate_dynamic_table_size),
                count(state.inflate_dynamic_table_size),
            ])
        })
    }

    /// Figures in the order state, weight, sumDependencyWeight, localClose, remoteClose,
    /// localWindowSize. Answers false when the stream is closed.
    fn stream_state(&self, slot: u32, id: u32, into: &mut [f64]) -> Result<bool> {
        self.figures(into, |engine| {
            let key = StreamKey { slot, id: StreamId::new(id) };
            let state = engine.stream_figures(key)?;
            Some([
                state.state.into(),
                state.weight.into(),
                // Priority trees of RFC 7540 are not built.
                0.0,
                f64::from(u8::from(state.local_closed)),
                f64::from(u8::from(state.remote_closed)),
                state.local_window_size.into(),
            ])
        })
    }

    /// Our settings in force, by ascending identifier: 1 to 6, then 8.
    fn local_settings(&self, into: &mut [f64]) -> Result<bool> {
        self.figures(into, |engine| {
            Some(SETTINGS.map(|id| engine.local_setting(id).unwrap_or_default().into()))
        })
    }

    /// The peer's settings, in the same order.
    fn remote_settings(&self, into: &mut [f64]) -> Result<bool> {
        self.figures(into, |engine| {
            Some(SETTINGS.map(|id| engine.remote_setting(id).unwrap_or_default().into()))
        })
    }

    /// Counters in the order framesReceived, framesSent, octetsReceived, octetsSent, streams,
    /// maxConcurrentStreams, invalidFrames, rejectedStreams, openStreams, memory.
    fn stats(&self, into: &mut [f64]) -> Result<bool> {
        self.figures(into, |engine| {
            let stats = engine.stats();
            Some([
                large(stats.frames_received),
                large(stats.frames_sent),
                large(stats.octets_received),
                large(stats.octets_sent),
                large(stats.streams),
                stats.max_concurrent_streams.into(),
                stats.invalid_frames.into(),
                stats.rejected_streams.into(),
                count(engine.open_streams()),
                large(engine.memory()),
            ])
        })
    }

    /// Frees the engine.
    fn close(&self) -> Result<()> {
        entry(|| {
            let engine = borrow(&self.engine)?.take();
            drop(engine);
            Ok(())
        })
    }

    fn is_gone(&self) -> Result<bool> {
        Ok(borrow(&self.engine)?.is_none())
    }

    /// Runs `work` on the engine; answers `gone` when there is none, or none any more.
    fn with<R>(
        &self,
        gone: R,
        work: impl FnOnce(&mut proto::Session, &mut Shared) -> Result<R>,
    ) -> Result<R> {
        entry(|| {
            let _inside = self.span.enter();
            let mut engine = borrow(&self.engine)?;
            let mut shared = borrow(&self.shared)?;
            let Some(live) = engine.as_deref_mut() else { return Ok(gone) };
            live.observe_frames(shared.frames_watched);
            shared.ring.open(self.handle).map_err(damaged)?;
            let result = run(|| work(live, &mut shared));
            let result = result.unwrap_or_else(|Panicked| {
                poison(&mut engine, &mut shared.ring);
                Ok(gone)
            });
            shared.ring.publish();
            result
        })
    }

    fn figures<const N: usize>(
        &self,
        into: &mut [f64],
        read: impl FnOnce(&proto::Session) -> Option<[f64; N]>,
    ) -> Result<bool> {
        let into = into.first_chunk_mut().ok_or_else(|| error("the array is too small"))?;
        self.with(false, |engine, _| Ok(read(engine).map(|figures| *into = figures).is_some()))
    }
}

/// After a panic: the engine's state cannot be trusted any more, its session has failed.
fn poison(engine: &mut Option<Box<proto::Session>>, ring: &mut Ring) {
    // Dropping it may panic again; what is left of it is then leaked.
    let _ = run(|| drop(engine.take()));
    tracing::error!("a panic ended the session");
    ring.recover();
    session_error(ring, INTERNAL, ErrorCode::INTERNAL_ERROR.0, Reporting::Specific);
}

/// Runs a batch to its end, on a session that is closed too: its definitions count for others.
fn run_batch(
    engine: &mut Option<Box<proto::Session>>,
    mut batch: Batch<'_>,
    ring: &mut Ring,
) -> std::result::Result<i32, Malformed> {
    let mut result = 0;
    while let Some(command) = batch.next()? {
        let Some(live) = engine.as_deref_mut() else {
            result = CLOSED;
            continue;
        };
        result = run(|| execute(live, command, ring)).unwrap_or_else(|Panicked| {
            poison(engine, ring);
            INTERNAL
        });
    }
    Ok(result)
}

/// Runs one command: a slot or 0, or a negative library code.
fn execute(session: &mut proto::Session, command: Command<'_>, ring: &mut Ring) -> i32 {
    let made = |key: StreamKey| {
        ring.created(key.id.get());
        key.slot.cast_signed()
    };
    /// Nothing was made; an error is told by its code.
    macro_rules! code {
        ($result:expr) => {
            $result.map_or_else(|error| error.library_code(), |()| 0)
        };
    }
    match command {
        Command::Request { end_stream, priority, fields } => session
            .request(fields, end_stream, RequestOptions { priority })
            .map_or_else(|error| error.library_code(), made),
        Command::Push { parent, fields } => {
            session.push(parent, fields).map_or_else(|error| error.library_code(), made)
        }
        Command::Respond { stream, end_stream, fields } => {
            code!(session.respond(stream, fields, end_stream))
        }
        Command::Inform { stream, fields } => code!(session.inform(stream, fields)),
        Command::Data { stream, length, end } => code!(session.data(stream, length, end)),
        Command::Trailers { stream, fields } => code!(session.trailers(stream, fields)),
        Command::Reset { stream, code } => code!(session.reset(stream, code)),
        Command::Ping { payload } => {
            #[cfg(feature = "fault-injection")]
            super::faults::apply(payload);
            code!(session.ping(payload))
        }
        Command::Settings { entries } => code!(session.settings(entries)),
        Command::GoAway { code, last, debug } => code!(session.goaway(last, code, debug)),
        Command::AltSvc { stream, origin, value } => code!(session.altsvc(stream, origin, value)),
        Command::Origin { origins } => code!(session.origin(origins)),
        Command::Window { size } => code!(session.set_local_window(size)),
        Command::NextId { id } => code!(session.set_next_stream_id(id)),
        Command::Priority { stream, priority } => code!(session.priority(stream, priority)),
        Command::Consume { stream, length } => {
            session.consume(Instant::now(), stream, length);
            0
        }
        Command::PeerStreams { count } => {
            session.assume_peer_concurrency(count);
            0
        }
        Command::Terminate { code } => {
            session.terminate(code);
            0
        }
    }
}

fn damaged(Damaged: Damaged) -> napi::Error {
    error("the header of the event ring is damaged")
}

fn count(n: usize) -> f64 {
    large(n as u64)
}

/// Exact up to 2^53.
#[allow(clippy::cast_precision_loss)]
fn large(n: u64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests;
