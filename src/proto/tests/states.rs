//! RFC 9113 §5.1: every state of a stream against every frame that names one.

use super::harness::*;
use crate::proto::{Config, ErrorCode, OwnedEvent};

/// What a frame led to.
#[derive(Debug, PartialEq)]
enum Outcome {
    Legal,
    /// That stream was reset, and the session goes on.
    Stream(ErrorCode),
    Session(ErrorCode),
}

use Outcome::{Legal, Session, Stream};

const PROTOCOL: Outcome = Session(ErrorCode::PROTOCOL_ERROR);
const CLOSED: Outcome = Session(ErrorCode::STREAM_CLOSED);
const RESET: Outcome = Stream(ErrorCode::STREAM_CLOSED);
const REFUSED: Outcome = Stream(ErrorCode::CANCEL);

const FRAMES: [&str; 7] =
    ["DATA", "HEADERS", "PRIORITY", "RST_STREAM", "PUSH_PROMISE", "WINDOW_UPDATE", "CONTINUATION"];

fn inject(peer: &mut Peer, frame: &str, stream: u32, section: &[(&str, &str)], end: bool) {
    match frame {
        "DATA" => peer.data(stream, b"x", false),
        "HEADERS" => peer.headers(stream, section, end),
        "PRIORITY" => peer.frame(2, 0, stream, &[0, 0, 0, 0, 15]),
        "RST_STREAM" => peer.reset(stream, ErrorCode::CANCEL),
        "PUSH_PROMISE" => peer.promise(stream, 100, GET),
        "WINDOW_UPDATE" => peer.window_update(stream, 1),
        "CONTINUATION" => peer.continuation(stream, b"", true),
        other => unreachable!("{other}"),
    }
}

fn outcome(peer: &mut Peer) -> Outcome {
    let sent = peer.sent();
    let events = peer.end.events();
    if let Some(OwnedEvent::SessionError { error }) = events.last() {
        let goaway = format!(" {}", error.code());
        assert!(sent.last().is_some_and(|line| line.starts_with("GOAWAY")), "{sent:?}");
        assert!(sent.last().is_some_and(|line| line.ends_with(&goaway)), "{sent:?}");
        assert!(peer.end.session.is_closed());
        return Session(error.code());
    }
    let reset = sent.iter().find_map(|line| line.strip_prefix("RST_STREAM "));
    match reset.and_then(|line| line.split_once(' ')) {
        None => Legal,
        Some((_, "STREAM_CLOSED")) => Stream(ErrorCode::STREAM_CLOSED),
        Some((_, "CANCEL")) => Stream(ErrorCode::CANCEL),
        other => panic!("{other:?}"),
    }
}

/// Runs each frame against a fresh session in the state that `prepare` makes.
fn check(
    state: &str,
    prepare: impl Fn() -> Peer,
    stream: u32,
    section: (&[(&str, &str)], bool),
    expected: [Outcome; 7],
) {
    for (frame, expected) in FRAMES.iter().zip(expected) {
        let mut peer = prepare();
        peer.sent();
        peer.end.events();
        inject(&mut peer, frame, stream, section.0, section.1);
        assert_eq!(outcome(&mut peer), expected, "{frame} in state {state}");
    }
}

const TRAILERS: (&[(&str, &str)], bool) = (&[("a", "b")], true);

fn server(prepare: impl Fn(&mut Peer)) -> impl Fn() -> Peer {
    move || {
        let mut peer = Peer::of_server(Config::default());
        prepare(&mut peer);
        peer
    }
}

#[test]
fn the_server_judges_every_frame_in_every_state() {
    let request = (GET, true);
    let idle = [PROTOCOL, Legal, Legal, PROTOCOL, PROTOCOL, PROTOCOL, PROTOCOL];
    check("idle", server(|_| {}), 1, request, idle);
    let ours = [PROTOCOL, PROTOCOL, Legal, PROTOCOL, PROTOCOL, PROTOCOL, PROTOCOL];
    check("idle, ours", server(|_| {}), 2, request, ours);

    let reserved = [PROTOCOL, PROTOCOL, Legal, Legal, PROTOCOL, Legal, PROTOCOL];
    let prepare = server(|peer| {
        peer.headers(1, GET, true);
        let parent = peer.end.key(1);
        assert_eq!(peer.end.session.push(parent, fields(GET)).unwrap().id, id(2));
    });
    check("reserved (local)", prepare, 2, TRAILERS, reserved);

    let open = || [Legal, Legal, Legal, Legal, PROTOCOL, Legal, PROTOCOL];
    check("open", server(|peer| peer.headers(1, POST, false)), 1, TRAILERS, open());
    let half_closed = server(|peer| {
        peer.headers(1, POST, false);
        let key = peer.end.key(1);
        peer.end.session.respond(key, fields(OK), true).unwrap();
    });
    check("half-closed (local)", half_closed, 1, TRAILERS, open());

    let ended = || [CLOSED, CLOSED, Legal, Legal, PROTOCOL, Legal, PROTOCOL];
    let half_closed = server(|peer| peer.headers(1, GET, true));
    check("half-closed (remote)", half_closed, 1, TRAILERS, ended());
    let done = server(|peer| {
        peer.headers(1, GET, true);
        let key = peer.end.key(1);
        peer.end.session.respond(key, fields(OK), true).unwrap();
    });
    check("closed by both", done, 1, TRAILERS, ended());
    let reset = server(|peer| {
        peer.headers(1, POST, false);
        peer.reset(1, ErrorCode::CANCEL);
    });
    let late = [RESET, RESET, Legal, Legal, PROTOCOL, Legal, PROTOCOL];
    check("reset by the peer", reset, 1, TRAILERS, late);
    for told in [true, false] {
        let reset = server(|peer| {
            peer.headers(1, POST, false);
            let key = peer.end.key(1);
            peer.end.session.reset(key, ErrorCode::CANCEL).unwrap();
        });
        let prepare = || {
            let mut peer = reset();
            if told {
                assert_eq!(peer.sent(), ["RST_STREAM 1 CANCEL"]);
            }
            peer
        };
        let tolerant = [Legal, Legal, Legal, Legal, PROTOCOL, Legal, PROTOCOL];
        check("reset by us", prepare, 1, TRAILERS, tolerant);
    }
}

