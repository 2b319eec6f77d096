//! Implements the three-legged flow (RFC 5849 §2): a request token, the user's decision, and an access token that
//! expires after 30 days.

mod consent;

pub use crate::oauth1::request_tokens::consent::{ConsentRequest, Decision, allow, consent_request, deny};

use crate::crypto::encrypted_column::{EncryptedColumn, RowContext};
use crate::crypto::secret::{self, Secret};
use crate::database::{AsExecutor, Transaction, execute, fetch_optional};
use crate::infra::actor::{Actor, AuthMethod};
use crate::infra::audit::AuditEvent;
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::oauth1::tokens::{self, NewTokenRow};
use crate::oauth1::{self, Policy, RequestError};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::ids::{AccountId, ConsumerId, TokenId, UserId};
use domain::oauth1::tokens::{AUTHORIZED_BY_USER, THREE_LEGGED_TOKEN_LIFETIME};
use domain::oauth1::{Oauth1Error, OauthProblem, SignedRequest};
use domain::time::Timestamp;
use std::time::Duration;

/// How long a request token is valid for the user's decision and the exchange.
pub const REQUEST_TOKEN_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// The callback value of a client that can't receive redirects (RFC 5849 §2.1).
pub const OUT_OF_BAND: &str = "oob";

/// Holds a token and its secret.
#[derive(Debug)]
pub struct IssuedToken {
    /// `oauth_token`.
    pub token: String,
    /// `oauth_token_secret`.
    pub secret: Secret,
}

#[derive(sqlx::FromRow)]
struct Row {
    account_id: AccountId,
    consumer_id: ConsumerId,
    consumer: String,
    encrypted_secret: Vec<u8>,
    callback: Option<String>,
    legacy: bool,
    user_id: Option<UserId>,
    verifier_digest: Option<Vec<u8>>,
    expires_at: Timestamp,
    exchanged_at: Option<Timestamp>,
    refused_at: Option<Timestamp>,
}

/// Issues a request token to a consumer, which signs the request without a token (RFC 5849 §2.1).
///
/// # Errors
/// [`RequestError::Rejected`] with the problem: besides those of the signature, `parameter_absent` without a callback
/// unless the consumer may use the flow without verifier, `parameter_rejected` for a callback that isn't an absolute
/// URI.
pub async fn issue(portal: &Portal, policy: &Policy, request: &SignedRequest<'_>) -> Result<IssuedToken, RequestError> {
    oauth1::check_freshness(portal, request)?;
    let consumer = {
        let mut db = portal.read().await?;
        oauth1::consumer(&mut db, &request.consumer_key).await?
    };
    consumer.keys(portal, None)?.verify(policy, request)?;
    let callback = match request.callback.as_deref() {
        Some(callback) if callback == OUT_OF_BAND || is_valid_callback(callback) => Some(callback),
        Some(_) => {
            let message = "The callback must be \"oob\" or an absolute URI without a fragment.";
            return Err(Oauth1Error::rejected_parameters(message, vec!["oauth_callback"]).into());
        }
        None if consumer.legacy_flow => None,
        None => return Err(Oauth1Error::missing_parameters(vec!["oauth_callback"]).into()),
    };
    oauth1::consume_nonce(portal, consumer.id, request, None).await?;
    let token = secret::new_public_key();
    let secret = secret::new_secret();
    let now = portal.now();
    let mut tx = portal.begin_relaxed().await?;
    execute!(
        &mut tx,
        "insert into request_tokens (token, account_id, consumer_id, encrypted_secret, callback, legacy, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &token,
        consumer.account_id,
        consumer.id,
        portal.encrypt(&context(&token), &secret)?,
        callback,
        callback.is_none(),
        now,
        now.after(REQUEST_TOKEN_LIFETIME)
    )?;
    tx.commit().await?;
    Ok(IssuedToken { token, secret })
}

