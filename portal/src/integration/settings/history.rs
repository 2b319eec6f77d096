//! Implements the history of the settings: listing, restoring and undoing revisions.

use crate::database::{AsExecutor, Transaction, execute, fetch_all};
use crate::infra::actor::Actor;
use crate::infra::audit::SettingsSource;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::settings::connection::ValidatedSecretChange;
use crate::integration::settings::document::{self, CurrentSettings};
use crate::integration::settings::listeners::read_revision;
use crate::integration::settings::{PendingSave, authorize};
use domain::ids::AccountId;
use domain::integration::settings::{
    Conflict, Conflicts, Difference, MAX_LISTED_CHANGES, Revision, Saved, Settings, revert,
};
use domain::time::Timestamp;
use std::collections::HashSet;

/// The number of revisions on a page of the history.
const PAGE_ROWS: i64 = 25;

/// Holds a page of the history, newest revision first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The revisions.
    pub revisions: Vec<Revision>,
    /// Whether there are older revisions.
    pub more: bool,
    /// The number of the newest revision of all pages; 0 for an account without saved settings.
    pub newest: i64,
}

/// The columns of a listed revision.
#[derive(sqlx::FromRow)]
struct ListedRow {
    revision: i64,
    at: Timestamp,
    by_name: Option<String>,
    note: String,
    differences: String,
    total: Option<i64>,
}

impl ListedRow {
    fn read(self) -> Result<Revision> {
        let mut differences = from_json(&self.differences)?;
        let total = self.total.and_then(|total| usize::try_from(total).ok());
        let total = total.unwrap_or(differences.len());
        differences.truncate(MAX_LISTED_CHANGES);
        Ok(Revision {
            revision: self.revision,
            at: self.at,
            by: self.by_name,
            note: self.note,
            differences,
            total,
        })
    }
}

/// All changes of a revision, and who made them.
struct RevisionChanges {
    by: Option<String>,
    at: Timestamp,
    differences: Vec<Difference>,
}

/// Returns the revisions before `before`, or the newest ones.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn history(portal: &Portal, actor: &Actor, before: Option<i64>) -> Result<History> {
    let account = authorize(actor)?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        ListedRow,
        "select r.revision, r.at, u.name as by_name, r.note, r.differences, r.total
         from settings_revisions r left join users u on u.id = r.user_id
         where r.account_id = $1 and r.revision < $2 order by r.revision desc limit $3",
        account,
        before.unwrap_or(i64::MAX),
        PAGE_ROWS + 1
    )?;
    let has_more = rows.len() > PAGE_ROWS as usize;
    let revisions = rows
        .into_iter()
        .take(PAGE_ROWS as usize)
        .map(ListedRow::read)
        .collect::<Result<_>>()?;
    Ok(History {
        revisions,
        more: has_more,
        newest: read_revision(&mut db, account).await?,
    })
}

/// Returns the settings of a revision.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::NotFound`] for an unknown revision.
pub async fn at_revision(portal: &Portal, actor: &Actor, revision: i64) -> Result<Settings> {
    let account = authorize(actor)?;
    let mut db = portal.read().await?;
    let current = document::read(&mut db, account).await?;
    settings_at(&mut db, account, &current, revision).await
}

/// Restores the settings of `revision` as a new revision. The client secret isn't changed.
///
/// # Errors
/// As [`save`](crate::integration::settings::save).
pub async fn restore(portal: &Portal, actor: &Actor, base: i64, revision: i64) -> Result<Saved> {
    let account = authorize(actor)?;
    let mut change = portal.begin_change(actor).await?;
    let current = document::lock(portal, &mut change, account).await?;
    let base_settings = settings_at(&mut change, account, &current, base).await?;
    let ours = settings_at(&mut change, account, &current, revision).await?;
    let pending = PendingSave {
        base,
        base_settings: &base_settings,
        ours: &ours,
        source: SettingsSource::Restored(revision),
    };
    pending
        .save(portal, actor, change, current, ValidatedSecretChange::keep())
        .await
}

