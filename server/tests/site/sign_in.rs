//! Signing in as a browser does it: what the forms and their cookies come to.

use crate::support::{EMAIL, PASSWORD, Site, cookie, engines, form, header, known_browser_line};
use reqwest::Method;
use server::config::Overrides;

const SIGN_IN: &str = "/fn/session/sign-in";
const SETUP: &str = "/fn/setup/complete";

async fn send(site: &Site, password: &str, cookies: &str) -> reqwest::Response {
    let fields = [("email", EMAIL), ("password", password), ("next", "")];
    let form = site.post(SIGN_IN, &fields).header("cookie", cookies);
    let page = format!("{}/sign-in", site.origin());
    form.header("referer", page).send().await.unwrap()
}

/// The cookie by which the browser is known, as it will send it back.
fn known_browser(answer: &reqwest::Response) -> String {
    let line = known_browser_line(answer).expect("the browser is known");
    line.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn signing_in_again_ends_the_session_that_the_browser_was_in() {
    for engine in engines() {
        let site = Site::start_with(engine, Overrides::default()).await;
        let old = site.sign_in().await;
        let made = site
            .post(
                "/fn/consumers/create",
                &[("name", "Web shop"), ("back", "/settings/portal/api-tokens")],
            )
            .header("cookie", &old)
            .send()
            .await
            .unwrap();
        assert_eq!(made.status(), 302);

        let failed = send(&site, "a password that is not Ada's", &old).await;
        assert_eq!(cookie(&failed), None);
        assert_eq!(site.get("/settings", Some(&old)).await.status(), 200);

        let new = cookie(&send(&site, PASSWORD, &format!("other=x; {old}")).await).unwrap();
        assert_ne!(new, old);
        assert_eq!(site.get("/settings", Some(&old)).await.status(), 303);
        let page = site.get("/settings/portal/api-tokens", Some(&new)).await;
        let page = page.text().await.unwrap();
        assert!(
            page.contains("The consumer was created"),
            "the secret still waits: {page}"
        );
        let sessions = site.get("/sessions", Some(&new)).await.text().await.unwrap();
        assert_eq!(sessions.matches("This session").count(), 1);
        assert!(!sessions.contains("End all others"), "{sessions}");
    }
}

#[tokio::test]
async fn a_session_that_somebody_planted_is_not_taken_over() {
    let site = Site::start().await;
    for planted in [
        "gatehouse=chosen-by-somebody-else",
        "gatehouse-browser=chosen-by-somebody-else",
    ] {
        let answer = send(&site, PASSWORD, planted).await;
        let (session, browser) = (cookie(&answer).unwrap(), known_browser(&answer));
        assert!(!session.contains("chosen") && !browser.contains("chosen"));
        assert_eq!(site.get("/settings", Some(planted)).await.status(), 303);
        assert_eq!(site.get("/settings", Some(&session)).await.status(), 200);
        // What the browser is known by opens nothing.
        let value = browser.split_once('=').unwrap().1;
        assert_eq!(
            site.get("/settings", Some(&format!("gatehouse={value}")))
                .await
                .status(),
            303
        );
    }
}

#[tokio::test]
async fn whoever_fails_too_often_learns_when_to_try_again_and_what_else_to_do() {
    for engine in engines() {
        let site = Site::start_with(engine, Overrides::default()).await;
        let browser = known_browser(&send(&site, PASSWORD, "").await);
        let mut answer = send(&site, "wrong password", "").await;
        for _ in 0..5 {
            answer = send(&site, "wrong password", "").await;
        }
        // The browser is led to the page again.
        let location = header(&answer, "location").trim_start_matches(&site.origin());
        let page = site.get(location, None).await.text().await.unwrap();
        assert!(page.contains("Too many attempts. Try again in a second."), "{page}");
        assert!(page.contains("You can still sign in from a browser that you have used before."));
        assert!(page.contains("ask the person who administers Gatehouse for a new one"));

        // A script gets it as a status.
        let fields = [("email", EMAIL), ("password", "wrong password"), ("next", "")];
        let script = || {
            let request = site.request(Method::POST, SIGN_IN).header("accept", "application/json");
            let request = request.header("origin", site.origin());
            let request = request.header("content-type", "application/x-www-form-urlencoded");
            request.body(form(&fields)).send()
        };
        let (mut statuses, mut waited) = (Vec::new(), String::new());
        while statuses.last() != Some(&429) {
            let answer = script().await.unwrap();
            statuses.push(answer.status().as_u16());
            assert!(statuses.len() < 20, "{statuses:?}");
            if statuses.last() == Some(&429) {
                waited = header(&answer, "retry-after").to_owned();
            } else {
                assert_eq!(answer.headers().get("retry-after"), None);
            }
        }
        assert!((1..=64).contains(&waited.parse::<u64>().unwrap()), "{waited}");

        // Whoever has signed in before is let in, from the same address.
        let answer = send(&site, PASSWORD, &browser).await;
        assert!(cookie(&answer).is_some(), "{answer:?}");
        assert_ne!(known_browser(&answer), browser);
    }
}

#[tokio::test]
async fn signing_out_leaves_the_browser_known() {
    let site = Site::start().await;
    let session = site.sign_in().await;
    let answer = site
        .post("/fn/session/sign-out", &[])
        .header("cookie", &session)
        .send()
        .await
        .unwrap();
    assert_eq!(known_browser_line(&answer), None);
}

#[tokio::test]
async fn the_setup_page_names_a_weak_password_at_its_field() {
    let site = Site::fresh(crate::support::Engine::Sqlite, Overrides::default()).await;
    let code = portal::auth::setup::issue_code(&site.app.portal)
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
        let answer = site.post(SETUP, &fields).send().await.unwrap();
        assert_eq!(cookie(&answer), None);
        let location = header(&answer, "location");
        assert!(!location.to_lowercase().contains(&weak[..9]), "{location}");
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
    assert!(cookie(&site.post(SETUP, &fields).send().await.unwrap()).is_some());
}
