use super::*;
use proptest::prelude::*;

#[test]
fn valid_redirect_uri_is_accepted() {
    for text in [
        "https://app.example.com/callback",
        "https://app.example.com",
        "https://app.example.com:8443/cb?tenant=1",
        "http://127.0.0.1/callback",
        "http://127.0.0.1:8080/",
        "http://[::1]/cb",
        "http://localhost:3000/cb",
        "com.example.app:/oauth",
        "com.example.app://oauth/cb",
    ] {
        assert_eq!(validate(text), Ok(()), "{text}");
    }
}

#[test]
fn invalid_redirect_uri_is_rejected() {
    for (text, error) in [
        ("", RedirectUriError::NotAbsolute),
        ("/callback", RedirectUriError::NotAbsolute),
        ("https://app.example.com:99999/", RedirectUriError::NotAbsolute),
        ("https://[::1/", RedirectUriError::NotAbsolute),
        ("app.example.com/callback", RedirectUriError::NotAbsolute),
        ("https://", RedirectUriError::NotAbsolute),
        ("https://app.example.com/#top", RedirectUriError::Fragment),
        ("https://app.example.com/#", RedirectUriError::Fragment),
        ("https://*.example.com/", RedirectUriError::Wildcard),
        ("https://ada@app.example.com/", RedirectUriError::UserInfo),
        ("https://@app.example.com/", RedirectUriError::UserInfo),
        ("http://app.example.com/", RedirectUriError::PlainHttp),
        ("http://127.0.0.1.example.com/", RedirectUriError::PlainHttp),
        ("http://localhost.example.com/", RedirectUriError::PlainHttp),
        ("javascript:alert(1)", RedirectUriError::Scheme),
        ("data:text/html,x", RedirectUriError::Scheme),
        ("mailto:ada@example.com", RedirectUriError::Scheme),
        ("ftp://example.com/", RedirectUriError::Scheme),
        ("myapp:/cb", RedirectUriError::Scheme),
        (
            "https:app.example.com",
            RedirectUriError::NotNormalized("https:// in lower case, with two slashes."),
        ),
        (
            "HTTPS://app.example.com",
            RedirectUriError::NotNormalized("https:// in lower case, with two slashes."),
        ),
        (
            "https://app.example.com/a/../b",
            RedirectUriError::NotNormalized("no . or .. segments in the path."),
        ),
        (
            "https://app.example.com/ b",
            RedirectUriError::NotNormalized("ASCII letters, digits and punctuation only."),
        ),
        (
            "https://app.example.com\\@evil.example/",
            RedirectUriError::NotNormalized("ASCII letters, digits and punctuation only."),
        ),
    ] {
        assert_eq!(validate(text), Err(error), "{text}");
    }
    assert_eq!(
        validate(&format!("https://a.example/{}", "x".repeat(MAX_URI_BYTES))),
        Err(RedirectUriError::TooLong)
    );
}

#[test]
fn redirect_uri_matches_exactly() {
    let registered = "https://app.example.com/cb";
    assert!(matches(registered, registered));
    for other in [
        "https://app.example.com/cb/",
        "https://app.example.com/CB",
        "https://APP.example.com/cb",
        "https://app.example.com:443/cb",
        "https://app.example.com:8443/cb",
        "https://app.example.com/cb?x=1",
        "https://app.example.com/cb#x",
        "https://app.example.com/cb/../evil",
        "https://app.example.com/%63b",
        "https://app.example.com.evil.example/cb",
        "https://ada@app.example.com/cb",
        "http://app.example.com/cb",
        "https://app.example.com/cbx",
        "https://app.example.com/c",
        "",
    ] {
        assert!(!matches(registered, other), "{other}");
    }
}

#[test]
fn loopback_redirect_uri_matches_any_port() {
    for (registered, requested) in [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"),
        ("http://127.0.0.1:8080/cb", "http://127.0.0.1:9/cb"),
        ("http://[::1]/cb", "http://[::1]:61023/cb"),
        ("http://localhost/cb?a=1", "http://localhost:61023/cb?a=1"),
        ("http://127.0.0.1", "http://127.0.0.1:80"),
    ] {
        assert!(matches(registered, requested), "{requested}");
    }
    for (registered, requested) in [
        ("http://127.0.0.1/cb", "http://127.0.0.1:51004/other"),
        ("http://127.0.0.1/cb", "http://localhost:51004/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.2:51004/cb"),
        ("http://127.0.0.1/cb", "https://127.0.0.1:51004/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:x@evil.example/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil.example/cb"),
        ("http://localhost/cb", "http://localhost.evil.example/cb"),
        ("http://127.0.0.1/cb", "http://127.0.0.1:80\\@evil.example/cb"),
        ("http://127.0.0.1/cb", "http://0x7f.1:80/cb"),
    ] {
        assert!(!matches(registered, requested), "{requested}");
    }
}

#[test]
fn display_host_is_the_host_that_the_browser_opens() {
    for (callback, expected) in [
        ("https://pim.example/back?x=1", "pim.example"),
        ("http://localhost:8080/", "localhost:8080"),
        ("https://bank.example@evil.example/", "evil.example"),
        ("https://evil.example\\@bank.example/", "evil.example"),
        ("https://evil.example?@bank.example", "evil.example"),
        ("app:/done", "the app that opens app: links"),
        ("app:done", "the app that opens app: links"),
        ("app://bank.example/done", "the app that opens app: links"),
    ] {
        assert_eq!(display_host(callback), expected, "{callback}");
    }
}

proptest! {
    #[test]
    fn validation_never_panics(one in "\\PC{0,60}", other in "http://(127.0.0.1|\\[::1\\]|localhost)\\PC{0,20}") {
        let _ = validate(&one);
        let _ = validate(&other);
        let _ = matches(&one, &other);
        let _ = matches(&other, &one);
    }

    #[test]
    fn matching_uri_has_the_registered_host(tail in "\\PC{0,20}") {
        let requested = format!("http://127.0.0.1{tail}");
        if matches("http://127.0.0.1/cb", &requested) {
            let port = tail.strip_suffix("/cb").unwrap();
            prop_assert!(port.is_empty() || port[1..].bytes().all(|byte| byte.is_ascii_digit()), "{}", requested);
        }
    }
}
