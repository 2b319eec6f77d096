//! Tests startup, shutdown and logging of the server process.

use super::plaintext_program;
use crate::credential::Credential;
use crate::test_program::TestProgram;
use crate::test_site::{EMAIL, PASSWORD, form};
use reqwest::Client;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn command_line_changes_reach_a_running_server_within_a_second() {
    let program = plaintext_program();
    let server = program.serve(&[]);
    program.create_account();
    let credential = Credential::create(&program);
    assert_eq!(credential.current_user_status(&server).await, 200);

    program.json(&["token", "revoke", &credential.token], "");
    let revoked = Instant::now();
    while credential.current_user_status(&server).await != 401 {
        assert!(
            revoked.elapsed() < Duration::from_secs(1),
            "still accepted after a second"
        );
    }
}

#[tokio::test]
async fn setup_code_is_printed_until_an_account_exists() {
    let program = TestProgram::new();
    let mut server = program.serve(&[]);
    let code = server.setup_code();
    assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 5], "{code}");
    assert!(
        server.printed.contains(&format!("{}/setup", server.origin)),
        "{}",
        server.printed
    );
    server.signal("TERM");
    assert_eq!(server.wait_for_exit(), Some(0));

    program.create_account();
    let mut server = program.serve(&[]);
    server.signal("TERM");
    assert_eq!(server.wait_for_exit(), Some(0));
    assert!(!server.printed.contains("setup"), "{}", server.printed);
}

#[test]
fn shutdown_waits_for_requests_in_progress() {
    for signal in ["TERM", "INT"] {
        let program = TestProgram::new();
        program.create_account();
        let mut server = program.serve(&[]);
        let address = server.origin.strip_prefix("http://").unwrap().to_owned();
        let mut stream = TcpStream::connect(&address).unwrap();
        let head = format!(
            "POST /fn/session/sign-in HTTP/1.1\r\nHost: x\r\nOrigin: {}\r\nContent-Length: 9\r\n\
             Expect: 100-continue\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n",
            server.origin
        );
        stream.write_all(head.as_bytes()).unwrap();
        // The server asks for the body, so the request is in progress.
        let mut interim_response = [0; 25];
        stream.read_exact(&mut interim_response).unwrap();
        assert!(
            interim_response.starts_with(b"HTTP/1.1 100"),
            "{}",
            String::from_utf8_lossy(&interim_response)
        );
        server.signal(signal);
        stream.write_all(b"email=ada").unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        assert!(response.starts_with("HTTP/1.1 "), "{signal}: {response}");
        assert_eq!(server.wait_for_exit(), Some(0), "{signal}");
    }
}

/// Requests a page and disconnects before the response.
async fn request_and_disconnect(address: &str, path: &str) {
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/html\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    // Long enough for some of the pages to be partly rendered.
    tokio::time::sleep(Duration::from_millis(3)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn shutdown_after_setup_with_aborted_page_loads_is_prompt() {
    const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
    for _ in 0..5 {
        let program = TestProgram::new();
        let mut server = program.serve(&[]);
        let code = server.setup_code();
        let (origin, address) = (server.origin.clone(), server.origin.replace("http://", ""));
        let browser = Client::builder().timeout(REQUEST_TIMEOUT).build().unwrap();
        let mut page_loads = tokio::task::JoinSet::new();
        for path in ["/", "/setup", "/nowhere", "/sign-in", "/setup", "/settings/portal"] {
            let (browser, origin, address) = (browser.clone(), origin.clone(), address.clone());
            page_loads.spawn(async move {
                for _ in 0..5 {
                    request_and_disconnect(&address, path).await;
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
        while let Some(page_load) = page_loads.join_next().await {
            page_load.unwrap();
        }
        let signaled = Instant::now();
        server.signal("TERM");
        assert_eq!(server.wait_for_exit(), Some(0));
        assert!(signaled.elapsed() < Duration::from_secs(5), "{:?}", signaled.elapsed());
    }
}

#[test]
fn shutdown_ends_event_streams() {
    let program = TestProgram::new();
    program.create_account();
    let key = program.json(&["api-key", "show"], "");
    let key = key["api_key"].as_str().unwrap();
    let mut server = program.serve(&[]);
    let address = server.origin.strip_prefix("http://").unwrap().to_owned();
    let request = format!("GET /api/connector/v1/settings/events HTTP/1.1\r\nHost: x\r\nX-Api-Key: {key}\r\n\r\n");
    let mut streams: Vec<TcpStream> = (0..3)
        .map(|_| {
            let mut stream = TcpStream::connect(&address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut status = [0; 12];
            stream.read_exact(&mut status).unwrap();
            assert_eq!(&status, b"HTTP/1.1 200");
            stream
        })
        .collect();
    let signaled = Instant::now();
    server.signal("TERM");
    assert_eq!(server.wait_for_exit(), Some(0));
    assert!(signaled.elapsed() < Duration::from_secs(5), "{:?}", signaled.elapsed());
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
fn port_in_use_is_one_line_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let outcome = TestProgram::new().run(&["serve", "--addr", &address], "");
    assert_eq!(
        (outcome.status, outcome.stdout.as_str(), outcome.stderr.lines().count()),
        (1, "", 1)
    );
    assert!(outcome.stderr.contains(&address), "{}", outcome.stderr);
}

#[test]
fn unusable_database_is_one_line_error() {
    let program = TestProgram::new();
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
        let program = TestProgram::new().with_env(variable, value);
        std::fs::write(program.folder().join("file"), "no database, and too short to be one").unwrap();
        let outcome = program.run(&["serve"], "");
        assert_eq!(
            (outcome.status, outcome.stderr.lines().count()),
            (1, 1),
            "{}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains(word) && !outcome.stderr.contains("hunter2"),
            "{}",
            outcome.stderr
        );
    }
}

#[tokio::test]
async fn request_is_logged_in_one_line_without_its_query() {
    let program = TestProgram::new();
    program.create_account();
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
    server.wait_for_exit();
    let log = server.log();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("find-me")).collect();
    assert_eq!(lines.len(), 1, "{log}");
    for word in ["INFO", "GET", "path=\"/sign-in\"", "status=200", "ms="] {
        assert!(lines[0].contains(word), "{word} in {}", lines[0]);
    }
    assert!(!log.contains("secret-place") && !log.contains("a=b"), "{log}");
}
