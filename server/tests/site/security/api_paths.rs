//! Tests that a browser's request for an API path passes none of the checks and headers of pages.

use crate::test_site::{TestSite, header};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use server::config::Overrides;
use testing::Engine;

#[rstest]
#[tokio::test]
async fn session_and_origin_of_a_browser_change_nothing_for_api_paths(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let session = site.sign_in().await;
    let cookie = format!("{session}; gatehouse-dialog=%2Fapi%2Fv4%2FcurrentUser&new&%2Fsettings");
    for (method, path, expected) in [
        (Method::GET, "/api/v4/currentUser?dialog=new", StatusCode::UNAUTHORIZED),
        (Method::HEAD, "/api/v4/currentUser/", StatusCode::UNAUTHORIZED),
        (Method::GET, "//api//v4/currentUser", StatusCode::UNAUTHORIZED),
        (Method::POST, "/api/v4/currentUser", StatusCode::METHOD_NOT_ALLOWED),
        (Method::OPTIONS, "/api/v4/currentUser", StatusCode::METHOD_NOT_ALLOWED),
        (Method::GET, "/api/v4/users/x/y", StatusCode::NOT_FOUND),
        (Method::HEAD, "/api/v4/nothing", StatusCode::NOT_FOUND),
        (Method::POST, "/v6/", StatusCode::NOT_FOUND),
        (Method::DELETE, "/v6//nothing", StatusCode::NOT_FOUND),
        (Method::OPTIONS, "/.well-known", StatusCode::NOT_FOUND),
    ] {
        let mut request = site.request(method.clone(), path).header("cookie", &cookie);
        for (name, value) in [
            ("accept", "text/html"),
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
            ("x-page-user", "0192f0c1-2b3c-7d4e-8f90-123456789abc"),
        ] {
            request = request.header(name, value);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), expected, "{method} {path}");
        assert_eq!(header(&response, "content-type"), "application/problem+json", "{path}");
        assert_eq!(header(&response, "cache-control"), "no-store", "{path}");
        for name in ["location", "set-cookie", "content-security-policy", "referrer-policy"] {
            assert!(!response.headers().contains_key(name), "{name} of {method} {path}");
        }
        // The layers of every request.
        assert_eq!(header(&response, "access-control-allow-origin"), "*", "{path}");
        assert_eq!(header(&response, "x-request-id").len(), 36, "{path}");
    }
}
