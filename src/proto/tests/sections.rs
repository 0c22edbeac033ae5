//! Sections that come again, received and sent.

use super::harness::*;
use crate::frame::Settings;
use crate::proto::{Config, ErrorCode, Field, FieldSection, OwnedEvent, setting};
use proptest::prelude::*;

/// The sections told of since the last call: stream, number and lines.
fn sections(end: &mut End) -> Vec<(u32, u64, Vec<String>)> {
    let told = |event| match event {
        OwnedEvent::Headers { stream, section, fields, .. } => {
            Some((stream.id.get(), section, lines(&fields)))
        }
        _ => None,
    };
    end.events().into_iter().filter_map(told).collect()
}

fn text(pairs: &[(&str, &str)]) -> Vec<String> {
    pairs.iter().map(|(name, value)| format!("{name}: {value}")).collect()
}

/// Fields that say that they are those of others.
#[derive(Clone)]
struct Numbered<'a>(&'a [(&'a str, &'a str)], u64);

impl<'a> FieldSection<'a> for Numbered<'a> {
    fn lines(self) -> impl Iterator<Item = Field<'a>> {
        fields(self.0)
    }

    fn number(&self) -> Option<u64> {
        Some(self.1)
    }
}

#[test]
fn a_block_that_comes_again_is_the_same_section() {
    let mut peer = Peer::of_server(Config::default());
    for stream in [1, 3, 5, 7] {
        peer.headers(stream, GET, true);
    }
    peer.headers(9, POST, false);
    peer.headers(11, GET, true);
    let told = sections(&mut peer.end);
    let numbers: Vec<_> = told.iter().map(|(_, number, _)| *number).collect();
    // The first block fills the table, the second refers to it.
    assert!(numbers[0] != numbers[1]);
    assert_eq!(numbers[1..4], [numbers[1]; 3]);
    assert!(!numbers[..4].contains(&numbers[4]));
    for (at, (stream, _, lines)) in told.iter().enumerate() {
        assert_eq!(*stream as usize, 2 * at + 1);
        assert_eq!(*lines, text(if at == 4 { POST } else { GET }));
    }
}

#[test]
fn a_malformed_section_is_malformed_each_time() {
    let mut peer = Peer::of_server(Config::default());
    let bad = [GET, &[("connection", "close")]].concat();
    for stream in [1, 3, 5] {
        peer.headers(stream, &bad, true);
    }
    assert_eq!(peer.log(), [1, 3, 5].map(|id| format!("{id} Invalid BadField")));
}

#[test]
fn fields_that_are_dropped_stay_dropped() {
    let mut peer = Peer::of_server(Config::default());
    let odd = [GET, &[("a b", "c"), ("kept", "d")]].concat();
    for stream in [1, 3, 5, 7] {
        peer.headers(stream, &odd, true);
    }
    let expected = text(&[GET, &[("kept", "d")]].concat());
    assert!(sections(&mut peer.end).into_iter().all(|(.., lines)| lines == expected));
}

#[test]
fn a_section_is_judged_by_what_it_is() {
    let mut peer = Peer::of_server(Config::default());
    let plain = &[("a", "b")];
    peer.headers(1, POST, false);
    peer.headers(1, plain, true);
    peer.headers(3, POST, false);
    // Good as trailers; no request.
    peer.headers(3, plain, true);
    peer.headers(5, plain, true);
    peer.headers(7, GET, true);
    peer.headers(9, POST, false);
    // Good as a request; no trailers.
    peer.headers(11, GET, true);
    peer.headers(9, GET, true);
    let log = peer.log();
    assert_eq!(log.iter().filter(|line| line.ends_with("Trailers a: b")).count(), 2);
    let invalid: Vec<_> = log.iter().filter(|line| line.contains("Invalid")).collect();
    assert_eq!(invalid, ["5 Invalid BadPseudoField", "9 Invalid BadPseudoField"]);
}

/// A server that had the same request three times, and has then announced a setting.
fn announcing(id: u16, value: u32) -> Peer {
    let mut peer = Peer::of_server(Config::default());
    for stream in [1, 3, 5] {
        peer.headers(stream, GET, true);
    }
    peer.end.session.settings(&[(id, value)]).expect("a session that is open");
    peer.sent();
    peer
}

#[test]
fn a_block_without_the_size_update_that_is_due_is_an_error_though_it_came_before() {
    let mut peer = announcing(setting::HEADER_TABLE_SIZE, 0);
    peer.headers(7, GET, true);
    peer.write(Settings::encode_ack);
    peer.end.events();
    peer.headers(9, GET, true);
    assert_eq!(peer.failure().map(|error| error.code()), Some(ErrorCode::COMPRESSION_ERROR));
}

