//! OAuth 1.0a: consumers, tokens, and the authentication of signed requests (RFC 5849 §3.2).

pub mod consumers;
pub mod nonces;
pub mod request_tokens;
pub mod tokens;

use crate::crypto::encrypted_column::EncryptedColumn;
use crate::database::Database;
use crate::database::{AsExecutor, fetch_optional};
use crate::infra::actor::{Actor, AuthMethod};
use crate::infra::cache::CacheDefinition;
use crate::infra::error::Error;
use crate::infra::portal::Portal;
use crate::infra::subject_state::SubjectState;
use crate::infra::throttle::LastUsed;
use crate::oauth1::nonces::{Nonce, NonceInsert, NonceWriter, TIMESTAMP_WINDOW, TokenUse};
use domain::accounts::features::Feature;
use domain::ids::{AccountId, ConsumerId, TokenId, UserId};
use domain::oauth1::{Oauth1Error, OauthProblem, Origin, SignatureMethod, SignedRequest};
use domain::time::Timestamp;
use quick_cache::Equivalent;
use std::sync::Arc;
use std::time::Duration;

mod signature;

pub(crate) use signature::VerificationKeys;

/// The interval at which a token's last use is recorded at most once.
const LAST_USED_INTERVAL: Duration = Duration::from_secs(1);

/// Configures the verification of signed requests.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The portal's public origin, which signatures cover.
    pub origin: Origin,
    /// Additional origins that serve the portal's pages, such as `http://localhost:3000`. A request sent to the host of
    /// one of them may be signed for that origin. The `Host` header selects from this fixed set and can't add to it.
    pub own_origins: Vec<Origin>,
    /// Whether PLAINTEXT is accepted although the origin isn't https, for trying things out on loopback.
    pub plaintext_without_tls: bool,
}

impl Policy {
    /// Returns the origins that a request sent to `host` may be signed for. The public origin comes first because a
    /// proxy may replace `Host` with its own name.
    fn origins_for<'a>(&'a self, host: Option<&'a str>) -> impl Iterator<Item = &'a Origin> {
        let others = self.own_origins.iter();
        let others = others.filter(move |own| **own != self.origin && host.is_some_and(|host| own.matches_host(host)));
        std::iter::once(&self.origin).chain(others)
    }
}

/// Describes why a signed request was rejected.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The request is invalid or not authorized.
    #[error("{}", .0.problem())]
    Rejected(Oauth1Error),
    /// The portal failed to process the request.
    #[error(transparent)]
    Portal(#[from] Error),
}

impl From<OauthProblem> for RequestError {
    fn from(problem: OauthProblem) -> Self {
        Self::Rejected(problem.into())
    }
}

impl From<Oauth1Error> for RequestError {
    fn from(error: Oauth1Error) -> Self {
        Self::Rejected(error)
    }
}

impl From<sqlx::Error> for RequestError {
    fn from(error: sqlx::Error) -> Self {
        Self::Portal(error.into())
    }
}

/// Holds what is needed to verify a consumer's requests.
#[derive(sqlx::FromRow)]
pub(crate) struct SigningConsumer {
    pub id: ConsumerId,
    pub account_id: AccountId,
    pub encrypted_secret: Vec<u8>,
    pub rsa_public_key: Option<String>,
    pub legacy_flow: bool,
    pub enabled: bool,
}

/// Holds the verification keys and the actor of one token of a consumer. It is cached between requests.
pub(crate) struct Credential {
    account: AccountId,
    consumer: ConsumerId,
    token: TokenId,
    keys: VerificationKeys,
    /// `None` if the user is not allowed to use the portal at present.
    actor: Option<Arc<Actor>>,
    expires_at: Option<Timestamp>,
    last_used: LastUsed,
}

/// Returns the user on whose behalf a request was signed.
///
/// The signature is verified before an error reveals anything about the token's user or expiration, and before the
/// nonce is consumed. `address` is recorded as the address of the token's last use.
///
/// # Errors
/// [`RequestError::Rejected`] with the problem, [`RequestError::Portal`] if the database is unavailable.
pub async fn authenticate(
    portal: &Portal,
    policy: &Policy,
    request: &SignedRequest<'_>,
    address: &str,
) -> Result<Arc<Actor>, RequestError> {
    check_freshness(portal, request)?;
    let token = request
        .token
        .as_deref()
        .ok_or_else(|| Oauth1Error::missing_parameters(vec!["oauth_token"]))?;
    let credential = credential(portal, &request.consumer_key, token).await?;
    credential.keys.verify(policy, request)?;
    let actor = credential.actor.as_ref().ok_or(OauthProblem::UserRefused)?;
    let now = portal.now();
    if credential.expires_at.is_some_and(|expires_at| expires_at <= now) {
        return Err(OauthProblem::TokenExpired.into());
    }
    let used = credential
        .last_used
        .should_record(now, LAST_USED_INTERVAL)
        .then(|| TokenUse {
            token: credential.token,
            at: now,
            from: address.to_owned(),
        });
    consume_nonce(portal, credential.consumer, request, used).await?;
    Ok(Arc::clone(actor))
}

/// Checks that the timestamp is within [`TIMESTAMP_WINDOW`] of the server's clock.
pub(crate) fn check_freshness(portal: &Portal, request: &SignedRequest<'_>) -> Result<(), RequestError> {
    let now = u64::try_from(portal.now().seconds()).unwrap_or_default();
    Ok(request.check_timestamp(now, TIMESTAMP_WINDOW.as_secs())?)
}

