use domain::accounts::rights::Rights;
use domain::ids::SessionId;
use portal::accounts::users;
use portal::auth::sessions::{IDLE_TIMEOUT, MAX_LIFETIME, end, end_others, find, list, sign_out};
use portal::auth::sign_in::sign_in;
use portal::{Error, Portal, Secret, maintenance};
use rstest::rstest;
use std::time::Duration;
use testing::{ADA, Engine, PASSWORD, TestPortal, assert_rejected, eventually};

async fn is_active(portal: &Portal, cookie: &Secret) -> bool {
    find(portal, cookie.expose()).await.unwrap().is_some()
}

#[rstest]
#[tokio::test]
async fn session_survives_restart(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.portal.close().await;
    let portal = test.another_node().await;
    let actor = find(&portal, ada.cookie.expose()).await.unwrap().unwrap();
    assert_eq!(actor, ada.actor);
}

#[rstest]
#[tokio::test]
async fn idle_session_expires(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.clock.advance(IDLE_TIMEOUT - Duration::from_millis(1));
    let other = test.another_node().await;
    test.clock.advance(Duration::from_millis(1));
    assert!(!is_active(&test.portal, &ada.cookie).await);
    assert!(!is_active(&other, &ada.cookie).await);
}

#[rstest]
#[tokio::test]
async fn session_in_use_is_extended_up_to_max_lifetime(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let six_days = Duration::from_secs(6 * 24 * 3600);
    for _ in 0..4 {
        test.clock.advance(six_days);
        assert!(is_active(&test.portal, &ada.cookie).await);
    }
    test.clock
        .advance(MAX_LIFETIME - 4 * six_days - Duration::from_millis(1));
    assert!(is_active(&test.portal, &ada.cookie).await);
    test.clock.advance(Duration::from_millis(1));
    assert!(!is_active(&test.portal, &ada.cookie).await);
}

#[rstest]
#[tokio::test]
async fn session_used_on_one_node_stays_active_on_other_node(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let other = test.another_node().await;
    for _ in 0..2 {
        test.clock.advance(IDLE_TIMEOUT / 2 + Duration::from_secs(1));
        assert!(is_active(&other, &ada.cookie).await);
    }
    // This node has not seen the session since, and its cache entry has expired.
    assert!(is_active(&test.portal, &ada.cookie).await);
}

#[rstest]
#[tokio::test]
async fn session_list_shows_own_sessions(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    test.create_user("Eve", "eve@example.com", Rights::default()).await;
    let eve = test.sign_in("eve@example.com").await;
    test.advance(120);
    let phone = portal::auth::sessions::BrowserInfo {
        address: "192.0.2.9".to_owned(),
        user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Safari/604.1".to_owned()
            + &"x".repeat(1000),
    };
    let second = sign_in(&test.portal, ADA, PASSWORD, &phone).await.unwrap();
    let actor = test.actor(&second).await;

    let sessions = list(&test.portal, &actor).await.unwrap();
    let seen: Vec<_> = sessions
        .iter()
        .map(|session| (session.current, session.browser(), session.last_seen_at))
        .collect();
    let now = test.portal.now();
    assert_eq!(
        seen,
        [
            (true, "Safari on iPhone".to_owned(), now),
            (
                false,
                "Firefox on Linux".to_owned(),
                now.before(Duration::from_secs(120))
            ),
        ]
    );
    assert_eq!(sessions[0].address, "192.0.2.9");
    assert!(sessions[0].user_agent.len() <= 300);
    assert_eq!(list(&test.portal, &eve.actor).await.unwrap().len(), 1);

    // Using the first session updates its last use, at most once per minute.
    assert!(is_active(&test.portal, &ada.cookie).await);
    let sessions = list(&test.portal, &actor).await.unwrap();
    assert!(
        sessions.iter().all(|session| session.last_seen_at == now),
        "{sessions:?}"
    );

    // Expired sessions are not listed.
    test.clock.advance(IDLE_TIMEOUT);
    test.sign_in(ADA).await;
    let sessions = list(&test.portal, &test.sign_in(ADA).await.actor).await.unwrap();
    assert_eq!(sessions.len(), 2);
}

