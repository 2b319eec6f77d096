use crate::http::problem::*;
use domain::oauth1;

/// Status, headers of interest and body of a problem.
async fn answered(problem: impl Into<Problem>) -> (u16, Vec<(String, String)>, serde_json::Value) {
    let response = problem.into().into_response();
    let status = response.status().as_u16();
    let headers = response.headers().iter();
    let headers = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    (status, headers, serde_json::from_slice(&body).unwrap())
}

fn value<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(other, _)| other == name)
        .map(|(_, value)| value.as_str())
}

#[tokio::test]
async fn a_missing_right_is_named() {
    let (status, headers, body) = answered(portal::Error::Forbidden(Right::ManageUsers)).await;
    assert_eq!(status, 403);
    assert_eq!(value(&headers, "content-type"), Some("application/problem+json"));
    assert_eq!(
        body,
        serde_json::json!({
            "type": "forbidden",
            "title": "The user may not do this",
            "status": 403,
            "detail": "This needs the right Manage users.",
            "right": "manage-users",
        })
    );
}

#[tokio::test]
async fn bad_fields_are_listed() {
    let mut errors = FieldErrors::one("limit", "Give a number.");
    errors.add("page", "Give a page.");
    let (status, _, body) = answered(errors).await;
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
async fn a_refusal_carries_its_challenge_and_the_members_of_the_extension() {
    let (status, headers, body) = answered(Refusal::absent(vec!["oauth_nonce"])).await;
    assert_eq!(status, 401);
    let challenge = value(&headers, "www-authenticate").unwrap();
    assert!(
        challenge.starts_with(r#"OAuth realm="Gatehouse", oauth_problem="parameter_absent""#),
        "{challenge}"
    );
    assert_eq!(body["oauth_problem"], "parameter_absent");
    assert_eq!(body["oauth_parameters_absent"], serde_json::json!(["oauth_nonce"]));
    assert_eq!(body.get("oauth_base_string"), None);

    let (status, _, body) = answered(Refusal::rejected("No.", vec!["oauth_token"])).await;
    assert_eq!((status, &body["status"]), (400, &serde_json::json!(400)));
    assert_eq!(body["oauth_parameters_rejected"], serde_json::json!(["oauth_token"]));

    let (_, _, body) = answered(Refusal::timestamp(1, 601)).await;
    assert_eq!(body["oauth_acceptable_timestamps"], "1-601");

    let (_, _, body) = answered(Refusal::signature("GET&x&y".to_owned())).await;
    assert_eq!(body["oauth_base_string"], "GET&x&y");

    let (_, _, body) = answered(Refusal::from(oauth1::Problem::VersionRejected)).await;
    assert_eq!(body["oauth_acceptable_versions"], "1.0-1.0");
}

#[tokio::test]
async fn faults_of_ours_keep_their_insides_to_themselves() {
    let (status, _, body) = answered(portal::Error::Internal("the disk said: secret".into())).await;
    assert_eq!(status, 500);
    assert!(!body.to_string().contains("disk"), "{body}");

    let gone = portal::Error::Unavailable {
        message: "the database does not answer",
        source: "10.0.0.7".into(),
    };
    let (status, headers, body) = answered(gone).await;
    assert_eq!((status, value(&headers, "retry-after")), (503, Some("1")));
    assert!(!body.to_string().contains("10.0.0.7"), "{body}");
}

#[tokio::test]
async fn a_body_that_finds_no_room_may_be_sent_again() {
    let (status, headers, body) = answered(crate::http::body::NotRead::NoMemory).await;
    assert_eq!((status, value(&headers, "retry-after")), (503, Some("1")));
    assert_eq!(body["type"], "unavailable");
}

#[tokio::test]
async fn a_reached_limit_says_when_to_come_back() {
    let (status, headers, body) = answered(portal::Error::TooMany { retry_after: 17 }).await;
    assert_eq!((status, value(&headers, "retry-after")), (429, Some("17")));
    assert_eq!(body["type"], "too-many-requests");
}
