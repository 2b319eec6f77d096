//! Issues and exchanges authorization codes (RFC 6749 §4.1.2). A code can be used once, within a minute, by the client
//! that requested it.

use crate::crypto::secret::{self, Secret};
use crate::database::{Transaction, execute, fetch_optional};
use crate::infra::actor::{Actor, AuthMethod};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::oauth2::access_tokens::{self, NewAccessToken};
use crate::oauth2::oauth_apps::parse_scopes;
use crate::oauth2::refresh_tokens;
use crate::oauth2::{Client, IssuedTokens, Policy, RequestError};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{OauthAppId, OauthGrantId, UserId};
use domain::oauth2::scopes::{Scope, Scopes};
use domain::oauth2::{ErrorCode, Oauth2Error, Parameters, is_code_verifier};
use domain::time::Timestamp;
use std::time::Duration;

/// How long a code is valid.
const CODE_LIFETIME: Duration = Duration::from_secs(60);

/// How long a used code is kept, so that a second use is detected.
const USED_CODE_RETENTION: Duration = Duration::from_secs(24 * 3600);

/// Holds the values of a new code.
pub(crate) struct NewCode<'a> {
    pub app: OauthAppId,
    pub user: UserId,
    pub redirect_uri: &'a str,
    /// Whether the request contained `redirect_uri`.
    pub uri_given: bool,
    pub scopes: Scopes,
    /// The S256 challenge, if the client sent one.
    pub code_challenge: Option<&'a str>,
}

/// Inserts a code in the caller's transaction.
pub(crate) async fn insert(portal: &Portal, tx: &mut Transaction, new: &NewCode<'_>) -> Result<Secret> {
    let code = secret::new_secret();
    let now = portal.now();
    execute!(
        tx,
        "insert into authorization_codes (digest, app_id, user_id, redirect_uri, uri_given, scopes, code_challenge,
                                          created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        secret::digest(code.expose().as_bytes()),
        new.app,
        new.user,
        new.redirect_uri,
        new.uri_given,
        new.scopes.to_string(),
        new.code_challenge,
        now,
        now.after(CODE_LIFETIME)
    )?;
    Ok(code)
}

#[derive(sqlx::FromRow)]
struct Row {
    app_id: OauthAppId,
    user_id: UserId,
    redirect_uri: String,
    uri_given: bool,
    scopes: String,
    code_challenge: Option<String>,
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
    grant_id: Option<OauthGrantId>,
}

