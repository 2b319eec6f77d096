//! Tests static files: compression, caching and path traversal.

use crate::test_site::{TestSite, header};
use reqwest::{Method, Response};

const SCRIPT: &str = "/pkg/gatehouse.lVQSEfTzzE6ZW6ysvhaM0w.js";

async fn fetch(site: &TestSite, path: &str, encodings: &str) -> Response {
    site.request(Method::GET, path)
        .header("accept-encoding", encodings)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn static_file_is_served_with_brotli_when_accepted() {
    let site = TestSite::start().await;
    let compressed = fetch(&site, SCRIPT, "gzip, br").await;
    assert_eq!(header(&compressed, "content-encoding"), "br");
    assert_eq!(header(&compressed, "content-type"), "text/javascript");
    assert_eq!(header(&compressed, "vary"), "accept-encoding");
    assert_eq!(compressed.text().await.unwrap(), "small");
    let plain = fetch(&site, SCRIPT, "gzip").await;
    assert!(plain.headers().get("content-encoding").is_none());
    assert_eq!(header(&plain, "vary"), "accept-encoding");
    assert_eq!(plain.text().await.unwrap(), "plain");
}

#[tokio::test]
async fn static_file_cache_control_depends_on_the_file_kind() {
    let site = TestSite::start().await;
    let forever = "public, max-age=31536000, immutable";
    for (path, kind, cache_control) in [
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
        let response = fetch(&site, path, "identity").await;
        assert_eq!(response.status(), 200, "{path}");
        assert_eq!(header(&response, "content-type"), kind);
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        assert_eq!(header(&response, "cache-control"), cache_control, "{path}");
    }
}

#[tokio::test]
async fn missing_static_file_is_not_cached() {
    let site = TestSite::start().await;
    for path in ["/pkg/gatehouse.AAAAAAAAAAAAAAAAAAAAAA.js", "/samples/no-such.svg"] {
        let response = fetch(&site, path, "br").await;
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(header(&response, "cache-control"), "no-cache", "{path}");
    }
}

#[tokio::test]
async fn file_outside_the_site_root_is_not_served() {
    let site = TestSite::start().await;
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
async fn static_file_is_served_without_a_session() {
    let site = TestSite::start().await;
    let response = fetch(&site, SCRIPT, "br").await;
    assert!(response.headers().get("set-cookie").is_none());
    assert_eq!(site.request(Method::POST, SCRIPT).send().await.unwrap().status(), 405);
}
