//! Arbitrary bytes result in a request or an error, never in a panic.

use proptest::prelude::*;

use crate::oauth1::tests::{FORM, origin};
use crate::oauth1::{OauthProblem, Origin, Request, decode, decode_form, is_form};

/// Generates near-valid headers: header tokens in any order, with random bytes in between.
fn malformed_header() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::sample::select(vec![
            &b"oauth_consumer_key"[..], b"oauth_signature_method", b"oauth_signature", b"oauth_timestamp", b"oauth_nonce",
            b"oauth_version", b"oauth_token", b"realm", b"=", b"\"", b"=\"", b"\",", b",", b" ", b"\\", b"%", b"%4", b"%41",
            b"%ff", b"PLAINTEXT", b"HMAC-SHA1", b"1.0", b"137131201", b"\t", b"&", b"+",
        ]).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| [&b"OAuth "[..], &pieces.concat()].concat())
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![malformed_header(), prop::collection::vec(any::<u8>(), 0..200)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2048) })]

    #[test]
    fn request_parsing_never_panics(
        headers in prop::collection::vec(bytes(), 0..2),
        method in any::<String>(),
        path in any::<String>(),
        query in prop::option::of(bytes().prop_map(|bytes| String::from_utf8_lossy(&bytes).into_owned())),
        body in bytes(),
    ) {
        let mut request = Request::new(&method, &path, query.as_deref()).body(FORM, &body);
        for header in &headers {
            request = request.authorization(header);
        }
        let _ = format!("{request:?} {}", request.is_signed());
        match request.parse() {
            Ok(signed) => {
                let _ = format!("{signed:?} {:?}", signed.check_timestamp(u64::MAX, u64::MAX));
                prop_assert_eq!(signed.base_string(&origin("https://a.example")).matches('&').count(), 2);
            }
            Err(error) => {
                prop_assert!(matches!(
                    error.problem(),
                    OauthProblem::ParameterAbsent
                        | OauthProblem::ParameterRejected
                        | OauthProblem::VersionRejected
                        | OauthProblem::SignatureMethodRejected
                ));
                let lines = [error.challenge("https://a.example"), error.to_form()];
                prop_assert!(lines.iter().all(|line| line.len() < 1024 && line.is_ascii()));
            }
        }
    }

    #[test]
    fn text_parsing_never_panics(bytes in bytes()) {
        let _ = (decode(&bytes), decode_form(&bytes), is_form(&bytes));
        let _ = String::from_utf8_lossy(&bytes).parse::<Origin>();
    }

    #[test]
    fn origin_parsing_never_panics(url in "[hH]ttps?://[\\[\\]:a.é0-9/@]{0,12}") {
        let _ = url.parse::<Origin>();
    }
}
