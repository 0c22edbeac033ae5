//! A session reads what it is given, in any portions: its events keep their order, what it sends
//! are frames, and a failure is told once and with GOAWAY.
#![no_main]

use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use rust_http2::frame::{PREFACE, Settings};
use rust_http2::proto::{Config, Field, RequestOptions, Session, setting};
use rust_http2_fuzz::{Pipe, Reader, Witness};

const REQUEST: [Field<'static>; 4] = [
    Field::new(b":method", b"POST"),
    Field::new(b":scheme", b"http"),
    Field::new(b":authority", b"localhost"),
    Field::new(b":path", b"/"),
];
const RESPONSE: [Field<'static>; 1] = [Field::new(b":status", b"200")];

fuzz_target!(|input: &[u8]| {
    let Some((&[mode, portion, room], wire)) = input.split_first_chunk() else { return };
    let (client, handshake) = (mode & 1 == 1, mode & 2 == 0);
    let now = Instant::now();
    let session = if client {
        Session::client(config(mode), now)
    } else {
        Session::server(config(mode), now)
    };
    let mut end = End {
        session,
        now,
        witness: Witness::default(),
        pipe: Pipe::default(),
        reader: Reader::new(client),
        room: usize::from(room) * 8 + 64,
    };

    if client {
        for end_stream in [true, false, false] {
            end.request(end_stream);
        }
        end.transmit();
    }
    if handshake {
        let mut settings = if client { Vec::new() } else { PREFACE.to_vec() };
        Settings::encode(&[(setting::INITIAL_WINDOW_SIZE, 1000)], &mut settings);
        end.receive(&settings);
    }
    for portion in wire.chunks(usize::from(portion) + 1) {
        end.receive(portion);
    }
    if end.witness.error.is_some() {
        end.room = usize::MAX;
        end.transmit();
        assert!(end.session.is_closed() && end.reader.goaway);
    }
});

fn config(mode: u8) -> Config {
    let settings = vec![
        (setting::MAX_CONCURRENT_STREAMS, 8),
        (setting::INITIAL_WINDOW_SIZE, 500),
        (setting::MAX_HEADER_LIST_SIZE, 2000),
    ];
    Config {
        settings,
        max_invalid_frames: 5,
        max_session_memory: if mode & 4 == 0 { 10_000_000 } else { 4000 },
        validate_messages: mode & 8 == 0,
        auto_connection_credit: mode & 16 == 0,
        ..Config::default()
    }
}

struct End {
    session: Session,
    now: Instant,
    witness: Witness,
    pipe: Pipe,
    reader: Reader,
    room: usize,
}

impl End {
    fn request(&mut self, end_stream: bool) {
        let options = RequestOptions::default();
        let key = self.session.request(REQUEST, end_stream, options).expect("a stream");
        self.witness.opened(key);
        if !end_stream {
            self.session.data(key, 700, true).expect("an open stream");
        }
    }

    fn receive(&mut self, portion: &[u8]) {
        self.now += Duration::from_millis(1);
        let taken = self.session.receive(self.now, portion, &mut self.witness);
        assert_eq!(taken, portion.len());
        self.answer();
        self.transmit();
    }

    /// Takes what arrived of every other stream's body and answers requests, in part.
    fn answer(&mut self) {
        for told in self.witness.streams.values_mut() {
            let Some(key) = told.key.filter(|_| told.closed.is_none()) else { continue };
            if key.id.get() & 2 == 0 {
                self.session.consume(self.now, key, std::mem::take(&mut told.unconsumed));
            }
            // Refused where there was an answer already.
            if told.end && self.session.is_server() {
                let answered = self.session.respond(key, RESPONSE, false).is_ok();
                let _refused_when_ended = self.session.data(key, 3000, answered);
            }
        }
    }

    fn transmit(&mut self) {
        self.pipe.room = self.room;
        self.session.transmit(self.now, &mut self.pipe, &mut self.witness);
        self.reader.read(&std::mem::take(&mut self.pipe.octets));
        if self.session.poll_timeout().is_some_and(|at| at <= self.now) {
            self.session.handle_timeout(self.now, &mut self.witness);
        }
    }
}
