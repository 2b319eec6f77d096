//! What other sites make a browser send.

use crate::support::{EMAIL, PASSWORD, Site, cookie, form};
use reqwest::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SIGN_IN: &str = "/fn/session/sign-in";

/// The status of a sign-in whose headers say where it comes from, and whether it signed anyone in.
async fn sign_in(site: &Site, headers: &[(&str, &str)]) -> (u16, bool) {
    let mut request = site
        .request(Method::POST, SIGN_IN)
        .header("accept", "text/html")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form(&[("email", EMAIL), ("password", PASSWORD), ("next", "")]));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), cookie(&answer).is_some())
}

#[tokio::test]
async fn only_the_portal_s_own_pages_can_sign_someone_in() {
    let site = Site::start().await;
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
    for refused in [
        &[][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", &own)],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", &rebound), ("host", &rebound["http://".len()..])],
        &[("referer", &own)],
    ] {
        assert_eq!(sign_in(&site, refused).await, (403, false), "{refused:?}");
    }
}

#[tokio::test]
async fn a_session_cannot_be_ended_from_elsewhere() {
    let site = Site::start().await;
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
async fn a_link_from_another_site_may_be_followed() {
    let site = Site::start().await;
    let request = site
        .request(Method::GET, "/sign-in")
        .header("sec-fetch-site", "cross-site");
    assert_eq!(request.send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn the_refusal_says_where_to_go() {
    let site = Site::start().await;
    let person = site
        .request(Method::POST, SIGN_IN)
        .header("accept", "text/html")
        .send()
        .await
        .unwrap();
    let page = person.text().await.unwrap();
    assert!(page.contains(&site.origin()) && page.contains("<html"), "{page}");
    // The app's own script reads the failure as a server function would have answered it.
    let script = site
        .request(Method::POST, SIGN_IN)
        .header("accept", "application/json")
        .send()
        .await
        .unwrap();
    let failure: app::error::Failure = script.json().await.unwrap();
    assert!(failure.to_string().contains(&site.origin()));
}

#[tokio::test]
async fn no_other_spelling_of_a_path_passes() {
    let site = Site::start().await;
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
        // The address is given to the client as it is: its parser would tidy up the dots.
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: {signed_in}\r\n\
             Sec-Fetch-Site: cross-site\r\nContent-Length: 0\r\n\r\n"
        );
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = vec![0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(
            ["HTTP/1.1 403", "HTTP/1.1 404"].contains(&answer.as_str()),
            "{path}: {answer}"
        );
        assert_eq!(site.get("/settings", Some(&signed_in)).await.status(), 200, "{path}");
    }
}
