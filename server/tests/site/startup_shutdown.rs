//! The whole process: its start, its neighbours, its end.

use crate::program::{Program, Server};
use crate::support::{EMAIL, PASSWORD, form};
use reqwest::{Client, StatusCode};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::io::AsyncWriteExt;

/// What a program signs with, by the simplest method there is.
pub struct Credential {
    pub consumer_key: String,
    pub consumer_secret: String,
    pub token: String,
    pub token_secret: String,
}

impl Credential {
    /// A new consumer with a token of Ada's.
    pub fn issue(program: &Program) -> Self {
        let take = |value: &Value, member: &str| value[member].as_str().unwrap().to_owned();
        let consumer = program.json(&["consumer", "create", "--name", "Web shop"], "");
        let words = [
            "token",
            "create",
            "--user",
            EMAIL,
            "--consumer",
            "Web shop",
            "--integration",
            "Contentful",
        ];
        let token = program.json(&words, "");
        Self {
            consumer_key: take(&consumer, "consumer_key"),
            consumer_secret: take(&consumer, "consumer_secret"),
            token: take(&token, "token"),
            token_secret: take(&token, "token_secret"),
        }
    }

    /// The header for one request (RFC 5849 §3.4.4), with further parameters.
    pub fn header(&self, more: &[(&str, &str)]) -> String {
        use std::sync::atomic::{AtomicU64, Ordering};
        static NONCE: AtomicU64 = AtomicU64::new(0);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs()
            .to_string();
        let nonce = format!("n{}", NONCE.fetch_add(1, Ordering::Relaxed));
        let signature = format!("{}%26{}", self.consumer_secret, self.token_secret);
        let mut header = format!(
            "OAuth oauth_consumer_key=\"{}\", oauth_signature_method=\"PLAINTEXT\", oauth_signature=\"{signature}\", \
             oauth_timestamp=\"{now}\", oauth_nonce=\"{nonce}\"",
            self.consumer_key
        );
        if !self.token.is_empty() {
            header.push_str(&format!(", oauth_token=\"{}\"", self.token));
        }
        for (name, value) in more {
            header.push_str(&format!(", {name}=\"{value}\""));
        }
        header
    }

    pub async fn me(&self, server: &Server) -> StatusCode {
        let url = format!("{}/api/v4/currentUser", server.origin);
        Client::new()
            .get(url)
            .header("authorization", self.header(&[]))
            .send()
            .await
            .unwrap()
            .status()
    }
}

fn plaintext() -> Program {
    Program::new().with("GATEHOUSE_OAUTH1_PLAINTEXT_WITHOUT_TLS", "true")
}

#[tokio::test]
async fn what_the_command_line_changes_holds_in_a_running_server_within_a_second() {
    let program = plaintext();
    let server = program.serve(&[]);
    program.account();
    let credential = Credential::issue(&program);
    assert_eq!(credential.me(&server).await, 200);

    program.json(&["token", "revoke", &credential.token], "");
    let revoked = Instant::now();
    while credential.me(&server).await != 401 {
        assert!(revoked.elapsed() < Duration::from_secs(1), "still good after a second");
    }
}

#[tokio::test]
async fn a_new_portal_prints_how_to_begin_and_one_that_has_begun_does_not() {
    let program = Program::new();
    let mut server = program.serve(&[]);
    let code = server.setup_code();
    assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 5], "{code}");
    assert!(
        server.printed.contains(&format!("{}/setup", server.origin)),
        "{}",
        server.printed
    );
    server.signal("TERM");
    assert_eq!(server.ended(), Some(0));

    program.account();
    let mut server = program.serve(&[]);
    server.signal("TERM");
    assert_eq!(server.ended(), Some(0));
    assert!(!server.printed.contains("setup"), "{}", server.printed);
}

#[test]
fn requests_that_are_under_way_are_answered_before_the_end() {
    for signal in ["TERM", "INT"] {
        let program = Program::new();
        program.account();
        let mut server = program.serve(&[]);
        let address = server.origin.strip_prefix("http://").unwrap().to_owned();
        let mut stream = TcpStream::connect(&address).unwrap();
        let head = format!(
            "POST /fn/session/sign-in HTTP/1.1\r\nHost: x\r\nOrigin: {}\r\nContent-Length: 9\r\n\
             Expect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n",
            server.origin
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The server asks for the body, so the request is under way.
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).unwrap();
        assert!(
            go_on.starts_with(b"HTTP/1.1 100"),
            "{}",
            String::from_utf8_lossy(&go_on)
        );
        server.signal(signal);
        stream.write_all(b"email=ada").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 "), "{signal}: {answer}");
        assert_eq!(server.ended(), Some(0), "{signal}");
    }
}

