//! HTTP/2 sessions, driven from JavaScript.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use napi::Result;
use napi::bindgen_prelude::ClassInstance;
use tracing::Span;

use super::bridge::{Shared, malformed};
use super::commands::{Batch, Command, Malformed};
use super::events::{Damaged, Ring, Told};
use super::guard::{Panicked, borrow, entry, error, run};
use super::log;
use super::options::Config;
use super::output::Draw;
use super::raw::{Answer, Arguments, Method};
use super::report::{Reporter, session_error};
use crate::proto::{self, ErrorCode, Reporting, RequestOptions, StreamId, StreamKey};

/// Library codes for what no peer did: "Internal error" and "The current session is closing".
const INTERNAL: i32 = -534;
const CLOSED: i32 = -530;

/// The settings in the order in which they are told: RFC 9113 §6.5.2 and RFC 8441 §3.
const SETTINGS: [u16; 7] = [1, 2, 3, 4, 5, 6, 8];

/// The sessions of an environment, by handle: JavaScript's numbers for them, small ones.
///
/// A call that names its session so costs less than a method of an object with a native part, which
/// V8 has to look up.
pub(super) struct Sessions {
    shared: Rc<RefCell<Shared>>,
    places: RefCell<Vec<Option<Session>>>,
}

struct Session {
    /// Nothing after a panic. Every call then does nothing and answers so, as for a session that is
    /// closed.
    live: Option<Box<Live>>,
    /// Names the session in the log.
    span: Span,
}

/// What a panic ends.
struct Live {
    engine: proto::Session,
    told: Told,
}

impl Live {
    fn new(engine: proto::Session) -> Option<Box<Self>> {
        Some(Box::new(Self { engine, told: Told::default() }))
    }
}

