//! Kills the server while it sends an email. Another start sends it once its lease is lost.

use crate::test_program::{ServerProcess, TestProgram};
use crate::test_site::{EMAIL, form};
use portal::jobs::LEASE_DURATION;
use reqwest::Client;
use std::time::{Duration, Instant};
use testing::eventually;
use testing::smtp_server::{Behavior, SmtpServer};

async fn start() -> (SmtpServer, TestProgram) {
    let mail = SmtpServer::start().await;
    let program = TestProgram::new()
        .with_env("GATEHOUSE_SMTP_URL", &mail.url())
        .with_env("GATEHOUSE_SMTP_TLS", "none");
    program.create_account();
    (mail, program)
}

/// Asks for a new password in the browser.
async fn request_reset(server: &ServerProcess) {
    let request = Client::new()
        .post(format!("{}/fn/password-resets/request", server.origin))
        .header("origin", &server.origin)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&[("email", EMAIL)]));
    let status = request.send().await.unwrap().status();
    assert!(status.is_success() || status.is_redirection(), "{status}");
}

/// Waits until the mail server has this number of emails.
async fn wait_for_emails(mail: &SmtpServer, count: usize) {
    let deadline = Instant::now() + 2 * LEASE_DURATION;
    while mail.received().len() < count {
        assert!(
            Instant::now() < deadline,
            "only {} emails arrived",
            mail.received().len()
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn server_killed_before_sending_sends_the_email_once() {
    let (mail, program) = start().await;
    mail.set_behavior(Behavior::StallOnConnect);
    let mut server = program.serve(&[]);
    request_reset(&server).await;
    eventually("the server did not connect", async || mail.connections() > 0).await;
    server.signal("KILL");
    server.wait_for_exit();
    mail.set_behavior(Behavior::Accept);
    let server = program.serve(&[]);
    wait_for_emails(&mail, 1).await;
    eventually("the email is not noted", async || {
        program.json(&["outbox", "list"], "")[0]["state"] == "sent"
    })
    .await;
    assert_eq!(program.json(&["outbox", "list"], "")[0]["possibly_sent_twice"], false);
    assert_eq!(mail.received().len(), 1);
    drop(server);
}

#[tokio::test]
async fn server_killed_before_noting_the_answer_sends_the_email_again() {
    let (mail, program) = start().await;
    mail.set_behavior(Behavior::StallAfterData);
    let mut server = program.serve(&[]);
    request_reset(&server).await;
    wait_for_emails(&mail, 1).await;
    server.signal("KILL");
    server.wait_for_exit();
    mail.set_behavior(Behavior::Accept);
    let server = program.serve(&[]);
    wait_for_emails(&mail, 2).await;
    eventually("the email is not noted", async || {
        program.json(&["outbox", "list"], "")[0]["possibly_sent_twice"] == true
    })
    .await;
    let received = mail.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].header("Message-ID"), received[1].header("Message-ID"));
    drop(server);
}
