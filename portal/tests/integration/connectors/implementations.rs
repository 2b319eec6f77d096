use super::{PRODUCTION, enable_remote_logging, identify};
use domain::accounts::rights::Right;
use domain::integration::implementations::Connector;
use domain::integration::remote_logs::LogFilter;
use domain::integration::settings::Saved;
use portal::Error;
use portal::integration::{api_keys, connectors, implementations, remote_logs, requested_fields, settings};
use rstest::rstest;
use testing::{Engine, TestPortal, assert_rejected};

#[rstest]
#[tokio::test]
async fn connector_instance_is_listed_after_its_first_request(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    identify(portal, actor, "no connector at all").await;
    assert!(implementations::list(portal, actor).await.unwrap().is_empty());
    let production = identify(portal, actor, PRODUCTION).await;
    let listed = implementations::list(portal, actor).await.unwrap();
    assert_eq!(listed[0].title(), "SitecoreAI Production");
    assert_eq!(
        (listed[0].connector.environment.as_str(), listed[0].revision),
        ("live", None)
    );
    let first_seen = portal.now();
    test.advance(600);
    connectors::settings(portal, &production).await.unwrap();
    enable_remote_logging(portal, actor).await;
    connectors::settings(portal, &production).await.unwrap();
    // A newer version of the same instance sends a request to another node.
    let node = test.another_node().await;
    identify(&node, actor, "SitecoreAI/2.2; instance=\"Production\"").await;
    identify(&node, actor, "xpxm/9.0").await;
    let listed = implementations::list(portal, actor).await.unwrap();
    assert_eq!(listed.len(), 2);
    let production = listed.iter().find(|seen| seen.connector.kind == "sitecoreai").unwrap();
    assert_eq!(
        (production.first_seen_at, production.last_seen_at),
        (first_seen, portal.now())
    );
    assert_eq!(
        (production.revision, production.connector.version.as_str()),
        (Some(1), "2.2")
    );
}

#[rstest]
#[tokio::test]
async fn implementation_can_be_renamed_and_removed(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let bob = test.create_account("Northwind", "Bob", "bob@example.com").await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    identify(portal, actor, PRODUCTION).await;
    let id = implementations::list(portal, actor).await.unwrap()[0].id;
    implementations::rename(portal, actor, id, "  Web   site ")
        .await
        .unwrap();
    assert_eq!(
        implementations::list(portal, actor).await.unwrap()[0].title(),
        "Web site"
    );
    let long = implementations::rename(portal, actor, id, &"x".repeat(101)).await;
    testing::validation_error(long, "name");
    for rejected in [
        implementations::rename(portal, &bob.actor, id, "Mine").await,
        implementations::remove(portal, &bob.actor, id).await,
    ] {
        assert_rejected!(rejected, Error::NotFound("implementation"));
    }
    implementations::remove(portal, actor, id).await.unwrap();
    assert!(implementations::list(portal, actor).await.unwrap().is_empty());
    // The next request of the connector lists it again, on the same node too.
    identify(portal, actor, PRODUCTION).await;
    assert_eq!(
        implementations::list(portal, actor).await.unwrap()[0].title(),
        "SitecoreAI Production"
    );
}

#[rstest]
#[tokio::test]
async fn implementations_are_limited_per_account(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let key = api_keys::show(portal, actor).await.unwrap();
    for number in 0..505 {
        let connector = Connector::parse(&format!("xpxm/1; instance=\"{number}\"")).ok();
        let caller = connectors::authenticate(portal, key.expose(), connector)
            .await
            .unwrap()
            .unwrap();
        connectors::settings(portal, &caller).await.unwrap();
    }
    assert_eq!(implementations::list(portal, actor).await.unwrap().len(), 500);
}

#[rstest]
#[tokio::test]
async fn requested_field_without_settings_is_suggested(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    let caller = identify(portal, actor, PRODUCTION).await;
    testing::validation_error(connectors::field(portal, &caller, " ").await, "field");
    for name in ["Hero Image", "hero  image", &"x".repeat(300), "a\u{7}b"] {
        assert!(!connectors::field(portal, &caller, name).await.unwrap().configured);
    }
    assert_eq!(requested_fields::list(portal, actor).await.unwrap(), ["Hero Image"]);
    let saved = settings::save(
        portal,
        actor,
        0,
        &crate::integration::settings::field("HERO IMAGE", "cat"),
    )
    .await
    .unwrap();
    assert_eq!(saved, Saved::New(1));
    assert!(requested_fields::list(portal, actor).await.unwrap().is_empty());
    let found = connectors::field(portal, &caller, "hero image").await.unwrap();
    assert_eq!((found.configured, found.field.as_str()), (true, "HERO IMAGE"));
    assert!(requested_fields::list(portal, actor).await.unwrap().is_empty());
}

#[rstest]
#[tokio::test]
async fn implementation_and_log_operations_require_manage_integration(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let eve = test.sign_in_without(Right::ManageIntegration).await;
    let (portal, actor) = (&test.portal, &*eve.actor);
    let unknown = domain::ids::ImplementationId(uuid::Uuid::nil());
    assert_rejected!(
        implementations::list(portal, actor).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_rejected!(
        implementations::rename(portal, actor, unknown, "x").await,
        Error::Forbidden(_)
    );
    assert_rejected!(
        implementations::remove(portal, actor, unknown).await,
        Error::Forbidden(_)
    );
    assert_rejected!(
        requested_fields::list(portal, actor).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_rejected!(
        remote_logs::list(portal, actor, &LogFilter::default()).await,
        Error::Forbidden(Right::ManageIntegration)
    );
}
