//! Password strength, as estimated by zxcvbn.

use crate::crypto::secret::Secret;
use crate::infra::error::{Error, Result};
use domain::accounts::passwords::PasswordStrength;
use unicode_normalization::UnicodeNormalization;
use zxcvbn::{Score, zxcvbn};

/// The minimum score of a password: at least 10^8 guesses.
const MIN_SCORE: Score = Score::Three;

/// The maximum number of characters that are examined, since the time grows faster than the length. zxcvbn has the same
/// limit.
const MAX_EXAMINED_CHARS: usize = 100;

/// The minimum length of a name part that counts as a user input, in characters.
const MIN_PART_CHARS: usize = 3;

/// The name of this service, which users tend to use in passwords.
const SERVICE_NAME: &str = "gatehouse";

/// Words that an attacker who knows the user tries first (zxcvbn's user inputs).
pub(crate) struct UserInputs {
    words: Vec<String>,
}

impl UserInputs {
    /// Collects the words of the user's name, email address and account name.
    pub fn new(name: &str, email: &str, account_name: &str) -> Self {
        let mut words = Vec::new();
        for text in [email, name, account_name, SERVICE_NAME] {
            let text: String = text.nfc().collect::<String>().to_lowercase();
            let parts: Vec<&str> = text
                .split(|c: char| !c.is_alphanumeric())
                .filter(|part| part.chars().count() >= MIN_PART_CHARS)
                .collect();
            let joined: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
            let sides = text.split('@').filter(|side| side.chars().count() >= MIN_PART_CHARS);
            for word in [text.as_str(), joined.as_str()].into_iter().chain(sides).chain(parts) {
                if !word.is_empty() && !words.iter().any(|known| known == word) {
                    words.push(word.to_owned());
                }
            }
        }
        Self { words }
    }
}

/// Checks that a password is hard to guess.
///
/// # Errors
/// Returns [`Error::Invalid`] under `field` with the reason and suggestions if it is easy to guess.
pub(crate) fn check(field: &str, password: &Secret, user_inputs: &UserInputs) -> Result<()> {
    let strength = estimate(password, user_inputs);
    if strength.is_accepted {
        Ok(())
    } else {
        let message = format!("This password is too easy to guess. {}", strength.advice);
        Err(Error::field(field, message.trim_end()))
    }
}

/// Estimates how hard a password is to guess.
pub(crate) fn estimate(password: &Secret, user_inputs: &UserInputs) -> PasswordStrength {
    let end = password.expose().char_indices().nth(MAX_EXAMINED_CHARS);
    let examined = &password.expose()[..end.map_or(password.expose().len(), |(index, _)| index)];
    let words: Vec<&str> = user_inputs.words.iter().map(String::as_str).collect();
    let estimate = zxcvbn(examined, &words);
    let is_accepted = estimate.score() >= MIN_SCORE;
    let mut advice = String::new();
    if !is_accepted {
        let lower = examined.to_lowercase();
        if words.iter().any(|word| lower.contains(word)) {
            advice.push_str("Don't base it on your name, email address, or organization.");
        }
        if let Some(feedback) = estimate.feedback() {
            let warning = feedback.warning().map(|warning| warning.to_string());
            let suggestions = feedback.suggestions().iter().map(ToString::to_string);
            for sentence in warning.into_iter().chain(suggestions) {
                if !advice.is_empty() {
                    advice.push(' ');
                }
                advice.push_str(&sentence);
            }
        }
    }
    PasswordStrength {
        score: u8::from(estimate.score()),
        is_accepted,
        advice,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ada() -> UserInputs {
        UserInputs::new("Ada Lovelace", "ada@example.com", "Analytical Engines")
    }

    fn validation_error(password: &str) -> Option<String> {
        match check("password", &Secret::new(password.to_owned()), &ada()) {
            Ok(()) => None,
            Err(Error::Invalid(errors)) => errors.get("password").map(str::to_owned),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn weak_passwords_are_rejected() {
        for password in [
            // Repeats.
            "aaaaaaaaaaaa",
            "            ",
            "ééééééééééééé",
            "passwordpassword",
            "abcabcabcabc",
            "monkeymonkey12",
            "trustno1trustno1",
            // Sequences and keyboard walks.
            "abcdefghijkl",
            "123456789012",
            "qwertyuiopas",
            "1qaz2wsx3edc",
            "zaq12wsxcde3",
            "asdfghjkl;'\\",
            "qazwsxedcrfv",
            "0987654321qwerty",
            // Common passwords with substitutions and suffixes.
            "password1234",
            "P@ssw0rd1234",
            "ILoveYou1234",
            "iloveyouforever",
            "december2026",
            // The user's name, email, organization and this service, in various spellings.
            "ada@example.com",
            "ADA@EXAMPLE.COM",
            "moc.elpmaxe@ada",
            "Ada Lovelace",
            "adalovelace1",
            "AdaLovelace1815",
            "ecalevol ada",
            "l0v3lac3 1815",
            "Analytical Engines",
            "analyticalengines",
            "Analytical Engines 1",
            "gatehouse1234",
        ] {
            let validation_error = validation_error(password).unwrap_or_else(|| panic!("{password} was accepted"));
            assert!(
                validation_error.starts_with("This password is too easy to guess. "),
                "{validation_error}"
            );
        }
    }

    #[test]
    fn strong_passwords_are_accepted() {
        for password in [
            "correct horse battery",
            "correct horse battery staple",
            "another horse, another battery",
            "ABCD-EFGH-JKLM-NPQR-STUV",
            "kH7#pq!x2Lm9",
            "vier wörter ohne zusammenhang",
            "птица чайник горизонт лодка",
            "Ada likes purple submarines",
        ] {
            assert_eq!(validation_error(password), None, "{password}");
        }
    }

    #[test]
    fn validation_error_has_reason_and_suggestions() {
        assert_eq!(
            validation_error("aaaaaaaaaaaa").unwrap(),
            "This password is too easy to guess. Repeats like \"aaa\" are easy to guess. Add another word or two. \
             Uncommon words are better. Avoid repeated words and characters."
        );
        assert_eq!(
            validation_error("ada@example.com").unwrap(),
            "This password is too easy to guess. Don't base it on your name, email address, or organization. Add \
             another word or two. Uncommon words are better."
        );
    }

    #[test]
    fn checking_longest_password_is_fast() {
        let start = std::time::Instant::now();
        for text in ["a", "4@8({[<", "qwertyuiop", "e\u{308}\u{301}"] {
            validation_error(&text.repeat(1024 / text.len()));
        }
        // Takes 50 ms; without the limit it takes minutes.
        assert!(
            start.elapsed() < std::time::Duration::from_secs(10),
            "{:?}",
            start.elapsed()
        );
    }

    proptest! {
        #[test]
        fn check_never_panics(password in any::<String>(), name in any::<String>()) {
            let user_inputs = UserInputs::new(&name, "ada@example.com", &name);
            let _ = check("password", &Secret::new(password), &user_inputs);
        }
    }
}
