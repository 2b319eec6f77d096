use crate::support::app::App;
use crate::support::{ADA, House, PASSWORD, client, new_token};
use domain::accounts::NewAccount;
use domain::accounts::features::Feature;
use domain::accounts::rights::Rights;
use domain::accounts::users::NewUser;
use domain::oauth1::consumers::{ConsumerSigning, NewConsumer};
use portal::accounts;
use portal::accounts::{profiles, users};
use portal::auth::{sessions, setup, sign_in};
use portal::oauth1::request_tokens::{self, Decision};
use portal::oauth1::{consumers, tokens};

both!(
    each_change_leaves_one_record_of_who_did_what,
    what_fails_leaves_none,
    setting_up_is_on_record
);

/// The records since the last look: action, who, by what, of what, and what is to be known of it.
struct Trail<'a> {
    house: &'a House,
    seen: usize,
}

impl Trail<'_> {
    async fn news(&mut self) -> Vec<String> {
        // Ids of one millisecond are in no order.
        let all = self
            .house
            .texts(
                "select r.action || '|' || coalesce(u.email, '-') || '|' || r.via || '|' || r.detail
                 from audit_records r left join users u on u.id = r.user_id order by r.at, r.action",
            )
            .await;
        let news = all[self.seen..].to_vec();
        self.seen = all.len();
        // The next change has a time of its own.
        self.house.advance(1);
        news
    }
}

async fn each_change_leaves_one_record_of_who_did_what(house: House) {
    let ada = house.set_up().await;
    let mut trail = Trail { house: &house, seen: 0 };
    trail.news().await;
    let (portal, actor) = (&house.portal, &*ada.actor);

    let consumer = consumers::create(
        portal,
        actor,
        NewConsumer {
            name: "Web shop".to_owned(),
        },
    )
    .await
    .unwrap();
    let id = consumer.value.id;
    assert_eq!(trail.news().await, ["consumer.create|ada@example.com|session|Web shop"]);
    consumers::rename(
        portal,
        actor,
        id,
        NewConsumer {
            name: "Shop".to_owned(),
        },
    )
    .await
    .unwrap();
    assert_eq!(
        trail.news().await,
        ["consumer.rename|ada@example.com|session|Web shop → Shop"]
    );
    let signing = ConsumerSigning {
        rsa_public_key: String::new(),
        legacy_flow: true,
    };
    consumers::set_signing(portal, actor, id, signing).await.unwrap();
    assert_eq!(
        trail.news().await,
        ["consumer.set-signing|ada@example.com|session|Shop: RSA key none, flow without verifier on"]
    );
    let token = tokens::create(portal, actor, new_token(&consumer.value, ADA, "Drupal"))
        .await
        .unwrap();
    assert_eq!(trail.news().await, ["token.create|ada@example.com|session|Drupal"]);
    tokens::revoke(portal, actor, token.value.id).await.unwrap();
    assert_eq!(trail.news().await, ["token.revoke|ada@example.com|session|Drupal"]);

    let app = App::new(&consumer);
    let asked = app.ask(portal, Some("oob")).await.unwrap();
    let Decision::Verifier(verifier) = request_tokens::allow(portal, actor, &asked.token, None).await.unwrap() else {
        panic!("no verifier")
    };
    assert_eq!(trail.news().await, ["request-token.allow|ada@example.com|session|Shop"]);
    app.exchange(portal, &asked, Some(&verifier)).await.unwrap();
    assert_eq!(
        trail.news().await,
        ["token.create|ada@example.com|token|Authorised by the user"]
    );
    let asked = app.ask(portal, Some("oob")).await.unwrap();
    request_tokens::refuse(portal, actor, &asked.token, None).await.unwrap();
    assert_eq!(
        trail.news().await,
        ["request-token.refuse|ada@example.com|session|Shop"]
    );
    consumers::delete(portal, actor, id, "Shop").await.unwrap();
    assert_eq!(trail.news().await, ["consumer.delete|ada@example.com|session|Shop"]);

    let profile = profiles::create(portal, actor, "Editors", Rights::default())
        .await
        .unwrap();
    assert_eq!(trail.news().await, ["profile.create|ada@example.com|session|Editors"]);
    profiles::set_rights(portal, actor, profile, Rights::all())
        .await
        .unwrap();
    assert_eq!(
        trail.news().await,
        ["profile.set-rights|ada@example.com|session|Editors"]
    );
    let input = NewUser {
        name: "Eve".to_owned(),
        email: "eve@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        profile: "Editors".to_owned(),
    };
    let eve = users::create(portal, actor, input).await.unwrap();
    assert_eq!(
        trail.news().await,
        ["user.create|ada@example.com|session|eve@example.com"]
    );
    users::set_active(portal, actor, eve, false).await.unwrap();
    assert_eq!(trail.news().await, ["user.deactivate|ada@example.com|session|"]);
    users::set_active(portal, actor, eve, true).await.unwrap();
    assert_eq!(trail.news().await, ["user.activate|ada@example.com|session|"]);
    users::set_password(portal, actor, eve, PASSWORD).await.unwrap();
    assert_eq!(trail.news().await, ["user.set-password|ada@example.com|session|"]);

    sign_in::sign_in(portal, "eve@example.com", PASSWORD, &client("192.0.2.9"))
        .await
        .unwrap();
    assert_eq!(
        trail.news().await,
        ["session.sign-in|eve@example.com|session|192.0.2.9"]
    );
    house.sign_in(ADA).await;
    trail.news().await;
    sessions::end_others(portal, actor).await.unwrap();
    assert_eq!(trail.news().await, ["session.end-others|ada@example.com|session|1"]);
    sessions::sign_out(portal, actor).await.unwrap();
    assert_eq!(trail.news().await, ["session.sign-out|ada@example.com|session|"]);

    let operator = house.operator().await;
    accounts::set_feature(portal, &operator, Feature::ApiTokens, false)
        .await
        .unwrap();
    assert_eq!(trail.news().await, ["feature.disable|-|command-line|api-tokens"]);
    accounts::set_feature(portal, &operator, Feature::ApiTokens, true)
        .await
        .unwrap();
    assert_eq!(trail.news().await, ["feature.enable|-|command-line|api-tokens"]);
    house.consumer(&operator, "Web shop").await;
    assert_eq!(trail.news().await, ["consumer.create|-|command-line|Web shop"]);
}

