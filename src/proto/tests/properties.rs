//! What holds for any input and any order of things.

use super::harness::*;
use crate::frame::{Flags, FrameType, Head, PREFACE, Ping, Settings};
use crate::proto::{Config, ErrorCode, EventQueue, OwnedEvent, Session, setting};
use bytes::Bytes;
use proptest::prelude::*;

/// A frame that may or may not make sense.
fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        Just(vec![0x82, 0x87, 0x84, 0x41, 1, b'a']),
        Just(vec![0, 0, 0, 8]),
        Just(vec![0; 8]),
    ];
    (0_u8..14, prop_oneof![Just(0), Just(4), Just(5), any::<u8>()], 0_u32..8, payload).prop_map(
        |(kind, flags, stream, payload)| {
            let length = u32::try_from(payload.len()).expect("a short payload");
            let (kind, flags) = (FrameType(kind), Flags(flags));
            let mut octets = Vec::new();
            Head { length, kind, flags, stream: id(stream) }.encode(&mut octets);
            octets.extend_from_slice(&payload);
            octets
        },
    )
}

/// What a client may send, beginning as it must.
pub(super) fn conversation() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any_frame(), 0..20).prop_map(|frames| {
        let mut octets = PREFACE.to_vec();
        Settings::encode(&[], &mut octets);
        octets.extend(frames.concat());
        octets
    })
}

/// The events of a server that is given `octets` in pieces of the lengths given, over and over,
/// adjoining pieces of DATA put together; and what it sends.
fn run(octets: &[u8], cuts: &[usize], limit: usize) -> (Vec<String>, Vec<u8>) {
    let now = start();
    let mut end = End::new(Session::server(Config::default(), now), now);
    end.queue = EventQueue::with_limit(limit);
    let mut lines: Vec<String> = Vec::new();
    let mut cuts = cuts.iter().cycle();
    let mut rest = octets;
    while !rest.is_empty() {
        let cut = cuts.next().map_or(usize::MAX, |cut| *cut).clamp(1, rest.len());
        let taken = end.session.receive(now, &rest[..cut], &mut end.queue);
        rest = &rest[taken..];
        for event in end.events() {
            let next = line(&event);
            let data = "Data ";
            match (lines.last_mut(), &event, next.find(data)) {
                (Some(last), OwnedEvent::Data { .. }, Some(at))
                    if last.starts_with(&next[..at + data.len()]) =>
                {
                    last.push_str(&next[at + data.len()..]);
                }
                _ => lines.push(next),
            }
        }
    }
    (lines, end.drain(usize::MAX))
}

proptest! {
    #[test]
    fn events_do_not_depend_on_how_the_input_is_cut(
        octets in conversation(),
        cuts in prop::collection::vec(1_usize..30, 1..10),
        limit in 1_usize..5,
    ) {
        let whole = run(&octets, &[], usize::MAX);
        prop_assert_eq!(&run(&octets, &cuts, usize::MAX), &whole);
        prop_assert_eq!(&run(&octets, &[1], usize::MAX), &whole);
        prop_assert_eq!(&run(&octets, &[], limit), &whole);
    }

    #[test]
    fn every_announced_stream_closes_once_or_with_the_session(mut octets in conversation()) {
        let now = start();
        // A field block that is still open fails the session here, and is not held any more.
        Ping { ack: false, payload: [0; 8] }.encode(&mut octets);
        let mut end = End::new(Session::server(Config::default(), now), now);
        end.receive(&octets, usize::MAX);
        for slot in 1..8 {
            if let Some(key) = end.session.stream(id(slot)) {
                // Fails for what is closing, or in a session that is over.
                let _ = end.session.reset(key, ErrorCode::CANCEL);
            }
        }
        end.drain(usize::MAX);
        let events = end.events();
        let failed = matches!(events.last(), Some(OwnedEvent::SessionError { .. }));
        let mut opened = Vec::new();
        let mut closed = Vec::new();
        for event in &events {
            match event {
                OwnedEvent::Headers { stream, kind: crate::proto::HeadersKind::Request, .. } => {
                    opened.push(*stream);
                }
                OwnedEvent::StreamClosed { stream, .. } => closed.push(*stream),
                _ => {}
            }
        }
        let before = closed.len();
        closed.sort_by_key(|key| key.id);
        closed.dedup();
        prop_assert_eq!(closed.len(), before);
        if failed {
            prop_assert!(end.session.is_closed());
            prop_assert!(closed.iter().all(|key| opened.contains(key)));
        } else {
            opened.sort_by_key(|key| key.id);
            prop_assert_eq!(opened, closed);
            prop_assert_eq!(end.session.open_streams(), 0);
        }
    }

    #[test]
    fn octets_in_flight_never_exceed_the_windows_and_all_arrive(
        window in 0_u32..3000,
        bodies in prop::collection::vec(0_usize..8000, 1..6),
        reads in prop::collection::vec(1_u32..2000, 1..20),
        room in 300_usize..5000,
        chunk in 1_usize..2000,
        padding in prop_oneof![
            Just(crate::proto::Padding::None),
            Just(crate::proto::Padding::Aligned),
            Just(crate::proto::Padding::Max),
        ],
        connection in 0_u32..5000,
    ) {
        let server = Config {
            settings: vec![(setting::INITIAL_WINDOW_SIZE, window)],
            auto_connection_credit: false,
            ..Config::default()
        };
        let mut pair = Pair::ready_with(Config { padding, ..Config::default() }, server);
        (pair.room, pair.chunk) = (room, chunk);
        pair.server.session.set_local_window(connection).unwrap();
        let mut expected = 0;
        for len in &bodies {
            let key = pair.request(POST, false);
            let body = Bytes::from(vec![b'x'; *len]);
            pair.client.bodies.send(&mut pair.client.session, key, body, true).unwrap();
            expected += len;
        }
        let mut unread = vec![0_u32; 2 * bodies.len() + 1];
        let mut received = 0;
        let mut ended = 0;
        for read in reads.iter().cycle() {
            pair.run();
            for event in pair.server.events() {
                match event {
                    OwnedEvent::Data { stream, data, .. } => {
                        received += data.len();
                        unread[stream.id.get() as usize] += u32::try_from(data.len()).unwrap();
                    }
                    OwnedEvent::EndStream { .. } => ended += 1,
                    OwnedEvent::SessionError { error } => panic!("{error}"),
                    _ => {}
                }
            }
            let figures = pair.server.session.figures();
            prop_assert_eq!(
                figures.local_window_size,
                pair.client.session.figures().remote_window_size
            );
            // Everything is read and nothing came: it is over, or stuck.
            if unread.iter().all(|n| *n == 0) {
                break;
            }
            for (stream, unread) in (0..).zip(&mut unread) {
                if *unread > 0 && let Some(key) = pair.server.session.stream(id(stream)) {
                    let n = (*read).min(*unread);
                    pair.server.consume(key, n);
                    *unread -= n;
                }
            }
        }
        if window > 0 && connection > 0 {
            prop_assert_eq!((received, ended), (expected, bodies.len()));
        }
    }
}
