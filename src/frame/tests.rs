//! What holds across frame types: rules of form, round trips, and splits of the input.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What a decoder made of its input, owned; the pieces of a DATA frame joined.
#[derive(Debug, PartialEq)]
enum Seen {
    Frame(String),
    Data { stream: StreamId, payload: Vec<u8>, flow_len: u32, frame_len: u32, ended: Option<bool> },
    Error(FrameError),
}

/// Feeds `portions` one after another and notes everything, errors included.
fn decode_all<'i>(
    decoder: &mut Decoder,
    portions: impl IntoIterator<Item = &'i [u8]>,
) -> Vec<Seen> {
    let mut seen = Vec::new();
    for mut input in portions {
        loop {
            match decoder.decode(&mut input) {
                Ok(None) => break,
                Ok(Some(Frame::Data(piece))) => note_piece(&mut seen, piece),
                Ok(Some(frame)) => seen.push(Seen::Frame(format!("{frame:?}"))),
                Err(error) => seen.push(Seen::Error(error)),
            }
        }
        assert!(input.is_empty(), "Ok(None) says that the input is used up");
    }
    seen
}

fn note_piece(seen: &mut Vec<Seen>, piece: Data<'_>) {
    if piece.first {
        seen.push(Seen::Data {
            stream: piece.stream,
            payload: Vec::new(),
            flow_len: 0,
            frame_len: piece.frame_len,
            ended: None,
        });
    }
    let Some(Seen::Data { stream, payload, flow_len, frame_len, ended }) = seen.last_mut() else {
        panic!("a piece follows the first of its frame: {piece:?}");
    };
    assert_eq!((*stream, *frame_len, *ended), (piece.stream, piece.frame_len, None));
    payload.extend_from_slice(piece.payload);
    *flow_len += piece.flow_len;
    if piece.end {
        assert_eq!(flow_len, frame_len, "the pieces account for the whole frame");
        *ended = Some(piece.end_stream);
    }
}

fn whole(wire: &[u8]) -> Vec<Seen> {
    decode_all(&mut Decoder::default(), [wire])
}

/// One frame on the wire whatever its head says.
fn raw(kind: FrameType, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let length = wire_length(payload.len());
    Head { length, kind, flags: Flags(flags), stream: StreamId::new(stream) }.encode(&mut out);
    out.extend_from_slice(payload);
    out
}

