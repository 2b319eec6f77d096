//! Rate limits of the machine APIs, and the headers that report them (draft-ietf-httpapi-ratelimit-headers).
//!
//! An authenticated request counts only toward the limit of its credential, so a client can't use up another client's
//! requests by sending its key or by sharing its address. All other requests count toward the limit of the client
//! address, including those whose credential is invalid. Once a limit is reached, further requests are rejected before
//! anything is read or verified.
//!
//! Counts are kept per node and bounded in number. A credential is counted only after it was authenticated, so made-up
//! keys use no memory. Recently used counts are evicted last.

mod by_address;

pub(crate) use crate::http::rate_limit::by_address::limit_by_address;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock, Reference};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use quick_cache::sync::Cache;
use std::convert::Infallible;
use std::fmt::{self, Write};
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The maximum number of buckets of each kind on a node. A bucket takes less than 300 bytes.
const MAX_BUCKETS: usize = 20_000;

/// The burst size, in seconds' worth of requests.
const BURST_SECONDS: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// Holds the rate limits of the machine APIs.
pub struct RateLimits {
    counts: Option<Counts>,
    hasher: RandomState,
}

struct Counts {
    credentials: Limiter<u64>,
    addresses: Limiter<IpAddr>,
}

/// Identifies a credential: a digest of consumer key and token with a key that only this process has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialKey(u64);

impl RateLimits {
    /// Creates limits of `per_second` requests per second on average, for each credential and each address; 0 means no
    /// limit. Bursts of ten seconds' worth of requests are allowed.
    #[must_use]
    pub fn new(per_second: u32) -> Self {
        let clock = DefaultClock::default();
        let counts = NonZeroU32::new(per_second).map(|rate| Counts {
            credentials: Limiter::new("credential", rate, clock.clone()),
            addresses: Limiter::new("address", rate, clock),
        });
        Self {
            counts,
            hasher: RandomState::new(),
        }
    }

    /// Returns the key by which requests of this consumer and token are counted.
    #[must_use]
    pub fn credential_key(&self, consumer_key: &str, token: Option<&str>) -> CredentialKey {
        CredentialKey(self.hasher.hash_one((consumer_key, token)))
    }

    /// Checks whether a limit is already exceeded, without counting the request. Checks only the credential if it has
    /// been authenticated before, and only the address otherwise.
    ///
    /// # Errors
    /// Returns [`RateLimitExceeded`] if the limit is exceeded.
    pub fn check(&self, credential: Option<CredentialKey>, address: IpAddr) -> Result<(), RateLimitExceeded> {
        let Some(counts) = &self.counts else { return Ok(()) };
        match credential.and_then(|key| counts.credentials.get(&key.0)) {
            Some(bucket) => counts.credentials.check(&bucket),
            None => match counts.addresses.get(&network(address)) {
                Some(bucket) => counts.addresses.check(&bucket),
                None => Ok(()),
            },
        }
    }

    /// Counts an authenticated request.
    ///
    /// # Errors
    /// Returns [`RateLimitExceeded`] if the request exceeds the limit.
    pub fn count_credential(&self, key: CredentialKey) -> Result<RateLimitStatus, RateLimitExceeded> {
        self.counts
            .as_ref()
            .map_or(Ok(RateLimitStatus(None)), |counts| counts.credentials.count(&key.0))
    }

    /// Counts an unauthenticated request.
    ///
    /// # Errors
    /// Returns [`RateLimitExceeded`] if the request exceeds the limit.
    pub fn count_address(&self, address: IpAddr) -> Result<RateLimitStatus, RateLimitExceeded> {
        self.counts.as_ref().map_or(Ok(RateLimitStatus(None)), |counts| {
            counts.addresses.count(&network(address))
        })
    }
}

impl fmt::Debug for RateLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimits").finish_non_exhaustive()
    }
}

/// Returns the network by which an address is counted: the /64 of an IPv6 address, since a client can use any address
/// in it.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}

/// Describes the remaining requests of a client after a request was counted; empty if no limit is configured.
#[derive(Debug, Clone)]
pub struct RateLimitStatus(Option<StatusHeaders>);

#[derive(Debug, Clone)]
struct StatusHeaders {
    policy: HeaderValue,
    limit: HeaderValue,
}

