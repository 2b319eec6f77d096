//! Validation of parameter values, and limits.

use crate::oauth1::tests::{
    FORM, VALID_FORM, VALID_HEADER, assert_valid, expect_error, header_replacing, header_with, rejected_parameters,
    with_header,
};
use crate::oauth1::{OauthProblem, Request, SignatureMethod, is_form};

#[test]
fn missing_parameters_are_named() {
    let all = [
        "oauth_consumer_key",
        "oauth_signature_method",
        "oauth_signature",
        "oauth_timestamp",
        "oauth_nonce",
    ];
    let empty_request = expect_error(Request::new("GET", "/", None).parse());
    assert_eq!(
        (empty_request.problem(), empty_request.status()),
        (OauthProblem::ParameterAbsent, 401)
    );
    assert_eq!(empty_request.parameters_absent(), all);
    assert_eq!(expect_error(with_header("OAuth")).parameters_absent(), all);
    for name in all {
        let without = VALID_FORM
            .split('&')
            .filter(|pair| pair.split('=').next() != Some(name))
            .collect::<Vec<_>>();
        let without = without.join("&");
        assert_eq!(
            expect_error(Request::new("GET", "/", Some(&without)).parse()).parameters_absent(),
            [name]
        );
        let empty = format!("{without}&{name}=");
        assert_eq!(
            expect_error(Request::new("GET", "/", Some(&empty)).parse()).parameters_absent(),
            [name]
        );
    }
}

#[test]
fn plaintext_needs_neither_timestamp_nor_nonce() {
    let header =
        r#"OAuth oauth_consumer_key="k", oauth_token="", oauth_signature_method="PLAINTEXT", oauth_signature="a%26b""#;
    let request = with_header(header).expect("complete for PLAINTEXT");
    assert_eq!(
        (request.timestamp, request.nonce.as_deref(), request.token.as_deref()),
        (None, None, None)
    );
    assert_eq!(request.signature, "a&b");
    assert_eq!(request.check_timestamp(1_700_000_000, 300), Ok(()));
}

