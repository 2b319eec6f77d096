//! The people of an account.

use crate::accounts::profiles;
use crate::auth::actor::Actor;
use crate::auth::known_browsers;
use crate::auth::sign_in;
use crate::crypto::passwords::{self, AboutUser};
use crate::database::{Connection, Transaction, fetch_all, fetch_one, fetch_optional, run};
use crate::infra::audit::{self, Change};
use crate::infra::error::{Error, Result, taken};
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::accounts::users::{NewUser, User, UserChoice};
use domain::email;
use domain::fields;
use domain::ids::{AccountId, ProfileId, UserId};
use domain::oauth1::tokens::UserRef;
use domain::time::Timestamp;

/// The longest search, in characters.
const MAX_SEARCH: usize = 300;

/// How many people the type-ahead offers.
pub const CHOICES: i64 = 8;

/// Which part of the account's people to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeopleQuery {
    /// The most to list; all without it.
    pub limit: Option<u32>,
    /// Which page of `limit` people, the first being 1.
    pub page: u32,
    /// Whether people who cannot sign in are listed too.
    pub include_inactive: bool,
}

/// A page of people, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// The page.
    pub users: Vec<User>,
    /// How many match in all.
    pub total: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: UserId,
    name: String,
    email: String,
    profile_id: ProfileId,
    profile: String,
    active: bool,
    last_sign_in_at: Timestamp,
    created_at: Timestamp,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            email: row.email,
            profile_id: row.profile_id,
            profile: row.profile,
            active: row.active,
            last_sign_in_at: (row.last_sign_in_at.0 > 0).then_some(row.last_sign_in_at),
            created_at: row.created_at,
        }
    }
}

/// Adds a person.
///
/// # Errors
/// [`Error::Forbidden`] without Manage users, [`Error::Invalid`] for a field that does not hold what it must, such as
/// an e-mail that is in use, a profile that the account does not have or a password that is easy to guess.
pub async fn create(portal: &Portal, actor: &Actor, input: NewUser) -> Result<UserId> {
    actor.may(Right::ManageUsers)?;
    let input = input.checked()?;
    let about = AboutUser::new(&input.name, &input.email, actor.account_name());
    let password_hash = passwords::hash_new(portal, &input.password, about).await?;
    let mut tx = portal.begin().await?;
    let id = insert(portal, &mut tx, actor, &input, &password_hash).await?;
    tx.commit().await?;
    Ok(id)
}

pub(crate) async fn insert(
    portal: &Portal,
    tx: &mut Transaction,
    actor: &Actor,
    input: &NewUser,
    password_hash: &str,
) -> Result<UserId> {
    let profile = profiles::by_name(tx, actor.account(), &input.profile)
        .await?
        .ok_or_else(|| Error::field("profile", "The account has no security profile of this name."))?;
    let id = UserId(portal.new_id());
    run!(
        tx,
        "insert into users (id, account_id, profile_id, name, name_key, email, email_key, password_hash, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        actor.account(),
        profile,
        &input.name,
        fields::name_key(&input.name),
        &input.email,
        email::key(&input.email),
        password_hash,
        portal.now()
    )
    .map_err(|error| taken(error, "email", "Someone has this e-mail already."))?;
    let change = Change {
        action: "user.create",
        subject: Some(id.0),
        detail: &input.email,
    };
    audit::record(portal, tx, actor, change).await?;
    Ok(id)
}

