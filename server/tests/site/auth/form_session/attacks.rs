//! Tests hostile and unusual forms that are submitted without a session, or by another user.

use crate::auth::form_session::{
    CREATE, LIST, OTHER_USER, assert_lost, hidden_fields, signed_out_page, submit, user_id,
};
use crate::test_site::{TestSite, form};
use reqwest::{Method, Response, StatusCode};
use rstest::rstest;
use serde_json::Value;
use server::config::Overrides;
use testing::Engine;

#[rstest]
#[tokio::test]
async fn cross_site_form_is_rejected_without_showing_its_input(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let fields = [("page_user", OTHER_USER), ("name", "Planted"), ("back", LIST)];
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let body = form(&fields);
        let request = site.request(Method::POST, CREATE).header("accept", "text/html");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request.header(name, value).body(body).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{name}");
        let page = response.text().await.unwrap();
        assert!(!page.contains("Planted") && !page.contains("<form"), "{page}");
    }
}

#[rstest]
#[tokio::test]
async fn markup_in_the_input_is_shown_as_text(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let marker = "\"></form><b id=marker>'";
    let path = "/\"></form><b/id=marker>'";
    let fields = [
        ("page_user", OTHER_USER),
        ("name", marker),
        ("back", marker),
        (marker, marker),
        ("return_to", path),
    ];
    let page = signed_out_page(submit(&site, CREATE, &fields, LIST, "").await).await;
    assert!(!page.contains("<b id") && !page.contains("<b/"), "{page}");
    assert_eq!(page.matches("</form>").count(), 1, "{page}");
    let kept = hidden_fields(&page);
    assert!(kept.contains(&(marker.to_owned(), marker.to_owned())), "{kept:?}");
    assert!(kept.contains(&("return_to".to_owned(), path.to_owned())), "{kept:?}");

    let fields = [("page_user", marker), ("name", marker), ("back", LIST)];
    let page = signed_out_page(submit(&site, CREATE, &fields, LIST, "").await).await;
    assert!(!page.contains("marker"), "{page}");
}

/// Submits the body from the page at [`LIST`] without a session.
async fn submit_body(site: &TestSite, method: Method, headers: [&str; 2], body: String) -> Response {
    let [accept, content_type] = headers;
    let request = site.request(method, CREATE).header("accept", accept);
    let request = request
        .header("content-type", content_type)
        .header("origin", site.origin());
    let request = request.header("referer", format!("{}{LIST}", site.origin()));
    request.body(body).send().await.unwrap()
}

#[rstest]
#[tokio::test]
async fn input_is_kept_only_for_a_url_encoded_form_of_a_browser(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    const FORM: &str = "application/x-www-form-urlencoded";
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let body = form(&[("page_user", OTHER_USER), ("name", "typed"), ("back", LIST)]);
    for accept in ["text/html", "application/json, text/html;q=0"] {
        for content_type in [FORM, "Application/X-WWW-Form-URLEncoded ; charset=UTF-16LE"] {
            let response = submit_body(&site, Method::POST, [accept, content_type], body.clone()).await;
            let kept = hidden_fields(&signed_out_page(response).await);
            assert_eq!(kept[0], ("name".to_owned(), "typed".to_owned()), "{content_type}");
        }
    }
    for content_type in [
        "text/plain",
        "multipart/form-data; boundary=x",
        "x; application/x-www-form-urlencoded",
    ] {
        let response = submit_body(&site, Method::POST, ["text/html", content_type], body.clone()).await;
        assert_lost(response).await;
    }
    // The user is found only by the name that the portal's own forms have.
    let encoded = body.replace("page_user", "page%5Fuser");
    assert_lost(submit_body(&site, Method::POST, ["text/html", FORM], encoded).await).await;

    for accept in ["application/json", "*/*", "TEXT/HTML", ""] {
        let response = submit_body(&site, Method::POST, [accept, FORM], body.clone()).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{accept}");
        assert_eq!(response.json::<Value>().await.unwrap(), "SignedOut", "{accept}");
    }
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::PATCH, Method::DELETE] {
        let response = submit_body(&site, method.clone(), ["text/html", FORM], body.clone()).await;
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert!(!response.text().await.unwrap().contains("typed"), "{method}");
    }
}

#[rstest]
#[tokio::test]
async fn first_of_several_users_counts(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let cookie = site.sign_in().await;
    let user = user_id(&site, &cookie).await;
    let fields = [
        ("page_user", OTHER_USER),
        ("page_user", &user),
        ("name", "Planted"),
        ("back", LIST),
    ];
    let rejected = submit(&site, CREATE, &fields, LIST, &cookie).await;
    assert_eq!(rejected.status(), StatusCode::PRECONDITION_FAILED);
    let page = site.get(LIST, Some(&cookie)).await.text().await.unwrap();
    assert!(!page.contains("Planted"), "{page}");
}

#[rstest]
#[tokio::test]
async fn page_to_return_to_is_always_a_page_of_the_portal(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
    let site = TestSite::start_with(engine, Overrides::default()).await;
    let cookie = site.sign_in().await;
    let return_to = async |path: &str, referer: &str| {
        let fields = [
            ("page_user", OTHER_USER),
            ("return_to", path),
            ("name", "typed"),
            ("back", LIST),
        ];
        let post = || site.post(CREATE, &fields).header("referer", referer);
        let rejected = post().header("cookie", &cookie).send().await.unwrap();
        assert_eq!(rejected.status(), StatusCode::PRECONDITION_FAILED, "{path}");
        assert!(rejected.headers().get("set-cookie").is_none(), "{path}");
        let rejected = rejected.text().await.unwrap();
        let fields = hidden_fields(&signed_out_page(post().send().await.unwrap()).await);
        let (name, value) = fields.last().unwrap().clone();
        assert_eq!(name, "return_to");
        assert!(rejected.contains(&format!(" href=\"{value}\"")), "{value}: {rejected}");
        value
    };
    let list = format!("{}{LIST}", site.origin());
    for path in [
        "",
        "settings",
        "javascript:alert(1)",
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/\t/evil.example/",
        "/x\r\nSet-Cookie: a=b",
        "/\u{e9}",
    ] {
        assert_eq!(return_to(path, &list).await, LIST, "{path}");
    }
    for referer in [
        "https://evil.example/",
        "",
        &site.origin(),
        &format!("{}.evil.example/", site.origin()),
        &format!("{}//evil.example/", site.origin()),
    ] {
        assert_eq!(return_to("", referer).await, "/", "{referer}");
    }
    assert_eq!(return_to("/sessions", &list).await, "/sessions");
}
