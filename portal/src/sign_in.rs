//! Signing in, and the slow-down after failures.
//!
//! Failures are counted per client address, per e-mail, and per pair of both. An address that fails too often waits, and
//! so does a pair; the waits double up to [`LONGEST_WAIT`]. An e-mail under attack from many addresses only lowers how
//! many tries each pair has before it waits, so nobody can lock a person out from an address that has not failed.
//! Attempts are counted before the password is looked at, so that many at once gain nothing.

use crate::actor::{Actor, Via};
use crate::audit::{self, Change};
use crate::database::{Lock, Transaction, fetch_optional, run};
use crate::error::{Error, Result};
use crate::passwords;
use crate::portal::Portal;
use crate::secret::{self, Secret};
use crate::sessions::{self, Client};
use domain::email;
use domain::fields::FieldErrors;
use domain::ids::UserId;
use domain::people::MAX_PASSWORD;
use domain::time::Timestamp;
use std::net::IpAddr;
use std::time::Duration;

/// Failures are forgotten when there has been none for this long.
pub const WINDOW: Duration = Duration::from_secs(15 * 60);

/// The longest that an address or a pair is made to wait.
pub const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

const FREE_PER_ADDRESS: i64 = 20;
const FREE_PER_PAIR: i64 = 5;
const FREE_PER_PAIR_UNDER_ATTACK: i64 = 2;
const ATTACK: i64 = 20;

/// Opens a session for whoever knows the password. The answer and its time are the same for an unknown e-mail, an
/// inactive person and a wrong password. Gives the cookie's value.
///
/// # Errors
/// [`Error::Invalid`] when they do not fit, [`Error::TooMany`] while the address or the pair has to wait.
pub async fn sign_in(portal: &Portal, address: &str, password: &str, client: &Client) -> Result<Secret> {
    let attempt = Attempt::begin(portal, Some(address), &client.address).await?;
    let found = {
        let mut db = portal.read().await?;
        fetch_optional!(
            &mut db,
            (UserId, String),
            "select id, password_hash from users where email_key = $1 and active",
            email::key(address)
        )?
    };
    let (user, kept) = found.unzip();
    let password = if password.len() <= MAX_PASSWORD { password } else { "" };
    let matches = passwords::verify(portal, password, kept).await?;
    let (true, Some(user)) = (matches, user) else {
        return Err(Error::Invalid(FieldErrors::one(
            "form",
            "The e-mail or the password is wrong.",
        )));
    };
    let mut tx = portal.begin().await?;
    attempt.succeeded(&mut tx).await?;
    run!(
        &mut tx,
        "update users set last_sign_in_at = $2 where id = $1",
        user,
        portal.now()
    )?;
    let (session, cookie) = sessions::open(portal, &mut tx, user, client).await?;
    let actor = Actor::load(&mut tx, user, Via::Session(session))
        .await?
        .ok_or(Error::SignedOut)?;
    let change = Change {
        action: "session.sign-in",
        subject: Some(user.0),
        detail: &client.address,
    };
    audit::record(portal, &mut tx, &actor, change).await?;
    tx.commit().await?;
    Ok(cookie)
}

/// An attempt that has been counted as a failure until it succeeds.
pub(crate) struct Attempt {
    address: Vec<u8>,
    email: Option<(Vec<u8>, Vec<u8>)>,
}