/// The only frame in `wire`, which is complete and well-formed; checked with `check`.
fn decode_one(wire: &[u8], check: impl FnOnce(Frame<'_>)) {
    let mut decoder = Decoder::default();
    let mut input = wire;
    check(decoder.decode(&mut input).unwrap().unwrap());
    assert!(input.is_empty());
    assert_eq!(decoder.decode(&mut input), Ok(None));
}

fn error_of(wire: &[u8]) -> Option<FrameErrorKind> {
    match &whole(wire)[..] {
        [Seen::Error(error)] => Some(error.kind),
        _ => None,
    }
}

#[test]
fn a_length_that_the_type_does_not_allow_is_a_frame_size_error() {
    let refused = [
        (FrameType::DATA, 0x8, 1, 0),
        (FrameType::HEADERS, 0x8, 1, 0),
        (FrameType::HEADERS, 0x20, 1, 4),
        (FrameType::HEADERS, 0x28, 1, 5),
        (FrameType::PRIORITY, 0, 1, 4),
        (FrameType::PRIORITY, 0, 1, 6),
        (FrameType::RST_STREAM, 0, 1, 3),
        (FrameType::RST_STREAM, 0, 1, 5),
        (FrameType::SETTINGS, 0, 0, 5),
        (FrameType::SETTINGS, 0, 0, 7),
        (FrameType::SETTINGS, 0x1, 0, 6),
        (FrameType::PUSH_PROMISE, 0, 1, 3),
        (FrameType::PUSH_PROMISE, 0x8, 1, 4),
        (FrameType::PING, 0, 0, 7),
        (FrameType::PING, 0x1, 0, 9),
        (FrameType::GOAWAY, 0, 0, 7),
        (FrameType::WINDOW_UPDATE, 0, 0, 3),
        (FrameType::WINDOW_UPDATE, 0, 1, 5),
        (FrameType::ALTSVC, 0, 0, 1),
        (FrameType::PRIORITY_UPDATE, 0, 0, 3),
    ];
    for (kind, flags, stream, len) in refused {
        let error = error_of(&raw(kind, flags, stream, &vec![0; len]));
        assert_eq!(error, Some(FrameErrorKind::BadLength), "{kind} of {len} octets");
    }
    assert_eq!(FrameErrorKind::BadLength.code(), ErrorCode::FRAME_SIZE_ERROR);
}

#[test]
fn a_frame_on_the_wrong_side_of_stream_zero_is_a_protocol_error() {
    let of_streams = [
        (FrameType::DATA, 0),
        (FrameType::HEADERS, 0),
        (FrameType::PRIORITY, 5),
        (FrameType::RST_STREAM, 4),
        (FrameType::PUSH_PROMISE, 4),
        (FrameType::CONTINUATION, 0),
    ];
    for (kind, len) in of_streams {
        let error = error_of(&raw(kind, 0, 0, &vec![0; len]));
        assert_eq!(error, Some(FrameErrorKind::StreamZero), "{kind}");
    }
    let of_the_connection = [
        (FrameType::SETTINGS, 0),
        (FrameType::PING, 8),
        (FrameType::GOAWAY, 8),
        (FrameType::PRIORITY_UPDATE, 4),
    ];
    for (kind, len) in of_the_connection {
        let error = error_of(&raw(kind, 0, 3, &vec![0; len]));
        assert_eq!(error, Some(FrameErrorKind::StreamNotZero), "{kind}");
    }
    assert_eq!(FrameErrorKind::StreamZero.code(), ErrorCode::PROTOCOL_ERROR);
    assert_eq!(FrameErrorKind::StreamNotZero.code(), ErrorCode::PROTOCOL_ERROR);
}

#[test]
fn padding_that_leaves_no_room_for_content_is_a_protocol_error() {
    let refused = [
        raw(FrameType::DATA, 0x8, 1, &[1]),
        raw(FrameType::DATA, 0x8, 1, &[3, 0, 0]),
        raw(FrameType::HEADERS, 0xc, 1, &[2, 0]),
        // The priority fields and the promised identifier are content too.
        raw(FrameType::HEADERS, 0x2c, 1, &[1, 0, 0, 0, 0, 0]),
        raw(FrameType::PUSH_PROMISE, 0xc, 1, &[1, 0, 0, 0, 2]),
    ];
    for wire in refused {
        assert_eq!(error_of(&wire), Some(FrameErrorKind::BadPadding), "{wire:?}");
    }
    assert_eq!(FrameErrorKind::BadPadding.code(), ErrorCode::PROTOCOL_ERROR);
}

#[test]
fn lengths_inside_altsvc_and_origin_must_agree_with_the_payload() {
    for (kind, payload) in [
        (FrameType::ALTSVC, &[0, 3, b'a', b'b'][..]),
        (FrameType::ORIGIN, &[0, 3, b'a', b'b']),
        (FrameType::ORIGIN, &[0, 1, b'a', 0]),
    ] {
        assert_eq!(error_of(&raw(kind, 0, 0, payload)), Some(FrameErrorKind::Malformed));
    }
    assert_eq!(error_of(&raw(FrameType::ORIGIN, 0, 0, &[])), None);
    assert_eq!(error_of(&raw(FrameType::ALTSVC, 0, 0, &[0, 2, b'a', b'b'])), None);
}

#[test]
fn every_type_is_held_to_the_frame_size() {
    for kind in 0..=0x11 {
        let mut decoder = Decoder::new(16_384);
        let fits = raw(FrameType(kind), 0, 1, &[0; 16_384]);
        let oversized = |seen: &[Seen]| {
            seen.iter()
                .any(|seen| matches!(seen, Seen::Error(e) if e.kind == FrameErrorKind::Oversized))
        };
        assert!(!oversized(&decode_all(&mut decoder, [&fits[..]])));

        let exceeds = raw(FrameType(kind), 0, 1, &[0; 16_385]);
        assert!(oversized(&decode_all(&mut decoder, [&exceeds[..]])));
        // Known with the head alone.
        assert!(oversized(&decode_all(&mut Decoder::new(16_384), [&exceeds[..9]])));

        decoder.set_max_frame_size(16_385);
        assert!(!oversized(&decode_all(&mut decoder, [&exceeds[..]])));
    }
}

#[test]
fn decoding_goes_on_after_a_refused_frame() {
    let mut wire = raw(FrameType::PRIORITY, 0, 3, &[0; 40]);
    wire.extend(raw(FrameType::DATA, 0x8, 3, &[200, 1, 2, 3]));
    RstStream { stream: StreamId::new(3), code: ErrorCode::CANCEL }.encode(&mut wire);
    let seen = whole(&wire);
    assert!(matches!(seen[0], Seen::Error(e) if e.head.kind == FrameType::PRIORITY));
    assert!(matches!(seen[1], Seen::Error(e) if e.head.kind == FrameType::DATA));
    assert_eq!(
        seen[2],
        Seen::Frame("RstStream(RstStream { stream: StreamId(3), code: CANCEL })".into())
    );
    assert_eq!(seen.len(), 3);
}

#[test]
fn an_unknown_type_is_reported_once_and_skipped() {
    let mut wire = raw(FrameType(0xfa), 0xff, 9, &[1; 300]);
    wire.extend(raw(FrameType::PING, 0, 0, &[7; 8]));
    let seen = decode_all(&mut Decoder::default(), wire.chunks(7));
    assert_eq!(seen.len(), 2);
    decode_one(&raw(FrameType(0xfa), 0xff, 9, &[]), |frame| {
        let head =
            Head { length: 0, kind: FrameType(0xfa), flags: Flags(0xff), stream: StreamId::new(9) };
        assert_eq!(frame, Frame::Unknown(head));
    });
}

#[test]
fn undefined_flags_and_reserved_bits_change_nothing() {
    let mut ping = raw(FrameType::PING, 0xfe, 0, &[1; 8]);
    ping[5] = 0x80;
    decode_one(&ping, |frame| {
        assert_eq!(frame, Frame::Ping(Ping { ack: false, payload: [1; 8] }));
    });
    decode_one(&raw(FrameType::WINDOW_UPDATE, 0xff, 1, &[0x80, 0, 0, 5]), |frame| {
        let stream = StreamId::new(1);
        assert_eq!(frame, Frame::WindowUpdate(WindowUpdate { stream, increment: 5 }));
    });
    let goaway = raw(FrameType::GOAWAY, 0xff, 0, &[0x80, 0, 0, 5, 0, 0, 0, 0]);
    decode_one(&goaway, |frame| {
        let last = StreamId::new(5);
        assert_eq!(frame, Frame::GoAway(GoAway { last, code: ErrorCode::NO_ERROR, debug: b"" }));
    });
    // PADDED is not defined for CONTINUATION: the first octet is part of the fragment.
    decode_one(&raw(FrameType::CONTINUATION, 0xff, 1, &[9, 9]), |frame| {
        let fragment = &[9, 9];
        let stream = StreamId::new(1);
        assert_eq!(
            frame,
            Frame::Continuation(Continuation { stream, end_headers: true, fragment })
        );
    });
}

#[test]
fn an_empty_data_frame_is_one_piece() {
    for (wire, flow_len) in [
        (raw(FrameType::DATA, 0x1, 1, &[]), 0),
        (raw(FrameType::DATA, 0x9, 1, &[0]), 1),
        (raw(FrameType::DATA, 0x9, 1, &[2, 0, 0]), 3),
    ] {
        decode_one(&wire, |frame| {
            let stream = StreamId::new(1);
            let piece = Data {
                stream,
                payload: b"",
                flow_len,
                frame_len: flow_len,
                first: true,
                end: true,
                end_stream: true,
            };
            assert_eq!(frame, Frame::Data(piece));
        });
    }
}

#[test]
fn data_passes_through_as_slices_of_the_input() {
    let wire = raw(FrameType::DATA, 0, 1, b"hello world");
    let (head, tail) = wire.split_at(14);
    let mut decoder = Decoder::default();
    for (portion, text) in [(head, &b"hello"[..]), (tail, b" world")] {
        let mut input = portion;
        let Ok(Some(Frame::Data(piece))) = decoder.decode(&mut input) else { panic!("a piece") };
        assert_eq!(piece.payload, text);
        assert!(portion.as_ptr_range().contains(&piece.payload.as_ptr()));
        assert_eq!(decoder.decode(&mut input), Ok(None));
    }
}

#[test]
fn a_whole_frame_is_borrowed_from_the_input() {
    let wire = raw(FrameType::HEADERS, 0x4, 1, b"block");
    let mut decoder = Decoder::default();
    let mut input = &wire[..];
    let Ok(Some(Frame::Headers(headers))) = decoder.decode(&mut input) else { panic!("HEADERS") };
    assert!(wire.as_ptr_range().contains(&headers.fragment.as_ptr()));
}

#[test]
fn the_head_of_the_frame_under_way_is_known_once_complete() {
    let wire = raw(FrameType::HEADERS, 0x4, 5, b"block");
    let mut decoder = Decoder::default();
    assert_eq!(decoder.head(), None);
    decode_all(&mut decoder, [&wire[..4]]);
    assert_eq!(decoder.head(), None);
    decode_all(&mut decoder, [&wire[4..11]]);
    assert_eq!(decoder.head().map(|head| (head.kind, head.stream.get(), head.length)), {
        Some((FrameType::HEADERS, 5, 5))
    });
    decode_all(&mut decoder, [&wire[11..]]);
    assert_eq!(decoder.head(), None);
}

#[test]
fn a_block_is_cut_at_the_frame_size_whatever_its_length() {
    const MAX: u32 = 20;
    for len in 0..70_u8 {
        let block: Vec<u8> = (0..len).collect();
        let mut wire = b"before".to_vec();
        let dependency = Some(Dependency::default());
        let frame = BlockFrame::headers(&mut wire, StreamId::new(3), true, dependency);
        wire.extend_from_slice(&block);
        assert_eq!(frame.len(&wire), usize::from(len) + 5);
        frame.finish(&mut wire, MAX, Padding::octets(4));

        let mut decoder = Decoder::new(MAX);
        let mut input = &wire[b"before".len()..];
        let mut joined = Vec::new();
        let mut ended = 0;
        while let Some(frame) = decoder.decode(&mut input).unwrap() {
            assert_eq!(ended, 0, "nothing follows END_HEADERS");
            match frame {
                Frame::Headers(headers) => {
                    assert!(joined.is_empty() && headers.end_stream());
                    assert_eq!(headers.dependency, dependency);
                    let padded = usize::from(len) + 5 + 5 <= MAX as usize;
                    assert_eq!(headers.padding.pad_length(), padded.then_some(4));
                    joined.extend_from_slice(headers.fragment);
                    ended += usize::from(headers.end_headers());
                }
                Frame::Continuation(continuation) => {
                    assert!(!continuation.fragment.is_empty());
                    joined.extend_from_slice(continuation.fragment);
                    ended += usize::from(continuation.end_headers);
                }
                other => panic!("not part of a field block: {other:?}"),
            }
        }
        assert_eq!((joined, ended), (block, 1));
    }
}

#[test]
fn a_promise_is_written_in_place_too() {
    let mut wire = Vec::new();
    let promised = StreamId::new(8);
    let frame = BlockFrame::push_promise(&mut wire, StreamId::new(5), promised);
    wire.extend_from_slice(b"block");
    frame.finish(&mut wire, 16_384, Padding::NONE);
    let stream = StreamId::new(5);
    let (flags, padding) = (Flags::END_HEADERS, Padding::NONE);
    decode_one(&wire, |frame| {
        let expected = PushPromise { stream, flags, promised, fragment: b"block", padding };
        assert_eq!(frame, Frame::PushPromise(expected));
    });
}

fn stream_id() -> impl Strategy<Value = StreamId> {
    any::<u32>().prop_map(StreamId::new).prop_filter("a stream", |id| !id.is_zero())
}

fn any_padding() -> impl Strategy<Value = Padding> {
    prop_oneof![Just(Padding::NONE), any::<u8>().prop_map(Padding::octets)]
}

fn dependency() -> impl Strategy<Value = Dependency> {
    (any::<u32>(), 1..=256_u16, any::<bool>()).prop_map(|(parent, weight, exclusive)| Dependency {
        parent: StreamId::new(parent),
        weight,
        exclusive,
    })
}

fn octets() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..600)
}

