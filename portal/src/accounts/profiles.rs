//! Security profiles: named sets of rights.

use crate::auth::actor::Actor;
use crate::database::{Connection, Transaction, fetch_all, fetch_optional, run};
use crate::infra::audit::{self, Change};
use crate::infra::error::{Error, Result, taken};
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::Profile;
use domain::fields::{self, FieldErrors};
use domain::ids::{AccountId, ProfileId};

/// Adds a profile with its rights.
///
/// # Errors
/// [`Error::Forbidden`] without Manage users, [`Error::Invalid`] for an empty or taken name.
pub async fn create(portal: &Portal, actor: &Actor, name: &str, rights: Rights) -> Result<ProfileId> {
    actor.may(Right::ManageUsers)?;
    let mut errors = FieldErrors::default();
    let name = fields::name("name", name, &mut errors);
    let name = errors.or(name)?;
    let mut tx = portal.begin().await?;
    let id = insert(portal, &mut tx, actor, &name, rights).await?;
    tx.commit().await?;
    Ok(id)
}

/// Changes what a profile's people may do, at once and on every node.
///
/// # Errors
/// [`Error::Forbidden`] without Manage users, [`Error::NotFound`] for another account's profile.
pub async fn set_rights(portal: &Portal, actor: &Actor, id: ProfileId, rights: Rights) -> Result<()> {
    actor.may(Right::ManageUsers)?;
    let mut tx = portal.begin().await?;
    // An update that changes nothing, so that of two at once one waits for the other.
    let found = fetch_optional!(
        &mut tx,
        (String,),
        "update profiles set name = name where id = $1 and account_id = $2 returning name",
        id,
        actor.account()
    )?;
    let (name,) = found.ok_or(Error::NotFound("profile"))?;
    run!(&mut tx, "delete from profile_rights where profile_id = $1", id)?;
    insert_rights(&mut tx, id, rights).await?;
    let change = Change {
        action: "profile.set-rights",
        subject: Some(id.0),
        detail: &name,
    };
    audit::record(portal, &mut tx, actor, change).await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

pub(crate) async fn insert(
    portal: &Portal,
    tx: &mut Transaction,
    actor: &Actor,
    name: &str,
    rights: Rights,
) -> Result<ProfileId> {
    let id = ProfileId(portal.new_id());
    run!(
        tx,
        "insert into profiles (id, account_id, name, name_key, created_at) values ($1, $2, $3, $4, $5)",
        id,
        actor.account(),
        name,
        fields::name_key(name),
        portal.now()
    )
    .map_err(|error| taken(error, "name", "Another profile has this name."))?;
    insert_rights(tx, id, rights).await?;
    let change = Change {
        action: "profile.create",
        subject: Some(id.0),
        detail: name,
    };
    audit::record(portal, tx, actor, change).await?;
    Ok(id)
}

async fn insert_rights(tx: &mut Transaction, id: ProfileId, rights: Rights) -> Result<()> {
    for right in rights.iter() {
        run!(
            tx,
            "insert into profile_rights (profile_id, right_code) values ($1, $2)",
            id,
            right.code()
        )?;
    }
    Ok(())
}

/// The account's profiles, by name.
///
/// # Errors
/// [`Error::Forbidden`] without Manage users.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<Profile>> {
    actor.may(Right::ManageUsers)?;
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

/// One profile: any of the account's with Manage users, one's own without.
///
/// # Errors
/// [`Error::Forbidden`] for another's profile without Manage users, [`Error::NotFound`] where the account has none
/// such.
pub async fn get(portal: &Portal, actor: &Actor, id: ProfileId) -> Result<Profile> {
    let own = actor.person().is_some_and(|person| person.profile_id == id);
    if !own {
        actor.may(Right::ManageUsers)?;
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

/// The account's profile of that name, as [`fields::name_key`] compares it.
pub(crate) async fn by_name(db: &mut impl Connection, account: AccountId, name: &str) -> Result<Option<ProfileId>> {
    let row = fetch_optional!(
        db,
        (ProfileId,),
        "select id from profiles where account_id = $1 and name_key = $2",
        account,
        fields::name_key(name)
    )?;
    Ok(row.map(|(id,)| id))
}

async fn rights(db: &mut impl Connection, id: ProfileId) -> Result<Rights> {
    let codes = fetch_all!(
        db,
        (String,),
        "select right_code from profile_rights where profile_id = $1",
        id
    )?;
    Ok(codes.iter().filter_map(|(code,)| Right::from_code(code)).collect())
}
