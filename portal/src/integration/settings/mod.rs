//! Manages the settings of the Integration section: one document per account, where each save creates a revision.

mod connection;
mod document;
pub mod file;
mod history;
mod listeners;
mod published;
pub mod uploads;

pub use crate::integration::settings::connection::SecretChange;
pub(crate) use crate::integration::settings::connection::{ENCRYPTED_COLUMN, client_secret};
pub use crate::integration::settings::history::{History, at_revision, history, restore, undo};
pub use crate::integration::settings::listeners::{Listener, State, listen};
pub(crate) use crate::integration::settings::listeners::{Listeners, latest_revision};
pub(crate) use crate::integration::settings::published::SettingsCache;
pub use crate::integration::settings::published::{Published, published};

use crate::database::AsExecutor;
use crate::infra::actor::Actor;
use crate::infra::audit::{AuditEvent, SettingsSource};
use crate::infra::change::Change;
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::integration::requested_fields;
use crate::integration::settings::document::CurrentSettings;
use domain::accounts::rights::Right;
use domain::ids::AccountId;
use domain::integration::settings::{Conflicts, Edit, Saved, Settings, SettingsRevision, differences, merge, rebase};

/// Returns the actor's account if the actor has Manage integration.
pub(crate) fn authorize(actor: &Actor) -> Result<AccountId> {
    Ok(actor.require_right(Right::ManageIntegration)?.account())
}

/// Returns the account's settings.
///
/// # Errors
/// [`Error::Forbidden`](crate::Error::Forbidden) without Manage integration.
pub async fn get(portal: &Portal, actor: &Actor) -> Result<SettingsRevision> {
    let account = authorize(actor)?;
    let published = published(portal, account).await?;
    let mut db = portal.read().await?;
    let secret_set_at = connection::secret_set_at(&mut db, account).await?;
    Ok(SettingsRevision {
        revision: published.revision,
        settings: published.settings.clone(),
        secret_set_at,
    })
}

/// Describes the revision that an edit is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseRevision {
    /// The revision that the user saw.
    pub seen: i64,
    /// The later revision up to which the user has seen conflicting changes and chosen to overwrite them.
    pub overwrite: Option<i64>,
}

impl From<i64> for BaseRevision {
    fn from(seen: i64) -> Self {
        Self { seen, overwrite: None }
    }
}

/// Applies an edit based on revision `base` and creates a new revision, which reaches every listening connector within
/// a second. Changes that others have made since are kept unless they conflict.
///
/// # Errors
/// [`Error::Forbidden`](crate::Error::Forbidden) without Manage integration, [`Error::Invalid`](crate::Error::Invalid)
/// for an invalid field, by the form's names, [`Error::NotFound`](crate::Error::NotFound) for an unknown `base`.
pub async fn save(portal: &Portal, actor: &Actor, base: impl Into<BaseRevision>, edit: &Edit) -> Result<Saved> {
    save_with(portal, actor, base, edit, SecretChange::Keep).await
}

/// Saves like [`save`], and changes the DAM's client secret, which isn't part of any revision.
///
/// # Errors
/// As [`save`].
pub async fn save_with(
    portal: &Portal,
    actor: &Actor,
    base: impl Into<BaseRevision>,
    edit: &Edit,
    secret: SecretChange,
) -> Result<Saved> {
    let base = base.into();
    let account = authorize(actor)?;
    let secret = secret.validate(edit)?;
    let mut change = portal.begin_change(actor).await?;
    let current = document::lock(portal, &mut change, account).await?;
    let (base, base_settings, ours) = apply_edit(&mut change, account, &current, base, edit).await?;
    let source = match edit {
        Edit::Replace(_) => SettingsSource::File,
        _ => SettingsSource::Form,
    };
    let pending = PendingSave {
        base,
        base_settings: &base_settings,
        ours: &ours,
        source,
    };
    pending.save(portal, actor, change, current, secret).await
}

/// Returns the conflicts that [`save`] would report for the edit, if any.
///
/// # Errors
/// As [`save`].
pub async fn conflicts(
    portal: &Portal,
    actor: &Actor,
    base: impl Into<BaseRevision>,
    edit: &Edit,
) -> Result<Option<Conflicts>> {
    let account = authorize(actor)?;
    let mut db = portal.read().await?;
    let current = document::read(&mut db, account).await?;
    let (base, base_settings, ours) = apply_edit(&mut db, account, &current, base.into(), edit).await?;
    match merge(&base_settings, &current.settings, &ours) {
        Ok(_) => Ok(None),
        Err(conflicts) => Ok(Some(
            history::attribute_conflicts(&mut db, account, &current, base, conflicts).await?,
        )),
    }
}

/// Applies an edit. Returns its base revision, the settings in that revision, and the edited settings.
async fn apply_edit(
    db: &mut impl AsExecutor,
    account: AccountId,
    current: &CurrentSettings,
    base: BaseRevision,
    edit: &Edit,
) -> Result<(i64, Settings, Settings)> {
    let base_settings = history::settings_at(db, account, current, base.seen).await?;
    let mut ours = base_settings.clone();
    edit.apply(&mut ours)?;
    let Some(overwrite) = base.overwrite else {
        return Ok((base.seen, base_settings, ours));
    };
    let seen = history::settings_at(db, account, current, overwrite).await?;
    let rebased = rebase(&base_settings, &ours, &seen);
    Ok((overwrite, seen, rebased))
}

/// Holds an edit before it is saved.
struct PendingSave<'a> {
    /// The revision that the edit is based on.
    base: i64,
    /// The settings in that revision.
    base_settings: &'a Settings,
    /// The edited settings.
    ours: &'a Settings,
    /// Where the edit comes from.
    source: SettingsSource,
}

impl PendingSave<'_> {
    async fn save(
        self,
        portal: &Portal,
        actor: &Actor,
        mut change: Change<'_>,
        current: CurrentSettings,
        secret: connection::ValidatedSecretChange,
    ) -> Result<Saved> {
        let account = actor.account();
        let merged = match merge(self.base_settings, &current.settings, self.ours) {
            Ok(merged) => merged,
            Err(conflicts) => {
                let conflicts =
                    history::attribute_conflicts(&mut change, account, &current, self.base, conflicts).await?;
                return Ok(Saved::Conflict(conflicts));
            }
        };
        // Two changes may each be valid but not together: both may have added the last field that the limit allows.
        let merged = merged.validate()?;
        let mut changes = differences(&current.settings, &merged);
        changes.extend(connection::save_secret(portal, &mut change, actor, secret).await?);
        if changes.is_empty() {
            return Ok(Saved::Unchanged(current.revision));
        }
        let revision = current.revision + 1;
        document::write(portal, &mut change, account, revision, &merged).await?;
        history::insert(portal, &mut change, actor, revision, self.source, &changes).await?;
        requested_fields::remove_configured(&mut change, account, &changes).await?;
        let event = AuditEvent::SettingsSaved {
            revision,
            source: self.source,
            changed: changes.into_iter().map(|change| change.path).collect(),
        };
        change.commit(event).await?;
        Ok(Saved::New(revision))
    }
}
