//! Stores the consents that users have granted to apps, so that each is requested once and can be revoked.

use crate::database::{AsExecutor, Transaction, execute, fetch_all, fetch_optional};
use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth2::oauth_apps::parse_scopes;
use domain::ids::{OauthAppId, UserId};
use domain::oauth2::oauth_apps::ConnectedApp;
use domain::oauth2::scopes::Scopes;
use domain::time::Timestamp;

/// Lists the apps that the user has granted access, ordered by name.
///
/// # Errors
/// Returns the database's errors.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<ConnectedApp>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: OauthAppId,
        name: String,
        scopes: String,
        app_scopes: String,
        allowed_at: Timestamp,
        last_used_at: Option<Timestamp>,
    }
    let user = actor.require_user()?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        Row,
        "select a.id, a.name, c.scopes, a.scopes as app_scopes, c.allowed_at, c.last_used_at
         from oauth_consents c join oauth_apps a on a.id = c.app_id where c.user_id = $1 order by a.name_key, a.id",
        user.id
    )?;
    rows.into_iter()
        .map(|row| {
            Ok(ConnectedApp {
                id: row.id,
                name: row.name,
                // Scopes that were removed from the app in the meantime no longer apply.
                scopes: parse_scopes(&row.scopes)?.intersection(parse_scopes(&row.app_scopes)?),
                granted_at: row.allowed_at,
                last_used_at: row.last_used_at,
            })
        })
        .collect()
}

/// Revokes the user's consent for an app and every token that the app has for the user. Every node applies this within
/// a second.
///
/// # Errors
/// [`Error::NotFound`] if the user has not granted the app access.
pub async fn disconnect(portal: &Portal, actor: &Actor, app: OauthAppId) -> Result<()> {
    let user = actor.require_user()?.id;
    let mut change = portal.begin_change(actor).await?;
    let row = fetch_optional!(
        &mut change,
        (String,),
        "select name from oauth_apps where id = $1 and account_id = $2",
        app,
        actor.account()
    )?;
    let (name,) = row.ok_or(Error::NotFound("app"))?;
    let deleted = execute!(
        &mut change,
        "delete from oauth_consents where user_id = $1 and app_id = $2",
        user,
        app
    )?;
    if deleted == 0 {
        return Err(Error::NotFound("app"));
    }
    execute!(
        &mut change,
        "update oauth_grants set revoked_at = $3 where user_id = $1 and app_id = $2 and revoked_at is null",
        user,
        app,
        portal.now()
    )?;
    // A pending authorization code would still be exchanged for tokens.
    execute!(
        &mut change,
        "delete from authorization_codes where user_id = $1 and app_id = $2 and used_at is null",
        user,
        app
    )?;
    change.commit(AuditEvent::ConnectedAppDisconnected { app, name }).await
}

/// Returns the scopes that the user has already granted the app.
pub(crate) async fn granted_scopes(db: &mut impl AsExecutor, user: UserId, app: OauthAppId) -> Result<Scopes> {
    let row = fetch_optional!(
        db,
        (String,),
        "select scopes from oauth_consents where user_id = $1 and app_id = $2",
        user,
        app
    )?;
    row.map_or(Ok(Scopes::default()), |(scopes,)| parse_scopes(&scopes))
}

/// Adds to the scopes that the user has granted. Returns those that are new.
pub(crate) async fn add_scopes(
    portal: &Portal,
    tx: &mut Transaction,
    user: UserId,
    app: OauthAppId,
    scopes: Scopes,
) -> Result<Scopes> {
    let before = granted_scopes(tx, user, app).await?;
    let added = scopes.difference(before);
    if added.is_empty() && !before.is_empty() {
        return Ok(added);
    }
    execute!(
        tx,
        "insert into oauth_consents (user_id, app_id, scopes, allowed_at) values ($1, $2, $3, $4)
         on conflict (user_id, app_id) do update set scopes = excluded.scopes",
        user,
        app,
        before.union(scopes).to_string(),
        portal.now()
    )?;
    Ok(added)
}
