//! RFC 9113 §5.2, §6.9: windows of streams and of the connection, in both directions.

use super::harness::*;
use crate::proto::{Config, ErrorCode, OwnedEvent, setting};
use bytes::Bytes;

static ZEROS: [u8; 300_000] = [0; 300_000];

fn received(events: &[OwnedEvent]) -> usize {
    let len = |event: &OwnedEvent| match event {
        OwnedEvent::Data { data, .. } => data.len(),
        _ => 0,
    };
    events.iter().map(len).sum()
}

#[test]
fn a_reader_that_stops_stops_the_sender_of_its_stream_alone() {
    let mut pair = Pair::ready();
    pair.request(POST, false);
    pair.request(POST, false);
    pair.client.send(1, &ZEROS, true);
    pair.run();
    let key = pair.server.key(1);
    assert_eq!(received(&pair.server.events()), 65_535);
    // Nobody read stream 1, and stream 3 is free to go.
    pair.client.send(3, b"hello", true);
    pair.run();
    assert_eq!(pair.server.log(), ["3 Data hello", "3 End"]);

    // Half the window is worth a WINDOW_UPDATE, less is not.
    pair.server.consume(key, 32_766);
    pair.run();
    assert_eq!(received(&pair.server.events()), 0);
    pair.server.consume(key, 1);
    pair.run();
    assert_eq!(received(&pair.server.events()), 32_767);

    let mut total = 65_535 + 32_767;
    while total < ZEROS.len() {
        pair.server.consume(key, 65_535);
        pair.run();
        let more = received(&pair.server.events());
        assert!(more > 0, "stalled at {total}");
        total += more;
    }
    assert_eq!(total, ZEROS.len());
}

#[test]
fn without_automatic_credit_readers_hold_up_the_connection() {
    let config = Config { auto_connection_credit: false, ..Config::default() };
    let mut pair = Pair::ready_with(Config::default(), config);
    pair.request(POST, false);
    pair.request(POST, false);
    pair.client.send(1, &ZEROS, false);
    pair.client.send(3, b"hello", true);
    pair.run();
    // The two took turns until the connection's window was used up.
    assert_eq!(received(&pair.server.events()), 65_535);
    assert_eq!(pair.server.session.figures().local_window_size, 0);
    let key = pair.server.key(1);
    pair.server.consume(key, 60_000);
    pair.run();
    assert_eq!(received(&pair.server.events()), 60_000);
    // A stream that closes leaves nothing uncredited.
    pair.server.session.reset(key, ErrorCode::CANCEL).unwrap();
    pair.run();
    let figures = pair.server.session.figures();
    assert!(figures.effective_recv_data_length < 65_535 / 2, "{figures:?}");
}

#[test]
fn windows_follow_the_initial_size_and_can_be_negative() {
    let mut peer = Peer::of_client(Config::default());
    let key = peer.end.session.request(fields(POST), false, Default::default()).unwrap();
    peer.end.bodies.send(&mut peer.end.session, key, Bytes::from_static(&ZEROS), true).unwrap();
    let sent = |peer: &mut Peer| -> usize {
        let lines = peer.sent();
        lines.iter().filter_map(|line| line.strip_prefix("DATA 1 ")).map(str::len).sum()
    };
    peer.window_update(0, 1_000_000);
    assert_eq!(sent(&mut peer), 65_535);
    // RFC 9113 §6.9.2: 65,535 less than before, all of it used: -65,535.
    let initial = |peer: &mut Peer, size: u32| {
        peer.write(|out| {
            crate::frame::Settings::encode(&[(setting::INITIAL_WINDOW_SIZE, size)], out);
        });
    };
    initial(&mut peer, 0);
    peer.window_update(1, 65_535);
    assert_eq!(sent(&mut peer), 0);
    peer.window_update(1, 10);
    assert_eq!(sent(&mut peer), 10);
    initial(&mut peer, 100);
    assert_eq!(sent(&mut peer), 100);
    assert_eq!(peer.end.session.remote_setting(setting::INITIAL_WINDOW_SIZE), Some(100));
}

