//! Manages OAuth 2.0 apps: the clients that get tokens from this server.

mod list;
pub mod secrets;
mod token_settings;

pub use crate::oauth2::oauth_apps::list::{get, list, rights_of};
pub use crate::oauth2::oauth_apps::token_settings::set_token_settings;

pub(crate) use crate::oauth2::oauth_apps::token_settings::TokenSettingsRow;

use crate::accounts::users;
use crate::auth::one_time_secrets;
use crate::crypto::secret::Secret;
use crate::database::{AsExecutor, Transaction, UniqueIndex, execute, fetch_all, fetch_optional};
use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result, on_unique_violation};
use crate::infra::names::check_distinguishable;
use crate::infra::portal::Portal;
use crate::oauth2::signing_keys;
use domain::accounts::rights::Right;
use domain::auth::one_time_secrets::OneTimeSecretKind;
use domain::email;
use domain::fields;
use domain::ids::{AccountId, OauthAppId, UserId};
use domain::oauth1::tokens::UserRef;
use domain::oauth2::oauth_apps::{AppForm, Grant, SigningAlgorithm, TokenSettings, TokenSettingsForm, ValidatedSecret};
use domain::oauth2::scopes::Scopes;

/// Holds a new app and its first secret.
#[derive(Debug)]
pub struct NewApp {
    /// The id, whose text form is the client ID.
    pub id: OauthAppId,
    /// The secret, which can't be read again; `None` for a public client.
    pub secret: Option<Secret>,
}

/// Returns the actor's account if the actor may manage OAuth apps.
pub(crate) fn authorize(actor: &Actor) -> Result<AccountId> {
    Ok(actor
        .require_right(Right::AdminSettings)?
        .require_right(Right::ManageOauthApps)?
        .account())
}

/// Registers an app and returns its first secret, which can't be read again.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Access & manage OAuth apps, [`Error::Invalid`] for an invalid field,
/// such as a name already in use.
pub async fn create(portal: &Portal, actor: &Actor, input: AppForm) -> Result<NewApp> {
    create_with(portal, actor, input, SigningAlgorithm::default().into()).await
}

