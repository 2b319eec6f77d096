//! A connector, and who configures it.

use crate::http::Call;
use crate::world::World;
use domain::integration::api_keys::Overlap;
use domain::integration::settings::{Edit, FieldForm, GlobalForm, Own, Saved};
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

/// How long anything may take that happens at once.
const AT_ONCE: Duration = Duration::from_secs(5);

/// The key that the account gives out now.
pub async fn key(world: &World) -> String {
    key_of(world.portal(), &world.operator).await
}

pub async fn key_of(portal: &Portal, operator: &Actor) -> String {
    api_keys::show(portal, operator).await.unwrap().expose().to_owned()
}

pub fn get(key: &str, path: &str) -> Call {
    Call::new("GET", path).header("X-Api-Key", key)
}

pub fn logs(key: &str, body: impl Into<Vec<u8>>) -> Call {
    Call::new("POST", LOGS)
        .header("X-Api-Key", key)
        .body("application/json", body)
}

pub fn field_path(encoded: &str) -> String {
    format!("{SETTINGS}/fields/{encoded}")
}

/// Saves, and gives the new revision.
pub async fn save(portal: &Portal, operator: &Actor, edit: &Edit) -> i64 {
    let base = settings::get(portal, operator).await.unwrap().revision;
    match settings::save(portal, operator, base, edit).await.unwrap() {
        Saved::New(revision) => revision,
        other => panic!("{other:?}"),
    }
}

/// A field with a search term of its own.
pub fn field(name: &str, term: &str) -> Edit {
    Edit::Field(FieldForm {
        field: name.to_owned(),
        term_source: Own::OWN.to_owned(),
        term: term.to_owned(),
        ..FieldForm::default()
    })
}

pub fn language(code: &str) -> Edit {
    Edit::Global(GlobalForm {
        language: code.to_owned(),
    })
}

/// Puts another key in the place of the current one.
pub async fn rotate(portal: &Portal, operator: &Actor, overlap: Overlap) {
    let current = api_keys::get(portal, operator).await.unwrap().current.id;
    api_keys::rotate(portal, operator, current, overlap).await.unwrap();
}

/// A connector that listens, by a reader of its own for chunks and events.
pub struct Stream {
    reader: BufReader<TcpStream>,
    /// What has come and was not read yet.
    text: String,
    pub head: String,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Event {
    pub id: i64,
    pub revision: i64,
}

impl Stream {
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
        let read = timeout(AT_ONCE, self.reader.read_line(&mut line)).await;
        (read.expect("something within five seconds").unwrap() > 0).then(|| line.trim_end().to_owned())
    }

    /// The next chunk; nothing at the end.
    async fn chunk(&mut self) -> Option<()> {
        let length = usize::from_str_radix(&self.line().await.expect("an orderly end"), 16).unwrap();
        let mut chunk = vec![0; length + 2];
        self.reader.read_exact(&mut chunk).await.unwrap();
        chunk.truncate(length);
        self.text.push_str(std::str::from_utf8(&chunk).unwrap());
        (length > 0).then_some(())
    }

    /// The next event; nothing at the end.
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

    /// The revision of the next event.
    pub async fn revision(&mut self) -> i64 {
        let event = self.next().await.expect("an event");
        assert_eq!(event.id, event.revision);
        event.revision
    }
}
