//! Throttling of failed sign-ins.
//!
//! An attempt is counted as a failure before the password is verified, and the count is decremented if it succeeds, so that
//! concurrent attempts gain nothing. Failures are counted
//!
//! - by client address and account: after [`FREE_FAILURES_PER_PAIR`] failures, the wait doubles with each failure;
//! - by account, across all addresses: after [`FREE_FAILURES_PER_ACCOUNT`] failures, likewise. Accounts are identified by the
//!   typed email address, so that unknown accounts are throttled like existing ones;
//! - by client address, only counting distinct accounts: after failures at [`FREE_FAILURES_PER_ADDRESS`] accounts, the wait
//!   is at most [`MAX_ADDRESS_WAIT`]. Repeated failures at one account don't delay other users of the address.
//!
//! Attempts in a known browser are counted separately (see [`known_browsers`]), so that an attacker can't lock users out of
//! their own browsers.

use crate::auth::known_browsers;
use crate::crypto::secret;
use crate::database::{Lock, Transaction, execute, fetch_optional};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::email;
use domain::time::Timestamp;
use std::net::IpAddr;
use std::time::Duration;

/// Failures are reset after this time without a failure.
pub const FAILURE_WINDOW: Duration = Duration::from_secs(60 * 60);

/// The maximum wait of an account or a pair of address and account.
pub const MAX_WAIT: Duration = Duration::from_secs(15 * 60);

/// The maximum wait of an address after failures at many accounts. It is short, since several users may share an address.
pub const MAX_ADDRESS_WAIT: Duration = Duration::from_secs(60);

/// The number of failures of an address at an account before it must wait.
pub const FREE_FAILURES_PER_PAIR: i64 = 5;

/// The number of failures at an account, from all addresses, before it must wait.
pub const FREE_FAILURES_PER_ACCOUNT: i64 = 20;

/// The number of accounts at which an address may fail before it must wait.
pub const FREE_FAILURES_PER_ADDRESS: i64 = 100;

/// The number of wrong setup codes of an address before it must wait.
const FREE_SETUP_CODE_FAILURES: i64 = 20;

/// The number of requests for a new password of an address before it must wait.
pub const FREE_PASSWORD_RESETS: i64 = 20;

/// An attempt that is counted as a failure until it succeeds.
pub(crate) enum Attempt {
    /// A sign-in from a browser that is known for this account. A successful sign-in resets its failures.
    KnownBrowser,
    /// A sign-in from any other browser.
    UnknownBrowser {
        address: FailureCount,
        account: FailureCount,
        pair: FailureCount,
    },
    /// An attempt to enter the setup code.
    SetupCode(FailureCount),
}

/// The number of failures before the attempt.
pub(crate) struct FailureCount {
    digest: Vec<u8>,
    failures: i64,
    last_at: Timestamp,
}

impl Attempt {
    /// Counts a sign-in attempt, unless it must wait.
    ///
    /// # Errors
    /// Returns [`Error::TooManyAttempts`] if it must wait. The attempt is not counted then.
    pub async fn count_sign_in(
        portal: &Portal,
        typed_email: &str,
        client_address: &str,
        browser_cookie: Option<&str>,
    ) -> Result<Self> {
        let mut tx = portal.begin_relaxed().await?;
        if let Some(cookie) = browser_cookie
            && known_browsers::count_attempt(portal, &mut tx, typed_email, cookie).await?
        {
            tx.commit().await?;
            return Ok(Self::KnownBrowser);
        }
        let email = email::key(typed_email);
        let network = network(client_address);
        let digests = [digest(&["address", &network]), digest(&["email", &email])];
        // Concurrent attempts must see each other's counts, but unrelated ones need not wait for each other.
        tx.lock_each(Lock::SignIn, &digests).await?;
        let [address, account] = digests;
        let address = FailureCount::load(portal, &mut tx, address).await?;
        let account = FailureCount::load(portal, &mut tx, account).await?;
        let pair = FailureCount::load(portal, &mut tx, digest(&["pair", &email, &network])).await?;
        let now = portal.now();
        let wait = address
            .wait(FREE_FAILURES_PER_ADDRESS, MAX_ADDRESS_WAIT, now)
            .max(account.wait(FREE_FAILURES_PER_ACCOUNT, MAX_WAIT, now))
            .max(pair.wait(FREE_FAILURES_PER_PAIR, MAX_WAIT, now));
        check_wait(wait)?;
        if pair.failures == 0 {
            address.increment(portal, &mut tx, None).await?;
        }
        account.increment(portal, &mut tx, Some(&account.digest)).await?;
        pair.increment(portal, &mut tx, Some(&account.digest)).await?;
        tx.commit().await?;
        Ok(Self::UnknownBrowser { address, account, pair })
    }

    /// Counts an attempt to enter the setup code, unless the client address must wait.
    ///
    /// # Errors
    /// Returns [`Error::TooManyAttempts`] if it must wait. The attempt is not counted then.
    pub async fn count_setup_code(portal: &Portal, client_address: &str) -> Result<Self> {
        let digests = [digest(&["setup", &network(client_address)])];
        let mut tx = portal.begin_relaxed().await?;
        tx.lock_each(Lock::SignIn, &digests).await?;
        let [address] = digests;
        let address = FailureCount::load(portal, &mut tx, address).await?;
        check_wait(address.wait(FREE_SETUP_CODE_FAILURES, MAX_WAIT, portal.now()))?;
        address.increment(portal, &mut tx, None).await?;
        tx.commit().await?;
        Ok(Self::SetupCode(address))
    }

