//! Tests timeouts, connection limits and memory limits for unauthenticated clients.

mod connection_count;
mod memory;
mod read_timeouts;
mod request_heads;
mod write_timeout;

use crate::test_site::TestSite;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// A timeout short enough for a test to wait for.
const SHORT_TIMEOUT: Duration = Duration::from_millis(400);

/// Longer than any timeout under test, also on a slow machine.
const MAX_WAIT: Duration = Duration::from_secs(20);

const GET_SIGN_IN: &str = "GET /sign-in HTTP/1.1\r\nHost: x\r\n\r\n";

/// The first bytes of HTTP/2 (RFC 9113 §3.4), with empty SETTINGS.
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

async fn connect(site: &TestSite) -> TcpStream {
    TcpStream::connect(site.address).await.unwrap()
}

/// Connects from another loopback address.
async fn connect_from(address: &str, server: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::new(address.parse().unwrap(), 0)).unwrap();
    socket.connect(server).await.unwrap()
}

/// Reads until the server closes the connection.
async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    // A connection reset also counts as closed.
    let _ = timeout(MAX_WAIT, stream.read_to_end(&mut received))
        .await
        .expect("the server closes the connection");
    String::from_utf8_lossy(&received).into_owned()
}

/// Reads the protocol version and status of a response.
async fn read_status(stream: &mut TcpStream) -> String {
    let mut line = vec![0; 12];
    timeout(MAX_WAIT, stream.read_exact(&mut line)).await.unwrap().unwrap();
    String::from_utf8(line).unwrap()
}

/// Sends a request and returns the status line.
async fn send_request(stream: &mut TcpStream, request: &str) -> String {
    // The server may have closed the connection already.
    let _ = stream.write_all(request.as_bytes()).await;
    read_status(stream).await
}

/// Returns a form post with an incomplete body.
fn incomplete_form(site: &TestSite, more: &str) -> String {
    format!(
        "POST /fn/session/sign-in HTTP/1.1\r\nHost: x\r\nOrigin: {}\r\nContent-Length: 1000\r\n{more}\
         Content-Type: application/x-www-form-urlencoded\r\n\r\nemail=",
        site.origin()
    )
}
