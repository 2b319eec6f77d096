//! Tests the security headers of responses.

use crate::test_site::{EMAIL, PASSWORD, TestSite, header, known_browser_set_cookie, session_set_cookie};
use server::config::Overrides;
use testing::Engine;

/// Returns a directive of a content security policy.
fn directive<'a>(policy: &'a str, name: &str) -> Option<&'a str> {
    policy
        .split("; ")
        .find_map(|directive| directive.strip_prefix(name)?.strip_prefix(' '))
}

#[tokio::test]
async fn page_scripts_carry_the_csp_nonce() {
    let site = TestSite::start().await;
    let mut nonces = Vec::new();
    for _ in 0..2 {
        let response = site.get("/sign-in", None).await;
        let policy = header(&response, "content-security-policy").to_owned();
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
        let page = response.text().await.unwrap();
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
async fn page_security_headers_forbid_external_content_and_framing() {
    let site = TestSite::start().await;
    let cookie = site.sign_in().await;
    for page in [
        "/sign-in",
        "/forgot-password",
        "/reset-password?token=x",
        "/settings",
        "/nowhere",
        "/oauth1/authorise?oauth_token=x",
        "/oauth2/authorise?client_id=x",
    ] {
        let response = site
            .get(page, Some(&cookie).filter(|_| page != "/sign-in").map(String::as_str))
            .await;
        let policy = header(&response, "content-security-policy");
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
        assert_eq!(header(&response, "cache-control"), "no-store");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        assert_eq!(header(&response, "referrer-policy"), "same-origin");
        assert_eq!(header(&response, "cross-origin-opener-policy"), "same-origin");
        assert!(header(&response, "permissions-policy").contains("camera=()"));
        assert!(response.headers().get("strict-transport-security").is_none());
    }
}

#[tokio::test]
async fn response_without_a_page_has_a_csp_that_allows_nothing() {
    let site = TestSite::start().await;
    let redirect = site.get("/settings", None).await;
    let rejected = site
        .post("/fn/session/sign-out", &[])
        .header("sec-fetch-site", "cross-site")
        .send()
        .await
        .unwrap();
    let function = site.post("/fn/session/sign-in", &[]).send().await.unwrap();
    for response in [redirect, rejected, function] {
        let policy = header(&response, "content-security-policy");
        assert_eq!(directive(policy, "default-src"), Some("'none'"));
        assert!(!policy.contains("script-src"), "{policy}");
        assert_eq!(header(&response, "cache-control"), "no-store");
    }
}

#[tokio::test]
async fn https_public_url_sets_hsts_and_secure_cookies() {
    let overrides = Overrides {
        public_url: Some("https://portal.example.com".to_owned()),
        ..Overrides::default()
    };
    let site = TestSite::start_with(Engine::Sqlite, overrides).await;
    let response = site.get("/sign-in", None).await;
    assert_eq!(header(&response, "strict-transport-security"), "max-age=63072000");
    let fields = [("email", EMAIL), ("password", PASSWORD), ("next", "")];
    let response = site.post("/fn/session/sign-in", &fields).send().await.unwrap();
    for (line, name) in [
        (session_set_cookie(&response).unwrap(), "__Host-gatehouse="),
        (
            known_browser_set_cookie(&response).unwrap(),
            "__Host-gatehouse-browser=",
        ),
    ] {
        assert!(line.starts_with(name), "{line}");
        for attribute in ["Path=/", "HttpOnly", "Secure", "SameSite=Lax"] {
            assert!(line.split("; ").any(|part| part == attribute), "{line}");
        }
    }
}
