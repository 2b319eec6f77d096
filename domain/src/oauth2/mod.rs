//! OAuth 2.0 (RFC 6749) for servers: request parameters, error codes, scopes and redirect URIs.
//!
//! Codes and tokens are issued and verified in `portal`.

pub mod oauth_apps;
pub mod redirect_uri;
pub mod scopes;

mod error;
mod parameters;

pub use error::{ErrorCode, Oauth2Error};
pub use parameters::{MAX_PARAMETERS, Parameters, ParametersError};

use crate::oauth1::encode_form;

/// Reports whether a text is a well-formed S256 code challenge: 43 characters of base64url (RFC 7636 §4.2).
#[must_use]
pub fn is_code_challenge(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Reports whether a text is a well-formed code verifier: 43 to 128 unreserved characters (RFC 7636 §4.1).
#[must_use]
pub fn is_code_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// Returns a redirect URI with the response's parameters added to its query (RFC 6749 §4.1.2).
///
/// ```
/// assert_eq!(
///     domain::oauth2::redirect_url("https://app.example/cb?tenant=1", &[("code", "a b"), ("iss", "https://id.example")]),
///     "https://app.example/cb?tenant=1&code=a%20b&iss=https%3A%2F%2Fid.example",
/// );
/// ```
#[must_use]
pub fn redirect_url(uri: &str, parameters: &[(&str, &str)]) -> String {
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{uri}{separator}{}", encode_form(parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_url_keeps_the_query() {
        let code = [("code", "x")];
        assert_eq!(redirect_url("https://a.example", &code), "https://a.example?code=x");
        assert_eq!(redirect_url("https://a.example/?", &code), "https://a.example/?code=x");
        assert_eq!(
            redirect_url("https://a.example/?b", &code),
            "https://a.example/?b&code=x"
        );
    }

    #[test]
    fn pkce_verifier_and_challenge_are_checked_for_form() {
        assert!(is_code_verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(is_code_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        assert!(!is_code_verifier(&"a".repeat(42)) && !is_code_verifier(&"a".repeat(129)));
        assert!(!is_code_verifier(&format!("{}+", "a".repeat(43))));
        assert!(!is_code_challenge(&"a".repeat(44)) && !is_code_challenge(&"=".repeat(43)));
    }
}
