//! The token endpoint (RFC 6749 §3.2).

use crate::auth::actor::{Actor, Via};
use crate::crypto::secret::Secret;
use crate::infra::portal::Portal;
use crate::oauth2::access_tokens::{self, NewAccessToken};
use crate::oauth2::signing_keys;
use crate::oauth2::{Client, Denied, Policy, codes, refresh_tokens};
use domain::oauth2::oauth_apps::Grant;
use domain::oauth2::scopes::{Scope, Scopes};
use domain::oauth2::{ErrorCode, Parameters, Refusal};

/// What a client is granted (RFC 6749 §5.1).
#[derive(Debug)]
pub struct Granted {
    /// The access token.
    pub access_token: Secret,
    /// The refresh token, where `offline` was granted.
    pub refresh_token: Option<Secret>,
    /// What the access token is good for, which may be less than was asked for.
    pub scopes: Scopes,
}

/// Grants tokens to a client that has proved itself: requested ∩ the app's ∩ what the user's rights allow.
///
/// # Errors
/// [`Denied::Refused`] with the error of RFC 6749 §5.2.
pub async fn grant(
    portal: &Portal,
    policy: &Policy,
    client: &Client,
    parameters: &Parameters<'_>,
) -> Result<Granted, Denied> {
    // Before any transaction: it may have to make the key.
    signing_keys::ensure(portal, client.token_settings.signing_algorithm).await?;
    let asks_people = client.grant.asks_people();
    match parameters.require("grant_type")? {
        "client_credentials" if client.grant == Grant::ClientCredentials => {
            client_credentials(portal, policy, client, parameters).await
        }
        "authorization_code" if asks_people => codes::exchange(portal, policy, client, parameters).await,
        "refresh_token" if asks_people => refresh_tokens::exchange(portal, policy, client, parameters).await,
        "client_credentials" | "authorization_code" | "refresh_token" => Err(Refusal::new(
            ErrorCode::UnauthorizedClient,
            "The app was registered for another grant type.",
        )
        .into()),
        _ => Err(Refusal::new(
            ErrorCode::UnsupportedGrantType,
            "The grant type is client_credentials, authorization_code or refresh_token.",
        )
        .into()),
    }
}

async fn client_credentials(
    portal: &Portal,
    policy: &Policy,
    client: &Client,
    parameters: &Parameters<'_>,
) -> Result<Granted, Denied> {
    let requested = parameters.get("scope")?.map_or(client.scopes, Scopes::known);
    let stopped = || {
        Refusal::new(
            ErrorCode::UnauthorizedClient,
            "The user that the app acts for is not active.",
        )
    };
    let user = client.user.ok_or_else(stopped)?;
    let caches = portal.caches();
    let generation = caches.generation();
    let actor = match caches.people.get(generation, &user) {
        Some(actor) => actor,
        None => {
            let mut db = portal.read().await?;
            let actor = Actor::load(&mut db, user, Via::AccessToken)
                .await?
                .ok_or_else(stopped)?;
            caches.people.put(generation, user, actor)
        }
    };
    let scopes = requested
        .and(client.scopes)
        .allowed_by(actor.rights())
        .without(Scope::Offline);
    if scopes.is_empty() {
        let sentence = "Nothing of the scope can be granted: the app has not got it, or its user has not the rights.";
        return Err(Refusal::new(ErrorCode::InvalidScope, sentence).into());
    }
    let new = NewAccessToken {
        app: client.id,
        user,
        grant: None,
        scopes,
        signing_algorithm: client.token_settings.signing_algorithm,
    };
    let access_token = access_tokens::issue_alone(portal, policy, &new).await?;
    client.note_use(portal).await;
    Ok(Granted {
        access_token,
        refresh_token: None,
        scopes,
    })
}
