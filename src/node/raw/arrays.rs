//! The typed arrays of a bridge, held over many calls.
//!
//! # Why this is sound
//!
//! - **One thread.** An environment's JavaScript and these calls share a thread, and the types here
//!   never leave it. No JavaScript runs while they are borrowed: nothing calls back, so no array
//!   changes, moves or is detached meanwhile.
//! - **Kept alive.** [`Words`] and [`Octets`] hold a strong reference to their typed array, so that
//!   the collector leaves it and its memory alone.
//! - **Kept attached.** The arrays of a bridge are private to `lib/bridge.js`, which neither
//!   transfers nor resizes them and shares them with no other thread; no other code has them.
//! - **No overlap.** [`Span`] compares memory ranges: a bridge refuses arrays that overlap, and
//!   chunks and outputs that overlap its arrays, so that a `&mut` here is the only path to its
//!   octets.

use napi::bindgen_prelude::{Int32Array, Uint8Array};

/// The memory behind a slice, for comparisons.
#[derive(Clone, Copy)]
pub(in crate::node) struct Span {
    start: usize,
    end: usize,
}

impl Span {
    pub(in crate::node) fn of<T>(slice: &[T]) -> Self {
        let range = slice.as_ptr_range();
        Self { start: range.start as usize, end: range.end as usize }
    }

    pub(in crate::node) fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// Declares a typed array that is held over many calls.
macro_rules! held {
    ($(#[$doc:meta])* $name:ident, $array:ty, $item:ty) => {
        $(#[$doc])*
        pub(in crate::node) struct $name($array);

        impl $name {
            pub(in crate::node) fn new(array: $array) -> Self {
                Self(array)
            }

            pub(in crate::node) fn get(&self) -> &[$item] {
                &self.0
            }

            pub(in crate::node) fn get_mut(&mut self) -> &mut [$item] {
                // SAFETY: the array is alive, attached, private to the bridge and disjoint from
                // every other slice in use; JavaScript does not run while the result lives, as it
                // borrows from `self`, which no call keeps borrowed when it returns (see above).
                unsafe { self.0.as_mut() }
            }

            pub(in crate::node) fn span(&self) -> Span {
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
