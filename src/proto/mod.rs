//! The sans-I/O session: octets in, events out; commands in, octets out.
//!
//! A [`Session`] is one end of one HTTP/2 connection (RFC 9113). It owns no socket, no clock and
//! no body. Drive it like this:
//!
//! 1. Give what arrives to [`Session::receive`]; it tells a [`Sink`] what happened, one
//!    [`Event`] after the other. A session that failed says so with its last event.
//! 2. Give commands ([`Session::request`], [`Session::respond`], [`Session::data`] …) at any time
//!    between calls. They take effect in order and write nothing yet.
//! 3. Draw what is to be sent with [`Session::transmit`], after every `receive` and after
//!    commands, until it answers that nothing is left. Streams that end by what is sent are
//!    reported from here.
//! 4. When [`Session::is_closed`] says so, close the transport.
//!
//! **Bodies stay outside.** [`Session::data`] announces how many octets of a body are ready; the
//! session decides when how many of them may go and asks its [`Output`] for them. [`BodyStore`]
//! keeps bodies for users who have no better place. Received bodies are slices of the input.
//!
//! **Streams are slots.** A [`StreamKey`] names one until its `StreamClosed` event.
//!
//! Time is an argument. Nothing here allocates per event; a stream costs its slot.

mod auto_window;
mod body_store;
mod config;
mod control;
mod error;
mod event;
mod event_queue;
mod field_block;
mod flow_control;
mod frame_note;
mod goaway;
mod limits;
mod message;
mod observe;
mod packer;
mod recv;
mod recv_message;
mod scheduler;
mod send;
mod session;
mod settings;
mod stats;
mod stream;
mod transmit;
mod unpacker;
mod wire;

pub use crate::frame::{
    Dependency, ErrorCode, Flags, FrameErrorKind, FrameType, Head, OriginEntries, SettingsEntries,
    StreamId, setting,
};
pub use crate::hpack::{Field, FieldList};
pub use body_store::{BodyStore, BufferOutput};
pub use config::{Config, Padding};
pub use error::{
    ControlError, Offence, PushError, Reach, Reporting, RequestError, SessionError, StreamError,
    UpgradeError,
};
pub use event::{Cause, Event, HeadersKind, Output, Sink, StreamKey};
pub use event_queue::{EventQueue, OwnedEvent};
pub use frame_note::{Direction, FrameNote, Payload};
pub use observe::FRAME_LOG;
pub use packer::FieldSection;
pub use send::RequestOptions;
pub use session::Session;
pub use stats::{SessionFigures, Stats, StreamFigures};

#[cfg(test)]
mod tests;
