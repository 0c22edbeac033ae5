//! The words that begin an event and a command: one table, shared with JavaScript through
//! [`opcodes()`](fn@super::opcodes).

/// Declares the opcodes as constants and as a list of (name, number).
macro_rules! opcodes {
    ($(#[$doc:meta])* $list:ident { $($(#[$note:meta])* $name:ident = $code:literal,)+ }) => {
        $($(#[$note])* pub(in crate::node) const $name: i32 = $code;)+

        $(#[$doc])*
        pub(in crate::node) const $list: &[(&str, i32)] = &[$((stringify!($name), $name)),+];
    };
}

/// Engine to JavaScript: word 0 of each event in the ring, followed by its arguments.
pub(super) mod event {
    opcodes! {
        /// Every event.
        ALL {
            /// `handle`: the session that the events after this one belong to.
            SESSION = 1,
            /// `slot id kind flags aux nfields`, then a name and a value reference per field.
            HEADERS = 2,
            /// `slot id offset length flow`: `offset` is an index in the chunk being received.
            DATA = 3,
            /// `slot id`: the peer finished its half. Not of a request whose HEADERS did.
            END = 4,
            /// `slot id code by`: the slot is free from here on.
            CLOSED = 5,
            /// `n`, then `id value` for each entry.
            SETTINGS = 6,
            /// `remaining`: acknowledgements still awaited.
            SETTINGS_ACK = 7,
            /// `hi lo`: the payload as two big-endian words.
            PING = 8,
            /// `hi lo`
            PING_ACK = 9,
            /// `code lastId length`, debug data in the text.
            GOAWAY = 10,
            /// `id originLength valueLength`, both in the text.
            ALTSVC = 11,
            /// `n`, then the length of each origin, all in the text.
            ORIGIN = 12,
            /// `id parent weight exclusive`
            PRIORITY = 13,
            /// `id length`, the field value in the text.
            PRIORITY_UPDATE = 14,
            /// `frameType id slot libraryCode`: a frame could not be sent; slot -1 for none.
            NOT_SENT = 15,
            /// `libraryCode wireCode reporting`: the session failed; nothing follows for it.
            /// `reporting`: 0 silent, 1 as Node's versions have it, 2 with its own wire code, 3 by
            /// every version.
            SESSION_ERROR = 16,
            /// `type flags id length`: a frame of a type that the engine does not know.
            UNKNOWN = 17,
            /// `id libraryCode`: a violation that cost its stream only.
            INVALID_FRAME = 18,
            /// `direction type flags id length a b nfields octets`, then the fields, and so many
            /// octets in the text: a frame went by. `direction` is 0 for sent; `a`, `b` and the
            /// text are the payload's, as `report` has them for each type; `nfields` is -1 where
            /// there is no section.
            FRAME = 19,
        }
    }
}

/// JavaScript to engine: word 0 of each command.
pub(super) mod command {
    opcodes! {
        /// Every command.
        ALL {
            /// `flags nfields`, then the fields. With flag PRIORITY, `parent weight exclusive` come
            /// between the flags and the count.
            REQUEST = 1,
            /// `slot id flags nfields`, then the fields.
            RESPOND = 2,
            /// `slot id nfields`, then the fields: an informational response.
            INFORM = 3,
            /// `parentSlot parentId nfields`, then the fields of the promised request.
            PUSH = 4,
            /// `slot id length end`: octets that the application holds ready.
            DATA = 5,
            /// `slot id nfields`, then the fields.
            TRAILERS = 6,
            /// `slot id code`
            RESET = 7,
            /// `hi lo`
            PING = 8,
            /// `n`, then `id value` for each entry.
            SETTINGS = 9,
            /// `code lastId length`, debug data in `data`; a `lastId` of -1 is the default.
            GOAWAY = 10,
            /// `id originLength valueLength`, both in `data`.
            ALTSVC = 11,
            /// `n`, then the length of each origin, all in `data`.
            ORIGIN = 12,
            /// `slot id n`: the reader took `n` octets.
            CONSUME = 13,
            /// `n`: the session's local window.
            WINDOW = 14,
            /// `id`: the next stream's.
            NEXT_ID = 15,
            /// `code`: GOAWAY, then nothing is read any more.
            TERMINATE = 16,
            /// `id parent weight exclusive`
            PRIORITY = 17,
            /// `n`: the streams that may be open before the peer's SETTINGS say how many.
            PEER_STREAMS = 18,
        }
    }
}

/// On the word of a field's *name*: the field is sensitive (RFC 7541 §7.1.3, never indexed).
pub(super) const SENSITIVE: i32 = 1 << 30;

/// The low bits of a string word: a length or an id.
pub(super) const STRING_BITS: i32 = (1 << 29) - 1;

/// Flag of REQUEST and RESPOND: no body and no trailers follow.
pub(super) const END_STREAM: i32 = 1;

/// Flag of REQUEST: a priority signal goes with it.
pub(super) const PRIORITY: i32 = 0x20;

#[cfg(test)]
mod tests {
    use super::{command, event};

    #[test]
    fn numbers_are_dense_and_start_at_one() {
        for list in [event::ALL, command::ALL] {
            for (expected, (name, code)) in (1..).zip(list) {
                assert_eq!(*code, expected, "{name}");
            }
        }
    }
}
