//! What a watcher sees of the frames.

use super::harness::{End, GET, OK, POST, Pair, fields, start};
use super::properties::conversation;
use crate::frame::{FrameType, Head, StreamId};
use crate::proto::{
    BodyStore, Config, ErrorCode, Event, Field, FrameNote, Padding, Session, Sink, setting,
};
use bytes::Bytes;
use proptest::prelude::*;
use std::time::Instant;

/// Notes frames, and in between the names of the events.
#[derive(Default)]
struct Watcher(Vec<String>);

impl Sink for Watcher {
    fn event(&mut self, event: Event<'_>) {
        let text = format!("{event:?}");
        let name = text.split_whitespace().next().unwrap_or_default();
        self.0.push(format!("({name})"));
    }

    fn frame(&mut self, note: &FrameNote<'_>) {
        self.0.push(note.to_string());
    }
}

impl Watcher {
    /// What was noted since the last call; events only if asked for.
    fn take(&mut self, events: bool) -> Vec<String> {
        let all = std::mem::take(&mut self.0).into_iter();
        all.filter(|line| events || !line.starts_with('(')).collect()
    }
}

/// A session that is watched, or about to be.
struct Watched {
    session: Session,
    bodies: BodyStore,
    watcher: Watcher,
    now: Instant,
}

impl Watched {
    fn new(mut session: Session) -> Watched {
        session.observe_frames(true);
        Watched { session, bodies: BodyStore::new(), watcher: Watcher::default(), now: start() }
    }

    /// Sends at most `room` octets.
    fn send(&mut self, room: usize) -> Vec<u8> {
        let mut wire = Vec::new();
        let mut out = self.bodies.output(&mut wire, room);
        self.session.transmit(self.now, &mut out, &mut self.watcher);
        wire
    }

    fn receive(&mut self, octets: &[u8]) {
        assert_eq!(self.session.receive(self.now, octets, &mut self.watcher), octets.len());
    }
}

/// A client and a server with what both sides of an exchange of SETTINGS noted.
fn pair() -> (Watched, Watched) {
    let settings = vec![(setting::ENABLE_PUSH, 0), (0x4242, 7)];
    let config = Config { settings, ..Config::default() };
    let mut client = Watched::new(Session::client(config, start()));
    let mut server = Watched::new(Session::server(Config::default(), start()));
    server.receive(&client.send(usize::MAX));
    client.receive(&server.send(usize::MAX));
    server.receive(&client.send(usize::MAX));
    (client, server)
}

const REQUEST: [Field<'static>; 8] = [
    Field::new(b":method", b"POST"),
    Field::new(b":scheme", b"https"),
    Field::new(b":authority", b"example.org"),
    Field::new(b":path", b"/"),
    Field::new(b"authorization", b"Bearer abc"),
    Field::new(b"cookie", b"a=b"),
    Field::sensitive(b"x-key", b"abc"),
    Field::new(b"x-text", b"caf\xc3\xa9"),
];

const SECTION: &str = "
    :method: POST
    :scheme: https
    :authority: example.org
    :path: /
    authorization: <masked>
    cookie: <masked>
    x-key: <masked>
    x-text: caf\\xc3\\xa9";

#[test]
fn settings_are_told_by_name() {
    let (mut client, mut server) = pair();
    let settings = "SETTINGS stream=0 length=12\n    SETTINGS_ENABLE_PUSH: 0\n    0x4242: 7";
    assert_eq!(
        client.watcher.take(false),
        [
            &format!("send {settings}"),
            "recv SETTINGS stream=0 length=0",
            "recv SETTINGS stream=0 length=0 flags=ACK",
            "send SETTINGS stream=0 length=0 flags=ACK",
        ]
    );
    assert_eq!(
        server.watcher.take(true)[..3],
        [&format!("recv {settings}"), "(Settings)", "send SETTINGS stream=0 length=0"]
    );
}

