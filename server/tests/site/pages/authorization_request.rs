//! Tests an authorization request through sign-in and consent without JavaScript.

use crate::test_site::{EMAIL, PASSWORD, TestSite, form, header, refresh_target, unescape};
use domain::oauth2::oauth_apps::AppForm;
use portal::accounts;
use portal::oauth2::oauth_apps;
use rstest::rstest;
use server::config::Overrides;
use testing::Engine;

const CALLBACK: &str = "https://app.example.com/cb";

/// Returns the value of a hidden field as a browser sends it.
fn hidden_field(page: &str, name: &str) -> String {
    let field = format!("name=\"{name}\" value=\"");
    let (_, rest) = page.split_once(&field).unwrap_or_else(|| panic!("no {name} in {page}"));
    let (value, _) = rest.split_once('"').unwrap();
    unescape(value)
}

#[rstest]
#[tokio::test]
async fn long_state_survives_sign_in_and_consent(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let operator = accounts::operator(&site.app.portal, None).await.unwrap();
    let app = AppForm {
        name: "Web app".to_owned(),
        grant: "authorization_code".to_owned(),
        user: String::new(),
        redirect_uris: CALLBACK.to_owned(),
        scopes: vec!["asset:read".to_owned()],
    };
    let app = oauth_apps::create(&site.app.portal, &operator, app).await.unwrap();
    for state in [
        "x".repeat(3000),
        "x".repeat(7500),
        "a b+c%20d&e=f#g?h/i\"j\\k<l>'m".repeat(60),
        "eyJyZXR1cm4iOiIvIn0=.".repeat(200),
    ] {
        let id = app.id.to_string();
        let query = form(&[
            ("client_id", &id),
            ("redirect_uri", CALLBACK),
            ("response_type", "code"),
            ("state", &state),
        ]);
        let redirect = site.get(&format!("/v6/authentication/oauth2/auth?{query}"), None).await;
        let consent = header(&redirect, "location").to_owned();
        let signed_out = site.get(&consent, None).await;
        let sign_in = site.get(header(&signed_out, "location"), None).await;
        assert_eq!(sign_in.status(), 200);
        let next = hidden_field(&sign_in.text().await.unwrap(), "next");
        assert_eq!(next, consent);
        let fields = [("email", EMAIL), ("password", PASSWORD), ("next", next.as_str())];
        let signed_in = site.post("/fn/session/sign-in", &fields).send().await.unwrap();
        assert_eq!(refresh_target(signed_in).await, consent);

        let cookie = site.sign_in().await;
        let page = site.get(&consent, Some(&cookie)).await;
        assert_eq!(page.status(), 200);
        let request = hidden_field(&page.text().await.unwrap(), "request");
        let fields = [("request", request.as_str()), ("answer", "refuse")];
        let decided = site.post("/fn/oauth2/decide", &fields).header("cookie", &cookie);
        let decided = decided.send().await.unwrap();
        let address = refresh_target(decided).await;
        assert!(address.starts_with(CALLBACK), "{address:.300}");
        assert!(address.contains("error=access_denied"), "{address:.300}");
        let returned_state = format!("state={}", domain::oauth1::encode(&state));
        assert!(address.contains(&returned_state), "{address:.300}");
    }
}
