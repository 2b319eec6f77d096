//! A minimal HTTP/1.1 client that can send malformed requests, which a library would refuse to send.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Describes a request exactly as it is sent.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// The path and query.
    pub target: String,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    pub fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("Content-Type", content_type)
    }

    fn bytes(&self) -> Vec<u8> {
        let is_host = |(name, _): &(String, Vec<u8>)| name.eq_ignore_ascii_case("host");
        let host = if self.headers.iter().any(is_host) {
            ""
        } else {
            "Host: loopback\r\n"
        };
        let mut out = format!(
            "{} {} HTTP/1.1\r\n{host}Connection: close\r\n",
            self.method, self.target
        )
        .into_bytes();
        for (name, value) in &self.headers {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(format!("Content-Length: {}\r\n\r\n", self.body.len()).as_bytes());
        out.extend_from_slice(&self.body);
        out
    }

    pub async fn send(&self, server: SocketAddr) -> Response {
        let response = exchange(server, &self.bytes()).await;
        response.unwrap_or_else(|| panic!("no response to {} {}", self.method, self.target))
    }
}

/// Holds a parsed response.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Returns the values of all headers with this name, in order.
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let named = self
            .headers
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// Returns a value of a form body.
    pub fn form(&self, name: &str) -> Option<String> {
        let pairs = url::form_urlencoded::parse(self.body.as_bytes());
        pairs
            .into_owned()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value)
    }

    pub fn problem(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "{self:?}"
        );
        let body = self.json();
        assert_eq!(body["status"], self.status, "{self:?}");
        for member in ["type", "title", "detail"] {
            assert!(
                body[member].as_str().is_some_and(|text| !text.is_empty()),
                "{member} in {self:?}"
            );
        }
        body["type"].as_str().unwrap().to_owned()
    }

    /// Returns the OAuth problem of a rejected request, and asserts what every such response must contain.
    pub fn oauth_problem(&self) -> String {
        assert_eq!(self.problem(), "oauth-refused", "{self:?}");
        let problem = self.json()["oauth_problem"].as_str().unwrap().to_owned();
        let challenge = self.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("OAuth realm=\""), "{challenge}");
        assert!(
            challenge.contains(&format!("oauth_problem=\"{problem}\"")),
            "{challenge}"
        );
        problem
    }
}

/// Sends the bytes unchanged. Returns `None` if the server closes the connection without a response.
pub async fn exchange(server: SocketAddr, bytes: &[u8]) -> Option<Response> {
    let (mut read, mut write) = TcpStream::connect(server).await.unwrap().into_split();
    let mut received = Vec::new();
    // The server may answer and close before the whole request is written.
    let (_, _) = tokio::join!(
        async {
            let _ = write.write_all(bytes).await;
            let _ = write.flush().await;
        },
        read.read_to_end(&mut received),
    );
    parse(&received)
}

fn parse(received: &[u8]) -> Option<Response> {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&received[..end]).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let chunked = headers
        .iter()
        .any(|(name, value)| name.eq_ignore_ascii_case("transfer-encoding") && value == "chunked");
    let body = &received[end + 4..];
    let body = if chunked { dechunk(body)? } else { body.to_vec() };
    Some(Response {
        status,
        headers,
        body: String::from_utf8(body).ok()?,
    })
}

fn dechunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..line]).ok()?, 16).ok()?;
        if length == 0 {
            return Some(body);
        }
        let begin = line + 2;
        body.extend_from_slice(rest.get(begin..begin + length)?);
        rest = rest.get(begin + length + 2..)?;
    }
}
