//! An HTTP/2 server over std's TCP sockets, a thread for each connection.
//!
//! ```sh
//! cargo run --no-default-features --example server -- 127.0.0.1:8080
//! curl --http2-prior-knowledge http://127.0.0.1:8080/
//! curl --http2-prior-knowledge --data-binary @Cargo.toml http://127.0.0.1:8080/count
//! ```
//!
//! `GET /` says hello, `POST /count` tells how many octets it received.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Instant;
use std::{env, thread};

use bytes::Bytes;
use rust_http2::proto::{
    BodyStore, Config, Event, Field, HeadersKind, Session, Sink, StreamError, StreamKey,
};

/// Octets written to the socket at once.
const WRITE: usize = 64 * 1024;

fn main() -> io::Result<()> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into());
    let listener = TcpListener::bind(&address)?;
    println!("listening on http://{}", listener.local_addr()?);
    for socket in listener.incoming() {
        let socket = socket?;
        thread::spawn(move || {
            if let Err(error) = serve(socket) {
                eprintln!("connection: {error}");
            }
        });
    }
    Ok(())
}

/// Serves one connection until it ends. Bytes go from the socket to the session, which tells the
/// inbox what happened; what the application has to say goes to the session, and bytes from the
/// session to the socket.
fn serve(mut socket: TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let mut session = Session::server(Config::default(), Instant::now());
    let mut bodies = BodyStore::new();
    let mut inbox = Inbox::default();
    let mut requests = HashMap::new();
    let mut input = [0; 16 * 1024];
    let mut output = Vec::with_capacity(WRITE);
    loop {
        // Everything there is to write goes out before anything is read.
        loop {
            let mut out = bodies.output(&mut output, WRITE);
            let more = session.transmit(Instant::now(), &mut out, &mut inbox);
            socket.write_all(&output)?;
            output.clear();
            if !more {
                break;
            }
        }
        if session.is_closed() {
            return Ok(());
        }
        let octets = socket.read(&mut input)?;
        if octets == 0 {
            return Ok(());
        }
        session.receive(Instant::now(), &input[..octets], &mut inbox);
        for news in inbox.0.drain(..) {
            handle(news, &mut requests, &mut session, &mut bodies);
        }
    }
}

/// What the server wants to know of the session's events. They borrow from the input and come
/// while the session is busy, so they are kept and acted upon afterwards.
#[derive(Default)]
struct Inbox(Vec<News>);

enum News {
    Request { stream: StreamKey, method: Vec<u8>, path: Vec<u8> },
    Body { stream: StreamKey, len: u32 },
    End(StreamKey),
    Closed(StreamKey),
}

impl Sink for Inbox {
    fn event(&mut self, event: Event<'_>) {
        let news = match event {
            Event::Headers { stream, kind: HeadersKind::Request, fields, .. } => {
                let value = |name: &[u8]| {
                    let field = fields.iter().find(|field| field.name == name);
                    field.map_or_else(Vec::new, |field| field.value.to_vec())
                };
                News::Request { stream, method: value(b":method"), path: value(b":path") }
            }
            Event::Data { stream, data, .. } => {
                News::Body { stream, len: data.len().try_into().unwrap_or(u32::MAX) }
            }
            Event::EndStream { stream } => News::End(stream),
            Event::StreamClosed { stream, .. } => News::Closed(stream),
            Event::SessionError { error } => return eprintln!("session: {error}"),
            _ => return,
        };
        self.0.push(news);
    }
}

/// A request under way.
struct Request {
    method: Vec<u8>,
    path: Vec<u8>,
    /// Octets of body so far.
    received: u64,
}

fn handle(
    news: News,
    requests: &mut HashMap<StreamKey, Request>,
    session: &mut Session,
    bodies: &mut BodyStore,
) {
    match news {
        News::Request { stream, method, path } => {
            requests.insert(stream, Request { method, path, received: 0 });
        }
        News::Body { stream, len } => {
            if let Some(request) = requests.get_mut(&stream) {
                request.received += u64::from(len);
            }
            // The octets are dealt with: the peer may send as many more.
            session.consume(Instant::now(), stream, len);
        }
        News::End(stream) => {
            if let Some(request) = requests.get(&stream)
                && let Err(error) = answer(stream, request, session, bodies)
            {
                eprintln!("stream {}: {error}", stream.id);
            }
        }
        News::Closed(stream) => {
            requests.remove(&stream);
            bodies.remove(stream);
        }
    }
}

fn answer(
    stream: StreamKey,
    request: &Request,
    session: &mut Session,
    bodies: &mut BodyStore,
) -> Result<(), StreamError> {
    let (status, text) = match (&request.method[..], &request.path[..]) {
        (b"GET" | b"HEAD", b"/") => ("200", "Hello over HTTP/2\n".into()),
        (b"POST", b"/count") => ("200", format!("{} octets\n", request.received)),
        _ => ("404", "Nothing here\n".into()),
    };
    let length = text.len().to_string();
    let fields = [
        Field::new(b":status", status.as_bytes()),
        Field::new(b"content-type", b"text/plain; charset=utf-8"),
        Field::new(b"content-length", length.as_bytes()),
    ];
    let head = request.method == b"HEAD";
    session.respond(stream, fields, head)?;
    if head { Ok(()) } else { bodies.send(session, stream, Bytes::from(text), true) }
}
