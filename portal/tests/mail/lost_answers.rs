//! The moments in which an email may arrive twice, and those next to them in which it must not.

use super::MailTest;
use portal::mail::outbox::EmailState;
use rstest::rstest;
use std::time::Duration;
use testing::smtp_server::Behavior;
use testing::{ADA, Engine, eventually};

/// Asserts that the server has these copies of one email, which have the same Message-ID and the same text.
fn assert_copies(mail: &MailTest, count: usize) {
    let received = mail.server.received();
    assert_eq!(received.len(), count, "{received:?}");
    let id = received[0].header("Message-ID");
    assert!(id.is_some());
    for copy in &received {
        assert_eq!(
            (copy.header("Message-ID"), copy.body()),
            (id.clone(), received[0].body())
        );
    }
}

#[rstest]
#[case::closed(Behavior::CloseAfterData)]
#[case::stalled(Behavior::StallAfterData)]
#[tokio::test]
async fn email_whose_answer_was_lost_is_sent_again(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
    #[case] behavior: Behavior,
) {
    let mail = MailTest::start(engine).await;
    mail.server.set_behavior(behavior);
    let worker = mail.start_worker();
    let failed = mail.fail_once().await;
    assert!(failed.last_error.unwrap().contains("answer to the message was lost"));
    assert!(!failed.possibly_sent_twice, "it was sent once so far");
    assert_copies(&mail, 1);
    // An attempt that is rejected changes nothing about it.
    mail.server.set_behavior(Behavior::RejectData);
    mail.test.advance(10);
    let is_rejected = async || {
        mail.email()
            .await
            .last_error
            .is_some_and(|error| error.contains("rejected"))
    };
    eventually("the second attempt was not rejected", is_rejected).await;
    assert!(!mail.email().await.possibly_sent_twice);
    mail.server.set_behavior(Behavior::Accept);
    mail.test.advance(900);
    assert!(mail.wait_for(EmailState::Sent).await.possibly_sent_twice);
    assert_copies(&mail, 2);
    worker.shut_down(Duration::from_secs(5)).await;
}

#[rstest]
#[tokio::test]
async fn email_that_was_cut_off_is_sent_again(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mail = MailTest::start(engine).await;
    mail.server.set_behavior(Behavior::CloseWithinData);
    let worker = mail.start_worker();
    mail.fail_once().await;
    mail.server.set_behavior(Behavior::Accept);
    mail.test.advance(10);
    mail.wait_for(EmailState::Sent).await;
    assert_copies(&mail, 1);
    worker.shut_down(Duration::from_secs(5)).await;
}

#[rstest]
#[tokio::test]
async fn portal_killed_before_sending_sends_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let mail = MailTest::start(engine).await;
    mail.server.set_behavior(Behavior::StallOnConnect);
    mail.request_reset(ADA).await;
    let worker = mail.start_worker();
    eventually("the portal did not connect", async || mail.server.connections() == 1).await;
    worker.kill();
    mail.server.set_behavior(Behavior::Accept);
    let worker = mail.start_worker();
    assert!(!mail.wait_for(EmailState::Sent).await.possibly_sent_twice);
    assert_copies(&mail, 1);
    worker.shut_down(Duration::from_secs(5)).await;
}

#[rstest]
#[tokio::test]
async fn portal_killed_before_noting_the_answer_sends_twice(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let mail = MailTest::start(engine).await;
    mail.server.set_behavior(Behavior::StallAfterData);
    mail.request_reset(ADA).await;
    let worker = mail.start_worker();
    eventually("the server did not get the email", async || {
        mail.server.received().len() == 1
    })
    .await;
    worker.kill();
    mail.server.set_behavior(Behavior::Accept);
    let worker = mail.start_worker();
    assert!(mail.wait_for(EmailState::Sent).await.possibly_sent_twice);
    assert_copies(&mail, 2);
    worker.shut_down(Duration::from_secs(5)).await;
}
