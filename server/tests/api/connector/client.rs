//! Helpers that act as a connector and as the operator who configures it.

use crate::http::Request;
use crate::test_server::TestServer;
use domain::integration::api_keys::Overlap;
use domain::integration::settings::{Edit, FieldForm, FieldOverride, GlobalForm, Saved};
use portal::integration::{api_keys, settings};
use portal::{Actor, Portal};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

pub const SETTINGS: &str = "/api/connector/v1/settings";
pub const EVENTS: &str = "/api/connector/v1/settings/events";
pub const LOGS: &str = "/api/connector/v1/logs";

/// The longest wait for data on an event stream.
const READ_TIMEOUT: Duration = Duration::from_secs(5);

/// Returns the account's current API key.
pub async fn api_key(server: &TestServer) -> String {
    api_key_of(server.portal(), &server.operator).await
}

pub async fn api_key_of(portal: &Portal, operator: &Actor) -> String {
    api_keys::show(portal, operator).await.unwrap().expose().to_owned()
}

pub fn get(key: &str, path: &str) -> Request {
    Request::new("GET", path).header("X-Api-Key", key)
}

pub fn log_request(key: &str, body: impl Into<Vec<u8>>) -> Request {
    Request::new("POST", LOGS)
        .header("X-Api-Key", key)
        .body("application/json", body)
}

pub fn field_path(encoded: &str) -> String {
    format!("{SETTINGS}/fields/{encoded}")
}

/// Saves the edit and returns the new revision.
pub async fn save(portal: &Portal, operator: &Actor, edit: &Edit) -> i64 {
    let base = settings::get(portal, operator).await.unwrap().revision;
    match settings::save(portal, operator, base, edit).await.unwrap() {
        Saved::New(revision) => revision,
        other => panic!("{other:?}"),
    }
}

/// Returns an edit that sets a custom search term for a field.
pub fn field(name: &str, term: &str) -> Edit {
    Edit::Field(FieldForm {
        field: name.to_owned(),
        term_source: FieldOverride::CUSTOM.to_owned(),
        term: term.to_owned(),
        ..FieldForm::default()
    })
}

pub fn language(code: &str) -> Edit {
    Edit::Global(GlobalForm {
        language: code.to_owned(),
    })
}

/// Rotates the API key.
pub async fn rotate(portal: &Portal, operator: &Actor, overlap: Overlap) {
    let current = api_keys::get(portal, operator).await.unwrap().current.id;
    api_keys::rotate(portal, operator, current, overlap).await.unwrap();
}

/// Reads an event stream, with its own decoder for chunks and events.
pub struct EventStream {
    reader: BufReader<TcpStream>,
    /// Decoded text that has not been parsed yet.
    text: String,
    pub head: String,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    pub id: i64,
    pub revision: i64,
}

impl EventStream {
    pub async fn open(server: SocketAddr, key: &str, last_event_id: Option<&str>) -> Self {
        let mut stream = TcpStream::connect(server).await.unwrap();
        let last = last_event_id.map_or_else(String::new, |id| format!("Last-Event-ID: {id}\r\n"));
        let request = format!("GET {EVENTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n{last}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut stream = Self {
            reader: BufReader::new(stream),
            text: String::new(),
            head: String::new(),
        };
        loop {
            let line = stream.line().await.unwrap();
            if line.is_empty() {
                break;
            }
            stream.head.push_str(&line.to_ascii_lowercase());
            stream.head.push('\n');
        }
        assert!(stream.head.starts_with("http/1.1 200"), "{}", stream.head);
        stream
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = timeout(READ_TIMEOUT, self.reader.read_line(&mut line)).await;
        (read.expect("data within five seconds").unwrap() > 0).then(|| line.trim_end().to_owned())
    }

    /// Reads the next chunk. Returns `None` at the end of the stream.
    async fn chunk(&mut self) -> Option<()> {
        let length = usize::from_str_radix(&self.line().await.expect("a terminating chunk"), 16).unwrap();
        let mut chunk = vec![0; length + 2];
        self.reader.read_exact(&mut chunk).await.unwrap();
        chunk.truncate(length);
        self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        (length > 0).then_some(())
    }

    /// Reads the next event. Returns `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let Some((block, rest)) = self.text.split_once("\n\n") else {
                self.chunk().await?;
                continue;
            };
            let lines: Vec<String> = block.lines().map(str::to_owned).collect();
            self.text = rest.to_owned();
            let member = |name: &str| lines.iter().find_map(|line| line.strip_prefix(name));
            let Some(data) = member("data: ") else { continue };
            assert_eq!(member("event: "), Some("settings"));
            let data: serde_json::Value = serde_json::from_str(data).unwrap();
            return Some(Event {
                id: member("id: ").unwrap().parse().unwrap(),
                revision: data["revision"].as_i64().unwrap(),
            });
        }
    }

    /// Reads the next event and returns its revision.
    pub async fn revision(&mut self) -> i64 {
        let event = self.next().await.expect("an event");
        assert_eq!(event.id, event.revision);
        event.revision
    }
}