/// Lets a person in or out. Out, their sessions end and their tokens open nothing, on every node within a second.
///
/// # Errors
/// [`Error::Forbidden`] without Manage users, [`Error::NotFound`] where the account has no such person.
pub async fn set_active(portal: &Portal, actor: &Actor, id: UserId, active: bool) -> Result<()> {
    actor.may(Right::ManageUsers)?;
    let mut tx = portal.begin().await?;
    let touched = run!(
        &mut tx,
        "update users set active = $3 where id = $1 and account_id = $2",
        id,
        actor.account(),
        active
    )?;
    if touched == 0 {
        return Err(Error::NotFound("user"));
    }
    if !active {
        run!(&mut tx, "delete from sessions where user_id = $1", id)?;
        known_browsers::forget_all(&mut tx, id).await?;
    }
    let action = if active { "user.activate" } else { "user.deactivate" };
    audit::record(
        portal,
        &mut tx,
        actor,
        Change {
            action,
            subject: Some(id.0),
            detail: "",
        },
    )
    .await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

/// Gives a person another password and ends their sessions, on every node within a second. Their browsers are known no
/// more, and what failed at their account is forgotten, so that they can sign in at once. What they have let programs do in
/// their name goes on.
///
/// # Errors
/// [`Error::Forbidden`] without Manage users, [`Error::Invalid`] for a password that is too short, too long or easy to
/// guess, [`Error::NotFound`] where the account has no such person.
pub async fn set_password(portal: &Portal, actor: &Actor, id: UserId, password: &str) -> Result<()> {
    actor.may(Right::ManageUsers)?;
    let found = {
        let mut db = portal.read().await?;
        fetch_optional!(
            &mut db,
            (String, String),
            "select name, email from users where id = $1 and account_id = $2",
            id,
            actor.account()
        )?
    };
    let (name, email) = found.ok_or(Error::NotFound("user"))?;
    let about = AboutUser::new(&name, &email, actor.account_name());
    let password_hash = passwords::hash_new(portal, password, about).await?;
    let mut tx = portal.begin().await?;
    // In the order in which a sign-in writes them.
    sign_in::forget_account(&mut tx, &email).await?;
    let touched = run!(
        &mut tx,
        "update users set password_hash = $3 where id = $1 and account_id = $2",
        id,
        actor.account(),
        &password_hash
    )?;
    if touched == 0 {
        return Err(Error::NotFound("user"));
    }
    run!(&mut tx, "delete from sessions where user_id = $1", id)?;
    known_browsers::forget_all(&mut tx, id).await?;
    let change = Change {
        action: "user.set-password",
        subject: Some(id.0),
        detail: "",
    };
    audit::record(portal, &mut tx, actor, change).await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

/// The account's people, in the order in which they were added.
///
/// # Errors
/// [`Error::Forbidden`] without Manage users.
pub async fn list(portal: &Portal, actor: &Actor, query: PeopleQuery) -> Result<People> {
    actor.may(Right::ManageUsers)?;
    let limit = query.limit.map_or(i64::MAX, i64::from);
    let offset = query.limit.map_or(0, |limit| {
        i64::from(limit).saturating_mul(i64::from(query.page.saturating_sub(1)))
    });
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        Row,
        "select u.id, u.name, u.email, u.profile_id, p.name as profile, u.active, u.last_sign_in_at, u.created_at
         from users u join profiles p on p.id = u.profile_id
         where u.account_id = $1 and (u.active or $2) order by u.id limit $3 offset $4",
        actor.account(),
        query.include_inactive,
        limit,
        offset
    )?;
    let (total,) = fetch_one!(
        &mut db,
        (i64,),
        "select count(*) from users where account_id = $1 and (active or $2)",
        actor.account(),
        query.include_inactive
    )?;
    Ok(People {
        users: rows.into_iter().map(User::from).collect(),
        total,
    })
}

/// One person, by id or by user name (the e-mail): any of the account's with Manage users, oneself without.
///
/// # Errors
/// [`Error::Forbidden`] for another person without Manage users, [`Error::NotFound`] where the account has none such.
pub async fn get(portal: &Portal, actor: &Actor, id_or_name: &str) -> Result<User> {
    let id: Option<UserId> = id_or_name.parse().ok();
    let own = actor
        .person()
        .is_some_and(|person| Some(person.id) == id || email::key(&person.email) == email::key(id_or_name));
    if !own {
        actor.may(Right::ManageUsers)?;
    }
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        Row,
        "select u.id, u.name, u.email, u.profile_id, p.name as profile, u.active, u.last_sign_in_at, u.created_at
         from users u join profiles p on p.id = u.profile_id
         where u.account_id = $1 and (u.id = $2 or u.email_key = $3)",
        actor.account(),
        id,
        email::key(id_or_name)
    )?;
    row.map(User::from).ok_or(Error::NotFound("user"))
}

