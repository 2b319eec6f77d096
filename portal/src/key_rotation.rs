//! Rotates the master key while servers run.
//!
//! [`rotate`] adds a new key in front of the others and re-encrypts every stored value with it; [`remove_old_keys`] then
//! removes the other keys. Running servers that use the same key file reload it: they encrypt with the new key, and
//! decrypt what others have encrypted with it. Keys from the environment are added by the operator, on every node, before
//! [`rotate`] encrypts with the first of them.

use crate::auth::one_time_secrets;
use crate::crypto::secret::Secret;
use crate::database::{Lock, execute, fetch_all, fetch_optional};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::api_keys;
use crate::integration::settings;
use crate::oauth1::consumers;
use crate::oauth1::request_tokens;
use crate::oauth1::tokens;
use crate::oauth2::refresh_token_context;
use crate::oauth2::signing_keys;
use domain::ids::{AccountId, ApiKeyId, ConsumerId, OneTimeSecretId, SessionId, TokenId};
use domain::oauth2::oauth_apps::SigningAlgorithm;
use std::path::Path;
use uuid::Uuid;

/// The number of values per transaction. Small batches keep other writers from waiting long.
const BATCH_ROWS: i64 = 200;

/// The encryption context of the value that [`check_master_key`] decrypts.
const CHECK_CONTEXT: &str = "master_key_checks/1";

/// Describes the result of a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// The number of values that were re-encrypted.
    pub reencrypted: u64,
    /// The number of keys. Everything is encrypted with the first.
    pub keys: usize,
}

/// Adds a new key in front of the others in the key file, then re-encrypts everything with it. If the keys come from the
/// environment, creates no key and re-encrypts everything with the first one.
///
/// Can be interrupted at any time and run again.
///
/// # Errors
/// Returns [`Error::Unavailable`] if the key file can't be written or a value is encrypted with an unknown key, and
/// database errors.
pub async fn rotate(portal: &Portal) -> Result<Rotation> {
    if let Some(file) = portal.keyring().file() {
        let mut tx = portal.begin().await?;
        tx.lock(Lock::Keys).await?;
        file.add_key()?;
        tx.commit().await?;
    }
    reencrypt(portal).await
}

/// Re-encrypts everything with the first key, then removes all other keys from the key file. Returns the number of
/// removed keys. Older backups still need them, so the operator should store them elsewhere.
///
/// # Errors
/// Returns [`Error::Conflict`] if the keys come from the environment, [`Error::Unavailable`] if the key file can't be
/// written, and database errors.
pub async fn remove_old_keys(portal: &Portal) -> Result<usize> {
    let file = portal.keyring().file().ok_or_else(|| {
        let message =
            "The master keys come from the environment. Rotate them, then remove the old keys from GATEHOUSE_MASTER_KEY.";
        Error::Conflict(message.to_owned())
    })?;
    let keys = reencrypt(portal).await?.keys;
    let mut tx = portal.begin().await?;
    tx.lock(Lock::Keys).await?;
    file.remove_old_keys()?;
    tx.commit().await?;
    portal.keyring().reload_if_changed()?;
    Ok(keys - portal.keyring().len())
}

/// Re-encrypts all values that are not encrypted with the first key, until none is left.
async fn reencrypt(portal: &Portal) -> Result<Rotation> {
    portal.keyring().reload_if_changed()?;
    let mut reencrypted = 0;
    loop {
        let touched = reencrypt_consumers(portal).await?
            + reencrypt_tokens(portal).await?
            + reencrypt_request_tokens(portal).await?
            + reencrypt_one_time_secrets(portal).await?
            + reencrypt_signing_keys(portal).await?
            + reencrypt_rsa_signing_keys(portal).await?
            + reencrypt_refresh_tokens(portal).await?
            + reencrypt_api_keys(portal).await?
            + reencrypt_dam_secrets(portal).await?;
        if touched == 0 {
            break;
        }
        reencrypted += touched;
    }
    // Last, so that a server that starts with only the new key too early fails its check.
    encrypt_check(portal).await?;
    Ok(Rotation {
        reencrypted,
        keys: portal.keyring().len(),
    })
}

