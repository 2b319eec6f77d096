use crate::oauth1::tests::origin;
use crate::oauth1::{Origin, ParseOriginError};

#[test]
fn origin_is_lower_case_without_default_port() {
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
fn invalid_public_url_is_rejected() {
    for (url, error) in [
        ("", ParseOriginError::Scheme),
        ("example.com", ParseOriginError::Scheme),
        ("ftp://example.com", ParseOriginError::Scheme),
        ("://example.com", ParseOriginError::Scheme),
        ("https://", ParseOriginError::Host),
        ("https://:8080", ParseOriginError::Host),
        ("https://exa mple.com", ParseOriginError::Host),
        ("https://münchen.example", ParseOriginError::Host),
        ("https://[::1", ParseOriginError::Host),
        ("https://[nonsense]", ParseOriginError::Host),
        ("https://::1", ParseOriginError::Host),
        ("https://a]b", ParseOriginError::Host),
        ("https://example.com:0", ParseOriginError::Port),
        ("https://example.com:65536", ParseOriginError::Port),
        ("https://example.com:+80", ParseOriginError::Port),
        ("https://example.com:80:80", ParseOriginError::Port),
        ("https://example.com/gatehouse", ParseOriginError::Extra),
        ("https://example.com//", ParseOriginError::Extra),
        ("https://example.com?x", ParseOriginError::Extra),
        ("https://example.com#x", ParseOriginError::Extra),
        ("https://user@example.com", ParseOriginError::Extra),
    ] {
        assert_eq!(url.parse::<Origin>(), Err(error), "{url}");
    }
}

#[test]
fn origin_matches_its_host_header() {
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
        assert_eq!(origin(url).matches_host(host), expected, "{url} {host}");
    }
}