/// Exchanges a request token, once, for an access token that expires after 30 days (RFC 5849 §2.3).
///
/// # Errors
/// [`RequestError::Rejected`] with the problem.
pub async fn exchange(
    portal: &Portal,
    policy: &Policy,
    request: &SignedRequest<'_>,
) -> Result<IssuedToken, RequestError> {
    oauth1::check_freshness(portal, request)?;
    let token = request
        .token
        .as_deref()
        .ok_or_else(|| Oauth1Error::missing_parameters(vec!["oauth_token"]))?;
    let (consumer, row) = {
        let mut db = portal.read().await?;
        let consumer = oauth1::consumer(&mut db, &request.consumer_key).await?;
        let row = find(&mut db, token).await?.filter(|row| row.consumer_id == consumer.id);
        (consumer, row.ok_or(OauthProblem::TokenRejected)?)
    };
    let secret = portal.decrypt(&context(token), &row.encrypted_secret)?;
    consumer.keys(portal, Some(secret.expose()))?.verify(policy, request)?;
    oauth1::consume_nonce(portal, consumer.id, request, None).await?;
    row.check_exchange(portal.now(), consumer.legacy_flow, request.verifier.as_deref())?;
    let user = row.user_id.ok_or(OauthProblem::PermissionUnknown)?;

    let mut tx = portal.begin().await?;
    let updated = execute!(
        &mut tx,
        "update request_tokens set exchanged_at = $2 where token = $1 and exchanged_at is null",
        token,
        portal.now()
    )?;
    if updated == 0 {
        return Err(OauthProblem::TokenUsed.into());
    }
    let id = TokenId(portal.new_id());
    let actor = Actor::load(&mut tx, user, AuthMethod::Token(id))
        .await?
        .ok_or(OauthProblem::UserRefused)?;
    let new = NewTokenRow {
        id,
        account: row.account_id,
        consumer: row.consumer_id,
        user,
        integration: AUTHORIZED_BY_USER,
        expires_at: Some(portal.now().after(THREE_LEGGED_TOKEN_LIFETIME)),
    };
    let mut change = tx.into_change(portal, &actor);
    let (token, secret) = tokens::insert(portal, &mut change, &actor, new).await?;
    let event = AuditEvent::TokenCreated {
        id,
        consumer: row.consumer_id,
        user,
        integration: AUTHORIZED_BY_USER.to_owned(),
    };
    change.commit_uncached(event).await?;
    Ok(IssuedToken { token, secret })
}

impl Row {
    /// Checks that the request token may be exchanged now.
    fn check_exchange(&self, now: Timestamp, legacy_flow: bool, verifier: Option<&str>) -> Result<(), Oauth1Error> {
        if self.exchanged_at.is_some() {
            return Err(OauthProblem::TokenUsed.into());
        }
        if self.refused_at.is_some() {
            return Err(OauthProblem::PermissionDenied.into());
        }
        if self.expires_at <= now {
            return Err(OauthProblem::TokenExpired.into());
        }
        let Some(digest) = &self.verifier_digest else {
            return Err(OauthProblem::PermissionUnknown.into());
        };
        // The consumer's setting may have been turned off since the token was issued.
        if self.legacy && legacy_flow {
            return Ok(());
        }
        let verifier = verifier.ok_or_else(|| Oauth1Error::missing_parameters(vec!["oauth_verifier"]))?;
        verify_slices_are_equal(digest, &secret::digest(verifier.as_bytes()))
            .map_err(|_| OauthProblem::VerifierInvalid.into())
    }
}

async fn find(db: &mut impl AsExecutor, token: &str) -> Result<Option<Row>, sqlx::Error> {
    fetch_optional!(
        db,
        Row,
        "select r.account_id, r.consumer_id, c.name as consumer, r.encrypted_secret, r.callback, r.legacy, r.user_id,
                r.verifier_digest, r.expires_at, r.exchanged_at, r.refused_at
         from request_tokens r join consumers c on c.id = r.consumer_id where r.token = $1",
        token
    )
}

/// Returns whether a callback is an absolute URI that a browser can be redirected to without running it as a script. A
/// URI is visible ASCII (RFC 3986 §2); the parser alone would strip line breaks, which a header must not contain.
fn is_valid_callback(text: &str) -> bool {
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let Ok(url) = url::Url::parse(text) else { return false };
    let is_script = ["javascript", "data", "vbscript", "blob", "file", "about"].contains(&url.scheme());
    !is_script && url.fragment().is_none()
}

/// Deletes expired request tokens. They are kept for a day after they expire, so that a late client gets the specific
/// error.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    execute!(
        tx,
        "delete from request_tokens where expires_at < $1",
        portal.now_minus(Duration::from_secs(24 * 3600))
    )?;
    Ok(())
}

/// The secrets of request tokens.
pub(crate) const ENCRYPTED_COLUMN: EncryptedColumn = EncryptedColumn {
    table: "request_tokens",
    key: "token",
    value: "encrypted_secret",
    context: RowContext::Text(context),
};

/// Returns the encryption context (associated data) of a request token's secret.
fn context(token: &str) -> String {
    format!("request_tokens/{token}")
}
