//! Authenticates clients (RFC 6749 §2.3).

use crate::crypto::secret::{self, Secret};
use crate::database::{execute, fetch_all, fetch_optional};
use crate::infra::cache::CacheDefinition;
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::infra::throttle::LastUsed;
use crate::oauth2::RequestError;
use crate::oauth2::oauth_apps::{TokenSettingsRow, parse_grant, parse_scopes};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::ids::{AccountId, ClientSecretId, OauthAppId, UserId};
use domain::oauth2::oauth_apps::{Grant, TokenSettings};
use domain::oauth2::scopes::Scopes;
use domain::oauth2::{ErrorCode, Oauth2Error};
use domain::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// The interval at which the last use of an app or a secret is recorded at most once.
const LAST_USED_INTERVAL: Duration = Duration::from_secs(10);

/// Holds an app as needed to process its requests.
#[derive(Debug)]
pub struct Client {
    pub(crate) id: OauthAppId,
    pub(crate) account: AccountId,
    pub(crate) name: String,
    pub(crate) grant: Grant,
    pub(crate) user: Option<UserId>,
    pub(crate) scopes: Scopes,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) token_settings: TokenSettings,
    secrets: Vec<StoredSecret>,
    last_used: LastUsed,
}

#[derive(Debug)]
struct StoredSecret {
    id: ClientSecretId,
    digest: Vec<u8>,
    expires_at: Option<Timestamp>,
    last_used: LastUsed,
}

#[derive(sqlx::FromRow)]
struct Row {
    account_id: AccountId,
    name: String,
    grant_code: String,
    user_id: Option<UserId>,
    scopes: String,
    last_used_at: Option<Timestamp>,
    #[sqlx(flatten)]
    token_settings: TokenSettingsRow,
}

/// Authenticates an app by one of its client secrets, or without a secret for a public client.
///
/// # Errors
/// [`ErrorCode::InvalidClient`], with the same message for an unknown app and for a wrong secret.
pub async fn authenticate_client(
    portal: &Portal,
    id: &str,
    secret: Option<&Secret>,
) -> Result<Arc<Client>, RequestError> {
    let id = OauthAppId::from_client_id(id).ok_or_else(invalid_client)?;
    let client = find(portal, id).await?.ok_or_else(invalid_client)?;
    let now = portal.now();
    let matching_secret = match (client.grant.has_secret(), secret) {
        (false, None) => None,
        (true, Some(secret)) => {
            let digest = secret::digest(secret.expose().as_bytes());
            let matching = client
                .secrets
                .iter()
                .find(|stored| verify_slices_are_equal(&stored.digest, &digest).is_ok())
                .ok_or_else(invalid_client)?;
            if matching.expires_at.is_some_and(|expires_at| expires_at <= now) {
                return Err(Oauth2Error::new(ErrorCode::InvalidClient, "This secret has expired.").into());
            }
            Some(matching)
        }
        _ => return Err(invalid_client().into()),
    };
    let writer = portal.background_writer();
    if let Some(matching_secret) =
        matching_secret.filter(|secret| secret.last_used.should_record(now, LAST_USED_INTERVAL))
    {
        let (id, portal) = (matching_secret.id, portal.clone());
        let record_use = async move {
            let mut tx = portal.begin_relaxed().await?;
            execute!(
                &mut tx,
                "update client_secrets set last_used_at = $2
                 where id = $1 and (last_used_at is null or last_used_at < $2)",
                id,
                now
            )?;
            tx.commit().await
        };
        Box::pin(writer.write("client secret use", record_use)).await;
    }
    Ok(client)
}

/// Returns the error for an unknown app and for a wrong secret, which must not be distinguishable.
pub(crate) fn invalid_client() -> Oauth2Error {
    Oauth2Error::new(
        ErrorCode::InvalidClient,
        "The client is unknown or its secret is wrong.",
    )
}

/// Caches apps by their id, with their credentials.
pub(crate) struct ClientCache;

impl CacheDefinition for ClientCache {
    type Key = OauthAppId;
    type Value = Client;
}

/// Loads an app by its id, from the cache if possible.
pub(crate) async fn find(portal: &Portal, id: OauthAppId) -> Result<Option<Arc<Client>>> {
    let cache = portal.cache::<ClientCache>();
    let began = cache.begin_read();
    if let Some(client) = cache.get(&id) {
        return Ok(Some(client));
    }
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        Row,
        "select account_id, name, grant_code, user_id, scopes, last_used_at, rotate_refresh_tokens, signing_algorithm,
                allow_introspection
         from oauth_apps where id = $1",
        id
    )?;
    let Some(row) = row else {
        return Ok(None);
    };
    let secrets = fetch_all!(
        &mut db,
        (ClientSecretId, Vec<u8>, Option<Timestamp>, Option<Timestamp>),
        "select id, digest, expires_at, last_used_at from client_secrets where app_id = $1",
        id
    )?;
    let uris = fetch_all!(
        &mut db,
        (String,),
        "select uri from oauth_redirect_uris where app_id = $1 order by position",
        id
    )?;
    let client = Client {
        id,
        account: row.account_id,
        grant: parse_grant(&row.grant_code)?,
        user: row.user_id,
        scopes: parse_scopes(&row.scopes)?,
        token_settings: row.token_settings.parse()?,
        name: row.name,
        redirect_uris: uris.into_iter().map(|(uri,)| uri).collect(),
        secrets: secrets
            .into_iter()
            .map(|(id, digest, expires_at, last_used_at)| StoredSecret {
                id,
                digest,
                expires_at,
                last_used: LastUsed::new(last_used_at),
            })
            .collect(),
        last_used: LastUsed::new(row.last_used_at),
    };
    Ok(Some(cache.insert(began, client.account, id, client)))
}

impl Client {
    /// Records that the app got a token, at most once per [`LAST_USED_INTERVAL`].
    pub(crate) async fn record_use(&self, portal: &Portal) {
        let now = portal.now();
        if !self.last_used.should_record(now, LAST_USED_INTERVAL) {
            return;
        }
        let (id, writer_portal) = (self.id, portal.clone());
        let record_use = async move {
            let mut tx = writer_portal.begin_relaxed().await?;
            execute!(
                &mut tx,
                "update oauth_apps set last_used_at = $2
                 where id = $1 and (last_used_at is null or last_used_at < $2)",
                id,
                now
            )?;
            tx.commit().await
        };
        Box::pin(portal.background_writer().write("app use", record_use)).await;
    }
}