#[test]
fn both_ends_note_a_message_in_the_order_of_the_wire() {
    let (mut client, mut server) = pair();
    client.watcher.take(false);
    server.watcher.take(false);
    let options = Default::default();
    let stream = client.session.request(REQUEST, false, options).expect("a stream");
    let body = Bytes::from_static(b"hello");
    client.bodies.send(&mut client.session, stream, body, true).expect("a body");
    server.receive(&client.send(usize::MAX));

    let head = format!("HEADERS stream=1 length=51 flags=END_HEADERS{SECTION}");
    let data = "DATA stream=1 length=5 flags=END_STREAM";
    assert_eq!(client.watcher.take(true), [format!("send {head}"), format!("send {data}")]);
    assert_eq!(
        server.watcher.take(true),
        [&format!("recv {head}"), "(Headers)", &format!("recv {data}"), "(Data)", "(EndStream)"]
    );
}

#[test]
fn what_a_payload_says_is_on_its_line() {
    let (mut client, mut server) = pair();
    let key = client.session.request(REQUEST, true, Default::default()).expect("a stream");
    client.session.ping(*b"\0\x01234567").expect("a ping");
    client.session.reset(key, ErrorCode::CANCEL).expect("an open stream");
    client.session.set_local_window(100_000).expect("a window");
    client.session.goaway(None, ErrorCode(0x99), b"so\nlong").expect("a session");
    server.receive(&client.send(usize::MAX));
    client.watcher.take(false);
    let expected = [
        "recv PING stream=0 length=8 data=0001323334353637",
        "recv RST_STREAM stream=1 length=4 code=CANCEL",
        "recv WINDOW_UPDATE stream=0 length=4 increment=34465",
        "recv GOAWAY stream=0 length=15 code=0x99 last=0 debug=\"so\\x0along\"",
    ];
    let noted = server.watcher.take(false);
    assert_eq!(noted[noted.len() - expected.len()..], expected);

    server.session.altsvc(StreamId::ZERO, b"https://a", b"h2=\":1\"").expect("a session");
    server.session.origin([&b"https://a"[..], b"https://b"]).expect("a session");
    server.send(usize::MAX);
    let noted = server.watcher.take(false);
    assert_eq!(
        noted[noted.len() - 2..],
        [
            "send ALTSVC stream=0 length=18 origin=\"https://a\" value=\"h2=\":1\"\"",
            "send ORIGIN stream=0 length=22\n    https://a\n    https://b",
        ]
    );
}

#[test]
fn a_section_is_told_with_the_frame_that_ends_it() {
    let (mut client, mut server) = pair();
    client.watcher.take(false);
    server.watcher.take(false);
    let long = vec![b'~'; 20_000];
    let section = REQUEST.into_iter().take(4).chain([Field::new(b"x-long", &long)]);
    client.session.request(section, true, Default::default()).expect("a stream");
    // The second frame begins in a later portion than the first.
    let mut wire = client.send(100);
    let first = client.watcher.take(false);
    assert_eq!(first, ["send HEADERS stream=1 length=16384 flags=END_STREAM"]);
    while !wire.is_empty() {
        server.receive(&wire);
        wire = client.send(16_000);
    }
    let noted = client.watcher.take(false);
    assert_eq!(noted.len(), 1);
    assert!(noted[0].starts_with("send CONTINUATION stream=1 "), "{}", noted[0]);
    assert!(noted[0].contains("flags=END_HEADERS\n    :method: POST\n"), "{}", noted[0]);
    assert!(noted[0].ends_with("~~~"));
    let seen = |lines: Vec<String>| lines.join("\n").replace("recv", "send");
    assert_eq!(seen(server.watcher.take(false)), seen([first, noted].concat()));
}

#[test]
fn padding_shows_as_a_flag_and_pieces_make_one_frame() {
    let config = Config { padding: Padding::Max, ..Config::default() };
    let mut client = Watched::new(Session::client(config, start()));
    let mut server = Watched::new(Session::server(Config::default(), start()));
    let stream = client.session.request(REQUEST, false, Default::default()).expect("a stream");
    let body = Bytes::from_static(b"hello");
    client.bodies.send(&mut client.session, stream, body, true).expect("a body");
    for octet in client.send(usize::MAX) {
        server.receive(&[octet]);
    }
    let noted = server.watcher.take(false);
    assert_eq!(noted.len(), 3);
    assert!(noted[1].starts_with("recv HEADERS stream=1 length=307 flags=END_HEADERS|PADDED\n"));
    assert_eq!(noted[2], "recv DATA stream=1 length=261 flags=END_STREAM|PADDED");
}

