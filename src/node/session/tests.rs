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

/// Handles of two servers that share a bridge.
const BROKEN: u32 = 3;
const SOUND: u32 = 4;

fn sessions() -> Sessions {
    let mut ring = Ring::new(words(256), octets(256));
    ring.publish();
    let commands = Commands::new(words(64), octets(64));
    let segments = words(64);
    let shared = Shared { ring, commands, segments, frames_watched: false };
    let sessions = Sessions::new(Rc::new(RefCell::new(shared)));
    for handle in [BROKEN, SOUND] {
        let live = Live::new(proto::Session::server(Config::default(), Instant::now()));
        let session = Session { live, span: Span::none() };
        sessions.put(handle as usize, session).expect("the handle is free");
    }
    sessions
}

fn events(sessions: &Sessions) -> Vec<i32> {
    sessions.shared.borrow_mut().ring.drain()
}

#[test]
fn a_panic_ends_its_session_with_an_error_and_no_other() {
    let sessions = sessions();
    let result = sessions.with(BROKEN, -1, |_, _| panic!("expected by this test"));
    assert_eq!(result.expect("no exception"), -1);
    assert_eq!(events(&sessions), [event::SESSION, 3, event::SESSION_ERROR, INTERNAL, 2, 2]);

    let mut out = [0; 100];
    assert_eq!(sessions.receive(BROKEN, b"octets", 2, 6).expect("nothing"), 6);
    assert_eq!(sessions.transmit(BROKEN, 0, &mut out, 0).expect("nothing"), 0);
    assert_eq!(events(&sessions), []);
    assert!(sessions.transmit(SOUND, 0, &mut out, 0).expect("its SETTINGS") > 0);
}

#[test]
fn the_commands_after_a_panic_are_read_and_not_run() {
    let sessions = sessions();
    sessions.with(BROKEN, (), |_, _| panic!("expected by this test")).expect("no exception");
    // INFORM with a field that later batches know by its ids.
    let batch = [command::INFORM, 0, 1, 1, !1, 7, !1, 8, command::PING, 1, 2];
    sessions.shared.borrow_mut().commands.write(&batch, b"nv");
    assert_eq!(sessions.apply(BROKEN, 11).expect("well formed"), CLOSED);
    sessions.shared.borrow_mut().commands.write(&[command::INFORM, 0, 1, 1, 7, 8], &[]);
    assert_eq!(sessions.apply(BROKEN, 6).expect("its strings are known"), CLOSED);
}

#[test]
fn a_call_within_a_call_is_an_exception() {
    let sessions = sessions();
    sessions
        .with(BROKEN, (), |_, _| {
            assert!(sessions.timeout(BROKEN).is_err());
            assert!(sessions.timeout(SOUND).is_err());
            assert!(sessions.close(BROKEN).is_err());
            Ok(())
        })
        .expect("no exception outside");
    assert!(sessions.timeout(SOUND).is_ok());
}
