//! What was answered, for the page that comes after the form: kept in a cookie, so that it stands in no address, is
//! there without script, and survives a reload.

use crate::context;
use crate::error::Failure;
use crate::pages::consent::oauth1::Outcome;

const COOKIE: &str = "gatehouse-answer";

/// The only page that the cookie is sent to.
const PATH: &str = "/oauth1/authorise";

/// As long as the request token may live; later the code is of no use.
const SECONDS: u64 = 10 * 60;

/// Keeps what was answered about a request token.
pub fn keep(token: &str, outcome: &Outcome) -> Result<(), Failure> {
    context::send_cookie(COOKIE, &format!("{token}.{}", word(outcome)), PATH, SECONDS)
}

/// What was answered about a request token in this browser.
pub fn recall(token: &str) -> Option<Outcome> {
    let kept = context::cookie(COOKIE)?;
    let (about, word) = kept.split_once('.')?;
    (about == token).then(|| read(word)).flatten()
}

fn word(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Leaving | Outcome::Allowed => "allowed".to_owned(),
        Outcome::Refused => "refused".to_owned(),
        Outcome::Code(code) => format!("code-{code}"),
    }
}

fn read(word: &str) -> Option<Outcome> {
    match word {
        "allowed" => Some(Outcome::Allowed),
        "refused" => Some(Outcome::Refused),
        word => word.strip_prefix("code-").map(|code| Outcome::Code(code.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_reads_back() {
        for outcome in [Outcome::Allowed, Outcome::Refused, Outcome::Code("0a1b2c".to_owned())] {
            assert_eq!(read(&word(&outcome)), Some(outcome));
        }
        assert_eq!(read("else"), None);
    }
}
