//! Receive windows that follow the path and the reader, over a path with a delay.

use super::harness::*;
use crate::proto::{Config, OwnedEvent, setting};
use bytes::Bytes;
use std::collections::VecDeque;
use std::time::Duration;

static ZEROS: [u8; 16 << 20] = [0; 16 << 20];

const TICK: Duration = Duration::from_millis(1);
/// Ticks that octets are under way, each way.
const DELAY: usize = 25;
/// Ticks to and fro.
const TRIP: usize = 2 * DELAY;
const WINDOW: usize = 65_535;

/// A client that uploads, and a server that reads, 25 ms apart.
struct Path {
    pair: Pair,
    up: VecDeque<Vec<u8>>,
    down: VecDeque<Vec<u8>>,
    /// Octets of each stream that its reader has not taken: 1, 3, 5 …
    unread: Vec<usize>,
    arrived: usize,
}

impl Path {
    fn new(client: Config, server: Config) -> Path {
        let idle = || (0..DELAY).map(|_| Vec::new()).collect();
        let pair = Pair::new(client, server);
        Path { pair, up: idle(), down: idle(), unread: Vec::new(), arrived: 0 }
    }

    fn of_server(server: Config) -> Path {
        Path::new(Config::default(), server)
    }

    /// Opens a stream and has so much to send on it.
    fn upload(&mut self, octets: usize) {
        let key = self.pair.request(POST, false);
        let client = &mut self.pair.client;
        let octets = Bytes::from_static(&ZEROS[..octets]);
        client.bodies.send(&mut client.session, key, octets, false).unwrap();
        self.unread.push(0);
    }

    /// One tick of the clock. The reader of each stream takes at most `pace` octets.
    fn tick(&mut self, pace: usize) {
        let Pair { client, server, .. } = &mut self.pair;
        client.now += TICK;
        server.now += TICK;
        self.up.push_back(client.drain(usize::MAX));
        server.receive(&self.up.pop_front().unwrap(), 16_384);
        for event in server.events() {
            if let OwnedEvent::Data { stream, data, .. } = event {
                self.unread[stream.id.get() as usize / 2] += data.len();
                self.arrived += data.len();
            }
        }
        for (at, unread) in self.unread.iter_mut().enumerate() {
            let taken = pace.min(*unread);
            if taken > 0 {
                let key = server.key(u32::try_from(at).unwrap() * 2 + 1);
                server.consume(key, u32::try_from(taken).unwrap());
                *unread -= taken;
            }
        }
        self.down.push_back(server.drain(usize::MAX));
        client.receive(&self.down.pop_front().unwrap(), 16_384);
    }

    fn run(&mut self, ticks: usize, pace: usize) {
        for _ in 0..ticks {
            self.tick(pace);
        }
    }

    /// Ticks until that much has arrived.
    fn ticks_until(&mut self, octets: usize, pace: usize) -> usize {
        let mut ticks = 0;
        while self.arrived < octets {
            self.tick(pace);
            ticks += 1;
            assert!(ticks < 20_000, "{} octets arrived", self.arrived);
        }
        ticks
    }

    /// The windows of the connection and of a stream at their fullest.
    fn windows(&self, stream: u32) -> (usize, usize) {
        let session = &self.pair.server.session;
        let connection = session.figures().effective_local_window_size;
        let stream = session.streams.get(self.pair.server.key(stream)).unwrap().inflow.size();
        (connection.cast_unsigned() as usize, stream.cast_unsigned() as usize)
    }
}

#[test]
fn a_window_that_limits_doubles_with_every_round_trip() {
    let mut path = Path::of_server(Config::default());
    path.upload(16 << 20);
    let ticks = path.ticks_until(16 << 20, usize::MAX);
    assert!(ticks < 12 * TRIP, "{ticks} ms");

    let fixed = Config { max_auto_window_size: 0, ..Config::default() };
    let mut path = Path::of_server(fixed);
    path.upload(16 << 20);
    let ticks = path.ticks_until(16 << 20, usize::MAX);
    assert!(ticks > 200 * TRIP, "{ticks} ms");
}

#[test]
fn a_sender_that_has_little_to_send_grows_no_window() {
    let mut path = Path::of_server(Config::default());
    path.upload(0);
    let client = |path: &mut Path| path.pair.client.send(1, &ZEROS[..10_000], false);
    for _ in 0..20 {
        client(&mut path);
        path.run(TRIP, usize::MAX);
    }
    assert_eq!(path.windows(1), (WINDOW, WINDOW));
}

#[test]
fn a_window_grows_to_what_a_steady_reader_takes() {
    let mut path = Path::of_server(Config::default());
    path.upload(16 << 20);
    // 5,000 octets a tick: 250,000 in a round trip.
    path.run(20 * TRIP, 5000);
    let (_, stream) = path.windows(1);
    assert!((300_000..1_100_000).contains(&stream), "{stream}");
    // The reader was not held up.
    let before = path.arrived - path.unread[0];
    path.run(10 * TRIP, 5000);
    assert_eq!(path.arrived - path.unread[0] - before, 10 * TRIP * 5000);
}

