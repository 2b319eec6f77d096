//! What the parameters may say, and how much of them there may be.

use crate::oauth1::tests::{FORM, GOOD, GOOD_FORM, assert_good, good_but, good_with, refusal, rejected, with_header};
use crate::oauth1::{Problem, Request, SignatureMethod, is_form};

#[test]
fn what_is_missing_is_named() {
    let all = [
        "oauth_consumer_key",
        "oauth_signature_method",
        "oauth_signature",
        "oauth_timestamp",
        "oauth_nonce",
    ];
    let nothing = refusal(Request::new("GET", "/", None).parse());
    assert_eq!((nothing.problem(), nothing.status()), (Problem::ParameterAbsent, 401));
    assert_eq!(nothing.parameters_absent(), all);
    assert_eq!(refusal(with_header("OAuth")).parameters_absent(), all);
    for name in all {
        let without = GOOD_FORM
            .split('&')
            .filter(|pair| pair.split('=').next() != Some(name))
            .collect::<Vec<_>>();
        let without = without.join("&");
        assert_eq!(
            refusal(Request::new("GET", "/", Some(&without)).parse()).parameters_absent(),
            [name]
        );
        let empty = format!("{without}&{name}=");
        assert_eq!(
            refusal(Request::new("GET", "/", Some(&empty)).parse()).parameters_absent(),
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
fn only_version_1_0_is_spoken() {
    for version in ["2.0", "1.0a", "1", "", "1.0%20"] {
        let header = good_but(r#"version="1.0""#, &format!(r#"version="{version}""#));
        let refusal = refusal(with_header(&header));
        assert_eq!(
            (refusal.problem(), refusal.status()),
            (Problem::VersionRejected, 401),
            "{version}"
        );
        assert_eq!(refusal.acceptable_versions(), Some("1.0-1.0"));
    }
    assert_good(with_header(&good_but(r#", oauth_version="1.0""#, "")));
}

#[test]
fn methods_go_by_their_exact_names() {
    for method in SignatureMethod::ALL {
        let header = good_but("HMAC-SHA256", method.as_str());
        assert_eq!(with_header(&header).expect("a known method").signature_method, method);
    }
    for unknown in ["hmac-sha1", "HMAC-SHA512", "NONE", "PLAINTEXT%20"] {
        let refusal = refusal(with_header(&good_but("HMAC-SHA256", unknown)));
        assert_eq!(
            (refusal.problem(), refusal.status()),
            (Problem::SignatureMethodRejected, 401),
            "{unknown}"
        );
    }
}

#[test]
fn undecodable_text_is_refused_and_named_where_it_can_be() {
    assert_eq!(
        rejected(with_header(&good_but(r#""nonce""#, r#""%zz""#))),
        ["oauth_nonce"]
    );
    assert_eq!(
        rejected(with_header(&good_but(r#""nonce""#, r#""%ff""#))),
        ["oauth_nonce"]
    );
    assert!(rejected(with_header(&good_but("oauth_nonce", "%ff"))).is_empty());
    for query in ["a=%", "a=%f", "%xx=a", "a=%ff", "%ff=a"] {
        assert!(
            rejected(
                Request::new("GET", "/", Some(query))
                    .authorization(GOOD.as_bytes())
                    .parse()
            )
            .is_empty()
        );
        let body = Request::new("GET", "/", None)
            .authorization(GOOD.as_bytes())
            .body(FORM, query.as_bytes());
        assert!(rejected(body.parse()).is_empty());
    }
    let raw = Request::new("GET", "/", None)
        .authorization(GOOD.as_bytes())
        .body(FORM, b"a=\xff");
    assert!(rejected(raw.parse()).is_empty());
}

#[test]
fn timestamps_are_positive_integers() {
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
        let query = GOOD_FORM.replace("137131200", timestamp);
        assert_eq!(
            rejected(Request::new("GET", "/", Some(&query)).parse()),
            ["oauth_timestamp"],
            "{timestamp}"
        );
    }
    let query = GOOD_FORM.replace("137131200", "18446744073709551615");
    let furthest = Request::new("GET", "/", Some(&query))
        .parse()
        .expect("the largest number");
    assert_eq!(furthest.timestamp, Some(u64::MAX));
    assert!(furthest.check_timestamp(0, 300).is_err());
}

#[test]
fn timestamps_hold_within_the_window_and_its_bounds() {
    let request = with_header(GOOD).expect("a good header");
    for now in [137_130_900, 137_131_200, 137_131_500] {
        assert_eq!(request.check_timestamp(now, 300), Ok(()), "{now}");
    }
    for (now, acceptable) in [
        (137_130_899, (137_130_599, 137_131_199)),
        (137_131_501, (137_131_201, 137_131_801)),
    ] {
        let refusal = request.check_timestamp(now, 300).expect_err("outside the window");
        assert_eq!((refusal.problem(), refusal.status()), (Problem::TimestampRefused, 401));
        assert_eq!(refusal.acceptable_timestamps(), Some(acceptable));
    }
}

#[test]
fn texts_that_cannot_be_kept_are_refused() {
    for (name, longest) in [
        ("oauth_nonce", 255),
        ("oauth_token", 255),
        ("oauth_consumer_key", 255),
        ("oauth_verifier", 255),
        ("oauth_callback", 2048),
    ] {
        let form = |value: &str| {
            let others = GOOD_FORM.split('&').filter(|pair| pair.split('=').next() != Some(name));
            others
                .chain([format!("{name}={value}").as_str()])
                .collect::<Vec<_>>()
                .join("&")
        };
        let fits = form(&"n".repeat(longest));
        assert!(Request::new("GET", "/", Some(&fits)).parse().is_ok(), "{name}");
        for bad in [&"n".repeat(longest + 1)[..], "a%00b", "a%0Ab", "%7F", "%C2%85"] {
            let query = form(bad);
            assert_eq!(
                rejected(Request::new("GET", "/", Some(&query)).parse()),
                [name],
                "{bad}"
            );
        }
    }
}

#[test]
fn headers_are_limited_to_8_kib() {
    let padded = |length: usize| format!("{GOOD}{}", ",".repeat("OAuth".len() + length - GOOD.len()));
    assert_good(with_header(&padded(8 * 1024)));
    assert!(rejected(with_header(&padded(8 * 1024 + 1))).is_empty());
    assert!(rejected(with_header(&format!(r#"OAuth realm="{}""#, "a".repeat(1024 * 1024)))).is_empty());
}

#[test]
fn parameters_are_limited_to_200_in_all_places_together() {
    // Seven are in the header.
    let (body, query) = ("b=1&".repeat(93), "q=1&".repeat(100));
    let request = Request::new("POST", "/", Some(&query)).authorization(GOOD.as_bytes());
    assert_good(request.body(FORM, body.as_bytes()).parse());
    let more = format!("{body}c");
    assert!(rejected(request.body(FORM, more.as_bytes()).parse()).is_empty());
}

#[test]
fn forms_go_by_their_media_type() {
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
fn what_is_printed_holds_no_credentials() {
    let header =
        good_with(r#"oauth_verifier="the-verifier", password="the-password""#).replace("c2ln", "the-signature");
    let request = Request::new("GET", "/photos", Some("apikey=the-key")).authorization(header.as_bytes());
    let printed = format!("{request:?} {:?}", request.parse().expect("a good header"));
    assert!(
        printed.contains("/photos") && printed.contains("HmacSha256"),
        "{printed}"
    );
    for secret in ["the-verifier", "the-password", "the-signature", "the-key"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
