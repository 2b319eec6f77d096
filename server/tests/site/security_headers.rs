//! What browsers are told not to do.

use crate::support::{EMAIL, Engine, PASSWORD, Site, header, known_browser_line, session_line};
use server::config::Overrides;

/// A directive of the answer's policy.
fn directive<'a>(policy: &'a str, name: &str) -> Option<&'a str> {
    policy
        .split("; ")
        .find_map(|directive| directive.strip_prefix(name)?.strip_prefix(' '))
}

#[tokio::test]
async fn every_script_of_a_page_carries_its_nonce_or_is_a_file_of_ours() {
    let site = Site::start().await;
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let answer = site.get("/sign-in", None).await;
        let policy = header(&answer, "content-security-policy").to_owned();
        let sources = directive(&policy, "script-src").unwrap();
        let nonce = sources
            .split_once("'nonce-")
            .unwrap()
            .1
            .split_once('\'')
            .unwrap()
            .0
            .to_owned();
        assert!(nonce.len() >= 22, "{nonce}");
        for allowed in ["unsafe-inline", "'unsafe-eval'", "http", "*", "data:"] {
            assert!(!sources.contains(allowed), "{sources}");
        }
        let page = answer.text().await.unwrap();
        let scripts: Vec<&str> = page
            .split("<script")
            .skip(1)
            .map(|tag| tag.split('>').next().unwrap())
            .collect();
        assert!(!scripts.is_empty());
        for script in scripts {
            assert!(script.contains(&format!("nonce=\"{nonce}\"")), "{script}");
        }
        for forbidden in [" style=\"", "<style", " onclick=", " onload=", "javascript:"] {
            assert!(!page.contains(forbidden), "{forbidden} in {page}");
        }
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn a_page_may_load_nothing_from_elsewhere_and_be_framed_by_nobody() {
    let site = Site::start().await;
    let cookie = site.sign_in().await;
    for page in [
        "/sign-in",
        "/settings",
        "/nowhere",
        "/oauth1/authorise?oauth_token=x",
        "/oauth2/authorise?client_id=x",
    ] {
        let answer = site
            .get(page, Some(&cookie).filter(|_| page != "/sign-in").map(String::as_str))
            .await;
        let policy = header(&answer, "content-security-policy");
        for (name, expected) in [
            ("default-src", "'none'"),
            ("style-src", "'self'"),
            ("img-src", "'self' data:"),
            ("connect-src", "'self'"),
            ("form-action", "'self'"),
            ("base-uri", "'none'"),
            ("frame-ancestors", "'none'"),
        ] {
            assert_eq!(directive(policy, name), Some(expected), "{page}: {policy}");
        }
        assert_eq!(header(&answer, "cache-control"), "no-store");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "referrer-policy"), "same-origin");
        assert_eq!(header(&answer, "cross-origin-opener-policy"), "same-origin");
        assert!(header(&answer, "permissions-policy").contains("camera=()"));
        assert!(answer.headers().get("strict-transport-security").is_none());
    }
}

#[tokio::test]
async fn answers_without_a_page_allow_nothing() {
    let site = Site::start().await;
    let redirect = site.get("/settings", None).await;
    let refused = site
        .post("/fn/session/sign-out", &[])
        .header("sec-fetch-site", "cross-site")
        .send()
        .await
        .unwrap();
    let function = site.post("/fn/session/sign-in", &[]).send().await.unwrap();
    for answer in [redirect, refused, function] {
        let policy = header(&answer, "content-security-policy");
        assert_eq!(directive(policy, "default-src"), Some("'none'"));
        assert!(!policy.contains("script-src"), "{policy}");
        assert_eq!(header(&answer, "cache-control"), "no-store");
    }
}

#[tokio::test]
async fn where_there_is_tls_it_stays_and_the_cookies_are_bound_to_it() {
    let overrides = Overrides {
        public_url: Some("https://portal.example.com".to_owned()),
        ..Overrides::default()
    };
    let site = Site::start_with(Engine::Sqlite, overrides).await;
    let answer = site.get("/sign-in", None).await;
    assert_eq!(header(&answer, "strict-transport-security"), "max-age=63072000");
    let fields = [("email", EMAIL), ("password", PASSWORD), ("next", "")];
    let answer = site.post("/fn/session/sign-in", &fields).send().await.unwrap();
    for (line, name) in [
        (session_line(&answer).unwrap(), "__Host-gatehouse="),
        (known_browser_line(&answer).unwrap(), "__Host-gatehouse-browser="),
    ] {
        assert!(line.starts_with(name), "{line}");
        for attribute in ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"] {
            assert!(line.split("; ").any(|part| part == attribute), "{line}");
        }
    }
}
