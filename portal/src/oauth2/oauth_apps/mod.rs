//! OAuth 2 apps: the clients that get tokens from this server.

mod list;
pub mod secrets;
mod token_settings;

pub use crate::oauth2::oauth_apps::list::{get, list, rights_of};
pub use crate::oauth2::oauth_apps::token_settings::set_token_settings;

pub(crate) use crate::oauth2::oauth_apps::token_settings::TokenSettingsRow;

use crate::accounts::users;
use crate::auth::actor::Actor;
use crate::auth::one_time_secrets;
use crate::crypto::secret::Secret;
use crate::database::{Connection, Transaction, fetch_optional, run};
use crate::infra::audit::{self, Change};
use crate::infra::error::{Error, Result, taken};
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use crate::oauth2::signing_keys;
use domain::accounts::rights::Right;
use domain::auth::one_time_secrets::RevealKind;
use domain::email;
use domain::fields;
use domain::ids::{AccountId, OauthAppId, UserId};
use domain::oauth1::tokens::UserRef;
use domain::oauth2::oauth_apps::{
    AppForm, CheckedApp, CheckedSecret, Grant, SigningAlgorithm, TokenSettings, TokenSettingsForm,
};
use domain::oauth2::scopes::Scopes;

/// A new app and its first secret; a public client has none.
#[derive(Debug)]
pub struct NewApp {
    /// The id, which as text is the client id.
    pub id: OauthAppId,
    /// The secret, the only time that it can be read.
    pub secret: Option<Secret>,
}

/// The account of an actor who may see to OAuth apps.
pub(crate) fn account(actor: &Actor) -> Result<AccountId> {
    Ok(actor.may(Right::AdminSettings)?.may(Right::ManageOauthApps)?.account())
}

/// Registers an app and hands out its first secret, the only time that it can be read.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Access & manage OAuth apps, [`Error::Invalid`] for a field that does
/// not hold what it must, such as a name that is taken.
pub async fn create(portal: &Portal, actor: &Actor, input: AppForm) -> Result<NewApp> {
    create_with(portal, actor, input, SigningAlgorithm::default().into()).await
}

/// Registers an app with token settings of its own.
///
/// # Errors
/// As [`create`].
pub async fn create_with(
    portal: &Portal,
    actor: &Actor,
    input: AppForm,
    settings: TokenSettingsForm,
) -> Result<NewApp> {
    let account = account(actor)?;
    let input = input.checked()?;
    let settings = settings.validate(input.grant)?;
    // Before the transaction, as it may have to make the key.
    signing_keys::ensure(portal, settings.signing_algorithm).await?;
    let id = OauthAppId(portal.new_id());
    let mut tx = portal.begin().await?;
    let user = resolve(&mut tx, account, input.user.as_ref()).await?;
    run!(
        &mut tx,
        "insert into oauth_apps (id, account_id, name, name_key, grant_code, user_id, scopes, created_by, created_at,
                                 rotate_refresh_tokens, signing_algorithm, allow_introspection)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        id,
        account,
        &input.name,
        fields::name_key(&input.name),
        input.grant.code(),
        user,
        input.scopes.to_string(),
        actor.user_id(),
        portal.now(),
        settings.rotate_refresh_tokens,
        settings.signing_algorithm.code(),
        settings.allow_introspection
    )
    .map_err(name_taken)?;
    insert_redirect_uris(&mut tx, id, &input.redirect_uris).await?;
    record(
        portal,
        &mut tx,
        actor,
        "oauth-app.create",
        id,
        &describe(&input, settings),
    )
    .await?;
    let secret = if input.grant.has_secret() {
        let first = CheckedSecret {
            note: String::new(),
            days: None,
        };
        let secret = crate::oauth2::oauth_apps::secrets::insert(portal, &mut tx, actor, id, first).await?;
        let shown = (input.name.as_str(), id.to_string());
        one_time_secrets::insert(
            portal,
            &mut tx,
            actor,
            RevealKind::OauthApp,
            (shown.0, &shown.1, &secret),
        )
        .await?;
        Some(secret)
    } else {
        None
    };
    tx.commit().await?;
    Ok(NewApp { id, secret })
}

