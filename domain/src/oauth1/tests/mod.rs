//! Tests with the examples of RFC 5849 and the OAuth wiki, of errors, and of properties of arbitrary requests.

mod base_string;
mod encoding;
mod errors;
mod never_panics;
mod origin;
mod parsing;
mod properties;
mod reference;
mod values;

use crate::oauth1::{Oauth1Error, OauthProblem, Origin, Request, SignatureMethod, SignedRequest};

/// Parses a valid origin.
fn origin(url: &str) -> Origin {
    url.parse().expect("the test's origin is valid")
}

/// The content type of a form body.
const FORM: Option<&[u8]> = Some(b"application/x-www-form-urlencoded");

/// Parses a request with only an `Authorization` header.
fn with_header(header: &str) -> Result<SignedRequest<'_>, Oauth1Error> {
    Request::new("GET", "/photos", None)
        .authorization(header.as_bytes())
        .parse()
}

/// A complete `Authorization` header.
const VALID_HEADER: &str = r#"OAuth oauth_consumer_key="key", oauth_token="token", oauth_signature_method="HMAC-SHA256", oauth_timestamp="137131200", oauth_nonce="nonce", oauth_signature="c2ln", oauth_version="1.0""#;

/// The same parameters as a form.
const VALID_FORM: &str = "oauth_consumer_key=key&oauth_token=token&oauth_signature_method=HMAC-SHA256\
                         &oauth_timestamp=137131200&oauth_nonce=nonce&oauth_signature=c2ln&oauth_version=1.0";

fn header_with(more: &str) -> String {
    format!("{VALID_HEADER}, {more}")
}

fn header_replacing(from: &str, to: &str) -> String {
    assert!(VALID_HEADER.contains(from), "{from}");
    VALID_HEADER.replace(from, to)
}

#[track_caller]
fn expect_error(result: Result<SignedRequest<'_>, Oauth1Error>) -> Oauth1Error {
    result.expect_err("the request is rejected")
}

#[track_caller]
fn rejected_parameters(result: Result<SignedRequest<'_>, Oauth1Error>) -> Vec<&'static str> {
    let error = expect_error(result);
    assert_eq!(
        (error.problem(), error.status()),
        (OauthProblem::ParameterRejected, 400),
        "{error}"
    );
    error.parameters_rejected().to_vec()
}

#[track_caller]
fn assert_valid(result: Result<SignedRequest<'_>, Oauth1Error>) {
    let request = result.expect("the request is read");
    assert_eq!(request.consumer_key, "key");
    assert_eq!(request.token.as_deref(), Some("token"));
    assert_eq!(request.signature_method, SignatureMethod::HmacSha256);
    assert_eq!(request.timestamp, Some(137_131_200));
    assert_eq!(request.nonce.as_deref(), Some("nonce"));
    assert_eq!(request.signature, "c2ln");
    assert_eq!((request.callback, request.verifier), (None, None));
}
