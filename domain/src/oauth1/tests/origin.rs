use crate::oauth1::tests::origin;
use crate::oauth1::{InvalidOrigin, Origin};

#[test]
fn an_origin_is_lower_case_and_lacks_a_default_port() {
    for (url, text) in [
        ("http://EXAMPLE.COM:80", "http://example.com"),
        ("https://www.example.net:8080/", "https://www.example.net:8080"),
        ("HTTPS://Portal.Example.com:443/", "https://portal.example.com"),
        ("https://example.com:80", "https://example.com:80"),
        ("http://example.com:443", "http://example.com:443"),
        ("http://example.com:", "http://example.com"),
        ("http://example.com:00080", "http://example.com"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("https://[2001:DB8::1]:8443", "https://[2001:db8::1]:8443"),
        ("https://[::1]", "https://[::1]"),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
    ] {
        assert_eq!(origin(url).as_str(), text, "{url}");
    }
    assert!(origin("https://example.com").is_secure());
    assert!(!origin("http://example.com").is_secure());
}

#[test]
fn what_is_not_an_origin_is_refused_with_a_reason() {
    for (url, reason) in [
        ("", InvalidOrigin::Scheme),
        ("example.com", InvalidOrigin::Scheme),
        ("ftp://example.com", InvalidOrigin::Scheme),
        ("://example.com", InvalidOrigin::Scheme),
        ("https://", InvalidOrigin::Host),
        ("https://:8080", InvalidOrigin::Host),
        ("https://exa mple.com", InvalidOrigin::Host),
        ("https://münchen.example", InvalidOrigin::Host),
        ("https://[::1", InvalidOrigin::Host),
        ("https://[nonsense]", InvalidOrigin::Host),
        ("https://::1", InvalidOrigin::Host),
        ("https://a]b", InvalidOrigin::Host),
        ("https://example.com:0", InvalidOrigin::Port),
        ("https://example.com:65536", InvalidOrigin::Port),
        ("https://example.com:+80", InvalidOrigin::Port),
        ("https://example.com:80:80", InvalidOrigin::Port),
        ("https://example.com/gatehouse", InvalidOrigin::Extra),
        ("https://example.com//", InvalidOrigin::Extra),
        ("https://example.com?x", InvalidOrigin::Extra),
        ("https://example.com#x", InvalidOrigin::Extra),
        ("https://user@example.com", InvalidOrigin::Extra),
    ] {
        assert_eq!(url.parse::<Origin>(), Err(reason), "{url}");
    }
}

#[test]
fn an_origin_is_known_by_the_host_header_of_its_requests() {
    for (url, host, expected) in [
        ("https://portal.example.com", "portal.example.com", true),
        ("https://portal.example.com", "PORTAL.example.com:443", true),
        ("https://portal.example.com", "portal.example.com:80", false),
        ("https://portal.example.com", "portal.example.com.evil.example", false),
        ("https://portal.example.com", "evil.example", false),
        ("https://portal.example.com", "", false),
        ("http://localhost:3000", "localhost:3000", true),
        ("http://localhost:3000", "localhost", false),
        ("http://localhost", "localhost:80", true),
        ("http://[::1]:3000", "[::1]:3000", true),
        ("https://example.com:8443", "example.com:8443", true),
        ("https://example.com:8443", "example.com", false),
    ] {
        assert_eq!(origin(url).is_at(host), expected, "{url} {host}");
    }
}