async fn what_fails_leaves_none(house: House) {
    let ada = house.set_up().await;
    let (_, consumer, _) = house.app(&ada.actor, "Web shop").await;
    let records = house.count("audit_records").await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    consumers::create(
        portal,
        actor,
        NewConsumer {
            name: "WEB SHOP".to_owned(),
        },
    )
    .await
    .unwrap_err();
    consumers::delete(portal, actor, consumer.id, "Shop").await.unwrap_err();
    tokens::create(portal, actor, new_token(&consumer, "nobody", "Drupal"))
        .await
        .unwrap_err();
    profiles::create(portal, actor, "Administrator", Rights::default())
        .await
        .unwrap_err();
    sign_in::sign_in(portal, ADA, "wrong password", &client("192.0.2.1"))
        .await
        .unwrap_err();
    assert_eq!(house.count("audit_records").await, records);
}

async fn setting_up_is_on_record(house: House) {
    let code = setup::issue_code(&house.portal).await.unwrap().unwrap();
    let form = NewAccount {
        account_name: "Analytical Engines".to_owned(),
        name: "Ada".to_owned(),
        email: ADA.to_owned(),
        password: PASSWORD.to_owned(),
    };
    setup::complete(&house.portal, code.expose(), form, &client("192.0.2.1"))
        .await
        .unwrap();
    let mut trail = Trail { house: &house, seen: 0 };
    assert_eq!(
        trail.news().await,
        [
            "account.create|-|setup|Analytical Engines",
            "profile.create|-|setup|Administrator",
            "user.create|-|setup|ada@example.com",
        ]
    );
}
