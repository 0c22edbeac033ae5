//! RFC 9113 §6.8: GOAWAY, graceful and otherwise, and how a session ends.

use super::harness::*;
use crate::frame::GoAway;
use crate::proto::{Config, ControlError, ErrorCode, Session};

fn goaway(peer: &mut Peer, last: u32, code: ErrorCode) {
    peer.write(|out| GoAway { last: id(last), code, debug: b"why" }.encode(out));
}

#[test]
fn a_graceful_shutdown_lets_streams_finish() {
    let mut pair = Pair::ready();
    pair.request(POST, false);
    pair.run();
    pair.server.log();
    pair.server.session.goaway(None, ErrorCode::NO_ERROR, b"").unwrap();
    pair.run();
    assert_eq!(pair.client.log().len(), 1);
    let refused = pair.client.session.request(fields(GET), true, Default::default()).unwrap();
    pair.run();
    assert_eq!(pair.client.log(), [format!("{} Closed REFUSED_STREAM Engine", refused.id.get())]);
    assert!(pair.server.log().is_empty());
    assert!(!pair.client.session.is_closed() && !pair.server.session.is_closed());
    pair.client.send(1, b"rest", true);
    pair.respond(1, OK, true);
    pair.run();
    assert_eq!(pair.server.log(), ["1 Data rest", "1 End", "1 Closed NO_ERROR Done"]);
    assert_eq!(pair.client.log(), ["1 Response :status: 200", "1 End", "1 Closed NO_ERROR Done"]);
    assert!(pair.client.session.is_closed() && pair.server.session.is_closed());
}

#[test]
fn streams_above_the_last_are_refused() {
    let mut peer = Peer::of_client(Config { peer_max_concurrent_streams: 2, ..Config::default() });
    peer.write(|out| crate::frame::Settings::encode(&[(3, 2)], out));
    for _ in 0..3 {
        peer.end.session.request(fields(GET), true, Default::default()).unwrap();
    }
    peer.sent();
    peer.end.events();
    // 3 is above it, 5 was never sent.
    goaway(&mut peer, 1, ErrorCode::NO_ERROR);
    let log = peer.log();
    assert!(log[0].starts_with("GoAway"), "{log:?}");
    assert_eq!(log[1..], ["3 Closed REFUSED_STREAM Peer", "5 Closed REFUSED_STREAM Peer"]);
    peer.headers(1, OK, true);
    assert!(peer.end.session.is_closed());
}

#[test]
fn an_announced_shutdown_names_the_highest_stream_first() {
    let mut peer = Peer::of_client(Config::default());
    peer.end.session.request(fields(GET), true, Default::default()).unwrap();
    peer.sent();
    goaway(&mut peer, 0x7fff_ffff, ErrorCode::NO_ERROR);
    goaway(&mut peer, 1, ErrorCode::NO_ERROR);
    assert_eq!(peer.log().len(), 2);
    goaway(&mut peer, 3, ErrorCode::NO_ERROR);
    let error = peer.failure().expect("the last stream must not increase");
    assert_eq!((error.library_code(), error.reported()), (-505, true));
}

#[test]
fn goaway_names_a_stream_of_the_receivers() {
    let mut peer = Peer::of_server(Config::default());
    goaway(&mut peer, 1, ErrorCode::NO_ERROR);
    let error = peer.failure().expect("stream 1 is the client's own");
    assert_eq!((error.code(), error.reported()), (ErrorCode::PROTOCOL_ERROR, true));
    let mut peer = Peer::of_server(Config::default());
    goaway(&mut peer, 0, ErrorCode::NO_ERROR);
    assert_eq!(peer.failure(), None);
    assert!(peer.end.session.is_closed());
}

#[test]
fn what_goaway_gave_up_is_ignored_and_never_answered() {
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, GET, true);
    peer.end.session.goaway(None, ErrorCode::NO_ERROR, b"").unwrap();
    assert_eq!(peer.sent(), ["GOAWAY 1 NO_ERROR"]);
    peer.end.events();
    peer.headers(3, POST, false);
    peer.data(3, b"x", true);
    peer.reset(3, ErrorCode::CANCEL);
    assert!(peer.log().is_empty() && peer.sent().is_empty());
    // Field blocks were decoded all the same.
    let key = peer.end.key(1);
    peer.end.session.respond(key, fields(OK), true).unwrap();
    assert_eq!(peer.sent(), ["HEADERS 1 :status: 200 END"]);
    assert!(peer.end.session.is_closed());
}