/// Walks through a table by its key in batches. Skips values that changed after they were read: the change either
/// encrypted them with the first key or deleted them.
macro_rules! reencrypt_table {
    ($portal:expr, $row:ty, from $start:expr, $select:literal, $update:literal, $parts:expr) => {{
        let mut after = $start;
        let mut reencrypted = 0;
        loop {
            let mut db = $portal.read().await?;
            let rows = fetch_all!(&mut db, $row, $select, &after, BATCH_ROWS)?;
            drop(db);
            let rows: Vec<_> = rows.into_iter().map($parts).collect();
            let Some((last, _, _)) = rows.last() else { break };
            after = last.clone();
            let outdated: Vec<_> = rows
                .into_iter()
                .filter(|(_, _, sealed)| $portal.keyring().is_outdated(sealed))
                .collect();
            if outdated.is_empty() {
                continue;
            }
            let mut tx = $portal.begin().await?;
            for (key, context, sealed) in outdated {
                let new = $portal.encrypt(&context, &$portal.decrypt(&context, &sealed)?)?;
                reencrypted += execute!(&mut tx, $update, &key, new, sealed)?;
            }
            tx.commit().await?;
        }
        Ok(reencrypted)
    }};
}

async fn reencrypt_consumers(portal: &Portal) -> Result<u64> {
    reencrypt_table!(
        portal,
        (ConsumerId, Vec<u8>),
        from ConsumerId(Uuid::nil()),
        "select id, sealed_secret from consumers where id > $1 order by id limit $2",
        "update consumers set sealed_secret = $2 where id = $1 and sealed_secret = $3",
        |(id, sealed)| (id, consumers::context(id), sealed)
    )
}

async fn reencrypt_tokens(portal: &Portal) -> Result<u64> {
    reencrypt_table!(
        portal,
        (TokenId, Vec<u8>),
        from TokenId(Uuid::nil()),
        "select id, sealed_secret from tokens where id > $1 order by id limit $2",
        "update tokens set sealed_secret = $2 where id = $1 and sealed_secret = $3",
        |(id, sealed)| (id, tokens::context(id), sealed)
    )
}

async fn reencrypt_request_tokens(portal: &Portal) -> Result<u64> {
    reencrypt_table!(
        portal,
        (String, Vec<u8>),
        from String::new(),
        "select token, sealed_secret from request_tokens where token > $1 order by token limit $2",
        "update request_tokens set sealed_secret = $2 where token = $1 and sealed_secret = $3",
        |(token, sealed)| {
            let context = request_tokens::context(&token);
            (token, context, sealed)
        }
    )
}

async fn reencrypt_one_time_secrets(portal: &Portal) -> Result<u64> {
    reencrypt_table!(
        portal,
        (OneTimeSecretId, SessionId, Vec<u8>),
        from OneTimeSecretId(Uuid::nil()),
        "select id, session_id, sealed from reveals where id > $1 order by id limit $2",
        "update reveals set sealed = $2 where id = $1 and sealed = $3",
        |(id, session, sealed)| (id, one_time_secrets::context(id, session), sealed)
    )
}

async fn reencrypt_signing_keys(portal: &Portal) -> Result<u64> {
    reencrypt_table!(
        portal,
        (String, Vec<u8>),
        from String::new(),
        "select kid, sealed from signing_keys where kid > $1 order by kid limit $2",
        "update signing_keys set sealed = $2 where kid = $1 and sealed = $3",
        |(kid, sealed)| {
            let context = signing_keys::context(SigningAlgorithm::Es256, &kid);
            (kid, context, sealed)
        }
    )
}

async fn reencrypt_rsa_signing_keys(portal: &Portal) -> Result<u64> {
    reencrypt_table!(
        portal,
        (String, Vec<u8>),
        from String::new(),
        "select kid, sealed from rsa_signing_keys where kid > $1 order by kid limit $2",
        "update rsa_signing_keys set sealed = $2 where kid = $1 and sealed = $3",
        |(kid, sealed)| {
            let context = signing_keys::context(SigningAlgorithm::Rs256, &kid);
            (kid, context, sealed)
        }
    )
}

