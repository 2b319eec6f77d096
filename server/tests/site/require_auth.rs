//! Who sees which page, and where the others are sent.

use crate::support::{Engine, Site, cookie, engines, header};
use reqwest::Method;
use server::config::Overrides;

#[tokio::test]
async fn an_empty_portal_shows_its_setup_and_nothing_else() {
    let site = Site::fresh(Engine::Sqlite, Overrides::default()).await;
    for page in [
        "/",
        "/sign-in",
        "/settings/portal",
        "/oauth1/authorise?oauth_token=x",
        "/nowhere",
    ] {
        let answer = site.get(page, None).await;
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "location")),
            (303, "/setup"),
            "{page}"
        );
    }
    assert_eq!(site.get("/setup", None).await.status(), 200);

    site.set_up().await;
    let answer = site.get("/setup", None).await;
    assert_eq!(
        (answer.status().as_u16(), header(&answer, "location")),
        (303, "/sign-in")
    );
    assert_eq!(site.get("/sign-in", None).await.status(), 200);
}

#[tokio::test]
async fn signing_in_leads_back_to_the_page_that_was_asked_for() {
    for engine in engines() {
        let site = Site::start_with(engine, Overrides::default()).await;
        let answer = site.get("/settings/portal?x=1&y=%26", None).await;
        assert_eq!(answer.status(), 303);
        let sign_in = header(&answer, "location").to_owned();
        assert_eq!(sign_in, "/sign-in?next=%2Fsettings%2Fportal%3Fx%3D1%26y%3D%2526");
        assert_eq!(site.get(&sign_in, None).await.status(), 200);

        let cookie = site.sign_in().await;
        let answer = site.get(&sign_in, Some(&cookie)).await;
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "location")),
            (303, "/settings/portal?x=1&y=%26")
        );
        let page = site.get("/settings/portal", Some(&cookie)).await;
        assert_eq!(page.status(), 200);
        assert!(page.text().await.unwrap().contains("Ada Lovelace"));
    }
}

#[tokio::test]
async fn the_way_back_never_leaves_the_portal() {
    let site = Site::start().await;
    let cookie = site.sign_in().await;
    for next in [
        "https://evil.example",
        "//evil.example",
        "/%5Cevil.example",
        "/%09/evil.example",
        "%20//evil.example",
    ] {
        let answer = site.get(&format!("/sign-in?next={next}"), Some(&cookie)).await;
        assert_eq!(header(&answer, "location"), "/", "{next}");
    }
}

#[tokio::test]
async fn a_cookie_that_opens_nothing_is_no_sign_in() {
    let site = Site::start().await;
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
async fn signing_out_ends_the_session() {
    let site = Site::start().await;
    let signed_in = site.sign_in().await;
    let answer = site
        .post("/fn/session/sign-out", &[])
        .header("cookie", &signed_in)
        .send()
        .await
        .unwrap();
    assert_eq!(cookie(&answer).as_deref(), Some("gatehouse="));
    assert_eq!(site.get("/settings", Some(&signed_in)).await.status(), 303);
}

#[tokio::test]
async fn a_slash_at_the_end_is_taken_away() {
    let site = Site::start().await;
    for (path, expected) in [
        ("/settings/", "/settings"),
        ("/settings/portal/?dialog=new", "/settings/portal?dialog=new"),
        ("/pysettings/", "/settings/portal"),
        ("/pysettings", "/settings/portal"),
    ] {
        let answer = site.get(path, None).await;
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "location")),
            (308, expected),
            "{path}"
        );
    }
    let answer = site.get("//evil.example/", None).await;
    assert_eq!(answer.headers().get("location"), None);
}

#[tokio::test]
async fn where_nothing_is_everyone_is_told_so() {
    let site = Site::start().await;
    let cookie = site.sign_in().await;
    for cookie in [None, Some(cookie.as_str())] {
        for path in ["/nowhere", "/settings/nowhere/at/all", "/wp-login.php", "//"] {
            let answer = site.get(path, cookie).await;
            assert_eq!(answer.status(), 404, "{path}");
            assert!(header(&answer, "content-type").starts_with("text/html"));
            assert!(answer.text().await.unwrap().contains("<html"), "{path}");
        }
    }
    assert_eq!(
        site.request(Method::GET, "/fn/nothing").send().await.unwrap().status(),
        404
    );
}

#[tokio::test]
async fn programs_are_answered_by_the_api_and_never_sent_to_sign_in() {
    let site = Site::fresh(Engine::Sqlite, Overrides::default()).await;
    for path in ["/api", "/api/", "/api/nothing", "/v6/nothing/", "/.well-known/nothing"] {
        let answer = site.get(path, None).await;
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(header(&answer, "content-type"), "application/problem+json", "{path}");
    }
}