/// Active people whose name or e-mail holds what the field does, for the type-ahead of a form that needs `right`; those whose
/// name begins with it come first.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and `right`, [`Error::Disabled`] where the account lacks the feature that
/// Create Bynder API tokens belongs to.
pub async fn choices(portal: &Portal, actor: &Actor, right: Right, search: &str) -> Result<Vec<UserChoice>> {
    let actor = actor.may(Right::AdminSettings)?.may(right)?;
    let account = if right == Right::CreateApiTokens {
        actor.within(Feature::ApiTokens)?
    } else {
        actor.account()
    };
    let search = UserChoice::searched_by(search);
    let email = like_email(search);
    let search = like(search);
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        (UserId, String, String),
        "select id, name, email from users
         where account_id = $1 and active
           and (name_key like '%' || $2 || '%' escape '!' or email_key like '%' || $2 || '%' escape '!'
                or email_key like '%' || $4 || '%' escape '!')
         order by case when name_key like $2 || '%' escape '!' then 0 else 1 end, name_key, id limit $3",
        account,
        search,
        CHOICES,
        email
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, name, email)| UserChoice { id, name, email })
        .collect())
}

/// The active person that a form means.
pub(crate) async fn resolve(
    db: &mut impl Connection,
    account: AccountId,
    field: &str,
    user: &UserRef,
) -> Result<UserChoice> {
    let (column, value) = match user {
        UserRef::Email(value) => ("email", email::key(value)),
        UserRef::Name(value) => ("name", fields::name_key(value)),
    };
    // Two of those who are active, or of those who are not.
    let mut found = fetch_all!(
        db,
        (UserId, String, String, bool),
        "select id, name, email, active from users
         where account_id = $1 and case when $2 = 'email' then email_key else name_key end = $3
         order by active desc, id limit 2",
        account,
        column,
        &value
    )?;
    if found.first().is_some_and(|(_, _, _, active)| *active) {
        found.retain(|(_, _, _, active)| *active);
    }
    match (found.len(), found.pop()) {
        (1, Some((id, name, email, true))) => Ok(UserChoice { id, name, email }),
        (1, Some((_, name, _, false))) => Err(Error::field(
            field,
            format!("{name} is inactive. Activate the user or choose another."),
        )),
        (0, _) => Err(Error::field(field, "No active user has this name or e-mail.")),
        (_, Some((_, name, _, false))) => Err(Error::field(
            field,
            format!("All users named {name} are inactive. Activate one or choose another."),
        )),
        _ => Err(Error::field(field, "Several users have this name; enter the e-mail.")),
    }
}

/// The [key](fields::name_key) of a name's part that is searched for, as a pattern for `like … escape '!'`. No name or e-mail
/// is as long as what is cut off; SQLite refuses patterns that are much longer.
pub(crate) fn like(text: &str) -> String {
    escape_pattern(&fields::name_key(&searched(text)))
}

/// The key of an e-mail's part that is searched for, as [`like`] has it of a name's.
pub(crate) fn like_email(text: &str) -> String {
    escape_pattern(&email::search_key(&searched(text)))
}

fn searched(text: &str) -> String {
    text.trim().chars().take(MAX_SEARCH).collect()
}

/// Makes plain what a pattern would take for something else.
fn escape_pattern(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_search_has_no_wildcards() {
        assert_eq!(super::like(" 50%_A! "), "50!%!_a!!");
    }
}