async fn reencrypt_refresh_tokens(portal: &Portal) -> Result<u64> {
    reencrypt_table!(
        portal,
        (Vec<u8>, Vec<u8>),
        from Vec::<u8>::new(),
        "select digest, sealed_successor from refresh_tokens
         where digest > $1 and sealed_successor is not null order by digest limit $2",
        "update refresh_tokens set sealed_successor = $2 where digest = $1 and sealed_successor = $3",
        |(digest, sealed)| {
            let context = refresh_token_context(&digest);
            (digest, context, sealed)
        }
    )
}

async fn reencrypt_api_keys(portal: &Portal) -> Result<u64> {
    reencrypt_table!(
        portal,
        (ApiKeyId, Vec<u8>),
        from ApiKeyId(Uuid::nil()),
        "select id, sealed from api_keys where id > $1 order by id limit $2",
        "update api_keys set sealed = $2 where id = $1 and sealed = $3",
        |(id, sealed)| (id, api_keys::context(id), sealed)
    )
}

async fn reencrypt_dam_secrets(portal: &Portal) -> Result<u64> {
    reencrypt_table!(
        portal,
        (AccountId, Vec<u8>),
        from AccountId(Uuid::nil()),
        "select account_id, sealed from dam_secrets where account_id > $1 order by account_id limit $2",
        "update dam_secrets set sealed = $2 where account_id = $1 and sealed = $3",
        |(account, sealed)| (account, settings::context(account), sealed)
    )
}

/// Checks at startup that the database was encrypted with one of the master keys.
///
/// # Errors
/// Returns [`Error::Unavailable`] with a message for the operator if it was not.
pub(crate) async fn check_master_key(portal: &Portal) -> Result<()> {
    let sealed = match find_check(portal).await? {
        Some(sealed) => sealed,
        None => {
            // A new database, which another process may be opening at the same time.
            encrypt_check(portal).await?;
            find_check(portal)
                .await?
                .ok_or_else(|| Error::internal("the master key check value is missing"))?
        }
    };
    if let Some(path) = portal.keyring().missing_file() {
        return Err(missing_key(path));
    }
    if portal.keyring().has_key_for(&sealed)? {
        portal.decrypt(CHECK_CONTEXT, &sealed)?;
        Ok(())
    } else {
        let remedy = "use the key file or GATEHOUSE_MASTER_KEY that belongs to this database";
        Err(Error::unavailable(
            "this database was encrypted with a different master key",
            remedy,
        ))
    }
}

fn missing_key(path: &Path) -> Error {
    let remedy = format!(
        "restore {}, or set GATEHOUSE_MASTER_KEY to its key: this database is encrypted with it",
        path.display()
    );
    Error::unavailable("the master key file is missing", remedy)
}

async fn find_check(portal: &Portal) -> Result<Option<Vec<u8>>> {
    let mut db = portal.read().await?;
    let row = fetch_optional!(&mut db, (Vec<u8>,), "select sealed from master_key_checks where id = 1")?;
    Ok(row.map(|(sealed,)| sealed))
}

/// Encrypts the check value with the first key if it is missing or encrypted with one of the other keys.
async fn encrypt_check(portal: &Portal) -> Result<()> {
    let mut tx = portal.begin().await?;
    tx.lock(Lock::Keys).await?;
    let stored = fetch_optional!(&mut tx, (Vec<u8>,), "select sealed from master_key_checks where id = 1")?;
    match portal.keyring().missing_file() {
        Some(path) if stored.is_some() => return Err(missing_key(path)),
        _ => portal.keyring().create_missing_file()?,
    }
    let sealed = portal.encrypt(CHECK_CONTEXT, &Secret::new("gatehouse".to_owned()))?;
    match stored {
        None => execute!(
            &mut tx,
            "insert into master_key_checks (id, sealed) values (1, $1)",
            sealed
        )?,
        Some((stored,)) if portal.keyring().is_outdated(&stored) => {
            portal.decrypt(CHECK_CONTEXT, &stored)?;
            execute!(&mut tx, "update master_key_checks set sealed = $1 where id = 1", sealed)?
        }
        Some(_) => 0,
    };
    tx.commit().await
}
