//! Counts what is tried, and makes whoever guesses wait.
//!
//! An attempt is counted as a failure before the password is looked at, and taken back when it succeeds, so that many at
//! once gain nothing. It is counted
//!
//! - by client address and account: [`FREE_PER_PAIR`] failures, then each wait is twice the one before;
//! - by account, over all addresses: [`FREE_PER_ACCOUNT`] failures, then the same. Accounts are told apart by the email
//!   address as typed, so that one that does not exist is slowed down as one that does;
//! - by client address alone only where it fails at many accounts: [`FREE_PER_ADDRESS`] of them, then it waits up to
//!   [`LONGEST_ADDRESS_WAIT`] between two. Whoever mistypes one password over and over holds up nobody else there.
//!
//! A browser that has signed in before is counted by itself alone (see [`known_browsers`]), so none of these waits,
//! whoever causes them, keeps a person out of a browser of theirs.

use crate::auth::known_browsers;
use crate::crypto::secret;
use crate::database::{Lock, Transaction, fetch_optional, run};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::email;
use domain::time::Timestamp;
use std::net::IpAddr;
use std::time::Duration;

/// Failures are forgotten when there has been none for this long.
pub const WINDOW: Duration = Duration::from_secs(60 * 60);

/// The longest that a pair or an account is made to wait.
pub const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);

/// The longest that an address is made to wait for what was tried at other accounts. Short, as others may be behind it.
pub const LONGEST_ADDRESS_WAIT: Duration = Duration::from_secs(60);

/// Failures of one address at one account before it waits.
pub const FREE_PER_PAIR: i64 = 5;

/// Failures at one account, from all addresses together, before it waits.
pub const FREE_PER_ACCOUNT: i64 = 20;

/// Accounts that one address may have failed at before it waits.
pub const FREE_PER_ADDRESS: i64 = 100;

/// Wrong setup codes of one address before it waits.
const FREE_SETUP_CODES: i64 = 20;

/// An attempt that has been counted as a failure until it succeeds.
pub(crate) enum Attempt {
    /// From a browser that is known for this account. Signing in takes its failures back.
    KnownBrowser,
    /// From any other browser.
    Unknown {
        address: Counted,
        account: Counted,
        pair: Counted,
    },
    /// At the setup code.
    SetupCode(Counted),
}

/// A count, as it was before the attempt.
pub(crate) struct Counted {
    digest: Vec<u8>,
    failures: i64,
    last_at: Timestamp,
}

impl Attempt {
    /// Counts an attempt to sign in, unless it has to wait.
    ///
    /// # Errors
    /// [`Error::TooMany`] where it has to wait; it is not counted then.
    pub async fn at_account(
        portal: &Portal,
        typed_email: &str,
        client_address: &str,
        browser_cookie: Option<&str>,
    ) -> Result<Self> {
        let mut tx = portal.begin_lightly().await?;
        if let Some(cookie) = browser_cookie
            && known_browsers::count_attempt(portal, &mut tx, typed_email, cookie).await?
        {
            tx.commit().await?;
            return Ok(Self::KnownBrowser);
        }
        let email = email::key(typed_email);
        let network = network(client_address);
        let digests = [digest(&["address", &network]), digest(&["email", &email])];
        // Attempts that come at once must see each other's counts; those that share nothing do not wait for each other.
        tx.lock_each(Lock::SignIn, &digests).await?;
        let [address, account] = digests;
        let address = Counted::read(portal, &mut tx, address).await?;
        let account = Counted::read(portal, &mut tx, account).await?;
        let pair = Counted::read(portal, &mut tx, digest(&["pair", &email, &network])).await?;
        let now = portal.now();
        let wait = address
            .wait(FREE_PER_ADDRESS, LONGEST_ADDRESS_WAIT, now)
            .max(account.wait(FREE_PER_ACCOUNT, LONGEST_WAIT, now))
            .max(pair.wait(FREE_PER_PAIR, LONGEST_WAIT, now));
        refuse_until(wait)?;
        if pair.failures == 0 {
            address.add(portal, &mut tx, None).await?;
        }
        account.add(portal, &mut tx, Some(&account.digest)).await?;
        pair.add(portal, &mut tx, Some(&account.digest)).await?;
        tx.commit().await?;
        Ok(Self::Unknown { address, account, pair })
    }

