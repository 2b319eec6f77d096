//! Security profiles: named sets of rights.

use crate::accounts::administrators::{self, AdministratorCheck};
use crate::database::{AsExecutor, Transaction, UniqueIndex, execute, fetch_all, fetch_optional};
use crate::infra::actor::{Actor, rights};
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result, on_unique_violation};
use crate::infra::portal::Portal;
use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::Profile;
use domain::coded_enum::CodedEnum;
use domain::fields::{self, FieldErrors};
use domain::ids::{AccountId, ProfileId};

/// Creates a profile with its rights.
///
/// # Errors
/// Returns [`Error::Forbidden`] without the Manage permission profiles right or one of `rights`, and [`Error::Invalid`] for an
/// empty or duplicate name.
pub async fn create(portal: &Portal, actor: &Actor, name: &str, rights: Rights) -> Result<ProfileId> {
    actor.require_right(Right::ManagePermissionProfiles)?;
    administrators::require_all(actor, rights)?;
    let mut errors = FieldErrors::default();
    let name = fields::validate_name("name", name, &mut errors);
    let name = errors.into_result(name)?;
    let mut change = portal.begin_change(actor).await?;
    let id = insert(portal, &mut change, actor.account(), &name, rights).await?;
    change.commit(AuditEvent::ProfileCreated { id, name, rights }).await?;
    Ok(id)
}

/// Changes the rights of a profile. Takes effect immediately, on every node within a second.
///
/// # Errors
/// Returns [`Error::Forbidden`] without the Manage permission profiles right, one of `rights`, or one of the profile's present
/// rights, [`Error::NotFound`] if the account has no such profile, and [`Error::Conflict`] if no administrator would be left.
pub async fn set_rights(portal: &Portal, actor: &Actor, id: ProfileId, rights: Rights) -> Result<()> {
    actor.require_right(Right::ManagePermissionProfiles)?;
    administrators::require_all(actor, rights)?;
    let mut change = portal.begin_change(actor).await?;
    let administrators = AdministratorCheck::begin(&mut change, actor.account()).await?;
    // An update without effect locks the row, so that concurrent changes wait for each other.
    let found = fetch_optional!(
        &mut change,
        (String,),
        "update profiles set name = name where id = $1 and account_id = $2 returning name",
        id,
        actor.account()
    )?;
    let (name,) = found.ok_or(Error::NotFound("profile"))?;
    administrators::require_all_of(&mut change, actor, id).await?;
    execute!(&mut change, "delete from profile_rights where profile_id = $1", id)?;
    insert_rights(&mut change, id, rights).await?;
    administrators.finish(&mut change).await?;
    change.commit(AuditEvent::ProfileRightsSet { id, name, rights }).await
}

const NAME_INDEX: UniqueIndex = UniqueIndex {
    name: "profiles_name_unique",
    columns: "profiles.account_id, profiles.name_key",
};

/// Inserts a profile in the caller's transaction.
pub(crate) async fn insert(
    portal: &Portal,
    tx: &mut Transaction,
    account: AccountId,
    name: &str,
    rights: Rights,
) -> Result<ProfileId> {
    let id = ProfileId(portal.new_id());
    execute!(
        tx,
        "insert into profiles (id, account_id, name, name_key, created_at) values ($1, $2, $3, $4, $5)",
        id,
        account,
        name,
        fields::name_key(name),
        portal.now()
    )
    .map_err(|error| on_unique_violation(error, &NAME_INDEX, "name", "This name is already in use."))?;
    insert_rights(tx, id, rights).await?;
    Ok(id)
}

async fn insert_rights(tx: &mut Transaction, id: ProfileId, rights: Rights) -> Result<()> {
    for right in rights.iter() {
        execute!(
            tx,
            "insert into profile_rights (profile_id, right_code) values ($1, $2)",
            id,
            right.code()
        )?;
    }
    Ok(())
}

/// Lists the account's profiles by name.
///
/// # Errors
/// Returns [`Error::Forbidden`] without the Manage users right.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<Profile>> {
    actor.require_right(Right::ManageUsers)?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        (ProfileId, String),
        "select id, name from profiles where account_id = $1 order by name_key, id",
        actor.account()
    )?;
    let mut profiles = Vec::with_capacity(rows.len());
    for (id, name) in rows {
        profiles.push(Profile {
            id,
            name,
            rights: rights(&mut db, id).await?,
        });
    }
    Ok(profiles)
}

/// Returns a profile. Users need the Manage users right for profiles other than their own.
///
/// # Errors
/// Returns [`Error::Forbidden`] for another profile without the Manage users right, and [`Error::NotFound`] if the account
/// has no such profile.
pub async fn get(portal: &Portal, actor: &Actor, id: ProfileId) -> Result<Profile> {
    let is_own = actor.user().is_some_and(|user| user.profile_id == id);
    if !is_own {
        actor.require_right(Right::ManageUsers)?;
    }
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        (String,),
        "select name from profiles where id = $1 and account_id = $2",
        id,
        actor.account()
    )?;
    let (name,) = row.ok_or(Error::NotFound("profile"))?;
    Ok(Profile {
        id,
        name,
        rights: rights(&mut db, id).await?,
    })
}

/// Finds the account's profile with this name, compared by [`fields::name_key`].
pub(crate) async fn find_by_name(
    db: &mut impl AsExecutor,
    account: AccountId,
    name: &str,
) -> Result<Option<ProfileId>> {
    let row = fetch_optional!(
        db,
        (ProfileId,),
        "select id from profiles where account_id = $1 and name_key = $2",
        account,
        fields::name_key(name)
    )?;
    Ok(row.map(|(id,)| id))
}
