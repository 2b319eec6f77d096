//! Tests with the base strings of RFC 5849, each checked against the signature that the RFC gives for it. The signature in
//! §3.4.1.1 is wrong; with the secrets of its erratum, the base string results in `r6/TJjbCOr97/+UU0NsvSne7s5g=`.

use crate::oauth1::tests::{FORM, origin};
use crate::oauth1::{Request, SignedRequest, signing_key};

/// Returns the normalized parameters of §3.4.1.3.2 from a base string.
fn normalized_parameters(request: &SignedRequest<'_>) -> String {
    let base_string = request.base_string(&origin("http://example.com"));
    let last = base_string
        .split('&')
        .next_back()
        .expect("a base string has three parts");
    last.replace("%26", "&").replace("%3D", "=").replace("%25", "%")
}

/// Returns the normalized parameters of a query, without the protocol parameters.
fn normalized_query(query: &str) -> String {
    let header = br#"OAuth oauth_consumer_key="k",oauth_signature_method="PLAINTEXT",oauth_signature="s%26""#;
    let request = Request::new("GET", "/", Some(query))
        .authorization(header)
        .parse()
        .expect("the query is well formed");
    normalized_parameters(&request)
        .split('&')
        .filter(|pair| !pair.starts_with("oauth_"))
        .collect::<Vec<_>>()
        .join("&")
}

/// RFC 5849 §1.2, temporary credentials; the signature is `74KNZJeDHnMBp0EMJ9ZHt/XKycU=`.
#[test]
fn base_string_of_temporary_credentials_request() {
    let header = br#"OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131200", oauth_nonce="wIjqoS", oauth_callback="http%3A%2F%2Fprinter.example.com%2Fready", oauth_signature="74KNZJeDHnMBp0EMJ9ZHt%2FXKycU%3D""#;
    let request = Request::new("POST", "/initiate", None)
        .authorization(header)
        .parse()
        .expect("the RFC's header");
    assert_eq!(request.signature, "74KNZJeDHnMBp0EMJ9ZHt/XKycU=");
    assert_eq!(request.callback.as_deref(), Some("http://printer.example.com/ready"));
    assert_eq!(request.token, None);
    assert_eq!(
        request.base_string(&origin("https://photos.example.net")),
        "POST&https%3A%2F%2Fphotos.example.net%2Finitiate&oauth_callback%3Dhttp%253A%252F%252Fprinter.example.com\
         %252Fready%26oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3DwIjqoS%26oauth_signature_method%3D\
         HMAC-SHA1%26oauth_timestamp%3D137131200"
    );
    assert_eq!(signing_key("kd94hf93k423kf44", ""), "kd94hf93k423kf44&");
}

/// RFC 5849 §1.2, token credentials; the signature is `gKgrFCywp7rO0OXSjdot/IHF7IU=`.
#[test]
fn base_string_of_token_request() {
    let header = br#"OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="hh5s93j4hdidpola", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="walatlh", oauth_verifier="hfdp7dh39dks9884", oauth_signature="gKgrFCywp7rO0OXSjdot%2FIHF7IU%3D""#;
    let request = Request::new("POST", "/token", None)
        .authorization(header)
        .parse()
        .expect("the RFC's header");
    assert_eq!(request.token.as_deref(), Some("hh5s93j4hdidpola"));
    assert_eq!(request.verifier.as_deref(), Some("hfdp7dh39dks9884"));
    assert_eq!(
        request.base_string(&origin("https://photos.example.net")),
        "POST&https%3A%2F%2Fphotos.example.net%2Ftoken&oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3D\
         walatlh%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3D\
         hh5s93j4hdidpola%26oauth_verifier%3Dhfdp7dh39dks9884"
    );
    assert_eq!(
        signing_key("kd94hf93k423kf44", "hdhd0244k9j7ao03"),
        "kd94hf93k423kf44&hdhd0244k9j7ao03"
    );
}

/// RFC 5849 §1.2, the protected resource; the signature is `MdpQcU8iPSUjWoN/UDMsK2sui9I=`.
#[test]
fn base_string_of_resource_request() {
    let header = br#"OAuth realm="Photos", oauth_consumer_key="dpf43f3p2l4k3l03", oauth_token="nnch734d00sl2jdk", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131202", oauth_nonce="chapoH", oauth_signature="MdpQcU8iPSUjWoN%2FUDMsK2sui9I%3D""#;
    let request = Request::new("GET", "/photos", Some("file=vacation.jpg&size=original"))
        .authorization(header)
        .parse()
        .expect("the RFC's header");
    assert_eq!(
        request.base_string(&origin("http://photos.example.net")),
        "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03\
         %26oauth_nonce%3DchapoH%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D137131202%26oauth_token\
         %3Dnnch734d00sl2jdk%26size%3Doriginal"
    );
}

