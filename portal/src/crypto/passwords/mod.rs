//! Passwords as Argon2id, with the first of OWASP's recommended settings: 19 MiB, two passes, one lane.
//!
//! A password is hashed and compared in Unicode normalization form C (UAX #15), as NIST SP 800-63B-4 §3.1.1.2 has it:
//! what one keyboard sends as one character, another sends as a letter and an accent.

mod strength;

pub(crate) use crate::crypto::passwords::strength::AboutUser;

use crate::crypto::secret::Secret;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use domain::accounts::users::{MAX_PASSWORD, check_password};
use domain::fields::FieldErrors;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Checked against when there is no such person, so that the answer takes the same time. Nobody knows its password.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now(&crate::crypto::secret::new_secret()).unwrap_or_default());

/// The one form of a password that is hashed and compared.
fn normalized(password: &str) -> Secret {
    Secret::new(password.nfc().collect())
}

/// Checks a password that a person is to have, and returns the PHC text to keep for it.
///
/// # Errors
/// [`Error::Invalid`] under `password` for one that is too short, too long, or easy to guess for somebody who knows
/// what `about` holds.
pub(crate) async fn hash_new(portal: &Portal, password: &str, about: AboutUser) -> Result<String> {
    let password = normalized(password);
    let mut errors = FieldErrors::default();
    check_password("password", password.expose(), &mut errors);
    errors.or(())?;
    on_worker(portal, move || {
        crate::crypto::passwords::strength::check("password", &password, &about)?;
        hash_now(&password)
    })
    .await?
}

/// Whether `password` is the one that `kept` was made from. Takes as long for a person who does not exist.
pub(crate) async fn verify(portal: &Portal, password: &str, kept: Option<String>) -> Result<bool> {
    let mut password = normalized(password);
    if password.expose().len() > MAX_PASSWORD {
        // Nobody has it.
        password = Secret::new(String::new());
    }
    on_worker(portal, move || {
        let exists = kept.is_some();
        let kept = kept.unwrap_or_else(|| NOBODY.clone());
        let hash = PasswordHash::new(&kept).map_err(Error::internal)?;
        let matches = Argon2::default()
            .verify_password(password.expose().as_bytes(), &hash)
            .is_ok();
        Ok(matches && exists)
    })
    .await?
}

/// Makes the hash that is checked for people who do not exist, so that not even the first of them takes longer.
pub async fn warm_up(portal: &Portal) {
    if on_worker(portal, || LazyLock::force(&NOBODY).len()).await.is_err() {
        tracing::warn!("password hashing is not available");
    }
}

fn hash_now(password: &Secret) -> Result<String> {
    Argon2::default()
        .hash_password(password.expose().as_bytes())
        .map(|hash| hash.to_string())
        .map_err(Error::internal)
}

async fn on_worker<T: Send + 'static>(portal: &Portal, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _permit = portal.hashing().acquire().await.map_err(Error::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_kept_as_argon2id_with_its_settings() {
        let password = Secret::new("correct horse battery".to_owned());
        let kept = hash_now(&password).unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, hash_now(&password).unwrap());
    }

    #[test]
    fn spellings_of_one_text_are_one_password_and_nothing_else_is_changed() {
        for (typed, kept) in [
            ("pa\u{df}wort mit u\u{308}", "pa\u{df}wort mit \u{fc}"),
            ("Bildfla\u{308}che", "Bildfl\u{e4}che"),
            ("\u{212b}ngstr\u{f6}m", "\u{c5}ngstr\u{f6}m"),
            ("\u{1100}\u{1161}\u{11a8}", "\u{ac01}"),
            // Case, space, width and ligatures are the person's own.
            ("  Spaces  Stay ", "  Spaces  Stay "),
            ("\u{ff21}\u{fb01}", "\u{ff21}\u{fb01}"),
        ] {
            assert_eq!(normalized(typed).expose(), kept);
        }
    }
}