#[test]
fn version_other_than_1_0_is_rejected() {
    for version in ["2.0", "1.0a", "1", "", "1.0%20"] {
        let header = header_replacing(r#"version="1.0""#, &format!(r#"version="{version}""#));
        let error = expect_error(with_header(&header));
        assert_eq!(
            (error.problem(), error.status()),
            (OauthProblem::VersionRejected, 401),
            "{version}"
        );
        assert_eq!(error.acceptable_versions(), Some("1.0-1.0"));
    }
    assert_valid(with_header(&header_replacing(r#", oauth_version="1.0""#, "")));
}

#[test]
fn unknown_signature_method_is_rejected() {
    for method in SignatureMethod::ALL {
        let header = header_replacing("HMAC-SHA256", method.as_str());
        assert_eq!(with_header(&header).expect("a known method").signature_method, method);
    }
    for unknown in ["hmac-sha1", "HMAC-SHA512", "NONE", "PLAINTEXT%20"] {
        let error = expect_error(with_header(&header_replacing("HMAC-SHA256", unknown)));
        assert_eq!(
            (error.problem(), error.status()),
            (OauthProblem::SignatureMethodRejected, 401),
            "{unknown}"
        );
    }
}

#[test]
fn undecodable_parameter_is_rejected_and_named() {
    assert_eq!(
        rejected_parameters(with_header(&header_replacing(r#""nonce""#, r#""%zz""#))),
        ["oauth_nonce"]
    );
    assert_eq!(
        rejected_parameters(with_header(&header_replacing(r#""nonce""#, r#""%ff""#))),
        ["oauth_nonce"]
    );
    assert!(rejected_parameters(with_header(&header_replacing("oauth_nonce", "%ff"))).is_empty());
    for query in ["a=%", "a=%f", "%xx=a", "a=%ff", "%ff=a"] {
        assert!(
            rejected_parameters(
                Request::new("GET", "/", Some(query))
                    .authorization(VALID_HEADER.as_bytes())
                    .parse()
            )
            .is_empty()
        );
        let body = Request::new("GET", "/", None)
            .authorization(VALID_HEADER.as_bytes())
            .body(FORM, query.as_bytes());
        assert!(rejected_parameters(body.parse()).is_empty());
    }
    let raw = Request::new("GET", "/", None)
        .authorization(VALID_HEADER.as_bytes())
        .body(FORM, b"a=\xff");
    assert!(rejected_parameters(raw.parse()).is_empty());
}

#[test]
fn timestamp_that_is_not_a_positive_integer_is_rejected() {
    for timestamp in [
        "0",
        "-1",
        "%2B137131200",
        "1.5",
        "1e9",
        "%20137131200",
        "0x10",
        "18446744073709551616",
        "now",
        "١",
    ] {
        let query = VALID_FORM.replace("137131200", timestamp);
        assert_eq!(
            rejected_parameters(Request::new("GET", "/", Some(&query)).parse()),
            ["oauth_timestamp"],
            "{timestamp}"
        );
    }
    let query = VALID_FORM.replace("137131200", "18446744073709551615");
    let latest = Request::new("GET", "/", Some(&query))
        .parse()
        .expect("the largest number");
    assert_eq!(latest.timestamp, Some(u64::MAX));
    assert!(latest.check_timestamp(0, 300).is_err());
}

#[test]
fn timestamp_outside_the_window_is_rejected() {
    let request = with_header(VALID_HEADER).expect("a valid header");
    for now in [137_130_900, 137_131_200, 137_131_500] {
        assert_eq!(request.check_timestamp(now, 300), Ok(()), "{now}");
    }
    for (now, acceptable) in [
        (137_130_899, (137_130_599, 137_131_199)),
        (137_131_501, (137_131_201, 137_131_801)),
    ] {
        let error = request.check_timestamp(now, 300).expect_err("outside the window");
        assert_eq!((error.problem(), error.status()), (OauthProblem::TimestampRefused, 401));
        assert_eq!(error.acceptable_timestamps(), Some(acceptable));
    }
}

#[test]
fn long_text_or_control_character_is_rejected() {
    for (name, max_bytes) in [
        ("oauth_nonce", 255),
        ("oauth_token", 255),
        ("oauth_consumer_key", 255),
        ("oauth_verifier", 255),
        ("oauth_callback", 2048),
    ] {
        let form = |value: &str| {
            let others = VALID_FORM
                .split('&')
                .filter(|pair| pair.split('=').next() != Some(name));
            others
                .chain([format!("{name}={value}").as_str()])
                .collect::<Vec<_>>()
                .join("&")
        };
        let fits = form(&"n".repeat(max_bytes));
        assert!(Request::new("GET", "/", Some(&fits)).parse().is_ok(), "{name}");
        for bad in [&"n".repeat(max_bytes + 1)[..], "a%00b", "a%0Ab", "%7F", "%C2%85"] {
            let query = form(bad);
            assert_eq!(
                rejected_parameters(Request::new("GET", "/", Some(&query)).parse()),
                [name],
                "{bad}"
            );
        }
    }
}

#[test]
fn header_over_8_kib_is_rejected() {
    let padded = |length: usize| {
        format!(
            "{VALID_HEADER}{}",
            ",".repeat("OAuth".len() + length - VALID_HEADER.len())
        )
    };
    assert_valid(with_header(&padded(8 * 1024)));
    assert!(rejected_parameters(with_header(&padded(8 * 1024 + 1))).is_empty());
    assert!(rejected_parameters(with_header(&format!(r#"OAuth realm="{}""#, "a".repeat(1024 * 1024)))).is_empty());
}

#[test]
fn more_than_200_parameters_are_rejected() {
    // The header has 7 parameters.
    let (body, query) = ("b=1&".repeat(93), "q=1&".repeat(100));
    let request = Request::new("POST", "/", Some(&query)).authorization(VALID_HEADER.as_bytes());
    assert_valid(request.body(FORM, body.as_bytes()).parse());
    let more = format!("{body}c");
    assert!(rejected_parameters(request.body(FORM, more.as_bytes()).parse()).is_empty());
}

#[test]
fn form_is_recognized_by_media_type() {
    assert!(is_form(b"application/x-www-form-urlencoded"));
    assert!(is_form(b" APPLICATION/x-www-FORM-urlencoded;charset=utf-8"));
    for other in [
        "",
        ";",
        "application/x-www-form-urlencodedx",
        "text/plain; application/x-www-form-urlencoded",
    ] {
        assert!(!is_form(other.as_bytes()), "{other}");
    }
}

#[test]
fn debug_output_contains_no_credentials() {
    let header =
        header_with(r#"oauth_verifier="the-verifier", password="the-password""#).replace("c2ln", "the-signature");
    let request = Request::new("GET", "/photos", Some("apikey=the-key")).authorization(header.as_bytes());
    let printed = format!("{request:?} {:?}", request.parse().expect("a valid header"));
    assert!(
        printed.contains("/photos") && printed.contains("HmacSha256"),
        "{printed}"
    );
    for secret in ["the-verifier", "the-password", "the-signature", "the-key"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