#[test]
fn open_streams_above_a_chosen_last_are_given_up() {
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, POST, false);
    peer.headers(3, POST, false);
    peer.end.events();
    peer.end.session.goaway(Some(id(1)), ErrorCode::NO_ERROR, b"").unwrap();
    assert_eq!(peer.sent(), ["GOAWAY 1 NO_ERROR"]);
    assert_eq!(peer.log(), ["3 Closed REFUSED_STREAM Application"]);
    // A later one cannot name more.
    peer.end.session.goaway(Some(id(3)), ErrorCode::CANCEL, b"").unwrap();
    assert_eq!(peer.sent(), ["GOAWAY 1 CANCEL"]);
}

#[test]
fn a_failed_session_says_goodbye_with_the_code_that_the_embedder_chooses() {
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, GET, true);
    peer.window_update(0, 0);
    assert!(peer.end.session.want_write() && !peer.end.session.want_read());
    peer.end.session.terminate(ErrorCode::INTERNAL_ERROR);
    assert_eq!(peer.sent(), ["GOAWAY 1 INTERNAL_ERROR"]);
    assert!(peer.end.session.is_closed());
    let late = peer.end.session.goaway(None, ErrorCode::CANCEL, b"");
    assert_eq!(late, Err(ControlError::Closed));
    peer.end.session.terminate(ErrorCode::CANCEL);
    assert!(peer.sent().is_empty());
    let key = peer.end.key(1);
    assert_eq!(
        peer.end.session.respond(key, fields(OK), true),
        Err(crate::proto::StreamError::Closed)
    );
}

#[test]
fn who_says_goodbye_is_answered_once() {
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, GET, true);
    goaway(&mut peer, 0, ErrorCode::NO_ERROR);
    peer.end.session.goaway(None, ErrorCode::NO_ERROR, b"").unwrap();
    assert_eq!(peer.sent(), ["GOAWAY 1 NO_ERROR"]);
    peer.end.session.terminate(ErrorCode::NO_ERROR);
    assert!(peer.sent().is_empty() && peer.end.session.is_closed());
}

#[test]
fn termination_says_what_the_peer_does_not_know() {
    let mut silent = Peer::of_server(Config::default());
    silent.end.session.goaway(None, ErrorCode::NO_ERROR, b"").unwrap();
    silent.sent();
    silent.end.session.terminate(ErrorCode::NO_ERROR);
    assert_eq!(silent.sent(), ["GOAWAY 0 NO_ERROR"], "the peer has not said goodbye");

    let heard = [
        (ErrorCode::NO_ERROR, ErrorCode::CANCEL),
        (ErrorCode::CANCEL, ErrorCode::NO_ERROR),
        (ErrorCode::CANCEL, ErrorCode::CANCEL),
    ];
    for (first, last) in heard {
        let mut peer = Peer::of_server(Config::default());
        goaway(&mut peer, 0, ErrorCode::NO_ERROR);
        peer.end.session.goaway(None, first, b"").unwrap();
        peer.sent();
        peer.end.session.terminate(last);
        assert_eq!(peer.sent(), [format!("GOAWAY 0 {last}")], "after {first}");
    }
}

#[test]
fn termination_sends_what_is_queued_and_no_more() {
    let mut peer = Peer::of_client(Config::default());
    peer.end.session.request(fields(POST), false, Default::default()).unwrap();
    peer.end.send(1, b"body", true);
    peer.end.session.terminate(ErrorCode::NO_ERROR);
    let sent = peer.sent();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(sent[0].starts_with("HEADERS 1") && sent[1] == "GOAWAY 0 NO_ERROR");
    peer.headers(1, OK, true);
    assert!(peer.log().is_empty());
}

#[test]
fn the_preface_is_held_to_the_octet() {
    for text in ["GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\rx"] {
        for chunk in [1, usize::MAX] {
            let mut peer = Peer::raw(Session::server(Config::default(), start()));
            peer.end.receive(text.as_bytes(), chunk);
            let error = peer.failure().expect("no preface, no session");
            assert_eq!((error.library_code(), error.reported()), (-903, true));
            assert_eq!(peer.sent(), ["SETTINGS []", "GOAWAY 0 PROTOCOL_ERROR"]);
        }
    }
}

