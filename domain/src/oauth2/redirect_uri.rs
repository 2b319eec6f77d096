//! Authorization redirect URIs: which an app may register, and which of a request is one of them.
//!
//! RFC 6749 §3.1.2, RFC 8252 §7 and §8.3, RFC 9700 §2.1 and §4.1.3.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The longest redirect URI, in bytes.
pub const MAX: usize = 2000;

/// How many an app may register.
pub const MAX_COUNT: usize = 20;

/// Why a text cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is not a whole URI.
    #[error("Enter a whole address such as https://app.example.com/callback.")]
    NotAbsolute,
    /// It is longer than [`MAX`].
    #[error("Use at most {MAX} characters.")]
    TooLong,
    /// It has a fragment (RFC 6749 §3.1.2).
    #[error("Leave out the part from # on.")]
    Fragment,
    /// It has a `*`, which would be taken by its letter.
    #[error("Enter each address in full: there are no wildcards.")]
    Wildcard,
    /// It has a user or a password before its host.
    #[error("Leave out the user before the @.")]
    UserInfo,
    /// It goes over the network without TLS (RFC 9700 §2.6).
    #[error("Use https. Only an address of the machine itself, such as http://127.0.0.1/, may go without.")]
    PlainHttp,
    /// Its scheme has a meaning of its own, which an app cannot own (RFC 8252 §7.1).
    #[error("Use https, or a scheme of the app's own such as com.example.app:/callback.")]
    Scheme,
    /// It is not written as a browser would send it.
    #[error("Write it as a browser does: {0}")]
    Spelling(&'static str),
}

/// Checks what an app registers. What is kept is what was typed: requests are compared with it by its letters.
///
/// # Errors
/// [`Unfit`] with what is expected.
pub fn check(text: &str) -> Result<(), Unfit> {
    if text.len() > MAX {
        return Err(Unfit::TooLong);
    }
    if text.contains('#') {
        return Err(Unfit::Fragment);
    }
    if text.contains('*') {
        return Err(Unfit::Wildcard);
    }
    // A browser would read a backslash as a slash, and drop or escape the others.
    if text
        .bytes()
        .any(|byte| !byte.is_ascii_graphic() || b"\"<>\\^`{|}".contains(&byte))
    {
        return Err(Unfit::Spelling("letters, digits and punctuation of ASCII only."));
    }
    let (scheme, rest) = text.split_once(':').ok_or(Unfit::NotAbsolute)?;
    if !is_scheme(scheme) {
        return Err(Unfit::NotAbsolute);
    }
    match scheme.to_ascii_lowercase().as_str() {
        lower @ ("https" | "http") => {
            let rest = rest.strip_prefix("//").filter(|_| lower == scheme);
            let rest = rest.ok_or(Unfit::Spelling("https:// in small letters, with two slashes."))?;
            let (authority, path) = split_authority(rest);
            if authority.contains('@') {
                return Err(Unfit::UserInfo);
            }
            let host = host(authority).ok_or(Unfit::NotAbsolute)?;
            if scheme == "http" && !is_loopback(host) {
                return Err(Unfit::PlainHttp);
            }
            let path = path.split('?').next().unwrap_or_default();
            if path.split('/').any(|part| part == "." || part == "..") {
                return Err(Unfit::Spelling("without . and .. in the path."));
            }
            Ok(())
        }
        // RFC 8252 §7.1: a reversed domain name, so that two apps do not use the same. Dots also tell these apart from
        // schemes that browsers and systems act upon, such as javascript, data and mailto.
        lower if lower.contains('.') && lower == scheme => {
            if rest.starts_with("//") && split_authority(&rest[2..]).0.contains('@') {
                return Err(Unfit::UserInfo);
            }
            Ok(())
        }
        _ => Err(Unfit::Scheme),
    }
}

/// Whether a request's redirect URI is the one registered: by its letters, but for the port of a loopback address, which
/// a native app learns only when it starts (RFC 8252 §7.3).
#[must_use]
pub fn matches(registered: &str, requested: &str) -> bool {
    if registered == requested {
        return true;
    }
    match (without_port(registered), without_port(requested)) {
        (Some(registered), Some(requested)) => registered == requested && check_spelling(requested.1),
        _ => false,
    }
}

/// The part of a redirect URI or callback that tells a person where they go: its host, or the scheme of an installed
/// program.
#[must_use]
pub fn place(address: &str) -> String {
    let (scheme, rest) = address.split_once(':').unwrap_or((address, ""));
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let host = rest
        .strip_prefix("//")
        .filter(|_| is_web)
        // What stands before an `@` is no host, however much it looks like one.
        .and_then(|rest| rest.split(['/', '?', '#', '\\']).next()?.rsplit('@').next())
        .unwrap_or_default();
    if host.is_empty() {
        format!("the program that opens {scheme}: addresses")
    } else {
        host.to_owned()
    }
}

