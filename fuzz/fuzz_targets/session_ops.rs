//! Two sessions under any operations, joined by a pipe that delivers in any portions: neither
//! ever accuses the other, bodies arrive as they were sent, and every stream comes to its end.
#![no_main]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use rust_http2::frame::{ErrorCode, StreamId};
use rust_http2::proto::{
    Cause, Config, Dependency, Field, FieldSection, Padding, RequestOptions, Session, StreamKey,
    setting,
};
use rust_http2_fuzz::{Pipe, Reader, Witness};

#[derive(Debug, Arbitrary)]
struct Input {
    padding: u8,
    ops: Vec<(Side, Op)>,
}

#[derive(Debug, Arbitrary, Clone, Copy)]
enum Side {
    Client,
    Server,
}

/// A few responses, each with a number of its own.
#[derive(Clone)]
struct Response(u8);

impl<'a> FieldSection<'a> for Response {
    fn lines(self) -> impl Iterator<Item = Field<'a>> {
        let all: [(&[u8], &[u8]); 3] =
            [(b":status", b"200"), (b"server", b"fuzz"), (b"content-type", b"text/plain")];
        all.into_iter().take(1 + usize::from(self.0)).map(|(name, value)| Field::new(name, value))
    }

    fn number(&self) -> Option<u64> {
        Some(self.0.into())
    }
}

/// What one side does. `at` chooses among its open streams.
#[derive(Debug, Arbitrary)]
enum Op {
    Request { end: bool, path: Vec<u8>, exclusive: Option<bool> },
    Inform { at: u8 },
    Respond { at: u8, end: bool, section: u8 },
    Push { at: u8 },
    Data { at: u8, len: u16, end: bool },
    Trailers { at: u8, value: Vec<u8> },
    Reset { at: u8, code: u8 },
    Consume { at: u8, n: u16 },
    Ping,
    Settings { window: u16, streams: u8, table: u16, frame: u8 },
    GoAway,
    AltSvc,
    Origin,
    Priority { at: u8, parent: u8 },
    Window { size: u16 },
    Transmit { room: u16 },
    Deliver { portion: u8, len: u16 },
    Wait { ms: u8 },
    Watch { on: bool },
}

fuzz_target!(|input: Input| {
    let mut pair = Pair::new(input.padding);
    for (side, op) in &input.ops {
        pair.act(*side, op);
    }
    pair.settle();
    pair.check_bodies();
    pair.close();
});

struct End {
    session: Session,
    witness: Witness,
    pipe: Pipe,
    reader: Reader,
    /// Octets of body announced, by stream.
    announced: HashMap<u32, u64>,
    now: Instant,
}

struct Pair {
    client: End,
    server: End,
    now: Instant,
}

impl Pair {
    fn new(padding: u8) -> Pair {
        let now = Instant::now();
        let config = || Config {
            settings: vec![(setting::MAX_CONCURRENT_STREAMS, 20)],
            padding: [Padding::None, Padding::Aligned, Padding::Max][usize::from(padding) % 3],
            // Budgets against abuse, which arbitrary operations may well amount to.
            stream_reset_burst: u64::MAX,
            max_invalid_frames: u32::MAX,
            max_rejected_streams: u32::MAX,
            max_unsent_acks: u32::MAX,
            max_outstanding_settings: usize::MAX,
            max_outstanding_pings: usize::MAX,
            ..Config::default()
        };
        Pair {
            client: End::new(Session::client(config(), now), true, now),
            server: End::new(Session::server(config(), now), false, now),
            now,
        }
    }

    fn ends(&mut self, side: Side) -> (&mut End, &mut End) {
        match side {
            Side::Client => (&mut self.client, &mut self.server),
            Side::Server => (&mut self.server, &mut self.client),
        }
    }

