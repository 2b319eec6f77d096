use domain::accounts::NewAccount;
use domain::accounts::features::Feature;
use domain::accounts::rights::Rights;
use domain::accounts::users::NewUser;
use domain::oauth1::consumers::{Consumer, ConsumerForm, ConsumerSigning};
use portal::Actor;
use portal::accounts;
use portal::accounts::setup;
use portal::accounts::{profiles, users};
use portal::auth::{sessions, sign_in};
use portal::demo;
use portal::oauth1::request_tokens::{self, Decision};
use portal::oauth1::{consumers, tokens};
use rstest::rstest;
use testing::oauth1_client::Oauth1Client;
use testing::{ADA, Engine, PASSWORD, TestPortal, browser_at, new_token};

/// Reads the audit records written since the last call: action, user, authentication method and detail.
struct AuditLog<'a> {
    test: &'a TestPortal,
    seen: usize,
}

impl AuditLog<'_> {
    async fn new_records(&mut self) -> Vec<String> {
        // IDs created in the same millisecond are not ordered, so records are ordered by action.
        let all = self
            .test
            .query_column(
                "select r.action || '|' || coalesce(u.email, '-') || '|' || r.via || '|' || r.detail
                 from audit_records r left join users u on u.id = r.user_id order by r.at, r.action",
            )
            .await;
        let new_records = all[self.seen..].to_vec();
        self.seen = all.len();
        // The next change gets a different timestamp.
        self.test.advance(1);
        new_records
    }
}

