//! The three-legged flow (RFC 5849 §2): a request token, a person's decision, and a token that lives 30 days.

use crate::auth::actor::{Actor, Via};
use crate::crypto::secret::{self, Secret};
use crate::database::{Connection, Transaction, fetch_optional, run};
use crate::infra::audit::{self, Change};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth1::tokens::{self, Issue};
use crate::oauth1::{self, Denied, Policy};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::accounts::features::Feature;
use domain::ids::{AccountId, ConsumerId, UserId};
use domain::oauth1::tokens::{AUTHORISED, EXCHANGED_LIFETIME};
use domain::oauth1::{Problem, Refusal, SignedRequest};
use domain::time::Timestamp;
use std::time::Duration;

/// How long a request token waits for the person and the exchange.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);

/// The callback of a client that cannot be called back (RFC 5849 §2.1).
pub const OUT_OF_BAND: &str = "oob";

/// A token and its secret, as the wire carries them.
#[derive(Debug)]
pub struct Issued {
    /// `oauth_token`.
    pub token: String,
    /// `oauth_token_secret`.
    pub secret: Secret,
}

/// What a person is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The consumer that asks.
    pub consumer: String,
    /// Where the person goes afterwards; none where a code is shown.
    pub callback: Option<String>,
}

/// What follows from a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The person goes to this address.
    Redirect(String),
    /// The person types this code into the program.
    Verifier(String),
    /// The older flow without an address: the person returns to the program.
    Done,
}

#[derive(sqlx::FromRow)]
struct Row {
    account_id: AccountId,
    consumer_id: ConsumerId,
    consumer: String,
    sealed_secret: Vec<u8>,
    callback: String,
    legacy: bool,
    user_id: Option<UserId>,
    verifier_digest: Option<Vec<u8>>,
    expires_at: Timestamp,
    exchanged_at: Timestamp,
    refused_at: Timestamp,
}

/// First step: a consumer asks for a request token, with its own signature alone (RFC 5849 §2.1).
///
/// # Errors
/// [`Denied::Refused`] with the problem: besides those of the signature, `parameter_absent` without a callback unless
/// the consumer may use the flow without verifier, `parameter_rejected` for one that is not an absolute address.
pub async fn issue(portal: &Portal, policy: &Policy, request: &SignedRequest<'_>) -> Result<Issued, Denied> {
    oauth1::check_freshness(portal, request)?;
    let consumer = {
        let mut db = portal.read().await?;
        oauth1::consumer(&mut db, &request.consumer_key).await?
    };
    consumer.keys(portal, None)?.check(policy, request)?;
    let callback = match request.callback.as_deref() {
        Some(callback) if callback == OUT_OF_BAND || is_address(callback) => callback,
        Some(_) => {
            let sentence = "The callback must be \"oob\" or an absolute URI without fragment.";
            return Err(Refusal::rejected(sentence, vec!["oauth_callback"]).into());
        }
        None if consumer.legacy_flow => "",
        None => return Err(Refusal::absent(vec!["oauth_callback"]).into()),
    };
    oauth1::spend_nonce(portal, consumer.id, request, None).await?;
    let token = secret::new_public_key();
    let secret = secret::new_secret();
    let now = portal.now();
    let mut tx = portal.begin_lightly().await?;
    run!(
        &mut tx,
        "insert into request_tokens (token, account_id, consumer_id, sealed_secret, callback, legacy, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        &token,
        consumer.account_id,
        consumer.id,
        portal.seal(&context(&token), &secret)?,
        callback,
        callback.is_empty(),
        now,
        now.after(LIFETIME)
    )?;
    tx.commit().await?;
    Ok(Issued { token, secret })
}

/// What the person is asked about a request token of their account.
///
/// # Errors
/// [`Error::Disabled`] where the account lacks the feature, [`Error::NotFound`] for one that is unknown, of another
/// account, expired, or decided already.
pub async fn question(portal: &Portal, actor: &Actor, token: &str, callback: Option<&str>) -> Result<Question> {
    let mut db = portal.read().await?;
    let row = undecided(portal, &mut db, actor, token).await?;
    let callback = row.callback(callback);
    Ok(Question {
        consumer: row.consumer,
        callback,
    })
}

