//! Passwords as Argon2id, with the first of OWASP's recommended settings: 19 MiB, two passes, one lane.

use crate::error::{Error, Result};
use crate::portal::Portal;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use std::sync::LazyLock;
use zeroize::Zeroizing;

/// Checked against when there is no such person, so that the answer takes the same time. Nobody knows its password.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now(crate::secret::new_secret().expose()).unwrap_or_default());

/// The PHC text to keep for `password`.
pub(crate) async fn hash(portal: &Portal, password: &str) -> Result<String> {
    let password = Zeroizing::new(password.to_owned());
    on_worker(portal, move || hash_now(&password)).await?
}

/// Whether `password` is the one that `kept` was made from. Takes as long for a person who does not exist.
pub(crate) async fn verify(portal: &Portal, password: &str, kept: Option<String>) -> Result<bool> {
    let password = Zeroizing::new(password.to_owned());
    on_worker(portal, move || {
        let exists = kept.is_some();
        let kept = kept.unwrap_or_else(|| NOBODY.clone());
        let hash = PasswordHash::new(&kept).map_err(Error::internal)?;
        let matches = Argon2::default().verify_password(password.as_bytes(), &hash).is_ok();
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

fn hash_now(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
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
        let kept = hash_now("correct horse battery").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert_ne!(kept, hash_now("correct horse battery").unwrap());
    }
}
