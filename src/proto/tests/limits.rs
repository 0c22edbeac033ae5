//! Limits, and what happens at each.

use super::harness::*;
use crate::frame::{Ping, Settings};
use crate::proto::{Config, ErrorCode, OwnedEvent, RequestError, RequestOptions, Session, setting};
use std::time::Duration;

/// The code of the failure, the library's number for it, and whether Node reports it.
fn verdict(peer: &mut Peer) -> Option<(ErrorCode, i32, bool)> {
    let error = peer.failure()?;
    Some((error.code(), error.library_code(), error.reported()))
}

#[test]
fn unread_acknowledgements_are_bounded() {
    let ping: fn(&mut Vec<u8>) = |out| Ping { ack: false, payload: [0; 8] }.encode(out);
    let settings: fn(&mut Vec<u8>) = |out| Settings::encode(&[], out);
    for flood in [ping, settings] {
        let mut peer = Peer::of_server(Config::default());
        (0..1000).for_each(|_| peer.write(flood));
        assert_eq!(verdict(&mut peer), None);
        // A peer that reads may go on.
        peer.sent();
        (0..1000).for_each(|_| peer.write(flood));
        assert_eq!(verdict(&mut peer), None);
        peer.write(flood);
        assert_eq!(verdict(&mut peer), Some((ErrorCode::ENHANCE_YOUR_CALM, -904, true)));
    }
}

#[test]
fn continuations_are_counted() {
    for (count, failure) in [(8, None), (9, Some((ErrorCode::ENHANCE_YOUR_CALM, -905, true)))] {
        let mut peer = Peer::of_server(Config::default());
        let block = peer.block(GET);
        peer.frame(1, 1, 1, &block);
        for i in 1..=count {
            peer.continuation(1, b"", i == count);
        }
        assert_eq!(verdict(&mut peer), failure);
    }
}

#[test]
fn a_field_block_must_not_be_interrupted() {
    let mut peer = Peer::of_server(Config::default());
    let block = peer.block(GET);
    peer.frame(1, 1, 1, &block);
    peer.write(|out| Ping { ack: false, payload: [0; 8] }.encode(out));
    assert_eq!(verdict(&mut peer), Some((ErrorCode::PROTOCOL_ERROR, -505, false)));
}

#[test]
fn a_split_field_block_is_one_section_with_end_headers() {
    let mut peer = Peer::of_server(Config::default());
    let block = peer.block(GET);
    peer.frame(1, 1, 1, &block[..1]);
    peer.continuation(1, &block[1..2], false);
    assert!(peer.end.events().is_empty());
    peer.continuation(1, &block[2..], true);
    let events = peer.end.events();
    assert!(
        matches!(&events[0], OwnedEvent::Headers { flags: 5, fields, .. } if fields.len() == 4)
    );
}

#[test]
fn resets_draw_from_a_budget_that_time_refills() {
    let mut peer = Peer::of_server(Config {
        stream_reset_burst: 10,
        stream_reset_rate: 5,
        ..Config::default()
    });
    let mut stream = 1;
    let mut reset = |peer: &mut Peer, times: u32| {
        for _ in 0..times {
            peer.headers(stream, GET, true);
            peer.reset(stream, ErrorCode::CANCEL);
            stream += 2;
        }
    };
    reset(&mut peer, 10);
    peer.end.now += Duration::from_secs(1);
    reset(&mut peer, 5);
    assert_eq!(verdict(&mut peer), None);
    reset(&mut peer, 1);
    assert_eq!(verdict(&mut peer), Some((ErrorCode::INTERNAL_ERROR, -505, false)));
}

#[test]
fn refusals_that_are_not_read_are_bounded() {
    let config = || Config { max_reserved_remote_streams: 0, ..Config::default() };
    let promises = |peer: &mut Peer, range: std::ops::Range<u32>| {
        range.for_each(|i| peer.promise(1, 2 * i, GET));
    };
    let mut peer = Peer::of_client(config());
    peer.end.session.request(fields(GET), true, RequestOptions::default()).unwrap();
    peer.sent();
    promises(&mut peer, 1..10_001);
    assert_eq!(verdict(&mut peer), None);
    // A peer that reads may go on.
    peer.sent();
    promises(&mut peer, 10_001..20_002);
    assert_eq!(verdict(&mut peer), None);
    promises(&mut peer, 20_002..20_003);
    assert_eq!(verdict(&mut peer), Some((ErrorCode::ENHANCE_YOUR_CALM, -904, true)));
}

#[test]
fn downloads_that_are_given_up_draw_from_no_budget() {
    let config = Config { stream_reset_burst: 1, stream_reset_rate: 0, ..Config::default() };
    let mut peer = Peer::of_server(config);
    for (stream, ended) in (0..20).map(|i| (2 * i + 1, i % 2 == 0)) {
        peer.headers(stream, GET, true);
        let key = peer.end.key(stream);
        peer.end.session.respond(key, fields(OK), ended).unwrap();
        peer.sent();
        // Before the end of the response, or when it has crossed it.
        peer.reset(stream, ErrorCode::CANCEL);
    }
    assert_eq!(verdict(&mut peer), None);
}

