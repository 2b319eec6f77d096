//! Authorization codes (RFC 6749 §4.1.2): one use, within a minute, by the client that asked.

use crate::auth::actor::{Actor, Via};
use crate::crypto::secret::{self, Secret};
use crate::database::{Transaction, fetch_optional, run};
use crate::infra::error::Result;
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use crate::oauth2::access_tokens::{self, NewAccessToken};
use crate::oauth2::oauth_apps::read_scopes;
use crate::oauth2::refresh_tokens;
use crate::oauth2::{Client, Denied, Granted, Policy};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{OauthAppId, OauthGrantId, UserId};
use domain::oauth2::scopes::{Scope, Scopes};
use domain::oauth2::{ErrorCode, Parameters, Refusal, is_code_verifier};
use domain::time::Timestamp;
use std::time::Duration;

/// How long a code waits for its exchange.
const LIFETIME: Duration = Duration::from_secs(60);

/// How long a used code is remembered, so that its second use is known for what it is.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);

/// What a code stands for.
pub(crate) struct NewCode<'a> {
    pub app: OauthAppId,
    pub user: UserId,
    pub redirect_uri: &'a str,
    /// Whether the request named it.
    pub uri_given: bool,
    pub scopes: Scopes,
    /// By S256; empty where the client sent none.
    pub code_challenge: &'a str,
}

/// Makes a code in the caller's transaction.
pub(crate) async fn insert(portal: &Portal, tx: &mut Transaction, new: &NewCode<'_>) -> Result<Secret> {
    let code = secret::new_secret();
    let now = portal.now();
    run!(
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
        now.after(LIFETIME)
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
    code_challenge: String,
    expires_at: Timestamp,
    used_at: Timestamp,
    grant_id: Option<OauthGrantId>,
}

/// Exchanges a code for tokens (RFC 6749 §4.1.3).
pub(crate) async fn exchange(
    portal: &Portal,
    policy: &Policy,
    client: &Client,
    parameters: &Parameters<'_>,
) -> Result<Granted, Denied> {
    let code = parameters.require("code")?;
    let redirect_uri = parameters.get("redirect_uri")?;
    let verifier = parameters.get("code_verifier")?;
    let digest = secret::digest(code.as_bytes());
    let invalid = |sentence: &'static str| Refusal::new(ErrorCode::InvalidGrant, sentence);
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
    if row.used_at.0 > 0 {
        return replay(portal, tx, row.grant_id).await;
    }
    let now = portal.now();
    if row.expires_at <= now {
        return Err(invalid("The code has expired.").into());
    }
    match redirect_uri {
        Some(uri) if uri != row.redirect_uri => {
            return Err(invalid("The redirect_uri is not the one of the authorization request.").into());
        }
        None if row.uri_given => return Err(Refusal::missing("redirect_uri").into()),
        _ => {}
    }
    check_verifier(&row.code_challenge, verifier)?;
    let actor = Actor::load(&mut tx, row.user_id, Via::AccessToken).await?;
    let actor = actor.ok_or_else(|| invalid("The user is no longer active."))?;
    let scopes = read_scopes(&row.scopes)?.and(client.scopes).allowed_by(actor.rights());
    if scopes.is_empty() {
        return Err(Refusal::new(ErrorCode::InvalidScope, "Nothing of the scope can be granted any more.").into());
    }
    let grant = OauthGrantId(portal.new_id());
    run!(
        &mut tx,
        "insert into oauth_grants (id, app_id, user_id, scopes, created_at) values ($1, $2, $3, $4, $5)",
        grant,
        client.id,
        row.user_id,
        scopes.to_string(),
        now
    )?;
    let used = run!(
        &mut tx,
        "update authorization_codes set used_at = $2, grant_id = $3 where digest = $1 and used_at = 0",
        &digest,
        now,
        grant
    )?;
    if used == 0 {
        // Somebody was faster: what they got is revoked as well.
        drop(tx);
        let mut tx = portal.begin().await?;
        let row = fetch_optional!(
            &mut tx,
            (Option<OauthGrantId>,),
            "select grant_id from authorization_codes where digest = $1",
            &digest
        )?;
        return replay(portal, tx, row.and_then(|(grant,)| grant)).await;
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
    run!(
        &mut tx,
        "update oauth_consents set last_used_at = $3 where user_id = $1 and app_id = $2",
        row.user_id,
        client.id,
        now
    )?;
    tx.commit().await?;
    client.note_use(portal).await;
    Ok(Granted {
        access_token,
        refresh_token,
        scopes,
    })
}

/// A code that comes a second time was stolen by one of the two who sent it: nothing that it gave holds any more
/// (RFC 6749 §4.1.2).
async fn replay(portal: &Portal, mut tx: Transaction, grant: Option<OauthGrantId>) -> Result<Granted, Denied> {
    if let Some(grant) = grant {
        refresh_tokens::end_grant(portal, &mut tx, grant).await?;
        invalidation::announce(portal, &mut tx).await?;
        tx.commit().await?;
        portal.forget();
    }
    Err(Refusal::new(ErrorCode::InvalidGrant, "The code was used before.").into())
}

/// PKCE (RFC 7636 §4.6). A verifier without challenge is refused too: else an attacker could strip the challenge off the
/// request (RFC 9700 §4.8.2).
fn check_verifier(challenge: &str, verifier: Option<&str>) -> Result<(), Refusal> {
    match (challenge, verifier) {
        ("", None) => Ok(()),
        ("", Some(_)) => Err(Refusal::new(
            ErrorCode::InvalidGrant,
            "The authorization request had no code_challenge.",
        )),
        (_, None) => Err(Refusal::missing("code_verifier")),
        (challenge, Some(verifier)) => {
            let computed = URL_SAFE_NO_PAD.encode(secret::digest(verifier.as_bytes()));
            let holds = is_code_verifier(verifier)
                && verify_slices_are_equal(computed.as_bytes(), challenge.as_bytes()).is_ok();
            if holds {
                Ok(())
            } else {
                Err(Refusal::new(
                    ErrorCode::InvalidGrant,
                    "The code_verifier is not that of the code_challenge.",
                ))
            }
        }
    }
}

/// Deletes codes that need not be known any more.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    run!(
        tx,
        "delete from authorization_codes where expires_at <= $1",
        portal.ago(REMEMBERED)
    )?;
    Ok(())
}
