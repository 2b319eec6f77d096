//! Browser sessions. The cookie holds 256 random bits; the database holds their digest.

use crate::auth::one_time_secrets;
use crate::crypto::secret::{self, Secret};
use crate::database::{AsExecutor, Transaction, execute, fetch_all, fetch_optional};
use crate::infra::actor::{Actor, AuthMethod};
use crate::infra::audit::AuditEvent;
use crate::infra::cache::CacheDefinition;
use crate::infra::change::Change;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::infra::throttle::LastUsed;
use domain::auth::sessions::Session;
use domain::ids::{AccountId, SessionId, UserId};
use domain::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// How long a session lasts without being used.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(7 * 24 * 3600);

/// The maximum lifetime of a session.
pub const MAX_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

/// How often the last use of a session is recorded.
const LAST_SEEN_INTERVAL: Duration = Duration::from_secs(60);

/// The maximum length of a stored user agent, in characters.
const MAX_USER_AGENT_CHARS: usize = 300;

/// Describes the browser that sends a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BrowserInfo {
    /// The client's IP address.
    pub address: String,
    /// The `User-Agent` header.
    pub user_agent: String,
}

/// Caches sessions by the digest of their cookie.
pub(crate) struct SessionCache;

impl CacheDefinition for SessionCache {
    type Key = Vec<u8>;
    type Value = CachedSession;
}

/// A session and its actor, as cached by a node.
#[derive(Debug)]
pub(crate) struct CachedSession {
    id: SessionId,
    actor: Arc<Actor>,
    created_at: Timestamp,
    expires_at: AtomicI64,
    last_seen: LastUsed,
}

impl CachedSession {
    fn is_live(&self, now: Timestamp) -> bool {
        now.0 < self.expires_at.load(Ordering::Relaxed)
    }
}

/// Creates a session for a user who has just authenticated, and returns its id and cookie.
pub(crate) async fn open(
    portal: &Portal,
    tx: &mut Transaction,
    user: UserId,
    client: &BrowserInfo,
) -> Result<(SessionId, Secret)> {
    let id = SessionId(portal.new_id());
    let cookie = secret::new_secret();
    let now = portal.now();
    execute!(
        tx,
        "insert into sessions (id, user_id, digest, user_agent, address, created_at, last_seen_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $6, $7)",
        id,
        user,
        secret::digest(cookie.expose().as_bytes()),
        client.user_agent.chars().take(MAX_USER_AGENT_CHARS).collect::<String>(),
        &client.address,
        now,
        now.after(IDLE_TIMEOUT)
    )?;
    Ok((id, cookie))
}

/// Ends the previous session of a browser that signs in again, in the transaction that creates the new one. If the user is
/// the same, unacknowledged secrets move to the new session. Returns the account of the ended session, whose cached data the
/// caller must invalidate.
pub(crate) async fn replace(
    portal: &Portal,
    change: &mut Change<'_>,
    old_cookie: &str,
    (new, user): (SessionId, UserId),
) -> Result<Option<AccountId>> {
    let digest = secret::digest(old_cookie.as_bytes());
    // Lock before reading, since a concurrent request may be adding a secret to the session.
    change.lock_session(&digest).await?;
    let row = fetch_optional!(
        change,
        (SessionId, UserId, AccountId, Timestamp),
        "select s.id, s.user_id, u.account_id, s.expires_at from sessions s join users u on u.id = s.user_id
         where s.digest = $1",
        digest
    )?;
    let Some((old, old_user, account, expires_at)) = row else {
        return Ok(None);
    };
    let is_live = portal.now() < expires_at;
    if is_live && old_user == user {
        one_time_secrets::move_to(portal, change, old, new).await?;
    }
    execute!(change, "delete from sessions where id = $1", old)?;
    // An expired session, or one of an inactive user, has already ended.
    if is_live && let Some(actor) = Actor::load(change, old_user, AuthMethod::Session(old)).await? {
        let event = AuditEvent::SessionEnded {
            session: old,
            replaced: true,
        };
        change.record_by(&actor, &event)?;
    }
    Ok(Some(account))
}

