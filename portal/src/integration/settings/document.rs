//! Stores the settings as JSON with the names that connectors read.

use crate::database::{AsExecutor, Transaction, execute, fetch_optional};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::ids::AccountId;
use domain::integration::settings::Settings;

/// Holds the current settings.
#[derive(Debug)]
pub(crate) struct CurrentSettings {
    pub revision: i64,
    pub settings: Settings,
}

/// Reads the current settings; the defaults for an account without saved settings.
pub(crate) async fn read(db: &mut impl AsExecutor, account: AccountId) -> Result<CurrentSettings> {
    let row = fetch_optional!(
        db,
        (i64, String),
        "select revision, document from settings where account_id = $1",
        account
    )?;
    match row {
        Some((revision, document)) => Ok(CurrentSettings {
            revision,
            settings: serde_json::from_str(&document).map_err(Error::internal)?,
        }),
        None => Ok(CurrentSettings {
            revision: 0,
            settings: Settings::default(),
        }),
    }
}

/// Reads the current settings and locks them until the end of the transaction.
pub(crate) async fn lock(portal: &Portal, tx: &mut Transaction, account: AccountId) -> Result<CurrentSettings> {
    let empty = to_json(&Settings::default())?;
    execute!(
        tx,
        "insert into settings (account_id, revision, document, saved_at) values ($1, 0, $2, $3) on conflict do nothing",
        account,
        empty,
        portal.now()
    )?;
    // PostgreSQL locks the written row; SQLite has a single writer.
    execute!(
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
    execute!(
        tx,
        "update settings set revision = $2, document = $3, saved_at = $4 where account_id = $1",
        account,
        revision,
        to_json(settings)?,
        portal.now()
    )?;
    Ok(())
}

fn to_json(settings: &Settings) -> Result<String> {
    serde_json::to_string(settings).map_err(Error::internal)
}