/// Registers an app with custom token settings.
///
/// # Errors
/// As [`create`].
pub async fn create_with(
    portal: &Portal,
    actor: &Actor,
    input: AppForm,
    settings: TokenSettingsForm,
) -> Result<NewApp> {
    let account = authorize(actor)?;
    let input = input.validate()?;
    let settings = settings.validate(input.grant)?;
    // Before the transaction, because it may have to generate the key.
    signing_keys::ensure(portal, settings.signing_algorithm).await?;
    let id = OauthAppId(portal.new_id());
    let mut change = portal.begin_change(actor).await?;
    let user = resolve(&mut change, account, input.user.as_ref()).await?;
    check_name(&mut change, account, id, &input.name).await?;
    execute!(
        &mut change,
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
    insert_redirect_uris(&mut change, id, &input.redirect_uris).await?;
    let secret = if input.grant.has_secret() {
        let first = ValidatedSecret {
            note: String::new(),
            days: None,
        };
        let secret = crate::oauth2::oauth_apps::secrets::insert(portal, &mut change, actor, id, first).await?;
        let revealed = (input.name.as_str(), id.to_string());
        one_time_secrets::insert(
            portal,
            &mut change,
            actor,
            OneTimeSecretKind::OauthApp,
            (revealed.0, &revealed.1, &secret),
        )
        .await?;
        Some(secret)
    } else {
        None
    };
    let event = AuditEvent::OauthAppCreated {
        id,
        name: input.name,
        grant: input.grant,
        scopes: input.scopes,
        user,
        settings,
    };
    change.commit(event).await?;
    Ok(NewApp { id, secret })
}

/// Changes everything about an app except its grant type. Every node applies this within a second. Removed scopes are
/// also removed from what users have granted.
///
/// # Errors
/// As [`create`], [`Error::NotFound`] if the account has no such app, and [`Error::Conflict`] if scopes are added
/// without `confirmed`, because added scopes need an explicit confirmation.
pub async fn update(portal: &Portal, actor: &Actor, id: OauthAppId, input: AppForm, confirmed: bool) -> Result<()> {
    let account = authorize(actor)?;
    let mut change = portal.begin_change(actor).await?;
    let before = load(&mut change, account, id).await?;
    let input = AppForm {
        grant: before.grant.code().to_owned(),
        ..input
    }
    .validate()?;
    let added = input.scopes.difference(before.scopes);
    if !added.is_empty() && !confirmed {
        return Err(Error::Conflict(format!("Confirm the additional scopes: {added}.")));
    }
    let user = match before.user {
        // The user that the app acts as stays, active or not, so that a disabled app can still be changed.
        Some(user) if matches_user(&mut change, user, input.user.as_ref()).await? => Some(user),
        _ => resolve(&mut change, account, input.user.as_ref()).await?,
    };
    if input.name != before.name {
        check_name(&mut change, account, id, &input.name).await?;
    }
    execute!(
        &mut change,
        "update oauth_apps set name = $3, name_key = $4, user_id = $5, scopes = $6 where id = $1 and account_id = $2",
        id,
        account,
        &input.name,
        fields::name_key(&input.name),
        user,
        input.scopes.to_string()
    )
    .map_err(name_taken)?;
    execute!(&mut change, "delete from oauth_redirect_uris where app_id = $1", id)?;
    insert_redirect_uris(&mut change, id, &input.redirect_uris).await?;
    let event = AuditEvent::OauthAppUpdated {
        id,
        previous_name: (before.name != input.name).then_some(before.name),
        name: input.name,
        added_scopes: added,
        removed_scopes: before.scopes.difference(input.scopes),
        user: user.filter(|_| before.user != user),
    };
    change.commit(event).await
}

/// Revokes every refresh token of an app and the access tokens of the same grants. Returns the number of revoked
/// grants. The users' consents are kept, but the app has to send its users here once more.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Access & manage OAuth apps, [`Error::NotFound`] if the account has
/// no such app.
pub async fn revoke_refresh_tokens(portal: &Portal, actor: &Actor, id: OauthAppId) -> Result<u64> {
    let account = authorize(actor)?;
    let mut change = portal.begin_change(actor).await?;
    let app = load(&mut change, account, id).await?;
    let ended = execute!(
        &mut change,
        "update oauth_grants set revoked_at = $2 where app_id = $1 and revoked_at is null",
        id,
        portal.now()
    )?;
    let event = AuditEvent::OauthAppRefreshTokensRevoked {
        id,
        name: app.name,
        grants: ended,
    };
    change.commit(event).await?;
    Ok(ended)
}

/// Deletes an app with its secrets and all its tokens. Every node applies this within a second. `name` must be the
/// app's name, typed by the user to confirm the deletion.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Access & manage OAuth apps, [`Error::Invalid`] if `name` differs,
/// [`Error::NotFound`] if the account has no such app.
pub async fn delete(portal: &Portal, actor: &Actor, id: OauthAppId, name: &str) -> Result<()> {
    let account = authorize(actor)?;
    let mut change = portal.begin_change(actor).await?;
    let app = load(&mut change, account, id).await?;
    fields::validate_confirmation(&app.name, name)?;
    execute!(
        &mut change,
        "delete from oauth_apps where id = $1 and account_id = $2",
        id,
        account
    )?;
    change.commit(AuditEvent::OauthAppDeleted { id, name: app.name }).await
}

/// Holds an app as it is before a change.
pub(crate) struct StoredApp {
    pub name: String,
    pub grant: Grant,
    pub scopes: Scopes,
    pub user: Option<UserId>,
    pub token_settings: TokenSettings,
}

/// Loads an app of the account.
pub(crate) async fn load(db: &mut impl AsExecutor, account: AccountId, id: OauthAppId) -> Result<StoredApp> {
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
    Ok(StoredApp {
        grant: parse_grant(&row.grant_code)?,
        scopes: parse_scopes(&row.scopes)?,
        user: row.user_id,
        token_settings: row.token_settings.parse()?,
        name: row.name,
    })
}

/// Parses the grant type of a row.
pub(crate) fn parse_grant(code: &str) -> Result<Grant> {
    Grant::from_code(code).ok_or_else(|| Error::internal("an app has an unknown grant type"))
}

/// Parses the scopes of a row.
pub(crate) fn parse_scopes(text: &str) -> Result<Scopes> {
    text.parse().map_err(Error::internal)
}

async fn resolve(tx: &mut Transaction, account: AccountId, user: Option<&UserRef>) -> Result<Option<UserId>> {
    match user {
        Some(user) => Ok(Some(users::resolve(tx, account, "user", user).await?.id)),
        None => Ok(None),
    }
}

/// Returns whether the form refers to this user.
async fn matches_user(tx: &mut Transaction, user: UserId, input: Option<&UserRef>) -> Result<bool> {
    let row = fetch_optional!(
        tx,
        (String, String),
        "select email_key, name_key from users where id = $1",
        user
    )?;
    Ok(match (row, input) {
        (Some((email_key, _)), Some(UserRef::Email(input))) => email::key(input) == email_key,
        (Some((_, name_key)), Some(UserRef::Name(input))) => fields::name_key(input) == name_key,
        _ => false,
    })
}

async fn insert_redirect_uris(tx: &mut Transaction, id: OauthAppId, uris: &[String]) -> Result<()> {
    for (position, uri) in (0_i64..).zip(uris) {
        execute!(
            tx,
            "insert into oauth_redirect_uris (app_id, position, uri) values ($1, $2, $3)",
            id,
            position,
            uri
        )?;
    }
    Ok(())
}

/// Checks that a name doesn't look like that of another app of the account. The account stays locked, so that no name that
/// looks alike is added meanwhile.
async fn check_name(tx: &mut Transaction, account: AccountId, id: OauthAppId, name: &str) -> Result<()> {
    tx.lock_account(account).await?;
    let others = fetch_all!(
        tx,
        (String,),
        "select name from oauth_apps where account_id = $1 and id <> $2",
        account,
        id
    )?;
    check_distinguishable(name, others)
}

const NAME_INDEX: UniqueIndex = UniqueIndex {
    name: "oauth_apps_name_unique",
    columns: "oauth_apps.account_id, oauth_apps.name_key",
};

fn name_taken(error: sqlx::Error) -> Error {
    on_unique_violation(error, &NAME_INDEX, "name", "This name is already in use.")
}
