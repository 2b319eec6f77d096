//! Who signed a request (RFC 5849 §3.2).

pub mod consumers;
pub mod nonces;
pub mod request_tokens;
pub mod tokens;

use crate::auth::actor::{Actor, Via};
use crate::database::{Connection, fetch_optional};
use crate::infra::cache::CredentialKey;
use crate::infra::error::Error;
use crate::infra::portal::Portal;
use crate::infra::throttle::LastNoted;
use crate::oauth1::nonces::{Nonce, Use, WINDOW};
use domain::accounts::features::Feature;
use domain::ids::{AccountId, ConsumerId, TokenId, UserId};
use domain::oauth1::{Origin, Problem, Refusal, SignatureMethod, SignedRequest};
use domain::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

mod signature;

pub(crate) use signature::Keys;

/// How exactly a token's last use is kept.
const USE: Duration = Duration::from_secs(1);

/// What the operator has decided about signed requests.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The portal's public origin, which signatures cover.
    pub origin: Origin,
    /// Further origins that the portal's pages are served at, such as `http://localhost:3000`. A request that was sent
    /// to the host of one of them may be signed for it: `Host` chooses from this fixed set and adds nothing to it.
    pub own_origins: Vec<Origin>,
    /// Whether PLAINTEXT is accepted although the origin is not https: for trying things out on loopback.
    pub plaintext_without_tls: bool,
}

impl Policy {
    /// The origins that a request sent to `host` may be signed for, the public one first: a proxy may have put its own
    /// name into `Host`.
    fn origins_for<'a>(&'a self, host: Option<&'a str>) -> impl Iterator<Item = &'a Origin> {
        let others = self.own_origins.iter();
        let others = others.filter(move |own| **own != self.origin && host.is_some_and(|host| own.is_at(host)));
        std::iter::once(&self.origin).chain(others)
    }
}

/// Why a signed request was not let in.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// The request is at fault.
    #[error("{}", .0.problem())]
    Refused(Refusal),
    /// The portal is.
    #[error(transparent)]
    Error(#[from] Error),
}

impl From<Problem> for Denied {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem.into())
    }
}

