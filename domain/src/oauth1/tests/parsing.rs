//! Where parameters are read from, and in what shape.

use crate::oauth1::tests::{FORM, GOOD, GOOD_FORM, assert_good, good_but, good_with, refusal, rejected, with_header};
use crate::oauth1::{Problem, Request};

#[test]
fn each_of_the_three_places_is_read() {
    assert_good(with_header(GOOD));
    assert_good(Request::new("POST", "/", None).body(FORM, GOOD_FORM.as_bytes()).parse());
    assert_good(Request::new("GET", "/", Some(GOOD_FORM)).parse());
}

#[test]
fn headers_of_real_clients_are_read() {
    for header in [
        GOOD.replace("OAuth ", "oauth "),
        GOOD.replace("OAuth ", "OAUTH   "),
        GOOD.replace("OAuth ", "  OAuth\t"),
        GOOD.replace("OAuth ", r#"OAuth realm="", "#),
        GOOD.replace("OAuth ", r#"OAuth Realm="a \"quoted\", realm\\ ü = 50%","#),
        GOOD.replace(", ", ","),
        GOOD.replace(", ", " ,\t "),
        GOOD.replace('=', " = "),
        format!("{GOOD},"),
        format!("{GOOD} , "),
        GOOD.replace("OAuth ", "OAuth , "),
        good_but(r#"nce="nonce""#, r#"nce="%6eonce""#),
        good_but("oauth_nonce", "oauth%5Fnonce"),
        good_with(r#"not_the_protocols="x", not_the_protocols="x""#),
    ] {
        assert_good(with_header(&header));
    }
}

#[test]
fn malformed_headers_are_refused() {
    for header in [
        good_but(r#""nonce""#, "nonce"),
        good_but(r#""nonce""#, "'nonce'"),
        good_but(r#""nonce""#, r#""nonce"#),
        good_but(r#""nonce""#, r#""non ce""#),
        good_but(r#""nonce""#, r#""non\"ce""#),
        good_but(r#""nonce""#, r#""nöncé""#),
        good_but(r#""nonce""#, "\"non\0ce\""),
        good_but(r#""nonce""#, r#""nonce"x"#),
        good_but(r#""nonce", "#, r#""nonce" "#),
        good_but(r#""nonce", "#, r#""nonce"; "#),
        good_but("oauth_nonce=", "="),
        good_but("oauth_nonce=", "oauth_nonce"),
        good_with("oauth_callback"),
        good_with("oauth_callback="),
        good_with(r#"oauth_callback=""#),
        good_with(r#"realm="a", realm="b""#),
        good_with(r#"realm="a"#),
        good_with(r#"realm="a\""#),
        good_with("realm=a"),
    ] {
        assert!(rejected(with_header(&header)).is_empty(), "{header}");
    }
}

/// A truncated header is an absence or a refusal, at whatever byte it ends.

#[test]
fn truncated_headers_are_refused() {
    for end in 5..GOOD.len() - r#", oauth_version="1.0""#.len() {
        let refusal = refusal(with_header(&GOOD[..end]));
        assert!(
            matches!(refusal.problem(), Problem::ParameterRejected | Problem::ParameterAbsent),
            "{end}: {refusal}"
        );
    }
}

#[test]
fn other_schemes_are_not_read() {
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
        assert_eq!(refusal(request.parse()).problem(), Problem::ParameterAbsent, "{header}");
    }
}

#[test]
fn a_request_says_whether_it_means_to_be_signed() {
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
fn a_protocol_parameter_comes_once() {
    for name in [
        "oauth_consumer_key",
        "oauth_token",
        "oauth_signature",
        "oauth_nonce",
        "oauth_version",
    ] {
        assert_eq!(rejected(with_header(&good_with(&format!(r#"{name}="x""#)))), [name]);
        let form = format!("{GOOD_FORM}&{name}=x");
        assert_eq!(rejected(Request::new("GET", "/", Some(&form)).parse()), [name]);
        assert_eq!(
            rejected(Request::new("GET", "/", None).body(FORM, form.as_bytes()).parse()),
            [name]
        );
    }
    // The same value twice is still twice, and so is a name that is only written differently, or one that is not ours.
    assert_eq!(
        rejected(with_header(&good_with(r#"oauth_token="token""#))),
        ["oauth_token"]
    );
    assert_eq!(
        rejected(with_header(&good_with(r#"oauth%5ftoken="token""#))),
        ["oauth_token"]
    );
    assert!(rejected(with_header(&good_with(r#"oauth_body_hash="x", oauth_body_hash="x""#))).is_empty());
    assert_good(with_header(&good_with(r#"oauth_body_hash="x""#)));
}

#[test]
fn two_places_are_refused() {
    let header = Request::new("GET", "/", Some("oauth_token=token")).authorization(GOOD.as_bytes());
    assert_eq!(rejected(header.parse()), ["oauth_token"]);
    let header = Request::new("POST", "/", None)
        .authorization(GOOD.as_bytes())
        .body(FORM, b"oauth_callback=oob");
    assert_eq!(rejected(header.parse()), ["oauth_callback"]);
    let body = Request::new("POST", "/", Some("oauth_extension=1")).body(FORM, GOOD_FORM.as_bytes());
    assert!(rejected(body.parse()).is_empty());
    // A realm is no protocol parameter, and a body that is not a form is no place.
    assert_good(
        Request::new("GET", "/", Some(GOOD_FORM))
            .authorization(b"OAuth realm=\"x\"")
            .parse(),
    );
    assert_good(
        Request::new("POST", "/", Some(GOOD_FORM))
            .body(None, GOOD_FORM.as_bytes())
            .parse(),
    );
}

#[test]
fn two_authorization_headers_are_refused() {
    let request = Request::new("GET", "/", None)
        .authorization(GOOD.as_bytes())
        .authorization(b"Bearer x");
    assert!(request.is_signed());
    assert!(rejected(request.parse()).is_empty());
}
