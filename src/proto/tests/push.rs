//! RFC 9113 §8.4: pushed responses, from either end.

use super::harness::*;
use crate::frame::Settings;
use crate::proto::{Config, ErrorCode, Offence, PushError, Session, setting};

const NO_PUSH: (u16, u32) = (setting::ENABLE_PUSH, 0);

#[test]
fn a_promise_and_its_response_cross() {
    let mut pair = Pair::ready();
    pair.request(GET, true);
    pair.run();
    let parent = pair.server.key(1);
    let promised = pair.server.session.push(parent, fields(GET)).unwrap();
    assert_eq!(promised.id, id(2));
    let figures = pair.server.session.stream_figures(promised).unwrap();
    assert_eq!(figures.state, 3);
    pair.respond(1, OK, true);
    pair.server.session.inform(promised, fields(&[(":status", "103")])).unwrap();
    pair.respond(2, OK, false);
    pair.server.send(2, b"pushed", true);
    pair.run();
    let log = pair.client.log();
    assert!(log[0].starts_with("2 Push { parent: StreamKey { slot: 0, id: StreamId(1) } }"));
    assert_eq!(
        log[1..],
        [
            "1 Response :status: 200",
            "1 End",
            "1 Closed NO_ERROR Done",
            "2 Informational :status: 103",
            "2 Response :status: 200",
            "2 Data pushed",
            "2 End",
            "2 Closed NO_ERROR Done",
        ]
    );
    assert_eq!((pair.client.session.open_streams(), pair.server.session.open_streams()), (0, 0));
}

#[test]
fn either_end_can_decline_a_promise() {
    for by_client in [true, false] {
        let mut pair = Pair::ready();
        pair.request(GET, true);
        pair.run();
        let parent = pair.server.key(1);
        pair.server.session.push(parent, fields(GET)).unwrap();
        pair.run();
        pair.client.log();
        pair.server.log();
        let (from, to) = match by_client {
            true => (&mut pair.client, &mut pair.server),
            false => (&mut pair.server, &mut pair.client),
        };
        let key = from.key(2);
        from.session.reset(key, ErrorCode::CANCEL).unwrap();
        let octets = from.drain(usize::MAX);
        to.receive(&octets, usize::MAX);
        assert_eq!(from.log(), ["2 Closed CANCEL Application"]);
        assert_eq!(to.log(), ["2 Closed CANCEL Peer"]);
    }
}

#[test]
fn a_server_asks_before_it_pushes() {
    let config = Config { settings: vec![NO_PUSH], ..Config::default() };
    let mut pair = Pair::ready_with(config, Config::default());
    pair.request(GET, true);
    pair.run();
    let parent = pair.server.key(1);
    assert_eq!(pair.server.session.push(parent, fields(GET)), Err(PushError::Disabled));
    let client = pair.client.key(1);
    assert_eq!(pair.client.session.push(client, fields(GET)), Err(PushError::InvalidState));

    let mut pair = Pair::ready();
    pair.request(GET, true);
    pair.run();
    let parent = pair.server.key(1);
    let promised = pair.server.session.push(parent, fields(GET)).unwrap();
    assert_eq!(pair.server.session.push(promised, fields(GET)), Err(PushError::InvalidState));
    pair.respond(1, OK, true);
    assert_eq!(pair.server.session.push(parent, fields(GET)), Err(PushError::UnknownStream));
}

#[test]
fn a_client_that_forbade_push_refuses_until_the_server_knows_and_fails_after() {
    let config = || Config { settings: vec![NO_PUSH], ..Config::default() };
    let mut peer = Peer::raw(Session::client(config(), start()));
    peer.write(|out| Settings::encode(&[], out));
    peer.end.session.request(fields(GET), true, Default::default()).unwrap();
    peer.sent();
    peer.promise(1, 2, GET);
    assert_eq!(peer.sent(), ["RST_STREAM 2 CANCEL"]);
    assert!(peer.log().is_empty());
    peer.write(Settings::encode_ack);
    peer.promise(1, 4, GET);
    let error = peer.failure().expect("push is forbidden");
    assert_eq!((error.offence, error.reported()), (Offence::PushNotAllowed, true));
    assert_eq!(error.code(), ErrorCode::PROTOCOL_ERROR);
}

#[test]
fn promises_beyond_the_limit_are_cancelled_until_others_begin() {
    let mut peer = Peer::of_client(Config { max_reserved_remote_streams: 1, ..Config::default() });
    peer.end.session.request(fields(GET), true, Default::default()).unwrap();
    peer.sent();
    peer.promise(1, 2, GET);
    peer.promise(1, 4, GET);
    assert_eq!(peer.sent(), ["RST_STREAM 4 CANCEL"]);
    peer.headers(2, OK, false);
    peer.promise(1, 6, GET);
    assert!(peer.sent().is_empty());
    peer.reset(6, ErrorCode::CANCEL);
    peer.promise(1, 8, GET);
    assert!(peer.sent().is_empty());
}

#[test]
fn a_promise_names_a_new_stream_of_the_servers() {
    for promised in [3, 2] {
        let mut peer = Peer::of_client(Config::default());
        peer.end.session.request(fields(GET), true, Default::default()).unwrap();
        peer.promise(1, 2, GET);
        assert_eq!(peer.failure(), None);
        peer.promise(1, promised, GET);
        assert_eq!(peer.failure().map(|error| error.offence), Some(Offence::BadStreamId));
    }
}

#[test]
fn a_malformed_promise_costs_the_promised_stream() {
    let mut peer = Peer::of_client(Config::default());
    peer.end.session.request(fields(GET), true, Default::default()).unwrap();
    peer.sent();
    peer.promise(1, 2, &[(":method", "GET")]);
    assert_eq!(peer.log(), ["2 Invalid BadPseudoField"]);
    assert_eq!(peer.sent(), ["RST_STREAM 2 PROTOCOL_ERROR"]);
    peer.headers(1, OK, true);
    assert_eq!(peer.log().last().unwrap(), "1 Closed NO_ERROR Done");
}

#[test]
fn responses_to_promises_keep_to_the_clients_limit() {
    let config =
        Config { settings: vec![(setting::MAX_CONCURRENT_STREAMS, 1)], ..Config::default() };
    let mut pair = Pair::ready_with(config, Config::default());
    pair.request(GET, true);
    pair.run();
    let parent = pair.server.key(1);
    for stream in [2, 4] {
        pair.server.session.push(parent, fields(GET)).unwrap();
        pair.respond(stream, OK, false);
        pair.server.send(stream, b"x", false);
    }
    pair.run();
    let log = pair.client.log();
    let promised = |line: &&String| !line.contains("Push");
    let log: Vec<_> = log.iter().filter(promised).collect();
    assert_eq!(log, ["2 Response :status: 200", "2 Data x"]);
    let key = pair.server.key(2);
    pair.server.session.data(key, 0, true).unwrap();
    pair.run();
    assert_eq!(
        pair.client.log(),
        ["2 End", "2 Closed NO_ERROR Done", "4 Response :status: 200", "4 Data x"]
    );
}
