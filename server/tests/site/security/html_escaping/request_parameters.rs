//! Tests that request parameters are escaped on every page.

use super::{MARKER, assert_no_markup};
use crate::test_site::{TestSite, form};

/// The query parameters of the pages.
const QUERY_NAMES: [&str; 38] = [
    "add",
    "answer",
    "base",
    "callback",
    "client_id",
    "consumer",
    "contested",
    "days",
    "deleted",
    "dialog",
    "duplicate",
    "edit",
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
    "level",
    "mode",
    "name",
    "next",
    "note",
    "oauth_token",
    "q",
    "redirect_uri",
    "redirect_uris",
    "rsa_public_key",
    "saved",
    "scope",
    "state",
    "term",
    "token",
    "user",
];

#[tokio::test]
async fn request_parameters_are_escaped_on_every_page() {
    let site = TestSite::start().await;
    let cookie = site.sign_in().await;
    let marker = form(&[("x", MARKER)]).split_off(2);
    for page in [
        "/settings/portal/api-tokens?dialog=new-token",
        "/settings/portal/api-tokens?dialog=new-consumer",
        "/settings/portal/api-tokens?show=consumers",
        "/settings/portal/oauth-apps?",
        "/settings/portal/oauth-apps/new?form=app",
        "/settings/permissions?",
        "/sessions?",
        "/connected-apps?",
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
        "/nowhere?",
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
