//! New secrets that are shown only once.
//!
//! A new secret is encrypted into a record of the session that created it, in the same transaction. The page shows it until
//! the user clicks OK or ten minutes have passed, so it survives a reload or a lost response, and needs no JavaScript.

use crate::crypto::encrypted_column::{EncryptedColumn, RowContext};
use crate::crypto::secret::Secret;
use crate::database::{Transaction, execute, fetch_all};
use crate::infra::actor::Actor;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::auth::one_time_secrets::{OneTimeSecret, OneTimeSecretKind};
use domain::ids::{OneTimeSecretId, SessionId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How long a secret is shown if the user doesn't click OK.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);

#[derive(Serialize, Deserialize)]
struct Content {
    name: String,
    key: String,
    secret: String,
}

/// Adds a record in the transaction that creates the credential. Does nothing for an actor without session, such as the
/// command line, which prints the secret.
pub(crate) async fn insert(
    portal: &Portal,
    tx: &mut Transaction,
    actor: &Actor,
    kind: OneTimeSecretKind,
    (name, key, secret): (&str, &str, &Secret),
) -> Result<()> {
    let Some(session) = actor.session() else { return Ok(()) };
    let id = OneTimeSecretId(portal.new_id());
    let content = Content {
        name: name.to_owned(),
        key: key.to_owned(),
        secret: secret.expose().to_owned(),
    };
    let content = Secret::new(serde_json::to_string(&content).map_err(Error::internal)?);
    let now = portal.now();
    let inserted = execute!(
        tx,
        "insert into one_time_secrets (id, session_id, kind, encrypted_content, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
        id,
        session,
        kind.code(),
        portal.encrypt(&context(id, session), &content)?,
        now,
        now.after(LIFETIME)
    );
    match inserted {
        Ok(_) => Ok(()),
        // The session has just ended.
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => Err(Error::SignedOut),
        Err(error) => Err(error.into()),
    }
}

/// Lists the secrets that the session has created and not yet acknowledged, oldest first.
///
/// # Errors
/// Returns [`Error::SignedOut`] for an actor without session, and database errors.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<OneTimeSecret>> {
    let session = actor.require_session()?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        (OneTimeSecretId, String, Vec<u8>),
        "select id, kind, encrypted_content from one_time_secrets
         where session_id = $1 and expires_at > $2 order by created_at, id",
        session,
        portal.now()
    )?;
    rows.into_iter()
        .map(|(id, kind, encrypted)| {
            let kind = match kind.as_str() {
                "consumer" => OneTimeSecretKind::Consumer,
                "token" => OneTimeSecretKind::Token,
                "oauth-app" => OneTimeSecretKind::OauthApp,
                _ => return Err(Error::internal("unknown one-time secret kind")),
            };
            let content = portal.decrypt(&context(id, session), &encrypted)?;
            let Content { name, key, secret } = serde_json::from_str(content.expose()).map_err(Error::internal)?;
            Ok(OneTimeSecret {
                id,
                kind,
                name,
                key,
                secret,
            })
        })
        .collect()
}

/// Deletes a secret after the user has copied it. Idempotent.
///
/// # Errors
/// Returns [`Error::SignedOut`] for an actor without session, and database errors.
pub async fn acknowledge(portal: &Portal, actor: &Actor, id: OneTimeSecretId) -> Result<()> {
    let mut tx = portal.begin().await?;
    execute!(
        &mut tx,
        "delete from one_time_secrets where id = $1 and session_id = $2",
        id,
        actor.require_session()?
    )?;
    tx.commit().await
}

/// Moves unacknowledged secrets to another session of the same user.
pub(crate) async fn move_to(portal: &Portal, tx: &mut Transaction, old: SessionId, new: SessionId) -> Result<()> {
    let rows = fetch_all!(
        tx,
        (OneTimeSecretId, Vec<u8>),
        "select id, encrypted_content from one_time_secrets where session_id = $1 and expires_at > $2",
        old,
        portal.now()
    )?;
    for (id, encrypted) in rows {
        let content = match portal.decrypt(&context(id, old), &encrypted) {
            Ok(content) => content,
            Err(error) => {
                // It couldn't be shown either, and must not prevent the sign-in.
                tracing::error!(%error, %id, "failed to decrypt a one-time secret");
                continue;
            }
        };
        execute!(
            tx,
            "update one_time_secrets set session_id = $2, encrypted_content = $3 where id = $1",
            id,
            new,
            portal.encrypt(&context(id, new), &content)?
        )?;
    }
    Ok(())
}

/// Deletes expired secrets.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    execute!(tx, "delete from one_time_secrets where expires_at <= $1", portal.now())?;
    Ok(())
}

/// The records of one-time secrets.
pub(crate) const ENCRYPTED_COLUMN: EncryptedColumn = EncryptedColumn {
    table: "one_time_secrets",
    key: "id",
    value: "encrypted_content",
    context: RowContext::IdWith("session_id", |id, session| {
        context(OneTimeSecretId(id), SessionId(session))
    }),
};

/// Returns the encryption context of a one-time secret.
fn context(id: OneTimeSecretId, session: SessionId) -> String {
    format!("one_time_secrets/{id}/{session}")
}