#[test]
fn settings_come_first() {
    let mut peer = Peer::raw(Session::client(Config::default(), start()));
    peer.frame(6, 0, 0, &[0; 8]);
    let error = peer.failure().expect("SETTINGS are expected");
    assert_eq!((error.library_code(), error.reported()), (-505, true));
    let mut peer = Peer::raw(Session::client(Config::default(), start()));
    peer.frame(4, 1, 0, &[]);
    assert_eq!(peer.failure().map(|error| error.library_code()), Some(-505));
}

#[test]
fn malformed_frames_end_the_session_without_a_report() {
    for (kind, flags, stream, payload, code, library, reported) in [
        (6, 0, 0, &[0; 7][..], ErrorCode::FRAME_SIZE_ERROR, -505, false),
        (0, 8, 1, &[2, 0][..], ErrorCode::PROTOCOL_ERROR, -505, false),
        (0, 0, 0, &[0][..], ErrorCode::PROTOCOL_ERROR, -505, false),
        (4, 0, 1, &[][..], ErrorCode::PROTOCOL_ERROR, -505, true),
        (1, 5, 0, &[0x82][..], ErrorCode::PROTOCOL_ERROR, -505, true),
        (1, 5, 1, &[0x80][..], ErrorCode::COMPRESSION_ERROR, -505, false),
        (4, 0, 0, &[0, 2, 0, 0, 0, 2][..], ErrorCode::PROTOCOL_ERROR, -505, true),
        (4, 0, 0, &[0, 4, 255, 0, 0, 0][..], ErrorCode::FLOW_CONTROL_ERROR, -524, false),
        (4, 1, 0, &[][..], ErrorCode::PROTOCOL_ERROR, -505, true),
        (6, 1, 0, &[0; 8][..], ErrorCode::PROTOCOL_ERROR, -505, true),
        (2, 0, 1, &[0, 0, 0, 1, 0][..], ErrorCode::PROTOCOL_ERROR, -505, true),
        (16, 0, 0, &[0, 0, 0, 0][..], ErrorCode::PROTOCOL_ERROR, -505, false),
    ] {
        let mut peer = Peer::of_server(Config::default());
        peer.frame(kind, flags, stream, payload);
        let error = peer.failure().expect("the session fails");
        let found = (error.code(), error.library_code(), error.reported());
        assert_eq!(found, (code, library, reported), "frame {kind} {payload:?}");
    }
    let mut peer = Peer::of_server(Config::default());
    peer.frame(0, 0, 1, &[0; 16_385]);
    assert_eq!(peer.failure().map(|error| error.code()), Some(ErrorCode::FRAME_SIZE_ERROR));
}

#[test]
fn an_announcement_of_ours_leaves_the_session_open() {
    let mut pair = Pair::ready();
    let most = crate::proto::StreamId::MAX;
    pair.server.session.goaway(Some(most), ErrorCode::NO_ERROR, b"").unwrap();
    assert!(pair.server.session.want_read());
    pair.request(GET, true);
    pair.run();
    assert!(pair.server.session.stream(id(1)).is_some());
    pair.server.session.goaway(None, ErrorCode::NO_ERROR, b"").unwrap();
    pair.respond(1, OK, true);
    pair.run();
    assert!(pair.client.session.is_closed() && pair.server.session.is_closed());
}

#[test]
fn data_after_the_end_is_but_a_protocol_error() {
    for (data, library) in [(true, -505), (false, -510)] {
        let mut peer = Peer::of_server(Config::default());
        peer.headers(1, GET, true);
        match data {
            true => peer.data(1, b"x", false),
            false => peer.headers(1, GET, true),
        }
        let error = peer.failure().expect("the stream had ended");
        assert_eq!(error.code(), ErrorCode::STREAM_CLOSED);
        assert_eq!((error.library_code(), error.reported()), (library, !data));
    }
}

#[test]
fn pings_are_answered_and_unknown_frames_told() {
    let mut peer = Peer::of_server(Config::default());
    peer.frame(6, 0, 0, b"opaque!!");
    assert_eq!(peer.sent(), [format!("PING ACK {:?}", b"opaque!!")]);
    peer.frame(0xaa, 3, 5, b"anything");
    let log = peer.log();
    assert!(log[0].starts_with("Ping") && log[1].starts_with("UnknownFrame"), "{log:?}");
    assert!(log[1].contains("kind: 170, flags: 3") && log[1].contains("length: 8"), "{log:?}");
}