impl Sessions {
    /// What JavaScript calls, always with a handle first.
    pub(super) const METHODS: &'static [Method<Self>] = &[
        Method::new(c"open", Self::open),
        Method::new(c"receive", |sessions, arguments| {
            let (handle, offset, end) = (arguments.u32(0)?, arguments.u32(2)?, arguments.u32(3)?);
            sessions.receive(handle, arguments.octets(1)?, offset, end).map(Answer::from)
        }),
        Method::new(c"apply", |sessions, arguments| {
            sessions.apply(arguments.u32(0)?, arguments.u32(1)?).map(Answer::from)
        }),
        Method::new(c"transmit", |sessions, arguments| {
            let (handle, words, offset) = (arguments.u32(0)?, arguments.u32(1)?, arguments.u32(3)?);
            sessions.transmit(handle, words, arguments.octets_mut(2)?, offset).map(Answer::from)
        }),
        Method::new(c"timeout", |sessions, arguments| {
            sessions.timeout(arguments.u32(0)?).map(Answer::from)
        }),
        Method::new(c"tick", |sessions, arguments| {
            sessions.tick(arguments.u32(0)?).map(Answer::from)
        }),
        Method::new(c"state", |sessions, arguments| {
            sessions.state(arguments.u32(0)?, arguments.figures_mut(1)?).map(Answer::from)
        }),
        Method::new(c"streamState", |sessions, arguments| {
            let (handle, slot, id) = (arguments.u32(0)?, arguments.u32(1)?, arguments.u32(2)?);
            let key = StreamKey { slot, id: StreamId::new(id) };
            sessions.stream_state(handle, key, arguments.figures_mut(3)?).map(Answer::from)
        }),
        Method::new(c"localSettings", |sessions, arguments| {
            sessions.local_settings(arguments.u32(0)?, arguments.figures_mut(1)?).map(Answer::from)
        }),
        Method::new(c"remoteSettings", |sessions, arguments| {
            sessions.remote_settings(arguments.u32(0)?, arguments.figures_mut(1)?).map(Answer::from)
        }),
        Method::new(c"stats", |sessions, arguments| {
            sessions.stats(arguments.u32(0)?, arguments.figures_mut(1)?).map(Answer::from)
        }),
        Method::new(c"close", |sessions, arguments| {
            sessions.close(arguments.u32(0)?).map(Answer::from)
        }),
    ];

    pub(super) fn new(shared: Rc<RefCell<Shared>>) -> Self {
        Self { shared, places: RefCell::default() }
    }

    /// `open(handle, config)`: events name the session by its handle.
    fn open(&self, arguments: &mut Arguments) -> Result<Answer> {
        let handle = arguments.u32(0)? as usize;
        let config: ClassInstance<Config> = arguments.convert(1)?;
        let now = Instant::now();
        let span = log::session_span(config.is_client);
        let engine = span.in_scope(|| match (config.is_client, Arc::clone(&config.engine)) {
            (true, config) => proto::Session::client(config, now),
            (false, config) => proto::Session::server(config, now),
        });
        self.put(handle, Session { live: Live::new(engine), span }).map(Answer::from)
    }

    fn put(&self, handle: usize, session: Session) -> Result<()> {
        let mut places = borrow(&self.places)?;
        if handle >= places.len() {
            places.resize_with(handle + 1, || None);
        }
        if places[handle].is_some() {
            return Err(error("the handle is taken"));
        }
        places[handle] = Some(session);
        Ok(())
    }

    /// Reads `chunk` from `offset` to `end`. Answers the offset it came to; when that is not the
    /// end, the ring is to be drained before the next call. The ring's header says whether DATA
    /// events point into the chunk.
    fn receive(&self, handle: u32, chunk: &[u8], offset: u32, end: u32) -> Result<u32> {
        let octets = offset as usize..end as usize;
        let input = chunk.get(octets).ok_or_else(|| error("no such offset"))?;
        self.enter(handle, |live, shared| {
            attempt(live, shared, end, |Live { engine, told }, shared| {
                if shared.overlaps(chunk) {
                    return Err(error("the chunk overlaps the bridge"));
                }
                let mut sink = Reporter::receiving(&mut shared.ring, told, chunk);
                let taken = engine.receive(Instant::now(), input, &mut sink);
                // No more than `input` was there.
                #[allow(clippy::cast_possible_truncation)]
                Ok(offset + taken as u32)
            })
        })
    }

    /// Runs the first `words` words of the command ring. Answers the last command's result: a slot
    /// for REQUEST and PUSH (the identifier is in the events' header), else 0; negative, a library
    /// code.
    fn apply(&self, handle: u32, words: u32) -> Result<i32> {
        self.enter(handle, |live, shared| run_commands(live, shared, words))
    }

    /// Runs the first `words` words of the command ring, writes what is to be sent then to
    /// `out[offset..]`, and tells how many octets that were; the segments say which bodies belong
    /// where.
    fn transmit(&self, handle: u32, words: u32, out: &mut [u8], offset: u32) -> Result<u32> {
        if out.len() < offset as usize {
            return Err(error("no such offset"));
        }
        self.enter(handle, |live, shared| {
            if shared.overlaps(out) {
                return Err(error("the output overlaps the bridge"));
            }
            if words > 0 {
                run_commands(live, shared, words)?;
            }
            let drawn = attempt(live, shared, None, |live, shared| {
                draw(&mut live.engine, shared, out, offset as usize).map(Some)
            })?;
            if drawn.is_none() {
                Draw::none(shared.segments.get_mut());
            }
            Ok(drawn.unwrap_or_default())
        })
    }

    /// Milliseconds, rounded up, until `tick` is to be called, or -1 for never.
    fn timeout(&self, handle: u32) -> Result<f64> {
        self.with(handle, -1.0, |engine, _| {
            Ok(engine.poll_timeout().map_or(-1.0, |at| {
                (at.saturating_duration_since(Instant::now()).as_secs_f64() * 1e3).ceil()
            }))
        })
    }

    /// Acts on deadlines that have passed.
    fn tick(&self, handle: u32) -> Result<()> {
        self.with(handle, (), |engine, shared| {
            engine.handle_timeout(Instant::now(), &mut Reporter::new(&mut shared.ring));
            Ok(())
        })
    }

    /// Figures in the order effectiveLocalWindowSize, effectiveRecvDataLength, nextStreamID,
    /// localWindowSize, lastProcStreamID, remoteWindowSize, outboundQueueSize,
    /// deflateDynamicTableSize, inflateDynamicTableSize. Answers false when the session is closed.
    fn state(&self, handle: u32, into: &mut [f64]) -> Result<bool> {
        self.figures(handle, into, |engine| {
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
    fn stream_state(&self, handle: u32, key: StreamKey, into: &mut [f64]) -> Result<bool> {
        self.figures(handle, into, |engine| {
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
    fn local_settings(&self, handle: u32, into: &mut [f64]) -> Result<bool> {
        self.figures(handle, into, |engine| {
            Some(SETTINGS.map(|id| engine.local_setting(id).unwrap_or_default().into()))
        })
    }

    /// The peer's settings, in the same order.
    fn remote_settings(&self, handle: u32, into: &mut [f64]) -> Result<bool> {
        self.figures(handle, into, |engine| {
            Some(SETTINGS.map(|id| engine.remote_setting(id).unwrap_or_default().into()))
        })
    }

    /// Counters in the order framesReceived, framesSent, octetsReceived, octetsSent, streams,
    /// maxConcurrentStreams, invalidFrames, rejectedStreams, openStreams, memory.
    fn stats(&self, handle: u32, into: &mut [f64]) -> Result<bool> {
        self.figures(handle, into, |engine| {
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

    /// Frees the engine, and the handle.
    fn close(&self, handle: u32) -> Result<()> {
        entry(|| {
            let closed = borrow(&self.places)?.get_mut(handle as usize).and_then(Option::take);
            drop(closed);
            Ok(())
        })
    }

    /// Runs `work` on what is left of a session, with the ring open for its events.
    fn enter<R>(
        &self,
        handle: u32,
        work: impl FnOnce(&mut Option<Box<Live>>, &mut Shared) -> Result<R>,
    ) -> Result<R> {
        entry(|| {
            let mut places = borrow(&self.places)?;
            let mut shared = borrow(&self.shared)?;
            let mut none = Session { live: None, span: Span::none() };
            let session = places.get_mut(handle as usize).and_then(Option::as_mut);
            let Session { live, span } = session.unwrap_or(&mut none);
            let _inside = span.enter();
            if let Some(live) = live {
                live.engine.observe_frames(shared.frames_watched);
            }
            shared.ring.open(handle.cast_signed()).map_err(damaged)?;
            let result = work(live, &mut shared);
            shared.ring.publish();
            result
        })
    }

    /// Runs `work` on the engine; answers `gone` when there is none, or none any more.
    fn with<R>(
        &self,
        handle: u32,
        gone: R,
        work: impl FnOnce(&mut proto::Session, &mut Shared) -> Result<R>,
    ) -> Result<R> {
        self.enter(handle, |live, shared| {
            attempt(live, shared, gone, |live, shared| work(&mut live.engine, shared))
        })
    }

    fn figures<const N: usize>(
        &self,
        handle: u32,
        into: &mut [f64],
        read: impl FnOnce(&proto::Session) -> Option<[f64; N]>,
    ) -> Result<bool> {
        let into = into.first_chunk_mut().ok_or_else(|| error("the array is too small"))?;
        self.with(handle, false, |engine, _| {
            Ok(read(engine).map(|figures| *into = figures).is_some())
        })
    }
}

/// Runs `work` on what is live; answers `gone` when that is nothing, or a panic has ended it.
fn attempt<R>(
    session: &mut Option<Box<Live>>,
    shared: &mut Shared,
    gone: R,
    work: impl FnOnce(&mut Live, &mut Shared) -> Result<R>,
) -> Result<R> {
    let Some(live) = session else { return Ok(gone) };
    run(|| work(live, shared)).unwrap_or_else(|Panicked| {
        poison(session, &mut shared.ring);
        Ok(gone)
    })
}

/// Writes what is to be sent to `out[offset..]`; answers how many octets that were.
fn draw(
    engine: &mut proto::Session,
    shared: &mut Shared,
    out: &mut [u8],
    offset: usize,
) -> Result<u32> {
    let Shared { ring, segments, .. } = shared;
    let mut draw = Draw::new(out, offset, segments.get_mut());
    let more = engine.transmit(Instant::now(), &mut draw, &mut Reporter::new(ring));
    let end = draw.end();
    let flags = i32::from(engine.want_read()) | i32::from(engine.want_write()) << 1;
    draw.finish(more, flags);
    u32::try_from(end - offset).map_err(|_| error("the output is too large"))
}

/// Runs the first `words` words of the command ring.
fn run_commands(session: &mut Option<Box<Live>>, shared: &mut Shared, words: u32) -> Result<i32> {
    let Shared { ring, commands, .. } = shared;
    let batch = commands.batch(words as usize).map_err(malformed)?;
    run_batch(session, batch, ring).map_err(malformed)
}

/// After a panic: the engine's state cannot be trusted any more, its session has failed.
fn poison(session: &mut Option<Box<Live>>, ring: &mut Ring) {
    // Dropping it may panic again; what is left of it is then leaked.
    let _ = run(|| drop(session.take()));
    tracing::error!("a panic ended the session");
    ring.recover();
    session_error(ring, INTERNAL, ErrorCode::INTERNAL_ERROR.0, Reporting::Specific);
}

/// Runs a batch to its end, on a session that is closed too: its definitions count for others.
fn run_batch(
    session: &mut Option<Box<Live>>,
    mut batch: Batch<'_>,
    ring: &mut Ring,
) -> std::result::Result<i32, Malformed> {
    let mut result = 0;
    while let Some(command) = batch.next()? {
        let Some(live) = session else {
            result = CLOSED;
            continue;
        };
        result = run(|| execute(&mut live.engine, command, ring)).unwrap_or_else(|Panicked| {
            poison(session, ring);
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
