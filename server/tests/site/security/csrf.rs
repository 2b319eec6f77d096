//! Tests protection against cross-site request forgery.

use crate::test_site::{EMAIL, PASSWORD, TestSite, form, session_cookie};
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SIGN_IN: &str = "/fn/session/sign-in";

/// Signs in with the given origin headers and returns the status and whether a session cookie was set.
async fn sign_in(site: &TestSite, headers: &[(&str, &str)]) -> (u16, bool) {
    let mut request = site
        .request(Method::POST, SIGN_IN)
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&[("email", EMAIL), ("password", PASSWORD), ("next", "")]));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), session_cookie(&response).is_some())
}

#[tokio::test]
async fn sign_in_from_another_origin_is_rejected() {
    let site = TestSite::start().await;
    let (own, port) = (site.origin(), site.address.port());
    let by_name = format!("http://localhost:{port}");
    let rebound = format!("http://evil.example:{port}");
    for accepted in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "same-origin"), ("origin", &own)],
        &[("origin", &own)],
        &[("origin", &by_name)],
    ] {
        assert_eq!(sign_in(&site, accepted).await, (302, true), "{accepted:?}");
    }
    for rejected in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", &own)],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", &rebound), ("host", &rebound["http://".len()..])],
        &[("referer", &own)],
    ] {
        assert_eq!(sign_in(&site, rejected).await, (403, false), "{rejected:?}");
    }
}

#[tokio::test]
async fn sign_out_from_another_origin_is_rejected() {
    let site = TestSite::start().await;
    let signed_in = site.sign_in().await;
    for headers in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("origin", "https://evil.example")],
    ] {
        let mut request = site
            .request(Method::POST, "/fn/session/sign-out")
            .header("cookie", &signed_in);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        assert_eq!(request.send().await.unwrap().status(), 403, "{headers:?}");
    }
    assert_eq!(site.get("/settings", Some(&signed_in)).await.status(), 200);
}

#[tokio::test]
async fn cross_site_get_is_allowed() {
    let site = TestSite::start().await;
    let request = site
        .request(Method::GET, "/sign-in")
        .header("sec-fetch-site", "cross-site");
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn rejected_cross_site_request_names_the_portal_url() {
    let site = TestSite::start().await;
    let browser = site
        .request(Method::POST, SIGN_IN)
        .header("accept", "text/html")
        .send()
        .await
        .unwrap();
    let page = browser.text().await.unwrap();
    assert!(page.contains(&site.origin()) && page.contains("<html"), "{page}");
    // The app reads the error in the format of a server function.
    let script = site
        .request(Method::POST, SIGN_IN)
        .header("accept", "application/json")
        .send()
        .await
        .unwrap();
    let error: app::error::AppError = script.json().await.unwrap();
    assert!(error.to_string().contains(&site.origin()));
}

#[tokio::test]
async fn cross_site_post_with_path_variants_is_rejected() {
    let site = TestSite::start().await;
    let signed_in = site.sign_in().await;
    for path in [
        "//fn/session/sign-out",
        "/fn//session/sign-out",
        "//fn//session//sign-out/",
        "/fn/session/sign-out/",
        "/api/../fn/session/sign-out",
        "//api/../fn/session/sign-out",
        "/%2ffn/session/sign-out",
    ] {
        // Sent without an HTTP client, whose URL parser would resolve the dot segments.
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: {signed_in}\r\n\
             Sec-Fetch-Site: cross-site\r\nContent-Length: 0\r\n\r\n"
        );
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut response = vec![0; 12];
        stream.read_exact(&mut response).await.unwrap();
        let response = String::from_utf8_lossy(&response).into_owned();
        assert!(
            ["HTTP/1.1 403", "HTTP/1.1 404"].contains(&response.as_str()),
            "{path}: {response}"
        );
        assert_eq!(site.get("/settings", Some(&signed_in)).await.status(), 200, "{path}");
    }
}
