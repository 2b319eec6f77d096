//! Tests the card "Token settings" of an app's page without JavaScript.

use crate::test_site::{TestSite, header};
use domain::oauth2::oauth_apps::{AppForm, TokenSettings};
use portal::accounts;
use portal::oauth2::oauth_apps;
use rstest::rstest;
use server::config::Overrides;
use testing::Engine;

fn form(grant: &str) -> AppForm {
    AppForm {
        name: grant.to_owned(),
        grant: grant.to_owned(),
        user: crate::test_site::EMAIL.to_owned(),
        redirect_uris: "https://app.example.com/cb".to_owned(),
        scopes: vec!["asset:read".to_owned()],
    }
}

#[rstest]
#[tokio::test]
async fn token_settings_are_saved_without_javascript(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let portal = &site.app.portal;
    let operator = accounts::operator(portal, None).await.unwrap();
    let cookie = site.sign_in().await;
    for (grant, has_rotation, has_introspection, rotates) in [
        ("authorization_code", true, true, true),
        ("public", true, false, true),
        ("client_credentials", false, true, false),
    ] {
        let id = oauth_apps::create(portal, &operator, form(grant)).await.unwrap().id;
        let stored_settings = async || oauth_apps::get(portal, &operator, id).await.unwrap().token_settings;
        let path = format!("/settings/portal/oauth-apps/{id}");
        let page = site.get(&path, Some(&cookie)).await.text().await.unwrap();
        let has = |name: &str| page.contains(&format!("name=\"{name}\""));
        assert!(has("signing_algorithm"), "{grant}");
        assert_eq!(has("rotate_refresh_tokens"), has_rotation, "{grant}");
        assert_eq!(has("allow_introspection"), has_introspection, "{grant}");

        let app = id.to_string();
        let mut fields = vec![("app", app.as_str()), ("signing_algorithm", "RS256")];
        if grant == "authorization_code" {
            fields.push(("rotate_refresh_tokens", "true"));
        }
        if has_introspection {
            fields.push(("allow_introspection", "true"));
        }
        let send = async |fields: &[(&str, &str)]| {
            let request = site.post("/fn/oauth-apps/set-token-settings", fields);
            request.header("cookie", &cookie).send().await.unwrap()
        };
        let saved = send(&fields).await;
        assert_eq!(header(&saved, "location"), path);
        let expected = TokenSettings {
            rotate_refresh_tokens: rotates,
            signing_algorithm: "RS256".parse().unwrap(),
            allow_introspection: has_introspection,
        };
        assert_eq!(stored_settings().await, expected, "{grant}");

        let rejected = send(&[("app", &app), ("signing_algorithm", "none")]).await;
        let again = header(&rejected, "location").to_owned();
        let query = "form=token-settings&signing_algorithm=none&__";
        assert!(again.starts_with(&format!("{path}?{query}")), "{again}");
        let page = site.get(&again, Some(&cookie)).await.text().await.unwrap();
        assert!(page.contains("Select ES256 or RS256."), "{grant}");
        let is_checked = |name: &str| {
            let (_, rest) = page.split_once(&format!("name=\"{name}\"")).unwrap_or_default();
            rest.split('>').next().is_some_and(|rest| rest.contains("checked"))
        };
        assert_eq!(is_checked("rotate_refresh_tokens"), grant == "public");
        assert!(!is_checked("allow_introspection"), "{grant}");
        assert_eq!(stored_settings().await, expected, "{grant}");
    }
}

#[tokio::test]
async fn new_app_uses_the_default_signing_algorithm() {
    let overrides = Overrides {
        oauth2_signing_algorithm: Some("RS256".to_owned()),
        ..Overrides::default()
    };
    let site = TestSite::start_with(Engine::Sqlite, overrides).await;
    let cookie = site.sign_in().await;
    let fields = [
        ("name", "Wiki"),
        ("grant", "authorization_code"),
        ("redirect_uris", "https://wiki.example/cb"),
        ("scopes[]", "asset:read"),
    ];
    let created = site.post("/fn/oauth-apps/create", &fields).header("cookie", &cookie);
    assert_eq!(created.send().await.unwrap().status(), 302);
    let operator = accounts::operator(&site.app.portal, None).await.unwrap();
    let apps = oauth_apps::list(&site.app.portal, &operator).await.unwrap();
    assert_eq!(apps[0].token_settings.signing_algorithm.code(), "RS256");
}
