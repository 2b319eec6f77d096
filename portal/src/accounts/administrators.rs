//! Who may act on whom, and that an account always has an administrator.

use crate::database::{AsExecutor, fetch_one};
use crate::infra::actor::{self, Actor};
use crate::infra::change::Change;
use crate::infra::error::{Error, Result};
use domain::accounts::rights::{Right, Rights};
use domain::ids::{AccountId, ProfileId};

/// Checks that the actor has every one of these rights, before the actor gives them to somebody, or acts on somebody who has
/// them. Otherwise a right such as Manage users would lead to all others.
///
/// # Errors
/// Returns [`Error::Forbidden`] with the first right that the actor lacks.
pub(crate) fn require_all(actor: &Actor, rights: Rights) -> Result<()> {
    match rights.iter().find(|right| !actor.rights().has(*right)) {
        Some(missing) => Err(Error::Forbidden(missing)),
        None => Ok(()),
    }
}

/// Checks that the actor has every right of a security profile.
///
/// # Errors
/// Returns the errors of [`require_all`].
pub(crate) async fn require_all_of(db: &mut impl AsExecutor, actor: &Actor, profile: ProfileId) -> Result<()> {
    require_all(actor, actor::rights(db, profile).await?)
}

/// Counts the administrators of an account: the active users with [`Right::ADMINISTRATOR`].
async fn count(db: &mut impl AsExecutor, account: AccountId) -> Result<i64> {
    let [settings, users, profiles] = Right::ADMINISTRATOR;
    let (count,) = fetch_one!(
        db,
        (i64,),
        "select count(*) from users u where u.account_id = $1 and u.active
           and exists (select 1 from profile_rights r where r.profile_id = u.profile_id and r.right_code = $2)
           and exists (select 1 from profile_rights r where r.profile_id = u.profile_id and r.right_code = $3)
           and exists (select 1 from profile_rights r where r.profile_id = u.profile_id and r.right_code = $4)",
        account,
        code(settings),
        code(users),
        code(profiles)
    )?;
    Ok(count)
}

fn code(right: Right) -> &'static str {
    domain::coded_enum::CodedEnum::code(right)
}

/// A change that may take an account's last administrator away. Two such changes of an account run one after the other.
pub(crate) struct AdministratorCheck {
    account: AccountId,
    before: i64,
}

impl AdministratorCheck {
    /// Begins the check, before anything is changed.
    pub async fn begin(change: &mut Change<'_>, account: AccountId) -> Result<Self> {
        change.lock_account(account).await?;
        let before = count(change, account).await?;
        Ok(Self { account, before })
    }

    /// Ends the check, before the change is committed.
    ///
    /// # Errors
    /// Returns [`Error::Conflict`] if no administrator is left.
    pub async fn finish(self, change: &mut Change<'_>) -> Result<()> {
        if self.before > 0 && count(change, self.account).await? == 0 {
            let message = "No active administrator would be left. First give another active user a security profile with \
                           Admin settings, Manage users and Manage permission profiles.";
            return Err(Error::Conflict(message.to_owned()));
        }
        Ok(())
    }
}