#[rstest]
#[tokio::test]
async fn another_session_can_be_ended(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let first = test.set_up().await;
    let second = test.sign_in(ADA).await;
    test.create_user("Eve", "eve@example.com", Rights::all()).await;
    let eve = test.sign_in("eve@example.com").await;
    let id = |sessions: Vec<domain::auth::sessions::Session>| {
        sessions
            .iter()
            .find(|session| !session.current)
            .map(|session| session.id)
            .unwrap()
    };
    let other = id(list(&test.portal, &first.actor).await.unwrap());

    // A user cannot end another user's session, regardless of rights.
    assert_rejected!(end(&test.portal, &eve.actor, other).await, Error::NotFound("session"));
    assert!(is_active(&test.portal, &second.cookie).await);

    end(&test.portal, &first.actor, other).await.unwrap();
    assert!(!is_active(&test.portal, &second.cookie).await);
    assert!(is_active(&test.portal, &first.cookie).await);
    assert_rejected!(end(&test.portal, &first.actor, other).await, Error::NotFound("session"));
    let unknown = SessionId("0192f0c1-2b3c-7d4e-8f90-123456789abc".parse().unwrap());
    assert_rejected!(
        end(&test.portal, &first.actor, unknown).await,
        Error::NotFound("session")
    );
}

#[rstest]
#[tokio::test]
async fn all_other_sessions_can_be_ended(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let first = test.set_up().await;
    let others = [test.sign_in(ADA).await, test.sign_in(ADA).await];
    test.create_user("Eve", "eve@example.com", Rights::default()).await;
    let eve = test.sign_in("eve@example.com").await;
    assert_eq!(end_others(&test.portal, &first.actor).await.unwrap(), 2);
    assert!(is_active(&test.portal, &first.cookie).await);
    assert!(is_active(&test.portal, &eve.cookie).await);
    for other in &others {
        assert!(!is_active(&test.portal, &other.cookie).await);
    }
}

#[rstest]
#[tokio::test]
async fn sign_out_ends_current_session_only(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let first = test.set_up().await;
    let second = test.sign_in(ADA).await;
    sign_out(&test.portal, &second.actor).await.unwrap();
    assert!(!is_active(&test.portal, &second.cookie).await);
    assert!(is_active(&test.portal, &first.cookie).await);
}

#[rstest]
#[tokio::test]
async fn deactivated_user_loses_sessions_immediately(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let id = test.create_user("Eve", "eve@example.com", Rights::default()).await;
    let eve = test.sign_in("eve@example.com").await;
    users::set_active(&test.portal, &ada.actor, id, false).await.unwrap();
    assert!(!is_active(&test.portal, &eve.cookie).await);
    assert!(is_active(&test.portal, &ada.cookie).await);
    // Activating the user again does not restore the old session.
    users::set_active(&test.portal, &ada.actor, id, true).await.unwrap();
    assert!(!is_active(&test.portal, &eve.cookie).await);
    test.sign_in("eve@example.com").await;
}

#[rstest]
#[tokio::test]
async fn session_ended_on_one_node_ends_on_other_node(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let other = test.another_node().await;
    let watch = tokio::spawn(maintenance::watch(other.clone()));
    assert!(is_active(&other, &ada.cookie).await);
    sign_out(&test.portal, &ada.actor).await.unwrap();
    let took = eventually("the session is still active", || async {
        !is_active(&other, &ada.cookie).await
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    watch.abort();
}

#[rstest]
#[tokio::test]
async fn session_operations_require_browser_session(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let operator = test.operator().await;
    assert_rejected!(list(&test.portal, &operator).await, Error::SignedOut);
    assert_rejected!(end_others(&test.portal, &operator).await, Error::SignedOut);
    assert_rejected!(sign_out(&test.portal, &operator).await, Error::SignedOut);
    let (app, _, _) = test.create_client(&ada.actor, "Web shop").await;
    let token_actor = app.call(&test.portal).await.unwrap();
    assert_rejected!(list(&test.portal, &token_actor).await, Error::SignedOut);
}
