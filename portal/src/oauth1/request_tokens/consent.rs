//! The consent that a request token asks the user for, and the user's decision (RFC 5849 §2.2).

use crate::crypto::secret;
use crate::database::{AsExecutor, execute};
use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth1::request_tokens::{OUT_OF_BAND, Row, find, is_valid_callback};
use domain::accounts::features::Feature;
use domain::oauth1::OauthProblem;

/// Describes the consent that a consumer requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRequest {
    /// The name of the consumer.
    pub consumer: String,
    /// Where the browser is redirected afterward. `None` if a verification code is shown instead.
    pub callback: Option<String>,
}

/// The result of the user's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Redirects the browser to this URL.
    Redirect(String),
    /// Shows this code for the user to enter in the application.
    Verifier(String),
    /// Neither: the user returns to the application, as in the flow without verifier if there is no callback.
    Done,
}

/// Returns the consent that a request token of the user's account asks for.
///
/// # Errors
/// [`Error::Disabled`] if the account lacks the feature, [`Error::NotFound`] for a token that is unknown, belongs to
/// another account, has expired or is already decided.
pub async fn consent_request(
    portal: &Portal,
    actor: &Actor,
    token: &str,
    callback: Option<&str>,
) -> Result<ConsentRequest> {
    let mut db = portal.read().await?;
    let row = find_pending(portal, &mut db, actor, token).await?;
    let callback = row.callback(callback);
    Ok(ConsentRequest {
        consumer: row.consumer,
        callback,
    })
}

/// Allows the consumer to act on the user's behalf (RFC 5849 §2.2). `callback` is the URL that the flow without
/// verifier passes here; the current flow ignores it.
///
/// # Errors
/// As [`consent_request`].
pub async fn allow(portal: &Portal, actor: &Actor, token: &str, callback: Option<&str>) -> Result<Decision> {
    let user = actor.require_user()?.id;
    let verifier = secret::new_public_key();
    let mut change = portal.begin_change(actor).await?;
    let row = find_pending(portal, &mut change, actor, token).await?;
    let updated = execute!(
        &mut change,
        "update request_tokens set user_id = $2, verifier_digest = $3
         where token = $1 and user_id is null and refused_at is null",
        token,
        user,
        secret::digest(verifier.as_bytes())
    )?;
    if updated == 0 {
        return Err(not_found());
    }
    let event = AuditEvent::RequestTokenAllowed {
        consumer: row.consumer_id,
        name: row.consumer.clone(),
    };
    change.commit(event).await?;
    Ok(match row.callback(callback) {
        Some(callback) if row.legacy => Decision::Redirect(append_query(&callback, &[("oauth_token", token)])),
        Some(callback) => {
            let query = [("oauth_token", token), ("oauth_verifier", &verifier)];
            Decision::Redirect(append_query(&callback, &query))
        }
        None if row.legacy => Decision::Done,
        None => Decision::Verifier(verifier),
    })
}

/// Denies the consumer access.
///
/// # Errors
/// As [`consent_request`].
pub async fn deny(portal: &Portal, actor: &Actor, token: &str, callback: Option<&str>) -> Result<Decision> {
    let mut change = portal.begin_change(actor).await?;
    let row = find_pending(portal, &mut change, actor, token).await?;
    let updated = execute!(
        &mut change,
        "update request_tokens set refused_at = $2 where token = $1 and user_id is null and refused_at is null",
        token,
        portal.now()
    )?;
    if updated == 0 {
        return Err(not_found());
    }
    let event = AuditEvent::RequestTokenDenied {
        consumer: row.consumer_id,
        name: row.consumer.clone(),
    };
    change.commit(event).await?;
    Ok(match row.callback(callback) {
        Some(callback) => {
            let problem = OauthProblem::PermissionDenied.as_str();
            Decision::Redirect(append_query(
                &callback,
                &[("oauth_token", token), ("oauth_problem", problem)],
            ))
        }
        None => Decision::Done,
    })
}

impl Row {
    /// Returns where to redirect the browser: the callback that the consumer signed or, in the flow without verifier,
    /// the one from the browser's query.
    fn callback(&self, from_browser: Option<&str>) -> Option<String> {
        let callback = if self.legacy {
            from_browser.filter(|from_browser| is_valid_callback(from_browser))?
        } else {
            self.callback.as_deref()?
        };
        (callback != OUT_OF_BAND).then(|| callback.to_owned())
    }
}

async fn find_pending(portal: &Portal, db: &mut impl AsExecutor, actor: &Actor, token: &str) -> Result<Row> {
    let account = actor.require_feature(Feature::ApiTokens)?;
    // Issued tokens are hexadecimal. PostgreSQL rejects texts that contain a NUL.
    if !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(not_found());
    }
    find(db, token)
        .await?
        .filter(|row| row.account_id == account && row.expires_at > portal.now())
        .filter(|row| row.user_id.is_none() && row.refused_at.is_none())
        .ok_or_else(not_found)
}

fn not_found() -> Error {
    Error::NotFound("request")
}

/// Appends parameters to the URI's own query (RFC 5849 §2.2).
fn append_query(address: &str, parameters: &[(&str, &str)]) -> String {
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{}", domain::oauth1::encode_form(parameters))
}
