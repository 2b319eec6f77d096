use crate::support::app::App;
use crate::support::{ADA, House, eventually};
use domain::accounts::features::Feature;
use domain::accounts::rights::Rights;
use domain::oauth1::Problem;
use portal::accounts::{profiles, users};
use portal::oauth1::Denied;
use portal::oauth1::{consumers, tokens};
use portal::{Portal, accounts, maintenance};
use std::time::Duration;

both!(
    what_one_node_ends_is_refused_by_the_other_within_a_second,
    without_a_watch_a_node_goes_by_what_it_remembers,
    old_changes_are_forgotten_but_not_the_newest,
);

/// The problem that a node sees with the program's requests; none when it lets them in.
async fn seen(app: &App, node: &Portal) -> Option<Problem> {
    match app.call(node).await {
        Ok(_) => None,
        Err(Denied::Refused(refusal)) => Some(refusal.problem()),
        Err(Denied::Error(error)) => panic!("{error}"),
    }
}

async fn becomes(app: &App, node: &Portal, expected: Option<Problem>) {
    let took = eventually(&format!("{expected:?}"), || async { seen(app, node).await == expected }).await;
    assert!(took < Duration::from_secs(1), "{expected:?} took {took:?}");
}

async fn what_one_node_ends_is_refused_by_the_other_within_a_second(house: House) {
    let ada = house.set_up().await;
    let other = house.another_node().await;
    let watch = tokio::spawn(maintenance::watch(other.clone()));
    let eve = house.person("Eve", "eve@example.com", Rights::all()).await;
    let eves = house.sign_in("eve@example.com").await;
    let (app, _, token) = house.app(&ada.actor, "Web shop").await;
    let (portal, operator) = (&house.portal, house.operator().await);
    becomes(&app, &other, None).await;

    accounts::set_feature(portal, &operator, Feature::ApiTokens, false)
        .await
        .unwrap();
    becomes(&app, &other, Some(Problem::ConsumerKeyRefused)).await;
    accounts::set_feature(portal, &operator, Feature::ApiTokens, true)
        .await
        .unwrap();
    becomes(&app, &other, None).await;

    let me = ada.actor.person().unwrap();
    users::set_active(portal, &eves.actor, me.id, false).await.unwrap();
    becomes(&app, &other, Some(Problem::UserRefused)).await;
    users::set_active(portal, &eves.actor, me.id, true).await.unwrap();
    becomes(&app, &other, None).await;

    profiles::set_rights(portal, &eves.actor, me.profile_id, Rights::default())
        .await
        .unwrap();
    let took = eventually("the rights go", || async {
        app.call(&other).await.unwrap().rights() == Rights::default()
    })
    .await;
    assert!(took < Duration::from_secs(1), "{took:?}");

    tokens::revoke(portal, &eves.actor, token.id).await.unwrap();
    becomes(&app, &other, Some(Problem::TokenRevoked)).await;

    let (app, consumer, _) = house.app(&eves.actor, "Website").await;
    becomes(&app, &other, None).await;
    consumers::delete(portal, &eves.actor, consumer.id, "Website")
        .await
        .unwrap();
    becomes(&app, &other, Some(Problem::ConsumerKeyUnknown)).await;
    assert_eq!(users::get(portal, &eves.actor, ADA).await.unwrap().id, me.id);
    assert_ne!(me.id, eve);
    watch.abort();
}

async fn without_a_watch_a_node_goes_by_what_it_remembers(house: House) {
    let ada = house.set_up().await;
    let other = house.another_node().await;
    let (app, _, token) = house.app(&ada.actor, "Web shop").await;
    assert_eq!(seen(&app, &other).await, None);
    tokens::revoke(&house.portal, &ada.actor, token.id).await.unwrap();
    // Or else the test above would prove nothing.
    assert_eq!(seen(&app, &other).await, None);
    assert_eq!(seen(&app, &house.portal).await, Some(Problem::TokenRevoked));
}

async fn old_changes_are_forgotten_but_not_the_newest(house: House) {
    let ada = house.set_up().await;
    for name in ["One", "Two", "Three"] {
        let (_, consumer, _) = house.app(&ada.actor, name).await;
        consumers::delete(&house.portal, &ada.actor, consumer.id, name)
            .await
            .unwrap();
    }
    let newest = house.texts("select cast(max(seq) as text) from changes").await;
    house.advance(2 * 3600);
    maintenance::run(&house.portal).await.unwrap();
    assert_eq!(house.texts("select cast(seq as text) from changes").await, newest);
}
