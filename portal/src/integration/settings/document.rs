//! The settings as they are kept: JSON by the names that connectors read.

use crate::database::{Connection, Transaction, fetch_optional, run};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::ids::AccountId;
use domain::integration::settings::Settings;

/// The settings that hold.
#[derive(Debug)]
pub(crate) struct Kept {
    pub revision: i64,
    pub settings: Settings,
}

/// What holds; for an account that nobody has configured, what holds by itself.
pub(crate) async fn read(db: &mut impl Connection, account: AccountId) -> Result<Kept> {
    let row = fetch_optional!(
        db,
        (i64, String),
        "select revision, document from settings where account_id = $1",
        account
    )?;
    match row {
        Some((revision, document)) => Ok(Kept {
            revision,
            settings: serde_json::from_str(&document).map_err(Error::internal)?,
        }),
        None => Ok(Kept {
            revision: 0,
            settings: Settings::default(),
        }),
    }
}

/// What holds, which nobody else changes until the end of the transaction.
pub(crate) async fn lock(portal: &Portal, tx: &mut Transaction, account: AccountId) -> Result<Kept> {
    let empty = text(&Settings::default())?;
    run!(
        tx,
        "insert into settings (account_id, revision, document, saved_at) values ($1, 0, $2, $3) on conflict do nothing",
        account,
        empty,
        portal.now()
    )?;
    // PostgreSQL locks what is written; SQLite has one writer.
    run!(
        tx,
        "update settings set revision = revision where account_id = $1",
        account
    )?;
    read(tx, account).await
}

pub(crate) async fn write(
    portal: &Portal,
    tx: &mut Transaction,
    account: AccountId,
    revision: i64,
    settings: &Settings,
) -> Result<()> {
    run!(
        tx,
        "update settings set revision = $2, document = $3, saved_at = $4 where account_id = $1",
        account,
        revision,
        text(settings)?,
        portal.now()
    )?;
    Ok(())
}

fn text(settings: &Settings) -> Result<String> {
    serde_json::to_string(settings).map_err(Error::internal)
}
