//! Idempotency keys: a repeated request changes nothing and gets the response of the first one
//! (draft-ietf-httpapi-idempotency-key-header).
//!
//! The outcome of an operation is stored in the transaction of its changes, so both are committed or neither is. A repeat
//! that arrives while the first request is in progress waits for it. A failed request stores nothing and can be retried.

use crate::crypto::secret;
use crate::database::{AsExecutor, Transaction, execute, fetch_all, fetch_optional};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::fields::FieldErrors;
use domain::ids::AccountId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The maximum length of a key, in characters.
pub const MAX_KEY_LENGTH: usize = 255;

/// How long keys are stored.
const RETENTION: Duration = Duration::from_secs(24 * 3600);

/// The maximum number of keys per account, so that keys can't fill the disk. At the default rate limit, it takes a
/// quarter of an hour to send as many.
pub const MAX_KEYS_PER_ACCOUNT: i64 = 100_000;

/// Identifies a request by its idempotency key and a digest of its content.
#[derive(Debug, Clone)]
pub struct IdempotentRequest {
    key: String,
    digest: Vec<u8>,
}

/// The error for a key that was already used with a different request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this idempotency key was already used with a different request")]
pub struct KeyReusedError;

/// The stored outcome of the request with a key, if any.
pub(crate) type Stored<T> = Result<Option<T>, KeyReusedError>;

impl IdempotentRequest {
    /// Creates an idempotent request. Requests with a different method, path or body are different requests.
    ///
    /// # Errors
    /// Returns a validation error under `Idempotency-Key` if the key is empty, is longer than [`MAX_KEY_LENGTH`], or
    /// contains characters that are not printable ASCII.
    pub fn new(key: &str, method: &str, path: &str, body: &[u8]) -> Result<Self, FieldErrors> {
        let is_key = (1..=MAX_KEY_LENGTH).contains(&key.len()) && key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        if !is_key {
            let message = format!("Use 1 to {MAX_KEY_LENGTH} printable ASCII characters.");
            return Err(FieldErrors::single("Idempotency-Key", message));
        }
        // Neither the method nor the path contains a line break, so the text is unambiguous.
        let mut text = format!("{method}\n{}\n", path.trim_end_matches('/')).into_bytes();
        text.extend_from_slice(body);
        Ok(Self {
            key: key.to_owned(),
            digest: secret::digest(&text),
        })
    }
}

/// Returns the stored outcome if the request was already processed. Most repeats need no transaction.
pub(crate) async fn find<T: DeserializeOwned>(
    portal: &Portal,
    account: AccountId,
    request: &IdempotentRequest,
) -> Result<Stored<T>> {
    let mut db = portal.read().await?;
    read(portal, &mut db, account, request).await
}

/// Claims the key for the request, whose work is done in the same transaction and ends with [`store_outcome`]. If a
/// concurrent request has claimed the key, returns the outcome of that request.
pub(crate) async fn claim<T: DeserializeOwned>(
    portal: &Portal,
    tx: &mut Transaction,
    account: AccountId,
    request: &IdempotentRequest,
) -> Result<Stored<T>> {
    execute!(
        tx,
        "delete from idempotency_keys where account_id = $1 and key = $2 and created_at <= $3",
        account,
        &request.key,
        portal.now_minus(RETENTION)
    )?;
    // PostgreSQL waits here for a transaction that has just taken the same key; SQLite has one writer.
    let touched = execute!(
        tx,
        "insert into idempotency_keys (account_id, key, digest, created_at) values ($1, $2, $3, $4)
         on conflict do nothing",
        account,
        &request.key,
        &request.digest,
        portal.now()
    )?;
    if touched == 1 {
        return Ok(Ok(None));
    }
    match read(portal, tx, account, request).await? {
        // The key expired between the two statements.
        Ok(None) => Err(Error::Conflict(
            "The same request is in progress. Try again.".to_owned(),
        )),
        found => Ok(found),
    }
}

/// Stores the outcome of the request.
pub(crate) async fn store_outcome<T: Serialize>(
    tx: &mut Transaction,
    account: AccountId,
    request: &IdempotentRequest,
    outcome: &T,
) -> Result<()> {
    execute!(
        tx,
        "update idempotency_keys set outcome = $3 where account_id = $1 and key = $2",
        account,
        &request.key,
        serde_json::to_string(outcome).map_err(Error::internal)?
    )?;
    Ok(())
}

async fn read<T: DeserializeOwned>(
    portal: &Portal,
    db: &mut impl AsExecutor,
    account: AccountId,
    request: &IdempotentRequest,
) -> Result<Stored<T>> {
    let row = fetch_optional!(
        db,
        (Vec<u8>, String),
        "select digest, outcome from idempotency_keys
         where account_id = $1 and key = $2 and created_at > $3 and outcome is not null",
        account,
        &request.key,
        portal.now_minus(RETENTION)
    )?;
    match row {
        Some((digest, _)) if digest != request.digest => Ok(Err(KeyReusedError)),
        Some((_, outcome)) => Ok(Ok(serde_json::from_str(&outcome).map_err(Error::internal)?)),
        None => Ok(Ok(None)),
    }
}

/// Deletes expired keys, and the oldest keys of accounts with too many.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    execute!(
        tx,
        "delete from idempotency_keys where created_at <= $1",
        portal.now_minus(RETENTION)
    )?;
    let accounts = fetch_all!(
        tx,
        (AccountId,),
        "select account_id from idempotency_keys group by account_id having count(*) > $1",
        MAX_KEYS_PER_ACCOUNT
    )?;
    for (account,) in accounts {
        execute!(
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
    fn different_requests_have_different_digests() {
        let digest = |method, path, body: &[u8]| IdempotentRequest::new("k", method, path, body).unwrap().digest;
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
    fn invalid_key_is_rejected() {
        for key in ["", "ä", "a\nb", "a\0b", &"x".repeat(MAX_KEY_LENGTH + 1)] {
            let errors = IdempotentRequest::new(key, "POST", "/", b"").unwrap_err();
            assert!(errors.get("Idempotency-Key").is_some(), "{key}");
        }
        assert!(IdempotentRequest::new(&"x".repeat(MAX_KEY_LENGTH), "POST", "/", b"").is_ok());
    }
}
