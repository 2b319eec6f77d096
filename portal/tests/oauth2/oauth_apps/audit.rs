use super::{gateway_settings, policy, web_app};
use domain::oauth2::Parameters;
use domain::oauth2::oauth_apps::{AppForm, SecretForm, SigningAlgorithm, TokenSettingsForm};
use portal::Error;
use portal::oauth2::consents;
use portal::oauth2::oauth_apps::{self, secrets};
use rstest::rstest;
use testing::{Engine, TestPortal, assert_rejected};

#[rstest]
#[tokio::test]
async fn oauth_app_changes_write_audit_records(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let ada = test.set_up().await;
    let (portal, actor) = (&test.portal, &*ada.actor);
    test.advance(1);
    let seen = std::sync::atomic::AtomicUsize::new(0);
    let new_records = async || {
        let sql = "select r.action || '|' || r.detail from audit_records r order by r.at, r.action";
        let all = test.query_column(sql).await;
        let new_records = all[seen.swap(all.len(), std::sync::atomic::Ordering::Relaxed)..].to_vec();
        test.advance(1);
        new_records
    };
    let stored = |rotates: bool, algorithm: &str, allows: bool| {
        format!(
            r#"{{"rotate_refresh_tokens":{rotates},"signing_algorithm":"{algorithm}","allow_introspection":{allows}}}"#
        )
    };
    new_records().await;
    let app = oauth_apps::create(portal, actor, web_app("Web app")).await.unwrap().id;
    assert_eq!(
        new_records().await,
        [format!(
            r#"oauth-app.create|{{"name":"Web app","grant":"authorization_code","scopes":"offline asset:read","settings":{}}}"#,
            stored(false, "ES256", false)
        )]
    );
    let other = oauth_apps::create_with(portal, actor, web_app("Other"), gateway_settings())
        .await
        .unwrap()
        .id;
    assert_eq!(
        new_records().await,
        [format!(
            r#"oauth-app.create|{{"name":"Other","grant":"authorization_code","scopes":"offline asset:read","settings":{}}}"#,
            stored(false, "RS256", true)
        )]
    );
    oauth_apps::delete(portal, actor, other, "Other").await.unwrap();
    new_records().await;
    let changed = AppForm {
        scopes: vec!["asset:read".to_owned(), "collection:read".to_owned()],
        ..web_app("Website")
    };
    assert_rejected!(
        oauth_apps::update(portal, actor, app, changed.clone(), false).await,
        Error::Conflict(_)
    );
    oauth_apps::update(portal, actor, app, changed, true).await.unwrap();
    assert_eq!(
        new_records().await,
        [
            r#"oauth-app.update|{"name":"Website","previous_name":"Web app","added_scopes":"collection:read","removed_scopes":"offline"}"#
        ]
    );
    let settings = TokenSettingsForm {
        rotate_refresh_tokens: true,
        signing_algorithm: "RS256".to_owned(),
        allow_introspection: true,
    };
    for _ in 0..2 {
        oauth_apps::set_token_settings(portal, actor, app, settings.clone())
            .await
            .unwrap();
    }
    assert_eq!(
        new_records().await,
        [format!(
            r#"oauth-app.set-token-settings|{{"name":"Website","before":{},"after":{}}}"#,
            stored(false, "ES256", false),
            stored(true, "RS256", true)
        )],
        "unchanged settings write no audit record"
    );
    oauth_apps::set_token_settings(portal, actor, app, SigningAlgorithm::Rs256.into())
        .await
        .unwrap();
    assert_eq!(
        new_records().await,
        [format!(
            r#"oauth-app.set-token-settings|{{"name":"Website","before":{},"after":{}}}"#,
            stored(true, "RS256", true),
            stored(false, "RS256", false)
        )]
    );
    let form = SecretForm {
        note: "CI".to_owned(),
        days: String::new(),
    };
    secrets::add(portal, actor, app, form).await.unwrap();
    assert_eq!(
        new_records().await,
        [r#"oauth-app.add-secret|{"name":"Website","note":"CI"}"#]
    );
    let secrets = secrets::list(portal, actor, app).await.unwrap();
    secrets::delete(portal, actor, app, secrets[1].id).await.unwrap();
    assert_eq!(
        new_records().await,
        [r#"oauth-app.delete-secret|{"name":"Website","note":"CI"}"#]
    );
    let query = format!("client_id={app}&response_type=code&scope=asset:read");
    let parameters = Parameters::parse(query.as_bytes()).unwrap();
    consents::allow(portal, &policy(), actor, &parameters).await.unwrap();
    assert_eq!(
        new_records().await,
        [r#"connected-app.allow|{"name":"Website","scopes":"asset:read"}"#]
    );
    consents::allow(portal, &policy(), actor, &parameters).await.unwrap();
    assert!(
        new_records().await.is_empty(),
        "a repeated consent writes no audit record"
    );
    portal::oauth2::connected_apps::disconnect(portal, actor, app)
        .await
        .unwrap();
    assert_eq!(new_records().await, [r#"connected-app.disconnect|{"name":"Website"}"#]);
    oauth_apps::revoke_refresh_tokens(portal, actor, app).await.unwrap();
    assert_eq!(
        new_records().await,
        [r#"oauth-app.revoke-refresh-tokens|{"name":"Website","grants":0}"#]
    );
    oauth_apps::delete(portal, actor, app, "Website").await.unwrap();
    assert_eq!(new_records().await, [r#"oauth-app.delete|{"name":"Website"}"#]);
}