/// Finds the actor of a session cookie. Returns `None` if the session has ended or the user is inactive.
///
/// # Errors
/// Returns an error if the database fails.
pub async fn find(portal: &Portal, cookie: &str) -> Result<Option<Arc<Actor>>> {
    let digest = secret::digest(cookie.as_bytes());
    let now = portal.now();
    let sessions = portal.cache::<SessionCache>();
    let began = sessions.begin_read();
    // If the cached session has expired, another node may have extended it.
    let cached = sessions.get(&digest).filter(|session| session.is_live(now));
    let session = match cached {
        Some(session) => session,
        None => {
            let mut db = portal.read().await?;
            match Box::pin(load(&mut db, &digest))
                .await?
                .filter(|session| session.is_live(now))
            {
                Some(session) => sessions.insert(began, session.actor.account(), digest, session),
                None => {
                    sessions.remove(&digest);
                    return Ok(None);
                }
            }
        }
    };
    if session.last_seen.should_record(now, LAST_SEEN_INTERVAL) {
        let touch = touch(portal.clone(), Arc::clone(&session), now);
        Box::pin(portal.background_writer().write("session use", touch)).await;
    }
    Ok(Some(Arc::clone(&session.actor)))
}

async fn load(db: &mut impl AsExecutor, digest: &[u8]) -> Result<Option<CachedSession>> {
    let row = fetch_optional!(
        db,
        (SessionId, UserId, Timestamp, Timestamp, Timestamp),
        "select id, user_id, created_at, last_seen_at, expires_at from sessions where digest = $1",
        digest
    )?;
    let Some((session, user, created_at, last_seen_at, expires_at)) = row else {
        return Ok(None);
    };
    Ok(Actor::load(db, user, AuthMethod::Session(session))
        .await?
        .map(|actor| CachedSession {
            id: session,
            actor: Arc::new(actor),
            created_at,
            expires_at: AtomicI64::new(expires_at.0),
            last_seen: LastUsed::new(last_seen_at),
        }))
}

/// Records the use of the session and extends its lifetime.
async fn touch(portal: Portal, session: Arc<CachedSession>, now: Timestamp) -> Result<()> {
    let expires_at = now.after(IDLE_TIMEOUT).min(session.created_at.after(MAX_LIFETIME));
    let mut tx = portal.begin_relaxed().await?;
    execute!(
        &mut tx,
        "update sessions set last_seen_at = $2, expires_at = $3 where id = $1",
        session.id,
        now,
        expires_at
    )?;
    tx.commit().await?;
    session.expires_at.store(expires_at.0, Ordering::Relaxed);
    Ok(())
}

/// Lists the user's own sessions, most recently used first.
///
/// # Errors
/// Returns [`Error::SignedOut`] for an actor without session, and database errors.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<Session>> {
    let (session, user) = (actor.require_session()?, actor.require_user()?);
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        (SessionId, String, String, Timestamp, Timestamp),
        "select id, user_agent, address, created_at, last_seen_at from sessions
         where user_id = $1 and expires_at > $2 order by last_seen_at desc, id desc",
        user.id,
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

/// Ends one of the user's own sessions, including the current one.
///
/// # Errors
/// Returns [`Error::NotFound`] if the user has no such session, and [`Error::SignedOut`] for an actor without session.
pub async fn end(portal: &Portal, actor: &Actor, id: SessionId) -> Result<()> {
    let (session, user) = (actor.require_session()?, actor.require_user()?);
    let mut change = portal.begin_change(actor).await?;
    let deleted = execute!(
        &mut change,
        "delete from sessions where id = $1 and user_id = $2",
        id,
        user.id
    )?;
    if deleted == 0 {
        return Err(Error::NotFound("session"));
    }
    let event = if id == session {
        AuditEvent::SignedOut { session }
    } else {
        AuditEvent::SessionEnded {
            session: id,
            replaced: false,
        }
    };
    change.commit(event).await
}

/// Ends the actor's session.
///
/// # Errors
/// Returns [`Error::SignedOut`] for an actor without session.
pub async fn sign_out(portal: &Portal, actor: &Actor) -> Result<()> {
    end(portal, actor, actor.require_session()?).await
}

/// Ends all other sessions of the user, and returns their number.
///
/// # Errors
/// Returns [`Error::SignedOut`] for an actor without session, and database errors.
pub async fn end_others(portal: &Portal, actor: &Actor) -> Result<u64> {
    let (session, user) = (actor.require_session()?, actor.require_user()?);
    let mut change = portal.begin_change(actor).await?;
    let ended = execute!(
        &mut change,
        "delete from sessions where user_id = $1 and id <> $2",
        user.id,
        session
    )?;
    change
        .commit(AuditEvent::OtherSessionsEnded { sessions: ended })
        .await?;
    Ok(ended)
}
