//! Tests setting a new password with a mailed link, as a browser without script does.

use crate::mailed_links::{newest_token, run_jobs};
use crate::test_site::{EMAIL, PASSWORD, PortalChanges, TestSite, header, session_cookie};
use domain::accounts::rights::Rights;
use domain::accounts::users::NewUser;
use portal::Clock;
use portal::accounts::{self, profiles, users};
use portal::auth::sign_in::FREE_PASSWORD_RESETS;
use portal::mail::{SmtpConfig, SmtpSecurity};
use reqwest::{Method, Response};
use rstest::rstest;
use serde_json::Value;
use server::config::Overrides;
use std::time::Duration;
use testing::{Engine, START};

const NEW_PASSWORD: &str = "tunnel of seven lanterns";

/// Sends the form of the page for a forgotten password.
async fn ask(site: &TestSite, email: &str) -> Response {
    let request = site.post("/fn/password-resets/request", &[("email", email)]);
    request.send().await.unwrap()
}

/// Returns the cookie that keeps the email for the page, as the browser sends it back.
fn email_cookie(response: &Response) -> String {
    let line = header(response, "set-cookie");
    assert!(
        line.contains("Path=/forgot-password") && line.contains("HttpOnly"),
        "{line}"
    );
    line.split(';').next().unwrap().to_owned()
}

/// Returns the page that the form leads to.
async fn page_after(site: &TestSite, response: &Response) -> String {
    assert_eq!(response.status(), 302);
    let cookie = email_cookie(response);
    let page = site.get(header(response, "location"), Some(&cookie)).await;
    page.text().await.unwrap()
}

/// Asks for a link and returns its token.
async fn mailed_token(site: &TestSite, email: &str) -> String {
    let response = ask(site, email).await;
    assert_eq!(header(&response, "location"), "/forgot-password?sent=true");
    run_jobs(&site.app.portal).await;
    newest_token(&site.app.portal).await
}

/// Returns the URL of the page that the link opens.
fn link(token: &str) -> String {
    format!("/reset-password?token={token}")
}

async fn text(site: &TestSite, url: &str, cookie: Option<&str>) -> String {
    site.get(url, cookie).await.text().await.unwrap()
}

/// Sends the form of that page.
async fn complete(site: &TestSite, token: &str, password: &str, cookie: &str) -> Response {
    let fields = [("token", token), ("password", password)];
    let request = site.post("/fn/password-resets/complete", &fields);
    request.header("cookie", cookie).send().await.unwrap()
}

/// Asserts that the page of the link says this, also when its form is sent.
async fn assert_invalid(site: &TestSite, token: &str, reason: &str) {
    let response = complete(site, token, NEW_PASSWORD, "").await;
    assert_eq!(session_cookie(&response), None);
    for url in [header(&response, "location"), &link(token)] {
        let page = text(site, url, None).await;
        assert!(page.contains(reason), "{page}");
        assert!(page.contains("href=\"/forgot-password\""), "{page}");
        assert!(!page.contains("type=\"password\""), "{page}");
    }
}

async fn create_user(site: &TestSite, name: &str, email: &str) {
    let portal = &site.app.portal;
    let operator = accounts::operator(portal, None).await.unwrap();
    profiles::create(portal, &operator, name, Rights::all()).await.unwrap();
    let user = NewUser {
        name: name.to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        profile: name.to_owned(),
    };
    users::create(portal, &operator, user).await.unwrap();
}

/// Returns the email of the signed-in user.
async fn signed_in_email(site: &TestSite, cookie: &str) -> String {
    let request = site.request(Method::GET, "/fn/session/me").header("cookie", cookie);
    let me: Value = request.send().await.unwrap().json().await.unwrap();
    me["email"].as_str().unwrap().to_owned()
}

#[rstest]
#[tokio::test]
async fn link_that_a_mail_scanner_has_opened_signs_in_once(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let token = mailed_token(&site, EMAIL).await;
    for method in [Method::GET, Method::HEAD].iter().cycle().take(6) {
        let request = site
            .request(method.clone(), &link(&token))
            .header("accept", "text/html");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "cache-control"), "no-store");
        assert_eq!(header(&response, "referrer-policy"), "same-origin");
        assert_eq!(response.headers().get("set-cookie"), None);
    }
    let response = complete(&site, &token, NEW_PASSWORD, "").await;
    assert_eq!((response.status().as_u16(), header(&response, "location")), (302, "/"));
    let cookie = session_cookie(&response).unwrap();
    assert_eq!(signed_in_email(&site, &cookie).await, EMAIL);
    site.sign_in_as(EMAIL, NEW_PASSWORD).await;
    assert_invalid(&site, &token, "This link was already used.").await;
}

#[rstest]
#[tokio::test]
async fn page_says_why_a_link_does_not_work(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let clock = Clock::manual(START);
    let changes = PortalChanges {
        clock: clock.clone(),
        smtp: None,
    };
    let site = TestSite::start_with_portal(engine, changes).await;
    let first = mailed_token(&site, EMAIL).await;
    clock.advance(Duration::from_secs(1));
    let second = mailed_token(&site, EMAIL).await;
    assert_invalid(&site, &first, "A newer link was sent after this one.").await;
    assert_invalid(&site, "unknown", "This link isn’t valid.").await;
    clock.advance(Duration::from_secs(3599));
    assert!(
        text(&site, &link(&second), None)
            .await
            .contains("Set password and sign in")
    );
    clock.advance(Duration::from_secs(1));
    assert_invalid(&site, &second, "This link has expired.").await;
}

