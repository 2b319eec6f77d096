//! The settings of the Integration section: one document for an account, each save of which is a revision.

mod connection;
mod document;
pub mod file;
mod history;
mod listening;
mod published;
pub mod uploads;

pub use crate::integration::settings::connection::SecretChange;
pub(crate) use crate::integration::settings::connection::{client_secret, context};
pub use crate::integration::settings::history::{History, at, history, restore, undo};
pub use crate::integration::settings::listening::{Listener, State, listen};
pub(crate) use crate::integration::settings::listening::{Listeners, newest};
pub use crate::integration::settings::published::{Published, published};

use crate::auth::actor::Actor;
use crate::database::{Connection, Transaction};
use crate::infra::audit::{self, Change};
use crate::infra::error::Result;
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use crate::integration::requested_fields;
use crate::integration::settings::document::Kept;
use domain::accounts::rights::Right;
use domain::ids::AccountId;
use domain::integration::settings::{
    Clashes, Difference, Edit, Place, Revised, Saved, Settings, differences, merge, overlaid,
};

/// The account of an actor who may configure how its connectors work.
pub(crate) fn account(actor: &Actor) -> Result<AccountId> {
    Ok(actor.may(Right::ManageIntegration)?.account())
}

/// The account's settings.
///
/// # Errors
/// [`Error::Forbidden`](crate::Error::Forbidden) without Manage integration.
pub async fn get(portal: &Portal, actor: &Actor) -> Result<Revised> {
    let account = account(actor)?;
    let published = published(portal, account).await?;
    let mut db = portal.read().await?;
    let secret_set_at = crate::integration::settings::connection::secret_set_at(&mut db, account).await?;
    Ok(Revised {
        revision: published.revision,
        settings: published.settings.clone(),
        secret_set_at,
    })
}

/// What a change was made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// The revision that its person was shown.
    pub shown: i64,
    /// The later one up to which they have seen what others have made of the same, and keep their own.
    pub over: Option<i64>,
}

impl From<i64> for Base {
    fn from(shown: i64) -> Self {
        Self { shown, over: None }
    }
}

/// Makes a change to the settings as they were in revision `base`, and with it a new revision, which reaches every
/// listening connector within a second. What others have changed since then stays, unless it is the same thing.
///
/// # Errors
/// [`Error::Forbidden`](crate::Error::Forbidden) without Manage integration, [`Error::Invalid`](crate::Error::Invalid) for a field that does not hold what it must, by
/// the form's names, [`Error::NotFound`](crate::Error::NotFound) for a `base` that never was.
pub async fn save(portal: &Portal, actor: &Actor, base: impl Into<Base>, edit: &Edit) -> Result<Saved> {
    save_with(portal, actor, base, edit, SecretChange::Keep).await
}

/// As [`save`], with the DAM's client secret, which stands in no revision.
///
/// # Errors
/// As [`save`].
pub async fn save_with(
    portal: &Portal,
    actor: &Actor,
    base: impl Into<Base>,
    edit: &Edit,
    secret: SecretChange,
) -> Result<Saved> {
    let base = base.into();
    let account = account(actor)?;
    let secret = secret.checked(edit)?;
    let mut tx = portal.begin().await?;
    let kept = crate::integration::settings::document::lock(portal, &mut tx, account).await?;
    let (base, then, mine) = made(&mut tx, account, &kept, base, edit).await?;
    let note = match edit {
        Edit::Whole(_) => "Applied a file",
        _ => "",
    };
    let change = Merging {
        base,
        then: &then,
        mine: &mine,
        note,
    };
    change.save(portal, tx, actor, kept, secret).await
}

/// What others have changed since `base` that `edit` changes too, if anything: what [`save`] would answer.
///
/// # Errors
/// As [`save`].
pub async fn clashes(portal: &Portal, actor: &Actor, base: impl Into<Base>, edit: &Edit) -> Result<Option<Clashes>> {
    let account = account(actor)?;
    let mut db = portal.read().await?;
    let kept = crate::integration::settings::document::read(&mut db, account).await?;
    let (base, then, mine) = made(&mut db, account, &kept, base.into(), edit).await?;
    match merge(&then, &kept.settings, &mine) {
        Ok(_) => Ok(None),
        Err(clashes) => Ok(Some(
            crate::integration::settings::history::blame(&mut db, account, &kept, base, clashes).await?,
        )),
    }
}

/// A change by its revision, what the settings were then, and what they are to be.
async fn made(
    db: &mut impl Connection,
    account: AccountId,
    kept: &Kept,
    base: Base,
    edit: &Edit,
) -> Result<(i64, Settings, Settings)> {
    let then = crate::integration::settings::history::unwind(db, account, kept, base.shown).await?;
    let mut mine = then.clone();
    edit.apply(&mut mine)?;
    let Some(over) = base.over else {
        return Ok((base.shown, then, mine));
    };
    let seen = crate::integration::settings::history::unwind(db, account, kept, over).await?;
    let wanted = overlaid(&then, &mine, &seen);
    Ok((over, seen, wanted))
}

/// A change on its way to become a revision.
struct Merging<'a> {
    /// The revision that it was made from.
    base: i64,
    /// What the settings were then.
    then: &'a Settings,
    /// What they are to be.
    mine: &'a Settings,
    /// How it came about, where it was no form.
    note: &'a str,
}

impl Merging<'_> {
    async fn save(
        self,
        portal: &Portal,
        mut tx: Transaction,
        actor: &Actor,
        kept: Kept,
        secret: crate::integration::settings::connection::Checked,
    ) -> Result<Saved> {
        let account = actor.account();
        let merged = match merge(self.then, &kept.settings, self.mine) {
            Ok(merged) => merged,
            Err(clashes) => {
                let clashes =
                    crate::integration::settings::history::blame(&mut tx, account, &kept, self.base, clashes).await?;
                return Ok(Saved::Clashes(clashes));
            }
        };
        // Two changes may each be fine, and not together: both may have added the last field that there was room for.
        let merged = merged.checked()?;
        let mut changes = differences(&kept.settings, &merged);
        changes.extend(crate::integration::settings::connection::save_secret(portal, &mut tx, actor, secret).await?);
        if changes.is_empty() {
            return Ok(Saved::Same(kept.revision));
        }
        let revision = kept.revision + 1;
        crate::integration::settings::document::write(portal, &mut tx, account, revision, &merged).await?;
        crate::integration::settings::history::insert(portal, &mut tx, actor, revision, self.note, &changes).await?;
        requested_fields::forget(&mut tx, account, &changes).await?;
        let detail = describe(revision, self.note, &changes);
        let record = Change {
            action: "settings.save",
            subject: None,
            detail: &detail,
        };
        audit::record(portal, &mut tx, actor, record).await?;
        invalidation::announce(portal, &mut tx).await?;
        tx.commit().await?;
        portal.forget();
        Ok(Saved::New(revision))
    }
}

/// For the audit trail: which members of which fields, the first few by name.
fn describe(revision: i64, note: &str, changes: &[Difference]) -> String {
    const NAMED: usize = 5;
    let name = |place: &Place| match &place.field {
        Some(field) => format!("{field}: {}", place.member.label()),
        None => place.member.label().to_owned(),
    };
    let mut names: Vec<String> = changes.iter().take(NAMED).map(|change| name(&change.place)).collect();
    if changes.len() > NAMED {
        names.push(format!("{} more", changes.len() - NAMED));
    }
    let note = if note.is_empty() {
        String::new()
    } else {
        format!("{note}. ")
    };
    format!("revision {revision}: {note}{}", names.join(", "))
}