/// Consumes the request's nonce and records the use of its token.
pub(crate) async fn consume_nonce(
    portal: &Portal,
    consumer: ConsumerId,
    request: &SignedRequest<'_>,
    used: Option<TokenUse>,
) -> Result<(), RequestError> {
    let nonce = request
        .timestamp
        .zip(request.nonce.as_deref())
        .map(|(timestamp, nonce)| Nonce::new(consumer, request.token.as_deref(), timestamp, nonce));
    if nonces::consume(portal, nonce, used).await? {
        Ok(())
    } else {
        Err(OauthProblem::NonceUsed.into())
    }
}

/// Loads the consumer with this key.
pub(crate) async fn consumer(db: &mut impl AsExecutor, key: &str) -> Result<SigningConsumer, RequestError> {
    let consumer = fetch_optional!(
        db,
        SigningConsumer,
        "select c.id, c.account_id, c.encrypted_secret, c.rsa_public_key, c.legacy_flow,
                exists (select 1 from account_features f where f.account_id = c.account_id and f.feature = $2) as enabled
         from consumers c where c.consumer_key = $1",
        key,
        Feature::ApiTokens.code()
    )?
    .ok_or(OauthProblem::ConsumerKeyUnknown)?;
    if consumer.enabled {
        Ok(consumer)
    } else {
        Err(OauthProblem::ConsumerKeyRefused.into())
    }
}

/// Caches credentials by consumer key and token.
struct CredentialCache;

impl CacheDefinition for CredentialCache {
    type Key = (String, String);
    type Value = Credential;
}

/// Borrows the key of a cached credential.
#[derive(Hash)]
struct CredentialKey<'a>(&'a str, &'a str);

impl Equivalent<(String, String)> for CredentialKey<'_> {
    fn equivalent(&self, (consumer_key, token): &(String, String)) -> bool {
        self.0 == consumer_key && self.1 == token
    }
}

/// Registers the state of this group.
pub(crate) fn register(subjects: &mut SubjectState, database: &Database) {
    subjects.insert_cache::<CredentialCache>();
    subjects.insert(NonceWriter::start(database.clone(), NonceInsert::default()));
}

/// Returns the encrypted columns of this group.
pub(crate) fn encrypted_columns() -> [EncryptedColumn; 3] {
    [
        consumers::ENCRYPTED_COLUMN,
        tokens::ENCRYPTED_COLUMN,
        request_tokens::ENCRYPTED_COLUMN,
    ]
}

/// Waits until pending writes are complete.
pub(crate) async fn flush(portal: &Portal) {
    portal.state::<NonceWriter>().flush().await;
}

async fn credential(portal: &Portal, consumer_key: &str, token: &str) -> Result<Arc<Credential>, RequestError> {
    let cache = portal.cache::<CredentialCache>();
    let began = cache.begin_read();
    if let Some(credential) = cache.get(&CredentialKey(consumer_key, token)) {
        return Ok(credential);
    }
    let credential = Box::pin(load(portal, consumer_key, token)).await?;
    let key = (consumer_key.to_owned(), token.to_owned());
    Ok(cache.insert(began, credential.account, key, credential))
}

async fn load(portal: &Portal, consumer_key: &str, token: &str) -> Result<Credential, RequestError> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: TokenId,
        user_id: UserId,
        encrypted_secret: Option<Vec<u8>>,
        expires_at: Option<Timestamp>,
        last_used_at: Option<Timestamp>,
    }
    let mut db = portal.read().await?;
    let consumer = consumer(&mut db, consumer_key).await?;
    let row = fetch_optional!(
        &mut db,
        Row,
        "select id, user_id, encrypted_secret, expires_at, last_used_at
         from tokens where token = $1 and consumer_id = $2",
        token,
        consumer.id
    )?
    .ok_or(OauthProblem::TokenRejected)?;
    // Revoking a token deletes its secret, so its signature can't be verified first.
    let encrypted_secret = row.encrypted_secret.ok_or(OauthProblem::TokenRevoked)?;
    let actor = Actor::load(&mut db, row.user_id, AuthMethod::Token(row.id)).await?;
    let secret = portal.decrypt(&tokens::context(row.id), &encrypted_secret)?;
    Ok(Credential {
        keys: consumer.keys(portal, Some(secret.expose()))?,
        account: consumer.account_id,
        consumer: consumer.id,
        token: row.id,
        actor: actor.map(Arc::new),
        expires_at: row.expires_at,
        last_used: LastUsed::new(row.last_used_at),
    })
}

impl SigningConsumer {
    /// Returns the keys that verify the consumer's requests, with or without a token's secret.
    pub fn keys(&self, portal: &Portal, token_secret: Option<&str>) -> Result<VerificationKeys, Error> {
        let secret = portal.decrypt(&consumers::context(self.id), &self.encrypted_secret)?;
        VerificationKeys::new(
            secret.expose(),
            token_secret.unwrap_or_default(),
            self.rsa_public_key.as_deref(),
        )
    }
}

/// Returns whether PLAINTEXT is accepted: over https, or if explicitly enabled.
fn is_plaintext_allowed(policy: &Policy) -> bool {
    policy.origin.is_secure() || policy.plaintext_without_tls
}

/// Returns whether the signature method is accepted.
fn is_method_allowed(policy: &Policy, method: SignatureMethod) -> bool {
    method != SignatureMethod::Plaintext || is_plaintext_allowed(policy)
}
