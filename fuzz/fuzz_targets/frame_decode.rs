//! Octets in any portions give the same frames, and a frame encodes to what it was decoded from.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rust_http2::frame::{
    Data, Decoder, Frame, FrameError, Head, MIN_MAX_FRAME_SIZE, Origin, Settings,
};

/// What a decoder made of its input, the pieces of a DATA frame joined.
#[derive(Debug, PartialEq)]
enum Seen {
    Frame(String),
    Data { payload: Vec<u8>, flow_len: u32, last: String },
    Error(FrameError),
}

fuzz_target!(|input: &[u8]| {
    let Some((&portion, wire)) = input.split_first() else { return };
    let whole = decode([wire]);
    assert_eq!(decode(wire.chunks(usize::from(portion) + 1)), whole);
});

fn decode<'i>(portions: impl IntoIterator<Item = &'i [u8]>) -> Vec<Seen> {
    let mut decoder = Decoder::new(MIN_MAX_FRAME_SIZE);
    let mut seen = Vec::new();
    for mut input in portions {
        loop {
            match decoder.decode(&mut input) {
                Ok(None) => break,
                Ok(Some(Frame::Data(piece))) => note_piece(&mut seen, piece),
                Ok(Some(frame)) => {
                    check_encoding(&frame);
                    seen.push(Seen::Frame(format!("{frame:?}")));
                }
                Err(error) => seen.push(Seen::Error(error)),
            }
        }
        assert!(input.is_empty());
    }
    seen
}

fn note_piece(seen: &mut Vec<Seen>, piece: Data<'_>) {
    if piece.first {
        seen.push(Seen::Data { payload: Vec::new(), flow_len: 0, last: String::new() });
    }
    let Some(Seen::Data { payload, flow_len, last }) = seen.last_mut() else {
        panic!("a piece without a first one");
    };
    payload.extend_from_slice(piece.payload);
    *flow_len += piece.flow_len;
    assert_eq!(*flow_len == piece.frame_len, piece.end);
    *last = format!("{} {} {} {}", piece.stream, piece.frame_len, piece.end, piece.end_stream);
}

/// Encoding and decoding once more gives the same frame.
fn check_encoding(frame: &Frame<'_>) {
    let mut wire = Vec::new();
    match frame {
        Frame::Headers(frame) => frame.encode(&mut wire),
        Frame::Priority(frame) => frame.encode(&mut wire),
        Frame::RstStream(frame) => frame.encode(&mut wire),
        Frame::Settings(frame) if frame.ack => Settings::encode_ack(&mut wire),
        Frame::Settings(frame) => Settings::encode(&frame.entries().collect::<Vec<_>>(), &mut wire),
        Frame::PushPromise(frame) => frame.encode(&mut wire),
        Frame::Ping(frame) => frame.encode(&mut wire),
        Frame::GoAway(frame) => frame.encode(&mut wire),
        Frame::WindowUpdate(frame) => frame.encode(&mut wire),
        Frame::Continuation(frame) => frame.encode(&mut wire),
        Frame::AltSvc(frame) => frame.encode(&mut wire),
        Frame::PriorityUpdate(frame) => frame.encode(&mut wire),
        // An encoded ORIGIN is on stream 0 and has no flags, whatever this one had.
        Frame::Origin(frame) => {
            Origin::encode(frame.entries(), &mut wire);
            let mut input = &wire[..];
            let mut decoder = Decoder::new(MIN_MAX_FRAME_SIZE);
            let Ok(Some(Frame::Origin(again))) = decoder.decode(&mut input) else {
                panic!("ORIGIN");
            };
            assert!(again.entries().eq(frame.entries()));
            return;
        }
        Frame::Data(_) | Frame::Unknown(_) => return,
    }
    let mut input = &wire[..];
    let mut decoder = Decoder::new(MIN_MAX_FRAME_SIZE);
    assert_eq!(decoder.decode(&mut input).as_ref(), Ok(&Some(frame.clone())));
    assert!(input.is_empty() && wire.len() >= Head::LEN);
}