    fn act(&mut self, side: Side, op: &Op) {
        let now = self.now;
        let (end, peer) = self.ends(side);
        match *op {
            Op::Transmit { room } => end.transmit(now, usize::from(room)),
            Op::Deliver { portion, len } => {
                let len = usize::from(len).min(end.pipe.octets.len());
                let octets: Vec<u8> = end.pipe.octets.drain(..len).collect();
                for portion in octets.chunks(usize::from(portion) + 1) {
                    peer.receive(now, portion);
                }
            }
            Op::Watch { on } => end.session.observe_frames(on),
            Op::Wait { ms } => self.now += Duration::from_millis(u64::from(ms)),
            ref command => {
                end.command(command);
            }
        }
    }

    /// Everything is sent, delivered and taken until nothing happens any more.
    fn settle(&mut self) {
        loop {
            let mut moved = 0;
            for side in [Side::Client, Side::Server] {
                let now = self.now;
                let (end, peer) = self.ends(side);
                end.consume_all();
                end.transmit(now, 1 << 20);
                moved += end.pipe.octets.len();
                peer.receive(now, &std::mem::take(&mut end.pipe.octets));
            }
            if moved == 0 {
                return;
            }
        }
    }

    /// What one end announced on a stream that the other knows has arrived there.
    fn check_bodies(&self) {
        for (end, peer) in [(&self.client, &self.server), (&self.server, &self.client)] {
            for (key, told) in peer.witness.open().filter(|(_, told)| told.message) {
                let id = key.id.get();
                let announced = end.announced.get(&id).copied().unwrap_or(0);
                assert_eq!(told.received, announced, "stream {id}");
            }
            let done = |cause| cause == Some(Cause::Done);
            for (id, told) in peer.witness.streams.iter().filter(|(_, told)| done(told.closed)) {
                assert_eq!(told.received, end.announced.get(id).copied().unwrap_or(0));
            }
        }
    }

    /// Each end resets what it has open; requests that waited for their turn come up meanwhile.
    fn close(&mut self) {
        for side in [Side::Client, Side::Server] {
            let (end, _) = self.ends(side);
            let open: Vec<StreamKey> = end.witness.open().map(|(key, _)| key).collect();
            for key in open {
                end.session.reset(key, ErrorCode::CANCEL).expect("an open stream");
            }
            self.settle();
        }
        for end in [&self.client, &self.server] {
            assert_eq!(end.session.open_streams(), 0);
            assert_eq!(end.witness.open().count(), 0);
        }
    }
}

impl End {
    fn new(session: Session, client: bool, now: Instant) -> End {
        End {
            session,
            witness: Witness { check_bodies: true, ..Witness::default() },
            pipe: Pipe::default(),
            reader: Reader::new(client),
            announced: HashMap::new(),
            now,
        }
    }

    fn receive(&mut self, now: Instant, octets: &[u8]) {
        self.now = now;
        assert_eq!(self.session.receive(now, octets, &mut self.witness), octets.len());
        assert_eq!(self.witness.error, None, "the other end is never at fault");
    }

    fn transmit(&mut self, now: Instant, room: usize) {
        self.pipe.room = room;
        let before = self.pipe.octets.len();
        self.session.transmit(now, &mut self.pipe, &mut self.witness);
        self.reader.read(&self.pipe.octets[before..]);
    }

    /// One of the open streams, if there are any.
    fn pick(&self, at: u8) -> Option<StreamKey> {
        let mut open: Vec<StreamKey> = self.witness.open().map(|(key, _)| key).collect();
        open.sort_by_key(|key| key.id);
        (!open.is_empty()).then(|| open[usize::from(at) % open.len()])
    }

    fn consume_all(&mut self) {
        for told in self.witness.streams.values_mut() {
            if let Some(key) = told.key.filter(|_| told.unconsumed > 0 && told.closed.is_none()) {
                self.session.consume(self.now, key, std::mem::take(&mut told.unconsumed));
            }
        }
    }