/// Exchanges a code for tokens (RFC 6749 §4.1.3).
pub(crate) async fn exchange(
    portal: &Portal,
    policy: &Policy,
    client: &Client,
    parameters: &Parameters<'_>,
) -> Result<IssuedTokens, RequestError> {
    let code = parameters.require("code")?;
    let redirect_uri = parameters.get("redirect_uri")?;
    let verifier = parameters.get("code_verifier")?;
    let digest = secret::digest(code.as_bytes());
    let invalid = |message: &'static str| Oauth2Error::new(ErrorCode::InvalidGrant, message);
    let mut tx = portal.begin().await?;
    let row = fetch_optional!(
        &mut tx,
        Row,
        "select app_id, user_id, redirect_uri, uri_given, scopes, code_challenge, expires_at, used_at, grant_id
         from authorization_codes where digest = $1",
        &digest
    )?;
    let row = row
        .filter(|row| row.app_id == client.id)
        .ok_or_else(|| invalid("The code is unknown."))?;
    if row.used_at.is_some() {
        return replay(portal, tx, client, row.grant_id).await;
    }
    let now = portal.now();
    if row.expires_at <= now {
        return Err(invalid("The code has expired.").into());
    }
    match redirect_uri {
        Some(uri) if uri != row.redirect_uri => {
            return Err(invalid("The redirect_uri doesn't match the authorization request.").into());
        }
        None if row.uri_given => return Err(Oauth2Error::missing("redirect_uri").into()),
        _ => {}
    }
    check_verifier(row.code_challenge.as_deref(), verifier)?;
    let actor = Actor::load(&mut tx, row.user_id, AuthMethod::AccessToken(client.id)).await?;
    let actor = actor.ok_or_else(|| invalid("The user is no longer active."))?;
    let scopes = parse_scopes(&row.scopes)?
        .intersection(client.scopes)
        .allowed_by(actor.rights());
    if scopes.is_empty() {
        return Err(Oauth2Error::new(ErrorCode::InvalidScope, "None of the scopes can be granted any more.").into());
    }
    let grant = OauthGrantId(portal.new_id());
    execute!(
        &mut tx,
        "insert into oauth_grants (id, app_id, user_id, scopes, created_at) values ($1, $2, $3, $4, $5)",
        grant,
        client.id,
        row.user_id,
        scopes.to_string(),
        now
    )?;
    let used = execute!(
        &mut tx,
        "update authorization_codes set used_at = $2, grant_id = $3 where digest = $1 and used_at is null",
        &digest,
        now,
        grant
    )?;
    if used == 0 {
        // Another request used the code first. The tokens that it got are revoked too.
        drop(tx);
        let mut tx = portal.begin().await?;
        let row = fetch_optional!(
            &mut tx,
            (Option<OauthGrantId>,),
            "select grant_id from authorization_codes where digest = $1",
            &digest
        )?;
        return replay(portal, tx, client, row.and_then(|(grant,)| grant)).await;
    }
    let new = NewAccessToken {
        app: client.id,
        user: row.user_id,
        grant: Some(grant),
        scopes,
        signing_algorithm: client.token_settings.signing_algorithm,
    };
    let access_token = access_tokens::issue(portal, policy, &mut tx, &new).await?;
    let refresh_token = if scopes.has(Scope::Offline) {
        Some(refresh_tokens::insert(portal, &mut tx, grant).await?)
    } else {
        None
    };
    execute!(
        &mut tx,
        "update oauth_consents set last_used_at = $3 where user_id = $1 and app_id = $2",
        row.user_id,
        client.id,
        now
    )?;
    tx.commit().await?;
    client.record_use(portal).await;
    Ok(IssuedTokens {
        access_token,
        refresh_token,
        scopes,
    })
}

/// Handles a code that is used a second time. One of the two requests is an attacker's, so everything issued for the
/// code is revoked (RFC 6749 §4.1.2).
async fn replay(
    portal: &Portal,
    mut tx: Transaction,
    client: &Client,
    grant: Option<OauthGrantId>,
) -> Result<IssuedTokens, RequestError> {
    if let Some(grant) = grant {
        refresh_tokens::revoke_grant(portal, &mut tx, grant).await?;
        portal.commit_change(tx, client.account).await?;
    }
    Err(Oauth2Error::new(ErrorCode::InvalidGrant, "The code has already been used.").into())
}

/// Verifies the PKCE code verifier (RFC 7636 §4.6). A verifier without a challenge is rejected too, because an attacker
/// could strip the challenge from the authorization request (RFC 9700 §4.8.2).
fn check_verifier(challenge: Option<&str>, verifier: Option<&str>) -> Result<(), Oauth2Error> {
    match (challenge, verifier) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Oauth2Error::new(
            ErrorCode::InvalidGrant,
            "The authorization request had no code_challenge.",
        )),
        (Some(_), None) => Err(Oauth2Error::missing("code_verifier")),
        (Some(challenge), Some(verifier)) => {
            let computed = URL_SAFE_NO_PAD.encode(secret::digest(verifier.as_bytes()));
            let is_valid = is_code_verifier(verifier)
                && verify_slices_are_equal(computed.as_bytes(), challenge.as_bytes()).is_ok();
            if is_valid {
                Ok(())
            } else {
                Err(Oauth2Error::new(
                    ErrorCode::InvalidGrant,
                    "The code_verifier doesn't match the code_challenge.",
                ))
            }
        }
    }
}

/// Deletes codes past their retention.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    execute!(
        tx,
        "delete from authorization_codes where expires_at <= $1",
        portal.now_minus(USED_CODE_RETENTION)
    )?;
    Ok(())
}
