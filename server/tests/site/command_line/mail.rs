//! Tests the commands for email, the outbox and background work.

use super::text;
use crate::test_program::{ServerProcess, TestProgram};
use crate::test_site::{EMAIL, form};
use reqwest::Client;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use testing::smtp_server::{Behavior, SmtpServer};

const UNKNOWN_ID: &str = "0192f0c1-2b3c-7d4e-8f90-123456789abc";

/// Returns a program with an account that sends email through this server.
fn program_with_smtp(smtp: &SmtpServer) -> TestProgram {
    let program = with_smtp(TestProgram::new(), smtp);
    program.create_account();
    program
}

fn with_smtp(program: TestProgram, smtp: &SmtpServer) -> TestProgram {
    program
        .with_env("GATEHOUSE_SMTP_URL", &smtp.url())
        .with_env("GATEHOUSE_SMTP_TLS", "none")
}

/// Asks for a new password, as the page for a forgotten password does.
async fn ask_for_password(server: &ServerProcess) {
    let request = Client::new().post(format!("{}/fn/password-resets/request", server.origin));
    let request = request
        .header("origin", &server.origin)
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded");
    let response = request.body(form(&[("email", EMAIL)])).send().await.unwrap();
    assert_eq!(response.status(), 200);
}

/// Runs a command until its JSON output is accepted.
fn wait_for(program: &TestProgram, arguments: &[&str], accepts: impl Fn(&Value) -> bool) -> Value {
    let started = Instant::now();
    loop {
        let output = program.json(arguments, "");
        if accepts(&output) {
            return output;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "still {output}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn config_command_redacts_the_password_of_the_mail_server() {
    let program = TestProgram::new()
        .with_env("GATEHOUSE_SMTP_URL", "smtp://ada:hunter2@mail.example.com:2525")
        .with_env("GATEHOUSE_EMAIL_FROM", "Portal <no-reply@example.com>");
    let settings = program.json(&["config"], "");
    let find = |name: &str| {
        let mut settings = settings.as_array().unwrap().iter();
        let found = settings.find(|entry| entry["setting"] == name).unwrap();
        (text(found, "value").to_owned(), text(found, "source").to_owned())
    };
    let expected = |value: &str, source: &str| (value.to_owned(), source.to_owned());
    assert_eq!(
        find("smtp_url"),
        expected("smtp://ada:[redacted]@mail.example.com:2525", "GATEHOUSE_SMTP_URL")
    );
    assert_eq!(find("smtp_tls"), expected("starttls", "default"));
    assert_eq!(
        find("email_from"),
        expected("Portal <no-reply@example.com>", "GATEHOUSE_EMAIL_FROM")
    );
    let plain = program.run(&["config"], "").stdout;
    assert!(plain.contains("smtp_url") && !plain.contains("hunter2"), "{plain}");

    let program = program.with_env("GATEHOUSE_SMTP_URL", "smtp://ada:hunter2/3@mail.example.com");
    let rejected = program.run(&["config"], "");
    assert_eq!(
        (
            rejected.status,
            rejected.stdout.as_str(),
            rejected.stderr.lines().count()
        ),
        (1, "", 1)
    );
    assert!(
        rejected.stderr.contains("GATEHOUSE_SMTP_URL") && !rejected.stderr.contains("hunter2"),
        "{}",
        rejected.stderr
    );
}

#[test]
fn email_test_without_a_mail_server_says_what_to_set() {
    let program = TestProgram::new();
    program.create_account();
    let rejected = program.run(&["email", "test", EMAIL], "");
    assert_eq!((rejected.status, rejected.stdout.as_str()), (1, ""));
    assert!(
        rejected.stderr.starts_with("error: ") && rejected.stderr.contains("GATEHOUSE_SMTP_URL"),
        "{}",
        rejected.stderr
    );
    let invalid = program.run(&["email", "test", "nobody"], "");
    assert_eq!(invalid.status, 1);
    assert!(
        invalid.stderr.starts_with("error: address: Enter an email address"),
        "{}",
        invalid.stderr
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn email_test_sends_an_email_and_prints_each_step() {
    let smtp = SmtpServer::start().await;
    let program = program_with_smtp(&smtp);
    let server = format!("127.0.0.1:{}", smtp.port());
    let plain = program.run(&["email", "test", "grace@example.com"], "");
    assert_eq!(plain.status, 0, "{}", plain.stderr);
    assert!(
        plain.stderr.starts_with(&format!("Connected to {server}.\n")) && plain.stderr.lines().count() == 3,
        "{}",
        plain.stderr
    );
    assert!(
        plain.stdout.starts_with("Sent a test email to grace@example.com."),
        "{}",
        plain.stdout
    );
    assert_eq!(
        program.json(&["email", "test", "grace@example.com"], ""),
        json!({ "sent_to": "grace@example.com", "server": server })
    );
    let received = smtp.received();
    assert_eq!(received.len(), 2);
    for email in received {
        assert_eq!(email.from, "gatehouse@localhost");
        assert_eq!(email.recipients, ["grace@example.com"]);
        assert_eq!(email.header("subject").unwrap(), "Test email from Gatehouse");
    }
    assert_eq!(program.json(&["outbox", "list"], ""), json!([]), "it is not queued");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn email_test_prints_the_answer_of_a_server_that_rejects_the_recipient() {
    let smtp = SmtpServer::start().await;
    smtp.set_behavior(Behavior::RejectRecipient);
    let program = program_with_smtp(&smtp);
    let plain = program.run(&["email", "test", "grace@example.com"], "");
    assert_eq!((plain.status, plain.stdout.as_str()), (1, ""));
    let lines: Vec<&str> = plain.stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("Connected to 127.0.0.1:"), "{lines:?}");
    assert!(
        lines[1].starts_with("error: the test email was not sent: ") && lines[1].contains("No such mailbox"),
        "{lines:?}"
    );
    let scripted = program.run(&["email", "test", "grace@example.com", "--json"], "");
    assert_eq!((scripted.status, scripted.stdout.as_str()), (1, ""));
    let error: Value = serde_json::from_str(&scripted.stderr).unwrap();
    assert_eq!(error["error"], "unavailable");
    assert!(text(&error, "detail").contains("550"), "{error}");
    assert!(smtp.received().is_empty());
}

#[test]
fn empty_outbox_and_job_queue_are_listed() {
    let program = TestProgram::new();
    program.create_account();
    for (command, first_line) in [
        ("outbox", "ID  STATE  KIND  TO  SUBJECT  QUEUED  NOTE\n"),
        ("jobs", "ID  STATE  KIND  ACCOUNT  RUNS AT  FAILURES  LAST ERROR\n"),
    ] {
        assert_eq!(program.json(&[command, "list"], ""), json!([]));
        assert_eq!(program.run(&[command, "list"], "").stdout, first_line);
    }
}

#[test]
fn unknown_email_or_job_is_not_found() {
    let program = TestProgram::new();
    program.create_account();
    for (command, subject) in [(["outbox", "show"], "email"), (["jobs", "retry"], "job")] {
        let run = |id: &str| program.run(&[command[0], command[1], id], "");
        let unknown = run(UNKNOWN_ID);
        assert_eq!(
            (unknown.status, unknown.stdout.as_str(), unknown.stderr.as_str()),
            (1, "", format!("error: {subject} not found\n").as_str())
        );
        let malformed = run("newest");
        assert_eq!((malformed.status, malformed.stdout.as_str()), (1, ""));
        assert!(
            malformed
                .stderr
                .starts_with("error: \"newest\" is not an id: expected a UUID such as ")
                && malformed.stderr.contains(&format!("gatehouse {} list", command[0])),
            "{}",
            malformed.stderr
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queued_email_can_be_read_until_a_mail_server_takes_it() {
    let smtp = SmtpServer::start().await;
    let program = TestProgram::new();
    program.create_account();
    let server = program.serve(&[]);
    ask_for_password(&server).await;
    let list = ["outbox", "list"];
    let emails = wait_for(&program, &list, |emails| emails.as_array().unwrap().len() == 1);
    assert!(
        server.log().contains("no mail server is configured"),
        "{}",
        server.log()
    );
    let email = &emails[0];
    assert_eq!(
        *email,
        json!({
            "id": email["id"],
            "state": "waiting",
            "kind": "password-reset",
            "account": "Northwind",
            "recipient": EMAIL,
            "subject": email["subject"],
            "message_id": email["message_id"],
            "created_at": email["created_at"],
            "expires_at": email["expires_at"],
            "sent_at": null,
            "possibly_sent_twice": false,
            "last_error": null,
        })
    );
    let show = ["outbox", "show", text(email, "id")];
    let shown = program.json(&show, "");
    let link = text(&shown, "link");
    assert!(
        link.contains("/reset-password?token=") && text(&shown, "text").contains(link),
        "{shown}"
    );
    let plain = program.run(&show, "").stdout;
    assert!(
        plain.starts_with(&format!("To: {EMAIL}\n")) && plain.contains(link),
        "{plain}"
    );
    let table = program.run(&list, "").stdout;
    assert!(table.contains(EMAIL) && !table.contains("token="), "{table}");

    let jobs = wait_for(&program, &["jobs", "list"], |jobs| jobs.as_array().unwrap().len() == 1);
    let job = &jobs[0];
    assert_eq!(
        *job,
        json!({
            "id": job["id"],
            "state": "waiting",
            "kind": "send-email",
            "account": "Northwind",
            "created_at": job["created_at"],
            "run_at": job["run_at"],
            "failures": 0,
            "last_error": null,
        })
    );
    let retried = program.json(&["jobs", "retry", text(job, "id")], "");
    assert_eq!(retried, json!({ "id": job["id"] }));
    drop(server);

    let program = with_smtp(program, &smtp);
    let _server = program.serve(&[]);
    wait_for(&program, &list, |emails| emails[0]["state"] == "sent");
    assert_eq!(program.json(&["jobs", "list"], ""), json!([]));
    let received = smtp.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].recipients, [EMAIL]);
    let shown = program.json(&show, "");
    assert_eq!((&shown["text"], &shown["link"]), (&Value::Null, &Value::Null));
    let plain = program.run(&show, "").stdout;
    assert!(
        plain.contains("The text was erased when the email was sent.") && !plain.contains("token="),
        "{plain}"
    );
}

#[test]
fn help_of_the_outbox_warns_of_links() {
    let program = TestProgram::new();
    let help = program.run(&["outbox", "show", "--help"], "");
    assert_eq!((help.status, help.stderr.as_str()), (0, ""));
    assert!(help.stdout.contains("link that lets"), "{}", help.stdout);
    for arguments in [
        ["email", "test", "--help"],
        ["jobs", "list", "--help"],
        ["jobs", "retry", "--help"],
    ] {
        let help = program.run(&arguments, "");
        assert_eq!((help.status, help.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(help.stdout.contains("Usage: gatehouse"), "{}", help.stdout);
    }
}
