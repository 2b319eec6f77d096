use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::oauth1::OauthProblem;
use domain::oauth1::consumers::{ConsumerForm, ConsumerSigning};
use domain::oauth1::tokens::TokenQuery;
use portal::accounts::users;
use portal::oauth1::{consumers, request_tokens, tokens};
use portal::{Error, accounts};
use rstest::rstest;
use testing::oauth1_client::{Oauth1Client, problem};
use testing::{ADA, Engine, TestPortal, assert_rejected, new_token};

#[rstest]
#[tokio::test]
async fn api_tokens_feature_rejects_every_operation_while_off(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (app, consumer, token) = test.create_client(&ada.actor, "Web shop").await;
    let request_token = app.obtain_request_token(&test.portal, Some("oob")).await.unwrap();
    app.call(&test.portal).await.unwrap();
    let operator = test.operator().await;
    accounts::set_feature(&test.portal, &operator, Feature::ApiTokens, false)
        .await
        .unwrap();

    let (portal, actor) = (&test.portal, &test.actor(&ada.cookie).await);
    assert_eq!(actor.current_user().unwrap().features, []);
    let named = || ConsumerForm {
        name: "Website".to_owned(),
    };
    assert_rejected!(
        consumers::create(portal, actor, named()).await,
        Error::Disabled(Feature::ApiTokens)
    );
    assert_rejected!(consumers::list(portal, actor).await, Error::Disabled(_));
    assert_rejected!(consumers::get(portal, actor, consumer.id).await, Error::Disabled(_));
    assert_rejected!(consumers::options(portal, actor).await, Error::Disabled(_));
    assert_rejected!(
        consumers::rename(portal, actor, consumer.id, named()).await,
        Error::Disabled(_)
    );
    let signing = ConsumerSigning::default();
    assert_rejected!(
        consumers::set_signing(portal, actor, consumer.id, signing).await,
        Error::Disabled(_)
    );
    assert_rejected!(
        consumers::delete(portal, actor, consumer.id, "Web shop").await,
        Error::Disabled(_)
    );
    assert_rejected!(
        tokens::create(portal, actor, new_token(&consumer, ADA, "Drupal")).await,
        Error::Disabled(_)
    );
    assert_rejected!(
        tokens::list(portal, actor, &TokenQuery::default()).await,
        Error::Disabled(_)
    );
    assert_rejected!(tokens::get(portal, actor, token.id).await, Error::Disabled(_));
    assert_rejected!(tokens::revoke(portal, actor, token.id).await, Error::Disabled(_));
    assert_rejected!(
        users::suggest(portal, actor, Right::CreateApiTokens, "a").await,
        Error::Disabled(_)
    );
    assert_rejected!(
        request_tokens::consent_request(portal, actor, &request_token.token, None).await,
        Error::Disabled(_)
    );
    assert_rejected!(
        request_tokens::allow(portal, actor, &request_token.token, None).await,
        Error::Disabled(_)
    );
    assert_eq!(problem(app.call(portal).await), OauthProblem::ConsumerKeyRefused);
    assert_eq!(
        problem(app.obtain_request_token(portal, Some("oob")).await),
        OauthProblem::ConsumerKeyRefused
    );
    assert_eq!(
        problem(app.exchange(portal, &request_token, Some("x")).await),
        OauthProblem::ConsumerKeyRefused
    );
    assert_eq!(accounts::list(portal).await.unwrap()[0].features, [] as [String; 0]);

    // The feature of another account stays on.
    let other = test
        .create_account("Difference Engines", "Charles", "charles@example.com")
        .await;
    test.create_consumer(&other.actor, "Web shop").await;

    accounts::set_feature(portal, &operator, Feature::ApiTokens, true)
        .await
        .unwrap();
    assert_eq!(
        accounts::operator(portal, Some(testing::ACCOUNT)).await.unwrap(),
        operator
    );
    app.call(portal).await.unwrap();
    assert_eq!(*test.actor(&ada.cookie).await, *ada.actor);
    Oauth1Client { token: None, ..app }
        .obtain_request_token(portal, Some("oob"))
        .await
        .unwrap();
}

#[rstest]
#[tokio::test]
async fn set_feature_is_idempotent(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    test.set_up().await;
    let operator = test.operator().await;
    for enabled in [true, false, false, true, true] {
        accounts::set_feature(&test.portal, &operator, Feature::ApiTokens, enabled)
            .await
            .unwrap();
        let features = &accounts::list(&test.portal).await.unwrap()[0].features;
        assert_eq!(features.len(), usize::from(enabled));
    }
    let (one, other) = tokio::join!(
        accounts::set_feature(&test.portal, &operator, Feature::ApiTokens, true),
        accounts::set_feature(&test.portal, &operator, Feature::ApiTokens, true),
    );
    one.and(other).unwrap();
}
