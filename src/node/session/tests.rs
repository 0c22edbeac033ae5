use napi::bindgen_prelude::{Int32Array, Uint8Array};

use super::*;
use crate::node::commands::Commands;
use crate::node::opcodes::{command, event};
use crate::node::raw::{Octets, Words};
use crate::proto::Config;

fn words(length: usize) -> Words {
    Words::new(Int32Array::new(vec![0; length]))
}

fn octets(length: usize) -> Octets {
    Octets::new(Uint8Array::new(vec![0; length]))
}

/// Two servers that share a bridge.
fn sessions() -> (Session, Session) {
    let mut ring = Ring::new(words(256), octets(256));
    ring.publish();
    let commands = Commands::new(words(64), octets(64));
    let segments = words(64);
    let shared = Shared { ring, commands, segments, frames_watched: false };
    let shared = Rc::new(RefCell::new(shared));
    let session = |handle| Session {
        handle,
        engine: RefCell::new(Some(Box::new(proto::Session::server(
            Config::default(),
            Instant::now(),
        )))),
        shared: Rc::clone(&shared),
        told: RefCell::default(),
        span: Span::none(),
    };
    (session(3), session(4))
}

fn events(session: &Session) -> Vec<i32> {
    session.shared.borrow_mut().ring.drain()
}

#[test]
fn a_panic_ends_its_session_with_an_error_and_no_other() {
    let (broken, sound) = sessions();
    let result = broken.with(-1, |_, _| panic!("expected by this test"));
    assert_eq!(result.expect("no exception"), -1);
    assert_eq!(events(&broken), [event::SESSION, 3, event::SESSION_ERROR, INTERNAL, 2, 2]);

    let mut out = [0; 100];
    assert_eq!(broken.receive(b"octets", 2, 6).expect("nothing"), 6);
    assert_eq!(broken.transmit(&mut out, 0).expect("nothing"), 0);
    assert_eq!(events(&broken), []);
    assert!(sound.transmit(&mut out, 0).expect("its SETTINGS") > 0);
}

#[test]
fn the_commands_after_a_panic_are_read_and_not_run() {
    let (broken, _) = sessions();
    broken.with((), |_, _| panic!("expected by this test")).expect("no exception");
    // INFORM with a field that later batches know by its ids.
    let batch = [command::INFORM, 0, 1, 1, !1, 7, !1, 8, command::PING, 1, 2];
    broken.shared.borrow_mut().commands.write(&batch, b"nv");
    assert_eq!(broken.apply(11).expect("well formed"), CLOSED);
    broken.shared.borrow_mut().commands.write(&[command::INFORM, 0, 1, 1, 7, 8], &[]);
    assert_eq!(broken.apply(6).expect("its strings are known"), CLOSED);
}

#[test]
fn a_call_within_a_call_is_an_exception() {
    let (outer, inner) = sessions();
    outer
        .with((), |_, _| {
            assert!(outer.timeout().is_err());
            assert!(inner.timeout().is_err());
            assert!(outer.close().is_err());
            Ok(())
        })
        .expect("no exception outside");
    assert!(inner.timeout().is_ok());
}