/// OAuth Core 1.0 appendix A.5; the signature is `tR3+Ty81lMeYAr/Fid0kMTYa/WM=`.
#[test]
fn base_string_of_oauth_core_appendix_in_query() {
    let query = "file=vacation.jpg&size=original&oauth_version=1.0&oauth_consumer_key=dpf43f3p2l4k3l03\
                 &oauth_token=nnch734d00sl2jdk&oauth_timestamp=1191242096&oauth_nonce=kllo9940pd9333jh\
                 &oauth_signature=tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D&oauth_signature_method=HMAC-SHA1";
    let request = Request::new("GET", "/photos", Some(query))
        .parse()
        .expect("a well-formed query");
    assert_eq!(request.signature, "tR3+Ty81lMeYAr/Fid0kMTYa/WM=");
    assert_eq!(
        request.base_string(&origin("http://photos.example.net")),
        "GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26oauth_consumer_key%3Ddpf43f3p2l4k3l03\
         %26oauth_nonce%3Dkllo9940pd9333jh%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D1191242096\
         %26oauth_token%3Dnnch734d00sl2jdk%26oauth_version%3D1.0%26size%3Doriginal"
    );
}

/// The OAuth wiki's test case for concatenation, with `PLAINTEXT` and all parameters in the body.
#[test]
fn base_string_of_oauth_wiki_in_form_body() {
    let body = b"oauth_version=1.0&oauth_consumer_key=dpf43f3p2l4k3l03&oauth_timestamp=1191242090\
                 &oauth_nonce=hsu94j3884jdopsl&oauth_signature_method=PLAINTEXT&oauth_signature=ignored";
    let request = Request::new("POST", "/request_token", None)
        .body(FORM, body)
        .parse()
        .expect("a well-formed body");
    assert_eq!(
        request.base_string(&origin("https://photos.example.net")),
        "POST&https%3A%2F%2Fphotos.example.net%2Frequest_token&oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce\
         %3Dhsu94j3884jdopsl%26oauth_signature_method%3DPLAINTEXT%26oauth_timestamp%3D1191242090%26oauth_version%3D1.0"
    );
}

/// §3.4.1.1, §3.4.1.3.1 and §3.4.1.3.2: repeated names, empty values, `+`, `%20` and a percent sign in a value.
#[test]
fn base_string_of_section_3_4_1() {
    let header = br#"OAuth realm="Example", oauth_consumer_key="9djdj82h48djs9d2", oauth_token="kkk9d7dh3k39sjv7", oauth_signature_method="HMAC-SHA1", oauth_timestamp="137131201", oauth_nonce="7d8f3e4a", oauth_signature="djosJKDKJSD8743243%2Fjdk33klY%3D""#;
    let request = Request::new("POST", "/request", Some("b5=%3D%253D&a3=a&c%40=&a2=r%20b"))
        .authorization(header)
        .body(FORM, b"c2&a3=2+q")
        .parse()
        .expect("the RFC's request");
    assert_eq!(
        request.base_string(&origin("http://example.com")),
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540\
         %3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3D\
         HMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    );
    assert_eq!(
        normalized_parameters(&request),
        "a2=r%20b&a3=2%20q&a3=a&b5=%3D%253D&c%40=&c2=&oauth_consumer_key=9djdj82h48djs9d2&oauth_nonce=7d8f3e4a\
         &oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131201&oauth_token=kkk9d7dh3k39sjv7"
    );
}

#[test]
fn base_string_uris_of_section_3_4_1_2() {
    let header = br#"OAuth oauth_consumer_key="k",oauth_signature_method="PLAINTEXT",oauth_signature="s%26""#;
    for (public, path, uri) in [
        (
            "http://EXAMPLE.COM:80",
            "/r%20v/X",
            "http%3A%2F%2Fexample.com%2Fr%2520v%2FX",
        ),
        (
            "https://www.example.net:8080",
            "/",
            "https%3A%2F%2Fwww.example.net%3A8080%2F",
        ),
        ("https://www.example.net", "", "https%3A%2F%2Fwww.example.net%2F"),
        (
            "https://[2001:DB8::1]:443",
            "/a",
            "https%3A%2F%2F%5B2001%3Adb8%3A%3A1%5D%2Fa",
        ),
        (
            "https://a.example",
            "/A/../b//c/%7e%2f+;x",
            "https%3A%2F%2Fa.example%2FA%2F..%2Fb%2F%2Fc%2F%257e%252f%2B%3Bx",
        ),
    ] {
        let request = Request::new("get", path, Some("id=123"))
            .authorization(header)
            .parse()
            .expect("a valid header");
        let base_string = request.base_string(&origin(public));
        assert!(
            base_string.starts_with(&format!("GET&{uri}&id%3D123%26")),
            "{base_string}"
        );
    }
}

