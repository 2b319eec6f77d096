//! Apps that prove themselves (RFC 6749 §2.3).

use crate::crypto::secret;
use crate::database::{fetch_all, fetch_optional, run};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::infra::throttle::LastNoted;
use crate::oauth2::Denied;
use crate::oauth2::oauth_apps::{TokenSettingsRow, read_grant, read_scopes};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use domain::ids::{AccountId, ClientSecretId, OauthAppId, UserId};
use domain::oauth2::oauth_apps::{Grant, TokenSettings};
use domain::oauth2::scopes::Scopes;
use domain::oauth2::{ErrorCode, Refusal};
use domain::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

/// How exactly the last use of an app and of a secret is kept.
const USE: Duration = Duration::from_secs(10);

/// An app, as requests are checked against it.
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
    secrets: Vec<KeptSecret>,
    last_noted: LastNoted,
}

#[derive(Debug)]
struct KeptSecret {
    id: ClientSecretId,
    digest: Vec<u8>,
    expires_at: Timestamp,
    last_noted: LastNoted,
}

#[derive(sqlx::FromRow)]
struct Row {
    account_id: AccountId,
    name: String,
    grant_code: String,
    user_id: Option<UserId>,
    scopes: String,
    last_used_at: Timestamp,
    #[sqlx(flatten)]
    token_settings: TokenSettingsRow,
}

/// Finds an app and checks its proof: one of its secrets, or none for a public client.
///
/// # Errors
/// [`ErrorCode::InvalidClient`], in the same words for an app that is unknown and for a wrong proof.
pub async fn authenticate_client(portal: &Portal, id: &str, secret: Option<&str>) -> Result<Arc<Client>, Denied> {
    let id = OauthAppId::from_client_id(id).ok_or_else(unknown)?;
    let client = find(portal, id).await?.ok_or_else(unknown)?;
    let now = portal.now();
    let proof = match (client.grant.has_secret(), secret) {
        (false, None) => None,
        (true, Some(secret)) => {
            let digest = secret::digest(secret.as_bytes());
            let matching = client
                .secrets
                .iter()
                .find(|kept| verify_slices_are_equal(&kept.digest, &digest).is_ok())
                .ok_or_else(unknown)?;
            if matching.expires_at.0 > 0 && matching.expires_at <= now {
                return Err(Refusal::new(ErrorCode::InvalidClient, "This secret has expired.").into());
            }
            Some(matching)
        }
        _ => return Err(unknown().into()),
    };
    let notes = portal.notes();
    if let Some(proof) = proof.filter(|proof| proof.last_noted.is_due(now, USE)) {
        let (id, portal) = (proof.id, portal.clone());
        let note = async move {
            let mut tx = portal.begin_lightly().await?;
            run!(
                &mut tx,
                "update client_secrets set last_used_at = $2 where id = $1 and last_used_at < $2",
                id,
                now
            )?;
            tx.commit().await
        };
        Box::pin(notes.write("the use of a client secret", note)).await;
    }
    Ok(client)
}

/// In the same words for an app that is not there and for a wrong proof.
pub(crate) fn unknown() -> Refusal {
    Refusal::new(
        ErrorCode::InvalidClient,
        "The client is unknown, or its secret is wrong.",
    )
}

/// An app by its id, remembered.
pub(crate) async fn find(portal: &Portal, id: OauthAppId) -> Result<Option<Arc<Client>>> {
    let caches = portal.caches();
    let generation = caches.generation();
    if let Some(client) = caches.clients.get(generation, &id) {
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
        (ClientSecretId, Vec<u8>, Timestamp, Timestamp),
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
        grant: read_grant(&row.grant_code)?,
        user: row.user_id,
        scopes: read_scopes(&row.scopes)?,
        token_settings: row.token_settings.read()?,
        name: row.name,
        redirect_uris: uris.into_iter().map(|(uri,)| uri).collect(),
        secrets: secrets
            .into_iter()
            .map(|(id, digest, expires_at, last_used_at)| KeptSecret {
                id,
                digest,
                expires_at,
                last_noted: LastNoted::new(last_used_at),
            })
            .collect(),
        last_noted: LastNoted::new(row.last_used_at),
    };
    Ok(Some(caches.clients.put(generation, id, client)))
}

impl Client {
    /// Writes down that the app got a token, once in a while.
    pub(crate) async fn note_use(&self, portal: &Portal) {
        let now = portal.now();
        if !self.last_noted.is_due(now, USE) {
            return;
        }
        let (id, database) = (self.id, portal.clone());
        let note = async move {
            let mut tx = database.begin_lightly().await?;
            run!(
                &mut tx,
                "update oauth_apps set last_used_at = $2 where id = $1 and last_used_at < $2",
                id,
                now
            )?;
            tx.commit().await
        };
        Box::pin(portal.notes().write("the use of an app", note)).await;
    }
}
