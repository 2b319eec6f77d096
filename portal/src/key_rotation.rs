//! Changing the master key while servers run.
//!
//! [`rotate`] puts a new key in front of the others and seals every kept value again under it; [`drop_old`] then takes
//! the other keys away. Servers that read the same key file follow it by themselves: what they seal next is sealed under
//! the new key, and what another has sealed under it they open. Keys from the environment are for the operator to add,
//! to every node, before [`rotate`] seals under the first of them.

use crate::auth::one_time_secrets;
use crate::crypto::secret::Secret;
use crate::database::{Lock, fetch_all, fetch_optional, run};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::api_keys;
use crate::integration::settings;
use crate::oauth1::consumers;
use crate::oauth1::request_tokens;
use crate::oauth1::tokens;
use crate::oauth2::refresh_token_context;
use crate::oauth2::signing_keys;
use domain::ids::{AccountId, ApiKeyId, ConsumerId, RevealId, SessionId, TokenId};
use domain::oauth2::oauth_apps::SigningAlgorithm;
use std::path::Path;
use uuid::Uuid;

/// How many values share a transaction, so that nobody waits long for it.
const BATCH: i64 = 200;

/// What the value that is only there to be checked is sealed for.
const CHECK: &str = "master_key_checks/1";

/// What a rotation has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// How many values were sealed again.
    pub resealed: u64,
    /// How many keys there are now, the first of which sealed everything.
    pub keys: usize,
}

/// Puts a new key in front of the others in the key file, then seals everything again under it. Where the keys come from
/// the environment, none is made: everything is sealed again under the first that was given.
///
/// May be ended at any moment and run again.
///
/// # Errors
/// [`Error::Unavailable`] when the key file cannot be written or a value is sealed under a key that is not there, and
/// those of the database.
pub async fn rotate(portal: &Portal) -> Result<Rotation> {
    if let Some(file) = portal.keyring().file() {
        let mut tx = portal.begin().await?;
        tx.lock(Lock::Keys).await?;
        file.add_key()?;
        tx.commit().await?;
    }
    reseal(portal).await
}

/// Takes all keys but the first out of the key file, once nothing is sealed under them; gives how many. A backup from
/// before needs them, so it is for the operator to keep them elsewhere.
///
/// # Errors
/// [`Error::Conflict`] where the keys come from the environment, [`Error::Unavailable`] when the key file cannot be
/// written, and those of the database.
pub async fn drop_old(portal: &Portal) -> Result<usize> {
    let file = portal.keyring().file().ok_or_else(|| {
        let sentence =
            "The master keys come from the environment: seal everything again, then take the older keys out of it.";
        Error::Conflict(sentence.to_owned())
    })?;
    let keys = reseal(portal).await?.keys;
    let mut tx = portal.begin().await?;
    tx.lock(Lock::Keys).await?;
    file.keep_first()?;
    tx.commit().await?;
    portal.keyring().follow_file()?;
    Ok(keys - portal.keyring().len())
}

/// Seals again what is not sealed under the first key, until there is nothing left to do.
async fn reseal(portal: &Portal) -> Result<Rotation> {
    portal.keyring().follow_file()?;
    let mut resealed = 0;
    loop {
        let touched = consumers(portal).await?
            + tokens(portal).await?
            + request_tokens(portal).await?
            + reveals(portal).await?
            + signing_keys(portal).await?
            + rsa_signing_keys(portal).await?
            + refresh_tokens(portal).await?
            + api_keys(portal).await?
            + dam_secrets(portal).await?;
        if touched == 0 {
            break;
        }
        resealed += touched;
    }
    // Last, so that whoever starts with the new key alone before all is done is told.
    seal_check(portal).await?;
    Ok(Rotation {
        resealed,
        keys: portal.keyring().len(),
    })
}

/// Goes through a table by its key, batch by batch. A value that has changed since it was read is left alone: whoever
/// changed it sealed it under the first key, or destroyed it.
macro_rules! reseal_table {
    ($portal:expr, $row:ty, from $start:expr, $select:literal, $update:literal, $parts:expr) => {{
        let mut after = $start;
        let mut resealed = 0;
        loop {
            let mut db = $portal.read().await?;
            let rows = fetch_all!(&mut db, $row, $select, &after, BATCH)?;
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
                let again = $portal.seal(&context, &$portal.unseal(&context, &sealed)?)?;
                resealed += run!(&mut tx, $update, &key, again, sealed)?;
            }
            tx.commit().await?;
        }
        Ok(resealed)
    }};
}

async fn consumers(portal: &Portal) -> Result<u64> {
    reseal_table!(
        portal,
        (ConsumerId, Vec<u8>),
        from ConsumerId(Uuid::nil()),
        "select id, sealed_secret from consumers where id > $1 order by id limit $2",
        "update consumers set sealed_secret = $2 where id = $1 and sealed_secret = $3",
        |(id, sealed)| (id, consumers::context(id), sealed)
    )
}

