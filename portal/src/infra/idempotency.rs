//! Requests that may be sent again: one that did its work does nothing the second time, and is answered the same
//! (draft-ietf-httpapi-idempotency-key-header).
//!
//! What an operation came to is kept in the transaction of its work: either both are there, or neither. A request that
//! comes while the first is under way waits for it. One that failed has left nothing, and may be tried again.

use crate::crypto::secret;
use crate::database::{Connection, Transaction, fetch_all, fetch_optional, run};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::fields::FieldErrors;
use domain::ids::AccountId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The longest key, in characters.
pub const MAX_KEY: usize = 255;

/// For how long a repeated request is known.
const KEPT: Duration = Duration::from_secs(24 * 3600);

/// The most keys that are kept for an account, so that nobody fills the disk with them. At the default limit of requests
/// it takes a quarter of an hour to send so many.
pub const MAX_KEYS_PER_ACCOUNT: i64 = 100_000;

/// A request that is to be done once.
#[derive(Debug, Clone)]
pub struct Once {
    key: String,
    digest: Vec<u8>,
}

/// A key that has come with another request already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this key has come with another request already")]
pub struct Reused;

/// The request that has this key.
pub(crate) type Found<T> = Result<Option<T>, Reused>;

impl Once {
    /// The request by its key. One whose method, path or body differs is another.
    ///
    /// # Errors
    /// For a key that is empty, longer than [`MAX_KEY`] or not of ASCII's printable characters, under `Idempotency-Key`.
    pub fn new(key: &str, method: &str, path: &str, body: &[u8]) -> Result<Self, FieldErrors> {
        let is_key = (1..=MAX_KEY).contains(&key.len()) && key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if !is_key {
            let sentence = format!("Use up to {MAX_KEY} printable characters of ASCII.");
            return Err(FieldErrors::one("Idempotency-Key", sentence));
        }
        // Neither method nor path has a line break, so no two requests become one text.
        let mut whole = format!("{method}\n{}\n", path.trim_end_matches('/')).into_bytes();
        whole.extend_from_slice(body);
        Ok(Self {
            key: key.to_owned(),
            digest: secret::digest(&whole),
        })
    }
}

/// What the request came to, where it has been done: most repeated ones need no transaction.
pub(crate) async fn find<T: DeserializeOwned>(portal: &Portal, account: AccountId, once: &Once) -> Result<Found<T>> {
    let mut db = portal.read().await?;
    read(portal, &mut db, account, once).await
}

/// Takes the key for the request, whose work is done in the same transaction and ends with [`keep`]. Where it is taken,
/// by a request that was under way until now, gives what that came to.
pub(crate) async fn claim<T: DeserializeOwned>(
    portal: &Portal,
    tx: &mut Transaction,
    account: AccountId,
    once: &Once,
) -> Result<Found<T>> {
    run!(
        tx,
        "delete from idempotency_keys where account_id = $1 and key = $2 and created_at <= $3",
        account,
        &once.key,
        portal.ago(KEPT)
    )?;
    // PostgreSQL waits here for a transaction that has just taken the same key; SQLite has one writer.
    let touched = run!(
        tx,
        "insert into idempotency_keys (account_id, key, digest, created_at) values ($1, $2, $3, $4)
         on conflict do nothing",
        account,
        &once.key,
        &once.digest,
        portal.now()
    )?;
    if touched == 1 {
        return Ok(Ok(None));
    }
    match read(portal, tx, account, once).await? {
        // Its time was over between the two statements.
        Ok(None) => Err(Error::Conflict("The same request is under way; try again.".to_owned())),
        found => Ok(found),
    }
}

/// Keeps what the request came to.
pub(crate) async fn keep<T: Serialize>(
    tx: &mut Transaction,
    account: AccountId,
    once: &Once,
    outcome: &T,
) -> Result<()> {
    run!(
        tx,
        "update idempotency_keys set outcome = $3 where account_id = $1 and key = $2",
        account,
        &once.key,
        serde_json::to_string(outcome).map_err(Error::internal)?
    )?;
    Ok(())
}

async fn read<T: DeserializeOwned>(
    portal: &Portal,
    db: &mut impl Connection,
    account: AccountId,
    once: &Once,
) -> Result<Found<T>> {
    let row = fetch_optional!(
        db,
        (Vec<u8>, String),
        "select digest, outcome from idempotency_keys
         where account_id = $1 and key = $2 and created_at > $3 and outcome is not null",
        account,
        &once.key,
        portal.ago(KEPT)
    )?;
    match row {
        Some((digest, _)) if digest != once.digest => Ok(Err(Reused)),
        Some((_, outcome)) => Ok(Ok(serde_json::from_str(&outcome).map_err(Error::internal)?)),
        None => Ok(Ok(None)),
    }
}

/// Deletes keys whose time is over, and the oldest ones of an account that has too many.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    run!(
        tx,
        "delete from idempotency_keys where created_at <= $1",
        portal.ago(KEPT)
    )?;
    let accounts = fetch_all!(
        tx,
        (AccountId,),
        "select account_id from idempotency_keys group by account_id having count(*) > $1",
        MAX_KEYS_PER_ACCOUNT
    )?;
    for (account,) in accounts {
        run!(
            tx,
            "delete from idempotency_keys where account_id = $1 and created_at <= (
                 select created_at from idempotency_keys where account_id = $1 order by created_at desc limit 1 offset $2
             )",
            account,
            MAX_KEYS_PER_ACCOUNT
        )?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_request_has_another_digest() {
        let digest = |method, path, body: &[u8]| Once::new("k", method, path, body).unwrap().digest;
        let first = digest("POST", "/a", b"b");
        assert_eq!(first, digest("POST", "/a/", b"b"));
        for (method, path, body) in [
            ("PUT", "/a", b"b".as_slice()),
            ("POST", "/b", b"b"),
            ("POST", "/a", b"c"),
            ("POST", "/a", b""),
        ] {
            assert_ne!(first, digest(method, path, body), "{method} {path}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for key in ["", "ä", "a\nb", "a\0b", &"x".repeat(MAX_KEY + 1)] {
            let errors = Once::new(key, "POST", "/", b"").unwrap_err();
            assert!(errors.of("Idempotency-Key").is_some(), "{key}");
        }
        assert!(Once::new(&"x".repeat(MAX_KEY), "POST", "/", b"").is_ok());
    }
}
