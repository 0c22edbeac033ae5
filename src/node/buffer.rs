//! Memory that JavaScript owns: the only room of the crate with `unsafe` in it.
//!
//! # Why this is sound
//!
//! - **One thread.** An environment's JavaScript and these calls share a thread, and the types here
//!   never leave it. No JavaScript runs while native code does: nothing in this module's callers
//!   calls back, so no array changes, moves or is detached during a call.
//! - **Kept alive.** [`Words`] and [`Octets`] hold a strong reference to their typed array, so that
//!   the collector leaves it and its memory alone.
//! - **Kept attached.** The arrays of a bridge are private to `lib/bridge.js`, which neither
//!   transfers nor resizes them and shares them with no other thread; no other code has them.
//! - **No overlap.** [`Span`] compares memory ranges: a bridge refuses arrays that overlap, and
//!   chunks and outputs that overlap its arrays, so that a `&mut` here is the only path to its
//!   octets.

use napi::bindgen_prelude::{Float64ArraySlice, Int32Array, Uint8Array, Uint8ArraySlice};

/// The memory behind a slice, for comparisons.
#[derive(Clone, Copy)]
pub(super) struct Span {
    start: usize,
    end: usize,
}

impl Span {
    pub(super) fn of<T>(slice: &[T]) -> Self {
        let range = slice.as_ptr_range();
        Self { start: range.start as usize, end: range.end as usize }
    }

    pub(super) fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// Declares a typed array that is held over many calls.
macro_rules! held {
    ($(#[$doc:meta])* $name:ident, $array:ty, $item:ty) => {
        $(#[$doc])*
        pub(super) struct $name($array);

        impl $name {
            pub(super) fn new(array: $array) -> Self {
                Self(array)
            }

            pub(super) fn get(&self) -> &[$item] {
                &self.0
            }

            pub(super) fn get_mut(&mut self) -> &mut [$item] {
                // SAFETY: the array is alive, attached, private to the bridge and disjoint from
                // every other slice in use; JavaScript does not run while the result lives, as it
                // borrows from `self`, which no call keeps borrowed when it returns (see above).
                unsafe { self.0.as_mut() }
            }

            pub(super) fn span(&self) -> Span {
                Span::of(self.get())
            }
        }
    };
}

held! {
    /// An `Int32Array` of the bridge.
    Words, Int32Array, i32
}

held! {
    /// A `Uint8Array` of the bridge.
    Octets, Uint8Array, u8
}

/// The octets of an array that is written during one call.
pub(super) fn octets_mut<'a>(array: &'a mut Uint8ArraySlice<'_>) -> &'a mut [u8] {
    // SAFETY: an argument of the call under way: rooted by the caller's frame, looked up when the
    // call began, and JavaScript does not run before it ends. That it does not overlap the
    // bridge's arrays is checked before anything is written.
    unsafe { array.as_mut() }
}

/// The numbers of an array that is written during one call.
pub(super) fn figures_mut<'a>(array: &'a mut Float64ArraySlice<'_>) -> &'a mut [f64] {
    // SAFETY: as for `octets_mut`; the arrays of a bridge are not touched while figures are
    // written.
    unsafe { array.as_mut() }
}
