//! How often machines may ask, and how they are told (draft-ietf-httpapi-ratelimit-headers).
//!
//! Who has proved a credential is counted by it, and by nothing else: nobody can use up the requests of another by
//! naming a key that is not theirs, or from the same address. All others are counted by their address, and so are
//! requests whose credential turns out not to hold. Once a count is used up, the next requests are turned away before
//! anything is read or checked for them.
//!
//! Counts are kept per node. They are bounded in number, and only proof adds one for a credential, so that made-up keys
//! take no memory; of those that are kept, the ones in use outlive the others.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use governor::clock::{Clock, DefaultClock, Reference};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use quick_cache::sync::Cache;
use std::convert::Infallible;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// How many counts of a kind a node keeps; one takes less than 300 bytes.
const KEPT: usize = 20_000;

/// How many seconds' worth of requests may come at once.
const WINDOW: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// The limits of the machine APIs.
pub struct Limits {
    counts: Option<Counts>,
    hasher: RandomState,
}

struct Counts {
    credentials: Limiter<u64>,
    addresses: Limiter<IpAddr>,
}

/// What a credential is counted by: a digest of consumer key and token that only this process can compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialKey(u64);

impl Limits {
    /// Limits of so many requests per second on the average, the same for a credential and for an address; 0 for any
    /// number. Ten seconds' worth may come at once.
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

    /// What the requests of this consumer and token are counted by.
    #[must_use]
    pub fn credential(&self, consumer_key: &str, token: Option<&str>) -> CredentialKey {
        CredentialKey(self.hasher.hash_one((consumer_key, token)))
    }

    /// Turns a request away whose count is used up already, without counting it. A credential that has been proved
    /// before is looked at alone; any other is nobody's yet, and its address is looked at.
    ///
    /// # Errors
    /// [`Reached`] when it is.
    pub fn check(&self, credential: Option<CredentialKey>, address: IpAddr) -> Result<(), Reached> {
        let Some(counts) = &self.counts else { return Ok(()) };
        match credential.and_then(|key| counts.credentials.known(&key.0)) {
            Some(bucket) => counts.credentials.check(&bucket),
            None => match counts.addresses.known(&network(address)) {
                Some(bucket) => counts.addresses.check(&bucket),
                None => Ok(()),
            },
        }
    }

    /// Counts a request whose credential has been proved.
    ///
    /// # Errors
    /// [`Reached`] when it is one too many.
    pub fn count_credential(&self, key: CredentialKey) -> Result<Standing, Reached> {
        self.counts
            .as_ref()
            .map_or(Ok(Standing(None)), |counts| counts.credentials.count(&key.0))
    }

    /// Counts a request of nobody in particular.
    ///
    /// # Errors
    /// [`Reached`] when it is one too many.
    pub fn count_address(&self, address: IpAddr) -> Result<Standing, Reached> {
        self.counts
            .as_ref()
            .map_or(Ok(Standing(None)), |counts| counts.addresses.count(&network(address)))
    }
}

impl fmt::Debug for Limits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}

/// What an address is counted by: an IPv6 client has a whole /64 to choose from.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
        v4 => v4,
    }
}

/// Where a client stands after a request that was counted; nothing where nothing is limited.
#[derive(Debug, Clone)]
pub struct Standing(Option<Fields>);

#[derive(Debug, Clone)]
struct Fields {
    policy: HeaderValue,
    limit: HeaderValue,
}

impl Standing {
    fn new(policy: &HeaderValue, name: &str, remaining: u32, seconds: u64) -> Self {
        let limit = HeaderValue::try_from(format!("\"{name}\";r={remaining};t={seconds}"));
        Self(limit.ok().map(|limit| Fields {
            policy: policy.clone(),
            limit,
        }))
    }

    /// Tells the client.
    pub fn describe(self, headers: &mut HeaderMap) {
        if let Some(Fields { policy, limit }) = self.0 {
            headers.insert(POLICY, policy);
            headers.insert(LIMIT, limit);
        }
    }
}

/// A limit that is reached.
#[derive(Debug)]
pub struct Reached {
    /// What the client is told of it.
    pub standing: Standing,
    /// The seconds until the next request is let through.
    pub retry_after: u64,
}

/// One count.
struct Bucket<C: Clock> {
    limiter: RateLimiter<NotKeyed, InMemoryState, C, StateInformationMiddleware>,
    /// When it lets the next one through after it has turned one away, in nanoseconds since the limiter's start.
    shut_until: AtomicU64,
}

/// The counts of one kind.
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
        let burst = per_second.saturating_mul(WINDOW);
        let policy = HeaderValue::try_from(format!("\"{name}\";q={burst};w={WINDOW}"));
        Self {
            name,
            quota: Quota::per_second(per_second).allow_burst(burst),
            policy: policy.unwrap_or(HeaderValue::from_static("")),
            started: clock.now(),
            clock,
            buckets: Cache::new(KEPT),
        }
    }

    fn known(&self, key: &K) -> Option<Arc<Bucket<C>>> {
        self.buckets.get(key)
    }

    fn check(&self, bucket: &Bucket<C>) -> Result<(), Reached> {
        let left = bucket.shut_until.load(Ordering::Relaxed).saturating_sub(self.elapsed());
        if left == 0 { Ok(()) } else { Err(self.reached(left)) }
    }

    fn count(&self, key: &K) -> Result<Standing, Reached> {
        let fresh = || {
            let limiter = RateLimiter::direct_with_clock(self.quota, self.clock.clone()).with_middleware();
            Ok::<_, Infallible>(Arc::new(Bucket {
                limiter,
                shut_until: AtomicU64::new(0),
            }))
        };
        let Ok(bucket) = self.buckets.get_or_insert_with(key, fresh);
        match bucket.limiter.check() {
            // With one request a second or more, there is always more to come within a second.
            Ok(state) => Ok(Standing::new(
                &self.policy,
                self.name,
                state.remaining_burst_capacity(),
                1,
            )),
            Err(until) => {
                let wait = until.wait_time_from(self.clock.now());
                let wait = u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX).max(1);
                bucket
                    .shut_until
                    .store(self.elapsed().saturating_add(wait), Ordering::Relaxed);
                Err(self.reached(wait))
            }
        }
    }

    fn elapsed(&self) -> u64 {
        self.clock.now().duration_since(self.started).as_u64()
    }

    fn reached(&self, nanoseconds: u64) -> Reached {
        let retry_after = nanoseconds.div_ceil(1_000_000_000);
        Reached {
            standing: Standing::new(&self.policy, self.name, 0, retry_after),
            retry_after,
        }
    }
}

#[cfg(test)]
mod tests;