    /// Gives a command. Whether it was accepted; that it is refused where it has no place is as it
    /// should be.
    fn command(&mut self, op: &Op) -> bool {
        match op {
            Op::Request { end, path, exclusive } => self.request(*end, path, *exclusive),
            Op::Settings { window, streams, table, frame } => self
                .session
                .settings(&[
                    (setting::INITIAL_WINDOW_SIZE, u32::from(*window).max(256)),
                    (setting::MAX_CONCURRENT_STREAMS, u32::from(*streams).max(1)),
                    (setting::HEADER_TABLE_SIZE, u32::from(*table)),
                    (setting::MAX_FRAME_SIZE, 16_384 + u32::from(*frame) * 1000),
                ])
                .is_ok(),
            Op::Ping => self.session.ping(*b"12345678").is_ok(),
            Op::GoAway => self.session.goaway(None, ErrorCode::NO_ERROR, b"bye").is_ok(),
            Op::AltSvc => {
                self.session.altsvc(StreamId::ZERO, b"http://localhost", b"h2=\":1\"").is_ok()
            }
            Op::Origin => self.session.origin([&b"http://localhost"[..]]).is_ok(),
            Op::Window { size } => self.session.set_local_window(u32::from(*size).max(256)).is_ok(),
            _ => self.stream_command(op),
        }
    }

    fn request(&mut self, end: bool, path: &[u8], exclusive: Option<bool>) -> bool {
        let path: Vec<u8> =
            std::iter::once(b'/').chain(path.iter().map(|c| c % 26 + b'a')).collect();
        let fields = [
            Field::new(b":method", if end { b"GET" } else { b"POST" }),
            Field::new(b":scheme", b"http"),
            Field::new(b":authority", b"localhost"),
            Field::new(b":path", &path),
        ];
        let priority = exclusive.map(|exclusive| Dependency {
            parent: StreamId::ZERO,
            weight: 200,
            exclusive,
        });
        let options = RequestOptions { priority };
        let key = self.session.request(fields, end, options);
        key.map(|key| self.witness.opened(key)).is_ok()
    }

    fn stream_command(&mut self, op: &Op) -> bool {
        let (Op::Inform { at }
        | Op::Respond { at, .. }
        | Op::Push { at }
        | Op::Data { at, .. }
        | Op::Trailers { at, .. }
        | Op::Reset { at, .. }
        | Op::Consume { at, .. }
        | Op::Priority { at, .. }) = op
        else {
            return false;
        };
        let Some(key) = self.pick(*at) else { return false };
        let session = &mut self.session;
        match op {
            Op::Inform { .. } => session.inform(key, [Field::new(b":status", b"103")]).is_ok(),
            Op::Respond { end, section, .. } => {
                session.respond(key, Response(section % 3), *end).is_ok()
            }
            Op::Push { .. } => self.push(key),
            Op::Data { len, end, .. } => {
                let accepted = session.data(key, usize::from(*len), *end).is_ok();
                if accepted {
                    *self.announced.entry(key.id.get()).or_default() += u64::from(*len);
                }
                accepted
            }
            Op::Trailers { value, .. } => {
                let value: Vec<u8> = value.iter().map(|c| c % 26 + b'a').collect();
                session.trailers(key, [Field::new(b"x-check", &value)]).is_ok()
            }
            Op::Reset { code, .. } => session.reset(key, ErrorCode(u32::from(*code))).is_ok(),
            Op::Consume { n, .. } => {
                let told = self.witness.streams.get_mut(&key.id.get()).expect("an open stream");
                let n = u32::from(*n).min(told.unconsumed);
                told.unconsumed -= n;
                session.consume(self.now, key, n);
                true
            }
            Op::Priority { parent, .. } => {
                let parent = StreamId::new(u32::from(*parent));
                let priority = Dependency { parent, weight: 1, exclusive: true };
                session.priority(key.id, priority).is_ok()
            }
            _ => false,
        }
    }

    fn push(&mut self, parent: StreamKey) -> bool {
        let fields = [
            Field::new(b":method", b"GET"),
            Field::new(b":scheme", b"http"),
            Field::new(b":authority", b"localhost"),
            Field::new(b":path", b"/pushed"),
        ];
        let key = self.session.push(parent, fields);
        key.map(|key| self.witness.opened(key)).is_ok()
    }
}
