//! What is said when the portal itself is at fault.

use crate::support::{Site, answer, header};
use axum::Router;
use axum::routing::get;
use reqwest::Client;
use server::connections::ConnectionLimits;
use server::router::around;
use tokio::net::TcpListener;

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
    let failure: app::failure::Failure = script.json().await.unwrap();
    assert_eq!(failure, app::failure::Failure::Internal { request_id: id });

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
    let id = header(&page, "x-request-id").to_owned();
    let text = page.text().await.unwrap();
    assert!(
        text.contains(&id) && text.contains("cannot do this at the moment"),
        "{text}"
    );
}
