//! Tests the server process and commands whose output cannot be written.

use super::Browser;
use crate::credential::Credential;
use crate::process::plaintext_program;
use crate::test_program::TestProgram;
use std::fs::File;
use std::process::Stdio;
use std::time::{Duration, Instant};

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