/// Second step: the person allows the consumer to act in their name (RFC 5849 §2.2). `callback` is the address that the
/// older flow names here; in the current one it is not looked at.
///
/// # Errors
/// As [`question`].
pub async fn allow(portal: &Portal, actor: &Actor, token: &str, callback: Option<&str>) -> Result<Decision> {
    let person = actor.require_person()?.id;
    let verifier = secret::new_public_key();
    let mut tx = portal.begin().await?;
    let row = undecided(portal, &mut tx, actor, token).await?;
    let touched = run!(
        &mut tx,
        "update request_tokens set user_id = $2, verifier_digest = $3
         where token = $1 and user_id is null and refused_at = 0",
        token,
        person,
        secret::digest(verifier.as_bytes())
    )?;
    if touched == 0 {
        return Err(gone());
    }
    record(portal, &mut tx, actor, "request-token.allow", &row).await?;
    tx.commit().await?;
    Ok(match row.callback(callback) {
        Some(callback) if row.legacy => Decision::Redirect(with_query(&callback, &[("oauth_token", token)])),
        Some(callback) => {
            let query = [("oauth_token", token), ("oauth_verifier", &verifier)];
            Decision::Redirect(with_query(&callback, &query))
        }
        None if row.legacy => Decision::Done,
        None => Decision::Verifier(verifier),
    })
}

/// Second step, the other way: the person refuses.
///
/// # Errors
/// As [`question`].
pub async fn refuse(portal: &Portal, actor: &Actor, token: &str, callback: Option<&str>) -> Result<Decision> {
    let mut tx = portal.begin().await?;
    let row = undecided(portal, &mut tx, actor, token).await?;
    let touched = run!(
        &mut tx,
        "update request_tokens set refused_at = $2 where token = $1 and user_id is null and refused_at = 0",
        token,
        portal.now()
    )?;
    if touched == 0 {
        return Err(gone());
    }
    record(portal, &mut tx, actor, "request-token.refuse", &row).await?;
    tx.commit().await?;
    Ok(match row.callback(callback) {
        Some(callback) => {
            let problem = Problem::PermissionDenied.as_str();
            Decision::Redirect(with_query(
                &callback,
                &[("oauth_token", token), ("oauth_problem", problem)],
            ))
        }
        None => Decision::Done,
    })
}

/// Third step: the request token is exchanged, once, for a token that lives 30 days (RFC 5849 §2.3).
///
/// # Errors
/// [`Denied::Refused`] with the problem.
pub async fn exchange(portal: &Portal, policy: &Policy, request: &SignedRequest<'_>) -> Result<Issued, Denied> {
    oauth1::check_freshness(portal, request)?;
    let token = request
        .token
        .as_deref()
        .ok_or_else(|| Refusal::absent(vec!["oauth_token"]))?;
    let (consumer, row) = {
        let mut db = portal.read().await?;
        let consumer = oauth1::consumer(&mut db, &request.consumer_key).await?;
        let row = find(&mut db, token).await?.filter(|row| row.consumer_id == consumer.id);
        (consumer, row.ok_or(Problem::TokenRejected)?)
    };
    let secret = portal.unseal(&context(token), &row.sealed_secret)?;
    consumer.keys(portal, Some(secret.expose()))?.check(policy, request)?;
    oauth1::spend_nonce(portal, consumer.id, request, None).await?;
    row.check_exchange(portal.now(), consumer.legacy_flow, request.verifier.as_deref())?;
    let user = row.user_id.ok_or(Problem::PermissionUnknown)?;

    let mut tx = portal.begin().await?;
    let touched = run!(
        &mut tx,
        "update request_tokens set exchanged_at = $2 where token = $1 and exchanged_at = 0",
        token,
        portal.now()
    )?;
    if touched == 0 {
        return Err(Problem::TokenUsed.into());
    }
    let actor = Actor::load(&mut tx, user, Via::Token)
        .await?
        .ok_or(Problem::UserRefused)?;
    let issue = Issue {
        account: row.account_id,
        consumer: row.consumer_id,
        user,
        integration: AUTHORISED,
        expires_at: portal.now().after(EXCHANGED_LIFETIME),
    };
    let (_, token, secret) = tokens::insert(portal, &mut tx, &actor, issue).await?;
    tx.commit().await?;
    Ok(Issued { token, secret })
}

