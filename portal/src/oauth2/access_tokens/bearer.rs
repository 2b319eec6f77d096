//! The holders of valid access tokens.

use crate::crypto::secret;
use crate::database::execute;
use crate::infra::actor::{Actor, AuthMethod};
use crate::infra::cache::CacheDefinition;
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::oauth2::access_tokens::{find, verify};
use crate::oauth2::{Policy, RequestError};
use domain::coded_enum::CodedEnum;
use domain::ids::OauthAppId;
use domain::oauth2::scopes::{Scope, Scopes};
use domain::oauth2::{ErrorCode, Oauth2Error};
use domain::time::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use uuid::Uuid;

/// The maximum length of a token, in bytes.
const MAX_TOKEN_BYTES: usize = 4096;

/// Represents the holder of a valid access token.
#[derive(Debug)]
pub struct Bearer {
    /// The user whose rights the token has.
    pub actor: Arc<Actor>,
    app: OauthAppId,
    scopes: Scopes,
    expires_at: Timestamp,
    /// The scopes whose use is already recorded, as bits.
    recorded: Arc<AtomicU32>,
}

impl Bearer {
    /// Requires that the token has one of `scopes`, and records that the scope was used.
    ///
    /// # Errors
    /// [`ErrorCode::InsufficientScope`] if the token has none of them.
    pub async fn require(&self, portal: &Portal, scopes: &[Scope]) -> Result<(), RequestError> {
        let Some(scope) = scopes.iter().copied().find(|scope| self.scopes.has(*scope)) else {
            let needed: Vec<&str> = scopes.iter().map(|scope| scope.code()).collect();
            let message = format!("This request requires the scope {}.", needed.join(" or "));
            return Err(Oauth2Error::new(ErrorCode::InsufficientScope, message).into());
        };
        let bit = 1 << (scope as u32);
        if self.recorded.fetch_or(bit, Ordering::Relaxed) & bit == 0 {
            let recorded = Arc::clone(&self.recorded);
            let record_use = record_scope(portal.clone(), self.app, scope);
            let record_use = async move {
                record_use.await.inspect_err(|_| {
                    recorded.fetch_and(!bit, Ordering::Relaxed);
                })
            };
            let app_exists = Box::pin(portal.background_writer().write("scope use", record_use)).await;
            if app_exists == Some(false) {
                return Err(invalid_token().into());
            }
        }
        Ok(())
    }

    /// Returns whether the token has the scope.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.has(scope)
    }
}

/// Records that an app has used a scope. Returns whether the app still exists.
async fn record_scope(portal: Portal, app: OauthAppId, scope: Scope) -> Result<bool> {
    let mut tx = portal.begin_relaxed().await?;
    let recorded = execute!(
        &mut tx,
        "insert into oauth_used_scopes (app_id, scope) values ($1, $2) on conflict do nothing",
        app,
        scope.code()
    );
    match recorded {
        Ok(_) => tx.commit().await.map(|()| true),
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Returns the bearer of an access token.
///
/// The signature is verified first. Revocation and the user's rights are cached until something changes on any node.
///
/// # Errors
/// [`ErrorCode::InvalidToken`] for a token that isn't valid.
pub async fn authenticate(portal: &Portal, policy: &Policy, token: &str) -> Result<Arc<Bearer>, RequestError> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(invalid_token().into());
    }
    let digest = secret::digest(token.as_bytes());
    let cache = portal.cache::<BearerCache>();
    let began = cache.begin_read();
    let bearer = match cache.get(&digest) {
        Some(bearer) => bearer,
        None => {
            let id = Box::pin(verify(portal, policy, token))
                .await?
                .ok_or_else(invalid_token)?;
            let bearer = Box::pin(load(portal, id)).await?.ok_or_else(invalid_token)?;
            cache.insert(began, bearer.actor.account(), digest, bearer)
        }
    };
    if bearer.expires_at <= portal.now() {
        return Err(Oauth2Error::new(ErrorCode::InvalidToken, "The access token has expired.").into());
    }
    Ok(bearer)
}

/// Caches access tokens by their digest.
pub(crate) struct BearerCache;

impl CacheDefinition for BearerCache {
    type Key = Vec<u8>;
    type Value = Bearer;
}

fn invalid_token() -> Oauth2Error {
    Oauth2Error::new(ErrorCode::InvalidToken, "The access token is invalid.")
}

async fn load(portal: &Portal, id: Uuid) -> Result<Option<Bearer>> {
    let mut db = portal.read().await?;
    let Some(stored) = find(&mut db, id).await? else {
        return Ok(None);
    };
    let Some(actor) = Actor::load(&mut db, stored.user, AuthMethod::AccessToken(stored.app)).await? else {
        return Ok(None);
    };
    Ok(Some(Bearer {
        scopes: stored.scopes.intersection(stored.app_scopes).allowed_by(actor.rights()),
        actor: Arc::new(actor),
        app: stored.app,
        expires_at: stored.expires_at,
        recorded: Arc::new(AtomicU32::new(0)),
    }))
}
