//! What a person has allowed which app, so that they are asked once and can think better of it.

use crate::auth::actor::Actor;
use crate::database::{Connection, Transaction, fetch_all, fetch_optional, run};
use crate::infra::audit::{self, Change};
use crate::infra::error::{Error, Result};
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use crate::oauth2::oauth_apps::read_scopes;
use domain::ids::{OauthAppId, UserId};
use domain::oauth2::oauth_apps::ConnectedApp;
use domain::oauth2::scopes::Scopes;
use domain::time::Timestamp;

/// The apps that act for the person, by name.
///
/// # Errors
/// Those of the database.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<ConnectedApp>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: OauthAppId,
        name: String,
        scopes: String,
        app_scopes: String,
        allowed_at: Timestamp,
        last_used_at: Timestamp,
    }
    let person = actor.require_person()?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        Row,
        "select a.id, a.name, c.scopes, a.scopes as app_scopes, c.allowed_at, c.last_used_at
         from oauth_consents c join oauth_apps a on a.id = c.app_id where c.user_id = $1 order by a.name_key, a.id",
        person.id
    )?;
    rows.into_iter()
        .map(|row| {
            Ok(ConnectedApp {
                id: row.id,
                name: row.name,
                // What was taken away from the app since holds no more.
                scopes: read_scopes(&row.scopes)?.and(read_scopes(&row.app_scopes)?),
                allowed_at: row.allowed_at,
                last_used_at: (row.last_used_at.0 > 0).then_some(row.last_used_at),
            })
        })
        .collect()
}

/// Takes an app's permission back, and revokes every token that it has for the person, on every node within a second.
///
/// # Errors
/// [`Error::NotFound`] where the person has allowed the app nothing.
pub async fn disconnect(portal: &Portal, actor: &Actor, app: OauthAppId) -> Result<()> {
    let person = actor.require_person()?.id;
    let mut tx = portal.begin().await?;
    let row = fetch_optional!(
        &mut tx,
        (String,),
        "select name from oauth_apps where id = $1 and account_id = $2",
        app,
        actor.account()
    )?;
    let (name,) = row.ok_or(Error::NotFound("app"))?;
    let touched = run!(
        &mut tx,
        "delete from oauth_consents where user_id = $1 and app_id = $2",
        person,
        app
    )?;
    if touched == 0 {
        return Err(Error::NotFound("app"));
    }
    run!(
        &mut tx,
        "update oauth_grants set revoked_at = $3 where user_id = $1 and app_id = $2 and revoked_at = 0",
        person,
        app,
        portal.now()
    )?;
    // A code that is still on its way would give tokens again.
    run!(
        &mut tx,
        "delete from authorization_codes where user_id = $1 and app_id = $2 and used_at = 0",
        person,
        app
    )?;
    let change = Change {
        action: "connected-app.disconnect",
        subject: Some(app.0),
        detail: &name,
    };
    audit::record(portal, &mut tx, actor, change).await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

/// What the person has allowed the app before.
pub(crate) async fn allowed(db: &mut impl Connection, person: UserId, app: OauthAppId) -> Result<Scopes> {
    let row = fetch_optional!(
        db,
        (String,),
        "select scopes from oauth_consents where user_id = $1 and app_id = $2",
        person,
        app
    )?;
    row.map_or(Ok(Scopes::default()), |(scopes,)| read_scopes(&scopes))
}

/// Adds to what the person has allowed; gives what is new.
pub(crate) async fn remember(
    portal: &Portal,
    tx: &mut Transaction,
    person: UserId,
    app: OauthAppId,
    scopes: Scopes,
) -> Result<Scopes> {
    let before = allowed(tx, person, app).await?;
    let added = scopes.except(before);
    if added.is_empty() && !before.is_empty() {
        return Ok(added);
    }
    run!(
        tx,
        "insert into oauth_consents (user_id, app_id, scopes, allowed_at) values ($1, $2, $3, $4)
         on conflict (user_id, app_id) do update set scopes = excluded.scopes",
        person,
        app,
        before.or(scopes).to_string(),
        portal.now()
    )?;
    Ok(added)
}