/// Asks for a page and leaves before it is answered.
async fn ask_and_leave(address: &str, path: &str) {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/html\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    // Time enough for some of them to be in the middle of their page.
    tokio::time::sleep(Duration::from_millis(3)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_load_and_break_off_at_first_start_account_is_made_and_server_ends() {
    const HANGS: Duration = Duration::from_secs(20);
    for _ in 0..5 {
        let program = Program::new();
        let mut server = program.serve(&[]);
        let code = server.setup_code();
        let (origin, address) = (server.origin.clone(), server.origin.replace("http://", ""));
        let browser = Client::builder().timeout(HANGS).build().unwrap();
        let mut others = tokio::task::JoinSet::new();
        for path in ["/", "/setup", "/nowhere", "/sign-in", "/setup", "/settings/portal"] {
            let (browser, origin, address) = (browser.clone(), origin.clone(), address.clone());
            others.spawn(async move {
                for _ in 0..5 {
                    ask_and_leave(&address, path).await;
                    let page = browser.get(format!("{origin}{path}")).header("accept", "text/html");
                    assert!(!page.send().await.unwrap().status().is_server_error(), "{path}");
                }
            });
        }
        let fields = [
            ("code", code.as_str()),
            ("account_name", "Northwind"),
            ("name", "Ada"),
            ("email", EMAIL),
            ("password", PASSWORD),
        ];
        let form = browser
            .post(format!("{origin}/fn/setup/complete"))
            .header("origin", &origin)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(&fields));
        assert_eq!(form.send().await.unwrap().status(), 200);
        while let Some(other) = others.join_next().await {
            other.unwrap();
        }
        let told = Instant::now();
        server.signal("TERM");
        assert_eq!(server.ended(), Some(0));
        assert!(told.elapsed() < Duration::from_secs(5), "{:?}", told.elapsed());
    }
}

#[test]
fn listeners_do_not_keep_the_server_from_ending() {
    let program = Program::new();
    program.account();
    let key = program.json(&["api-key", "show"], "");
    let key = key["api_key"].as_str().unwrap();
    let mut server = program.serve(&[]);
    let address = server.origin.strip_prefix("http://").unwrap().to_owned();
    let request = format!("GET /api/connector/v1/settings/events HTTP/1.1\r\nHost: x\r\nX-Api-Key: {key}\r\n\r\n");
    let mut streams: Vec<TcpStream> = (0..3)
        .map(|_| {
            let mut stream = TcpStream::connect(&address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut begun = [0; 12];
            stream.read_exact(&mut begun).unwrap();
            assert_eq!(&begun, b"HTTP/1.1 200");
            stream
        })
        .collect();
    let told = Instant::now();
    server.signal("TERM");
    assert_eq!(server.ended(), Some(0));
    assert!(told.elapsed() < Duration::from_secs(5), "{:?}", told.elapsed());
    for stream in &mut streams {
        let mut rest = String::new();
        stream.read_to_string(&mut rest).unwrap();
        assert!(
            rest.contains("event: settings") && rest.ends_with("0\r\n\r\n"),
            "{rest}"
        );
    }
}

#[test]
fn a_taken_port_is_said_in_one_sentence() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let outcome = Program::new().run(&["serve", "--addr", &address], "");
    assert_eq!(
        (outcome.status, outcome.out.as_str(), outcome.err.lines().count()),
        (1, "", 1)
    );
    assert!(outcome.err.contains(&address), "{}", outcome.err);
}

#[test]
fn a_portal_that_cannot_be_opened_is_said_in_one_sentence() {
    let program = Program::new();
    std::fs::write(program.folder().join("file"), "no folder").unwrap();
    for (variable, value, word) in [
        ("GATEHOUSE_DATA_DIR", "file/data", "file/data"),
        ("GATEHOUSE_DATABASE_URL", "sqlite:file", "SQLite"),
        (
            "GATEHOUSE_DATABASE_URL",
            "postgres://ada:hunter2@127.0.0.1:1/x",
            "PostgreSQL",
        ),
    ] {
        let program = Program::new().with(variable, value);
        std::fs::write(program.folder().join("file"), "no database, and too short to be one").unwrap();
        let outcome = program.run(&["serve"], "");
        assert_eq!((outcome.status, outcome.err.lines().count()), (1, 1), "{}", outcome.err);
        assert!(
            outcome.err.contains(word) && !outcome.err.contains("hunter2"),
            "{}",
            outcome.err
        );
    }
}

#[tokio::test]
async fn each_request_has_one_line_in_the_log_without_its_query() {
    let program = Program::new();
    program.account();
    let mut server = program.serve(&[]);
    let url = format!("{}/sign-in?next=/secret-place", server.origin);
    Client::new()
        .get(url)
        .header("x-request-id", "find-me")
        .header("cookie", "a=b")
        .send()
        .await
        .unwrap();
    server.signal("TERM");
    server.ended();
    let log = server.log();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("find-me")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    for word in ["INFO", "GET", "path=\"/sign-in\"", "status=200", "ms="] {
        assert!(lines[0].contains(word), "{word} in {}", lines[0]);
    }
    assert!(!log.contains("secret-place") && !log.contains("a=b"), "{log}");
}
