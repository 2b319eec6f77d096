use domain::accounts::rights::Rights;
use domain::auth::email_links::{LinkProblem, LinkState};
use portal::accounts::password_resets::{self, LINK_WINDOW, MAX_LINKS};
use portal::accounts::users;
use portal::auth::sessions;
use portal::auth::sign_in::{BrowserCookies, FREE_PASSWORD_RESETS, sign_in};
use portal::jobs::{self, Worker, WorkerConfig};
use portal::mail::outbox::{self, EmailState};
use portal::{Error, maintenance};
use rstest::rstest;
use std::time::Duration;
use testing::{ACCOUNT, ADA, Engine, PASSWORD, TestPortal, assert_rejected, browser_at, eventually, validation_error};

const NEW_PASSWORD: &str = "tunnel of seven lanterns";

/// Runs the queued jobs that need no mail server.
async fn run_jobs(test: &TestPortal) {
    let config = WorkerConfig {
        poll_interval: Duration::from_millis(20),
        ..WorkerConfig::default()
    };
    let worker = Worker::start(test.portal.clone(), config);
    let is_done = async || {
        let jobs = jobs::list(&test.portal).await.unwrap();
        jobs.iter().all(|job| job.kind == "send-email")
    };
    eventually("the jobs did not run", is_done).await;
    worker.shut_down(Duration::from_secs(5)).await;
}

async fn request(test: &TestPortal, email: &str) {
    password_resets::request(&test.portal, email, &browser_at("192.0.2.1"))
        .await
        .unwrap();
    run_jobs(test).await;
}

/// Returns the token of the newest email.
async fn newest_token(test: &TestPortal) -> String {
    let email = outbox::list(&test.portal).await.unwrap().remove(0);
    let (_, text) = outbox::get(&test.portal, email.id).await.unwrap();
    let link = text.unwrap().link.unwrap();
    link.expose().rsplit_once("?token=").unwrap().1.to_owned()
}

async fn state(test: &TestPortal, token: &str) -> LinkState {
    password_resets::link_state(&test.portal, token).await.unwrap()
}

async fn complete(test: &TestPortal, token: &str, password: &str) -> portal::Result<String> {
    let client = browser_at("192.0.2.2");
    let signed_in =
        password_resets::complete(&test.portal, token, password, &client, &BrowserCookies::default()).await?;
    Ok(signed_in.session.expose().to_owned())
}

#[rstest]
#[tokio::test]
async fn link_sets_a_new_password_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let old = test.set_up().await;
    request(&test, " ADA@example.com ").await;
    let email = outbox::list(&test.portal).await.unwrap().remove(0);
    assert_eq!(email.recipient, ADA, "mail goes to the stored spelling");
    assert!(!email.subject.contains(ACCOUNT) || email.subject.len() < 78);
    let token = newest_token(&test).await;
    for _ in 0..3 {
        let LinkState::Valid { email, .. } = state(&test, &token).await else {
            panic!("opening the link uses it up")
        };
        assert_eq!(email, ADA);
    }
    validation_error(complete(&test, &token, "password1234").await, "password");
    let cookie = complete(&test, &token, NEW_PASSWORD).await.unwrap();
    let actor = sessions::find(&test.portal, &cookie).await.unwrap().unwrap();
    assert_eq!(actor.user().unwrap().email, ADA);
    assert!(
        sessions::find(&test.portal, old.cookie.expose())
            .await
            .unwrap()
            .is_none(),
        "other sessions end"
    );
    assert_eq!(state(&test, &token).await, LinkState::Invalid(LinkProblem::Used));
    assert_rejected!(
        complete(&test, &token, "another seven lanterns").await,
        Error::Conflict(_)
    );
    let client = browser_at("192.0.2.3");
    assert_rejected!(sign_in(&test.portal, ADA, PASSWORD, &client).await, Error::Invalid(_));
    sign_in(&test.portal, ADA, NEW_PASSWORD, &client).await.unwrap();
    let notice = outbox::list(&test.portal).await.unwrap().remove(0);
    assert_eq!(
        (notice.kind.as_str(), notice.recipient.as_str()),
        ("password-changed", ADA)
    );
    let actions = test
        .query_column("select action || ' ' || via from audit_records order by id")
        .await;
    let expected = ["password.request-reset signed-out", "password.reset email-link"];
    assert!(
        expected
            .iter()
            .all(|action| actions.iter().any(|known| known == action)),
        "{actions:?}"
    );
}

#[rstest]
#[tokio::test]
async fn two_requests_at_once_use_a_link_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    request(&test, ADA).await;
    let token = newest_token(&test).await;
    let (one, two) = tokio::join!(
        complete(&test, &token, NEW_PASSWORD),
        complete(&test, &token, "another seven lanterns")
    );
    assert_eq!(
        usize::from(one.is_ok()) + usize::from(two.is_ok()),
        1,
        "{one:?} {two:?}"
    );
}

