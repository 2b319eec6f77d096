//! Validation of registered redirect URIs, and matching of requested ones.
//!
//! See RFC 6749 §3.1.2, RFC 8252 §7 and §8.3, RFC 9700 §2.1 and §4.1.3.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The maximum length of a redirect URI, in bytes.
pub const MAX_URI_BYTES: usize = 2000;

/// The maximum number of redirect URIs of an app.
pub const MAX_URIS_PER_APP: usize = 20;

/// The error for an invalid redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// The text is not an absolute URI.
    #[error("Enter an absolute URI such as https://app.example.com/callback.")]
    NotAbsolute,
    /// The URI is longer than [`MAX_URI_BYTES`].
    #[error("Use at most {MAX_URI_BYTES} characters.")]
    TooLong,
    /// The URI has a fragment (RFC 6749 §3.1.2).
    #[error("Remove the fragment (#…).")]
    Fragment,
    /// The URI contains `*`, which would be matched literally.
    #[error("Wildcards are not supported. Enter each URI in full.")]
    Wildcard,
    /// The URI contains a user name or a password.
    #[error("Remove the user name (before @).")]
    UserInfo,
    /// The URI uses `http` for a host other than loopback (RFC 9700 §2.6).
    #[error("Use https. Only loopback URIs such as http://127.0.0.1/ may use http.")]
    PlainHttp,
    /// The scheme is not a private-use scheme in reverse domain form (RFC 8252 §7.1).
    #[error("Use https, or a private-use scheme such as com.example.app:/callback.")]
    Scheme,
    /// The URI is not in the normalized form that a browser sends.
    #[error("Use the normalized form: {0}")]
    NotNormalized(&'static str),
}

/// Validates a redirect URI to register. It is stored unchanged, since requests must match it exactly.
///
/// # Errors
/// Returns [`RedirectUriError`] for an invalid URI.
pub fn validate(text: &str) -> Result<(), RedirectUriError> {
    if text.len() > MAX_URI_BYTES {
        return Err(RedirectUriError::TooLong);
    }
    if text.contains('#') {
        return Err(RedirectUriError::Fragment);
    }
    if text.contains('*') {
        return Err(RedirectUriError::Wildcard);
    }
    // A browser treats a backslash as a slash, and removes or escapes the others.
    if text
        .bytes()
        .any(|byte| !byte.is_ascii_graphic() || b"\"<>\\^`{|}".contains(&byte))
    {
        return Err(RedirectUriError::NotNormalized(
            "ASCII letters, digits and punctuation only.",
        ));
    }
    let (scheme, rest) = text.split_once(':').ok_or(RedirectUriError::NotAbsolute)?;
    if !is_scheme(scheme) {
        return Err(RedirectUriError::NotAbsolute);
    }
    match scheme.to_ascii_lowercase().as_str() {
        lower @ ("https" | "http") => {
            let rest = rest.strip_prefix("//").filter(|_| lower == scheme);
            let rest = rest.ok_or(RedirectUriError::NotNormalized(
                "https:// in lower case, with two slashes.",
            ))?;
            let (authority, path) = split_authority(rest);
            if authority.contains('@') {
                return Err(RedirectUriError::UserInfo);
            }
            let host = host(authority).ok_or(RedirectUriError::NotAbsolute)?;
            if scheme == "http" && !is_loopback(host) {
                return Err(RedirectUriError::PlainHttp);
            }
            let path = path.split('?').next().unwrap_or_default();
            if path.split('/').any(|part| part == "." || part == "..") {
                return Err(RedirectUriError::NotNormalized("no . or .. segments in the path."));
            }
            Ok(())
        }
        // RFC 8252 §7.1: a reversed domain name, so that no two apps use the same scheme. The required dot also excludes
        // schemes with a predefined meaning, such as javascript, data and mailto.
        lower if lower.contains('.') && lower == scheme => {
            if rest.starts_with("//") && split_authority(&rest[2..]).0.contains('@') {
                return Err(RedirectUriError::UserInfo);
            }
            Ok(())
        }
        _ => Err(RedirectUriError::Scheme),
    }
}

/// Reports whether a requested redirect URI matches a registered one: exactly, except for the port of a loopback URI, which a
/// native app chooses at run time (RFC 8252 §7.3).
#[must_use]
pub fn matches(registered: &str, requested: &str) -> bool {
    if registered == requested {
        return true;
    }
    match (without_port(registered), without_port(requested)) {
        (Some(registered), Some(requested)) => registered == requested && is_normalized(requested.1),
        _ => false,
    }
}

/// Returns the target of a redirect URI or callback for display: its host, or the scheme of an installed application.
#[must_use]
pub fn display_host(uri: &str) -> String {
    let (scheme, rest) = uri.split_once(':').unwrap_or((uri, ""));
    let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    let host = rest
        .strip_prefix("//")
        .filter(|_| is_web)
        // The part before `@` is not the host, even if it looks like one.
        .and_then(|rest| rest.split(['/', '?', '#', '\\']).next()?.rsplit('@').next())
        .unwrap_or_default();
    if host.is_empty() {
        format!("the app that opens {scheme}: links")
    } else {
        host.to_owned()
    }
}

/// Returns the host of a loopback URI and the part after its port; `None` for any other URI.
fn without_port(text: &str) -> Option<(&str, &str)> {
    let (authority, path) = split_authority(text.strip_prefix("http://")?);
    let host = host(authority)?;
    is_loopback(host).then_some((host, path))
}

/// Reports whether the part after the port has only printable ASCII characters and no backslash.
fn is_normalized(path: &str) -> bool {
    path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// Reports whether a text is a URI scheme (RFC 3986 §3.1).
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Splits the authority from the path, query and fragment.
fn split_authority(text: &str) -> (&str, &str) {
    text.split_at(text.find(['/', '?', '#']).unwrap_or(text.len()))
}

/// Returns the host of `host` or `host:port`; `None` if it is neither.
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

/// Reports whether a host is `localhost` or a loopback IP address in its standard form.
fn is_loopback(host: &str) -> bool {
    let literal = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match literal {
        Some(literal) => literal.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback()),
        None => host == "localhost" || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
    }
}

#[cfg(test)]
mod tests;