#[rstest]
#[tokio::test]
async fn known_and_unknown_addresses_get_the_same_answer(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let mut answers = Vec::new();
    for email in [EMAIL, "eve@example.com"] {
        let response = ask(&site, email).await;
        let location = header(&response, "location").to_owned();
        let page = page_after(&site, &response).await;
        assert!(page.contains(email), "{page}");
        let nonce = page.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next());
        let page = page.replace(email, "").replace(nonce.unwrap_or_default(), "");
        answers.push((location, response.text().await.unwrap(), page));
    }
    assert_eq!(answers[0], answers[1]);
}

#[rstest]
#[tokio::test]
async fn link_opened_by_another_user_signs_in_its_owner(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    create_user(&site, "Grace", "grace@example.com").await;
    let grace = site.sign_in_as("grace@example.com", PASSWORD).await;
    let ada = site.sign_in().await;
    let token = mailed_token(&site, EMAIL).await;
    let page = text(&site, &link(&token), Some(&grace)).await;
    assert!(page.contains(EMAIL) && !page.contains("grace@example.com"), "{page}");
    let response = complete(&site, &token, NEW_PASSWORD, &grace).await;
    let cookie = session_cookie(&response).unwrap();
    assert_eq!(signed_in_email(&site, &cookie).await, EMAIL);
    for ended in [&grace, &ada] {
        assert_eq!(site.get("/settings", Some(ended)).await.status(), 303);
    }
}

#[rstest]
#[tokio::test]
async fn weak_password_leaves_the_link_usable(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let token = mailed_token(&site, EMAIL).await;
    for (weak, error) in [
        ("Qwertyuiop-12345", "This password is too easy to guess."),
        ("short-hush", "Use at least 12 characters."),
        ("", "Use at least 12 characters."),
    ] {
        let response = complete(&site, &token, weak, "").await;
        assert_eq!(session_cookie(&response), None);
        let url = header(&response, "location");
        assert!(url.starts_with(&link(&token)), "{url}");
        let page = text(&site, url, None).await;
        assert!(weak.is_empty() || !(url.contains(weak) || page.contains(weak)), "{url}");
        let at_field = page
            .split("id=\"password-error\"")
            .nth(1)
            .expect("an error at the field");
        assert!(at_field.split("</p>").next().unwrap().contains(error), "{at_field}");
        assert!(page.contains(&format!("value=\"{token}\"")), "{page}");
        assert!(page.contains(&format!("value=\"{EMAIL}\"")), "{page}");
    }
    assert!(session_cookie(&complete(&site, &token, NEW_PASSWORD, "").await).is_some());
}

#[tokio::test]
async fn plus_sign_in_an_address_survives() {
    const TAGGED: &str = "grace+portal@example.com";
    let site = TestSite::start().await;
    create_user(&site, "Grace", TAGGED).await;
    let page = page_after(&site, &ask(&site, TAGGED).await).await;
    assert!(page.contains(&format!("value=\"{TAGGED}\"")), "{page}");
    let token = mailed_token(&site, TAGGED).await;
    assert!(
        text(&site, &link(&token), None)
            .await
            .contains(&format!("value=\"{TAGGED}\""))
    );
    let cookie = session_cookie(&complete(&site, &token, NEW_PASSWORD, "").await).unwrap();
    assert_eq!(signed_in_email(&site, &cookie).await, TAGGED);
}

#[tokio::test]
async fn malformed_address_is_rejected_at_its_field_and_kept_in_no_url() {
    let site = TestSite::start().await;
    for malformed in ["hush@", ""] {
        let response = ask(&site, malformed).await;
        let url = header(&response, "location");
        assert!(url.starts_with("/forgot-password?__") && !url.contains("hush"), "{url}");
        let page = page_after(&site, &response).await;
        let at_field = page.split("id=\"email-error\"").nth(1).expect("an error at the field");
        assert!(at_field.contains("Enter an email address"), "{at_field}");
        assert!(page.contains("Forgot your password?"), "{page}");
        assert!(page.contains(malformed), "{page}");
    }
}

#[tokio::test]
async fn many_requests_are_answered_with_the_wait() {
    let changes = PortalChanges {
        clock: Clock::manual(START),
        smtp: None,
    };
    let site = TestSite::start_with_portal(Engine::Sqlite, changes).await;
    for number in 0..FREE_PASSWORD_RESETS {
        let response = ask(&site, &format!("user{number}@example.com")).await;
        assert_eq!(header(&response, "location"), "/forgot-password?sent=true");
    }
    let page = page_after(&site, &ask(&site, EMAIL).await).await;
    assert!(page.contains("Too many attempts. Try again in "), "{page}");
    assert!(page.contains(&format!("value=\"{EMAIL}\"")), "{page}");
}

#[tokio::test]
async fn page_says_whether_the_portal_sends_email() {
    const NO_EMAIL: &str = "This portal doesn’t send email.";
    let changes = PortalChanges {
        smtp: Some(SmtpConfig::new("127.0.0.1".to_owned(), 25, SmtpSecurity::None)),
        ..PortalChanges::default()
    };
    let with_email = TestSite::start_with_portal(Engine::Sqlite, changes).await;
    for (site, sends_email, title) in [
        (TestSite::start().await, false, "Ask for the link"),
        (with_email, true, "Check your email"),
    ] {
        let before = text(&site, "/forgot-password", None).await;
        let after = page_after(&site, &ask(&site, EMAIL).await).await;
        assert!(
            before.contains("Forgot your password?") && after.contains(title),
            "{after}"
        );
        for page in [before, after] {
            assert_ne!(page.contains(NO_EMAIL), sends_email, "{page}");
            assert!(page.contains("administrator") != sends_email, "{page}");
        }
    }
}
