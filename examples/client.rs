//! An HTTP/2 client over a std TCP socket: one GET, or a POST of standard input.
//!
//! ```sh
//! cargo run --no-default-features --example client -- http://127.0.0.1:8080/
//! cargo run --no-default-features --example client -- http://127.0.0.1:8080/count - < Cargo.toml
//! ```
//!
//! The response's fields go to standard error, its body to standard output.

use std::error::Error;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Instant;
use std::{env, process};

use bytes::Bytes;
use rust_http2::proto::{
    BodyStore, Cause, Config, ErrorCode, Event, Field, HeadersKind, RequestOptions, Session, Sink,
    StreamKey,
};

/// Octets written to the socket at once.
const WRITE: usize = 64 * 1024;

fn main() {
    let mut args = env::args().skip(1);
    let url = args.next().unwrap_or_else(|| "http://127.0.0.1:8080/".into());
    let upload = args.next().is_some_and(|arg| arg == "-");
    if let Err(error) = run(&url, upload) {
        eprintln!("{error}");
        process::exit(1);
    }
}

fn run(url: &str, upload: bool) -> Result<(), Box<dyn Error>> {
    let rest = url.strip_prefix("http://").ok_or("the URL begins with http://")?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let socket = match authority.rsplit_once(':') {
        Some(_) => TcpStream::connect(authority)?,
        None => TcpStream::connect((authority, 80))?,
    };
    socket.set_nodelay(true)?;

    let mut session = Session::client(Config::default(), Instant::now());
    let mut bodies = BodyStore::new();
    let fields = [
        Field::new(b":method", if upload { b"POST" } else { b"GET" }),
        Field::new(b":scheme", b"http"),
        Field::new(b":authority", authority.as_bytes()),
        Field::new(b":path", if path.is_empty() { b"/" } else { path.as_bytes() }),
        Field::new(b"user-agent", b"rust-http2-example"),
    ];
    let stream = session.request(fields, !upload, RequestOptions::default())?;
    if upload {
        let mut body = Vec::new();
        io::stdin().read_to_end(&mut body)?;
        bodies.send(&mut session, stream, Bytes::from(body), true)?;
    }
    exchange(socket, &mut session, &mut bodies)
}

/// Writes and reads until the only stream is closed, then says goodbye.
fn exchange(
    mut socket: TcpStream,
    session: &mut Session,
    bodies: &mut BodyStore,
) -> Result<(), Box<dyn Error>> {
    let mut printer = Printer::default();
    let mut input = [0; 16 * 1024];
    let mut output = Vec::with_capacity(WRITE);
    loop {
        loop {
            let mut out = bodies.output(&mut output, WRITE);
            let more = session.transmit(Instant::now(), &mut out, &mut printer);
            socket.write_all(&output)?;
            output.clear();
            if !more {
                break;
            }
        }
        if session.is_closed() {
            break;
        }
        let octets = socket.read(&mut input)?;
        if octets == 0 {
            break;
        }
        session.receive(Instant::now(), &input[..octets], &mut printer);
        for (stream, len) in printer.printed.drain(..) {
            session.consume(Instant::now(), stream, len);
        }
        if printer.outcome.is_some() && session.open_streams() == 0 {
            session.terminate(ErrorCode::NO_ERROR);
        }
    }
    match printer.outcome {
        Some(Ok(())) => Ok(()),
        Some(Err(text)) => Err(text.into()),
        None => Err("the server closed the connection before the response was complete".into()),
    }
}

/// Prints what arrives.
#[derive(Default)]
struct Printer {
    /// Octets of body that are dealt with, so that the peer may send as many more.
    printed: Vec<(StreamKey, u32)>,
    outcome: Option<Result<(), String>>,
}

impl Sink for Printer {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Headers { kind, fields, .. } => {
                if kind == HeadersKind::Trailers {
                    eprintln!();
                }
                for Field { name, value, .. } in fields {
                    let (name, value) = (name.escape_ascii(), value.escape_ascii());
                    eprintln!("{name}: {value}");
                }
            }
            Event::Data { stream, data, .. } => {
                if let Err(error) = io::stdout().write_all(data) {
                    self.outcome = Some(Err(format!("standard output: {error}")));
                }
                self.printed.push((stream, data.len().try_into().unwrap_or(u32::MAX)));
            }
            Event::StreamClosed { code, by, .. } => {
                let complete = by == Cause::Done || code == ErrorCode::NO_ERROR;
                let outcome = if complete { Ok(()) } else { Err(format!("reset: {code}")) };
                self.outcome.get_or_insert(outcome);
            }
            Event::SessionError { error } => {
                self.outcome = Some(Err(error.to_string()));
            }
            _ => {}
        }
    }
}
