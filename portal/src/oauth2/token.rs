//! Implements the token endpoint (RFC 6749 §3.2).

use crate::crypto::secret::Secret;
use crate::infra::actor::{Actor, AuthMethod};
use crate::infra::cache::CacheDefinition;
use crate::infra::portal::Portal;
use crate::oauth2::access_tokens::{self, NewAccessToken};
use crate::oauth2::signing_keys;
use crate::oauth2::{Client, Policy, RequestError, codes, refresh_tokens};
use domain::ids::{OauthAppId, UserId};
use domain::oauth2::oauth_apps::Grant;
use domain::oauth2::scopes::{Scope, Scopes};
use domain::oauth2::{ErrorCode, Oauth2Error, Parameters};

/// Holds the tokens issued to a client (RFC 6749 §5.1).
#[derive(Debug)]
pub struct IssuedTokens {
    /// The access token.
    pub access_token: Secret,
    /// The refresh token, if `offline` was granted.
    pub refresh_token: Option<Secret>,
    /// The granted scopes, which may be fewer than requested.
    pub scopes: Scopes,
}

/// Caches the users that apps act as.
pub(crate) struct ActorCache;

impl CacheDefinition for ActorCache {
    type Key = (UserId, OauthAppId);
    type Value = Actor;
}

/// Issues tokens to an authenticated client. The scopes are those requested ∩ those of the app ∩ those that the user's
/// rights allow.
///
/// # Errors
/// [`RequestError::Rejected`] with the error of RFC 6749 §5.2.
pub async fn grant(
    portal: &Portal,
    policy: &Policy,
    client: &Client,
    parameters: &Parameters<'_>,
) -> Result<IssuedTokens, RequestError> {
    // Before any transaction, because it may have to generate the key.
    signing_keys::ensure(portal, client.token_settings.signing_algorithm).await?;
    let requires_consent = client.grant.requires_consent();
    match parameters.require("grant_type")? {
        "client_credentials" if client.grant == Grant::ClientCredentials => {
            client_credentials(portal, policy, client, parameters).await
        }
        "authorization_code" if requires_consent => codes::exchange(portal, policy, client, parameters).await,
        "refresh_token" if requires_consent => refresh_tokens::exchange(portal, policy, client, parameters).await,
        "client_credentials" | "authorization_code" | "refresh_token" => Err(Oauth2Error::new(
            ErrorCode::UnauthorizedClient,
            "The app isn't registered for this grant type.",
        )
        .into()),
        _ => Err(Oauth2Error::new(
            ErrorCode::UnsupportedGrantType,
            "Unsupported grant_type: use client_credentials, authorization_code or refresh_token.",
        )
        .into()),
    }
}

async fn client_credentials(
    portal: &Portal,
    policy: &Policy,
    client: &Client,
    parameters: &Parameters<'_>,
) -> Result<IssuedTokens, RequestError> {
    let requested = parameters.get("scope")?.map_or(client.scopes, Scopes::parse_known);
    let inactive_user = || {
        Oauth2Error::new(
            ErrorCode::UnauthorizedClient,
            "The user that the app acts as is inactive.",
        )
    };
    let user = client.user.ok_or_else(inactive_user)?;
    let cache = portal.cache::<ActorCache>();
    let began = cache.begin_read();
    let actor = match cache.get(&(user, client.id)) {
        Some(actor) => actor,
        None => {
            let mut db = portal.read().await?;
            let actor = Actor::load(&mut db, user, AuthMethod::AccessToken(client.id))
                .await?
                .ok_or_else(inactive_user)?;
            cache.insert(began, actor.account(), (user, client.id), actor)
        }
    };
    let scopes = requested
        .intersection(client.scopes)
        .allowed_by(actor.rights())
        .without(Scope::Offline);
    if scopes.is_empty() {
        let message = "None of the requested scopes can be granted: the app or its user doesn't have them.";
        return Err(Oauth2Error::new(ErrorCode::InvalidScope, message).into());
    }
    let new = NewAccessToken {
        app: client.id,
        user,
        grant: None,
        scopes,
        signing_algorithm: client.token_settings.signing_algorithm,
    };
    let access_token = access_tokens::issue_batched(portal, policy, &new).await?;
    client.record_use(portal).await;
    Ok(IssuedTokens {
        access_token,
        refresh_token: None,
        scopes,
    })
}