#[test]
fn the_connection_window_holds_for_all_streams_and_frames_take_turns() {
    let mut peer = Peer::of_client(Config::default());
    for _ in 0..2 {
        let key = peer.end.session.request(fields(POST), false, Default::default()).unwrap();
        let octets = Bytes::from_static(&ZEROS[..60_000]);
        peer.end.bodies.send(&mut peer.end.session, key, octets, true).unwrap();
    }
    let frames: Vec<_> = peer.sent().into_iter().filter(|line| line.starts_with("DATA")).collect();
    let streams: Vec<_> = frames.iter().map(|line| &line[..6]).collect();
    assert_eq!(streams, ["DATA 1", "DATA 3", "DATA 1", "DATA 3"]);
    assert!(!peer.end.session.want_write());
    assert_eq!(peer.end.session.figures().remote_window_size, 0);
    peer.window_update(0, 60_000);
    assert!(peer.end.session.want_write());
    let last = peer.sent();
    assert!(last.iter().filter(|line| line.ends_with(" END")).count() == 2, "{last:?}");
}

#[test]
fn windows_must_not_overflow() {
    let most = 0x7fff_ffff - 65_535;
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, GET, true);
    peer.window_update(1, most);
    peer.window_update(0, most);
    peer.end.events();
    peer.window_update(1, 1);
    assert_eq!(
        peer.log(),
        ["1 Invalid StreamWindowOverflow", "1 Closed FLOW_CONTROL_ERROR Engine"]
    );
    assert_eq!(peer.sent(), ["RST_STREAM 1 FLOW_CONTROL_ERROR"]);
    peer.window_update(0, 1);
    assert_eq!(peer.sent(), ["GOAWAY 1 FLOW_CONTROL_ERROR"]);
    assert!(peer.failure().is_some_and(|error| !error.reported()));
}

#[test]
fn an_increment_of_zero_is_an_offence() {
    for stream in [0, 1] {
        let mut peer = Peer::of_server(Config::default());
        peer.headers(1, GET, true);
        peer.window_update(stream, 0);
        let error = peer.failure().expect("the session fails");
        assert_eq!((error.library_code(), error.reported()), (-505, true));
    }
}

#[test]
fn data_beyond_a_window_is_an_offence_of_its_scope() {
    let config = Config { settings: vec![(setting::INITIAL_WINDOW_SIZE, 18)], ..Config::default() };
    let mut peer = Peer::of_server(config);
    peer.headers(1, POST, false);
    peer.data(1, &ZEROS[..18], false);
    peer.end.events();
    peer.data(1, b"x", false);
    assert_eq!(peer.log(), ["1 Invalid StreamWindow", "1 Closed FLOW_CONTROL_ERROR Engine"]);

    let config = Config { auto_connection_credit: false, ..Config::default() };
    let mut peer = Peer::of_server(config);
    for stream in [1, 3, 5, 7, 9] {
        peer.headers(stream, POST, false);
        peer.data(stream, &ZEROS[..16_384], false);
    }
    assert_eq!(peer.sent().last().unwrap(), "GOAWAY 7 FLOW_CONTROL_ERROR");
}

#[test]
fn padding_is_paid_for_and_credited_by_the_session() {
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, POST, false);
    peer.end.events();
    // 250 octets of padding around 4 of body, until a window's worth has passed.
    for _ in 0..1000 {
        let mut payload = vec![250];
        payload.extend_from_slice(b"body");
        payload.extend_from_slice(&ZEROS[..250]);
        peer.frame(0, 8, 1, &payload);
        let key = peer.end.key(1);
        for event in peer.end.events() {
            let OwnedEvent::Data { data, flow_len, .. } = event else { panic!("{event:?}") };
            assert_eq!((&data[..], flow_len), (&b"body"[..], 255));
        }
        peer.end.consume(key, 4);
        peer.sent();
    }
    let figures = peer.end.session.figures();
    assert!(figures.effective_recv_data_length <= 32_767, "{figures:?}");
}

