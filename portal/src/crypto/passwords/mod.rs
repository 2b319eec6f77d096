//! Password hashing with Argon2id and the first of the settings that OWASP recommends: 19 MiB, two passes, one lane.
//!
//! Passwords are hashed and compared in Unicode normalization form C (UAX #15), as required by NIST SP 800-63B-4
//! §3.1.1.2: one keyboard sends a single character where another sends a letter and a combining accent.

mod strength;

pub(crate) use crate::crypto::passwords::strength::UserInputs;

use crate::crypto::secret::Secret;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::infra::subject_state::SubjectState;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use domain::accounts::passwords::PasswordStrength;
use domain::accounts::users::{MAX_PASSWORD_BYTES, validate_password};
use domain::fields::FieldErrors;
use std::sync::LazyLock;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// The hash that is verified for unknown users, so that the response takes the same time. Its password is random.
static DUMMY_HASH: LazyLock<String> = LazyLock::new(|| hash(&crate::crypto::secret::new_secret()).unwrap_or_default());

/// Returns the normalization form of a password that is hashed and compared.
fn normalize(password: &str) -> Secret {
    Secret::new(password.nfc().collect())
}

/// Validates a new password, and returns its hash in PHC string format.
///
/// # Errors
/// Returns [`Error::Invalid`] under `password` if it is too short, too long, or easy to guess for someone who knows
/// `user_inputs`.
pub(crate) async fn hash_new(portal: &Portal, password: &str, user_inputs: UserInputs) -> Result<String> {
    let password = normalize(password);
    let mut errors = FieldErrors::default();
    validate_password("password", password.expose(), &mut errors);
    errors.into_result(())?;
    run_blocking(portal, move || {
        crate::crypto::passwords::strength::check("password", &password, &user_inputs)?;
        hash(&password)
    })
    .await?
}

/// Estimates how hard a password is to guess. Returns `None` if another estimate is being computed: the next keystroke asks
/// again.
pub(crate) async fn estimate(
    portal: &Portal,
    password: &str,
    user_inputs: UserInputs,
) -> Result<Option<PasswordStrength>> {
    let Ok(_permit) = portal.state::<EstimatePermit>().0.try_acquire() else {
        return Ok(None);
    };
    let password = normalize(password);
    let mut errors = FieldErrors::default();
    validate_password("password", password.expose(), &mut errors);
    let estimate = move || strength::estimate(&password, &user_inputs);
    let strength = tokio::task::spawn_blocking(estimate).await.map_err(Error::internal)?;
    Ok(Some(match errors.get("password") {
        // However hard it is to guess, it can't be set.
        Some(message) => PasswordStrength {
            score: strength.score.min(1),
            is_accepted: false,
            advice: message.to_owned(),
        },
        None => strength,
    }))
}

/// Returns whether `password` matches `stored_hash`. Takes the same time for a user that doesn't exist (`None`).
pub(crate) async fn verify(portal: &Portal, password: &str, stored_hash: Option<String>) -> Result<bool> {
    let mut password = normalize(password);
    if password.expose().len() > MAX_PASSWORD_BYTES {
        // No user has a password this long.
        password = Secret::new(String::new());
    }
    run_blocking(portal, move || {
        let exists = stored_hash.is_some();
        let stored_hash = stored_hash.unwrap_or_else(|| DUMMY_HASH.clone());
        let hash = PasswordHash::new(&stored_hash).map_err(Error::internal)?;
        let matches = Argon2::default()
            .verify_password(password.expose().as_bytes(), &hash)
            .is_ok();
        Ok(matches && exists)
    })
    .await?
}

/// Limits concurrent hashes. Argon2id takes 19 MiB per hash; more at a time would let sign-ins crowd out other requests.
struct HashPermits(Semaphore);

/// The maximum number of concurrent hashes.
const MAX_CONCURRENT_HASHES: usize = 2;

/// Lets one estimate be computed at a time, so that typing doesn't crowd out sign-ins.
struct EstimatePermit(Semaphore);

/// Registers the state of this module.
pub(crate) fn register(subjects: &mut SubjectState) {
    subjects.insert(EstimatePermit(Semaphore::new(1)));
    subjects.insert(HashPermits(Semaphore::new(MAX_CONCURRENT_HASHES)));
}

/// Computes the hash that is verified for unknown users, so that not even the first sign-in takes longer.
pub async fn warm_up(portal: &Portal) {
    if run_blocking(portal, || LazyLock::force(&DUMMY_HASH).len())
        .await
        .is_err()
    {
        tracing::warn!("password hashing is unavailable");
    }
}

fn hash(password: &Secret) -> Result<String> {
    Argon2::default()
        .hash_password(password.expose().as_bytes())
        .map(|hash| hash.to_string())
        .map_err(Error::internal)
}

async fn run_blocking<T: Send + 'static>(portal: &Portal, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let _permit = portal
        .state::<HashPermits>()
        .0
        .acquire()
        .await
        .map_err(Error::internal)?;
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_is_argon2id_with_expected_settings() {
        let password = Secret::new("correct horse battery".to_owned());
        let hashed = hash(&password).unwrap();
        assert!(hashed.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hashed}");
        assert_ne!(hashed, hash(&password).unwrap());
    }

    #[test]
    fn normalization_only_composes_characters() {
        for (typed, expected) in [
            ("pa\u{df}wort mit u\u{308}", "pa\u{df}wort mit \u{fc}"),
            ("Bildfla\u{308}che", "Bildfl\u{e4}che"),
            ("\u{212b}ngstr\u{f6}m", "\u{c5}ngstr\u{f6}m"),
            ("\u{1100}\u{1161}\u{11a8}", "\u{ac01}"),
            // Case, spaces, width and ligatures are stored_hash.
            ("  Spaces  Stay ", "  Spaces  Stay "),
            ("\u{ff21}\u{fb01}", "\u{ff21}\u{fb01}"),
        ] {
            assert_eq!(normalize(typed).expose(), expected);
        }
    }
}
