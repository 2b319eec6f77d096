//! Rotates the master key while servers run.
//!
//! [`rotate`] adds a new key in front of the others and re-encrypts every stored value with it; [`remove_old_keys`] then
//! removes the other keys. Running servers that use the same key file reload it: they encrypt with the new key, and
//! decrypt what others have encrypted with it. Keys from the environment are added by the operator, on every node, before
//! [`rotate`] encrypts with the first of them.

use crate::crypto::encrypted_column::{EncryptedColumn, RowContext};
use crate::crypto::secret::Secret;
use crate::database::{Lock, execute, fetch_all, fetch_optional};
use crate::infra::audit;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::{auth, integration, mail, oauth1, oauth2};
use sqlx::AssertSqlSafe;
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

/// Returns the encrypted columns of all subjects.
fn encrypted_columns() -> Vec<EncryptedColumn> {
    let mut columns = Vec::new();
    columns.extend(audit::encrypted_columns());
    columns.extend(auth::encrypted_columns());
    columns.extend(oauth1::encrypted_columns());
    columns.extend(oauth2::encrypted_columns());
    columns.extend(integration::encrypted_columns());
    columns.extend(mail::encrypted_columns());
    columns
}

/// Re-encrypts all values that are not encrypted with the first key, until none is left.
async fn reencrypt(portal: &Portal) -> Result<Rotation> {
    portal.keyring().reload_if_changed()?;
    let mut reencrypted = 0;
    loop {
        let mut touched = 0;
        for column in encrypted_columns() {
            touched += reencrypt_column(portal, column).await?;
        }
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

/// Walks through the rows of a column by their key in batches. Skips values that changed after they were read: the change
/// either encrypted them with the first key or deleted them.
macro_rules! reencrypt_rows {
    ($portal:expr, $column:expr, $row:ty, from $start:expr, $parts:expr) => {{
        let (select, update) = ($column.select_statement(), $column.update_statement());
        let mut after = $start;
        let mut reencrypted = 0;
        loop {
            let mut db = $portal.read().await?;
            let rows = fetch_all!(&mut db, $row, AssertSqlSafe(select.as_str()), &after, BATCH_ROWS)?;
            drop(db);
            let rows: Vec<_> = rows.into_iter().map($parts).collect();
            let Some((last, _, _)) = rows.last() else { break };
            after = last.clone();
            let outdated: Vec<_> = rows
                .into_iter()
                .filter(|(_, _, encrypted)| $portal.keyring().is_outdated(encrypted))
                .collect();
            if outdated.is_empty() {
                continue;
            }
            let mut tx = $portal.begin().await?;
            for (key, context, encrypted) in outdated {
                let new = $portal.encrypt(&context, &$portal.decrypt(&context, &encrypted)?)?;
                reencrypted += execute!(&mut tx, AssertSqlSafe(update.as_str()), &key, new, encrypted)?;
            }
            tx.commit().await?;
        }
        Ok(reencrypted)
    }};
}

/// Re-encrypts all values of a column that are not encrypted with the first key. Returns their number.
async fn reencrypt_column(portal: &Portal, column: EncryptedColumn) -> Result<u64> {
    match column.context {
        RowContext::Id(context) => {
            reencrypt_rows!(portal, column, (Uuid, Vec<u8>), from Uuid::nil(), |(id, encrypted)| {
                (id, context(id), encrypted)
            })
        }
        RowContext::IdWith(_, context) => {
            reencrypt_rows!(portal, column, (Uuid, Uuid, Vec<u8>), from Uuid::nil(), |(id, other, encrypted)| {
                (id, context(id, other), encrypted)
            })
        }
        RowContext::Text(context) => {
            reencrypt_rows!(portal, column, (String, Vec<u8>), from String::new(), |(key, encrypted)| {
                let context = context(&key);
                (key, context, encrypted)
            })
        }
        RowContext::Bytes(context) => {
            reencrypt_rows!(portal, column, (Vec<u8>, Vec<u8>), from Vec::<u8>::new(), |(key, encrypted)| {
                let context = context(&key);
                (key, context, encrypted)
            })
        }
    }
}

/// Checks at startup that the database was encrypted with one of the master keys.
///
/// # Errors
/// Returns [`Error::Unavailable`] with a message for the operator if it was not.
pub(crate) async fn check_master_key(portal: &Portal) -> Result<()> {
    let encrypted = match find_check(portal).await? {
        Some(encrypted) => encrypted,
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
    if portal.keyring().has_key_for(&encrypted)? {
        portal.decrypt(CHECK_CONTEXT, &encrypted)?;
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
    let row = fetch_optional!(
        &mut db,
        (Vec<u8>,),
        "select encrypted_value from master_key_checks where id = 1"
    )?;
    Ok(row.map(|(encrypted,)| encrypted))
}

/// Encrypts the check value with the first key if it is missing or encrypted with one of the other keys.
async fn encrypt_check(portal: &Portal) -> Result<()> {
    let mut tx = portal.begin().await?;
    tx.lock(Lock::Keys).await?;
    let stored = fetch_optional!(
        &mut tx,
        (Vec<u8>,),
        "select encrypted_value from master_key_checks where id = 1"
    )?;
    match portal.keyring().missing_file() {
        Some(path) if stored.is_some() => return Err(missing_key(path)),
        _ => portal.keyring().create_missing_file()?,
    }
    let encrypted = portal.encrypt(CHECK_CONTEXT, &Secret::new("gatehouse".to_owned()))?;
    match stored {
        None => execute!(
            &mut tx,
            "insert into master_key_checks (id, encrypted_value) values (1, $1)",
            encrypted
        )?,
        Some((stored,)) if portal.keyring().is_outdated(&stored) => {
            portal.decrypt(CHECK_CONTEXT, &stored)?;
            execute!(
                &mut tx,
                "update master_key_checks set encrypted_value = $1 where id = 1",
                encrypted
            )?
        }
        Some(_) => 0,
    };
    tx.commit().await
}

#[cfg(test)]
mod tests {
    use super::encrypted_columns;
    use crate::crypto::encrypted_column::EncryptedColumn;
    use rstest::rstest;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;
    use testing::{Engine, TestPortal};

    #[rstest]
    #[tokio::test]
    async fn every_rotation_statement_is_valid(#[values(Engine::Sqlite, Engine::Postgres)] engine: Engine) {
        let test = TestPortal::start(engine).await;
        let columns = encrypted_columns();
        let mut statements: Vec<String> = columns.iter().map(EncryptedColumn::select_statement).collect();
        statements.extend(columns.iter().map(EncryptedColumn::update_statement));
        assert_eq!(test.invalid_statements(&statements).await, Vec::<String>::new());
    }

    #[test]
    fn every_encrypted_column_is_declared_by_a_subject() {
        let mut encrypted = BTreeSet::new();
        let migrations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations/postgres");
        for entry in fs::read_dir(migrations).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let mut table = "";
            for line in text.lines().map(str::trim) {
                if let Some(rest) = line.strip_prefix("create table ") {
                    table = rest.split(' ').next().unwrap();
                }
                if line.starts_with("encrypted_") {
                    encrypted.insert(format!("{table}.{}", line.split(' ').next().unwrap()));
                }
            }
        }
        // The check value, which a rotation re-encrypts last.
        assert!(encrypted.remove("master_key_checks.encrypted_value"));
        let declared: BTreeSet<_> = encrypted_columns()
            .iter()
            .map(|column| format!("{}.{}", column.table, column.value))
            .collect();
        assert_eq!(declared, encrypted);
    }
}
