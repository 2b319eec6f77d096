//! Tests access to pages and the redirects to setup and sign-in.

use crate::test_site::{TestSite, header, session_cookie};
use reqwest::Method;
use rstest::rstest;
use server::config::Overrides;
use testing::Engine;

#[tokio::test]
async fn portal_without_account_redirects_every_page_to_setup() {
    let site = TestSite::empty(Engine::Sqlite, Overrides::default()).await;
    for page in [
        "/",
        "/sign-in",
        "/settings/portal",
        "/oauth1/authorise?oauth_token=x",
        "/forgot-password",
        "/reset-password?token=x",
        "/nowhere",
    ] {
        let response = site.get(page, None).await;
        assert_eq!(
            (response.status().as_u16(), header(&response, "location")),
            (303, "/setup"),
            "{page}"
        );
    }
    assert_eq!(site.get("/setup", None).await.status(), 200);

    site.create_account().await;
    let response = site.get("/setup", None).await;
    assert_eq!(
        (response.status().as_u16(), header(&response, "location")),
        (303, "/sign-in")
    );
    assert_eq!(site.get("/sign-in", None).await.status(), 200);
}

#[rstest]
#[tokio::test]
async fn sign_in_redirects_to_the_requested_page(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let response = site.get("/settings/portal?x=1&y=%26", None).await;
    assert_eq!(response.status(), 303);
    let sign_in = header(&response, "location").to_owned();
    assert_eq!(sign_in, "/sign-in?next=%2Fsettings%2Fportal%3Fx%3D1%26y%3D%2526");
    assert_eq!(site.get(&sign_in, None).await.status(), 200);

    let cookie = site.sign_in().await;
    let response = site.get(&sign_in, Some(&cookie)).await;
    assert_eq!(
        (response.status().as_u16(), header(&response, "location")),
        (303, "/settings/portal?x=1&y=%26")
    );
    let page = site.get("/settings/portal", Some(&cookie)).await;
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("Ada Lovelace"));
}

#[tokio::test]
async fn sign_in_redirect_never_leaves_the_portal() {
    let site = TestSite::start().await;
    let cookie = site.sign_in().await;
    for next in [
        "https://evil.example",
        "//evil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "%20//evil.example",
    ] {
        let response = site.get(&format!("/sign-in?next={next}"), Some(&cookie)).await;
        assert_eq!(header(&response, "location"), "/", "{next}");
    }
}

#[tokio::test]
async fn invalid_session_cookie_redirects_to_sign_in() {
    let site = TestSite::start().await;
    let real = site.sign_in().await;
    let other = format!("{}x", &real[..real.len() - 1]);
    for cookie in [
        other.as_str(),
        "gatehouse=",
        "gatehouse",
        "__Host-gatehouse=x",
        "other=y",
    ] {
        assert_eq!(site.get("/settings", Some(cookie)).await.status(), 303, "{cookie}");
    }
    assert_eq!(
        site.get("/settings", Some(&format!("other=y; {real}"))).await.status(),
        200
    );
}

#[tokio::test]
async fn sign_out_ends_the_session() {
    let site = TestSite::start().await;
    let signed_in = site.sign_in().await;
    let response = site
        .post("/fn/session/sign-out", &[])
        .header("cookie", &signed_in)
        .send()
        .await
        .unwrap();
    assert_eq!(session_cookie(&response).as_deref(), Some("gatehouse="));
    assert_eq!(site.get("/settings", Some(&signed_in)).await.status(), 303);
}

#[tokio::test]
async fn sign_out_without_a_session_leads_to_the_sign_in_page() {
    let site = TestSite::start().await;
    let fields = [("next", "/settings")];
    let response = site.post("/fn/session/sign-out", &fields).send().await.unwrap();
    let location = header(&response, "location");
    assert_eq!(
        (response.status().as_u16(), location),
        (302, "/sign-in?next=%2Fsettings")
    );
}

#[tokio::test]
async fn trailing_slash_and_legacy_path_are_redirected() {
    let site = TestSite::start().await;
    for (path, expected) in [
        ("/settings/", "/settings"),
        ("/settings/portal/?dialog=new", "/settings/portal?dialog=new"),
        ("/pysettings/", "/settings/portal"),
        ("/pysettings", "/settings/portal"),
    ] {
        let response = site.get(path, None).await;
        assert_eq!(
            (response.status().as_u16(), header(&response, "location")),
            (308, expected),
            "{path}"
        );
    }
    let response = site.get("//evil.example/", None).await;
    assert_eq!(response.headers().get("location"), None);
}

#[tokio::test]
async fn unknown_page_is_answered_404() {
    let site = TestSite::start().await;
    let cookie = site.sign_in().await;
    for cookie in [None, Some(cookie.as_str())] {
        for path in ["/nowhere", "/settings/nowhere/at/all", "/wp-login.php", "//"] {
            let response = site.get(path, cookie).await;
            assert_eq!(response.status(), 404, "{path}");
            assert!(header(&response, "content-type").starts_with("text/html"));
            assert!(response.text().await.unwrap().contains("<html"), "{path}");
        }
    }
    assert_eq!(
        site.request(Method::GET, "/fn/nothing").send().await.unwrap().status(),
        404
    );
}

#[tokio::test]
async fn unknown_api_path_is_answered_with_problem_json_without_redirect() {
    let site = TestSite::empty(Engine::Sqlite, Overrides::default()).await;
    for path in ["/api", "/api/", "/api/nothing", "/v6/nothing/", "/.well-known/nothing"] {
        let response = site.get(path, None).await;
        assert_eq!(response.status(), 404, "{path}");
        assert_eq!(header(&response, "content-type"), "application/problem+json", "{path}");
    }
}