    /// Counts a request for a new password, unless the client address must wait. What is counted is the address alone, so that
    /// nobody can keep the owner of an account from asking.
    ///
    /// # Errors
    /// Returns [`Error::TooManyAttempts`] if it must wait. The request is not counted then.
    pub async fn count_password_reset(portal: &Portal, tx: &mut Transaction, client_address: &str) -> Result<()> {
        let digests = [digest(&["password-reset", &network(client_address)])];
        tx.lock_each(Lock::SignIn, &digests).await?;
        let [address] = digests;
        let address = FailureCount::load(portal, tx, address).await?;
        check_wait(address.wait(FREE_PASSWORD_RESETS, MAX_WAIT, portal.now()))?;
        address.increment(portal, tx, None).await
    }

    /// Reverts the count after a successful attempt. Failures of the address at other accounts, and failures at the account
    /// from other addresses, stay counted.
    pub async fn succeeded(self, tx: &mut Transaction) -> Result<()> {
        match self {
            Self::KnownBrowser => {}
            Self::SetupCode(address) => address.decrement(tx).await?,
            Self::UnknownBrowser { address, account, pair } => {
                address.decrement(tx).await?;
                account.decrement(tx).await?;
                execute!(tx, "delete from sign_in_failures where digest = $1", pair.digest)?;
            }
        }
        Ok(())
    }
}

impl FailureCount {
    async fn load(portal: &Portal, tx: &mut Transaction, digest: Vec<u8>) -> Result<Self> {
        let row = fetch_optional!(
            tx,
            (i64, Timestamp),
            "select failures, last_at from sign_in_failures where digest = $1 and last_at > $2",
            &digest,
            portal.now_minus(FAILURE_WINDOW)
        )?;
        let (failures, last_at) = row.unwrap_or((0, Timestamp(0)));
        Ok(Self {
            digest,
            failures,
            last_at,
        })
    }

    /// Returns the remaining wait in milliseconds.
    fn wait(&self, free_failures: i64, max_wait: Duration, now: Timestamp) -> i64 {
        if self.failures < free_failures {
            return 0;
        }
        let doublings = u32::try_from(self.failures - free_failures).unwrap_or(u32::MAX).min(20);
        let wait = Duration::from_secs(1 << doublings).min(max_wait);
        (self.last_at.after(wait).0 - now.0).max(0)
    }

    async fn increment(&self, portal: &Portal, tx: &mut Transaction, email_digest: Option<&[u8]>) -> Result<()> {
        execute!(
            tx,
            "insert into sign_in_failures (digest, email_digest, failures, last_at) values ($1, $2, 1, $3)
             on conflict (digest) do update set last_at = excluded.last_at, email_digest = excluded.email_digest,
                 failures = case when sign_in_failures.last_at > $4 then sign_in_failures.failures + 1 else 1 end",
            &self.digest,
            email_digest,
            portal.now(),
            portal.now_minus(FAILURE_WINDOW)
        )?;
        Ok(())
    }

    /// Decrements the number of failures. If there was no other failure since, the wait is also restored.
    async fn decrement(&self, tx: &mut Transaction) -> Result<()> {
        execute!(
            tx,
            "update sign_in_failures set failures = failures - 1,
                 last_at = case when failures = $2 + 1 and $3 > 0 then $3 else last_at end
             where digest = $1 and failures > 0",
            &self.digest,
            self.failures,
            self.last_at
        )?;
        Ok(())
    }
}

/// Deletes all counted failures at an account.
pub(crate) async fn reset_account(tx: &mut Transaction, email: &str) -> Result<()> {
    execute!(
        tx,
        "delete from sign_in_failures where email_digest = $1",
        digest(&["email", &email::key(email)])
    )?;
    Ok(())
}

/// Deletes expired counts.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    execute!(
        tx,
        "delete from sign_in_failures where last_at <= $1",
        portal.now_minus(FAILURE_WINDOW)
    )?;
    Ok(())
}

fn check_wait(wait: i64) -> Result<()> {
    if wait <= 0 {
        return Ok(());
    }
    let retry_after = u64::try_from(wait).unwrap_or_default().div_ceil(1000);
    Err(Error::TooManyAttempts { retry_after })
}

/// Returns the network that an address is counted by: an IPv6 client can use any address of its /64.
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

fn digest(parts: &[&str]) -> Vec<u8> {
    secret::digest(parts.join("\0").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wait_doubles_up_to_maximum() {
        let at = |failures, now| {
            let count = FailureCount {
                digest: Vec::new(),
                failures,
                last_at: Timestamp(0),
            };
            count.wait(FREE_FAILURES_PER_PAIR, MAX_WAIT, Timestamp(now))
        };
        assert_eq!([at(4, 0), at(5, 0), at(6, 0), at(8, 0)], [0, 1000, 2000, 8000]);
        assert_eq!(at(1_000_000, 0), 900_000);
        assert_eq!(at(5, 1000), 0);
    }

    #[test]
    fn ipv6_client_is_counted_by_network() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