fn client(end: bool, prepare: impl Fn(&mut Peer)) -> impl Fn() -> Peer {
    move || {
        let mut peer = Peer::of_client(Config::default());
        let pairs = if end { GET } else { POST };
        peer.end.session.request(fields(pairs), end, Default::default()).unwrap();
        prepare(&mut peer);
        peer
    }
}

#[test]
fn the_client_judges_every_frame_in_every_state() {
    let response = (OK, false);
    let idle = || [PROTOCOL, PROTOCOL, Legal, PROTOCOL, PROTOCOL, PROTOCOL, PROTOCOL];
    check("idle", client(true, |_| {}), 3, response, idle());
    check("idle, the server's", client(true, |_| {}), 2, response, idle());

    let reserved = [PROTOCOL, Legal, Legal, Legal, PROTOCOL, PROTOCOL, PROTOCOL];
    let prepare = client(true, |peer| peer.promise(1, 2, GET));
    check("reserved (remote)", prepare, 2, response, reserved);

    for (state, end) in [("open", false), ("half-closed (local)", true)] {
        let waiting = [PROTOCOL, Legal, Legal, Legal, Legal, Legal, PROTOCOL];
        check(state, client(end, |_| {}), 1, response, waiting);
        let body = [Legal, Legal, Legal, Legal, Legal, Legal, PROTOCOL];
        let prepare = client(end, |peer| peer.headers(1, OK, false));
        check(state, prepare, 1, TRAILERS, body);
    }

    let ended = || [CLOSED, CLOSED, Legal, Legal, CLOSED, Legal, PROTOCOL];
    let half_closed = client(false, |peer| peer.headers(1, OK, true));
    check("half-closed (remote)", half_closed, 1, TRAILERS, ended());
    let done = client(true, |peer| peer.headers(1, OK, true));
    check("closed by both", done, 1, TRAILERS, ended());
    let reset = client(true, |peer| peer.reset(1, ErrorCode::CANCEL));
    let late = [RESET, RESET, Legal, Legal, REFUSED, Legal, PROTOCOL];
    check("reset by the peer", reset, 1, TRAILERS, late);
    let reset = client(true, |peer| {
        let key = peer.end.key(1);
        peer.end.session.reset(key, ErrorCode::CANCEL).unwrap();
    });
    let tolerant = [Legal, Legal, Legal, Legal, REFUSED, Legal, PROTOCOL];
    check("reset by us", reset, 1, TRAILERS, tolerant);
}

#[test]
fn commands_need_a_stream_that_can_send() {
    use crate::proto::StreamError::{AlreadyEnded, InvalidState, UnknownStream};
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, POST, false);
    let key = peer.end.key(1);
    let session = &mut peer.end.session;
    assert_eq!(session.data(key, 1, false), Err(InvalidState));
    assert_eq!(session.trailers(key, fields(&[("a", "b")])), Err(InvalidState));
    session.respond(key, fields(OK), false).unwrap();
    assert_eq!(session.respond(key, fields(OK), false), Err(InvalidState));
    assert_eq!(session.inform(key, fields(&[(":status", "100")])), Err(InvalidState));
    session.data(key, 0, true).unwrap();
    assert_eq!(session.data(key, 1, false), Err(AlreadyEnded));
    peer.data(1, b"", true);
    assert_eq!(peer.sent(), ["HEADERS 1 :status: 200", "DATA 1  END"]);
    assert_eq!(peer.end.session.data(key, 1, false), Err(UnknownStream));
    assert_eq!(peer.end.session.reset(key, ErrorCode::CANCEL), Err(UnknownStream));
}

#[test]
fn identifiers_only_grow() {
    let mut peer = Peer::of_server(Config::default());
    peer.headers(5, GET, true);
    peer.headers(3, GET, true);
    assert_eq!(peer.failure().map(|error| error.code()), Some(ErrorCode::PROTOCOL_ERROR));
    assert_eq!(peer.sent(), ["GOAWAY 5 PROTOCOL_ERROR"]);
    // Nothing is read or sent after that.
    peer.headers(7, GET, true);
    assert!(peer.log().is_empty() && peer.sent().is_empty());
}

#[test]
fn own_identifiers_run_out() {
    use crate::proto::{ControlError, RequestError};
    let mut pair = Pair::ready();
    let session = &mut pair.client.session;
    assert_eq!(session.set_next_stream_id(2), Err(ControlError::InvalidArgument));
    assert_eq!(session.set_next_stream_id(0x8000_0001), Err(ControlError::InvalidArgument));
    session.set_next_stream_id(0x7fff_ffff).unwrap();
    assert_eq!(session.set_next_stream_id(5), Err(ControlError::InvalidArgument));
    assert_eq!(pair.request(GET, true).id.get(), 0x7fff_ffff);
    let exhausted = pair.client.session.request(fields(GET), true, Default::default());
    assert_eq!(exhausted, Err(RequestError::IdsExhausted));
    pair.run();
    pair.respond(0x7fff_ffff, OK, true);
    pair.run();
    assert_eq!(pair.client.log().last().unwrap(), "2147483647 Closed NO_ERROR Done");
}
