//! What every request gets, and what no request may do.

use crate::support::{EMAIL, PASSWORD, Site, cookie, form, header};
use reqwest::Method;
use std::io::Write;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn every_answer_names_its_request() {
    let site = Site::start().await;
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
        let given = site
            .request(Method::GET, path)
            .header("x-request-id", "abc-1.2_3")
            .send()
            .await
            .unwrap();
        assert_eq!(header(&given, "x-request-id"), "abc-1.2_3", "{path}");
        let insane = site
            .request(Method::GET, path)
            .header("x-request-id", "a b<script>")
            .send()
            .await
            .unwrap();
        let new = header(&insane, "x-request-id");
        assert_eq!((new.len(), new.as_bytes()[14]), (36, b'7'), "{new}");
    }
}

#[tokio::test]
async fn whoever_watches_over_the_server_sees_whether_it_works() {
    let site = Site::start().await;
    let ask = async |path| {
        let answer = site.request(Method::GET, path).send().await.unwrap();
        assert_eq!(header(&answer, "cache-control"), "no-store");
        let retry_after = answer.headers().contains_key("retry-after");
        (answer.status().as_u16(), retry_after, answer.text().await.unwrap())
    };
    assert_eq!(ask("/healthz").await, (200, false, "ok\n".to_owned()));
    assert_eq!(ask("/readyz").await, (200, false, "ready\n".to_owned()));
    site.app.portal.close().await;
    while ask("/readyz").await.0 == 200 {}
    let sentence = "The database does not answer.\n";
    assert_eq!(ask("/readyz").await, (503, true, sentence.to_owned()));
    assert_eq!(ask("/healthz").await, (200, false, "ok\n".to_owned()));
    site.app.stop();
    assert_eq!(
        ask("/readyz").await,
        (503, true, "The server is stopping.\n".to_owned())
    );
}

#[tokio::test]
async fn a_form_that_is_too_large_is_refused() {
    let site = Site::start().await;
    let text = "x".repeat(server::middleware::MAX_FORM);
    let answer = site
        .post("/fn/session/sign-in", &[("email", &text)])
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 413);
    assert!(answer.text().await.unwrap().contains("64 KiB"));
}

#[tokio::test]
async fn a_form_that_does_not_say_its_length_is_refused_too() {
    let site = Site::start().await;
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    let head = format!(
        "POST /fn/session/sign-in HTTP/1.1\r\nHost: x\r\nOrigin: {}\r\nTransfer-Encoding: chunked\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\n",
        site.origin()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("1000\r\n{}\r\n", "x".repeat(0x1000));
    // The server may hang up as soon as it has seen enough.
    for _ in 0..17 {
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut answer = vec![0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 413");
}

#[tokio::test]
async fn a_compressed_form_is_read_within_the_limit() {
    let site = Site::start().await;
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
    assert_eq!((signed_in.status().as_u16(), cookie(&signed_in).is_some()), (302, true));
    assert_eq!(send("gzip", gzip(&vec![b'x'; 50 * 1024 * 1024])).await.status(), 413);
    assert_eq!(send("gzip", fields.clone().into_bytes()).await.status(), 400);
    let other = send("br", fields.into_bytes()).await;
    assert_eq!(
        (other.status().as_u16(), header(&other, "accept-encoding")),
        (415, "gzip, deflate")
    );
    assert!(other.text().await.unwrap().contains("Content-Encoding"));
}
