//! The whole process where its disk is full, its log cannot be written, its files are gone, or nobody reads what it says.

use crate::process::Credential;
use crate::program::{Program, Server};
use crate::small_disk::SmallDisk;
use crate::support::{EMAIL, PASSWORD, cookie, form, header};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

struct Browser<'a> {
    client: Client,
    server: &'a Server,
}

impl<'a> Browser<'a> {
    fn of(server: &'a Server) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self { client, server }
    }

    async fn get(&self, path: &str, cookie: &str) -> Response {
        let request = self.client.get(format!("{}{path}", self.server.origin));
        let request = request.header("accept", "text/html").header("cookie", cookie);
        request.send().await.unwrap()
    }

    async fn post(&self, path: &str, cookie: &str, fields: &[(&str, &str)]) -> Response {
        let request = self.client.post(format!("{}{path}", self.server.origin));
        let request = request
            .header("origin", &self.server.origin)
            .header("accept", "application/json")
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        request.body(form(fields)).send().await.unwrap()
    }

    async fn sign_in(&self) -> Response {
        let fields = [("email", EMAIL), ("password", PASSWORD), ("next", "")];
        self.post("/fn/session/sign-in", "", &fields).await
    }

    async fn text(&self, path: &str) -> (u16, String) {
        let answer = self.get(path, "").await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// Waits until the server says that it is not ready; gives why.
    async fn not_ready(&self) -> String {
        let begun = Instant::now();
        loop {
            let (status, text) = self.text("/readyz").await;
            if status != 200 {
                assert_eq!(status, 503);
                return text;
            }
            assert!(begun.elapsed() < Duration::from_secs(5), "ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn ready_within(&self, patience: Duration) {
        let begun = Instant::now();
        while self.text("/readyz").await.0 != 200 {
            assert!(begun.elapsed() < patience, "{:?}", self.text("/readyz").await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn program() -> Program {
    Program::new().with("GATEHOUSE_OAUTH1_PLAINTEXT_WITHOUT_TLS", "true")
}

/// What takes the room of a server's files away, and gives it back.
enum Room {
    Disk(SmallDisk),
    /// Where mounting is not permitted: a bound on the size of every file that the process writes.
    Limit(u32),
}

impl Room {
    fn take(&self) {
        match self {
            Self::Disk(disk) => disk.fill(),
            Self::Limit(id) => limit(*id, "1"),
        }
    }

    fn give(&self) {
        match self {
            Self::Disk(disk) => disk.free(),
            Self::Limit(id) => limit(*id, "unlimited"),
        }
    }
}

fn limit(id: u32, bytes: &str) {
    let status = Command::new("prlimit")
        .args(["--pid", &id.to_string(), &format!("--fsize={bytes}:unlimited")])
        .status();
    assert!(status.unwrap().success());
}

#[tokio::test]
async fn everything_works_within_a_second_of_a_full_disk_having_room_again() {
    let disk = SmallDisk::mount(24, "0");
    let program = match &disk {
        Some(disk) => program().with("GATEHOUSE_DATA_DIR", disk.path().to_str().unwrap()),
        None => program(),
    };
    program.account();
    let credential = Credential::issue(&program);
    let server = program.serve(&[]);
    let room = match disk {
        Some(disk) => Room::Disk(disk),
        None => Room::Limit(server.id()),
    };
    let browser = Browser::of(&server);
    let session = cookie(&browser.sign_in().await).unwrap();
    let create = async |name: &str| {
        let fields = [("name", name), ("back", "/settings/portal/api-tokens")];
        browser.post("/fn/consumers/create", &session, &fields).await
    };
    assert_eq!(create("Before").await.status(), 200);

    room.take();
    let begun = Instant::now();
    while credential.me(&server).await != 503 {
        assert!(begun.elapsed() < Duration::from_secs(20), "there is room still");
    }
    let begun = Instant::now();
    loop {
        let answer = create(&format!("Full {:?}", begun.elapsed())).await;
        if answer.status() == 503 {
            assert_eq!(header(&answer, "retry-after"), "1");
            break;
        }
        assert_eq!(answer.status(), 200);
        assert!(begun.elapsed() < Duration::from_secs(20), "there is room still");
    }
    let reason = browser.not_ready().await;
    assert!(
        reason == "The disk is full.\n" || matches!(room, Room::Limit(_)),
        "{reason}"
    );
    assert_eq!(browser.text("/healthz").await.0, 200);
    assert_eq!(browser.get("/settings", &session).await.status(), 200);

    room.give();
    let freed = Instant::now();
    loop {
        let works = [
            credential.me(&server).await,
            browser.sign_in().await.status(),
            create(&format!("After {:?}", freed.elapsed())).await.status(),
        ];
        if works
            .iter()
            .all(|status| status.is_success() || status.is_redirection())
        {
            break;
        }
        assert!(works.iter().all(|status| *status != 500), "{works:?}");
        assert!(freed.elapsed() < Duration::from_secs(1), "{works:?}");
    }
    browser.ready_within(Duration::from_secs(2)).await;
    for _ in 0..20 {
        assert_eq!(credential.me(&server).await, 200);
    }
}

#[tokio::test]
async fn a_log_that_cannot_be_written_does_not_end_the_server() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let full = File::options().write(true).open("/dev/full").unwrap();
    for stderr in [Stdio::from(full), Stdio::from(writer)] {
        let program = program();
        program.account();
        let credential = Credential::issue(&program);
        let mut server = program.serve_logging_to(&[], stderr);
        for _ in 0..5 {
            assert_eq!(credential.me(&server).await, 200);
        }
        let browser = Browser::of(&server);
        assert_eq!(browser.text("/healthz").await.0, 200);
        assert_eq!(browser.text("/readyz").await.0, 200);
        server.signal("TERM");
        assert_eq!(server.ended(), Some(0));
    }
}

#[tokio::test]
async fn a_log_that_nobody_reads_does_not_stop_the_server() {
    let (reader, writer) = std::io::pipe().unwrap();
    let program = program();
    program.account();
    let mut server = program.serve_logging_to(&[], writer.into());
    let browser = Browser::of(&server);
    let begun = Instant::now();
    // More lines than the pipe and what waits for it have room for.
    for _ in 0..6000 {
        assert_eq!(browser.text("/healthz").await.0, 200);
    }
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    server.signal("TERM");
    let reading = std::thread::spawn(move || std::io::read_to_string(reader).unwrap());
    assert_eq!(server.ended(), Some(0));
    let log = reading.join().unwrap();
    assert!(
        log.contains("log lines could not be written and are lost"),
        "{}",
        log.len()
    );
}

#[tokio::test]
async fn a_server_whose_standard_output_is_closed_serves() {
    let program = Program::new();
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for stdout in ["closed", "full"] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let full = File::options().write(true).open("/dev/full").unwrap();
        let stdout = if stdout == "full" {
            Stdio::from(full)
        } else {
            writer.into()
        };
        let log = program.folder().join("log");
        let mut child = program
            .command(&["serve", "--addr", &free.to_string()])
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        let answer = loop {
            match reqwest::get(format!("http://{free}/readyz")).await {
                Ok(answer) => break answer,
                Err(_) if child.try_wait().unwrap().is_some() => panic!("it ended"),
                Err(_) => assert!(begun.elapsed() < Duration::from_secs(10), "no answer"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert_eq!(answer.status(), 200);
        child.kill().unwrap();
        child.wait().unwrap();
        let log = std::fs::read_to_string(&log).unwrap();
        assert!(log.contains("the setup code could not be printed"), "{log}");
    }
}

#[test]
fn a_command_that_nobody_reads_ends_without_a_panic() {
    let program = Program::new();
    program.account();
    for words in [
        &["--help"][..],
        &["account", "list"],
        &["account", "list", "--json"],
        &["config"],
        &["nonsense"],
        &["consumer", "delete", "nothing", "--json"],
    ] {
        for full in [false, true] {
            let out = || -> Stdio {
                let (reader, writer) = std::io::pipe().unwrap();
                drop(reader);
                match full {
                    true => File::options().write(true).open("/dev/full").unwrap().into(),
                    false => writer.into(),
                }
            };
            for (stdout, stderr) in [(out(), Stdio::piped()), (out(), out()), (Stdio::piped(), out())] {
                let mut command = program.command(words);
                let output = command
                    .stdin(Stdio::null())
                    .stdout(stdout)
                    .stderr(stderr)
                    .output()
                    .unwrap();
                let err = String::from_utf8_lossy(&output.stderr);
                assert!(!err.contains("panicked"), "{words:?}: {err}");
                assert!(
                    output.status.code().is_some_and(|code| code <= 2),
                    "{words:?}: {:?}",
                    output.status
                );
            }
        }
    }
}

#[tokio::test]
async fn a_command_beside_a_server_whose_database_was_moved_away_begins_no_other() {
    let program = program();
    program.account();
    let credential = Credential::issue(&program);
    let server = program.serve(&[]);
    let browser = Browser::of(&server);
    let data = program.folder().join("data");
    let away = program.folder().join("away");
    let names = ["gatehouse.db", "gatehouse.db-wal", "gatehouse.db-shm"];
    std::fs::create_dir(&away).unwrap();
    for name in names {
        std::fs::rename(data.join(name), away.join(name)).unwrap();
    }
    let reason = browser.not_ready().await;
    assert!(reason.contains("was moved away or deleted"), "{reason}");
    assert_eq!(browser.text("/healthz").await.0, 200);
    assert_eq!(credential.me(&server).await, 503);
    let begin = [
        "account",
        "create",
        "--name",
        "N",
        "--admin-name",
        "A",
        "--admin-email",
        "a@example.com",
    ];
    for (words, sentence) in [
        (&["account", "list"][..], "there is no database"),
        (&["master-key", "rotate"], "there is no database"),
        (&["migrate"], "a server is running on this database"),
        (&["demo"], "a server is running on this database"),
        (&["serve"], "a server is running on this database"),
        (&begin, "a server is running on this database"),
    ] {
        let outcome = program.run(words, PASSWORD);
        assert_eq!((outcome.status, outcome.err.lines().count()), (1, 1), "{}", outcome.err);
        assert!(outcome.err.contains(sentence), "{words:?}: {}", outcome.err);
        assert!(!data.join("gatehouse.db").exists(), "{words:?}");
    }
    assert!(server.log().contains("was moved away or deleted"), "{}", server.log());
    for name in names {
        std::fs::rename(away.join(name), data.join(name)).unwrap();
    }
    browser.ready_within(Duration::from_secs(3)).await;
    assert_eq!(credential.me(&server).await, 200);
    assert_eq!(program.json(&["account", "list"], "").as_array().unwrap().len(), 1);
}

#[test]
fn a_command_with_a_wrong_data_folder_makes_nothing() {
    let program = Program::new().with("GATEHOUSE_DATA_DIR", "nowhere");
    for words in [&["account", "list"][..], &["user", "list"], &["api-key", "show"]] {
        let outcome = program.run(words, "");
        assert_eq!((outcome.status, outcome.err.lines().count()), (1, 1), "{}", outcome.err);
        assert!(outcome.err.contains("there is no database"), "{}", outcome.err);
        assert!(!program.folder().join("nowhere").exists());
    }
}

#[test]
fn a_missing_master_key_is_said_in_one_sentence_and_none_is_made() {
    let program = Program::new();
    program.account();
    let data = program.folder().join("data");
    let (key, away) = (data.join("master.key"), program.folder().join("away"));
    std::fs::rename(&key, &away).unwrap();
    let before = std::fs::read_dir(&data).unwrap().count();
    for words in [
        &["serve"][..],
        &["account", "list"],
        &["master-key", "rotate"],
        &["migrate"],
    ] {
        let outcome = program.run(words, "");
        assert_eq!((outcome.status, outcome.err.lines().count()), (1, 1), "{}", outcome.err);
        assert!(
            outcome.err.contains("the master key file is missing"),
            "{}",
            outcome.err
        );
        assert!(!key.exists(), "{words:?}");
    }
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), before);
    std::fs::rename(&away, &key).unwrap();
    program.json(&["account", "list"], "");
}