impl From<Refusal> for Denied {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<sqlx::Error> for Denied {
    fn from(error: sqlx::Error) -> Self {
        Self::Error(error.into())
    }
}

/// A consumer, as its requests are checked.
#[derive(sqlx::FromRow)]
pub(crate) struct SigningConsumer {
    pub id: ConsumerId,
    pub account_id: AccountId,
    pub sealed_secret: Vec<u8>,
    pub rsa_public_key: Option<String>,
    pub legacy_flow: bool,
    pub enabled: bool,
}

/// A consumer and a token of its, ready to check requests with.
pub(crate) struct Credential {
    consumer: ConsumerId,
    token: TokenId,
    keys: Keys,
    /// None where the person may not use the portal at present.
    actor: Option<Arc<Actor>>,
    expires_at: Timestamp,
    last_noted: LastNoted,
}

/// The person in whose name a request was signed.
///
/// The signature is checked before anything is said about the token's person and time, and before its nonce is spent.
/// `address` is kept as the place of the token's last use.
///
/// # Errors
/// [`Denied::Refused`] with the problem; [`Denied::Error`] when the database does not answer.
pub async fn authenticate(
    portal: &Portal,
    policy: &Policy,
    request: &SignedRequest<'_>,
    address: &str,
) -> Result<Arc<Actor>, Denied> {
    check_freshness(portal, request)?;
    let token = request
        .token
        .as_deref()
        .ok_or_else(|| Refusal::absent(vec!["oauth_token"]))?;
    let credential = credential(portal, &request.consumer_key, token).await?;
    credential.keys.check(policy, request)?;
    let actor = credential.actor.as_ref().ok_or(Problem::UserRefused)?;
    let now = portal.now();
    if credential.expires_at.0 > 0 && credential.expires_at <= now {
        return Err(Problem::TokenExpired.into());
    }
    let used = credential.last_noted.is_due(now, USE).then(|| Use {
        token: credential.token,
        at: now,
        from: address.to_owned(),
    });
    spend_nonce(portal, credential.consumer, request, used).await?;
    Ok(Arc::clone(actor))
}

/// Refuses what is too old or too new.
pub(crate) fn check_freshness(portal: &Portal, request: &SignedRequest<'_>) -> Result<(), Denied> {
    let now = u64::try_from(portal.now().seconds()).unwrap_or_default();
    Ok(request.check_timestamp(now, WINDOW.as_secs())?)
}

/// Writes the nonce down, and the use.
pub(crate) async fn spend_nonce(
    portal: &Portal,
    consumer: ConsumerId,
    request: &SignedRequest<'_>,
    used: Option<Use>,
) -> Result<(), Denied> {
    let nonce = request
        .timestamp
        .zip(request.nonce.as_deref())
        .map(|(timestamp, nonce)| Nonce::new(consumer, request.token.as_deref(), timestamp, nonce));
    if nonces::spend(portal, nonce, used).await? {
        Ok(())
    } else {
        Err(Problem::NonceUsed.into())
    }
}

/// The consumer with this key.
pub(crate) async fn consumer(db: &mut impl Connection, key: &str) -> Result<SigningConsumer, Denied> {
    let consumer = fetch_optional!(
        db,
        SigningConsumer,
        "select c.id, c.account_id, c.sealed_secret, c.rsa_public_key, c.legacy_flow,
                exists (select 1 from account_features f where f.account_id = c.account_id and f.feature = $2) as enabled
         from consumers c where c.consumer_key = $1",
        key,
        Feature::ApiTokens.code()
    )?
    .ok_or(Problem::ConsumerKeyUnknown)?;
    if consumer.enabled {
        Ok(consumer)
    } else {
        Err(Problem::ConsumerKeyRefused.into())
    }
}

async fn credential(portal: &Portal, consumer_key: &str, token: &str) -> Result<Arc<Credential>, Denied> {
    let caches = portal.caches();
    let generation = caches.generation();
    if let Some(credential) = caches.credentials.get(generation, &CredentialKey(consumer_key, token)) {
        return Ok(credential);
    }
    let credential = Box::pin(load(portal, consumer_key, token)).await?;
    let key = (consumer_key.to_owned(), token.to_owned());
    Ok(caches.credentials.put(generation, key, credential))
}

async fn load(portal: &Portal, consumer_key: &str, token: &str) -> Result<Credential, Denied> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: TokenId,
        user_id: UserId,
        sealed_secret: Vec<u8>,
        expires_at: Timestamp,
        revoked_at: Timestamp,
        last_used_at: Timestamp,
    }
    let mut db = portal.read().await?;
    let consumer = consumer(&mut db, consumer_key).await?;
    let row = fetch_optional!(
        &mut db,
        Row,
        "select id, user_id, sealed_secret, expires_at, revoked_at, last_used_at
         from tokens where token = $1 and consumer_id = $2",
        token,
        consumer.id
    )?
    .ok_or(Problem::TokenRejected)?;
    // Its secret is destroyed, so there is no signature to check first.
    if row.revoked_at.0 > 0 {
        return Err(Problem::TokenRevoked.into());
    }
    let actor = Actor::load(&mut db, row.user_id, Via::Token).await?;
    let secret = portal.unseal(&tokens::context(row.id), &row.sealed_secret)?;
    Ok(Credential {
        keys: consumer.keys(portal, Some(secret.expose()))?,
        consumer: consumer.id,
        token: row.id,
        actor: actor.map(Arc::new),
        expires_at: row.expires_at,
        last_noted: LastNoted::new(row.last_used_at),
    })
}

impl SigningConsumer {
    /// What its requests are checked with, together with a token's secret or without.
    pub fn keys(&self, portal: &Portal, token_secret: Option<&str>) -> Result<Keys, Error> {
        let secret = portal.unseal(&consumers::context(self.id), &self.sealed_secret)?;
        Keys::new(
            secret.expose(),
            token_secret.unwrap_or_default(),
            self.rsa_public_key.as_deref(),
        )
    }
}

/// Whether PLAINTEXT may be used at all.
fn plaintext_is_safe(policy: &Policy) -> bool {
    policy.origin.is_secure() || policy.plaintext_without_tls
}

fn is_allowed(policy: &Policy, method: SignatureMethod) -> bool {
    method != SignatureMethod::Plaintext || plaintext_is_safe(policy)
}
