//! The files for the browser.

use crate::support::{Site, header};
use reqwest::{Method, Response};

const SCRIPT: &str = "/pkg/gatehouse.lVQSEfTzzE6ZW6ysvhaM0w.js";

async fn fetch(site: &Site, path: &str, encodings: &str) -> Response {
    site.request(Method::GET, path)
        .header("accept-encoding", encodings)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn the_compressed_form_goes_to_whoever_takes_it() {
    let site = Site::start().await;
    let small = fetch(&site, SCRIPT, "gzip, br").await;
    assert_eq!(header(&small, "content-encoding"), "br");
    assert_eq!(header(&small, "content-type"), "text/javascript");
    assert_eq!(header(&small, "vary"), "accept-encoding");
    assert_eq!(small.text().await.unwrap(), "small");
    let plain = fetch(&site, SCRIPT, "gzip").await;
    assert!(plain.headers().get("content-encoding").is_none());
    assert_eq!(header(&plain, "vary"), "accept-encoding");
    assert_eq!(plain.text().await.unwrap(), "plain");
}

#[tokio::test]
async fn what_has_a_hash_in_its_name_is_kept_for_ever_and_a_picture_for_a_day() {
    let site = Site::start().await;
    let forever = "public, max-age=31536000, immutable";
    for (path, kind, lasts) in [
        (SCRIPT, "text/javascript", forever),
        (
            "/pkg/gatehouse.lVQSEfTzzE6ZW6ysvhaM0w.wasm",
            "application/wasm",
            forever,
        ),
        ("/pkg/manifest.json", "application/json", "no-cache"),
        ("/favicon.svg", "image/svg+xml", "no-cache"),
        ("/samples/harbour.svg", "image/svg+xml", "public, max-age=86400"),
    ] {
        let answer = fetch(&site, path, "identity").await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(header(&answer, "content-type"), kind);
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "cache-control"), lasts, "{path}");
    }
}

#[tokio::test]
async fn what_is_gone_may_come_back() {
    let site = Site::start().await;
    for path in ["/pkg/gatehouse.AAAAAAAAAAAAAAAAAAAAAA.js", "/samples/no-such.svg"] {
        let answer = fetch(&site, path, "br").await;
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(header(&answer, "cache-control"), "no-cache", "{path}");
    }
}

#[tokio::test]
async fn only_files_for_the_browser_are_handed_out() {
    let site = Site::start().await;
    std::fs::write(site.folder().join("outside"), "outside").unwrap();
    for path in [
        "/.hidden",
        "/pkg/../../outside",
        "/pkg/%2e%2e/%2e%2e/outside",
        "/gatehouse.db",
        "/pkg/",
        "/samples/",
        "/samples/%2e%2e/%2e%2e/outside",
    ] {
        let body = fetch(&site, path, "identity").await.text().await.unwrap();
        assert!(
            body != "hidden" && body != "outside" && !body.contains("SQLite"),
            "{path}: {body}"
        );
    }
}

#[tokio::test]
async fn files_ask_for_no_session() {
    let site = Site::start().await;
    let answer = fetch(&site, SCRIPT, "br").await;
    assert!(answer.headers().get("set-cookie").is_none());
    assert_eq!(site.request(Method::POST, SCRIPT).send().await.unwrap().status(), 405);
}