    /// Counts an attempt at the setup code, unless the client's address has to wait.
    ///
    /// # Errors
    /// [`Error::TooMany`] where it has to wait; it is not counted then.
    pub async fn at_setup_code(portal: &Portal, client_address: &str) -> Result<Self> {
        let digests = [digest(&["setup", &network(client_address)])];
        let mut tx = portal.begin_lightly().await?;
        tx.lock_each(Lock::SignIn, &digests).await?;
        let [address] = digests;
        let address = Counted::read(portal, &mut tx, address).await?;
        refuse_until(address.wait(FREE_SETUP_CODES, LONGEST_WAIT, portal.now()))?;
        address.add(portal, &mut tx, None).await?;
        tx.commit().await?;
        Ok(Self::SetupCode(address))
    }

    /// Takes the count back: the address has not failed at the account after all. What else failed there, and at the
    /// account from elsewhere, stays counted.
    pub async fn succeeded(self, tx: &mut Transaction) -> Result<()> {
        match self {
            Self::KnownBrowser => {}
            Self::SetupCode(address) => address.take_back(tx).await?,
            Self::Unknown { address, account, pair } => {
                address.take_back(tx).await?;
                account.take_back(tx).await?;
                run!(tx, "delete from sign_in_failures where digest = $1", pair.digest)?;
            }
        }
        Ok(())
    }
}

impl Counted {
    async fn read(portal: &Portal, tx: &mut Transaction, digest: Vec<u8>) -> Result<Self> {
        let row = fetch_optional!(
            tx,
            (i64, Timestamp),
            "select failures, last_at from sign_in_failures where digest = $1 and last_at > $2",
            &digest,
            portal.ago(WINDOW)
        )?;
        let (failures, last_at) = row.unwrap_or((0, Timestamp(0)));
        Ok(Self {
            digest,
            failures,
            last_at,
        })
    }

    /// How many milliseconds are left to wait.
    fn wait(&self, free: i64, longest: Duration, now: Timestamp) -> i64 {
        if self.failures < free {
            return 0;
        }
        let doublings = u32::try_from(self.failures - free).unwrap_or(u32::MAX).min(20);
        let wait = Duration::from_secs(1 << doublings).min(longest);
        (self.last_at.after(wait).0 - now.0).max(0)
    }

    async fn add(&self, portal: &Portal, tx: &mut Transaction, email_digest: Option<&[u8]>) -> Result<()> {
        run!(
            tx,
            "insert into sign_in_failures (digest, email_digest, failures, last_at) values ($1, $2, 1, $3)
             on conflict (digest) do update set last_at = excluded.last_at, email_digest = excluded.email_digest,
                 failures = case when sign_in_failures.last_at > $4 then sign_in_failures.failures + 1 else 1 end",
            &self.digest,
            email_digest,
            portal.now(),
            portal.ago(WINDOW)
        )?;
        Ok(())
    }

    /// Counts one failure less. Where no other came since, the wait is as if this one had not come either.
    async fn take_back(&self, tx: &mut Transaction) -> Result<()> {
        run!(
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

/// Forgets the failures at an account, from wherever they came.
pub(crate) async fn forget_account(tx: &mut Transaction, email: &str) -> Result<()> {
    run!(
        tx,
        "delete from sign_in_failures where email_digest = $1",
        digest(&["email", &email::key(email)])
    )?;
    Ok(())
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

fn refuse_until(wait: i64) -> Result<()> {
    if wait <= 0 {
        return Ok(());
    }
    let retry_after = u64::try_from(wait).unwrap_or_default().div_ceil(1000);
    Err(Error::TooMany { retry_after })
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

fn digest(parts: &[&str]) -> Vec<u8> {
    secret::digest(parts.join("\0").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let at = |failures, now| {
            let counted = Counted {
                digest: Vec::new(),
                failures,
                last_at: Timestamp(0),
            };
            counted.wait(FREE_PER_PAIR, LONGEST_WAIT, Timestamp(now))
        };
        assert_eq!([at(4, 0), at(5, 0), at(6, 0), at(8, 0)], [0, 1000, 2000, 8000]);
        assert_eq!(at(1_000_000, 0), 900_000);
        assert_eq!(at(5, 1000), 0);
    }

    #[test]
    fn an_ipv6_client_is_counted_by_its_network() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
