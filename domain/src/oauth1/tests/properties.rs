//! Properties of arbitrary requests.

use proptest::{prelude::*, sample::Index};

use crate::oauth1::tests::{FORM, origin, reference};
use crate::oauth1::{OauthProblem, Origin, Request, decode, decode_form, encode, encode_form, signing_key};

/// Generates public URLs with mixed-case hosts and optional ports, each with its normalized origin.
fn public_url() -> impl Strategy<Value = (String, String)> {
    let host = prop_oneof![
        "[a-zA-Z][a-zA-Z0-9-]{0,8}\\.[A-Za-z]{2,3}",
        Just("127.0.0.1".to_owned()),
        Just("[::1]".to_owned())
    ];
    let port = prop::option::of(prop_oneof![Just(80_u16), Just(443), 1..=u16::MAX]);
    (prop::bool::ANY, host, port, prop::bool::ANY).prop_map(|(tls, host, port, slash)| {
        let (scheme, default) = if tls { ("https", 443) } else { ("http", 80) };
        let port_suffix = port.map(|port| format!(":{port}")).unwrap_or_default();
        let normalized_port = port
            .filter(|port| *port != default)
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        let url = format!(
            "{}://{host}{port_suffix}{}",
            scheme.to_uppercase(),
            if slash { "/" } else { "" }
        );
        (url, format!("{scheme}://{}{normalized_port}", host.to_lowercase()))
    })
}

/// The location of the protocol parameters.
#[derive(Debug, Clone, Copy)]
enum Location {
    Header,
    Body,
    Query,
}

fn location() -> impl Strategy<Value = Location> {
    prop_oneof![Just(Location::Header), Just(Location::Body), Just(Location::Query)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn encoding_matches_reference_and_decodes_back(text in prop_oneof![reference::text(), any::<String>()]) {
        let encoded = encode(&text);
        prop_assert_eq!(&encoded, &reference::encode(&text));
        prop_assert_eq!(decode(encoded.as_bytes()), Ok(text.as_str().into()));
        prop_assert_eq!(decode_form(encoded.as_bytes()), Ok(text.as_str().into()));
    }

    #[test]
    fn forms_and_signing_keys_match_reference(name in reference::text(), value in reference::text()) {
        let form = encode_form(&[(&name, &value)]);
        prop_assert_eq!(form, format!("{}={}", reference::encode(&name), reference::encode(&value)));
        let key = signing_key(&name, &value);
        prop_assert_eq!(key, format!("{}&{}", reference::encode(&name), reference::encode(&value)));
    }

    #[test]
    fn origins_are_normalized((url, expected) in public_url()) {
        let origin: Origin = url.parse().expect("a public URL");
        prop_assert_eq!(origin.as_str(), &expected);
        prop_assert_eq!(origin.as_str().parse::<Origin>(), Ok(origin.clone()));
    }

    /// Covers all of §3.4.1: any encoding and location of the parameters.
    #[test]
    fn base_strings_match_reference(
        (url, start) in public_url(),
        method in prop_oneof![Just("GET"), Just("post"), Just("Delete"), Just("M-SEARCH"), Just("a!b")],
        path in "(/[-a-zA-Z0-9._~%!$&'()*+,;=:@é]{0,5}){0,3}",
        query in reference::pairs(),
        body in reference::pairs(),
        in_header in reference::header_pairs(),
        location in location(),
        at in any::<Index>(),
        choices in (reference::choices(), reference::choices(), reference::choices()),
    ) {
        let mut sent = (in_header, body, query);
        let signature = ("oauth_signature".to_owned(), "s&i+g=".to_owned());
        let own = match location {
            Location::Header => &mut sent.0,
            Location::Body => &mut sent.1,
            Location::Query => &mut sent.2,
        };
        let at = at.index(own.len() + 1);
        own.splice(at..at, reference::protocol().into_iter().chain([signature.clone()]));

        let header = reference::header(&sent.0, &choices.0);
        let body = reference::form(&sent.1, &choices.1);
        let query = reference::form(&sent.2, &choices.2);
        let mut request = Request::new(method, &path, Some(&query)).body(FORM, body.as_bytes());
        if !sent.0.is_empty() {
            request = request.authorization(header.as_bytes());
        }
        let request = request.parse().expect("a well-formed request");

        prop_assert_eq!(&request.signature, &signature.1);
        prop_assert_eq!(&request.consumer_key, "ké y");
        prop_assert_eq!(request.token.as_deref(), Some("t+o/k=n"));
        prop_assert_eq!(request.nonce.as_deref(), Some("7d8f3e4a=="));
        let pairs: Vec<_> = [sent.0, sent.1, sent.2].concat().into_iter().filter(|pair| *pair != signature).collect();
        let uri = format!("{start}{}", if path.is_empty() { "/" } else { &path });
        prop_assert_eq!(request.base_string(&origin(&url)), reference::base_string(method, &uri, &pairs));
    }

    /// Compares base strings for different orders and locations of the same parameters.
    #[test]
    fn order_and_location_are_ignored(
        (first, second) in reference::pairs().prop_flat_map(|pairs| (Just(pairs.clone()), Just(pairs).prop_shuffle())),
        split in any::<Index>(),
        choices in reference::choices(),
    ) {
        let header = reference::header(
            &[reference::protocol(), vec![("oauth_signature".to_owned(), "s".to_owned())]].concat(),
            &[0],
        );
        let origin = origin("https://portal.example.com");
        let in_query = reference::form(&first, &[0]);
        let one = Request::new("POST", "/", Some(&in_query)).authorization(header.as_bytes());
        let (in_query, in_body) = second.split_at(split.index(second.len() + 1));
        let (in_query, in_body) = (reference::form(in_query, &choices), reference::form(in_body, &choices));
        let other =
            Request::new("POST", "/", Some(&in_query)).authorization(header.as_bytes()).body(FORM, in_body.as_bytes());
        prop_assert_eq!(
            one.parse().expect("well formed").base_string(&origin),
            other.parse().expect("well formed").base_string(&origin)
        );
    }

    /// Moves or copies any protocol parameters to a second location.
    #[test]
    fn protocol_parameters_in_two_locations_are_always_rejected(
        moved in prop::collection::vec(prop::bool::ANY, 6),
        locations in prop_oneof![Just((0, 1)), Just((0, 2)), Just((1, 2))],
        copied in prop::bool::ANY,
    ) {
        let all = [reference::protocol(), vec![("oauth_signature".to_owned(), "s".to_owned())]].concat();
        let second: Vec<_> = all.iter().zip(&moved).filter(|(_, moved)| **moved).map(|(pair, _)| pair.clone()).collect();
        let first: Vec<_> = all.iter().zip(&moved).filter(|(_, moved)| copied || !**moved).map(|(pair, _)| pair.clone()).collect();
        prop_assume!(!second.is_empty() && !first.is_empty());

        let mut sent = [Vec::new(), Vec::new(), Vec::new()];
        sent[locations.0] = first;
        sent[locations.1] = second;
        let (header, body, query) =
            (reference::header(&sent[0], &[0]), reference::form(&sent[1], &[0]), reference::form(&sent[2], &[0]));
        let request =
            Request::new("POST", "/", Some(&query)).authorization(header.as_bytes()).body(FORM, body.as_bytes());
        let error = request.parse().expect_err("two locations");
        prop_assert_eq!((error.problem(), error.status()), (OauthProblem::ParameterRejected, 400));
    }
}