/// Undoes the changes of one revision. Later changes are kept.
///
/// # Errors
/// As [`save`](crate::integration::settings::save).
pub async fn undo(portal: &Portal, actor: &Actor, revision: i64) -> Result<Saved> {
    let account = authorize(actor)?;
    let mut change = portal.begin_change(actor).await?;
    let current = document::lock(portal, &mut change, account).await?;
    let base_settings = settings_at(&mut change, account, &current, revision).await?;
    let ours = settings_at(&mut change, account, &current, revision - 1).await?;
    let pending = PendingSave {
        base: revision,
        base_settings: &base_settings,
        ours: &ours,
        source: SettingsSource::Undone(revision),
    };
    pending
        .save(portal, actor, change, current, ValidatedSecretChange::keep())
        .await
}

/// Returns the changes of the revisions after `revision`, newest first.
async fn changes_since(db: &mut impl AsExecutor, account: AccountId, revision: i64) -> Result<Vec<RevisionChanges>> {
    let rows = fetch_all!(
        db,
        (Option<String>, Timestamp, String, Option<String>),
        "select u.name, r.at, r.differences, r.more_differences
         from settings_revisions r left join users u on u.id = r.user_id
         where r.account_id = $1 and r.revision > $2 order by r.revision desc",
        account,
        revision
    )?;
    let read = |(by, at, first, more): (_, _, String, Option<String>)| -> Result<RevisionChanges> {
        let mut differences = from_json(&first)?;
        if let Some(more) = more {
            differences.append(&mut from_json(&more)?);
        }
        Ok(RevisionChanges { by, at, differences })
    };
    rows.into_iter().map(read).collect()
}

fn from_json(differences: &str) -> Result<Vec<Difference>> {
    serde_json::from_str(differences).map_err(Error::internal)
}

fn to_json(differences: &[Difference]) -> Result<String> {
    serde_json::to_string(differences).map_err(Error::internal)
}

/// Returns the settings of a revision.
pub(crate) async fn settings_at(
    db: &mut impl AsExecutor,
    account: AccountId,
    current: &CurrentSettings,
    revision: i64,
) -> Result<Settings> {
    if !(0..=current.revision).contains(&revision) {
        return Err(Error::NotFound("revision"));
    }
    let mut settings = current.settings.clone();
    for newer in changes_since(db, account, revision).await? {
        settings = revert(&settings, &newer.differences);
    }
    Ok(settings)
}

/// Adds to conflicts who made the latest conflicting change, and when.
pub(crate) async fn attribute_conflicts(
    db: &mut impl AsExecutor,
    account: AccountId,
    current: &CurrentSettings,
    base: i64,
    conflicts: Vec<Conflict>,
) -> Result<Conflicts> {
    let newer = changes_since(db, account, base).await?;
    let paths: HashSet<_> = conflicts
        .iter()
        .map(|conflict| (conflict.path.field_key(), conflict.path.key))
        .collect();
    let is_conflicting = |revision: &&RevisionChanges| {
        let mut changes = revision.differences.iter();
        changes.any(|change| paths.contains(&(change.path.field_key(), change.path.key)))
    };
    let last = newer.iter().find(is_conflicting).or(newer.first());
    let (by, at) = last.map_or((None, Timestamp(0)), |revision| (revision.by.clone(), revision.at));
    Ok(Conflicts {
        revision: current.revision,
        by,
        at,
        conflicts,
    })
}

pub(crate) async fn insert(
    portal: &Portal,
    tx: &mut Transaction,
    actor: &Actor,
    revision: i64,
    source: SettingsSource,
    differences: &[Difference],
) -> Result<()> {
    let (first, more) = differences.split_at(differences.len().min(MAX_LISTED_CHANGES));
    execute!(
        tx,
        "insert into settings_revisions (account_id, revision, at, user_id, note, differences, total, more_differences)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        actor.account(),
        revision,
        portal.now(),
        actor.user_id(),
        note(source),
        to_json(first)?,
        i64::try_from(differences.len()).map_err(Error::internal)?,
        (!more.is_empty()).then(|| to_json(more)).transpose()?
    )?;
    Ok(())
}

/// Returns the note of a revision; empty for a form.
fn note(source: SettingsSource) -> String {
    match source {
        SettingsSource::Form => String::new(),
        SettingsSource::File => "Applied a file".to_owned(),
        SettingsSource::Restored(revision) => format!("Restored revision {revision}"),
        SettingsSource::Undone(revision) => format!("Undid revision {revision}"),
    }
}
