//! Tests the timeout of responses that the client does not read.

use super::{MAX_WAIT, SHORT_TIMEOUT, read_to_end};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::get;
use futures_util::{StreamExt, stream};
use hyper_util::rt::{TokioExecutor, TokioIo};
use server::listener::ConnectionLimits;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

/// Serves endless responses at `/`, `bytes` at a time after each `pause`. The receiver reports dropped responses.
async fn serve_endless_response(
    bytes: usize,
    pause: Duration,
    limits: ConnectionLimits,
) -> (SocketAddr, JoinSet<()>, mpsc::Receiver<()>) {
    let (dropped, all_dropped) = mpsc::channel::<()>(10);
    let router = Router::new().route(
        "/",
        get(move || {
            struct Dropped(mpsc::Sender<()>);
            impl Drop for Dropped {
                fn drop(&mut self) {
                    let _ = self.0.try_send(());
                }
            }
            let guard = Dropped(dropped.clone());
            let pieces = stream::unfold(guard, move |guard| async move {
                sleep(pause).await;
                Some((Ok::<_, Infallible>(Bytes::from(vec![b'a'; bytes])), guard))
            });
            async move { Body::from_stream(pieces) }
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (
        address,
        crate::test_site::spawn_server(listener, router, limits),
        all_dropped,
    )
}

fn short_write_timeout() -> ConnectionLimits {
    ConnectionLimits {
        write_timeout: SHORT_TIMEOUT,
        ..ConnectionLimits::default()
    }
}

/// Connects with a small receive buffer.
async fn connect_with_buffer(bytes: u32, address: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(bytes).unwrap();
    socket.connect(address).await.unwrap()
}

#[tokio::test]
async fn response_that_is_not_read_is_dropped_after_write_timeout() {
    // Large chunks, and small chunks as of an event stream.
    for (bytes, pause) in [(1_000_000, 0), (2_000, 10)] {
        let (address, _tasks, mut dropped) =
            serve_endless_response(bytes, Duration::from_millis(pause), short_write_timeout()).await;
        let mut stream = connect_with_buffer(4096, address).await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        let started = Instant::now();
        timeout(MAX_WAIT, dropped.recv())
            .await
            .expect("the response is dropped");
        assert!(started.elapsed() >= SHORT_TIMEOUT, "{bytes}");
        read_to_end(&mut stream).await;
    }
}

#[tokio::test]
async fn response_that_is_written_or_read_slowly_is_not_dropped() {
    let (address, _tasks, mut dropped) = serve_endless_response(3, 2 * SHORT_TIMEOUT, short_write_timeout()).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut received = Vec::new();
    while !String::from_utf8_lossy(&received).contains("aaa\r\n3\r\naaa\r\n3\r\naaa\r\n") {
        timeout(MAX_WAIT, stream.read_buf(&mut received))
            .await
            .unwrap()
            .unwrap();
    }

    let (address, _tasks, mut slowly_dropped) =
        serve_endless_response(1_000_000, Duration::ZERO, short_write_timeout()).await;
    let mut stream = connect_with_buffer(64 * 1024, address).await;
    stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let started = Instant::now();
    while started.elapsed() < 4 * SHORT_TIMEOUT {
        // Enough for the kernel to open the receive window again.
        let mut piece = [0; 64 * 1024];
        stream.read_exact(&mut piece).await.unwrap();
        sleep(SHORT_TIMEOUT / 8).await;
    }
    assert!(dropped.try_recv().is_err() && slowly_dropped.try_recv().is_err());
}

#[tokio::test]
async fn http2_stream_that_is_not_read_is_reset_without_closing_the_connection() {
    let (address, _tasks, mut dropped) =
        serve_endless_response(100_000, Duration::from_millis(1), short_write_timeout()).await;
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut client, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(50_000)
        .handshake::<_, Body>(TokioIo::new(stream))
        .await
        .unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let _ = connection.await;
    });
    let request = || {
        axum::http::Request::get(format!("http://{address}/"))
            .body(Body::empty())
            .unwrap()
    };
    let unread = client.send_request(request()).await.unwrap();
    let started = Instant::now();
    let mut read = Body::new(client.send_request(request()).await.unwrap().into_body()).into_data_stream();
    let mut bytes = 0;
    timeout(MAX_WAIT, async {
        loop {
            tokio::select! {
                () = async { dropped.recv().await; } => break,
                piece = read.next() => bytes += piece.unwrap().unwrap().len(),
            }
        }
    })
    .await
    .expect("the unread stream is reset");
    assert!(started.elapsed() >= SHORT_TIMEOUT && bytes > 100_000, "{bytes}");
    // The other stream is not reset.
    for _ in 0..10 {
        read.next().await.unwrap().unwrap();
    }
    assert!(dropped.try_recv().is_err());
    drop(unread);
}