#[test]
fn settings_entries_are_counted() {
    for (max, failure) in [(3, None), (2, Some((ErrorCode::ENHANCE_YOUR_CALM, -505, false)))] {
        let mut peer = Peer::of_server(Config { max_settings: max, ..Config::default() });
        peer.write(|out| Settings::encode(&[(100, 1), (101, 2), (102, 3)], out));
        assert_eq!(verdict(&mut peer), failure);
    }
}

#[test]
fn a_section_beyond_a_limit_costs_its_stream() {
    let small = vec![(setting::MAX_HEADER_LIST_SIZE, 200)];
    for config in [
        Config { max_header_list_pairs: 4, ..Config::default() },
        Config { settings: small, ..Config::default() },
    ] {
        let mut peer = Peer::of_server(config);
        let mut pairs = GET.to_vec();
        pairs.push(("x", "y"));
        peer.headers(1, &pairs, true);
        assert_eq!(peer.log(), ["1 Invalid HeaderListTooLarge"]);
        assert_eq!(peer.sent(), ["RST_STREAM 1 ENHANCE_YOUR_CALM"]);
        // The table was kept in step.
        peer.headers(3, &pairs[..4], true);
        let sent = peer.sent();
        assert!(sent.is_empty() || sent == ["RST_STREAM 3 ENHANCE_YOUR_CALM"], "{sent:?}");
    }
}

#[test]
fn a_response_beyond_a_limit_closes_its_stream() {
    let mut peer = Peer::of_client(Config { max_header_list_pairs: 1, ..Config::default() });
    peer.end.session.request(fields(GET), true, Default::default()).unwrap();
    peer.headers(1, &[(":status", "200"), ("a", "b")], false);
    assert_eq!(peer.log(), ["1 Invalid HeaderListTooLarge", "1 Closed ENHANCE_YOUR_CALM Engine"]);
}

#[test]
fn invalid_frames_are_counted() {
    let mut peer = Peer::of_server(Config { max_invalid_frames: 2, ..Config::default() });
    for stream in [1, 3] {
        peer.headers(stream, OK, true);
        assert_eq!(peer.sent(), [format!("RST_STREAM {stream} PROTOCOL_ERROR")]);
    }
    peer.headers(5, OK, true);
    assert_eq!(verdict(&mut peer), Some((ErrorCode::ENHANCE_YOUR_CALM, -902, true)));
    assert_eq!(peer.end.session.stats().invalid_frames, 3);
}

#[test]
fn empty_data_is_counted_as_invalid() {
    let mut peer = Peer::of_server(Config { max_invalid_frames: 2, ..Config::default() });
    peer.headers(1, POST, false);
    peer.data(1, b"", false);
    peer.data(1, b"", false);
    assert_eq!(verdict(&mut peer), None);
    peer.data(1, b"", false);
    assert_eq!(verdict(&mut peer), Some((ErrorCode::ENHANCE_YOUR_CALM, -902, true)));
}

#[test]
fn streams_beyond_the_memory_are_refused_and_counted() {
    let mut peer = Peer::of_server(Config {
        max_session_memory: 2000,
        max_rejected_streams: 1,
        ..Config::default()
    });
    peer.headers(1, GET, true);
    let key = peer.end.key(1);
    peer.end.session.respond(key, fields(OK), false).unwrap();
    peer.end.session.data(key, 3000, false).unwrap();
    peer.headers(3, GET, true);
    peer.end.events();
    assert!(peer.end.session.stream(id(3)).is_none());
    peer.headers(5, GET, true);
    assert_eq!(verdict(&mut peer), Some((ErrorCode::ENHANCE_YOUR_CALM, -902, true)));
    assert_eq!(peer.end.session.stats().rejected_streams, 2);
}

#[test]
fn concurrent_streams_are_refused_until_the_limit_is_known_and_forbidden_after() {
    let config =
        Config { settings: vec![(setting::MAX_CONCURRENT_STREAMS, 1)], ..Config::default() };
    let mut peer = Peer::raw(Session::server(config, start()));
    peer.octets(crate::frame::PREFACE);
    peer.write(|out| Settings::encode(&[], out));
    peer.headers(1, GET, true);
    peer.headers(3, GET, true);
    let log = peer.log();
    assert_eq!(log[2..], ["3 Invalid RefusedStream"]);
    peer.write(Settings::encode_ack);
    peer.headers(5, GET, true);
    assert_eq!(verdict(&mut peer), Some((ErrorCode::PROTOCOL_ERROR, -505, true)));
    assert_eq!(peer.sent()[2..], ["RST_STREAM 3 REFUSED_STREAM", "GOAWAY 1 PROTOCOL_ERROR"]);
}

