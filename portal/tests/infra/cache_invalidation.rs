use domain::accounts::features::Feature;
use domain::accounts::rights::Rights;
use domain::oauth1::OauthProblem;
use portal::accounts::{profiles, users};
use portal::oauth1::RequestError;
use portal::oauth1::{consumers, tokens};
use portal::{Portal, accounts, maintenance};
use rstest::rstest;
use std::time::Duration;
use testing::oauth1_client::Oauth1Client;
use testing::{ADA, Engine, TestPortal, eventually};

/// Returns the problem that a node reports for a request of the client, or `None` if it accepts the request.
async fn oauth_problem_of(app: &Oauth1Client, node: &Portal) -> Option<OauthProblem> {
    match app.call(node).await {
        Ok(_) => None,
        Err(RequestError::Rejected(error)) => Some(error.problem()),
        Err(RequestError::Portal(error)) => panic!("{error}"),
    }
}

/// Asserts that a node reports this result within a second.
async fn assert_becomes(app: &Oauth1Client, node: &Portal, expected: Option<OauthProblem>) {
    let took = eventually(&format!("the node does not report {expected:?}"), || async {
        oauth_problem_of(app, node).await == expected
    })
    .await;
    assert!(took < Duration::from_secs(1), "{expected:?} took {took:?}");
}

#[rstest]
#[tokio::test]
async fn revoked_access_is_rejected_on_other_node_within_a_second(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let other = test.another_node().await;
    let watch = tokio::spawn(maintenance::watch(other.clone()));
    let eve = test.create_user("Eve", "eve@example.com", Rights::all()).await;
    let eve_session = test.sign_in("eve@example.com").await;
    let (app, _, token) = test.create_client(&ada.actor, "Web shop").await;
    let (portal, operator) = (&test.portal, test.operator().await);
    assert_becomes(&app, &other, None).await;

    accounts::set_feature(portal, &operator, Feature::ApiTokens, false)
        .await
        .unwrap();
    assert_becomes(&app, &other, Some(OauthProblem::ConsumerKeyRefused)).await;
    accounts::set_feature(portal, &operator, Feature::ApiTokens, true)
        .await
        .unwrap();
    assert_becomes(&app, &other, None).await;

    let user = ada.actor.user().unwrap();
    users::set_active(portal, &eve_session.actor, user.id, false)
        .await
        .unwrap();
    assert_becomes(&app, &other, Some(OauthProblem::UserRefused)).await;
    users::set_active(portal, &eve_session.actor, user.id, true)
        .await
        .unwrap();
    assert_becomes(&app, &other, None).await;

    profiles::set_rights(portal, &eve_session.actor, user.profile_id, Rights::default())
        .await
        .unwrap();
    let took = eventually("the other node still has the old rights", || async {
        app.call(&other).await.unwrap().rights() == Rights::default()
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");

    tokens::revoke(portal, &eve_session.actor, token.id).await.unwrap();
    assert_becomes(&app, &other, Some(OauthProblem::TokenRevoked)).await;

    let (app, consumer, _) = test.create_client(&eve_session.actor, "Website").await;
    assert_becomes(&app, &other, None).await;
    consumers::delete(portal, &eve_session.actor, consumer.id, "Website")
        .await
        .unwrap();
    assert_becomes(&app, &other, Some(OauthProblem::ConsumerKeyUnknown)).await;
    assert_eq!(users::get(portal, &eve_session.actor, ADA).await.unwrap().id, user.id);
    assert_ne!(user.id, eve);
    watch.abort();
}

#[rstest]
#[tokio::test]
async fn node_without_watch_serves_cached_access(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let other = test.another_node().await;
    let (app, _, token) = test.create_client(&ada.actor, "Web shop").await;
    assert_eq!(oauth_problem_of(&app, &other).await, None);
    tokens::revoke(&test.portal, &ada.actor, token.id).await.unwrap();
    // The token is still cached here, which shows that the previous test depends on the watch.
    assert_eq!(oauth_problem_of(&app, &other).await, None);
    assert_eq!(
        oauth_problem_of(&app, &test.portal).await,
        Some(OauthProblem::TokenRevoked)
    );
}

#[rstest]
#[tokio::test]
async fn maintenance_deletes_old_changes_except_newest(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    for name in ["One", "Two", "Three"] {
        let (_, consumer, _) = test.create_client(&ada.actor, name).await;
        consumers::delete(&test.portal, &ada.actor, consumer.id, name)
            .await
            .unwrap();
    }
    let newest = test.query_column("select cast(max(seq) as text) from changes").await;
    test.advance(2 * 3600);
    maintenance::run(&test.portal).await.unwrap();
    assert_eq!(test.query_column("select cast(seq as text) from changes").await, newest);
}
