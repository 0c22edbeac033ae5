//! The rival: `h2` over tokio's duplex pipe, one task for each stream.

use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use h2::server::SendResponse;
use h2::{RecvStream, SendStream};
use http::{Request, Response};
use tokio::io::DuplexStream;

use crate::{Case, Clock, PIPE, REQUEST_FIELDS, RESPONSE_FIELDS, WINDOW};

/// Exchanges a second of one connection.
pub fn run(case: Case, limit: Duration) -> f64 {
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

        let clock = std::sync::Arc::new(Clock::start(limit));
        let workers: Vec<_> = (0..case.concurrency)
            .map(|_| {
                let (sender, clock) = (sender.clone(), clock.clone());
                tokio::spawn(async move {
                    let mut exchanges = 0;
                    while !clock.is_over() {
                        exchange(case, sender.clone()).await;
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
        clock.rate(exchanges)
    })
}

async fn exchange(case: Case, sender: SendRequest<Bytes>) {
    let mut sender = sender.ready().await.expect("room for a stream");
    let method = if case.upload > 0 { "POST" } else { "GET" };
    let mut request = Request::builder().method(method).uri("http://localhost/index.html");
    for (name, value) in REQUEST_FIELDS {
        request = request.header(name, value);
    }
    let request = request.body(()).expect("a request");
    let (response, body) = sender.send_request(request, case.upload == 0).expect("a stream");
    if case.upload > 0 {
        send(body, case.upload).await;
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
    while let Some(Ok((request, respond))) = connection.accept().await {
        if case.upload == 0 && case.download < PIPE {
            answer(case, respond).await;
        } else {
            tokio::spawn(async move {
                assert_eq!(drain(request.into_body()).await, case.upload);
                answer(case, respond).await;
            });
        }
    }
}

async fn answer(case: Case, mut respond: SendResponse<Bytes>) {
    let mut response = Response::builder().status(200);
    for (name, value) in RESPONSE_FIELDS {
        response = response.header(name, value);
    }
    let response = response.body(()).expect("a response");
    let body = respond.send_response(response, false).expect("a stream");
    send(body, case.download).await;
}

/// Hands the body over at once; the windows hold all of it and `h2` cuts it into frames.
async fn send(mut body: SendStream<Bytes>, len: usize) {
    static BODY: [u8; 1 << 20] = [b'x'; 1 << 20];
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
