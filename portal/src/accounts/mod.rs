//! Accounts: creation, first-time setup, features and details.

mod administrators;
pub mod password_resets;
pub mod password_strength;
pub mod profiles;
pub mod setup;
pub mod users;

use crate::crypto::passwords::{self, UserInputs};
use crate::database::{AsExecutor, execute, fetch_all, fetch_optional};
use crate::infra::actor::{self, Actor, AuthMethod};
use crate::infra::audit::AuditEvent;
use crate::infra::change::Change;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::api_keys;
use domain::accounts::features::Feature;
use domain::accounts::rights::Rights;
use domain::accounts::users::{ADMINISTRATOR_PROFILE, NewUser};
use domain::accounts::{Account, NewAccount};
use domain::fields::name_key;
use domain::ids::{AccountId, UserId};
use domain::time::Timestamp;

/// Creates an account with its administrator. All features are enabled.
///
/// # Errors
/// Returns [`Error::Invalid`] for invalid input, such as an email that is in use or a weak password.
pub async fn create(portal: &Portal, input: NewAccount) -> Result<(AccountId, UserId)> {
    let input = input.validate()?;
    let user_inputs = UserInputs::new(&input.name, &input.email, &input.account_name);
    let password_hash = passwords::hash_new(portal, &input.password, user_inputs).await?;
    let operator = new_operator(portal, &input, AuthMethod::CommandLine);
    let mut change = portal.begin_change(&operator).await?;
    let (user, event) = insert(portal, &mut change, &operator, input, &password_hash).await?;
    change.commit_for(event, None).await?;
    Ok((operator.account(), user))
}

/// Returns the operator of an account that is about to be created.
pub(crate) fn new_operator(portal: &Portal, input: &NewAccount, auth_method: AuthMethod) -> Actor {
    let features = Feature::ALL.to_vec();
    let account = AccountId(portal.new_id());
    Actor::operator(account, input.account_name.clone(), features, auth_method)
}

/// Inserts the account of [`new_operator`] with its administrator. `input` must be validated. Returns the administrator and
/// the event to commit the change with.
pub(crate) async fn insert(
    portal: &Portal,
    change: &mut Change<'_>,
    operator: &Actor,
    input: NewAccount,
    password_hash: &str,
) -> Result<(UserId, AuditEvent)> {
    let account = operator.account();
    execute!(
        change,
        "insert into accounts (id, name, created_at) values ($1, $2, $3)",
        account,
        &input.account_name,
        portal.now()
    )?;
    for feature in Feature::ALL {
        execute!(
            change,
            "insert into account_features (account_id, feature) values ($1, $2)",
            account,
            feature.code()
        )?;
    }
    let event = AuditEvent::AccountCreated {
        id: account,
        name: input.account_name,
    };
    change.record(&event)?;
    let event = AuditEvent::ProfileCreated {
        id: profiles::insert(portal, change, account, ADMINISTRATOR_PROFILE, Rights::all()).await?,
        name: ADMINISTRATOR_PROFILE.to_owned(),
        rights: Rights::all(),
    };
    change.record(&event)?;
    let administrator = NewUser {
        name: input.name,
        email: input.email,
        password: input.password,
        profile: ADMINISTRATOR_PROFILE.to_owned(),
    };
    let user = users::insert(portal, change, account, &administrator, password_hash).await?;
    let event = AuditEvent::UserCreated {
        id: user,
        email: administrator.email,
        profile: administrator.profile,
    };
    api_keys::insert(portal, change, account, None).await?;
    Ok((user, event))
}

/// Lists all accounts by name.
///
/// # Errors
/// Returns an error if the database fails.
pub async fn list(portal: &Portal) -> Result<Vec<Account>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: AccountId,
        name: String,
        created_at: Timestamp,
        users: i64,
    }
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        Row,
        "select a.id, a.name, a.created_at, (select count(*) from users u where u.account_id = a.id) as users
         from accounts a order by a.name, a.id"
    )?;
    let mut accounts = Vec::with_capacity(rows.len());
    for row in rows {
        let features = actor::features(&mut db, row.id).await?;
        accounts.push(Account {
            id: row.id,
            name: row.name,
            features: features.iter().map(|feature| feature.code().to_owned()).collect(),
            users: row.users,
            created_at: row.created_at,
        });
    }
    Ok(accounts)
}

/// Returns the operator as actor in the account with this id or name, or in the only account if `name` is `None`.
///
/// # Errors
/// Returns [`Error::NotFound`] for an unknown account, and [`Error::Conflict`] if several accounts match.
pub async fn operator(portal: &Portal, name: Option<&str>) -> Result<Actor> {
    let mut matches = list(portal).await?;
    if let Some(name) = name {
        let key = name_key(name);
        matches.retain(|account| name_key(&account.name) == key || account.id.to_string() == name);
    }
    match matches.len() {
        0 => Err(Error::NotFound("account")),
        1 => {
            let account = matches.remove(0);
            let features = account
                .features
                .iter()
                .filter_map(|code| Feature::from_code(code))
                .collect();
            Ok(Actor::operator(
                account.id,
                account.name,
                features,
                AuthMethod::CommandLine,
            ))
        }
        _ => Err(Error::Conflict(match name {
            Some(name) => format!("several accounts are named {name}; use the account ID instead"),
            None => "there are several accounts; choose one with --account".to_owned(),
        })),
    }
}

/// Enables or disables a feature of the operator's account. While a feature is disabled, its credentials are rejected.
///
/// # Errors
/// Returns an error if the database fails.
pub async fn set_feature(portal: &Portal, operator: &Actor, feature: Feature, on: bool) -> Result<()> {
    let account = operator.account();
    let mut change = portal.begin_change(operator).await?;
    let sql = if on {
        "insert into account_features (account_id, feature) values ($1, $2) on conflict do nothing"
    } else {
        "delete from account_features where account_id = $1 and feature = $2"
    };
    execute!(&mut change, sql, account, feature.code())?;
    let event = if on {
        AuditEvent::FeatureEnabled { feature }
    } else {
        AuditEvent::FeatureDisabled { feature }
    };
    change.commit(event).await
}

/// Describes an account for the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDetails {
    /// The organization's name.
    pub name: String,
    /// The default language, such as `en_US`.
    pub language: String,
    /// The IANA name of the time zone.
    pub time_zone: String,
}

/// Returns the details of the actor's own account. Requires no right.
///
/// # Errors
/// Returns an error if the database fails.
pub async fn details(portal: &Portal, actor: &Actor) -> Result<AccountDetails> {
    let mut db = portal.read().await?;
    find(&mut db, actor.account()).await?.ok_or(Error::NotFound("account"))
}

async fn find(db: &mut impl AsExecutor, account: AccountId) -> Result<Option<AccountDetails>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        name: String,
        language: String,
        time_zone: String,
    }
    let row = fetch_optional!(
        db,
        Row,
        "select name, language, time_zone from accounts where id = $1",
        account
    )?;
    Ok(row.map(|row| AccountDetails {
        name: row.name,
        language: row.language,
        time_zone: row.time_zone,
    }))
}

/// Returns whether any account exists.
pub(crate) async fn has_any(db: &mut impl AsExecutor) -> Result<bool> {
    Ok(fetch_optional!(db, (i64,), "select cast(1 as bigint) from accounts limit 1")?.is_some())
}
