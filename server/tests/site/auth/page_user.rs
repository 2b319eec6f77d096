//! Tests that a page loaded for one user changes nothing for another who has signed in in the same browser.

use crate::test_site::TestSite;
use app::PAGE_USER_HEADER;
use reqwest::{Method, Response};
use serde_json::Value;

#[tokio::test]
async fn change_requested_by_a_page_of_another_user_is_rejected() {
    let site = TestSite::start().await;
    let cookie = site.sign_in().await;
    let me: Value = current_user(&site, &cookie).await.json().await.unwrap();
    let own = me["user_id"].as_str().unwrap();
    let sign_out = async |page_user: Option<&str>| {
        let mut request = site
            .request(Method::POST, "/fn/session/sign-out")
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("origin", site.origin())
            .header("cookie", &cookie);
        if let Some(page_user) = page_user {
            request = request.header(PAGE_USER_HEADER, page_user);
        }
        request.send().await.unwrap()
    };
    for other in ["0192f0c1-0000-7000-8000-000000000000", "", "x"] {
        let response = sign_out(Some(other)).await;
        assert_eq!(response.status(), 412, "{other}");
        assert!(response.headers().contains_key("serverfnerror"));
        assert_eq!(response.json::<Value>().await.unwrap(), "UserChanged");
        assert_eq!(current_user(&site, &cookie).await.status(), 200, "{other}");
    }
    assert!(sign_out(Some(own)).await.status().is_success());
    assert_eq!(current_user(&site, &cookie).await.status(), 401);
}

#[tokio::test]
async fn page_without_script_sends_no_user_and_is_accepted() {
    let site = TestSite::start().await;
    let cookie = site.sign_in().await;
    let response = site
        .post("/fn/session/sign-out", &[])
        .header("cookie", &cookie)
        .send()
        .await
        .unwrap();
    assert!(response.status().is_success() || response.status().is_redirection());
    assert_eq!(current_user(&site, &cookie).await.status(), 401);
}

async fn current_user(site: &TestSite, cookie: &str) -> Response {
    site.request(Method::GET, "/fn/session/me")
        .header("cookie", cookie)
        .header("accept", "application/json")
        .send()
        .await
        .unwrap()
}
