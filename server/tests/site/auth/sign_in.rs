//! Tests signing in with a browser: forms and cookies.

use crate::test_site::{EMAIL, PASSWORD, TestSite, form, header, known_browser_set_cookie, session_cookie};
use reqwest::Method;
use rstest::rstest;
use server::config::Overrides;
use testing::Engine;

const SIGN_IN: &str = "/fn/session/sign-in";
const SETUP: &str = "/fn/setup/complete";

async fn send(site: &TestSite, password: &str, cookies: &str) -> reqwest::Response {
    let fields = [("email", EMAIL), ("password", password), ("next", "")];
    let form = site.post(SIGN_IN, &fields).header("cookie", cookies);
    let page = format!("{}/sign-in", site.origin());
    form.header("referer", page).send().await.unwrap()
}

/// Returns the known-browser cookie as the browser sends it back.
fn known_browser(response: &reqwest::Response) -> String {
    let line = known_browser_set_cookie(response).expect("the browser is known");
    line.split(';').next().unwrap().to_owned()
}

#[rstest]
#[tokio::test]
async fn sign_in_again_ends_the_previous_session_of_the_browser(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let old = site.sign_in().await;
    let created = site
        .post(
            "/fn/consumers/create",
            &[("name", "Web shop"), ("back", "/settings/portal/api-tokens")],
        )
        .header("cookie", &old)
        .send()
        .await
        .unwrap();
    assert_eq!(created.status(), 302);

    let failed = send(&site, "a password that is not Ada's", &old).await;
    assert_eq!(session_cookie(&failed), None);
    assert_eq!(site.get("/settings", Some(&old)).await.status(), 200);

    let new = session_cookie(&send(&site, PASSWORD, &format!("other=x; {old}")).await).unwrap();
    assert_ne!(new, old);
    assert_eq!(site.get("/settings", Some(&old)).await.status(), 303);
    let page = site.get("/settings/portal/api-tokens", Some(&new)).await;
    let page = page.text().await.unwrap();
    assert!(
        page.contains("The consumer was created"),
        "the secret is no longer shown: {page}"
    );
    let sessions = site.get("/sessions", Some(&new)).await.text().await.unwrap();
    assert_eq!(sessions.matches("This session").count(), 1);
    assert!(!sessions.contains("Sign out all others"), "{sessions}");
}

#[tokio::test]
async fn planted_session_cookie_is_not_adopted() {
    let site = TestSite::start().await;
    for planted in [
        "gatehouse=chosen-by-somebody-else",
        "gatehouse-browser=chosen-by-somebody-else",
    ] {
        let response = send(&site, PASSWORD, planted).await;
        let (session, browser) = (session_cookie(&response).unwrap(), known_browser(&response));
        assert!(!session.contains("chosen") && !browser.contains("chosen"));
        assert_eq!(site.get("/settings", Some(planted)).await.status(), 303);
        assert_eq!(site.get("/settings", Some(&session)).await.status(), 200);
        // The known-browser cookie does not work as a session cookie.
        let value = browser.split_once('=').unwrap().1;
        assert_eq!(
            site.get("/settings", Some(&format!("gatehouse={value}")))
                .await
                .status(),
            303
        );
    }
}

#[rstest]
#[tokio::test]
async fn repeated_failed_sign_in_is_throttled_with_retry_advice(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let browser = known_browser(&send(&site, PASSWORD, "").await);
    let mut response = send(&site, "wrong password", "").await;
    for _ in 0..5 {
        response = send(&site, "wrong password", "").await;
    }
    // The browser is redirected to the sign-in page.
    let location = header(&response, "location").trim_start_matches(&site.origin());
    let page = site.get(location, None).await.text().await.unwrap();
    assert!(page.contains("Too many attempts. Try again in a second."), "{page}");
    assert!(page.contains("You can still sign in from a browser that you have used before."));
    assert!(page.contains("href=\"/forgot-password\">set a new one"), "{page}");

    // A script gets a status code.
    let fields = [("email", EMAIL), ("password", "wrong password"), ("next", "")];
    let script = || {
        let request = site.request(Method::POST, SIGN_IN).header("accept", "application/json");
        let request = request.header("origin", site.origin());
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(form(&fields)).send()
    };
    let (mut statuses, mut retry_after) = (Vec::new(), String::new());
    while statuses.last() != Some(&429) {
        let response = script().await.unwrap();
        statuses.push(response.status().as_u16());
        assert!(statuses.len() < 20, "{statuses:?}");
        if statuses.last() == Some(&429) {
            retry_after = header(&response, "retry-after").to_owned();
        } else {
            assert_eq!(response.headers().get("retry-after"), None);
        }
    }
    assert!((1..=64).contains(&retry_after.parse::<u64>().unwrap()), "{retry_after}");

    // A known browser can still sign in from the same address.
    let response = send(&site, PASSWORD, &browser).await;
    assert!(session_cookie(&response).is_some(), "{response:?}");
    assert_ne!(known_browser(&response), browser);
}

#[tokio::test]
async fn sign_out_keeps_the_known_browser_cookie() {
    let site = TestSite::start().await;
    let session = site.sign_in().await;
    let response = site
        .post("/fn/session/sign-out", &[])
        .header("cookie", &session)
        .send()
        .await
        .unwrap();
    assert_eq!(known_browser_set_cookie(&response), None);
}

#[tokio::test]
async fn setup_with_weak_password_shows_an_error_at_the_field() {
    let site = TestSite::empty(Engine::Sqlite, Overrides::default()).await;
    let code = portal::accounts::setup::issue_code(&site.app.portal)
        .await
        .unwrap()
        .unwrap();
    let fields = |password: &'static str| {
        [
            ("code", code.expose().to_owned()),
            ("account_name", "Northwind Traders".to_owned()),
            ("name", "Ada Lovelace".to_owned()),
            ("email", EMAIL.to_owned()),
            ("password", password.to_owned()),
        ]
    };
    for weak in ["northwind traders", "Ada@Example.com", "aaaaaaaaaaaa"] {
        let fields = fields(weak);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let response = site.post(SETUP, &fields).send().await.unwrap();
        assert_eq!(session_cookie(&response), None);
        let location = header(&response, "location");
        // The passwords repeat the organization and the email, which the form shows again.
        let (_, query) = location.split_once('?').unwrap();
        let returned = url::form_urlencoded::parse(query.as_bytes());
        for (name, value) in returned.filter(|(name, _)| *name != "account_name" && *name != "email") {
            assert!(
                !value.to_lowercase().contains(&weak[..9].to_lowercase()),
                "{name}: {value}"
            );
        }
        let page = site.get(location, None).await.text().await.unwrap();
        let error = page
            .split("id=\"password-error\"")
            .nth(1)
            .unwrap_or_else(|| panic!("{page}"));
        assert!(
            error
                .split("</p>")
                .next()
                .unwrap()
                .contains("This password is too easy to guess.")
        );
    }
    let fields = fields(PASSWORD);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert!(session_cookie(&site.post(SETUP, &fields).send().await.unwrap()).is_some());
}
