use crate::support::{ADA, House, PASSWORD, eventually};
use domain::accounts::rights::Rights;
use domain::ids::SessionId;
use portal::accounts::users;
use portal::auth::sessions::{IDLE, LIFETIME, end, end_others, find, list, sign_out};
use portal::auth::sign_in::sign_in;
use portal::{Error, Portal, Secret, maintenance};
use std::time::Duration;

both!(
    a_session_survives_a_restart,
    an_idle_session_ends,
    a_used_session_lives_on_but_not_for_ever,
    a_session_kept_alive_by_one_node_lives_on_the_other,
    the_owner_lists_their_sessions,
    one_session_can_be_ended,
    all_others_can_be_ended,
    signing_out_ends_this_session_only,
    a_deactivated_person_is_out_at_once,
    a_session_ended_on_one_node_is_dead_on_the_other,
    only_a_browser_has_sessions,
);

async fn is_alive(portal: &Portal, cookie: &Secret) -> bool {
    find(portal, cookie.expose()).await.unwrap().is_some()
}

async fn a_session_survives_a_restart(house: House) {
    let ada = house.set_up().await;
    house.portal.close().await;
    let portal = house.another_node().await;
    let actor = find(&portal, ada.cookie.expose()).await.unwrap().unwrap();
    assert_eq!(actor, ada.actor);
}

async fn an_idle_session_ends(house: House) {
    let ada = house.set_up().await;
    house.clock.advance(IDLE - Duration::from_millis(1));
    let other = house.another_node().await;
    house.clock.advance(Duration::from_millis(1));
    assert!(!is_alive(&house.portal, &ada.cookie).await);
    assert!(!is_alive(&other, &ada.cookie).await);
}

async fn a_used_session_lives_on_but_not_for_ever(house: House) {
    let ada = house.set_up().await;
    let six_days = Duration::from_secs(6 * 24 * 3600);
    for _ in 0..4 {
        house.clock.advance(six_days);
        assert!(is_alive(&house.portal, &ada.cookie).await);
    }
    house.clock.advance(LIFETIME - 4 * six_days - Duration::from_millis(1));
    assert!(is_alive(&house.portal, &ada.cookie).await);
    house.clock.advance(Duration::from_millis(1));
    assert!(!is_alive(&house.portal, &ada.cookie).await);
}

async fn a_session_kept_alive_by_one_node_lives_on_the_other(house: House) {
    let ada = house.set_up().await;
    let other = house.another_node().await;
    for _ in 0..2 {
        house.clock.advance(IDLE / 2 + Duration::from_secs(1));
        assert!(is_alive(&other, &ada.cookie).await);
    }
    // This node has not seen it since, and what it remembers has expired.
    assert!(is_alive(&house.portal, &ada.cookie).await);
}

async fn the_owner_lists_their_sessions(house: House) {
    let ada = house.set_up().await;
    house.person("Eve", "eve@example.com", Rights::default()).await;
    let eve = house.sign_in("eve@example.com").await;
    house.advance(120);
    let phone = portal::auth::sessions::Client {
        address: "192.0.2.9".to_owned(),
        user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Safari/604.1".to_owned()
            + &"x".repeat(1000),
    };
    let second = sign_in(&house.portal, ADA, PASSWORD, &phone).await.unwrap();
    let actor = house.actor(&second).await;

    let sessions = list(&house.portal, &actor).await.unwrap();
    let seen: Vec<_> = sessions
        .iter()
        .map(|session| (session.current, session.browser(), session.last_seen_at))
        .collect();
    let now = house.portal.now();
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
    assert_eq!(list(&house.portal, &eve.actor).await.unwrap().len(), 1);

    // Using the first one is noted to within a minute.
    assert!(is_alive(&house.portal, &ada.cookie).await);
    let sessions = list(&house.portal, &actor).await.unwrap();
    assert!(
        sessions.iter().all(|session| session.last_seen_at == now),
        "{sessions:?}"
    );

    // Those that have expired are not listed.
    house.clock.advance(IDLE);
    house.sign_in(ADA).await;
    let sessions = list(&house.portal, &house.sign_in(ADA).await.actor).await.unwrap();
    assert_eq!(sessions.len(), 2);
}

