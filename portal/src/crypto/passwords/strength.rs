//! How hard a password is to guess, as zxcvbn estimates it.

use crate::crypto::secret::Secret;
use crate::infra::error::{Error, Result};
use unicode_normalization::UnicodeNormalization;
use zxcvbn::{Score, zxcvbn};

/// The lowest score that is accepted: at least 10^8 guesses.
const MIN_SCORE: Score = Score::Three;

/// How much of a password is looked at, in characters: the time that it takes grows faster than the length. zxcvbn
/// itself looks at no more.
const MAX_CHARACTERS: usize = 100;

/// The shortest part of a name that is looked for, in characters.
const MIN_PART: usize = 3;

/// The name of this service, which people put into its passwords.
const SERVICE: &str = "gatehouse";

/// What somebody who knows a user tries first.
pub(crate) struct AboutUser {
    words: Vec<String>,
}

impl AboutUser {
    /// Takes the user's name, email address and account name.
    pub fn new(name: &str, email: &str, account_name: &str) -> Self {
        let mut words = Vec::new();
        for text in [email, name, account_name, SERVICE] {
            let text: String = text.nfc().collect::<String>().to_lowercase();
            let parts: Vec<&str> = text
                .split(|c: char| !c.is_alphanumeric())
                .filter(|part| part.chars().count() >= MIN_PART)
                .collect();
            let joined: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
            let sides = text.split('@').filter(|side| side.chars().count() >= MIN_PART);
            for word in [text.as_str(), joined.as_str()].into_iter().chain(sides).chain(parts) {
                if !word.is_empty() && !words.iter().any(|known| known == word) {
                    words.push(word.to_owned());
                }
            }
        }
        Self { words }
    }
}

/// Checks that a password is hard enough to guess.
///
/// # Errors
/// [`Error::Invalid`] under `field`, with what makes it easy to guess and what to do about it.
pub(crate) fn check(field: &str, password: &Secret, about: &AboutUser) -> Result<()> {
    let end = password.expose().char_indices().nth(MAX_CHARACTERS);
    let looked_at = &password.expose()[..end.map_or(password.expose().len(), |(index, _)| index)];
    let words: Vec<&str> = about.words.iter().map(String::as_str).collect();
    let estimate = zxcvbn(looked_at, &words);
    if estimate.score() >= MIN_SCORE {
        return Ok(());
    }
    let mut message = "This password is too easy to guess.".to_owned();
    let lower = looked_at.to_lowercase();
    if words.iter().any(|word| lower.contains(word)) {
        message.push_str(" Do not build it on your name, email address or organization.");
    }
    if let Some(feedback) = estimate.feedback() {
        let warning = feedback.warning().map(|warning| warning.to_string());
        let suggestions = feedback.suggestions().iter().map(ToString::to_string);
        for sentence in warning.into_iter().chain(suggestions) {
            message.push(' ');
            message.push_str(&sentence);
        }
    }
    Err(Error::field(field, message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ada() -> AboutUser {
        AboutUser::new("Ada Lovelace", "ada@example.com", "Analytical Engines")
    }

    fn complaint(password: &str) -> Option<String> {
        match check("password", &Secret::new(password.to_owned()), &ada()) {
            Ok(()) => None,
            Err(Error::Invalid(errors)) => errors.of("password").map(str::to_owned),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn easily_guessed_passwords_are_refused() {
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
            // Common ones, dressed up.
            "password1234",
            "P@ssw0rd1234",
            "ILoveYou1234",
            "iloveyouforever",
            "december2026",
            // The person, their address, their organization and this service, in any spelling.
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
            let complaint = complaint(password).unwrap_or_else(|| panic!("{password} was accepted"));
            assert!(
                complaint.starts_with("This password is too easy to guess. "),
                "{complaint}"
            );
        }
    }

    #[test]
    fn passwords_that_are_hard_to_guess_are_accepted() {
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
            assert_eq!(complaint(password), None, "{password}");
        }
    }

    #[test]
    fn a_complaint_says_what_is_wrong_and_what_to_do() {
        assert_eq!(
            complaint("aaaaaaaaaaaa").unwrap(),
            "This password is too easy to guess. Repeats like \"aaa\" are easy to guess. Add another word or two. \
             Uncommon words are better. Avoid repeated words and characters."
        );
        assert_eq!(
            complaint("ada@example.com").unwrap(),
            "This password is too easy to guess. Do not build it on your name, email address or organization. Add \
             another word or two. Uncommon words are better."
        );
    }

    #[test]
    fn the_longest_password_is_looked_at_in_a_moment() {
        let begun = std::time::Instant::now();
        for text in ["a", "4@8({[<", "qwertyuiop", "e\u{308}\u{301}"] {
            complaint(&text.repeat(1024 / text.len()));
        }
        // Takes 50 ms; without a bound it takes minutes.
        assert!(
            begun.elapsed() < std::time::Duration::from_secs(10),
            "{:?}",
            begun.elapsed()
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(password in any::<String>(), name in any::<String>()) {
            let about = AboutUser::new(&name, "ada@example.com", &name);
            let _ = check("password", &Secret::new(password), &about);
        }
    }
}
