//! RFC 9113 §6.5: settings of both ends, and starting from an HTTP/1.1 upgrade.

use super::harness::*;
use crate::frame::Settings;
use crate::proto::{Config, ControlError, ErrorCode, Session, UpgradeError, setting};

#[test]
fn settings_are_sent_as_given_and_in_force_once_acknowledged() {
    let entries =
        vec![(setting::INITIAL_WINDOW_SIZE, 1000), (setting::MAX_FRAME_SIZE, 20_000), (0x1234, 7)];
    let mut peer =
        Peer::raw(Session::server(Config { settings: entries, ..Config::default() }, start()));
    assert_eq!(peer.sent(), ["SETTINGS [(4, 1000), (5, 20000), (4660, 7)]"]);
    peer.octets(crate::frame::PREFACE);
    peer.write(|out| Settings::encode(&[(setting::MAX_CONCURRENT_STREAMS, 9), (0xffff, 1)], out));
    assert_eq!(peer.sent(), ["SETTINGS ACK"]);
    let log: Vec<_> = peer.end.events().iter().map(|event| format!("{event:?}")).collect();
    assert_eq!(log, ["Settings { entries: [(3, 9), (65535, 1)] }"]);
    let session = &peer.end.session;
    assert_eq!(session.remote_setting(setting::MAX_CONCURRENT_STREAMS), Some(9));
    assert_eq!(session.remote_setting(0xffff), None);
    assert_eq!(session.local_setting(setting::MAX_FRAME_SIZE), Some(16_384));
    peer.headers(1, POST, false);
    let key = peer.end.key(1);
    assert_eq!(peer.end.session.stream_figures(key).unwrap().local_window_size, 65_535);
    peer.write(Settings::encode_ack);
    assert_eq!(peer.end.session.stream_figures(key).unwrap().local_window_size, 1000);
    assert_eq!(peer.end.session.local_setting(setting::MAX_FRAME_SIZE), Some(20_000));
    // The larger frame is read from now on.
    peer.frame(0xbb, 0, 0, &[0; 20_000]);
    assert_eq!(peer.failure(), None);
    peer.frame(0xbb, 0, 0, &[0; 20_001]);
    assert_eq!(peer.failure().map(|error| error.code()), Some(ErrorCode::FRAME_SIZE_ERROR));
}

#[test]
fn requests_wait_while_no_stream_is_assumed_to_be_allowed() {
    let none = || Config { peer_max_concurrent_streams: 0, ..Config::default() };
    let mut peer = Peer::raw(Session::client(none(), start()));
    let key = peer.end.session.request(fields(GET), true, Default::default()).unwrap();
    assert_eq!((key.id.get(), peer.sent().len()), (1, 1), "SETTINGS alone");
    peer.write(|out| Settings::encode(&[], out));
    let sent = peer.sent();
    assert!(sent[0] == "SETTINGS ACK" && sent[1].starts_with("HEADERS 1"), "{sent:?}");

    let mut peer = Peer::raw(Session::client(none(), start()));
    peer.end.session.request(fields(GET), true, Default::default()).unwrap();
    peer.end.session.request(fields(GET), true, Default::default()).unwrap();
    peer.end.session.assume_peer_concurrency(1);
    let sent = peer.sent();
    assert!(sent.len() == 2 && sent[1].starts_with("HEADERS 1"), "{sent:?}");
    peer.write(|out| Settings::encode(&[(setting::MAX_CONCURRENT_STREAMS, 2)], out));
    peer.end.session.assume_peer_concurrency(0);
    assert!(peer.sent()[1].starts_with("HEADERS 3"), "what the peer says counts");
}

