//! What the settings were, and who made them what they are.

use crate::auth::actor::Actor;
use crate::database::{Connection, Transaction, fetch_all, run};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::settings::connection::Checked;
use crate::integration::settings::document::{self, Kept};
use crate::integration::settings::{Merging, account};
use domain::ids::AccountId;
use domain::integration::settings::{Clash, Clashes, Difference, MAX_LISTED, Revision, Saved, Settings, unwound};
use domain::time::Timestamp;
use std::collections::HashSet;

/// How many revisions a page of the history has.
const PAGE: i64 = 25;

/// A page of the history, the newest revision first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The revisions.
    pub revisions: Vec<Revision>,
    /// Whether there are older ones.
    pub more: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    revision: i64,
    at: Timestamp,
    by_name: Option<String>,
    note: String,
    differences: String,
}

impl Row {
    fn read(self) -> Result<Revision> {
        let differences: Vec<Difference> = serde_json::from_str(&self.differences).map_err(Error::internal)?;
        Ok(Revision {
            revision: self.revision,
            at: self.at,
            by: self.by_name,
            note: self.note,
            total: differences.len(),
            differences,
        })
    }

    /// As a list shows it.
    fn read_listed(self) -> Result<Revision> {
        let mut revision = self.read()?;
        revision.differences.truncate(MAX_LISTED);
        Ok(revision)
    }
}

/// The revisions before `before`, or the newest.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn history(portal: &Portal, actor: &Actor, before: Option<i64>) -> Result<History> {
    let account = account(actor)?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        Row,
        "select r.revision, r.at, u.name as by_name, r.note, r.differences
         from settings_revisions r left join users u on u.id = r.user_id
         where r.account_id = $1 and r.revision < $2 order by r.revision desc limit $3",
        account,
        before.unwrap_or(i64::MAX),
        PAGE + 1
    )?;
    let more = rows.len() > PAGE as usize;
    let revisions = rows
        .into_iter()
        .take(PAGE as usize)
        .map(Row::read_listed)
        .collect::<Result<_>>()?;
    Ok(History { revisions, more })
}

/// The settings as they were in a revision.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::NotFound`] for a revision that never was.
pub async fn at(portal: &Portal, actor: &Actor, revision: i64) -> Result<Settings> {
    let account = account(actor)?;
    let mut db = portal.read().await?;
    let kept = document::read(&mut db, account).await?;
    unwind(&mut db, account, &kept, revision).await
}

/// Makes the settings what they were in `revision`, by a new revision. The client secret stays what it is.
///
/// # Errors
/// As [`save`](crate::integration::settings::save).
pub async fn restore(portal: &Portal, actor: &Actor, base: i64, revision: i64) -> Result<Saved> {
    let account = account(actor)?;
    let mut tx = portal.begin().await?;
    let kept = document::lock(portal, &mut tx, account).await?;
    let then = unwind(&mut tx, account, &kept, base).await?;
    let mine = unwind(&mut tx, account, &kept, revision).await?;
    let change = Merging {
        base,
        then: &then,
        mine: &mine,
        note: &format!("Restored revision {revision}"),
    };
    change.save(portal, tx, actor, kept, Checked::keep()).await
}

/// Takes back what one revision changed, and nothing that came after it.
///
/// # Errors
/// As [`save`](crate::integration::settings::save).
pub async fn undo(portal: &Portal, actor: &Actor, revision: i64) -> Result<Saved> {
    let account = account(actor)?;
    let mut tx = portal.begin().await?;
    let kept = document::lock(portal, &mut tx, account).await?;
    let then = unwind(&mut tx, account, &kept, revision).await?;
    let mine = unwind(&mut tx, account, &kept, revision - 1).await?;
    let change = Merging {
        base: revision,
        then: &then,
        mine: &mine,
        note: &format!("Took back revision {revision}"),
    };
    change.save(portal, tx, actor, kept, Checked::keep()).await
}

/// What was changed after `revision`, the newest first.
async fn since(db: &mut impl Connection, account: AccountId, revision: i64) -> Result<Vec<Revision>> {
    let rows = fetch_all!(
        db,
        Row,
        "select r.revision, r.at, u.name as by_name, r.note, r.differences
         from settings_revisions r left join users u on u.id = r.user_id
         where r.account_id = $1 and r.revision > $2 order by r.revision desc",
        account,
        revision
    )?;
    rows.into_iter().map(Row::read).collect()
}

/// The settings as they were in a revision.
pub(crate) async fn unwind(
    db: &mut impl Connection,
    account: AccountId,
    kept: &Kept,
    revision: i64,
) -> Result<Settings> {
    if !(0..=kept.revision).contains(&revision) {
        return Err(Error::NotFound("revision"));
    }
    let mut settings = kept.settings.clone();
    for newer in since(db, account, revision).await? {
        settings = unwound(&settings, &newer.differences);
    }
    Ok(settings)
}

/// Who made the last of the changes that stand in the way.
pub(crate) async fn blame(
    db: &mut impl Connection,
    account: AccountId,
    kept: &Kept,
    base: i64,
    found: Vec<Clash>,
) -> Result<Clashes> {
    let newer = since(db, account, base).await?;
    let places: HashSet<_> = found
        .iter()
        .map(|clash| (clash.place.key(), clash.place.member))
        .collect();
    let stands_in_the_way = |revision: &&Revision| {
        let mut changes = revision.differences.iter();
        changes.any(|change| places.contains(&(change.place.key(), change.place.member)))
    };
    let last = newer.iter().find(stands_in_the_way).or(newer.first());
    let (by, at) = last.map_or((None, Timestamp(0)), |revision| (revision.by.clone(), revision.at));
    Ok(Clashes {
        revision: kept.revision,
        by,
        at,
        clashes: found,
    })
}

pub(crate) async fn insert(
    portal: &Portal,
    tx: &mut Transaction,
    actor: &Actor,
    revision: i64,
    note: &str,
    differences: &[Difference],
) -> Result<()> {
    run!(
        tx,
        "insert into settings_revisions (account_id, revision, at, user_id, note, differences)
         values ($1, $2, $3, $4, $5, $6)",
        actor.account(),
        revision,
        portal.now(),
        actor.user_id(),
        note,
        serde_json::to_string(differences).map_err(Error::internal)?
    )?;
    Ok(())
}
