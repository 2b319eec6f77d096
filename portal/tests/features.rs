use crate::support::app::{App, problem};
use crate::support::{ADA, House, new_token};
use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::oauth1::Problem;
use domain::oauth1::consumers::{ConsumerSigning, NewConsumer};
use domain::oauth1::tokens::TokenQuery;
use portal::accounts::users;
use portal::oauth1::{consumers, request_tokens, tokens};
use portal::{Error, accounts};

both!(
    off_nothing_of_it_works_and_on_again_everything_does,
    switching_twice_is_as_good_as_once
);

async fn off_nothing_of_it_works_and_on_again_everything_does(house: House) {
    let ada = house.set_up().await;
    let (app, consumer, token) = house.app(&ada.actor, "Web shop").await;
    let asked = app.ask(&house.portal, Some("oob")).await.unwrap();
    app.call(&house.portal).await.unwrap();
    let operator = house.operator().await;
    accounts::set_feature(&house.portal, &operator, Feature::ApiTokens, false)
        .await
        .unwrap();

    let (portal, actor) = (&house.portal, &house.actor(&ada.cookie).await);
    assert_eq!(actor.me().unwrap().features, []);
    let named = || NewConsumer {
        name: "Website".to_owned(),
    };
    let off = Feature::ApiTokens;
    assert_refused!(
        consumers::create(portal, actor, named()).await,
        Error::Disabled(Feature::ApiTokens)
    );
    assert_refused!(consumers::list(portal, actor).await, Error::Disabled(_));
    assert_refused!(consumers::get(portal, actor, consumer.id).await, Error::Disabled(_));
    assert_refused!(consumers::choices(portal, actor).await, Error::Disabled(_));
    assert_refused!(
        consumers::rename(portal, actor, consumer.id, named()).await,
        Error::Disabled(_)
    );
    let signing = ConsumerSigning::default();
    assert_refused!(
        consumers::set_signing(portal, actor, consumer.id, signing).await,
        Error::Disabled(_)
    );
    assert_refused!(
        consumers::delete(portal, actor, consumer.id, "Web shop").await,
        Error::Disabled(_)
    );
    assert_refused!(
        tokens::create(portal, actor, new_token(&consumer, ADA, "Drupal")).await,
        Error::Disabled(_)
    );
    assert_refused!(
        tokens::list(portal, actor, &TokenQuery::default()).await,
        Error::Disabled(_)
    );
    assert_refused!(tokens::get(portal, actor, token.id).await, Error::Disabled(_));
    assert_refused!(tokens::revoke(portal, actor, token.id).await, Error::Disabled(_));
    assert_refused!(
        users::choices(portal, actor, Right::CreateApiTokens, "a").await,
        Error::Disabled(_)
    );
    assert_refused!(
        request_tokens::question(portal, actor, &asked.token, None).await,
        Error::Disabled(_)
    );
    assert_refused!(
        request_tokens::allow(portal, actor, &asked.token, None).await,
        Error::Disabled(_)
    );
    assert_eq!(problem(app.call(portal).await), Problem::ConsumerKeyRefused);
    assert_eq!(problem(app.ask(portal, Some("oob")).await), Problem::ConsumerKeyRefused);
    assert_eq!(
        problem(app.exchange(portal, &asked, Some("x")).await),
        Problem::ConsumerKeyRefused
    );
    assert_eq!(accounts::list(portal).await.unwrap()[0].features, [] as [String; 0]);

    // Another account keeps it.
    let other = house
        .account("Difference Engines", "Charles", "charles@example.com")
        .await;
    house.consumer(&other.actor, "Web shop").await;

    accounts::set_feature(portal, &operator, off, true).await.unwrap();
    assert_eq!(
        accounts::operator(portal, Some(crate::support::ACCOUNT)).await.unwrap(),
        operator
    );
    app.call(portal).await.unwrap();
    assert_eq!(*house.actor(&ada.cookie).await, *ada.actor);
    App { token: None, ..app }.ask(portal, Some("oob")).await.unwrap();
}

async fn switching_twice_is_as_good_as_once(house: House) {
    house.set_up().await;
    let operator = house.operator().await;
    for on in [true, false, false, true, true] {
        accounts::set_feature(&house.portal, &operator, Feature::ApiTokens, on)
            .await
            .unwrap();
        let features = &accounts::list(&house.portal).await.unwrap()[0].features;
        assert_eq!(features.len(), usize::from(on));
    }
    let (one, other) = tokio::join!(
        accounts::set_feature(&house.portal, &operator, Feature::ApiTokens, true),
        accounts::set_feature(&house.portal, &operator, Feature::ApiTokens, true),
    );
    one.and(other).unwrap();
}
