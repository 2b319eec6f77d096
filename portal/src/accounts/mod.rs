//! Accounts, as the operator handles them on the command line.

pub mod profiles;
pub mod users;

use crate::auth::actor::{self, Actor, Via};
use crate::crypto::passwords::{self, AboutUser};
use crate::database::{Connection, Transaction, fetch_all, fetch_optional, run};
use crate::infra::audit::{self, Change};
use crate::infra::error::{Error, Result};
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use crate::integration::api_keys;
use domain::accounts::features::Feature;
use domain::accounts::rights::Rights;
use domain::accounts::users::{ADMINISTRATOR, NewUser};
use domain::accounts::{Account, NewAccount};
use domain::fields::name_key;
use domain::ids::{AccountId, UserId};
use domain::time::Timestamp;

/// Makes an account with its administrator, all features on.
///
/// # Errors
/// [`Error::Invalid`] for a field that does not hold what it must, such as an e-mail that is in use or a password that is
/// easy to guess.
pub async fn create(portal: &Portal, input: NewAccount) -> Result<(AccountId, UserId)> {
    let input = input.checked()?;
    let about = AboutUser::new(&input.name, &input.email, &input.account_name);
    let password_hash = passwords::hash_new(portal, &input.password, about).await?;
    let mut tx = portal.begin().await?;
    let made = insert(portal, &mut tx, Via::CommandLine, input, &password_hash).await?;
    tx.commit().await?;
    portal.forget();
    Ok(made)
}

/// Adds an account with its administrator in the caller's transaction; `input` has been checked.
pub(crate) async fn insert(
    portal: &Portal,
    tx: &mut Transaction,
    via: Via,
    input: NewAccount,
    password_hash: &str,
) -> Result<(AccountId, UserId)> {
    let account = AccountId(portal.new_id());
    run!(
        tx,
        "insert into accounts (id, name, created_at) values ($1, $2, $3)",
        account,
        &input.account_name,
        portal.now()
    )?;
    for feature in Feature::ALL {
        run!(
            tx,
            "insert into account_features (account_id, feature) values ($1, $2)",
            account,
            feature.code()
        )?;
    }
    let operator = Actor::operator(account, input.account_name.clone(), Feature::ALL.to_vec(), via);
    audit::record(
        portal,
        tx,
        &operator,
        Change {
            action: "account.create",
            subject: Some(account.0),
            detail: &input.account_name,
        },
    )
    .await?;
    profiles::insert(portal, tx, &operator, ADMINISTRATOR, Rights::all()).await?;
    let administrator = NewUser {
        name: input.name,
        email: input.email,
        password: input.password,
        profile: ADMINISTRATOR.to_owned(),
    };
    let user = users::insert(portal, tx, &operator, &administrator, password_hash).await?;
    api_keys::insert(portal, tx, account, None).await?;
    invalidation::announce(portal, tx).await?;
    Ok((account, user))
}

/// All accounts, by name.
///
/// # Errors
/// Those of the database.
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

/// The operator as actor in the account that `name` is the id or the name of; without a name, in the only one.
///
/// # Errors
/// [`Error::NotFound`] for an unknown account, [`Error::Conflict`] where it is not clear which is meant.
pub async fn operator(portal: &Portal, name: Option<&str>) -> Result<Actor> {
    let mut matching = list(portal).await?;
    if let Some(name) = name {
        let key = name_key(name);
        matching.retain(|account| name_key(&account.name) == key || account.id.to_string() == name);
    }
    match matching.len() {
        0 => Err(Error::NotFound("account")),
        1 => {
            let account = matching.remove(0);
            let features = account
                .features
                .iter()
                .filter_map(|code| Feature::from_code(code))
                .collect();
            Ok(Actor::operator(account.id, account.name, features, Via::CommandLine))
        }
        _ => Err(Error::Conflict(match name {
            Some(name) => format!("several accounts are named {name}; give the id instead"),
            None => "there are several accounts; name one with --account".to_owned(),
        })),
    }
}

/// Switches a feature of the operator's account on or off. Off, its credentials open nothing.
///
/// # Errors
/// Those of the database.
pub async fn set_feature(portal: &Portal, operator: &Actor, feature: Feature, on: bool) -> Result<()> {
    let account = operator.account();
    let mut tx = portal.begin().await?;
    let sql = if on {
        "insert into account_features (account_id, feature) values ($1, $2) on conflict do nothing"
    } else {
        "delete from account_features where account_id = $1 and feature = $2"
    };
    run!(&mut tx, sql, account, feature.code())?;
    let action = if on { "feature.enable" } else { "feature.disable" };
    audit::record(
        portal,
        &mut tx,
        operator,
        Change {
            action,
            subject: None,
            detail: feature.code(),
        },
    )
    .await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

/// What the API says of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The organisation's name.
    pub name: String,
    /// The default language, such as `en_US`.
    pub language: String,
    /// The time zone's IANA name.
    pub time_zone: String,
}

/// The actor's own account. Any actor may read it.
///
/// # Errors
/// Those of the database.
pub async fn details(portal: &Portal, actor: &Actor) -> Result<Details> {
    let mut db = portal.read().await?;
    find(&mut db, actor.account()).await?.ok_or(Error::NotFound("account"))
}

async fn find(db: &mut impl Connection, account: AccountId) -> Result<Option<Details>> {
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
    Ok(row.map(|row| Details {
        name: row.name,
        language: row.language,
        time_zone: row.time_zone,
    }))
}

/// Whether there is any account yet.
pub(crate) async fn any(db: &mut impl Connection) -> Result<bool> {
    Ok(fetch_optional!(db, (i64,), "select cast(1 as bigint) from accounts limit 1")?.is_some())
}