/// The tables of the OAuth wiki and of OAuth Core §9.1.1.
#[test]
fn normalized_parameters_match_the_published_tables() {
    for (query, expected) in [
        ("", ""),
        ("name", "name="),
        ("a=b", "a=b"),
        ("a=b&c=d", "a=b&c=d"),
        ("a=x!y&a=x+y", "a=x%20y&a=x%21y"),
        ("x!y=a&x=a", "x=a&x%21y=a"),
        (
            "z=t&z=p&f=a&f=50&f=25&c=hi+there&a=1",
            "a=1&c=hi%20there&f=25&f=50&f=a&z=p&z=t",
        ),
        ("&&a=1&", "a=1"),
        ("=v&=", "=&=v"),
        ("a=b=c", "a=b%3Dc"),
        ("ä=ö&%C3%A4=n", "%C3%A4=%C3%B6&%C3%A4=n"),
        ("a=%e4%bd%a0", "a=%E4%BD%A0"),
        ("realm=query", "realm=query"),
        ("a-b=1&a=2&A=3&a1=4", "A=3&a=2&a-b=1&a1=4"),
    ] {
        assert_eq!(normalized_query(query), expected, "{query}");
    }
}

/// Names are sorted by their encoded bytes: `é`, which is `%C3%A9`, and all reserved characters come before `a`.
#[test]
fn parameters_are_sorted_by_encoded_bytes() {
    assert_eq!(normalized_query("a=1&é=2&%5B=3&-=4"), "%5B=3&%C3%A9=2&-=4&a=1");
    assert_eq!(normalized_query("a=b&a=%7B&a=~"), "a=%7B&a=b&a=~");
}

#[test]
fn body_that_is_not_a_form_is_not_signed() {
    let header = br#"OAuth oauth_consumer_key="k",oauth_signature_method="PLAINTEXT",oauth_signature="s%26""#;
    let base_string = |content_type: Option<&[u8]>| {
        let request = Request::new("POST", "/", None)
            .authorization(header)
            .body(content_type, b"a=1");
        request
            .parse()
            .expect("a valid header")
            .base_string(&origin("https://a.example"))
    };
    assert!(base_string(FORM).contains("&a%3D1%26oauth_"));
    assert!(base_string(Some(b"Application/X-WWW-Form-Urlencoded ; charset=UTF-8")).contains("&a%3D1%26oauth_"));
    for other in [
        None,
        Some(&b"application/json"[..]),
        Some(b"multipart/form-data"),
        Some(b"application/x-www-form"),
    ] {
        assert!(!base_string(other).contains("a%3D1"), "{other:?}");
    }
}

#[test]
fn signing_key_encodes_the_secrets() {
    assert_eq!(signing_key("c&s", "t%é"), "c%26s&t%25%C3%A9");
    assert_eq!(signing_key("", ""), "&");
}

/// RFC 5849 §3.1: an empty token may be omitted from the signature. Other empty parameters are signed.
#[test]
fn empty_optional_parameter_has_a_second_base_string_without_it() {
    let origin = origin("https://photos.example.net");
    let names = |base_string: &str| {
        let parameters = base_string.rsplit('&').next().unwrap_or_default().to_owned();
        let pairs = parameters
            .split("%26")
            .map(|pair| pair.split("%3D").next().unwrap_or_default().to_owned());
        pairs.filter(|name| !name.is_empty()).collect::<Vec<_>>()
    };
    for (sent, omitted) in [
        ("oauth_token=", &["oauth_token"][..]),
        ("oauth_callback=", &["oauth_callback"]),
        ("oauth_verifier=&oauth_token", &["oauth_token", "oauth_verifier"]),
        ("oauth_token=x", &[]),
        ("oauth_version=1.0", &[]),
        ("oauth_unheard=", &[]),
        ("token=&a=", &[]),
        ("", &[]),
    ] {
        let query = format!("oauth_consumer_key=k&oauth_signature_method=PLAINTEXT&oauth_signature=s&{sent}");
        let request = Request::new("GET", "/photos", Some(&query))
            .parse()
            .expect("a well-formed query");
        let all = names(&request.base_string(&origin));
        let expected: Vec<String> = all
            .iter()
            .filter(|name| !omitted.contains(&name.as_str()))
            .cloned()
            .collect();
        let second = request.base_string_without_empty(&origin);
        assert_eq!(second.is_some(), !omitted.is_empty(), "{sent}");
        assert_eq!(
            second.map_or(expected.clone(), |second| names(&second)),
            expected,
            "{sent}"
        );
    }
}
