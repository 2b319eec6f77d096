//! The text side of OAuth 2.0 (RFC 6749), as a server needs it: parameters, error codes, redirects.
//!
//! Nothing here knows an app, a code or a token: that is the portal's.

pub mod oauth_apps;
pub mod redirect_uri;
pub mod scopes;

mod parameters;
mod refusal;

pub use parameters::{MAX_PARAMETERS, Malformed, Parameters};
pub use refusal::{ErrorCode, Refusal};

use crate::oauth1::encode_form;

/// Whether a text can be a code challenge by S256: 43 characters of base64url (RFC 7636 §4.2).
#[must_use]
pub fn is_code_challenge(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// Whether a text can be a code verifier: 43 to 128 unreserved characters (RFC 7636 §4.1).
#[must_use]
pub fn is_code_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

/// A redirect URI with the response's parameters in its query (RFC 6749 §4.1.2); its own query is kept.
///
/// ```
/// assert_eq!(
///     domain::oauth2::redirect("https://app.example/cb?tenant=1", &[("code", "a b"), ("iss", "https://id.example")]),
///     "https://app.example/cb?tenant=1&code=a%20b&iss=https%3A%2F%2Fid.example",
/// );
/// ```
#[must_use]
pub fn redirect(uri: &str, parameters: &[(&str, &str)]) -> String {
    let mark = match uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{uri}{mark}{}", encode_form(parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_keeps_the_query() {
        let code = [("code", "x")];
        assert_eq!(redirect("https://a.example", &code), "https://a.example?code=x");
        assert_eq!(redirect("https://a.example/?", &code), "https://a.example/?code=x");
        assert_eq!(redirect("https://a.example/?b", &code), "https://a.example/?b&code=x");
    }

    #[test]
    fn the_pair_of_rfc_7636_appendix_b_fits() {
        assert!(is_code_verifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        assert!(is_code_challenge("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        assert!(!is_code_verifier(&"a".repeat(42)) && !is_code_verifier(&"a".repeat(129)));
        assert!(!is_code_verifier(&format!("{}+", "a".repeat(43))));
        assert!(!is_code_challenge(&"a".repeat(44)) && !is_code_challenge(&"=".repeat(43)));
    }
}
