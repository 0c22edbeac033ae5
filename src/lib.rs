//! HTTP/2 (RFC 9113) without I/O, and the Node addon built on it.
//!
//! The engine is bytes in, events out; commands in, bytes out. Sockets, clocks, threads and bodies
//! stay with whoever drives it. With `default-features = false` it is all there is; the feature
//! `node` adds the binding that the npm package `rust-http2` consists of.
//!
//! - [`proto`] is the session of a client or a server: streams, flow control, settings, push,
//!   shutdown, limits. Begin with [`proto::Session`].
//! - [`hpack`] compresses fields (RFC 7541); usable alone.
//! - [`frame`] reads and writes frames; usable alone.
//! - `tls` puts TLS around a transport; with the feature `tls`.
//!
//! `examples/server.rs` and `examples/client.rs` put sessions on std's TCP sockets. Here a client
//! and a server meet in memory:
//!
//! ```
//! use std::time::Instant;
//! use bytes::Bytes;
//! use rust_http2::proto::{
//!     BodyStore, Config, Event, Field, HeadersKind, RequestOptions, Session, Sink, StreamKey,
//! };
//!
//! /// Notes what a session tells.
//! #[derive(Default)]
//! struct Seen {
//!     request: Option<StreamKey>,
//!     status: Vec<u8>,
//!     body: Vec<u8>,
//! }
//!
//! impl Sink for Seen {
//!     fn event(&mut self, event: Event<'_>) {
//!         match event {
//!             Event::Headers { stream, kind: HeadersKind::Request, .. } => {
//!                 self.request = Some(stream);
//!             }
//!             Event::Headers { kind: HeadersKind::Response, fields, .. } => {
//!                 self.status = fields.get(0).unwrap().value.to_vec();
//!             }
//!             Event::Data { data, .. } => self.body.extend_from_slice(data),
//!             _ => {}
//!         }
//!     }
//! }
//!
//! let now = Instant::now();
//! let mut client = Session::client(Config::default(), now);
//! let mut server = Session::server(Config::default(), now);
//! let (mut at_client, mut at_server) = (Seen::default(), Seen::default());
//! let (mut from_client, mut from_server) = (BodyStore::new(), BodyStore::new());
//! let mut wire = Vec::new();
//!
//! let request = [
//!     Field::new(b":method", b"GET"),
//!     Field::new(b":scheme", b"https"),
//!     Field::new(b":authority", b"example.org"),
//!     Field::new(b":path", b"/"),
//! ];
//! client.request(request, true, RequestOptions::default())?;
//! client.transmit(now, &mut from_client.output(&mut wire, 65_536), &mut at_client);
//! server.receive(now, &wire, &mut at_server);
//!
//! let stream = at_server.request.expect("the request arrived");
//! server.respond(stream, [Field::new(b":status", b"200")], false)?;
//! from_server.send(&mut server, stream, Bytes::from_static(b"hello"), true)?;
//! wire.clear();
//! server.transmit(now, &mut from_server.output(&mut wire, 65_536), &mut at_server);
//! client.receive(now, &wire, &mut at_client);
//!
//! assert_eq!((&at_client.status[..], &at_client.body[..]), (&b"200"[..], &b"hello"[..]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What goes on inside is told to whoever subscribes with the crate `tracing`: frames under the
//! target [`proto::FRAME_LOG`] at the level DEBUG, why a session failed or a stream was reset, and
//! at TRACE the life of streams and windows. A span around the calls says which session it is.
//! [`proto::Sink::frame`] has the frames for programs.
#![deny(unsafe_code)]

// The engine takes time, randomness and octets as arguments: no clock, thread or socket in these.
#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod frame;
#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod hpack;
#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod proto;

#[cfg(feature = "tls")]
pub mod tls;

#[cfg(feature = "node")]
mod node;
