//! Tests the encodings that server functions answer in.

use crate::test_site::{TestSite, header};
use app::codec::{MEDIA_TYPE, decode};
use app::error::AppError;
use domain::accounts::users::CurrentUser;
use reqwest::Method;

/// The script of a page gets the encoding of pages; anyone else gets the same as JSON.
#[tokio::test]
async fn server_function_answers_in_the_encoding_that_the_client_accepts() {
    let site = TestSite::start().await;
    let cookie = site.sign_in().await;
    let get = async |accept: &str, cookie: &str| {
        let request = site.request(Method::GET, "/fn/session/me");
        let response = request
            .header("accept", accept)
            .header("cookie", cookie)
            .send()
            .await
            .unwrap();
        let media_type = header(&response, "content-type").to_owned();
        (response.status().as_u16(), media_type, response.bytes().await.unwrap())
    };
    let (status, media_type, body) = get(MEDIA_TYPE, &cookie).await;
    assert_eq!((status, media_type.as_str()), (200, MEDIA_TYPE));
    let user: CurrentUser = decode(&body).unwrap();
    for accept in ["application/json", "*/*", "application/octet-stream"] {
        let (status, media_type, body) = get(accept, &cookie).await;
        assert_eq!((status, media_type.as_str()), (200, "application/json"), "{accept}");
        assert_eq!(serde_json::from_slice::<CurrentUser>(&body).unwrap(), user);
    }

    let (status, media_type, body) = get(MEDIA_TYPE, "").await;
    assert_eq!((status, media_type.as_str()), (401, MEDIA_TYPE));
    assert_eq!(decode::<AppError>(&body), Ok(AppError::SignedOut));
    let (status, media_type, body) = get("*/*", "").await;
    assert_eq!((status, media_type.as_str()), (401, "application/json"));
    assert_eq!(&*body, b"\"SignedOut\"");
}

/// A response of the middleware, before any server function runs, is decoded by the script as well.
#[tokio::test]
async fn rejected_request_is_answered_in_the_encoding_that_the_client_accepts() {
    let site = TestSite::start().await;
    for (accept, is_page) in [(MEDIA_TYPE, true), ("*/*", false)] {
        let request = site.request(Method::POST, "/fn/session/sign-out");
        let request = request
            .header("accept", accept)
            .header("origin", "https://evil.example");
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 403);
        let body = response.bytes().await.unwrap();
        let error: AppError = match is_page {
            true => decode(&body).unwrap(),
            false => serde_json::from_slice(&body).unwrap(),
        };
        assert!(matches!(error, AppError::CrossOrigin { .. }), "{error:?}");
    }
}
