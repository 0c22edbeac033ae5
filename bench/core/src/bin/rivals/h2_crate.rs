//! The rival: `h2` over tokio's duplex pipe, one task for each stream.

use std::sync::Arc;

use bytes::Bytes;
use h2::client::SendRequest;
use h2::server::SendResponse;
use h2::{RecvStream, SendStream};
use http::{HeaderValue, Request, Response};
use tokio::io::DuplexStream;

use rust_http2_bench::{BODY, Case, Goal, PATHS, PIPE, REQUEST_FIELDS, RESPONSE_FIELDS, WINDOW};

use crate::Clock;

/// Exchanges over one connection until the time is over; answers how many.
pub fn run(case: Case, clock: Clock) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async move {
        let (near, far) = tokio::io::duplex(PIPE);
        tokio::spawn(serve(case, far));
        let (sender, connection) = h2::client::Builder::new()
            .initial_window_size(WINDOW)
            .initial_connection_window_size(WINDOW)
            .handshake(near)
            .await
            .expect("a handshake");
        tokio::spawn(async move { drop(connection.await) });

        let requests: Arc<[_]> =
            PATHS[..case.paths].iter().map(|path| request(case, path)).collect();
        let clock = Arc::new(clock);
        let workers: Vec<_> = (0..case.concurrency)
            .map(|_| {
                let (sender, requests, clock) = (sender.clone(), requests.clone(), clock.clone());
                tokio::spawn(async move {
                    let mut exchanges = 0;
                    while !clock.is_reached(exchanges) {
                        let request = requests[exchanges % requests.len()].clone();
                        exchange(case, request, sender.clone()).await;
                        exchanges += 1;
                    }
                    exchanges
                })
            })
            .collect();
        let mut exchanges = 0;
        for worker in workers {
            exchanges += worker.await.expect("a worker that finishes");
        }
        exchanges
    })
}

fn request(case: Case, path: &str) -> Request<()> {
    let uri = format!("http://localhost{path}");
    let mut request = Request::builder().method(case.method()).uri(uri);
    for (name, value) in REQUEST_FIELDS {
        request = request.header(name, HeaderValue::from_static(value));
    }
    request.body(()).expect("a request")
}

fn response() -> Response<()> {
    let mut response = Response::builder().status(200);
    for (name, value) in RESPONSE_FIELDS {
        response = response.header(name, HeaderValue::from_static(value));
    }
    response.body(()).expect("a response")
}

async fn exchange(case: Case, request: Request<()>, sender: SendRequest<Bytes>) {
    let mut sender = sender.ready().await.expect("room for a stream");
    let (response, body) = sender.send_request(request, case.upload == 0).expect("a stream");
    if case.upload > 0 {
        send(body, case.upload);
    }
    let response = response.await.expect("a response");
    assert_eq!(response.status(), 200);
    assert_eq!(drain(response.into_body()).await, case.download);
}

async fn serve(case: Case, pipe: DuplexStream) {
    let mut connection = h2::server::Builder::new()
        .initial_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_concurrent_streams(1000)
        .handshake::<_, Bytes>(pipe)
        .await
        .expect("a handshake");
    let response = response();
    while let Some(Ok((request, respond))) = connection.accept().await {
        if case.upload == 0 && case.download < PIPE {
            answer(case, response.clone(), respond);
        } else {
            let response = response.clone();
            tokio::spawn(async move {
                assert_eq!(drain(request.into_body()).await, case.upload);
                answer(case, response, respond);
            });
        }
    }
}

fn answer(case: Case, response: Response<()>, mut respond: SendResponse<Bytes>) {
    let body = respond.send_response(response, false).expect("a stream");
    send(body, case.download);
}

/// Hands the body over at once; the windows hold all of it and `h2` cuts it into frames.
fn send(mut body: SendStream<Bytes>, len: usize) {
    body.send_data(Bytes::from_static(&BODY[..len]), true).expect("an open stream");
}

async fn drain(mut body: RecvStream) -> usize {
    let mut len = 0;
    while let Some(piece) = body.data().await {
        let piece = piece.expect("a body");
        len += piece.len();
        body.flow_control().release_capacity(piece.len()).expect("octets that were received");
    }
    len
}
