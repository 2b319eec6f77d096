//! Browsers that a user has signed in with before, which the slow-down after other people's failures leaves alone
//! (OWASP calls their cookies "device cookies").
//!
//! The cookie holds 256 random bits, and the database holds their digest with each user who has signed in there. A known
//! browser has [`MAX_FAILURES`] failures for each of its users; after that it is as good as unknown until it has signed
//! in. So a stolen cookie gives a few guesses at one account's password, and no more.

use crate::crypto::secret::{self, Secret};
use crate::database::{Transaction, run};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use domain::email;
use domain::ids::UserId;
use std::time::Duration;

/// How long a browser is known after it has signed in.
pub const LIFETIME: Duration = Duration::from_secs(180 * 24 * 3600);

/// How often a known browser may fail to sign in as one user before it has to wait like any other.
pub const MAX_FAILURES: i64 = 10;

/// The most browsers that are known for one user; beyond that, those that signed in the longest ago are forgotten.
pub const MAX_BROWSERS_PER_USER: i64 = 20;

/// Counts an attempt as a failure of a known browser; gives whether it is one for the user with this email address, with
/// failures left. [`remember`] takes the failures back.
pub(crate) async fn count_attempt(portal: &Portal, tx: &mut Transaction, email: &str, cookie: &str) -> Result<bool> {
    let counted = run!(
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

/// Makes the browser known for a user who has just signed in with it; gives the cookie's new value. The old one is known
/// no more, for nobody, so that neither a copy of it nor one that was planted in the browser is of use.
pub(crate) async fn remember(
    portal: &Portal,
    tx: &mut Transaction,
    user: UserId,
    old_cookie: Option<&str>,
) -> Result<Secret> {
    let cookie = secret::new_secret();
    let new_digest = digest(cookie.expose());
    if let Some(old_cookie) = old_cookie {
        run!(
            tx,
            "update known_browsers set digest = $2 where digest = $1",
            digest(old_cookie),
            &new_digest
        )?;
    }
    run!(
        tx,
        "insert into known_browsers (digest, user_id, failures, expires_at) values ($1, $2, 0, $3)
         on conflict (digest, user_id) do update set failures = 0, expires_at = excluded.expires_at",
        &new_digest,
        user,
        portal.now().after(LIFETIME)
    )?;
    run!(
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

/// Forgets every browser of a user.
pub(crate) async fn forget_all(tx: &mut Transaction, user: UserId) -> Result<()> {
    run!(tx, "delete from known_browsers where user_id = $1", user)?;
    Ok(())
}

/// Deletes those whose time is over.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    run!(tx, "delete from known_browsers where expires_at <= $1", portal.now())?;
    Ok(())
}

fn digest(cookie: &str) -> Vec<u8> {
    secret::digest(cookie.as_bytes())
}
