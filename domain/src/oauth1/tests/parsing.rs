//! Parsing of parameters from header, body and query.

use crate::oauth1::tests::{
    FORM, VALID_FORM, VALID_HEADER, assert_valid, expect_error, header_replacing, header_with, rejected_parameters,
    with_header,
};
use crate::oauth1::{OauthProblem, Request};

#[test]
fn parameters_are_read_from_each_location() {
    assert_valid(with_header(VALID_HEADER));
    assert_valid(
        Request::new("POST", "/", None)
            .body(FORM, VALID_FORM.as_bytes())
            .parse(),
    );
    assert_valid(Request::new("GET", "/", Some(VALID_FORM)).parse());
}

#[test]
fn header_variants_of_real_clients_are_accepted() {
    for header in [
        VALID_HEADER.replace("OAuth ", "oauth "),
        VALID_HEADER.replace("OAuth ", "OAUTH   "),
        VALID_HEADER.replace("OAuth ", "  OAuth\t"),
        VALID_HEADER.replace("OAuth ", r#"OAuth realm="", "#),
        VALID_HEADER.replace("OAuth ", r#"OAuth Realm="a \"quoted\", realm\\ ü = 50%","#),
        VALID_HEADER.replace(", ", ","),
        VALID_HEADER.replace(", ", " ,\t "),
        VALID_HEADER.replace('=', " = "),
        format!("{VALID_HEADER},"),
        format!("{VALID_HEADER} , "),
        VALID_HEADER.replace("OAuth ", "OAuth , "),
        header_replacing(r#"nce="nonce""#, r#"nce="%6eonce""#),
        header_replacing("oauth_nonce", "oauth%5Fnonce"),
        header_with(r#"not_the_protocols="x", not_the_protocols="x""#),
    ] {
        assert_valid(with_header(&header));
    }
}

#[test]
fn malformed_header_is_rejected() {
    for header in [
        header_replacing(r#""nonce""#, "nonce"),
        header_replacing(r#""nonce""#, "'nonce'"),
        header_replacing(r#""nonce""#, r#""nonce"#),
        header_replacing(r#""nonce""#, r#""non ce""#),
        header_replacing(r#""nonce""#, r#""non\"ce""#),
        header_replacing(r#""nonce""#, r#""nöncé""#),
        header_replacing(r#""nonce""#, "\"non\0ce\""),
        header_replacing(r#""nonce""#, r#""nonce"x"#),
        header_replacing(r#""nonce", "#, r#""nonce" "#),
        header_replacing(r#""nonce", "#, r#""nonce"; "#),
        header_replacing("oauth_nonce=", "="),
        header_replacing("oauth_nonce=", "oauth_nonce"),
        header_with("oauth_callback"),
        header_with("oauth_callback="),
        header_with(r#"oauth_callback=""#),
        header_with(r#"realm="a", realm="b""#),
        header_with(r#"realm="a"#),
        header_with(r#"realm="a\""#),
        header_with("realm=a"),
    ] {
        assert!(rejected_parameters(with_header(&header)).is_empty(), "{header}");
    }
}

/// A truncated header is an absence or an error, at whatever byte it ends.
#[test]
fn truncated_header_is_rejected() {
    for end in 5..VALID_HEADER.len() - r#", oauth_version="1.0""#.len() {
        let error = expect_error(with_header(&VALID_HEADER[..end]));
        assert!(
            matches!(
                error.problem(),
                OauthProblem::ParameterRejected | OauthProblem::ParameterAbsent
            ),
            "{end}: {error}"
        );
    }
}

#[test]
fn other_schemes_are_ignored() {
    for header in [
        "",
        "OAut",
        "OAuth2 oauth_token=\"x\"",
        "OAuthoauth_token=\"x\"",
        "Bearer abc",
        "Basic YTpi",
    ] {
        let request = Request::new("GET", "/", None).authorization(header.as_bytes());
        assert!(!request.is_signed(), "{header}");
        assert_eq!(
            expect_error(request.parse()).problem(),
            OauthProblem::ParameterAbsent,
            "{header}"
        );
    }
}

#[test]
fn signed_request_is_recognized() {
    assert!(Request::new("GET", "/", None).authorization(b"OAuth").is_signed());
    assert!(Request::new("GET", "/", Some("a=1&oauth_token=x")).is_signed());
    assert!(Request::new("POST", "/", None).body(FORM, b"oauth_token=x").is_signed());
    assert!(
        !Request::new("POST", "/", None)
            .body(Some(b"text/plain"), b"oauth_token=x")
            .is_signed()
    );
    assert!(!Request::new("GET", "/", Some("a=oauth_token")).is_signed());
}

#[test]
fn repeated_protocol_parameter_is_rejected() {
    for name in [
        "oauth_consumer_key",
        "oauth_token",
        "oauth_signature",
        "oauth_nonce",
        "oauth_version",
    ] {
        assert_eq!(
            rejected_parameters(with_header(&header_with(&format!(r#"{name}="x""#)))),
            [name]
        );
        let form = format!("{VALID_FORM}&{name}=x");
        assert_eq!(
            rejected_parameters(Request::new("GET", "/", Some(&form)).parse()),
            [name]
        );
        assert_eq!(
            rejected_parameters(Request::new("GET", "/", None).body(FORM, form.as_bytes()).parse()),
            [name]
        );
    }
    // Also for an equal value, a differently encoded name, and a parameter that RFC 5849 does not define.
    assert_eq!(
        rejected_parameters(with_header(&header_with(r#"oauth_token="token""#))),
        ["oauth_token"]
    );
    assert_eq!(
        rejected_parameters(with_header(&header_with(r#"oauth%5ftoken="token""#))),
        ["oauth_token"]
    );
    assert!(rejected_parameters(with_header(&header_with(r#"oauth_body_hash="x", oauth_body_hash="x""#))).is_empty());
    assert_valid(with_header(&header_with(r#"oauth_body_hash="x""#)));
}

#[test]
fn protocol_parameters_in_two_locations_are_rejected() {
    let header = Request::new("GET", "/", Some("oauth_token=token")).authorization(VALID_HEADER.as_bytes());
    assert_eq!(rejected_parameters(header.parse()), ["oauth_token"]);
    let header = Request::new("POST", "/", None)
        .authorization(VALID_HEADER.as_bytes())
        .body(FORM, b"oauth_callback=oob");
    assert_eq!(rejected_parameters(header.parse()), ["oauth_callback"]);
    let body = Request::new("POST", "/", Some("oauth_extension=1")).body(FORM, VALID_FORM.as_bytes());
    assert!(rejected_parameters(body.parse()).is_empty());
    // A realm is not a protocol parameter, and a body that is not a form is ignored.
    assert_valid(
        Request::new("GET", "/", Some(VALID_FORM))
            .authorization(b"OAuth realm=\"x\"")
            .parse(),
    );
    assert_valid(
        Request::new("POST", "/", Some(VALID_FORM))
            .body(None, VALID_FORM.as_bytes())
            .parse(),
    );
}

#[test]
fn repeated_authorization_header_is_rejected() {
    let request = Request::new("GET", "/", None)
        .authorization(VALID_HEADER.as_bytes())
        .authorization(b"Bearer x");
    assert!(request.is_signed());
    assert!(rejected_parameters(request.parse()).is_empty());
}
