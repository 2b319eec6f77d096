use super::{MailTest, WORKER, smtp_config};
use domain::accounts::rights::Rights;
use portal::Error;
use portal::jobs::{self, JobState, Worker};
use portal::mail::outbox::{self, EmailState};
use portal::mail::{TestStep, send_test};
use rstest::rstest;
use std::time::Duration;
use testing::smtp_server::Behavior;
use testing::{ADA, Engine, TestPortal, validation_error};

#[rstest]
#[tokio::test]
async fn email_is_sent_once_and_its_content_erased(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mail = MailTest::start(engine).await;
    mail.request_reset(ADA).await;
    let worker = mail.start_worker();
    let sent = mail.wait_for(EmailState::Sent).await;
    mail.wait_for_jobs().await;
    let received = mail.server.received();
    assert_eq!(received.len(), 1);
    assert_eq!(
        (received[0].from.as_str(), &received[0].recipients[..]),
        ("gatehouse@example.com", &[ADA.to_owned()][..])
    );
    assert_eq!(received[0].header("Message-ID"), Some(format!("<{}>", sent.message_id)));
    assert!(!received[0].has_bare_newline && received[0].longest_line <= 998);
    assert!(!sent.possibly_sent_twice);
    let (_, text) = outbox::get(&mail.node, sent.id).await.unwrap();
    assert!(text.is_none(), "the content is erased");
    assert_eq!(
        mail.test.count_rows("outbox where encrypted_content is not null").await,
        0
    );
    worker.shut_down(Duration::from_secs(5)).await;
    assert_eq!(mail.server.received().len(), 1);
}

#[rstest]
#[tokio::test]
async fn email_is_sent_when_the_server_is_back(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mut mail = MailTest::start(engine).await;
    mail.server.stop().await;
    let worker = mail.start_worker();
    let failed = mail.fail_once().await;
    let reason = failed.last_error.unwrap();
    assert!(reason.starts_with("couldn't connect to 127.0.0.1:"), "{reason}");
    let jobs = jobs::list(&mail.node).await.unwrap();
    assert_eq!(
        (jobs[0].kind.as_str(), jobs[0].state),
        ("send-email", JobState::Retrying)
    );
    mail.server.restart().await;
    mail.test.advance(10);
    assert!(!mail.wait_for(EmailState::Sent).await.possibly_sent_twice);
    assert_eq!(mail.server.received().len(), 1);
    worker.shut_down(Duration::from_secs(5)).await;
}

/// The server certainly didn't accept the email, so no second copy can arrive.
#[rstest]
#[case::sender(Behavior::RejectSender, "rejected the sender: 451")]
#[case::recipient(Behavior::RejectRecipient, "rejected the recipient: 550")]
#[case::message(Behavior::RejectData, "rejected the message: 554")]
#[case::deferred(Behavior::DeferData, "rejected the message: 451")]
#[case::closed(Behavior::CloseBeforeData, "rejected the message: ")]
#[case::silent(Behavior::StallOnConnect, "it didn't answer in time")]
#[case::slow(Behavior::SlowReplies(Duration::from_millis(700)), "it didn't answer in time")]
#[tokio::test]
async fn rejected_email_is_sent_later_and_once(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[case] behavior: Behavior,
    #[case] reason: &str,
) {
    let mail = MailTest::start(engine).await;
    mail.server.set_behavior(behavior);
    let worker = mail.start_worker();
    let failed = mail.fail_once().await;
    let error = failed.last_error.unwrap();
    assert!(error.contains(reason), "{error}");
    mail.server.set_behavior(Behavior::Accept);
    mail.test.advance(900);
    assert!(!mail.wait_for(EmailState::Sent).await.possibly_sent_twice);
    assert_eq!(mail.server.received().len(), 1);
    worker.shut_down(Duration::from_secs(5)).await;
}

#[rstest]
#[tokio::test]
async fn two_nodes_send_each_email_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mail = MailTest::start(engine).await;
    let other = mail.test.node_with_smtp(smtp_config(&mail.server)).await;
    let mut emails = vec![ADA.to_owned()];
    for number in 0..12 {
        let email = format!("user{number}@example.com");
        mail.test.create_user("User", &email, Rights::default()).await;
        emails.push(email);
    }
    for email in &emails {
        mail.request_reset(email).await;
    }
    let workers = [mail.start_worker(), Worker::start(other, WORKER)];
    mail.wait_for_jobs().await;
    let mut recipients: Vec<String> = mail
        .server
        .received()
        .into_iter()
        .flat_map(|email| email.recipients)
        .collect();
    recipients.sort();
    emails.sort();
    assert_eq!(recipients, emails);
    for worker in workers {
        worker.shut_down(Duration::from_secs(5)).await;
    }
}

#[rstest]
#[tokio::test]
async fn expired_email_is_not_sent(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mail = MailTest::start(engine).await;
    mail.server.set_behavior(Behavior::DeferData);
    let worker = mail.start_worker();
    let id = mail.fail_once().await.id;
    mail.server.set_behavior(Behavior::Accept);
    mail.test.advance(3600);
    mail.wait_for_jobs().await;
    assert_eq!(mail.email().await.state, EmailState::Expired);
    assert!(outbox::get(&mail.node, id).await.unwrap().1.is_none());
    portal::maintenance::run(&mail.node).await.unwrap();
    assert_eq!(
        mail.test.count_rows("outbox where encrypted_content is not null").await,
        0
    );
    assert_eq!(mail.test.count_rows("outbox").await, 1);
    mail.test.clock.advance(outbox::RETENTION);
    portal::maintenance::run(&mail.node).await.unwrap();
    assert_eq!(mail.test.count_rows("outbox").await, 0);
    assert_eq!(mail.server.received().len(), 0);
    worker.shut_down(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn test_email_reports_each_step() {
    let mail = MailTest::start(Engine::Sqlite).await;
    let mut steps = Vec::new();
    send_test(&mail.node, "Ada.L+x@Example.com", |step| steps.push(step))
        .await
        .unwrap();
    assert_eq!(
        steps,
        [
            TestStep::Connected,
            TestStep::RecipientAccepted,
            TestStep::EmailAccepted
        ]
    );
    assert_eq!(mail.server.received()[0].recipients, ["Ada.L+x@Example.com"]);
    mail.server.set_behavior(Behavior::RejectRecipient);
    steps.clear();
    let error = send_test(&mail.node, ADA, |step| steps.push(step)).await.unwrap_err();
    assert!(error.to_string().contains("rejected the recipient: 550"), "{error}");
    assert_eq!(steps, [TestStep::Connected]);
    validation_error(send_test(&mail.node, "ada", |_| {}).await, "address");
}

#[tokio::test]
async fn test_email_needs_a_server() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let error = send_test(&test.portal, ADA, |_| {}).await.unwrap_err();
    assert!(
        matches!(&error, Error::Conflict(message) if message.contains("GATEHOUSE_SMTP_URL")),
        "{error}"
    );
}
