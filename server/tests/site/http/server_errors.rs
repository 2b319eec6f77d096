//! Tests responses to panics and to an unavailable database.

use crate::test_site::{EMAIL, PASSWORD, TestSite, form, header, spawn_server};
use axum::Router;
use axum::routing::get;
use domain::ids::OauthAppId;
use reqwest::{Client, Method};
use server::listener::ConnectionLimits;
use server::router::with_base_layers;
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use uuid::Uuid;

/// Returns an `Authorization` header of an unknown consumer with the current timestamp.
fn oauth1_header() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    format!(
        "OAuth oauth_consumer_key=\"x\", oauth_signature_method=\"HMAC-SHA1\", oauth_signature=\"x\", \
         oauth_timestamp=\"{now}\", oauth_nonce=\"n\", oauth_callback=\"oob\""
    )
}

async fn panics() -> &'static str {
    panic!("panic message")
}

#[tokio::test]
async fn panic_in_a_handler_is_answered_500_with_the_request_id() {
    let site = TestSite::start().await;
    let router = Router::new()
        .route("/boom", get(panics))
        .route("/api/boom", get(panics))
        .route("/fine", get(|| async {}));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let _tasks = spawn_server(
        listener,
        with_base_layers(router, &site.app),
        ConnectionLimits::default(),
    );
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
    assert!(text.contains(&id) && text.contains("Go to the dashboard"), "{text}");
    assert!(!text.contains("panic message"), "{text}");

    let script = client.get(format!("{origin}/boom")).send().await.unwrap();
    let id = header(&script, "x-request-id").to_owned();
    let script_headers = script.headers().clone();
    let error: app::error::AppError = script.json().await.unwrap();
    assert_eq!(error, app::error::AppError::Internal { request_id: id });

    let api = client
        .get(format!("{origin}/api/boom"))
        .header("accept", "text/html")
        .send()
        .await
        .unwrap();
    // API errors are readable cross-origin. Pages are not.
    assert_eq!(header(&api, "access-control-allow-origin"), "*");
    assert_eq!(script_headers.get("access-control-allow-origin"), None);
    assert_eq!(
        (api.status().as_u16(), header(&api, "content-type")),
        (500, "application/problem+json")
    );
    assert!(!api.text().await.unwrap().contains("panic message"));

    assert_eq!(client.get(format!("{origin}/fine")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn failed_server_function_answers_a_script_with_its_status_and_redirects_a_form() {
    let site = TestSite::start().await;
    let script = site
        .request(Method::POST, "/fn/sessions/end-others")
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("origin", site.origin());
    let script = script.send().await.unwrap();
    assert_eq!(
        (script.status().as_u16(), header(&script, "content-type")),
        (401, "application/json")
    );
    let error: app::error::AppError = script.json().await.unwrap();
    assert_eq!(error, app::error::AppError::SignedOut);

    let fields = [("name", ""), ("back", "/settings/portal/api-tokens")];
    let form = site.post("/fn/consumers/create", &fields);
    let form = form.header("cookie", site.sign_in().await).send().await.unwrap();
    let location = header(&form, "location");
    assert_eq!(form.status(), 302);
    assert!(
        location.starts_with("/settings/portal/api-tokens?dialog=new-consumer"),
        "{location}"
    );
    assert!(location.contains("__err="), "{location}");
}

#[tokio::test]
async fn closed_database_is_answered_503_with_retry_after() {
    let site = TestSite::start().await;
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
            "/api/v4/oauth/request_token" => site
                .request(Method::POST, path)
                .header("authorization", oauth1_header()),
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
        let response = request.send().await.unwrap();
        assert_eq!(
            (
                response.status().as_u16(),
                header(&response, "content-type"),
                header(&response, "retry-after")
            ),
            (503, expected, "1"),
            "{path}"
        );
    }
    let id = header(&page, "x-request-id").to_owned();
    let text = page.text().await.unwrap();
    assert!(text.contains(&id) && text.contains("temporarily unavailable"), "{text}");
}
