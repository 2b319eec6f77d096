//! Without a mail server.

use super::WORKER;
use portal::accounts::password_resets;
use portal::jobs::{self, Worker};
use portal::mail::outbox::{self, EmailState};
use portal::{Error, mail, maintenance};
use rstest::rstest;
use std::time::Duration;
use testing::{ADA, Engine, TestPortal, browser_at, eventually};

#[rstest]
#[tokio::test]
async fn email_without_a_server_stays_in_the_outbox(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    assert!(!mail::is_configured(&test.portal));
    password_resets::request(&test.portal, ADA, &browser_at("192.0.2.1"))
        .await
        .unwrap();
    let worker = Worker::start(test.portal.clone(), WORKER);
    let is_queued = async || outbox::list(&test.portal).await.unwrap().len() == 1;
    eventually("the email was not queued", is_queued).await;
    worker.shut_down(Duration::from_secs(5)).await;
    let email = outbox::list(&test.portal).await.unwrap().remove(0);
    assert_eq!(
        (email.state, email.recipient.as_str(), email.kind.as_str()),
        (EmailState::Waiting, ADA, "password-reset")
    );
    assert_eq!(
        jobs::list(&test.portal).await.unwrap().len(),
        1,
        "it is sent once a server is configured"
    );
    let (_, text) = outbox::get(&test.portal, email.id).await.unwrap();
    let text = text.unwrap();
    let link = text.link.unwrap();
    assert!(link.expose().starts_with("http://localhost:3000/reset-password?token="));
    assert!(text.text.expose().contains(link.expose()));
    let token = link.expose().rsplit('=').next().unwrap();
    let columns = "select subject || recipient || kind || message_id from outbox union all select payload from jobs";
    assert!(
        !test.query_column(columns).await.concat().contains(token),
        "only the encrypted content has the link"
    );
    test.advance(3600);
    maintenance::run(&test.portal).await.unwrap();
    let (email, text) = outbox::get(&test.portal, email.id).await.unwrap();
    assert!(email.state == EmailState::Expired && text.is_none());
    let unknown = outbox::get(&test.portal, domain::ids::EmailId(uuid::Uuid::nil())).await;
    assert!(matches!(unknown, Err(Error::NotFound("email"))));
}
