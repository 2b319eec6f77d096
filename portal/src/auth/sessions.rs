//! Signed-in browsers. The cookie holds 256 random bits; the database holds their digest.

use crate::auth::actor::{Actor, Via};
use crate::auth::one_time_secrets;
use crate::crypto::secret::{self, Secret};
use crate::database::{Connection, Transaction, fetch_all, fetch_optional, run};
use crate::infra::audit::{self, Change};
use crate::infra::error::{Error, Result};
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use crate::infra::throttle::LastNoted;
use domain::auth::sessions::Session;
use domain::ids::{SessionId, UserId};
use domain::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// How long a session lives without being used.
pub const IDLE: Duration = Duration::from_secs(7 * 24 * 3600);

/// How long a session lives, however much it is used.
pub const LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

/// How exactly "last seen" is kept.
const SEEN: Duration = Duration::from_secs(60);

/// The longest part of a user agent that is kept, in characters.
const MAX_AGENT: usize = 300;

/// Whence a request comes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// The client's IP address.
    pub address: String,
    /// What the browser calls itself.
    pub user_agent: String,
}

/// A signed-in browser and who it acts for.
#[derive(Debug)]
pub(crate) struct Signed {
    session: SessionId,
    actor: Arc<Actor>,
    created_at: Timestamp,
    expires_at: AtomicI64,
    last_seen: LastNoted,
}

impl Signed {
    fn lives(&self, now: Timestamp) -> bool {
        now.0 < self.expires_at.load(Ordering::Relaxed)
    }
}

/// Opens a session for a person who has just proved who they are.
pub(crate) async fn open(
    portal: &Portal,
    tx: &mut Transaction,
    user: UserId,
    client: &Client,
) -> Result<(SessionId, Secret)> {
    let id = SessionId(portal.new_id());
    let cookie = secret::new_secret();
    let now = portal.now();
    run!(
        tx,
        "insert into sessions (id, user_id, digest, user_agent, address, created_at, last_seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $6, $7)",
        id,
        user,
        secret::digest(cookie.expose().as_bytes()),
        client.user_agent.chars().take(MAX_AGENT).collect::<String>(),
        &client.address,
        now,
        now.after(IDLE)
    )?;
    Ok((id, cookie))
}

/// Ends the session that a browser was in when it signed in again, in the transaction that opens its new one. For the same
/// user, secrets that wait to be read move to the new session. Gives whether there was one, which the caller announces.
pub(crate) async fn replace(
    portal: &Portal,
    tx: &mut Transaction,
    old_cookie: &str,
    (new, user): (SessionId, UserId),
) -> Result<bool> {
    let digest = secret::digest(old_cookie.as_bytes());
    // Before anything is read of it: a request may be adding a secret to it at this moment.
    tx.lock_session(&digest).await?;
    let row = fetch_optional!(
        tx,
        (SessionId, UserId, Timestamp),
        "select id, user_id, expires_at from sessions where digest = $1",
        digest
    )?;
    let Some((old, old_user, expires_at)) = row else {
        return Ok(false);
    };
    let lives = portal.now() < expires_at;
    if lives && old_user == user {
        one_time_secrets::move_to(portal, tx, old, new).await?;
    }
    run!(tx, "delete from sessions where id = $1", old)?;
    // One that has expired, or whose user cannot sign in any more, had ended already.
    if lives && let Some(actor) = Actor::load(tx, old_user, Via::Session(old)).await? {
        let change = Change {
            action: "session.end",
            subject: Some(old.0),
            detail: "signed in again",
        };
        audit::record(portal, tx, &actor, change).await?;
    }
    Ok(true)
}

