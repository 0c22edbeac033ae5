//! RFC 9113 §8.1: what a message may look like as a whole.

use super::harness::*;
use crate::proto::{Config, setting};

/// What a server says of a request with a body in DATA frames.
fn upload(length: &str, bodies: &[&[u8]], trailers: bool) -> Vec<String> {
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, &[POST, &[("content-length", length)]].concat(), false);
    peer.end.events();
    for (i, body) in bodies.iter().enumerate() {
        peer.data(1, body, i + 1 == bodies.len() && !trailers);
    }
    if trailers {
        peer.headers(1, &[("a", "b")], true);
    }
    peer.log()
}

#[test]
fn the_body_is_as_long_as_announced() {
    let bad = ["1 Invalid BadContentLength", "1 Closed PROTOCOL_ERROR Engine"];
    assert_eq!(upload("3", &[b"ab", b"c"], false), ["1 Data ab", "1 Data c", "1 End"]);
    assert_eq!(upload("3", &[b"ab", b"c"], true)[2..], ["1 Trailers a: b", "1 End"]);
    assert_eq!(upload("3", &[b"ab", b"cd"], false)[1..], bad);
    assert_eq!(upload("3", &[b"ab"], false)[1..], bad);
    assert_eq!(upload("3", &[b"ab"], true)[1..], bad);
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, &[GET, &[("content-length", "1")]].concat(), true);
    assert_eq!(peer.log(), ["1 Invalid BadContentLength"]);

    let config = Config { surplus_data_ends_session: true, ..Config::default() };
    let mut peer = Peer::of_server(config);
    peer.headers(1, &[POST, &[("content-length", "1")]].concat(), false);
    peer.data(1, b"xy", true);
    let error = peer.failure().expect("the surplus ends the session");
    assert_eq!((error.library_code(), error.reported()), (-505, true));
}

/// What a client says of a response.
fn download(method: &str, status: &str, length: Option<&str>, body: &[u8]) -> Vec<String> {
    let mut peer = Peer::of_client(Config::default());
    let request: Vec<_> = match method {
        "CONNECT" => vec![(":method", method), (":authority", "a")],
        _ => [&[(":method", method)], &GET[1..]].concat(),
    };
    let end = method != "CONNECT";
    peer.end.session.request(fields(&request), end, Default::default()).unwrap();
    let mut pairs = vec![(":status", status)];
    pairs.extend(length.map(|length| ("content-length", length)));
    peer.headers(1, &pairs, false);
    peer.data(1, body, true);
    peer.log().split_off(1)
}

#[test]
fn some_responses_have_no_body_whatever_they_announce() {
    let bad = ["1 Invalid BadContentLength", "1 Closed PROTOCOL_ERROR Engine"];
    let good = ["1 End", "1 Closed NO_ERROR Done"];
    assert_eq!(download("HEAD", "200", Some("5"), b""), good);
    assert_eq!(download("HEAD", "200", Some("5"), b"x"), bad);
    assert_eq!(download("GET", "304", Some("5"), b""), good);
    assert_eq!(download("GET", "304", None, b"x"), bad);
    assert_eq!(download("GET", "204", None, b"x"), bad);
    assert_eq!(download("GET", "200", Some("5"), b""), bad);
    assert_eq!(download("GET", "200", None, b"x")[0], "1 Data x");
    assert_eq!(download("CONNECT", "200", Some("5"), b"x"), ["1 Data x", "1 End"]);
}

#[test]
fn a_length_that_means_nothing_is_not_passed_on() {
    for (method, status, length) in [("GET", "204", "0"), ("CONNECT", "200", "7")] {
        let mut peer = Peer::of_client(Config::default());
        let request = [(":method", method), (":authority", "a")];
        peer.end.session.request(fields(&request), false, Default::default()).unwrap();
        peer.headers(1, &[(":status", status), ("content-length", length), ("a", "b")], false);
        assert_eq!(peer.log(), [format!("1 Response :status: {status}, a: b")]);
    }
}

#[test]
fn sections_come_in_order() {
    let out_of_place = ["1 Invalid BadMessage", "1 Closed PROTOCOL_ERROR Engine"];
    let client = || {
        let mut peer = Peer::of_client(Config::default());
        peer.end.session.request(fields(GET), true, Default::default()).unwrap();
        peer
    };
    let mut peer = client();
    peer.headers(1, &[(":status", "100")], true);
    assert_eq!(peer.log(), out_of_place);
    let mut peer = client();
    peer.headers(1, OK, false);
    peer.headers(1, &[("a", "b")], false);
    assert_eq!(peer.log()[1..], out_of_place);
    let mut peer = client();
    peer.headers(1, OK, false);
    peer.headers(1, OK, true);
    assert_eq!(peer.log()[1..], ["1 Invalid BadPseudoField", "1 Closed PROTOCOL_ERROR Engine"]);
    let mut peer = client();
    peer.headers(1, &[(":status", "100")], false);
    peer.headers(1, &[(":status", "103")], false);
    peer.headers(1, OK, true);
    assert_eq!(peer.log().len(), 5);
}

#[test]
fn an_invalid_request_is_reset_and_never_told() {
    let mut peer = Peer::of_server(Config::default());
    for (stream, extra) in
        [(1, ("connection", "close")), (3, ("Upper", "x")), (5, ("a", "b\0c")), (7, (":x", "y"))]
    {
        peer.headers(stream, &[GET, &[extra]].concat(), true);
        assert_eq!(peer.sent(), [format!("RST_STREAM {stream} PROTOCOL_ERROR")]);
        assert_eq!(peer.log().len(), 1);
    }
    // It does not count as processed.
    peer.end.session.goaway(None, crate::proto::ErrorCode::NO_ERROR, b"").unwrap();
    assert_eq!(peer.sent(), ["GOAWAY 0 NO_ERROR"]);
}

#[test]
fn unfit_fields_are_dropped_and_the_message_kept() {
    let unfit = [("a", "b\r\nc: d"), ("e", " f"), ("", "g"), ("h i", "j")];
    let kept = "1 Request :method: GET, :scheme: https, :authority: example.org, :path: /";
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, &[GET, &unfit].concat(), true);
    assert_eq!(peer.log()[0], kept);
    let mut peer = Peer::of_server(Config { strict_field_whitespace: false, ..Config::default() });
    peer.headers(1, &[GET, &unfit].concat(), true);
    assert_eq!(peer.log()[0], format!("{kept}, e:  f"));
}

#[test]
fn extended_connect_is_for_servers_that_offered_it() {
    let connect = [&[(":method", "CONNECT"), (":protocol", "websocket")], &GET[1..]].concat();
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, &connect, false);
    assert_eq!(peer.log(), ["1 Invalid BadPseudoField"]);
    let settings = vec![(setting::ENABLE_CONNECT_PROTOCOL, 1)];
    let mut peer = Peer::of_server(Config { settings, ..Config::default() });
    peer.headers(1, &connect, false);
    assert!(peer.log()[0].starts_with("1 Request"));
}

#[test]
fn without_validation_sections_pass_as_they_are() {
    let mut peer = Peer::of_server(Config { validate_messages: false, ..Config::default() });
    peer.headers(1, &[("Odd", "x\r"), (":path", "/"), ("content-length", "9")], false);
    assert_eq!(peer.log(), ["1 Request Odd: x\r, :path: /, content-length: 9"]);
    peer.data(1, b"short", true);
    assert_eq!(peer.log(), ["1 Data short", "1 End"]);
}
