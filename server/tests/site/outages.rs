//! Tests the server process with a full disk, an unwritable log, missing files and closed output.

use crate::credential::Credential;
use crate::test_program::{ServerProcess, TestProgram};
use crate::test_site::{EMAIL, PASSWORD, form, header, session_cookie};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use testing::small_disk::SmallDisk;

struct Browser<'a> {
    client: Client,
    server: &'a ServerProcess,
}

impl<'a> Browser<'a> {
    fn new(server: &'a ServerProcess) -> Self {
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
        let response = self.get(path, "").await;
        (response.status().as_u16(), response.text().await.unwrap())
    }

    /// Waits until the server reports that it is not ready and returns the reason.
    async fn wait_until_not_ready(&self) -> String {
        let started = Instant::now();
        loop {
            let (status, text) = self.text("/readyz").await;
            if status != 200 {
                assert_eq!(status, 503);
                return text;
            }
            assert!(started.elapsed() < Duration::from_secs(5), "still ready");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn wait_until_ready(&self, max_wait: Duration) {
        let started = Instant::now();
        while self.text("/readyz").await.0 != 200 {
            assert!(started.elapsed() < max_wait, "{:?}", self.text("/readyz").await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn plaintext_program() -> TestProgram {
    TestProgram::new().with_env("GATEHOUSE_OAUTH1_PLAINTEXT_WITHOUT_TLS", "true")
}

/// Exhausts and restores the space for a server's files.
enum DiskSpace {
    Disk(SmallDisk),
    /// A file size limit of the process, where mounting a disk is not permitted.
    Limit(u32),
}

impl DiskSpace {
    fn exhaust(&self) {
        match self {
            Self::Disk(disk) => disk.fill(),
            Self::Limit(id) => limit_file_size(*id, "1"),
        }
    }

    fn restore(&self) {
        match self {
            Self::Disk(disk) => disk.free(),
            Self::Limit(id) => limit_file_size(*id, "unlimited"),
        }
    }
}

fn limit_file_size(pid: u32, bytes: &str) {
    let status = Command::new("prlimit")
        .args(["--pid", &pid.to_string(), &format!("--fsize={bytes}:unlimited")])
        .status();
    assert!(status.unwrap().success());
}

#[tokio::test]
async fn full_disk_is_answered_503_and_recovers_within_a_second() {
    let disk = SmallDisk::mount(24, "0");
    let program = match &disk {
        Some(disk) => plaintext_program().with_env("GATEHOUSE_DATA_DIR", disk.path().to_str().unwrap()),
        None => plaintext_program(),
    };
    program.create_account();
    let credential = Credential::create(&program);
    let server = program.serve(&[]);
    let disk_space = match disk {
        Some(disk) => DiskSpace::Disk(disk),
        None => DiskSpace::Limit(server.pid()),
    };
    let browser = Browser::new(&server);
    let session = session_cookie(&browser.sign_in().await).unwrap();
    let create = async |name: &str| {
        let fields = [("name", name), ("back", "/settings/portal/api-tokens")];
        browser.post("/fn/consumers/create", &session, &fields).await
    };
    assert_eq!(create("Before").await.status(), 200);

    disk_space.exhaust();
    let started = Instant::now();
    while credential.current_user_status(&server).await != 503 {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "the disk never became full"
        );
    }
    let started = Instant::now();
    loop {
        let response = create(&format!("Full {:?}", started.elapsed())).await;
        if response.status() == 503 {
            assert_eq!(header(&response, "retry-after"), "1");
            break;
        }
        assert_eq!(response.status(), 200);
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "the disk never became full"
        );
    }
    let reason = browser.wait_until_not_ready().await;
    assert!(
        reason == "The disk is full.\n" || matches!(disk_space, DiskSpace::Limit(_)),
        "{reason}"
    );
    assert_eq!(browser.text("/healthz").await.0, 200);
    assert_eq!(browser.get("/settings", &session).await.status(), 200);

    disk_space.restore();
    let freed = Instant::now();
    loop {
        let works = [
            credential.current_user_status(&server).await,
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
    browser.wait_until_ready(Duration::from_secs(2)).await;
    for _ in 0..20 {
        assert_eq!(credential.current_user_status(&server).await, 200);
    }
}

#[tokio::test]
async fn unwritable_log_does_not_stop_the_server() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let full = File::options().write(true).open("/dev/full").unwrap();
    for stderr in [Stdio::from(full), Stdio::from(writer)] {
        let program = plaintext_program();
        program.create_account();
        let credential = Credential::create(&program);
        let mut server = program.serve_logging_to(&[], stderr);
        for _ in 0..5 {
            assert_eq!(credential.current_user_status(&server).await, 200);
        }
        let browser = Browser::new(&server);
        assert_eq!(browser.text("/healthz").await.0, 200);
        assert_eq!(browser.text("/readyz").await.0, 200);
        server.signal("TERM");
        assert_eq!(server.wait_for_exit(), Some(0));
    }
}

#[tokio::test]
async fn unread_log_pipe_does_not_stop_the_server() {
    let (reader, writer) = std::io::pipe().unwrap();
    let program = plaintext_program();
    program.create_account();
    let mut server = program.serve_logging_to(&[], writer.into());
    let browser = Browser::new(&server);
    let started = Instant::now();
    // More lines than the pipe and the log buffer can hold.
    for _ in 0..6000 {
        assert_eq!(browser.text("/healthz").await.0, 200);
    }
    assert!(started.elapsed() < Duration::from_secs(60), "{:?}", started.elapsed());
    server.signal("TERM");
    let reading = std::thread::spawn(move || std::io::read_to_string(reader).unwrap());
    assert_eq!(server.wait_for_exit(), Some(0));
    let log = reading.join().unwrap();
    assert!(
        log.contains("log lines were lost because they couldn't be written"),
        "{}",
        log.len()
    );
}

#[tokio::test]
async fn closed_standard_output_does_not_stop_the_server() {
    let program = TestProgram::new();
    let free_address = std::net::TcpListener::bind("127.0.0.1:0")
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
            .command(&["serve", "--addr", &free_address.to_string()])
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let started = Instant::now();
        let response = loop {
            match reqwest::get(format!("http://{free_address}/readyz")).await {
                Ok(response) => break response,
                Err(_) if child.try_wait().unwrap().is_some() => panic!("the server exited"),
                Err(_) => assert!(started.elapsed() < Duration::from_secs(10), "no response"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert_eq!(response.status(), 200);
        child.kill().unwrap();
        child.wait().unwrap();
        let log = std::fs::read_to_string(&log).unwrap();
        assert!(log.contains("couldn't print the setup code"), "{log}");
    }
}

#[test]
fn command_with_unwritable_output_exits_without_a_panic() {
    let program = TestProgram::new();
    program.create_account();
    for arguments in [
        &["--help"][..],
        &["account", "list"],
        &["account", "list", "--json"],
        &["config"],
        &["nonsense"],
        &["consumer", "delete", "nothing", "--json"],
    ] {
        for full in [false, true] {
            let unwritable = || -> Stdio {
                let (reader, writer) = std::io::pipe().unwrap();
                drop(reader);
                match full {
                    true => File::options().write(true).open("/dev/full").unwrap().into(),
                    false => writer.into(),
                }
            };
            for (stdout, stderr) in [
                (unwritable(), Stdio::piped()),
                (unwritable(), unwritable()),
                (Stdio::piped(), unwritable()),
            ] {
                let mut command = program.command(arguments);
                let output = command
                    .stdin(Stdio::null())
                    .stdout(stdout)
                    .stderr(stderr)
                    .output()
                    .unwrap();
                let err = String::from_utf8_lossy(&output.stderr);
                assert!(!err.contains("panic"), "{arguments:?}: {err}");
                assert!(
                    output.status.code().is_some_and(|code| code <= 2),
                    "{arguments:?}: {:?}",
                    output.status
                );
            }
        }
    }
}

#[tokio::test]
async fn command_next_to_a_server_with_moved_database_creates_no_new_database() {
    let program = plaintext_program();
    program.create_account();
    let credential = Credential::create(&program);
    let server = program.serve(&[]);
    let browser = Browser::new(&server);
    let data = program.folder().join("data");
    let away = program.folder().join("away");
    let names = ["gatehouse.db", "gatehouse.db-wal", "gatehouse.db-shm"];
    std::fs::create_dir(&away).unwrap();
    for name in names {
        std::fs::rename(data.join(name), away.join(name)).unwrap();
    }
    let reason = browser.wait_until_not_ready().await;
    assert!(reason.contains("was moved or deleted"), "{reason}");
    assert_eq!(browser.text("/healthz").await.0, 200);
    assert_eq!(credential.current_user_status(&server).await, 503);
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
    for (arguments, sentence) in [
        (&["account", "list"][..], "no database found"),
        (&["master-key", "rotate"], "no database found"),
        (&["migrate"], "a server is running on this database"),
        (&["demo"], "a server is running on this database"),
        (&["serve"], "a server is running on this database"),
        (&begin, "a server is running on this database"),
    ] {
        let outcome = program.run(arguments, PASSWORD);
        assert_eq!(
            (outcome.status, outcome.stderr.lines().count()),
            (1, 1),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stderr.contains(sentence), "{arguments:?}: {}", outcome.stderr);
        assert!(!data.join("gatehouse.db").exists(), "{arguments:?}");
    }
    assert!(server.log().contains("was moved or deleted"), "{}", server.log());
    for name in names {
        std::fs::rename(away.join(name), data.join(name)).unwrap();
    }
    browser.wait_until_ready(Duration::from_secs(3)).await;
    assert_eq!(credential.current_user_status(&server).await, 200);
    assert_eq!(program.json(&["account", "list"], "").as_array().unwrap().len(), 1);
}

#[test]
fn command_with_missing_data_directory_creates_nothing() {
    let program = TestProgram::new().with_env("GATEHOUSE_DATA_DIR", "nowhere");
    for arguments in [&["account", "list"][..], &["user", "list"], &["api-key", "show"]] {
        let outcome = program.run(arguments, "");
        assert_eq!(
            (outcome.status, outcome.stderr.lines().count()),
            (1, 1),
            "{}",
            outcome.stderr
        );
        assert!(outcome.stderr.contains("no database found"), "{}", outcome.stderr);
        assert!(!program.folder().join("nowhere").exists());
    }
}

#[test]
fn missing_master_key_is_one_line_error_and_no_key_is_created() {
    let program = TestProgram::new();
    program.create_account();
    let data = program.folder().join("data");
    let (key, away) = (data.join("master.key"), program.folder().join("away"));
    std::fs::rename(&key, &away).unwrap();
    let before = std::fs::read_dir(&data).unwrap().count();
    for arguments in [
        &["serve"][..],
        &["account", "list"],
        &["master-key", "rotate"],
        &["migrate"],
    ] {
        let outcome = program.run(arguments, "");
        assert_eq!(
            (outcome.status, outcome.stderr.lines().count()),
            (1, 1),
            "{}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains("the master key file is missing"),
            "{}",
            outcome.stderr
        );
        assert!(!key.exists(), "{arguments:?}");
    }
    assert_eq!(std::fs::read_dir(&data).unwrap().count(), before);
    std::fs::rename(&away, &key).unwrap();
    program.json(&["account", "list"], "");
}