proptest! {
    #[test]
    fn data_round_trips(
        stream in stream_id(), body in octets(), end in any::<bool>(), padding in any_padding(),
    ) {
        let mut wire = Vec::new();
        Data::encode(stream, &body, end, padding, &mut wire);
        let frame_len = wire_length(wire.len() - Head::LEN);
        let expected =
            Seen::Data { stream, payload: body, flow_len: frame_len, frame_len, ended: Some(end) };
        prop_assert_eq!(whole(&wire), [expected]);
    }

    #[test]
    fn field_block_frames_round_trip(
        stream in stream_id(), promised in stream_id(), flags in 0..2_u8, padding in any_padding(),
        dependency in proptest::option::of(dependency()), fragment in octets(),
        end_headers in any::<bool>(),
    ) {
        let fragment = &fragment[..];
        let flags = Flags(flags)
            .with(Flags::END_HEADERS, end_headers)
            .with(Flags::PADDED, padding != Padding::NONE);
        let promise = PushPromise { stream, flags, promised, fragment, padding };
        let mut wire = Vec::new();
        promise.encode(&mut wire);
        decode_one(&wire, |frame| assert_eq!(frame, Frame::PushPromise(promise)));

        let flags = flags.with(Flags::PRIORITY, dependency.is_some());
        let headers = Headers { stream, flags, dependency, fragment, padding };
        wire.clear();
        headers.encode(&mut wire);
        decode_one(&wire, |frame| assert_eq!(frame, Frame::Headers(headers)));

        let continuation = Continuation { stream, end_headers, fragment };
        wire.clear();
        continuation.encode(&mut wire);
        decode_one(&wire, |frame| assert_eq!(frame, Frame::Continuation(continuation)));
    }

    #[test]
    fn fixed_frames_round_trip(
        stream in stream_id(), dependency in dependency(), code in any::<u32>(),
        ack in any::<bool>(), payload in any::<[u8; 8]>(), increment in 0..=0x7fff_ffff_u32,
        connection in any::<bool>(),
    ) {
        let mut wire = Vec::new();
        let priority = Priority { stream, dependency };
        priority.encode(&mut wire);
        decode_one(&wire, |frame| assert_eq!(frame, Frame::Priority(priority)));

        wire.clear();
        let rst_stream = RstStream { stream, code: ErrorCode(code) };
        rst_stream.encode(&mut wire);
        decode_one(&wire, |frame| assert_eq!(frame, Frame::RstStream(rst_stream)));

        wire.clear();
        let ping = Ping { ack, payload };
        ping.encode(&mut wire);
        decode_one(&wire, |frame| assert_eq!(frame, Frame::Ping(ping)));

        wire.clear();
        let stream = if connection { StreamId::ZERO } else { stream };
        let update = WindowUpdate { stream, increment };
        update.encode(&mut wire);
        decode_one(&wire, |frame| assert_eq!(frame, Frame::WindowUpdate(update)));
    }

    #[test]
    fn settings_round_trip(entries in vec(any::<(u16, u32)>(), 0..40)) {
        let mut wire = Vec::new();
        Settings::encode(&entries, &mut wire);
        decode_one(&wire, |frame| {
            let Frame::Settings(settings) = frame else { panic!("SETTINGS: {frame:?}") };
            assert!(!settings.ack);
            assert_eq!(settings.entries().len(), entries.len());
            assert!(settings.entries().eq(entries.iter().copied()));
        });
        wire.clear();
        Settings::encode_ack(&mut wire);
        decode_one(&wire, |frame| {
            assert!(matches!(frame, Frame::Settings(settings) if settings.ack));
        });
        wire.clear();
        Settings::encode_payload(&entries, &mut wire);
        prop_assert!(Settings::from_payload(&wire).unwrap().entries().eq(entries));
        wire.push(0);
        prop_assert_eq!(Settings::from_payload(&wire), None);
    }

    #[test]
    fn connection_frames_round_trip(
        last in any::<u32>(), code in any::<u32>(), debug in octets(), value in octets(),
        stream in any::<u32>(), origins in vec(octets(), 0..5),
    ) {
        let mut wire = Vec::new();
        let goaway = GoAway { last: StreamId::new(last), code: ErrorCode(code), debug: &debug };
        goaway.encode(&mut wire);
        decode_one(&wire, |frame| assert_eq!(frame, Frame::GoAway(goaway)));

        wire.clear();
        let altsvc = AltSvc { stream: StreamId::new(stream), origin: &debug, value: &value };
        altsvc.encode(&mut wire);
        decode_one(&wire, |frame| assert_eq!(frame, Frame::AltSvc(altsvc)));

        wire.clear();
        Origin::encode(origins.iter().map(Vec::as_slice), &mut wire);
        decode_one(&wire, |frame| {
            let Frame::Origin(origin) = frame else { panic!("ORIGIN: {frame:?}") };
            assert!(origin.entries().eq(origins.iter().map(Vec::as_slice)));
        });

        wire.clear();
        let update = PriorityUpdate { prioritized: StreamId::new(stream), value: &value };
        update.encode(&mut wire);
        decode_one(&wire, |frame| assert_eq!(frame, Frame::PriorityUpdate(update)));
    }

    #[test]
    fn any_split_gives_the_same_frames(
        frames in vec(any_frame(), 0..12), cuts in vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let wire = frames.concat();
        prop_assert_eq!(split_at(&wire, &cuts), whole(&wire));
        prop_assert_eq!(decode_all(&mut Decoder::default(), wire.chunks(1)), whole(&wire));
    }

    #[test]
    fn any_split_of_any_octets_gives_the_same_frames(
        wire in vec(0..20_u8, 0..200), cuts in vec(any::<prop::sample::Index>(), 0..12),
    ) {
        prop_assert_eq!(split_at(&wire, &cuts), whole(&wire));
    }
}

/// A frame of any type with any flags and payload, well-formed or not, at times one of a length
/// that fits its type.
fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let len = prop_oneof![Just(0), Just(4), Just(5), Just(8), Just(18), 0..300_usize];
    let payload = len.prop_flat_map(|len| vec(prop_oneof![0..8_u8, any::<u8>()], len));
    (0..=0x11_u8, any::<u8>(), 0..3_u32, payload)
        .prop_map(|(kind, flags, stream, payload)| raw(FrameType(kind), flags, stream, &payload))
}

fn split_at(wire: &[u8], cuts: &[prop::sample::Index]) -> Vec<Seen> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(wire.len() + 1)).collect();
    cuts.push(wire.len());
    cuts.sort_unstable();
    let mut start = 0;
    let portions = cuts.into_iter().map(|end| &wire[std::mem::replace(&mut start, end)..end]);
    decode_all(&mut Decoder::default(), portions)
}
