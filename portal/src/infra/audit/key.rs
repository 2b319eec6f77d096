//! The key of the audit log's HMACs.
//!
//! It is random, and stored encrypted with the master key: whoever can only read and write the database doesn't have it. A
//! rotation of the master key encrypts it anew and leaves it the same, so that old records can still be verified.

use crate::crypto::encrypted_column::{EncryptedColumn, RowContext};
use crate::crypto::secret;
use crate::database::{AsExecutor, execute, fetch_optional};
use crate::infra::audit::chain;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::infra::subject_state::SubjectState;
use aws_lc_rs::hmac;
use std::sync::OnceLock;

/// The primary key of the key.
const NAME: &str = "audit-log";

/// The key, once it was read.
#[derive(Default)]
struct LoadedKey(OnceLock<hmac::Key>);

/// Registers the state of this module.
pub(crate) fn register(subjects: &mut SubjectState) {
    subjects.insert(LoadedKey::default());
}

/// Creates the key and begins the chains of all accounts if it is missing, and reads it.
pub(crate) async fn ensure(portal: &Portal) -> Result<()> {
    let mut tx = portal.begin().await?;
    if find(&mut tx).await?.is_none() {
        let key = secret::new_secret();
        execute!(
            &mut tx,
            "insert into audit_keys (name, encrypted_key) values ($1, $2) on conflict (name) do nothing",
            NAME,
            portal.encrypt(&context(NAME), &key)?
        )?;
        chain::begin_chains(portal, &mut tx).await?;
    }
    // Another node may have inserted one at the same time.
    let encrypted = find(&mut tx)
        .await?
        .ok_or_else(|| Error::internal("the audit key is missing"))?;
    tx.commit().await?;
    let key = portal.decrypt(&context(NAME), &encrypted)?;
    let key = hmac::Key::new(hmac::HMAC_SHA256, key.expose().as_bytes());
    let _ = portal.state::<LoadedKey>().0.set(key);
    Ok(())
}

async fn find(db: &mut impl AsExecutor) -> Result<Option<Vec<u8>>> {
    let row = fetch_optional!(
        db,
        (Vec<u8>,),
        "select encrypted_key from audit_keys where name = $1",
        NAME
    )?;
    Ok(row.map(|(encrypted,)| encrypted))
}

/// Returns the key.
pub(super) fn get(portal: &Portal) -> Result<&hmac::Key> {
    let key = portal.state::<LoadedKey>().0.get();
    key.ok_or_else(|| Error::internal("the audit key is not loaded"))
}

/// The key.
pub(crate) const ENCRYPTED_COLUMN: EncryptedColumn = EncryptedColumn {
    table: "audit_keys",
    key: "name",
    value: "encrypted_key",
    context: RowContext::Text(context),
};

fn context(name: &str) -> String {
    format!("audit_keys/{name}")
}