/// Who the cookie belongs to, if its session lives and its person is active.
///
/// # Errors
/// Those of the database.
pub async fn find(portal: &Portal, cookie: &str) -> Result<Option<Arc<Actor>>> {
    let digest = secret::digest(cookie.as_bytes());
    let now = portal.now();
    let sessions = &portal.caches().sessions;
    let generation = portal.caches().generation();
    // Where what is remembered has expired, another node may have put off its end.
    let remembered = sessions.get(generation, &digest).filter(|signed| signed.lives(now));
    let signed = match remembered {
        Some(signed) => signed,
        None => {
            let mut db = portal.read().await?;
            match Box::pin(load(&mut db, &digest))
                .await?
                .filter(|signed| signed.lives(now))
            {
                Some(signed) => sessions.put(generation, digest, signed),
                None => {
                    sessions.remove(&digest);
                    return Ok(None);
                }
            }
        }
    };
    if signed.last_seen.is_due(now, SEEN) {
        let touch = touch(portal.clone(), Arc::clone(&signed), now);
        Box::pin(portal.notes().write("that a session is in use", touch)).await;
    }
    Ok(Some(Arc::clone(&signed.actor)))
}

async fn load(db: &mut impl Connection, digest: &[u8]) -> Result<Option<Signed>> {
    let row = fetch_optional!(
        db,
        (SessionId, UserId, Timestamp, Timestamp, Timestamp),
        "select id, user_id, created_at, last_seen_at, expires_at from sessions where digest = $1",
        digest
    )?;
    let Some((session, user, created_at, last_seen_at, expires_at)) = row else {
        return Ok(None);
    };
    Ok(Actor::load(db, user, Via::Session(session)).await?.map(|actor| Signed {
        session,
        actor: Arc::new(actor),
        created_at,
        expires_at: AtomicI64::new(expires_at.0),
        last_seen: LastNoted::new(last_seen_at),
    }))
}

/// Notes that the session is in use, and puts off its end.
async fn touch(portal: Portal, signed: Arc<Signed>, now: Timestamp) -> Result<()> {
    let expires_at = now.after(IDLE).min(signed.created_at.after(LIFETIME));
    let mut tx = portal.begin_lightly().await?;
    run!(
        &mut tx,
        "update sessions set last_seen_at = $2, expires_at = $3 where id = $1",
        signed.session,
        now,
        expires_at
    )?;
    tx.commit().await?;
    signed.expires_at.store(expires_at.0, Ordering::Relaxed);
    Ok(())
}

/// The person's own sessions, the last used first.
///
/// # Errors
/// Those of the database.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<Session>> {
    let (session, person) = (actor.require_session()?, actor.require_person()?);
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        (SessionId, String, String, Timestamp, Timestamp),
        "select id, user_agent, address, created_at, last_seen_at from sessions
         where user_id = $1 and expires_at > $2 order by last_seen_at desc, id desc",
        person.id,
        portal.now()
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, user_agent, address, created_at, last_seen_at)| Session {
            id,
            current: id == session,
            user_agent,
            address,
            created_at,
            last_seen_at,
        })
        .collect())
}

/// Ends one of the person's own sessions, this one included.
///
/// # Errors
/// [`Error::NotFound`] where the person has no such session.
pub async fn end(portal: &Portal, actor: &Actor, id: SessionId) -> Result<()> {
    let (session, person) = (actor.require_session()?, actor.require_person()?);
    let mut tx = portal.begin().await?;
    let touched = run!(
        &mut tx,
        "delete from sessions where id = $1 and user_id = $2",
        id,
        person.id
    )?;
    if touched == 0 {
        return Err(Error::NotFound("session"));
    }
    let action = if id == session {
        "session.sign-out"
    } else {
        "session.end"
    };
    audit::record(
        portal,
        &mut tx,
        actor,
        Change {
            action,
            subject: Some(id.0),
            detail: "",
        },
    )
    .await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

/// Ends the session that the actor came in by.
///
/// # Errors
/// [`Error::SignedOut`] for an actor without session.
pub async fn sign_out(portal: &Portal, actor: &Actor) -> Result<()> {
    end(portal, actor, actor.require_session()?).await
}

/// Ends every other session of the person; gives how many there were.
///
/// # Errors
/// Those of the database.
pub async fn end_others(portal: &Portal, actor: &Actor) -> Result<u64> {
    let (session, person) = (actor.require_session()?, actor.require_person()?);
    let mut tx = portal.begin().await?;
    let ended = run!(
        &mut tx,
        "delete from sessions where user_id = $1 and id <> $2",
        person.id,
        session
    )?;
    let change = Change {
        action: "session.end-others",
        subject: None,
        detail: &ended.to_string(),
    };
    audit::record(portal, &mut tx, actor, change).await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(ended)
}
