//! Tests that request parameters are escaped on every page.

use super::{MARKER, assert_no_markup};
use crate::test_site::{EMAIL, TestSite, form};
use domain::oauth1::consumers::ConsumerForm;
use domain::oauth2::oauth_apps::AppForm;
use portal::accounts;
use portal::oauth1::consumers;
use portal::oauth2::oauth_apps;

/// The query parameters of the pages.
const QUERY_NAMES: [&str; 48] = [
    "account_name",
    "add",
    "allow_introspection",
    "answer",
    "base",
    "callback",
    "changed",
    "client_id",
    "confirm",
    "consumer",
    "contested",
    "days",
    "deleted",
    "dialog",
    "duplicate",
    "edit",
    "email",
    "error",
    "field",
    "file",
    "filename",
    "filter",
    "form",
    "grant",
    "integration_name",
    "integration_type",
    "language",
    "legacy_flow",
    "level",
    "mode",
    "name",
    "next",
    "note",
    "oauth_token",
    "overlap",
    "q",
    "redirect_uri",
    "redirect_uris",
    "rotate_refresh_tokens",
    "rsa_public_key",
    "saved",
    "scope",
    "sent",
    "signing_algorithm",
    "state",
    "term",
    "token",
    "user",
];

/// Creates a consumer and an app, and returns the paths of their pages.
async fn create_consumer_and_app(site: &TestSite) -> (String, String) {
    let portal = &site.app.portal;
    let operator = accounts::operator(portal, None).await.unwrap();
    let name = "Website".to_owned();
    let consumer = consumers::create(portal, &operator, ConsumerForm { name: name.clone() });
    let consumer = consumer.await.unwrap().value;
    let app = AppForm {
        name,
        grant: "client_credentials".to_owned(),
        user: EMAIL.to_owned(),
        redirect_uris: String::new(),
        scopes: vec!["asset:read".to_owned()],
    };
    let app = oauth_apps::create(portal, &operator, app).await.unwrap();
    (
        format!("/settings/portal/api-tokens/consumers/{}", consumer.id),
        format!("/settings/portal/oauth-apps/{}", app.id),
    )
}

#[tokio::test]
async fn request_parameters_are_escaped_on_every_page() {
    let site = TestSite::start().await;
    let cookie = site.sign_in().await;
    let marker = form(&[("x", MARKER)]).split_off(2);
    let (consumer, app) = create_consumer_and_app(&site).await;
    for page in [
        "/settings/portal/api-tokens?dialog=new-token",
        "/settings/portal/api-tokens?dialog=new-consumer",
        "/settings/portal/api-tokens?show=consumers",
        "/settings/portal/oauth-apps?",
        "/settings/portal/oauth-apps/new?form=app",
        "/settings/permissions?",
        "/sessions?",
        "/connected-apps?",
        "/password?",
        "/integration?",
        "/integration/fields?global",
        "/integration/fields?base=1",
        "/integration/implementations?",
        "/integration/logs?",
        "/integration/history?",
        "/integration/developers?",
        "/oauth1/authorise?",
        "/oauth2/authorise?",
        "/sign-in?",
        "/forgot-password?",
        "/reset-password?",
        "/nowhere?",
        &format!("{consumer}?form=rename"),
        &format!("{consumer}?form=signing"),
        &format!("{consumer}?dialog=delete"),
        &format!("{app}?form=app"),
        &format!("{app}?form=token-settings"),
        &format!("{app}?form=secret"),
        &format!("{app}?dialog=delete"),
    ] {
        let cookie = Some(cookie.as_str()).filter(|_| page != "/sign-in?");
        let addresses = QUERY_NAMES.map(|name| format!("{page}&{name}={marker}"));
        let excluded = ["dialog", "form", "base"].map(|name| format!("&{name}={marker}"));
        let all = addresses
            .iter()
            .fold(page.to_owned(), |all, address| all + &address[page.len()..]);
        let all = excluded.iter().fold(all, |all, pair| all.replace(pair.as_str(), ""));
        for address in addresses.iter().chain([&all]) {
            let response = site.get(address, cookie).await;
            assert_no_markup(address, &response.text().await.unwrap());
        }
    }
    let address = format!("/nowhere/{marker}");
    for cookie in [None, Some(cookie.as_str())] {
        let page = site.get(&address, cookie).await.text().await.unwrap();
        assert_no_markup(&address, &page);
    }
}
