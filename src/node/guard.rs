//! Nothing unwinds into Node: a panic there would end the process.

use std::cell::{RefCell, RefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};

use napi::{Error, Result, Status};

/// The code did not return. What it worked on may be half done and must not be used again.
#[derive(Debug)]
pub(super) struct Panicked;

/// Runs a piece of work, stopping a panic. The panic's own message has gone to stderr by then.
pub(super) fn run<R>(work: impl FnOnce() -> R) -> std::result::Result<R, Panicked> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| {
        // A payload may panic again when it is dropped; the few octets are not worth it.
        std::mem::forget(payload);
        Panicked
    })
}

/// Runs the body of a method that JavaScript calls. A panic that no inner [`run`] has stopped
/// becomes an exception.
pub(super) fn entry<R>(work: impl FnOnce() -> Result<R>) -> Result<R> {
    run(work).unwrap_or_else(|Panicked| Err(error("internal error")))
}

/// Borrows state for the length of a call. It is taken only when a getter of an argument calls
/// back into the addon.
pub(super) fn borrow<T>(cell: &RefCell<T>) -> Result<RefMut<'_, T>> {
    cell.try_borrow_mut().map_err(|_| error("the addon was called from within itself"))
}

/// An exception for misuse by the JavaScript side, which users never see.
pub(super) fn error(message: &str) -> Error {
    Error::new(Status::GenericFailure, message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_exception() {
        let result = entry(|| -> Result<()> { panic!("expected by this test") });
        assert!(result.is_err());
    }

    #[test]
    fn a_payload_that_panics_when_dropped_is_contained() {
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                panic!("not reached");
            }
        }
        assert!(run(|| std::panic::panic_any(Bomb)).is_err());
    }

    #[test]
    fn re_entrance_is_an_error() {
        let cell = RefCell::new(());
        let held = borrow(&cell);
        assert!(borrow(&cell).is_err());
        drop(held);
        assert!(borrow(&cell).is_ok());
    }
}
