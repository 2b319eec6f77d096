//! The examples of the standard and of its wiki, the rules for refusing, and properties over arbitrary requests.

mod base_string;
mod encoding;
mod never_panics;
mod origin;
mod parsing;
mod properties;
mod reference;
mod refusals;
mod values;

use crate::oauth1::{Origin, Problem, Refusal, Request, SignatureMethod, SignedRequest};

/// An origin that is known to be good.
fn origin(url: &str) -> Origin {
    url.parse().expect("the test's origin is valid")
}

/// A form body with its content type.
const FORM: Option<&[u8]> = Some(b"application/x-www-form-urlencoded");

/// A request with a header and nothing else.
fn with_header(header: &str) -> Result<SignedRequest<'_>, Refusal> {
    Request::new("GET", "/photos", None)
        .authorization(header.as_bytes())
        .parse()
}

/// A complete header, but for what a test adds.
const GOOD: &str = r#"OAuth oauth_consumer_key="key", oauth_token="token", oauth_signature_method="HMAC-SHA256", oauth_timestamp="137131200", oauth_nonce="nonce", oauth_signature="c2ln", oauth_version="1.0""#;

/// The same parameters as a form.
const GOOD_FORM: &str = "oauth_consumer_key=key&oauth_token=token&oauth_signature_method=HMAC-SHA256\
                         &oauth_timestamp=137131200&oauth_nonce=nonce&oauth_signature=c2ln&oauth_version=1.0";

fn good_with(more: &str) -> String {
    format!("{GOOD}, {more}")
}

fn good_but(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from}");
    GOOD.replace(from, to)
}

#[track_caller]
fn refusal(result: Result<SignedRequest<'_>, Refusal>) -> Refusal {
    result.expect_err("the request is refused")
}

#[track_caller]
fn rejected(result: Result<SignedRequest<'_>, Refusal>) -> Vec<&'static str> {
    let refusal = refusal(result);
    assert_eq!(
        (refusal.problem(), refusal.status()),
        (Problem::ParameterRejected, 400),
        "{refusal}"
    );
    refusal.parameters_rejected().to_vec()
}

#[track_caller]
fn assert_good(result: Result<SignedRequest<'_>, Refusal>) {
    let request = result.expect("the request is read");
    assert_eq!(request.consumer_key, "key");
    assert_eq!(request.token.as_deref(), Some("token"));
    assert_eq!(request.signature_method, SignatureMethod::HmacSha256);
    assert_eq!(request.timestamp, Some(137_131_200));
    assert_eq!(request.nonce.as_deref(), Some("nonce"));
    assert_eq!(request.signature, "c2ln");
    assert_eq!((request.callback, request.verifier), (None, None));
}