async fn one_session_can_be_ended(house: House) {
    let first = house.set_up().await;
    let second = house.sign_in(ADA).await;
    house.person("Eve", "eve@example.com", Rights::all()).await;
    let eve = house.sign_in("eve@example.com").await;
    let id = |sessions: Vec<domain::auth::sessions::Session>| {
        sessions
            .iter()
            .find(|session| !session.current)
            .map(|session| session.id)
            .unwrap()
    };
    let other = id(list(&house.portal, &first.actor).await.unwrap());

    // Nobody ends someone else's, whatever their rights.
    assert_refused!(end(&house.portal, &eve.actor, other).await, Error::NotFound("session"));
    assert!(is_alive(&house.portal, &second.cookie).await);

    end(&house.portal, &first.actor, other).await.unwrap();
    assert!(!is_alive(&house.portal, &second.cookie).await);
    assert!(is_alive(&house.portal, &first.cookie).await);
    assert_refused!(
        end(&house.portal, &first.actor, other).await,
        Error::NotFound("session")
    );
    let nothing = SessionId("0192f0c1-2b3c-7d4e-8f90-123456789abc".parse().unwrap());
    assert_refused!(
        end(&house.portal, &first.actor, nothing).await,
        Error::NotFound("session")
    );
}

async fn all_others_can_be_ended(house: House) {
    let first = house.set_up().await;
    let others = [house.sign_in(ADA).await, house.sign_in(ADA).await];
    house.person("Eve", "eve@example.com", Rights::default()).await;
    let eve = house.sign_in("eve@example.com").await;
    assert_eq!(end_others(&house.portal, &first.actor).await.unwrap(), 2);
    assert!(is_alive(&house.portal, &first.cookie).await);
    assert!(is_alive(&house.portal, &eve.cookie).await);
    for other in &others {
        assert!(!is_alive(&house.portal, &other.cookie).await);
    }
}

async fn signing_out_ends_this_session_only(house: House) {
    let first = house.set_up().await;
    let second = house.sign_in(ADA).await;
    sign_out(&house.portal, &second.actor).await.unwrap();
    assert!(!is_alive(&house.portal, &second.cookie).await);
    assert!(is_alive(&house.portal, &first.cookie).await);
}

async fn a_deactivated_person_is_out_at_once(house: House) {
    let ada = house.set_up().await;
    let id = house.person("Eve", "eve@example.com", Rights::default()).await;
    let eve = house.sign_in("eve@example.com").await;
    users::set_active(&house.portal, &ada.actor, id, false).await.unwrap();
    assert!(!is_alive(&house.portal, &eve.cookie).await);
    assert!(is_alive(&house.portal, &ada.cookie).await);
    // Being let in again does not bring the old session back.
    users::set_active(&house.portal, &ada.actor, id, true).await.unwrap();
    assert!(!is_alive(&house.portal, &eve.cookie).await);
    house.sign_in("eve@example.com").await;
}

async fn a_session_ended_on_one_node_is_dead_on_the_other(house: House) {
    let ada = house.set_up().await;
    let other = house.another_node().await;
    let watch = tokio::spawn(maintenance::watch(other.clone()));
    assert!(is_alive(&other, &ada.cookie).await);
    sign_out(&house.portal, &ada.actor).await.unwrap();
    let took = eventually("the session ends", || async { !is_alive(&other, &ada.cookie).await }).await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    watch.abort();
}

async fn only_a_browser_has_sessions(house: House) {
    let ada = house.set_up().await;
    let operator = house.operator().await;
    assert_refused!(list(&house.portal, &operator).await, Error::SignedOut);
    assert_refused!(end_others(&house.portal, &operator).await, Error::SignedOut);
    assert_refused!(sign_out(&house.portal, &operator).await, Error::SignedOut);
    let (app, _, _) = house.app(&ada.actor, "Web shop").await;
    let program = app.call(&house.portal).await.unwrap();
    assert_refused!(list(&house.portal, &program).await, Error::SignedOut);
}
