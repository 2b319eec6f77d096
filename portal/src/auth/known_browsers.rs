//! Browsers that a user has signed in with before. Failures in other browsers don't delay their sign-ins (OWASP calls their
//! cookies "device cookies").
//!
//! The cookie holds 256 random bits, and the database holds their digest for each user who has signed in with the browser.
//! A known browser has [`MAX_FAILURES`] failed attempts per user; after that it is treated as unknown until the next
//! successful sign-in. A stolen cookie therefore allows only a few guesses at one account's password.

use crate::crypto::secret::{self, Secret};
use crate::database::{Transaction, execute};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use domain::email;
use domain::ids::UserId;
use std::time::Duration;

/// How long a browser is known after a sign-in.
pub const LIFETIME: Duration = Duration::from_secs(180 * 24 * 3600);

/// The maximum number of failed sign-ins of a known browser per user, before it has to wait like an unknown browser.
pub const MAX_FAILURES: i64 = 10;

/// The maximum number of known browsers per user. The ones with the oldest sign-ins are deleted.
pub const MAX_BROWSERS_PER_USER: i64 = 20;

/// Counts a sign-in attempt as a failure of a known browser. Returns whether the browser is known for the user with this
/// email address and has failures left. [`remember`] resets the failures.
pub(crate) async fn count_attempt(portal: &Portal, tx: &mut Transaction, email: &str, cookie: &str) -> Result<bool> {
    let counted = execute!(
        tx,
        "update known_browsers set failures = failures + 1
         where digest = $1 and failures < $2 and expires_at > $3
           and user_id = (select id from users where email_key = $4)",
        digest(cookie),
        MAX_FAILURES,
        portal.now(),
        email::key(email)
    )?;
    Ok(counted > 0)
}

/// Records the browser as known for a user who has just signed in, and returns the new value of its cookie. The old value
/// becomes invalid for all users, so that a stolen or planted cookie is useless.
pub(crate) async fn remember(
    portal: &Portal,
    tx: &mut Transaction,
    user: UserId,
    old_cookie: Option<&str>,
) -> Result<Secret> {
    let cookie = secret::new_secret();
    let new_digest = digest(cookie.expose());
    if let Some(old_cookie) = old_cookie {
        execute!(
            tx,
            "update known_browsers set digest = $2 where digest = $1",
            digest(old_cookie),
            &new_digest
        )?;
    }
    execute!(
        tx,
        "insert into known_browsers (digest, user_id, failures, expires_at) values ($1, $2, 0, $3)
         on conflict (digest, user_id) do update set failures = 0, expires_at = excluded.expires_at",
        &new_digest,
        user,
        portal.now().after(LIFETIME)
    )?;
    execute!(
        tx,
        "delete from known_browsers where user_id = $1 and digest <> $2 and digest not in
             (select digest from known_browsers where user_id = $1 and digest <> $2
              order by expires_at desc, digest limit $3)",
        user,
        &new_digest,
        MAX_BROWSERS_PER_USER - 1
    )?;
    Ok(cookie)
}

/// Deletes all known browsers of a user.
pub(crate) async fn delete_all(tx: &mut Transaction, user: UserId) -> Result<()> {
    execute!(tx, "delete from known_browsers where user_id = $1", user)?;
    Ok(())
}

/// Deletes expired known browsers.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    execute!(tx, "delete from known_browsers where expires_at <= $1", portal.now())?;
    Ok(())
}

fn digest(cookie: &str) -> Vec<u8> {
    secret::digest(cookie.as_bytes())
}
