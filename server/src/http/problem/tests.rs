use crate::http::problem::*;
use domain::oauth1::{self, Oauth1Error};

/// Returns the status, headers and body of a problem response.
async fn respond(problem: impl Into<Problem>) -> (u16, Vec<(String, String)>, serde_json::Value) {
    let response = problem.into().into_response();
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, headers, serde_json::from_slice(&body).unwrap())
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(other, _)| other == name)
        .map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn missing_right_is_reported() {
    let (status, headers, body) = respond(portal::Error::Forbidden(Right::ManageUsers)).await;
    assert_eq!(status, 403);
    assert_eq!(header(&headers, "content-type"), Some("application/problem+json"));
    assert_eq!(
        body,
        serde_json::json!({
            "type": "forbidden",
            "title": "Forbidden",
            "status": 403,
            "detail": "You need the Manage users right to do this.",
            "right": "manage-users",
        })
    );
}

#[tokio::test]
async fn invalid_fields_are_listed() {
    let mut errors = FieldErrors::single("limit", "Give a number.");
    errors.add("page", "Give a page.");
    let (status, _, body) = respond(errors).await;
    assert_eq!(status, 400);
    assert_eq!(
        body["errors"],
        serde_json::json!([
            { "field": "limit", "detail": "Give a number." },
            { "field": "page", "detail": "Give a page." },
        ])
    );
}

#[tokio::test]
async fn oauth_problem_has_its_challenge_and_extension_members() {
    let (status, headers, body) = respond(Oauth1Error::missing_parameters(vec!["oauth_nonce"])).await;
    assert_eq!(status, 401);
    let challenge = header(&headers, "www-authenticate").unwrap();
    assert!(
        challenge.starts_with(r#"OAuth realm="Gatehouse", oauth_problem="parameter_absent""#),
        "{challenge}"
    );
    assert_eq!(body["oauth_problem"], "parameter_absent");
    assert_eq!(body["oauth_parameters_absent"], serde_json::json!(["oauth_nonce"]));
    assert_eq!(body.get("oauth_base_string"), None);

    let (status, _, body) = respond(Oauth1Error::rejected_parameters("No.", vec!["oauth_token"])).await;
    assert_eq!((status, &body["status"]), (400, &serde_json::json!(400)));
    assert_eq!(body["oauth_parameters_rejected"], serde_json::json!(["oauth_token"]));

    let (_, _, body) = respond(Oauth1Error::timestamp_refused(1, 601)).await;
    assert_eq!(body["oauth_acceptable_timestamps"], "1-601");

    let (_, _, body) = respond(Oauth1Error::invalid_signature("GET&x&y".to_owned())).await;
    assert_eq!(body["oauth_base_string"], "GET&x&y");

    let (_, _, body) = respond(Oauth1Error::from(oauth1::OauthProblem::VersionRejected)).await;
    assert_eq!(body["oauth_acceptable_versions"], "1.0-1.0");
}

#[tokio::test]
async fn internal_details_are_not_exposed() {
    let (status, _, body) = respond(portal::Error::Internal("the disk said: secret".into())).await;
    assert_eq!(status, 500);
    assert!(!body.to_string().contains("disk"), "{body}");

    let gone = portal::Error::Unavailable {
        message: "the database is not responding",
        source: "10.0.0.7".into(),
    };
    let (status, headers, body) = respond(gone).await;
    assert_eq!((status, header(&headers, "retry-after")), (503, Some("1")));
    assert!(!body.to_string().contains("10.0.0.7"), "{body}");
}

#[tokio::test]
async fn body_without_memory_left_is_retryable() {
    let (status, headers, body) = respond(crate::http::body::ReadBodyError::NoMemory).await;
    assert_eq!((status, header(&headers, "retry-after")), (503, Some("1")));
    assert_eq!(body["type"], "unavailable");
}

#[tokio::test]
async fn exceeded_limit_has_retry_after() {
    let (status, headers, body) = respond(portal::Error::TooManyAttempts { retry_after: 17 }).await;
    assert_eq!((status, header(&headers, "retry-after")), (429, Some("17")));
    assert_eq!(body["type"], "too-many-requests");
}