#[test]
fn a_smaller_header_list_is_for_the_streams_to_come() {
    let mut peer = Peer::of_client(Config::default());
    let request = |peer: &mut Peer| {
        peer.end.session.request(fields(GET), true, Default::default()).unwrap();
    };
    request(&mut peer);
    peer.end.session.settings(&[(setting::MAX_HEADER_LIST_SIZE, 1)]).unwrap();
    peer.write(Settings::encode_ack);
    request(&mut peer);
    peer.headers(1, OK, false);
    peer.headers(3, OK, false);
    let log = peer.log();
    assert!(log.iter().any(|line| line.starts_with("1 Response")), "{log:?}");
    assert!(log.contains(&"3 Invalid HeaderListTooLarge".into()), "{log:?}");
}

#[test]
fn some_changes_are_offences_in_one_direction() {
    let mut peer = Peer::of_client(Config::default());
    peer.write(|out| Settings::encode(&[(setting::ENABLE_PUSH, 1)], out));
    assert!(peer.failure().is_some(), "a server cannot allow push");
    let mut peer = Peer::of_client(Config::default());
    peer.write(|out| Settings::encode(&[(setting::ENABLE_CONNECT_PROTOCOL, 1)], out));
    assert_eq!(peer.failure(), None);
    peer.write(|out| Settings::encode(&[(setting::ENABLE_CONNECT_PROTOCOL, 0)], out));
    assert!(peer.failure().is_some(), "extended CONNECT is not taken back");
    let session = &mut Peer::of_client(Config::default()).end.session;
    let bad = session.settings(&[(setting::MAX_FRAME_SIZE, 1)]);
    assert_eq!(bad, Err(ControlError::InvalidArgument));
}

#[test]
fn a_larger_peer_frame_size_spares_continuations() {
    let long = "x".repeat(30_000);
    let pairs = [(":status", "200"), ("long", long.as_str())];
    for (size, frames) in [(16_384, 2), (65_536, 1)] {
        let config =
            Config { settings: vec![(setting::MAX_FRAME_SIZE, size)], ..Config::default() };
        let mut pair = Pair::ready_with(config, Config::default());
        let received = pair.client.session.stats().frames_received;
        pair.request(GET, true);
        pair.run();
        pair.respond(1, &pairs, true);
        pair.run();
        assert_eq!(pair.client.log()[0].len(), "1 Response :status: 200, long: ".len() + 30_000);
        assert_eq!(pair.client.session.stats().frames_received - received, frames);
    }
}

#[test]
fn the_tables_follow_the_settings_of_the_other_end() {
    let small = || vec![(setting::HEADER_TABLE_SIZE, 0)];
    let config = || Config { settings: small(), ..Config::default() };
    let mut pair = Pair::ready_with(config(), config());
    for round in 0..3 {
        pair.request(&[GET, &[("x-custom", "value")]].concat(), true);
        pair.run();
        pair.respond(2 * round + 1, &[(":status", "200"), ("x-other", "value")], true);
        pair.run();
    }
    assert!(pair.client.log().iter().all(|line| !line.starts_with("Failed")));
    for session in [&pair.client.session, &pair.server.session] {
        let figures = session.figures();
        assert_eq!(figures.deflate_dynamic_table_size, 0);
        assert_eq!(figures.inflate_dynamic_table_size, 0);
    }
}

#[test]
fn both_ends_start_from_an_upgrade() {
    let now = start();
    let mut payload = Vec::new();
    Settings::encode_payload(&[(setting::INITIAL_WINDOW_SIZE, 10)], &mut payload);
    let config = Config { settings: vec![(setting::INITIAL_WINDOW_SIZE, 10)], ..Config::default() };
    let (client, request) = Session::upgrade_client(config, false, now);
    let (server, response) =
        Session::upgrade_server(Config::default(), &payload, false, now).unwrap();
    assert_eq!((request, response.id), (response, id(1)));
    let mut pair = Pair {
        client: End::new(client, now),
        server: End::new(server, now),
        chunk: usize::MAX,
        room: usize::MAX,
    };
    pair.respond(1, OK, false);
    pair.server.send(1, b"ten octets and more", true);
    pair.run();
    assert_eq!(pair.client.log(), ["1 Response :status: 200", "1 Data ten octets"]);
    let key = pair.client.key(1);
    pair.client.consume(key, 10);
    pair.run();
    assert_eq!(pair.client.log(), ["1 Data  and more", "1 End", "1 Closed NO_ERROR Done"]);
    assert_eq!(pair.request(GET, true).id, id(3));
    pair.run();
    assert_eq!(pair.server.log()[0], "1 Closed NO_ERROR Done");
    assert!(pair.server.session.stream(id(3)).is_some());
    for bad in [&[0, 4, 0][..], &[0, 5, 0, 0, 0, 1][..]] {
        let refused = Session::upgrade_server(Config::default(), bad, false, now);
        assert_eq!(refused.err(), Some(UpgradeError::BadSettings));
    }
}