impl Attempt {
    /// Counts an attempt, unless it has to wait.
    pub(crate) async fn begin(portal: &Portal, email: Option<&str>, address: &str) -> Result<Self> {
        let network = network(address);
        let attempt = Self {
            address: key(&["address", &network]),
            email: email.map(|email| {
                let email = email::key(email);
                (key(&["email", &email]), key(&["pair", &email, &network]))
            }),
        };
        let mut tx = portal.begin_lightly().await?;
        // One at a time: attempts that come at once must see each other's counts.
        tx.lock(Lock::SignIn).await?;
        let now = portal.now();
        let mut wait = waiting(count(portal, &mut tx, &attempt.address).await?, FREE_PER_ADDRESS, now);
        if let Some((email, pair)) = &attempt.email {
            let attacked = count(portal, &mut tx, email).await?.0 >= ATTACK;
            let free = if attacked {
                FREE_PER_PAIR_UNDER_ATTACK
            } else {
                FREE_PER_PAIR
            };
            wait = wait.max(waiting(count(portal, &mut tx, pair).await?, free, now));
        }
        if wait > 0 {
            let retry_after = u64::try_from(wait).unwrap_or_default().div_ceil(1000);
            return Err(Error::TooMany { retry_after });
        }
        add(portal, &mut tx, &attempt.address).await?;
        if let Some((email, pair)) = &attempt.email {
            add(portal, &mut tx, email).await?;
            add(portal, &mut tx, pair).await?;
        }
        tx.commit().await?;
        Ok(attempt)
    }

    /// Takes the count back. What the address and the e-mail failed at besides stays counted.
    pub(crate) async fn succeeded(self, tx: &mut Transaction) -> Result<()> {
        const TAKE_BACK: &str = "update sign_in_failures set failures = failures - 1 where digest = $1";
        run!(tx, TAKE_BACK, self.address)?;
        if let Some((email, pair)) = self.email {
            run!(tx, TAKE_BACK, email)?;
            run!(tx, "delete from sign_in_failures where digest = $1", pair)?;
        }
        Ok(())
    }
}

/// Failures within the window, and when the last was.
async fn count(portal: &Portal, tx: &mut Transaction, key: &[u8]) -> Result<(i64, Timestamp)> {
    let row = fetch_optional!(
        tx,
        (i64, Timestamp),
        "select failures, last_at from sign_in_failures where digest = $1 and last_at > $2",
        key,
        portal.ago(WINDOW)
    )?;
    Ok(row.unwrap_or((0, Timestamp(0))))
}

async fn add(portal: &Portal, tx: &mut Transaction, key: &[u8]) -> Result<()> {
    run!(
        tx,
        "insert into sign_in_failures (digest, failures, last_at) values ($1, 1, $2)
         on conflict (digest) do update set last_at = excluded.last_at,
             failures = case when sign_in_failures.last_at > $3 then sign_in_failures.failures + 1 else 1 end",
        key,
        portal.now(),
        portal.ago(WINDOW)
    )?;
    Ok(())
}

/// How many milliseconds are left to wait.
fn waiting((failures, last): (i64, Timestamp), free: i64, now: Timestamp) -> i64 {
    if failures < free {
        return 0;
    }
    let doublings = u32::try_from(failures - free).unwrap_or(u32::MAX).min(20);
    let wait = Duration::from_secs(1 << doublings).min(LONGEST_WAIT);
    (last.after(wait).0 - now.0).max(0)
}

/// What an address is counted by: an IPv6 client has a whole /64 to choose from.
fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(IpAddr::V6(v6)) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        Ok(IpAddr::V4(v4)) => v4.to_string(),
        Err(_) => address.to_owned(),
    }
}

fn key(parts: &[&str]) -> Vec<u8> {
    secret::digest(parts.join("\0").as_bytes())
}

/// Deletes counts that no longer matter.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    run!(
        tx,
        "delete from sign_in_failures where last_at <= $1",
        portal.ago(WINDOW)
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let at = |failures| waiting((failures, Timestamp(0)), FREE_PER_PAIR, Timestamp(0));
        assert_eq!([at(4), at(5), at(6), at(8)], [0, 1000, 2000, 8000]);
        assert_eq!(at(1_000_000), 900_000);
        assert_eq!(waiting((5, Timestamp(0)), FREE_PER_PAIR, Timestamp(1000)), 0);
    }

    #[test]
    fn an_ipv6_client_is_counted_by_its_network() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