#[test]
fn requests_beyond_the_peers_limit_wait_their_turn() {
    let config =
        Config { settings: vec![(setting::MAX_CONCURRENT_STREAMS, 2)], ..Config::default() };
    let mut pair = Pair::ready_with(Config::default(), config);
    let keys: Vec<_> = (0..4).map(|_| pair.request(POST, false)).collect();
    let bodies: [&'static [u8]; 4] = [b"a", b"b", b"c", b"d"];
    for (key, body) in keys.iter().zip(bodies) {
        pair.client.send(key.id.get(), body, true);
    }
    // One that waits can be given up without a trace.
    pair.client.session.reset(keys[2], ErrorCode::CANCEL).unwrap();
    pair.run();
    assert_eq!(pair.client.log(), ["5 Closed CANCEL Application"]);
    let open = pair.server.log();
    assert!(open.iter().all(|line| line.starts_with('1') || line.starts_with('3')), "{open:?}");
    assert_eq!(pair.client.session.figures().next_stream_id, 9);
    pair.respond(1, OK, true);
    pair.run();
    let next = pair.server.log();
    assert_eq!(next[0], "1 Closed NO_ERROR Done");
    assert!(next[1].starts_with("7 Request"), "{next:?}");
    assert_eq!(next[2..], ["7 Data d", "7 End"]);
}

#[test]
fn a_hundred_streams_are_assumed_before_settings_arrive() {
    let mut peer = Peer::raw(Session::client(Config::default(), start()));
    for _ in 0..101 {
        peer.end.session.request(fields(GET), true, Default::default()).unwrap();
    }
    assert_eq!(peer.sent().len(), 101);
    assert_eq!(peer.end.session.figures().outbound_queue_size, 1);
    peer.write(|out| Settings::encode(&[], out));
    assert_eq!(peer.sent().len(), 2);
}

#[test]
fn outstanding_pings_and_settings_are_bounded() {
    use crate::proto::ControlError::TooMany;
    let config =
        Config { max_outstanding_pings: 2, max_outstanding_settings: 2, ..Config::default() };
    let mut peer = Peer::of_client(config);
    let session = &mut peer.end.session;
    assert!(session.ping([1; 8]).is_ok() && session.ping([2; 8]).is_ok());
    assert_eq!(session.ping([3; 8]), Err(TooMany));
    assert!(session.settings(&[]).is_ok() && session.settings(&[]).is_ok());
    assert_eq!(session.settings(&[]), Err(TooMany));
    peer.write(|out| Ping { ack: true, payload: [1; 8] }.encode(out));
    peer.write(Settings::encode_ack);
    assert!(matches!(
        peer.end.events()[..],
        [OwnedEvent::PingAck { payload: [1, ..] }, OwnedEvent::SettingsAck { remaining: 1 }]
    ));
    assert!(peer.end.session.ping([3; 8]).is_ok() && peer.end.session.settings(&[]).is_ok());
}

#[test]
fn a_section_too_large_to_send_is_not_sent() {
    let config = || Config { max_send_header_block_length: 200, ..Config::default() };
    let long = "x".repeat(200);
    let mut pair = Pair::ready_with(config(), config());
    pair.request(&[(":method", "GET"), ("long", &long)], true);
    assert_eq!(pair.client.drain(usize::MAX), b"");
    assert_eq!(pair.client.log(), ["1 NotSent 1 -522", "1 Closed REFUSED_STREAM Engine"]);
    pair.request(GET, true);
    pair.run();
    let key = pair.server.key(3);
    let response = [(":status", "200"), ("long", long.as_str())];
    pair.server.session.respond(key, fields(&response), true).unwrap();
    pair.server.log();
    pair.run();
    assert_eq!(pair.server.log(), ["3 NotSent 1 -522"]);
    // The stream is as it was.
    pair.respond(3, OK, true);
    pair.run();
    assert_eq!(pair.client.log().last().unwrap(), "3 Closed NO_ERROR Done");
}

#[test]
fn settings_must_be_acknowledged_in_time() {
    let config = Config { settings_timeout: Some(Duration::from_secs(5)), ..Config::default() };
    let now = start();
    let mut peer = Peer::raw(Session::client(config, now));
    peer.end.now = now;
    assert_eq!(peer.end.session.poll_timeout(), None);
    peer.sent();
    let deadline = peer.end.session.poll_timeout();
    assert_eq!(deadline, Some(now + Duration::from_secs(5)));
    peer.end.session.handle_timeout(now + Duration::from_secs(4), &mut peer.end.queue);
    assert_eq!(verdict(&mut peer), None);
    peer.end.session.handle_timeout(now + Duration::from_secs(5), &mut peer.end.queue);
    assert_eq!(verdict(&mut peer), Some((ErrorCode::SETTINGS_TIMEOUT, -505, false)));
    assert_eq!(peer.end.session.poll_timeout(), None);
}

#[test]
fn an_idle_session_holds_next_to_nothing() {
    let mut pair = Pair::ready();
    for _ in 0..200 {
        pair.request(GET, true);
    }
    pair.run();
    for stream in 0..200 {
        pair.respond(2 * stream + 1, OK, true);
    }
    pair.run();
    assert_eq!((pair.client.session.memory(), pair.server.session.memory()), (0, 0));
    assert!(size_of::<Session>() < 2048, "{}", size_of::<Session>());
}

#[test]
fn requests_are_the_clients() {
    let mut pair = Pair::ready();
    let refused = pair.server.session.request(fields(GET), true, Default::default());
    assert_eq!(refused, Err(RequestError::NotClient));
}
