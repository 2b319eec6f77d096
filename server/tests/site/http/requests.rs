//! Tests request ids, health endpoints and form size limits.

use crate::test_site::{EMAIL, PASSWORD, TestSite, form, header, session_cookie};
use reqwest::Method;
use std::io::Write;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn response_carries_the_request_id() {
    let site = TestSite::start().await;
    for path in [
        "/sign-in",
        "/settings",
        "/nowhere",
        "/api/v4/account",
        "/pkg/nothing",
        "/healthz",
        "/readyz",
        "/fn/nothing",
    ] {
        let valid = site
            .request(Method::GET, path)
            .header("x-request-id", "abc-1.2_3")
            .send()
            .await
            .unwrap();
        assert_eq!(header(&valid, "x-request-id"), "abc-1.2_3", "{path}");
        let invalid = site
            .request(Method::GET, path)
            .header("x-request-id", "a b<script>")
            .send()
            .await
            .unwrap();
        let new = header(&invalid, "x-request-id");
        assert_eq!((new.len(), new.as_bytes()[14]), (36, b'7'), "{new}");
    }
}

#[tokio::test]
async fn health_and_readiness_endpoints_report_database_and_shutdown() {
    let site = TestSite::start().await;
    let get = async |path| {
        let response = site.request(Method::GET, path).send().await.unwrap();
        assert_eq!(header(&response, "cache-control"), "no-store");
        let retry_after = response.headers().contains_key("retry-after");
        (response.status().as_u16(), retry_after, response.text().await.unwrap())
    };
    assert_eq!(get("/healthz").await, (200, false, "ok\n".to_owned()));
    assert_eq!(get("/readyz").await, (200, false, "ready\n".to_owned()));
    site.app.portal.close().await;
    while get("/readyz").await.0 == 200 {}
    let sentence = "The database is not responding.\n";
    assert_eq!(get("/readyz").await, (503, true, sentence.to_owned()));
    assert_eq!(get("/healthz").await, (200, false, "ok\n".to_owned()));
    site.app.begin_shutdown();
    assert_eq!(
        get("/readyz").await,
        (503, true, "The server is shutting down.\n".to_owned())
    );
}

#[tokio::test]
async fn form_over_the_size_limit_is_rejected() {
    let site = TestSite::start().await;
    let text = "x".repeat(server::middleware::MAX_FORM_BYTES);
    let response = site
        .post("/fn/session/sign-in", &[("email", &text)])
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 413);
    assert!(response.text().await.unwrap().contains("64 KiB"));
}

#[tokio::test]
async fn chunked_form_over_the_size_limit_is_rejected() {
    let site = TestSite::start().await;
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    let head = format!(
        "POST /fn/session/sign-in HTTP/1.1\r\nHost: x\r\nOrigin: {}\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n",
        site.origin()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    // The server may close the connection as soon as the limit is exceeded.
    for _ in 0..17 {
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut response = vec![0; 12];
    stream.read_exact(&mut response).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&response), "HTTP/1.1 413");
}

#[tokio::test]
async fn compressed_form_is_decoded_within_the_size_limit() {
    let site = TestSite::start().await;
    let send = async |coding: &str, body: Vec<u8>| {
        let request = site.post("/fn/session/sign-in", &[]).header("content-encoding", coding);
        request.body(body).send().await.unwrap()
    };
    let gzip = |bytes: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let fields = form(&[("email", EMAIL), ("password", PASSWORD), ("next", "")]);
    let signed_in = send("gzip", gzip(fields.as_bytes())).await;
    assert_eq!(
        (signed_in.status().as_u16(), session_cookie(&signed_in).is_some()),
        (302, true)
    );
    assert_eq!(send("gzip", gzip(&vec![b'x'; 50 * 1024 * 1024])).await.status(), 413);
    assert_eq!(send("gzip", fields.clone().into_bytes()).await.status(), 400);
    let other = send("br", fields.into_bytes()).await;
    assert_eq!(
        (other.status().as_u16(), header(&other, "accept-encoding")),
        (415, "gzip, deflate")
    );
    assert!(other.text().await.unwrap().contains("Content-Encoding"));
}