#[rstest]
#[tokio::test]
async fn link_says_why_it_does_not_work(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    assert_eq!(state(&test, "unknown").await, LinkState::Invalid(LinkProblem::Unknown));
    request(&test, ADA).await;
    let first = newest_token(&test).await;
    request(&test, ADA).await;
    let second = newest_token(&test).await;
    assert_eq!(state(&test, &first).await, LinkState::Invalid(LinkProblem::Replaced));
    assert_rejected!(complete(&test, &first, NEW_PASSWORD).await, Error::Conflict(_));
    let states: Vec<EmailState> = outbox::list(&test.portal)
        .await
        .unwrap()
        .iter()
        .map(|email| email.state)
        .collect();
    assert_eq!(
        states,
        [EmailState::Waiting, EmailState::Expired],
        "the replaced one is not mailed any more"
    );
    test.advance(3599);
    assert!(matches!(state(&test, &second).await, LinkState::Valid { .. }));
    test.advance(1);
    assert_eq!(state(&test, &second).await, LinkState::Invalid(LinkProblem::Expired));
    assert_rejected!(complete(&test, &second, NEW_PASSWORD).await, Error::Conflict(_));
    test.clock.advance(Duration::from_secs(31 * 24 * 3600));
    maintenance::run(&test.portal).await.unwrap();
    assert_eq!(test.count_rows("email_links").await, 0);
}

#[rstest]
#[tokio::test]
async fn link_of_a_deactivated_user_is_dead(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let bob = test.create_user("Bob", "bob@example.com", Rights::default()).await;
    request(&test, "bob@example.com").await;
    let token = newest_token(&test).await;
    let operator = test.operator().await;
    users::set_active(&test.portal, &operator, bob, false).await.unwrap();
    assert_rejected!(complete(&test, &token, NEW_PASSWORD).await, Error::Conflict(_));
    request(&test, "bob@example.com").await;
    users::set_active(&test.portal, &operator, bob, true).await.unwrap();
    assert_rejected!(complete(&test, &token, NEW_PASSWORD).await, Error::Conflict(_));
    assert_eq!(
        outbox::list(&test.portal).await.unwrap().len(),
        1,
        "an inactive user gets no link"
    );
}

/// A changed password makes links worthless that somebody else may have asked for.
#[rstest]
#[tokio::test]
async fn changed_password_replaces_open_links(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    request(&test, ADA).await;
    let token = newest_token(&test).await;
    let client = browser_at("192.0.2.1");
    users::change_own_password(&test.portal, &ada.actor, PASSWORD, NEW_PASSWORD, &client)
        .await
        .unwrap();
    assert_rejected!(
        complete(&test, &token, "another seven lanterns").await,
        Error::Conflict(_)
    );
}

#[rstest]
#[tokio::test]
async fn unknown_address_leaves_no_trace(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let records = test.count_rows("audit_records").await;
    request(&test, "nobody@example.com").await;
    assert_eq!(outbox::list(&test.portal).await.unwrap().len(), 0);
    assert_eq!(test.count_rows("audit_records").await, records);
    let client = browser_at("192.0.2.1");
    validation_error(password_resets::request(&test.portal, "nobody", &client).await, "email");
}

#[rstest]
#[tokio::test]
async fn requests_cannot_flood_a_mailbox(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    for number in 0..MAX_LINKS + 3 {
        let client = browser_at(&format!("192.0.2.{number}"));
        password_resets::request(&test.portal, ADA, &client).await.unwrap();
    }
    run_jobs(&test).await;
    let limit = usize::try_from(MAX_LINKS).unwrap();
    assert_eq!(test.count_rows("outbox").await, limit);
    test.clock.advance(LINK_WINDOW);
    request(&test, ADA).await;
    assert_eq!(test.count_rows("outbox").await, limit + 1);
}

#[rstest]
#[tokio::test]
async fn client_that_asks_often_must_wait(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let ask = async |number: i64, address: &str| {
        let email = format!("user{number}@example.com");
        password_resets::request(&test.portal, &email, &browser_at(address)).await
    };
    for number in 0..FREE_PASSWORD_RESETS {
        ask(number, "192.0.2.1").await.unwrap();
    }
    assert_rejected!(ask(99, "192.0.2.1").await, Error::TooManyAttempts { .. });
    ask(99, "192.0.2.2").await.unwrap();
    sign_in(&test.portal, ADA, PASSWORD, &browser_at("192.0.2.1"))
        .await
        .unwrap();
}