#[test]
fn a_frame_that_breaks_the_rules_is_noted_before_the_error() {
    let (_, mut server) = pair();
    server.watcher.take(true);
    // Field blocks that nothing decodes: one does not decode, one may not come.
    let frame = |stream, payload: &[u8]| {
        let (kind, flags) = (FrameType::HEADERS, crate::frame::Flags(0x85));
        let length = u32::try_from(payload.len()).expect("a short payload");
        let mut octets = Vec::new();
        Head { length, kind, flags, stream: StreamId::new(stream) }.encode(&mut octets);
        octets.extend_from_slice(payload);
        octets
    };
    server.receive(&frame(1, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff]));
    assert_eq!(
        server.watcher.take(true),
        ["recv HEADERS stream=1 length=6 flags=END_STREAM|END_HEADERS|0x80", "(SessionError)"]
    );
    let (_, mut other) = pair();
    other.watcher.take(true);
    other.receive(&[0, 0, 1, 6, 0, 0, 0, 0, 0, 1]);
    assert_eq!(
        other.watcher.take(true),
        ["recv PING stream=0 length=1 error=\"an invalid length\"", "(SessionError)"]
    );
    server.session.goaway(None, ErrorCode::NO_ERROR, b"").expect("the verdict waits");
    server.send(usize::MAX);
    assert_eq!(
        server.watcher.take(true),
        ["send GOAWAY stream=0 length=8 code=NO_ERROR last=0"],
        "the GOAWAY that was replaced did not go"
    );
}

#[test]
fn watching_begins_and_ends_at_any_time() {
    let (mut client, mut server) = pair();
    client.watcher.take(false);
    client.session.observe_frames(false);
    client.session.request(REQUEST, true, Default::default()).expect("a stream");
    client.session.observe_frames(true);
    client.session.request(fields(GET), true, Default::default()).expect("a stream");
    server.receive(&client.send(usize::MAX));
    let noted = client.watcher.take(false);
    assert_eq!(noted[0], "send HEADERS stream=1 length=51 flags=END_STREAM|END_HEADERS");
    assert!(noted[1].starts_with("send HEADERS stream=3 "));
    assert!(noted[1].ends_with(
        "\n    :method: GET\n    :scheme: https\n    :authority: example.org\n    :path: /"
    ));

    client.session.observe_frames(false);
    client.session.ping([0; 8]).expect("a ping");
    client.send(usize::MAX);
    assert!(client.watcher.take(false).is_empty());
}

proptest! {
    #[test]
    fn watching_changes_nothing_for_any_input(octets in conversation()) {
        let answer = |watched: bool| {
            let mut server = Watched::new(Session::server(Config::default(), start()));
            server.session.observe_frames(watched);
            server.session.receive(server.now, &octets, &mut server.watcher);
            let wire = server.send(usize::MAX);
            let lines = server.watcher.take(true);
            let events = lines.into_iter().filter(|line| line.starts_with('('));
            (events.collect::<Vec<_>>(), wire)
        };
        prop_assert_eq!(answer(true), answer(false));
    }
}

#[test]
fn watching_changes_nothing() {
    let exchange = |watched: bool| {
        let mut pair = Pair::ready();
        for End { session, .. } in [&mut pair.client, &mut pair.server] {
            session.observe_frames(watched);
        }
        pair.room = 50;
        pair.request(POST, false);
        pair.client.send(1, b"question", true);
        pair.run();
        pair.respond(1, OK, false);
        pair.server.send(1, b"answer", true);
        pair.run();
        (pair.client.log(), pair.server.log())
    };
    assert_eq!(exchange(true), exchange(false));
}
