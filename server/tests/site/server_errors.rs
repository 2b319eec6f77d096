//! What is said when the portal itself is at fault.

use crate::support::{EMAIL, PASSWORD, Site, answer, form, header};
use axum::Router;
use axum::routing::get;
use domain::ids::OauthAppId;
use reqwest::{Client, Method};
use server::listener::ConnectionLimits;
use server::router::around;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use uuid::Uuid;

/// A request of a consumer that nobody knows, at this moment.
fn unsigned() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    format!(
        "OAuth oauth_consumer_key=\"x\", oauth_signature_method=\"HMAC-SHA1\", oauth_signature=\"x\", \
         oauth_timestamp=\"{now}\", oauth_nonce=\"n\", oauth_callback=\"oob\""
    )
}

async fn panics() -> &'static str {
    panic!("the inside of the portal")
}

#[tokio::test]
async fn a_panic_ends_its_own_request_with_a_page_that_names_it() {
    let site = Site::start().await;
    let router = Router::new()
        .route("/boom", get(panics))
        .route("/api/boom", get(panics))
        .route("/fine", get(|| async {}));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let _tasks = answer(listener, around(router, &site.app), ConnectionLimits::default());
    let client = Client::new();

    let page = client
        .get(format!("{origin}/boom"))
        .header("accept", "text/html")
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), 500);
    let id = header(&page, "x-request-id").to_owned();
    let text = page.text().await.unwrap();
    assert!(text.contains(&id) && text.contains("Go to the portal"), "{text}");
    assert!(!text.contains("inside"), "{text}");

    let script = client.get(format!("{origin}/boom")).send().await.unwrap();
    let id = header(&script, "x-request-id").to_owned();
    let script_headers = script.headers().clone();
    let failure: app::error::Failure = script.json().await.unwrap();
    assert_eq!(failure, app::error::Failure::Internal { request_id: id });

    let program = client
        .get(format!("{origin}/api/boom"))
        .header("accept", "text/html")
        .send()
        .await
        .unwrap();
    // A page's script can read it too; a page itself is nobody else's to read.
    assert_eq!(header(&program, "access-control-allow-origin"), "*");
    assert_eq!(script_headers.get("access-control-allow-origin"), None);
    assert_eq!(
        (program.status().as_u16(), header(&program, "content-type")),
        (500, "application/problem+json")
    );
    assert!(!program.text().await.unwrap().contains("inside"));

    assert_eq!(client.get(format!("{origin}/fine")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn without_its_database_the_portal_says_so() {
    let site = Site::start().await;
    site.app.portal.close().await;
    let page = site.get("/settings", Some("gatehouse=x")).await;
    assert_eq!(page.status(), 503);
    assert_eq!(header(&page, "retry-after"), "1");
    for (path, expected) in [
        ("/fn/session/sign-in", "application/json"),
        ("/api/v4/oauth/request_token", "application/problem+json"),
        ("/v6/authentication/oauth2/token", "application/json"),
        ("/api/connector/v1/settings", "application/problem+json"),
    ] {
        let request = match path {
            "/api/connector/v1/settings" => site.request(Method::GET, path).header("x-api-key", "gh_x"),
            "/api/v4/oauth/request_token" => site.request(Method::POST, path).header("authorization", unsigned()),
            "/v6/authentication/oauth2/token" => {
                let client = OauthAppId(Uuid::now_v7()).to_string();
                let form = format!("grant_type=client_credentials&client_id={client}&client_secret=x");
                let request = site.request(Method::POST, path);
                request
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(form)
            }
            _ => {
                let fields = [("email", EMAIL), ("password", PASSWORD), ("next", "")];
                let request = site.request(Method::POST, path).header("origin", site.origin());
                request
                    .header("accept", "application/json")
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(form(&fields))
            }
        };
        let answer = request.send().await.unwrap();
        assert_eq!(
            (
                answer.status().as_u16(),
                header(&answer, "content-type"),
                header(&answer, "retry-after")
            ),
            (503, expected, "1"),
            "{path}"
        );
    }
    let id = header(&page, "x-request-id").to_owned();
    let text = page.text().await.unwrap();
    assert!(
        text.contains(&id) && text.contains("cannot do this at the moment"),
        "{text}"
    );
}