#[test]
fn limits_hold_for_a_block_that_came_before() {
    let mut peer = announcing(setting::MAX_HEADER_LIST_SIZE, 64);
    peer.write(Settings::encode_ack);
    peer.end.events();
    peer.headers(7, GET, true);
    assert!(sections(&mut peer.end).is_empty());
}

#[test]
fn a_block_is_sent_again_only_while_it_means_the_same() {
    let mut peer = Peer::of_server(Config::default());
    let response = Numbered(&[(":status", "200"), ("server", "us")], 7);
    let respond = |peer: &mut Peer, stream: u32, section: Numbered<'_>| {
        peer.headers(stream, GET, true);
        let key = peer.end.key(stream);
        peer.end.session.respond(key, section, true).expect("a response can be given");
        peer.sent()
    };
    let line = |stream| vec![format!("HEADERS {stream} :status: 200, server: us END")];
    for stream in [1, 3, 5] {
        assert_eq!(respond(&mut peer, stream, response.clone()), line(stream));
    }
    // Another section in between moves the entries of the table.
    respond(&mut peer, 7, Numbered(&[(":status", "200"), ("x", "y")], 8));
    for stream in [9, 11] {
        assert_eq!(respond(&mut peer, stream, response.clone()), line(stream));
    }
    // The peer wants another table: the next block begins with a size update.
    for (stream, size) in [(13, 0), (17, 4096)] {
        peer.write(|out| Settings::encode(&[(setting::HEADER_TABLE_SIZE, size)], out));
        peer.sent();
        for stream in [stream, stream + 2] {
            assert_eq!(respond(&mut peer, stream, response.clone()), line(stream));
        }
    }
}

/// What may happen between two requests.
#[derive(Clone, Debug)]
enum Step {
    /// A request with one of a few sections, and a response with another.
    Exchange { request: usize, response: usize },
    /// The client's or the server's table is to have that size.
    TableSize { client: bool, size: u32 },
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..3_usize, 0..3_usize)
            .prop_map(|(request, response)| Step::Exchange { request, response }),
        1 => (any::<bool>(), prop_oneof![Just(0), Just(100), Just(4096)])
            .prop_map(|(client, size)| Step::TableSize { client, size }),
    ]
}

const REQUESTS: [&[(&str, &str)]; 3] = [
    GET,
    &[
        (":method", "GET"),
        (":scheme", "https"),
        (":authority", "example.org"),
        (":path", "/other"),
        ("user-agent", "one"),
    ],
    &[
        (":method", "POST"),
        (":scheme", "https"),
        (":authority", "example.org"),
        (":path", "/"),
        ("user-agent", "two"),
        ("cookie", "secret"),
    ],
];
const RESPONSES: [&[(&str, &str)]; 3] = [
    OK,
    &[(":status", "200"), ("content-type", "text/html"), ("etag", "1")],
    &[(":status", "404"), ("content-type", "text/html"), ("set-cookie", "a=b")],
];

proptest! {
    #[test]
    fn what_is_sent_is_what_is_told_in_any_order(steps in prop::collection::vec(step(), 1..60)) {
        let mut pair = Pair::ready();
        // Names sections as told, on either side.
        let mut told: [std::collections::HashMap<u64, Vec<String>>; 2] = Default::default();
        for step in steps {
            let (request, response) = match step {
                Step::Exchange { request, response } => (request, response),
                Step::TableSize { client, size } => {
                    let end = if client { &mut pair.client } else { &mut pair.server };
                    end.session.settings(&[(setting::HEADER_TABLE_SIZE, size)]).unwrap();
                    pair.run();
                    continue;
                }
            };
            let section = Numbered(REQUESTS[request], request as u64);
            let key = pair.client.session.request(section, true, Default::default()).unwrap();
            pair.run();
            let section = Numbered(RESPONSES[response], response as u64);
            let key = pair.server.key(key.id.get());
            pair.server.session.respond(key, section, true).unwrap();
            pair.run();
            let sides = [(&mut pair.server, REQUESTS[request]), (&mut pair.client, RESPONSES[response])];
            for ((end, expected), told) in sides.into_iter().zip(&mut told) {
                for (stream, number, lines) in sections(end) {
                    prop_assert_eq!(stream, key.id.get());
                    prop_assert_eq!(&lines, &text(expected));
                    prop_assert_eq!(told.entry(number).or_insert_with(|| lines.clone()), &lines);
                }
            }
        }
    }
}