#[test]
fn what_a_closed_stream_receives_is_credited_to_the_connection() {
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, POST, false);
    let key = peer.end.key(1);
    peer.end.session.reset(key, ErrorCode::CANCEL).unwrap();
    peer.sent();
    for _ in 0..2 {
        peer.data(1, &ZEROS[..16_384], false);
    }
    assert_eq!(peer.sent(), ["WINDOW_UPDATE 0 32768"]);
    assert_eq!(
        peer.log(),
        [
            "1 Request :method: POST, :scheme: https, :authority: example.org, :path: /",
            "1 Closed CANCEL Application"
        ]
    );
}

#[test]
fn the_local_window_can_be_set() {
    let mut peer = Peer::of_server(Config::default());
    assert!(peer.end.session.set_local_window(0x8000_0000).is_err());
    peer.end.session.set_local_window(100_000).unwrap();
    assert_eq!(peer.sent(), ["WINDOW_UPDATE 0 34465"]);
    peer.end.session.set_local_window(1000).unwrap();
    assert_eq!(peer.sent(), Vec::<String>::new());
    let figures = peer.end.session.figures();
    // The peer keeps what it was granted.
    assert_eq!(figures.effective_local_window_size, 1000);
    assert_eq!(figures.effective_recv_data_length, 0);
    assert_eq!(figures.local_window_size, 100_000);
    peer.end.session.set_local_window(200_000).unwrap();
    assert_eq!(peer.sent(), ["WINDOW_UPDATE 0 100000"]);
}

#[test]
fn a_stream_whose_peer_has_ended_gets_no_credit() {
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, POST, false);
    for _ in 0..3 {
        peer.data(1, &ZEROS[..16_384], false);
    }
    peer.data(1, b"", true);
    let key = peer.end.key(1);
    peer.sent();
    peer.end.consume(key, 49_152);
    assert_eq!(peer.sent(), Vec::<String>::new());
}

/// Octets that stream 1 was credited with since the last call.
fn stream_credit(peer: &mut Peer) -> usize {
    let increment = |line: &String| line.strip_prefix("WINDOW_UPDATE 1 ")?.parse::<usize>().ok();
    peer.sent().iter().filter_map(increment).sum()
}

#[test]
fn a_stream_whose_window_has_room_for_the_rest_gets_no_credit() {
    for (length, sent) in [(65_279, 0), (65_280, 32_768)] {
        let mut peer = Peer::of_server(Config::default());
        peer.headers(1, &[POST, &[("content-length", &length.to_string())]].concat(), false);
        for _ in 0..2 {
            peer.data(1, &ZEROS[..16_384], false);
        }
        let key = peer.end.key(1);
        peer.end.consume(key, 32_768);
        // 32,767 octets of the window are left, of which a frame may spend 256 on padding.
        assert_eq!(stream_credit(&mut peer), sent, "{length}");
    }
}

#[test]
fn what_padding_took_of_the_room_is_credited() {
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, &[POST, &[("content-length", "40000")]].concat(), false);
    peer.data(1, &ZEROS[..16_384], false);
    let key = peer.end.key(1);
    peer.end.consume(key, 16_384);
    assert_eq!(stream_credit(&mut peer), 0);
    // 23,616 octets are to come, in a window of 49,151, until padding has used up the difference.
    for _ in 0..110 {
        peer.frame(0, 8, 1, &[&[254], &ZEROS[..255]].concat());
        peer.end.consume(key, 1);
    }
    assert!(stream_credit(&mut peer) >= 32_768);
}

#[test]
fn credit_kept_back_under_a_large_window_is_due_under_a_small_one() {
    let mut peer = Peer::of_server(Config::default());
    peer.headers(1, POST, false);
    peer.data(1, &ZEROS[..16_384], false);
    let key = peer.end.key(1);
    peer.end.consume(key, 16_384);
    peer.end.session.settings(&[(setting::INITIAL_WINDOW_SIZE, 100)]).unwrap();
    assert_eq!(peer.sent(), ["SETTINGS [(4, 100)]"]);
    // To the peer the window is -16,284 now; nothing that it may send would bring the credit.
    peer.write(crate::frame::Settings::encode_ack);
    assert_eq!(peer.sent(), ["WINDOW_UPDATE 1 16384"]);
}