#[test]
fn control_frames_for_clients_come_from_servers() {
    let mut pair = Pair::ready();
    pair.request(GET, true);
    pair.run();
    pair.server.log();
    let server = &mut pair.server.session;
    server.altsvc(id(0), b"https://a", b"h3=\":1\"").unwrap();
    server.altsvc(id(1), b"", b"clear").unwrap();
    assert_eq!(server.altsvc(id(0), b"", b"clear"), Err(ControlError::InvalidArgument));
    assert_eq!(server.altsvc(id(3), b"", b"clear"), Err(ControlError::UnknownStream));
    assert_eq!(server.altsvc(id(1), b"", &[0; 16_383]), Err(ControlError::TooLarge));
    server.origin([&b"https://a"[..], b"https://b"]).unwrap();
    server.origin(std::iter::empty()).unwrap();
    assert_eq!(server.origin([&[0; 16_383][..]]), Err(ControlError::TooLarge));
    assert_eq!(server.priority(id(0), Default::default()), Err(ControlError::InvalidArgument));
    pair.run();
    assert_eq!(
        pair.client.log(),
        [
            r#"AltSvc { stream: StreamId(0), origin: b"https://a", value: b"h3=\":1\"" }"#,
            r#"AltSvc { stream: StreamId(1), origin: b"", value: b"clear" }"#,
            r#"Origin { origins: [b"https://a", b"https://b"] }"#,
            "Origin { origins: [] }",
        ]
    );
    let client = &mut pair.client.session;
    assert_eq!(client.altsvc(id(1), b"", b"x"), Err(ControlError::WrongRole));
    client.priority(id(5), Default::default()).unwrap();
    pair.run();
    assert!(pair.server.log()[0].starts_with("Priority { stream: StreamId(5)"));

    // A server takes no notice of such frames, even broken ones.
    let mut peer = Peer::of_server(Config::default());
    peer.frame(10, 0, 0, &[0, 9, 1]);
    peer.frame(12, 0, 0, &[0, 9, 1]);
    peer.frame(10, 0, 1, &[0, 0, 1]);
    assert!(peer.log().is_empty() && peer.sent().is_empty());
}

#[test]
fn urgent_responses_go_first() {
    let mut peer = Peer::of_server(Config::default());
    let with = |priority: &'static str| [GET, &[("priority", priority)]].concat();
    peer.headers(1, &with("u=5"), true);
    peer.headers(3, GET, true);
    peer.headers(5, &with("u=1"), true);
    for stream in [1, 3, 5] {
        let key = peer.end.key(stream);
        peer.end.session.respond(key, fields(OK), false).unwrap();
        peer.end.send(stream, b"x", false);
    }
    let order = |peer: &mut Peer| -> Vec<String> {
        peer.sent().into_iter().filter(|line| line.starts_with("DATA")).collect()
    };
    assert_eq!(order(&mut peer), ["DATA 5 x", "DATA 3 x", "DATA 1 x"]);
    [1, 3, 5].iter().for_each(|stream| peer.end.send(*stream, b"x", false));
    // PRIORITY_UPDATE: stream 1 is the most urgent now.
    peer.frame(16, 0, 0, b"\0\0\0\x01u=0");
    assert_eq!(order(&mut peer), ["DATA 1 x", "DATA 5 x", "DATA 3 x"]);
}