/// Changes everything about an app but its grant, on every node within a second. Scopes that are taken away are taken
/// out of what people have allowed, too.
///
/// # Errors
/// As [`create`], [`Error::NotFound`] where the account has no such app, and [`Error::Conflict`] where scopes are added
/// without `confirmed`: what people have allowed an app grows only when somebody says so twice.
pub async fn update(portal: &Portal, actor: &Actor, id: OauthAppId, input: AppForm, confirmed: bool) -> Result<()> {
    let account = account(actor)?;
    let mut tx = portal.begin().await?;
    let before = kept(&mut tx, account, id).await?;
    let input = AppForm {
        grant: before.grant.code().to_owned(),
        ..input
    }
    .checked()?;
    let added = input.scopes.except(before.scopes);
    if !added.is_empty() && !confirmed {
        return Err(Error::Conflict(format!(
            "Confirm that the app may be granted more: {added}."
        )));
    }
    let user = match before.user {
        // Whoever it acts for stays, active or not: an app that has stopped can still be changed.
        Some(user) if is_meant(&mut tx, user, input.user.as_ref()).await? => Some(user),
        _ => resolve(&mut tx, account, input.user.as_ref()).await?,
    };
    run!(
        &mut tx,
        "update oauth_apps set name = $3, name_key = $4, user_id = $5, scopes = $6 where id = $1 and account_id = $2",
        id,
        account,
        &input.name,
        fields::name_key(&input.name),
        user,
        input.scopes.to_string()
    )
    .map_err(name_taken)?;
    run!(&mut tx, "delete from oauth_redirect_uris where app_id = $1", id)?;
    insert_redirect_uris(&mut tx, id, &input.redirect_uris).await?;
    let detail = differences(&before, &input, user);
    record(portal, &mut tx, actor, "oauth-app.update", id, &detail).await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

/// Revokes every refresh token of an app, and the access tokens that came with them; gives how many grants ended. People
/// are asked for nothing again, but the app has to send them here once more.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Access & manage OAuth apps, [`Error::NotFound`] where the account has
/// no such app.
pub async fn revoke_refresh_tokens(portal: &Portal, actor: &Actor, id: OauthAppId) -> Result<u64> {
    let account = account(actor)?;
    let mut tx = portal.begin().await?;
    let app = kept(&mut tx, account, id).await?;
    let ended = run!(
        &mut tx,
        "update oauth_grants set revoked_at = $2 where app_id = $1 and revoked_at = 0",
        id,
        portal.now()
    )?;
    let detail = format!("{}: {ended}", app.name);
    record(portal, &mut tx, actor, "oauth-app.revoke-refresh-tokens", id, &detail).await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(ended)
}

/// Deletes an app with its secrets and all its tokens, on every node within a second. `name` must be its name, as a
/// person types it to show that they mean it.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Access & manage OAuth apps, [`Error::Invalid`] for another name,
/// [`Error::NotFound`] where the account has no such app.
pub async fn delete(portal: &Portal, actor: &Actor, id: OauthAppId, name: &str) -> Result<()> {
    let account = account(actor)?;
    let mut tx = portal.begin().await?;
    let app = kept(&mut tx, account, id).await?;
    fields::confirmed(&app.name, name)?;
    run!(
        &mut tx,
        "delete from oauth_apps where id = $1 and account_id = $2",
        id,
        account
    )?;
    record(portal, &mut tx, actor, "oauth-app.delete", id, &app.name).await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

/// What an app is before a change.
pub(crate) struct Kept {
    pub name: String,
    pub grant: Grant,
    pub scopes: Scopes,
    pub user: Option<UserId>,
    pub token_settings: TokenSettings,
}

/// The account's app, in a transaction that changes it.
pub(crate) async fn kept(db: &mut impl Connection, account: AccountId, id: OauthAppId) -> Result<Kept> {
    #[derive(sqlx::FromRow)]
    struct Row {
        name: String,
        grant_code: String,
        scopes: String,
        user_id: Option<UserId>,
        #[sqlx(flatten)]
        token_settings: TokenSettingsRow,
    }
    let row = fetch_optional!(
        db,
        Row,
        "select name, grant_code, scopes, user_id, rotate_refresh_tokens, signing_algorithm, allow_introspection
         from oauth_apps where id = $1 and account_id = $2",
        id,
        account
    )?;
    let row = row.ok_or(Error::NotFound("app"))?;
    Ok(Kept {
        grant: read_grant(&row.grant_code)?,
        scopes: read_scopes(&row.scopes)?,
        user: row.user_id,
        token_settings: row.token_settings.read()?,
        name: row.name,
    })
}

/// The grant that a row says.
pub(crate) fn read_grant(code: &str) -> Result<Grant> {
    Grant::from_code(code).ok_or_else(|| Error::internal("an app of an unknown grant"))
}

/// The scopes that a row says.
pub(crate) fn read_scopes(text: &str) -> Result<Scopes> {
    text.parse().map_err(Error::internal)
}

async fn resolve(tx: &mut Transaction, account: AccountId, user: Option<&UserRef>) -> Result<Option<UserId>> {
    match user {
        Some(user) => Ok(Some(users::resolve(tx, account, "user", user).await?.id)),
        None => Ok(None),
    }
}

/// Whether the form means this person.
async fn is_meant(tx: &mut Transaction, user: UserId, meant: Option<&UserRef>) -> Result<bool> {
    let row = fetch_optional!(
        tx,
        (String, String),
        "select email_key, name_key from users where id = $1",
        user
    )?;
    Ok(match (row, meant) {
        (Some((email_key, _)), Some(UserRef::Email(meant))) => email::key(meant) == email_key,
        (Some((_, name_key)), Some(UserRef::Name(meant))) => fields::name_key(meant) == name_key,
        _ => false,
    })
}

async fn insert_redirect_uris(tx: &mut Transaction, id: OauthAppId, uris: &[String]) -> Result<()> {
    for (position, uri) in (0_i64..).zip(uris) {
        run!(
            tx,
            "insert into oauth_redirect_uris (app_id, position, uri) values ($1, $2, $3)",
            id,
            position,
            uri
        )?;
    }
    Ok(())
}

fn describe(app: &CheckedApp, settings: TokenSettings) -> String {
    let mut words = vec![app.grant.code().to_owned(), app.scopes.to_string()];
    words.extend(crate::oauth2::oauth_apps::token_settings::describe(app.grant, settings));
    format!("{}: {}", app.name, words.join(", "))
}

/// What a change is in the trail's words.
fn differences(before: &Kept, after: &CheckedApp, user: Option<UserId>) -> String {
    let mut words = vec![if before.name == after.name {
        after.name.clone()
    } else {
        format!("{} → {}", before.name, after.name)
    }];
    let (added, removed) = (after.scopes.except(before.scopes), before.scopes.except(after.scopes));
    words.extend(added.iter().map(|scope| format!("+{}", scope.code())));
    words.extend(removed.iter().map(|scope| format!("-{}", scope.code())));
    if before.user != user {
        words.extend(user.map(|user| format!("acts for {user}")));
    }
    words.join(" ")
}

pub(crate) async fn record(
    portal: &Portal,
    tx: &mut Transaction,
    actor: &Actor,
    action: &'static str,
    id: OauthAppId,
    detail: &str,
) -> Result<()> {
    let change = Change {
        action,
        subject: Some(id.0),
        detail,
    };
    audit::record(portal, tx, actor, change).await
}

fn name_taken(error: sqlx::Error) -> Error {
    taken(error, "name", "Another app has this name.")
}
