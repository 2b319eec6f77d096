//! Manages an app's client secrets. An app can have several, so that one can be replaced without an outage.

use crate::auth::one_time_secrets;
use crate::crypto::secret::{self, Secret};
use crate::database::{Transaction, execute, fetch_all, fetch_one, fetch_optional};
use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth2::oauth_apps::{authorize, load};
use domain::auth::one_time_secrets::OneTimeSecretKind;
use domain::ids::{ClientSecretId, OauthAppId};
use domain::oauth2::oauth_apps::{ClientSecret, MAX_SECRETS, SecretForm, ValidatedSecret};
use domain::time::Timestamp;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Adds a secret to an app and returns it. It can't be read again.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Access & manage OAuth apps, [`Error::Invalid`] for an invalid field,
/// [`Error::Conflict`] for a public client, [`Error::Limit`] if the app already has [`MAX_SECRETS`], [`Error::NotFound`]
/// if the account has no such app.
pub async fn add(portal: &Portal, actor: &Actor, app: OauthAppId, input: SecretForm) -> Result<Secret> {
    let account = authorize(actor)?;
    let input = input.validate()?;
    let mut change = portal.begin_change(actor).await?;
    let stored = load(&mut change, account, app).await?;
    if !stored.grant.has_secret() {
        return Err(Error::Conflict("A public client can't have a secret.".to_owned()));
    }
    // Locks the row first, so that concurrent calls are counted one after the other.
    execute!(&mut change, "update oauth_apps set name = name where id = $1", app)?;
    let (count,) = fetch_one!(
        &mut change,
        (i64,),
        "select count(*) from client_secrets where app_id = $1",
        app
    )?;
    if usize::try_from(count).is_ok_and(|count| count >= MAX_SECRETS) {
        return Err(Error::Limit(format!(
            "An app can have at most {MAX_SECRETS} secrets. Delete one that is no longer used."
        )));
    }
    let note = input.note.clone();
    let secret = insert(portal, &mut change, actor, app, input).await?;
    let client_id = app.to_string();
    let revealed = (stored.name.as_str(), client_id.as_str(), &secret);
    one_time_secrets::insert(portal, &mut change, actor, OneTimeSecretKind::OauthApp, revealed).await?;
    let event = AuditEvent::OauthAppSecretAdded {
        app,
        name: stored.name,
        note,
    };
    change.commit(event).await?;
    Ok(secret)
}

/// Inserts a secret in the caller's transaction.
pub(crate) async fn insert(
    portal: &Portal,
    tx: &mut Transaction,
    actor: &Actor,
    app: OauthAppId,
    input: ValidatedSecret,
) -> Result<Secret> {
    let secret = secret::new_secret();
    let now = portal.now();
    let days = input.days.and_then(|days| u32::try_from(days).ok());
    execute!(
        tx,
        "insert into client_secrets (id, app_id, digest, note, created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        ClientSecretId(portal.new_id()),
        app,
        secret::digest(secret.expose().as_bytes()),
        input.note,
        actor.user_id(),
        now,
        days.map(|days| now.after(DAY * days))
    )?;
    Ok(secret)
}

/// Lists an app's secrets, oldest first, including expired ones.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Access & manage OAuth apps, [`Error::NotFound`] if the account has
/// no such app.
pub async fn list(portal: &Portal, actor: &Actor, app: OauthAppId) -> Result<Vec<ClientSecret>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: ClientSecretId,
        note: String,
        created_by: Option<String>,
        created_at: Timestamp,
        expires_at: Option<Timestamp>,
        last_used_at: Option<Timestamp>,
    }
    let account = authorize(actor)?;
    let mut db = portal.read().await?;
    load(&mut db, account, app).await?;
    let rows = fetch_all!(
        &mut db,
        Row,
        "select s.id, s.note, u.name as created_by, s.created_at, s.expires_at, s.last_used_at
         from client_secrets s left join users u on u.id = s.created_by
         where s.app_id = $1 order by s.created_at, s.id",
        app
    )?;
    Ok(rows
        .into_iter()
        .map(|row| ClientSecret {
            id: row.id,
            note: row.note,
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        })
        .collect())
}

/// Deletes a secret. Every node applies this within a second. Tokens issued with it stay valid.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Access & manage OAuth apps, [`Error::NotFound`] if the account has
/// no such app or the app no such secret.
pub async fn delete(portal: &Portal, actor: &Actor, app: OauthAppId, id: ClientSecretId) -> Result<()> {
    let account = authorize(actor)?;
    let mut change = portal.begin_change(actor).await?;
    let stored = load(&mut change, account, app).await?;
    let row = fetch_optional!(
        &mut change,
        (String,),
        "delete from client_secrets where id = $1 and app_id = $2 returning note",
        id,
        app
    )?;
    let (note,) = row.ok_or(Error::NotFound("secret"))?;
    let event = AuditEvent::OauthAppSecretDeleted {
        app,
        name: stored.name,
        note,
    };
    change.commit(event).await
}
