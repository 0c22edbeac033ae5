//! Requests and responses from one end to the other.

use super::harness::*;
use crate::proto::{Config, ErrorCode, Padding};

#[test]
fn a_request_and_its_response_cross() {
    let mut pair = Pair::ready();
    pair.request(GET, true);
    pair.run();
    assert_eq!(
        pair.server.log(),
        ["1 Request :method: GET, :scheme: https, :authority: example.org, :path: /", "1 End",]
    );
    pair.respond(1, &[(":status", "200"), ("content-length", "5")], false);
    pair.server.send(1, b"hello", true);
    pair.run();
    assert_eq!(pair.server.log(), ["1 Closed NO_ERROR Done"]);
    assert_eq!(
        pair.client.log(),
        [
            "1 Response :status: 200, content-length: 5",
            "1 Data hello",
            "1 End",
            "1 Closed NO_ERROR Done",
        ]
    );
    assert_eq!((pair.client.session.open_streams(), pair.server.session.open_streams()), (0, 0));
    assert_eq!((pair.client.session.memory(), pair.server.session.memory()), (0, 0));
}

#[test]
fn every_part_of_a_message_crosses_in_order_however_it_is_cut() {
    for (chunk, room, padding) in [
        (usize::MAX, usize::MAX, Padding::None),
        (1, usize::MAX, Padding::None),
        (7, 40, Padding::Aligned),
        (usize::MAX, 300, Padding::Max),
        (64, usize::MAX, Padding::Max),
    ] {
        let config = || Config { padding, ..Config::default() };
        let mut pair = Pair::ready_with(config(), config());
        (pair.chunk, pair.room) = (chunk, room);
        pair.request(POST, false);
        pair.client.send(1, b"ping", false);
        let key = pair.client.key(1);
        pair.client.session.trailers(key, fields(&[("a", "b")])).unwrap();
        pair.run();
        let key = pair.server.key(1);
        let log = pair.server.log();
        assert_eq!(log.first().map(|line| &line[..9]), Some("1 Request"));
        assert_eq!(log[log.len() - 2..], ["1 Trailers a: b", "1 End"]);
        let body: String = log.iter().filter_map(|line| line.strip_prefix("1 Data ")).collect();
        assert_eq!(body, "ping");

        pair.server.session.inform(key, fields(&[(":status", "103"), ("link", "x")])).unwrap();
        pair.respond(1, OK, false);
        pair.server.session.trailers(key, fields(&[("c", "d")])).unwrap();
        pair.run();
        assert_eq!(
            pair.client.log(),
            [
                "1 Informational :status: 103, link: x",
                "1 Response :status: 200",
                "1 Trailers c: d",
                "1 End",
                "1 Closed NO_ERROR Done",
            ]
        );
    }
}

#[test]
fn a_reset_reaches_the_other_end() {
    let mut pair = Pair::ready();
    let key = pair.request(POST, false);
    pair.run();
    pair.server.log();
    pair.client.send(1, b"never sent", false);
    pair.client.session.reset(key, ErrorCode::CANCEL).unwrap();
    assert!(pair.client.session.reset(key, ErrorCode::CANCEL).is_err());
    pair.run();
    assert_eq!(pair.client.log(), ["1 Closed CANCEL Application"]);
    assert_eq!(pair.server.log(), ["1 Closed CANCEL Peer"]);
    assert_eq!(pair.client.session.memory(), 0);
}