#[rstest]
#[tokio::test]
async fn each_change_writes_one_audit_record(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let mut audit = AuditLog { test: &test, seen: 0 };
    audit.new_records().await;
    let (portal, actor) = (&test.portal, &*ada.actor);

    let consumer = consumers::create(
        portal,
        actor,
        ConsumerForm {
            name: "Web shop".to_owned(),
        },
    )
    .await
    .unwrap();
    let id = consumer.value.id;
    assert_eq!(
        audit.new_records().await,
        [r#"consumer.create|ada@example.com|session|{"name":"Web shop"}"#]
    );
    consumers::rename(
        portal,
        actor,
        id,
        ConsumerForm {
            name: "Shop".to_owned(),
        },
    )
    .await
    .unwrap();
    assert_eq!(
        audit.new_records().await,
        [r#"consumer.rename|ada@example.com|session|{"before":"Web shop","after":"Shop"}"#]
    );
    let signing = ConsumerSigning {
        rsa_public_key: String::new(),
        legacy_flow: true,
    };
    consumers::set_signing(portal, actor, id, signing).await.unwrap();
    assert_eq!(
        audit.new_records().await,
        [r#"consumer.set-signing|ada@example.com|session|{"name":"Shop","has_rsa_key":false,"legacy_flow":true}"#]
    );
    let token = tokens::create(portal, actor, new_token(&consumer.value, ADA, "Drupal"))
        .await
        .unwrap();
    assert_eq!(
        audit.new_records().await,
        [token_created("session", &consumer.value, actor, "Drupal")]
    );
    tokens::revoke(portal, actor, token.value.id).await.unwrap();
    assert_eq!(
        audit.new_records().await,
        [r#"token.revoke|ada@example.com|session|{"integration":"Drupal"}"#]
    );

    let app = Oauth1Client::new(&consumer);
    let request_token = app.obtain_request_token(portal, Some("oob")).await.unwrap();
    let Decision::Verifier(verifier) = request_tokens::allow(portal, actor, &request_token.token, None)
        .await
        .unwrap()
    else {
        panic!("no verifier")
    };
    assert_eq!(
        audit.new_records().await,
        [r#"request-token.allow|ada@example.com|session|{"name":"Shop"}"#]
    );
    app.exchange(portal, &request_token, Some(&verifier)).await.unwrap();
    assert_eq!(
        audit.new_records().await,
        [token_created("token", &consumer.value, actor, "Authorized by the user")]
    );
    let request_token = app.obtain_request_token(portal, Some("oob")).await.unwrap();
    request_tokens::deny(portal, actor, &request_token.token, None)
        .await
        .unwrap();
    assert_eq!(
        audit.new_records().await,
        [r#"request-token.refuse|ada@example.com|session|{"name":"Shop"}"#]
    );
    consumers::delete(portal, actor, id, "Shop").await.unwrap();
    assert_eq!(
        audit.new_records().await,
        [r#"consumer.delete|ada@example.com|session|{"name":"Shop"}"#]
    );

    let profile = profiles::create(portal, actor, "Editors", Rights::default())
        .await
        .unwrap();
    assert_eq!(
        audit.new_records().await,
        [r#"profile.create|ada@example.com|session|{"name":"Editors","rights":[]}"#]
    );
    profiles::set_rights(portal, actor, profile, Rights::all())
        .await
        .unwrap();
    let rights = serde_json::to_string(&Rights::all()).unwrap();
    assert_eq!(
        audit.new_records().await,
        [format!(
            r#"profile.set-rights|ada@example.com|session|{{"name":"Editors","rights":{rights}}}"#
        )]
    );
    let input = NewUser {
        name: "Eve".to_owned(),
        email: "eve@example.com".to_owned(),
        password: PASSWORD.to_owned(),
        profile: "Editors".to_owned(),
    };
    let eve = users::create(portal, actor, input).await.unwrap();
    assert_eq!(
        audit.new_records().await,
        [r#"user.create|ada@example.com|session|{"email":"eve@example.com","profile":"Editors"}"#]
    );
    users::set_active(portal, actor, eve, false).await.unwrap();
    assert_eq!(
        audit.new_records().await,
        ["user.deactivate|ada@example.com|session|{}"]
    );
    users::set_active(portal, actor, eve, true).await.unwrap();
    assert_eq!(audit.new_records().await, ["user.activate|ada@example.com|session|{}"]);
    users::set_password(portal, actor, eve, PASSWORD).await.unwrap();
    assert_eq!(
        audit.new_records().await,
        ["user.set-password|ada@example.com|session|{}"]
    );

    sign_in::sign_in(portal, "eve@example.com", PASSWORD, &browser_at("192.0.2.9"))
        .await
        .unwrap();
    assert_eq!(
        audit.new_records().await,
        [r#"session.sign-in|eve@example.com|session|{"address":"192.0.2.9"}"#]
    );
    test.sign_in(ADA).await;
    audit.new_records().await;
    sessions::end_others(portal, actor).await.unwrap();
    assert_eq!(
        audit.new_records().await,
        [r#"session.end-others|ada@example.com|session|{"sessions":1}"#]
    );
    sessions::sign_out(portal, actor).await.unwrap();
    assert_eq!(
        audit.new_records().await,
        ["session.sign-out|ada@example.com|session|{}"]
    );

    let operator = test.operator().await;
    accounts::set_feature(portal, &operator, Feature::ApiTokens, false)
        .await
        .unwrap();
    assert_eq!(
        audit.new_records().await,
        [r#"feature.disable|-|command-line|{"feature":"api-tokens"}"#]
    );
    accounts::set_feature(portal, &operator, Feature::ApiTokens, true)
        .await
        .unwrap();
    assert_eq!(
        audit.new_records().await,
        [r#"feature.enable|-|command-line|{"feature":"api-tokens"}"#]
    );
    test.create_consumer(&operator, "Web shop").await;
    assert_eq!(
        audit.new_records().await,
        [r#"consumer.create|-|command-line|{"name":"Web shop"}"#]
    );
}

/// Returns the audit record of a token that Ada has issued to herself.
fn token_created(via: &str, consumer: &Consumer, ada: &Actor, integration: &str) -> String {
    format!(
        r#"token.create|ada@example.com|{via}|{{"consumer":"{}","user":"{}","integration":"{integration}"}}"#,
        consumer.id,
        ada.user().unwrap().id
    )
}

#[rstest]
#[tokio::test]
async fn audit_record_details_are_json_objects(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    demo::create_if_missing(&test.portal).await.unwrap();
    let details = test.query_column("select detail from audit_records").await;
    assert!(details.len() > 50, "only {} audit records", details.len());
    for detail in details {
        let value: serde_json::Value = serde_json::from_str(&detail).unwrap();
        assert!(value.is_object(), "{detail}");
    }
}

#[rstest]
#[tokio::test]
async fn failed_change_writes_no_audit_record(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (_, consumer, _) = test.create_client(&ada.actor, "Web shop").await;
    let records = test.count_rows("audit_records").await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    consumers::create(
        portal,
        actor,
        ConsumerForm {
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
    sign_in::sign_in(portal, ADA, "wrong password", &browser_at("192.0.2.1"))
        .await
        .unwrap_err();
    assert_eq!(test.count_rows("audit_records").await, records);
}

#[rstest]
#[tokio::test]
async fn setup_writes_audit_records(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let code = setup::issue_code(&test.portal).await.unwrap().unwrap();
    let form = NewAccount {
        account_name: "Analytical Engines".to_owned(),
        name: "Ada".to_owned(),
        email: ADA.to_owned(),
        password: PASSWORD.to_owned(),
    };
    setup::complete(&test.portal, code.expose(), form, &browser_at("192.0.2.1"))
        .await
        .unwrap();
    let mut audit = AuditLog { test: &test, seen: 0 };
    let rights = serde_json::to_string(&Rights::all()).unwrap();
    assert_eq!(
        audit.new_records().await,
        [
            r#"account.create|-|setup|{"name":"Analytical Engines"}"#.to_owned(),
            format!(r#"profile.create|-|setup|{{"name":"Administrator","rights":{rights}}}"#),
            r#"user.create|-|setup|{"email":"ada@example.com","profile":"Administrator"}"#.to_owned(),
        ]
    );
}