impl Row {
    /// Where the person goes: what the consumer signed, or in the older flow what the browser brought.
    fn callback(&self, brought: Option<&str>) -> Option<String> {
        let callback = if self.legacy {
            brought.filter(|brought| is_address(brought))?
        } else {
            &self.callback
        };
        (callback != OUT_OF_BAND).then(|| callback.to_owned())
    }

    /// Whether it may be exchanged now.
    fn check_exchange(&self, now: Timestamp, legacy_flow: bool, verifier: Option<&str>) -> Result<(), Refusal> {
        if self.exchanged_at.0 > 0 {
            return Err(Problem::TokenUsed.into());
        }
        if self.refused_at.0 > 0 {
            return Err(Problem::PermissionDenied.into());
        }
        if self.expires_at <= now {
            return Err(Problem::TokenExpired.into());
        }
        let Some(digest) = &self.verifier_digest else {
            return Err(Problem::PermissionUnknown.into());
        };
        // The switch may have been turned off since.
        if self.legacy && legacy_flow {
            return Ok(());
        }
        let verifier = verifier.ok_or_else(|| Refusal::absent(vec!["oauth_verifier"]))?;
        verify_slices_are_equal(digest, &secret::digest(verifier.as_bytes()))
            .map_err(|_| Problem::VerifierInvalid.into())
    }
}

async fn find(db: &mut impl Connection, token: &str) -> Result<Option<Row>, sqlx::Error> {
    fetch_optional!(
        db,
        Row,
        "select r.account_id, r.consumer_id, c.name as consumer, r.sealed_secret, r.callback, r.legacy, r.user_id,
                r.verifier_digest, r.expires_at, r.exchanged_at, r.refused_at
         from request_tokens r join consumers c on c.id = r.consumer_id where r.token = $1",
        token
    )
}

async fn undecided(portal: &Portal, db: &mut impl Connection, actor: &Actor, token: &str) -> Result<Row> {
    let account = actor.within(Feature::ApiTokens)?;
    // Ours are hexadecimal digits; PostgreSQL would not even look for a text with a NUL.
    if !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(gone());
    }
    find(db, token)
        .await?
        .filter(|row| row.account_id == account && row.expires_at > portal.now())
        .filter(|row| row.user_id.is_none() && row.refused_at.0 == 0)
        .ok_or_else(gone)
}

fn gone() -> Error {
    Error::NotFound("request")
}

async fn record(portal: &Portal, tx: &mut Transaction, actor: &Actor, action: &'static str, row: &Row) -> Result<()> {
    let change = Change {
        action,
        subject: Some(row.consumer_id.0),
        detail: &row.consumer,
    };
    audit::record(portal, tx, actor, change).await
}

/// Whether a callback is an absolute address that a browser can be sent to without running it. A URI is visible ASCII
/// (RFC 3986 §2); the parser alone would strip line breaks that a header must not carry.
fn is_address(text: &str) -> bool {
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return false;
    }
    let Ok(url) = url::Url::parse(text) else { return false };
    let runs = ["javascript", "data", "vbscript", "blob", "file", "about"].contains(&url.scheme());
    !runs && url.fragment().is_none()
}

/// The address with these parameters after its own (RFC 5849 §2.2).
fn with_query(address: &str, parameters: &[(&str, &str)]) -> String {
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{}", domain::oauth1::encode_form(parameters))
}

/// Deletes those that nobody can use any more. They are kept a day longer, so that a late client learns why.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    run!(
        tx,
        "delete from request_tokens where expires_at < $1",
        portal.ago(Duration::from_secs(24 * 3600))
    )?;
    Ok(())
}

/// What a request token's secret is sealed for.
pub(crate) fn context(token: &str) -> String {
    format!("request_tokens/{token}")
}
