//! The users of an account.

mod passwords;
mod search;

pub(crate) use crate::accounts::users::passwords::{
    PasswordOwner, PasswordReplacement, mail_password_changed, replace_password,
};
pub use crate::accounts::users::passwords::{change_own_password, set_password};
pub(crate) use crate::accounts::users::search::resolve;
pub use crate::accounts::users::search::{MAX_SUGGESTIONS, suggest};

use crate::accounts::administrators::{self, AdministratorCheck};
use crate::accounts::profiles;
use crate::auth::email_links::{self, LinkKind};
use crate::auth::known_browsers;
use crate::crypto::passwords::{UserInputs, hash_new};
use crate::database::{Transaction, UniqueIndex, execute, fetch_all, fetch_one, fetch_optional};
use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result, on_unique_violation};
use crate::infra::portal::Portal;
use domain::accounts::rights::Right;
use domain::accounts::users::{NewUser, User};
use domain::email;
use domain::fields;
use domain::ids::{AccountId, ProfileId, UserId};
use domain::time::Timestamp;

/// Selects a page of the account's users.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UserQuery {
    /// The page size, or `None` for all users.
    pub limit: Option<u32>,
    /// The page number, starting at 1.
    pub page: u32,
    /// Whether inactive users are included.
    pub include_inactive: bool,
}

/// A page of users, and their total number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserPage {
    /// The users of the page.
    pub users: Vec<User>,
    /// The total number of users on all pages.
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
    last_sign_in_at: Option<Timestamp>,
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
            last_sign_in_at: row.last_sign_in_at,
            created_at: row.created_at,
        }
    }
}

/// Creates a user.
///
/// # Errors
/// Returns [`Error::Forbidden`] without the Manage users right or one of the profile's rights, and [`Error::Invalid`] for invalid
/// input, such as an email that is in use, an unknown profile or a weak password.
pub async fn create(portal: &Portal, actor: &Actor, input: NewUser) -> Result<UserId> {
    actor.require_right(Right::ManageUsers)?;
    let input = input.validate()?;
    let user_inputs = UserInputs::new(&input.name, &input.email, actor.account_name());
    let password_hash = hash_new(portal, &input.password, user_inputs).await?;
    let mut change = portal.begin_change(actor).await?;
    // The profile must not get more rights meanwhile.
    change.lock_account(actor.account()).await?;
    if let Some(profile) = profiles::find_by_name(&mut change, actor.account(), &input.profile).await? {
        administrators::require_all_of(&mut change, actor, profile).await?;
    }
    let id = insert(portal, &mut change, actor.account(), &input, &password_hash).await?;
    let event = AuditEvent::UserCreated {
        id,
        email: input.email,
        profile: input.profile,
    };
    change.commit(event).await?;
    Ok(id)
}

const EMAIL_INDEX: UniqueIndex = UniqueIndex {
    name: "users_email_unique",
    columns: "users.email_key",
};

/// Inserts a user in the caller's transaction. `input` must be validated.
pub(crate) async fn insert(
    portal: &Portal,
    tx: &mut Transaction,
    account: AccountId,
    input: &NewUser,
    password_hash: &str,
) -> Result<UserId> {
    let profile = profiles::find_by_name(tx, account, &input.profile)
        .await?
        .ok_or_else(|| Error::field("profile", "This account has no security profile with this name."))?;
    let id = UserId(portal.new_id());
    execute!(
        tx,
        "insert into users (id, account_id, profile_id, name, name_key, email, email_key, password_hash, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        id,
        account,
        profile,
        &input.name,
        fields::name_key(&input.name),
        &input.email,
        email::key(&input.email),
        password_hash,
        portal.now()
    )
    .map_err(|error| on_unique_violation(error, &EMAIL_INDEX, "email", "This email is already in use."))?;
    Ok(id)
}

/// Activates or deactivates a user. Deactivation ends the user's sessions, and the user's tokens are rejected on every node
/// within a second.
///
/// # Errors
/// Returns [`Error::Forbidden`] without the Manage users right or one of the user's rights, [`Error::NotFound`] if the account has
/// no such user, and [`Error::Conflict`] if no administrator would be left.
pub async fn set_active(portal: &Portal, actor: &Actor, id: UserId, active: bool) -> Result<()> {
    actor.require_right(Right::ManageUsers)?;
    let mut change = portal.begin_change(actor).await?;
    let administrators = AdministratorCheck::begin(&mut change, actor.account()).await?;
    let updated = fetch_optional!(
        &mut change,
        (ProfileId,),
        "update users set active = $3 where id = $1 and account_id = $2 returning profile_id",
        id,
        actor.account(),
        active
    )?;
    let (profile,) = updated.ok_or(Error::NotFound("user"))?;
    administrators::require_all_of(&mut change, actor, profile).await?;
    administrators.finish(&mut change).await?;
    if !active {
        execute!(&mut change, "delete from sessions where user_id = $1", id)?;
        known_browsers::delete_all(&mut change, id).await?;
        email_links::replace(portal, &mut change, id, LinkKind::PasswordReset).await?;
    }
    let event = if active {
        AuditEvent::UserActivated { id }
    } else {
        AuditEvent::UserDeactivated { id }
    };
    change.commit(event).await
}

/// Lists the account's users in the order of their creation.
///
/// # Errors
/// Returns [`Error::Forbidden`] without the Manage users right.
pub async fn list(portal: &Portal, actor: &Actor, query: UserQuery) -> Result<UserPage> {
    actor.require_right(Right::ManageUsers)?;
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
    Ok(UserPage {
        users: rows.into_iter().map(User::from).collect(),
        total,
    })
}

/// Returns a user by id or username (the email). Actors need the Manage users right for users other than themselves.
///
/// # Errors
/// Returns [`Error::Forbidden`] for another user without the Manage users right, and [`Error::NotFound`] if the account has
/// no such user.
pub async fn get(portal: &Portal, actor: &Actor, id_or_name: &str) -> Result<User> {
    let id: Option<UserId> = id_or_name.parse().ok();
    let is_self = actor
        .user()
        .is_some_and(|user| Some(user.id) == id || email::key(&user.email) == email::key(id_or_name));
    if !is_self {
        actor.require_right(Right::ManageUsers)?;
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
