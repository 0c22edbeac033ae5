//! This crate: two sessions, and a buffer in between for each direction.

use std::time::Instant;

use rust_http2::proto::{Config, Event, Output, RequestOptions, Session, Sink, StreamKey, setting};

use crate::{BODY, Case, Goal, PIPE, WINDOW};

/// Exchanges over one connection until the goal is reached; answers how many.
pub fn run(case: Case, goal: &impl Goal) -> usize {
    let now = Instant::now();
    let mut client = Endpoint::new(Session::client(config(), now), now);
    let mut server = Endpoint::new(Session::server(config(), now), now);
    let requests = case.requests();
    let mut turns = requests.iter().cycle();
    let response = case.response();

    let (mut open, mut exchanges) = (0, 0);
    loop {
        while open < case.concurrency {
            let fields = turns.next().expect("no end").iter().copied();
            let options = RequestOptions::default();
            let stream = client.session.request(fields, case.upload == 0, options);
            if case.upload > 0 {
                let stream = stream.expect("a stream");
                client.session.data(stream, case.upload, true).expect("an open stream");
            }
            open += 1;
        }
        client.send_to(&mut server);
        for stream in server.seen.ended.drain(..) {
            let fields = response.iter().copied();
            server.session.respond(stream, fields, false).expect("an open stream");
            server.session.data(stream, case.download, true).expect("an open stream");
        }
        server.send_to(&mut client);

        let ended = client.seen.ended.drain(..).count();
        open -= ended;
        exchanges += ended;
        if goal.is_reached(exchanges) {
            break;
        }
    }
    let body = exchanges * case.download;
    assert!(client.seen.octets >= body, "every body arrived whole");
    assert!(client.seen.sections >= exchanges && server.seen.sections >= exchanges);
    exchanges
}

fn config() -> Config {
    let settings = vec![(setting::INITIAL_WINDOW_SIZE, WINDOW)];
    Config { settings, peer_max_concurrent_streams: 1000, ..Config::default() }
}

/// A session with what it told and what it is about to send.
struct Endpoint {
    session: Session,
    seen: Seen,
    wire: Wire,
    now: Instant,
}

impl Endpoint {
    fn new(mut session: Session, now: Instant) -> Endpoint {
        session.set_local_window(WINDOW).expect("a window in range");
        let wire = Wire { octets: Vec::with_capacity(PIPE), position: 0 };
        Endpoint { session, seen: Seen::default(), wire, now }
    }

    /// Sends all there is, and has the reader take every body as it arrives.
    fn send_to(&mut self, peer: &mut Endpoint) {
        loop {
            let more = self.session.transmit(self.now, &mut self.wire, &mut self.seen);
            let taken = peer.session.receive(peer.now, &self.wire.octets, &mut peer.seen);
            assert_eq!(taken, self.wire.octets.len(), "the sink has room");
            self.wire.octets.clear();
            for (stream, len) in peer.seen.to_consume.drain(..) {
                peer.session.consume(peer.now, stream, len);
            }
            if !more {
                return;
            }
        }
    }
}

#[derive(Default)]
struct Seen {
    sections: usize,
    octets: usize,
    /// Streams whose peer has sent its whole message.
    ended: Vec<StreamKey>,
    to_consume: Vec<(StreamKey, u32)>,
}

impl Sink for Seen {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Headers { fields, .. } => {
                assert!(!fields.is_empty());
                self.sections += 1;
            }
            Event::Data { stream, data, .. } => {
                self.octets += data.len();
                let len = u32::try_from(data.len()).expect("a slice of the pipe");
                self.to_consume.push((stream, len));
            }
            Event::EndStream { stream } => self.ended.push(stream),
            Event::SessionError { error } => panic!("{error}"),
            _ => {}
        }
    }
}

/// The pipe.
struct Wire {
    octets: Vec<u8>,
    /// Where in `BODY` the next octets of any body come from: all of it is read in turn, as if
    /// each stream read its own from the start.
    position: usize,
}

impl Output for Wire {
    fn room(&self) -> usize {
        PIPE - self.octets.len()
    }

    fn put(&mut self, octets: &[u8]) {
        self.octets.extend_from_slice(octets);
    }

    fn body(&mut self, _stream: StreamKey, len: usize) {
        if self.position + len > BODY.len() {
            self.position = 0;
        }
        self.octets.extend_from_slice(&BODY[self.position..self.position + len]);
        self.position += len;
    }
}
