//! The one showing of a new secret.
//!
//! What was made is sealed into a record tied to the session that made it, in the transaction that made it. The page
//! shows it until the person clicks OK or ten minutes have passed; so it survives a reload and a lost answer, and needs
//! no script.

use crate::auth::actor::Actor;
use crate::crypto::secret::Secret;
use crate::database::{Transaction, fetch_all, run};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::auth::one_time_secrets::{Reveal, RevealKind};
use domain::ids::{RevealId, SessionId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long a secret can be seen when nobody clicks OK.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);

#[derive(Serialize, Deserialize)]
struct Content {
    name: String,
    key: String,
    secret: String,
}

/// Adds a record to the transaction that makes the credential, when a session makes it. On the command line the answer
/// is the showing.
pub(crate) async fn insert(
    portal: &Portal,
    tx: &mut Transaction,
    actor: &Actor,
    kind: RevealKind,
    (name, key, secret): (&str, &str, &Secret),
) -> Result<()> {
    let Some(session) = actor.session() else { return Ok(()) };
    let id = RevealId(portal.new_id());
    let content = Content {
        name: name.to_owned(),
        key: key.to_owned(),
        secret: secret.expose().to_owned(),
    };
    let content = Secret::new(serde_json::to_string(&content).map_err(Error::internal)?);
    let now = portal.now();
    let inserted = run!(
        tx,
        "insert into reveals (id, session_id, kind, sealed, created_at, expires_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        session,
        kind.code(),
        portal.seal(&context(id, session), &content)?,
        now,
        now.after(LIFETIME)
    );
    match inserted {
        Ok(_) => Ok(()),
        // The session ended a moment ago.
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => Err(Error::SignedOut),
        Err(error) => Err(error.into()),
    }
}

/// The secrets that the session has made and not yet put away, the oldest first.
///
/// # Errors
/// Those of the database.
pub async fn pending(portal: &Portal, actor: &Actor) -> Result<Vec<Reveal>> {
    let session = actor.require_session()?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        (RevealId, String, Vec<u8>),
        "select id, kind, sealed from reveals where session_id = $1 and expires_at > $2 order by created_at, id",
        session,
        portal.now()
    )?;
    rows.into_iter()
        .map(|(id, kind, sealed)| {
            let kind = match kind.as_str() {
                "consumer" => RevealKind::Consumer,
                "token" => RevealKind::Token,
                "oauth-app" => RevealKind::OauthApp,
                _ => return Err(Error::internal("a reveal of an unknown kind")),
            };
            let content = portal.unseal(&context(id, session), &sealed)?;
            let Content { name, key, secret } = serde_json::from_str(content.expose()).map_err(Error::internal)?;
            Ok(Reveal {
                id,
                kind,
                name,
                key,
                secret,
            })
        })
        .collect()
}

/// Puts a secret away for good. Doing it twice is as good as once.
///
/// # Errors
/// Those of the database.
pub async fn dismiss(portal: &Portal, actor: &Actor, id: RevealId) -> Result<()> {
    let mut tx = portal.begin().await?;
    run!(
        &mut tx,
        "delete from reveals where id = $1 and session_id = $2",
        id,
        actor.require_session()?
    )?;
    tx.commit().await
}

/// Moves what waits to be read from one session to another of the same user.
pub(crate) async fn move_to(portal: &Portal, tx: &mut Transaction, old: SessionId, new: SessionId) -> Result<()> {
    let rows = fetch_all!(
        tx,
        (RevealId, Vec<u8>),
        "select id, sealed from reveals where session_id = $1 and expires_at > $2",
        old,
        portal.now()
    )?;
    for (id, sealed) in rows {
        let content = match portal.unseal(&context(id, old), &sealed) {
            Ok(content) => content,
            Err(error) => {
                // It could not have been shown either, and must keep nobody from signing in.
                tracing::error!(%error, %id, "a secret that waits to be read cannot be opened");
                continue;
            }
        };
        run!(
            tx,
            "update reveals set session_id = $2, sealed = $3 where id = $1",
            id,
            new,
            portal.seal(&context(id, new), &content)?
        )?;
    }
    Ok(())
}

/// Deletes those that nobody put away.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    run!(tx, "delete from reveals where expires_at <= $1", portal.now())?;
    Ok(())
}

/// What a shown secret is sealed for.
pub(crate) fn context(id: RevealId, session: SessionId) -> String {
    format!("reveals/{id}/{session}")
}