impl RateLimitStatus {
    fn new(policy: &HeaderValue, name: &str, remaining: u32, seconds: u64) -> Self {
        // Long enough for every value, so that it isn't moved while it is written.
        let mut limit = String::with_capacity(64);
        let written = write!(limit, "\"{name}\";r={remaining};t={seconds}").ok();
        let limit = written.and_then(|()| HeaderValue::try_from(limit).ok());
        Self(limit.map(|limit| StatusHeaders {
            policy: policy.clone(),
            limit,
        }))
    }

    /// Adds the `RateLimit-Policy` and `RateLimit` headers.
    pub fn insert_headers(self, headers: &mut HeaderMap) {
        if let Some(StatusHeaders { policy, limit }) = self.0 {
            headers.insert(POLICY, policy);
            headers.insert(LIMIT, limit);
        }
    }
}

/// Describes a rate limit that a request exceeds.
#[derive(Debug)]
pub struct RateLimitExceeded {
    /// The status that is reported to the client.
    pub rate_limit: RateLimitStatus,
    /// The number of seconds until the next request is allowed.
    pub retry_after: u64,
}

/// Holds the count of one credential or address.
struct Bucket<C: Clock> {
    limiter: RateLimiter<NotKeyed, InMemoryState, C, StateInformationMiddleware>,
    /// When the next request is allowed after one was rejected, in nanoseconds since the limiter was created.
    blocked_until: AtomicU64,
}

/// Holds the counts of one kind.
struct Limiter<K, C: Clock = DefaultClock> {
    name: &'static str,
    quota: Quota,
    policy: HeaderValue,
    clock: C,
    started: C::Instant,
    buckets: Cache<K, Arc<Bucket<C>>>,
}

impl<K: Hash + Eq + Clone, C: Clock + Clone> Limiter<K, C> {
    fn new(name: &'static str, per_second: NonZeroU32, clock: C) -> Self {
        let burst = per_second.saturating_mul(BURST_SECONDS);
        let policy = HeaderValue::try_from(format!("\"{name}\";q={burst};w={BURST_SECONDS}"));
        Self {
            name,
            quota: Quota::per_second(per_second).allow_burst(burst),
            policy: policy.unwrap_or(HeaderValue::from_static("")),
            started: clock.now(),
            clock,
            buckets: Cache::new(MAX_BUCKETS),
        }
    }

    fn get(&self, key: &K) -> Option<Arc<Bucket<C>>> {
        self.buckets.get(key)
    }

    fn check(&self, bucket: &Bucket<C>) -> Result<(), RateLimitExceeded> {
        let wait = bucket
            .blocked_until
            .load(Ordering::Relaxed)
            .saturating_sub(self.elapsed());
        if wait == 0 { Ok(()) } else { Err(self.exceeded(wait)) }
    }

    fn count(&self, key: &K) -> Result<RateLimitStatus, RateLimitExceeded> {
        let new_bucket = || {
            let limiter = RateLimiter::direct_with_clock(self.quota, self.clock.clone()).with_middleware();
            Ok::<_, Infallible>(Arc::new(Bucket {
                limiter,
                blocked_until: AtomicU64::new(0),
            }))
        };
        let Ok(bucket) = self.buckets.get_or_insert_with(key, new_bucket);
        match bucket.limiter.check() {
            // The rate is at least one request per second, so more is always available within a second.
            Ok(state) => Ok(RateLimitStatus::new(
                &self.policy,
                self.name,
                state.remaining_burst_capacity(),
                1,
            )),
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now());
                let wait = u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX).max(1);
                bucket
                    .blocked_until
                    .store(self.elapsed().saturating_add(wait), Ordering::Relaxed);
                Err(self.exceeded(wait))
            }
        }
    }

    fn elapsed(&self) -> u64 {
        self.clock.now().duration_since(self.started).as_u64()
    }

    fn exceeded(&self, nanoseconds: u64) -> RateLimitExceeded {
        let retry_after = nanoseconds.div_ceil(1_000_000_000);
        RateLimitExceeded {
            rate_limit: RateLimitStatus::new(&self.policy, self.name, 0, retry_after),
            retry_after,
        }
    }
}

#[cfg(test)]
mod tests;
