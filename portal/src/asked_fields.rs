//! Fields that connectors have asked for and nobody has configured, to be offered.

use crate::actor::Actor;
use crate::database::{fetch_all, fetch_one, run};
use crate::error::Result;
use crate::portal::Portal;
use crate::settings;
use domain::fields::name_key;
use domain::ids::AccountId;
use domain::settings::MAX_FIELD;
use std::time::Duration;

/// The most that are kept for an account.
const MAX: i64 = 1_000;

/// How many are offered.
const OFFERED: i64 = 50;

/// After how long a field that nobody asks for any more is offered no more.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);

/// The fields, those last asked for first.
///
/// # Errors
/// [`Error::Forbidden`](crate::Error::Forbidden) without Manage integration.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<String>> {
    let account = settings::account(actor)?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        (String,),
        "select field from asked_fields where account_id = $1 order by asked_at desc, name_key limit $2",
        account,
        OFFERED
    )?;
    Ok(rows.into_iter().map(|(field,)| field).collect())
}

/// Notes that a connector has asked for a field, as long as it is remembered that it has been noted.
pub(crate) async fn note(portal: &Portal, account: AccountId, field: &str) -> Result<()> {
    let tidy = field.split_whitespace().collect::<Vec<_>>().join(" ");
    if tidy.is_empty() || tidy.chars().count() > MAX_FIELD || tidy.chars().any(char::is_control) {
        return Ok(());
    }
    let key = (account, name_key(&tidy));
    let caches = portal.caches();
    let generation = caches.generation();
    if caches.asked_fields.get(generation, &key).is_some() {
        return Ok(());
    }
    let mut tx = portal.begin_lightly().await?;
    let touched = run!(
        &mut tx,
        "update asked_fields set asked_at = $3 where account_id = $1 and name_key = $2",
        account,
        &key.1,
        portal.now()
    )?;
    if touched == 0 {
        let (count,) = fetch_one!(
            &mut tx,
            (i64,),
            "select count(*) from asked_fields where account_id = $1",
            account
        )?;
        if count < MAX {
            run!(
                &mut tx,
                "insert into asked_fields (account_id, name_key, field, asked_at) values ($1, $2, $3, $4)
                 on conflict do nothing",
                account,
                &key.1,
                &tidy,
                portal.now()
            )?;
        }
    }
    tx.commit().await?;
    caches.asked_fields.put(generation, key, ());
    Ok(())
}

/// Deletes what nobody has asked for in a long while.
pub(crate) async fn prune(portal: &Portal, tx: &mut crate::database::Transaction) -> Result<()> {
    run!(tx, "delete from asked_fields where asked_at < $1", portal.ago(KEPT))?;
    Ok(())
}