/// A loopback address's host, and what follows its port; nothing for any other.
fn without_port(text: &str) -> Option<(&str, &str)> {
    let (authority, path) = split_authority(text.strip_prefix("http://")?);
    let host = host(authority)?;
    is_loopback(host).then_some((host, path))
}

fn check_spelling(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// RFC 3986 §3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// What stands before the path, and the rest.
fn split_authority(text: &str) -> (&str, &str) {
    text.split_at(text.find(['/', '?', '#']).unwrap_or(text.len()))
}

/// The host of `host` or `host:port`; nothing where it is neither.
fn host(authority: &str) -> Option<&str> {
    let end = if authority.starts_with('[') {
        authority.find(']')? + 1
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, port) = authority.split_at(end);
    let is_port = match port.strip_prefix(':') {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.parse::<u16>().is_ok(),
        None => port.is_empty(),
    };
    let is_host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(literal) => literal.parse::<Ipv6Addr>().is_ok(),
        None => {
            !host.is_empty()
                && host
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        }
    };
    (is_port && is_host).then_some(host)
}

/// Whether it is the machine itself, in the spellings that no resolver changes.
fn is_loopback(host: &str) -> bool {
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match literal {
        Some(literal) => literal.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback()),
        None => host == "localhost" || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_may_be_registered() {
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
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_may_not() {
        for (text, unfit) in [
            ("", Unfit::NotAbsolute),
            ("/callback", Unfit::NotAbsolute),
            ("https://app.example.com:99999/", Unfit::NotAbsolute),
            ("https://[::1/", Unfit::NotAbsolute),
            ("app.example.com/callback", Unfit::NotAbsolute),
            ("https://", Unfit::NotAbsolute),
            ("https://app.example.com/#top", Unfit::Fragment),
            ("https://app.example.com/#", Unfit::Fragment),
            ("https://*.example.com/", Unfit::Wildcard),
            ("https://ada@app.example.com/", Unfit::UserInfo),
            ("https://@app.example.com/", Unfit::UserInfo),
            ("http://app.example.com/", Unfit::PlainHttp),
            ("http://127.0.0.1.example.com/", Unfit::PlainHttp),
            ("http://localhost.example.com/", Unfit::PlainHttp),
            ("javascript:alert(1)", Unfit::Scheme),
            ("data:text/html,x", Unfit::Scheme),
            ("mailto:ada@example.com", Unfit::Scheme),
            ("ftp://example.com/", Unfit::Scheme),
            ("myapp:/cb", Unfit::Scheme),
            (
                "https:app.example.com",
                Unfit::Spelling("https:// in small letters, with two slashes."),
            ),
            (
                "HTTPS://app.example.com",
                Unfit::Spelling("https:// in small letters, with two slashes."),
            ),
            (
                "https://app.example.com/a/../b",
                Unfit::Spelling("without . and .. in the path."),
            ),
            (
                "https://app.example.com/ b",
                Unfit::Spelling("letters, digits and punctuation of ASCII only."),
            ),
            (
                "https://app.example.com\\@evil.example/",
                Unfit::Spelling("letters, digits and punctuation of ASCII only."),
            ),
        ] {
            assert_eq!(check(text), Err(unfit), "{text}");
        }
        assert_eq!(
            check(&format!("https://a.example/{}", "x".repeat(MAX))),
            Err(Unfit::TooLong)
        );
    }

    #[test]
    fn only_its_letters_match() {
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
    fn a_loopback_address_may_have_any_port() {
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
    fn a_person_is_told_the_host_that_the_browser_goes_to() {
        for (callback, told) in [
            ("https://pim.example/back?x=1", "pim.example"),
            ("http://localhost:8080/", "localhost:8080"),
            ("https://bank.example@evil.example/", "evil.example"),
            ("https://evil.example\\@bank.example/", "evil.example"),
            ("https://evil.example?@bank.example", "evil.example"),
            ("app:/done", "the program that opens app: addresses"),
            ("app:done", "the program that opens app: addresses"),
            ("app://bank.example/done", "the program that opens app: addresses"),
        ] {
            assert_eq!(place(callback), told, "{callback}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(one in "\\PC{0,60}", other in "http://(127.0.0.1|\\[::1\\]|localhost)\\PC{0,20}") {
            let _ = check(&one);
            let _ = check(&other);
            let _ = matches(&one, &other);
            let _ = matches(&other, &one);
        }

        #[test]
        fn what_matches_goes_to_the_same_host(tail in "\\PC{0,20}") {
            let requested = format!("http://127.0.0.1{tail}");
            if matches("http://127.0.0.1/cb", &requested) {
                let port = tail.strip_suffix("/cb").unwrap();
                prop_assert!(port.is_empty() || port[1..].bytes().all(|byte| byte.is_ascii_digit()), "{}", requested);
            }
        }
    }
}