#[test]
fn a_reader_that_falls_behind_loses_what_it_does_not_use() {
    let mut path = Path::of_server(Config::default());
    path.upload(16 << 20);
    path.run(7 * TRIP, usize::MAX);
    let (_, grown) = path.windows(1);
    assert!(grown > 16 * WINDOW, "{grown}");
    // It stops: the window is what it costs, no more.
    path.run(10 * TRIP, 0);
    let held = path.unread[0];
    assert!(held <= grown, "{held} of {grown}");
    // It goes on slowly, and half of what it takes is asked for again.
    let arrived = path.arrived;
    path.run(40 * TRIP, 1000);
    let (_, smaller) = path.windows(1);
    assert!(smaller <= grown - 900_000, "{smaller} of {grown}");
    let asked_for = path.arrived - arrived;
    assert!((500_000..=1_000_000).contains(&asked_for), "{asked_for}");
    // In the end a window is left that such a reader needs.
    path.run(200 * TRIP, 1000);
    let (_, stream) = path.windows(1);
    assert!(stream <= 3 * TRIP * 1000, "{stream}");
}

#[test]
fn a_reader_that_pauses_and_catches_up_grows_no_window() {
    let mut path = Path::of_server(Config::default());
    path.upload(16 << 20);
    path.run(5 * TRIP, usize::MAX);
    let (_, grown) = path.windows(1);
    for _ in 0..3 {
        path.run(4 * TRIP, 0);
        let half = path.unread[0] / 2;
        path.tick(half);
        path.tick(half);
        let (_, stream) = path.windows(1);
        assert!(stream <= grown, "{stream}, {grown} before");
    }
}

#[test]
fn the_peer_keeps_within_every_window_it_was_given() {
    for pace in [0, 1, 100, 3000, 20_000, 500_000, usize::MAX] {
        let mut path = Path::of_server(Config::default());
        path.upload(4 << 20);
        path.upload(2 << 20);
        for turn in 0..60 {
            path.run(20, if turn % 7 < 4 { pace } else { pace / 10 });
            assert!(path.pair.server.session.want_read());
        }
    }
}

#[test]
fn growth_stays_within_the_memory_of_the_session() {
    let config = Config { max_session_memory: 1_000_000, ..Config::default() };
    let mut path = Path::of_server(config);
    for _ in 0..4 {
        path.upload(8 << 20);
    }
    path.run(20 * TRIP, usize::MAX);
    let sizes: Vec<_> = [1, 3, 5, 7].map(|stream| path.windows(stream).1).to_vec();
    let grown: usize = sizes.iter().map(|size| size - WINDOW).sum();
    assert!((500_000..=1_000_000).contains(&grown), "{sizes:?}");
    // What one stream gives back another gets.
    for stream in [1, 3, 5] {
        let key = path.pair.server.key(stream);
        path.pair.server.session.reset(key, crate::proto::ErrorCode::CANCEL).unwrap();
        path.unread[stream as usize / 2] = 0;
    }
    path.run(20 * TRIP, usize::MAX);
    let (_, last) = path.windows(7);
    assert!(last > 700_000, "{last}");
}

#[test]
fn no_window_passes_the_largest_one_allowed() {
    let config = Config { max_auto_window_size: 300_000, ..Config::default() };
    let mut path = Path::of_server(config);
    path.upload(16 << 20);
    path.run(20 * TRIP, usize::MAX);
    assert_eq!(path.windows(1), (300_000, 300_000));
}

#[test]
fn windows_chosen_by_hand_stay() {
    let config =
        Config { settings: vec![(setting::INITIAL_WINDOW_SIZE, 100_000)], ..Config::default() };
    let mut path = Path::of_server(config);
    path.pair.server.session.set_local_window(90_000).unwrap();
    path.upload(8 << 20);
    path.run(20 * TRIP, usize::MAX);
    assert_eq!(path.windows(1), (90_000, 100_000));
}

#[test]
fn a_size_chosen_later_takes_the_place_of_what_grew() {
    let mut path = Path::of_server(Config::default());
    path.upload(16 << 20);
    path.run(6 * TRIP, usize::MAX);
    assert!(path.windows(1).1 > 100_000);
    let server = &mut path.pair.server.session;
    server.settings(&[(setting::INITIAL_WINDOW_SIZE, 70_000)]).unwrap();
    path.run(6 * TRIP, usize::MAX);
    assert_eq!(path.windows(1).1, 70_000);
    path.run(6 * TRIP, 0);
    assert!(path.unread[0] <= 70_000);
    path.run(2, usize::MAX);
    let arrived = path.arrived;
    path.run(2 * TRIP, usize::MAX);
    assert!(path.arrived > arrived, "the stream goes on");
}

#[test]
fn several_streams_share_a_connection_that_holds_none_of_them_up() {
    let mut path = Path::of_server(Config::default());
    for _ in 0..4 {
        path.upload(2 << 20);
    }
    let ticks = path.ticks_until(8 << 20, usize::MAX);
    assert!(ticks < 12 * TRIP, "{ticks} ms");
}

#[test]
fn a_ping_tells_the_round_trip_where_settings_could_not() {
    let mut path = Path::of_server(Config::default());
    // Both are where the other is.
    path.pair.run();
    path.pair.server.events();
    path.upload(16 << 20);
    path.run(10 * TRIP, usize::MAX);
    assert_eq!(path.windows(1), (WINDOW, WINDOW));
    path.pair.server.session.ping([0; 8]).unwrap();
    path.run(6 * TRIP, usize::MAX);
    assert!(path.windows(1).1 > 4 * WINDOW, "{:?}", path.windows(1));
}