async fn tokens(portal: &Portal) -> Result<u64> {
    reseal_table!(
        portal,
        (TokenId, Vec<u8>),
        from TokenId(Uuid::nil()),
        "select id, sealed_secret from tokens where id > $1 order by id limit $2",
        "update tokens set sealed_secret = $2 where id = $1 and sealed_secret = $3",
        |(id, sealed)| (id, tokens::context(id), sealed)
    )
}

async fn request_tokens(portal: &Portal) -> Result<u64> {
    reseal_table!(
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

async fn reveals(portal: &Portal) -> Result<u64> {
    reseal_table!(
        portal,
        (RevealId, SessionId, Vec<u8>),
        from RevealId(Uuid::nil()),
        "select id, session_id, sealed from reveals where id > $1 order by id limit $2",
        "update reveals set sealed = $2 where id = $1 and sealed = $3",
        |(id, session, sealed)| (id, one_time_secrets::context(id, session), sealed)
    )
}

async fn signing_keys(portal: &Portal) -> Result<u64> {
    reseal_table!(
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

async fn rsa_signing_keys(portal: &Portal) -> Result<u64> {
    reseal_table!(
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

async fn refresh_tokens(portal: &Portal) -> Result<u64> {
    reseal_table!(
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

async fn api_keys(portal: &Portal) -> Result<u64> {
    reseal_table!(
        portal,
        (ApiKeyId, Vec<u8>),
        from ApiKeyId(Uuid::nil()),
        "select id, sealed from api_keys where id > $1 order by id limit $2",
        "update api_keys set sealed = $2 where id = $1 and sealed = $3",
        |(id, sealed)| (id, api_keys::context(id), sealed)
    )
}

async fn dam_secrets(portal: &Portal) -> Result<u64> {
    reseal_table!(
        portal,
        (AccountId, Vec<u8>),
        from AccountId(Uuid::nil()),
        "select account_id, sealed from dam_secrets where account_id > $1 order by account_id limit $2",
        "update dam_secrets set sealed = $2 where account_id = $1 and sealed = $3",
        |(account, sealed)| (account, settings::context(account), sealed)
    )
}

/// Refuses a database that was sealed under another master key, at the start rather than at the first secret.
///
/// # Errors
/// [`Error::Unavailable`] with a sentence for the operator.
pub(crate) async fn check(portal: &Portal) -> Result<()> {
    let sealed = match find_check(portal).await? {
        Some(sealed) => sealed,
        None => {
            // A new database, perhaps to another process as well.
            seal_check(portal).await?;
            find_check(portal)
                .await?
                .ok_or_else(|| Error::internal("the master key's check was not kept"))?
        }
    };
    if let Some(path) = portal.keyring().missing_file() {
        return Err(missing_key(path));
    }
    if portal.keyring().knows_key_of(&sealed)? {
        portal.unseal(CHECK, &sealed)?;
        Ok(())
    } else {
        let remedy = "give the key file or the GATEHOUSE_MASTER_KEY that it was in use with";
        Err(Error::unavailable(
            "this database was sealed under another master key",
            remedy,
        ))
    }
}

fn missing_key(path: &Path) -> Error {
    let remedy = format!(
        "put {} back, or set GATEHOUSE_MASTER_KEY: this database was sealed with it",
        path.display()
    );
    Error::unavailable("the master key file is missing", remedy)
}

async fn find_check(portal: &Portal) -> Result<Option<Vec<u8>>> {
    let mut db = portal.read().await?;
    let row = fetch_optional!(&mut db, (Vec<u8>,), "select sealed from master_key_checks where id = 1")?;
    Ok(row.map(|(sealed,)| sealed))
}

/// Seals the value that is checked under the first key, where it is missing or one of the other keys opens it.
async fn seal_check(portal: &Portal) -> Result<()> {
    let mut tx = portal.begin().await?;
    tx.lock(Lock::Keys).await?;
    let kept = fetch_optional!(&mut tx, (Vec<u8>,), "select sealed from master_key_checks where id = 1")?;
    match portal.keyring().missing_file() {
        Some(path) if kept.is_some() => return Err(missing_key(path)),
        _ => portal.keyring().create_missing_file()?,
    }
    let sealed = portal.seal(CHECK, &Secret::new("gatehouse".to_owned()))?;
    match kept {
        None => run!(
            &mut tx,
            "insert into master_key_checks (id, sealed) values (1, $1)",
            sealed
        )?,
        Some((kept,)) if portal.keyring().is_outdated(&kept) => {
            portal.unseal(CHECK, &kept)?;
            run!(&mut tx, "update master_key_checks set sealed = $1 where id = 1", sealed)?
        }
        Some(_) => 0,
    };
    tx.commit().await
}
