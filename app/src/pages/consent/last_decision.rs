//! The user's last decision, for the page after the consent form. It is stored in a cookie, so that no URL contains it, and
//! so that it works without script and after a reload.

use crate::context;
use crate::error::AppError;
use crate::pages::consent::oauth1::Outcome;

const COOKIE_NAME: &str = "gatehouse-answer";

/// The only page that the cookie is sent to.
const PATH: &str = "/oauth1/authorise";

/// The lifetime of a request token, after which the verification code is useless.
const MAX_AGE_SECONDS: u64 = 10 * 60;

/// Stores the outcome for a request token.
pub fn set(token: &str, outcome: &Outcome) -> Result<(), AppError> {
    context::set_cookie(
        COOKIE_NAME,
        &format!("{token}.{}", format_outcome(outcome)),
        PATH,
        MAX_AGE_SECONDS,
    )
}

/// Returns the outcome for a request token in this browser.
pub fn get(token: &str) -> Option<Outcome> {
    let value = context::cookie(COOKIE_NAME)?;
    let (stored_token, outcome) = value.split_once('.')?;
    (stored_token == token).then(|| parse_outcome(outcome)).flatten()
}

fn format_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Redirecting | Outcome::Allowed => "allowed".to_owned(),
        Outcome::Denied => "refused".to_owned(),
        Outcome::Code(code) => format!("code-{code}"),
    }
}

fn parse_outcome(text: &str) -> Option<Outcome> {
    match text {
        "allowed" => Some(Outcome::Allowed),
        "refused" => Some(Outcome::Denied),
        text => text.strip_prefix("code-").map(|code| Outcome::Code(code.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formatted_outcome_parses_back() {
        for outcome in [Outcome::Allowed, Outcome::Denied, Outcome::Code("0a1b2c".to_owned())] {
            assert_eq!(parse_outcome(&format_outcome(&outcome)), Some(outcome));
        }
        assert_eq!(parse_outcome("else"), None);
    }
}
