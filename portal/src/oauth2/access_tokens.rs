//! Issues and verifies access tokens: JWTs that can be verified offline (RFC 9068), and that this server accepts only
//! while neither they nor their grant is revoked.

use crate::crypto::secret::{self, Secret};
use crate::database::{AsExecutor, Transaction, execute, fetch_optional};
use crate::infra::actor::{Actor, AuthMethod};
use crate::infra::cache::CacheDefinition;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth2::clients;
use crate::oauth2::oauth_apps::parse_scopes;
use crate::oauth2::signing_keys;
use crate::oauth2::writer::TokenWriter;
use crate::oauth2::{Policy, RequestError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{OauthAppId, OauthGrantId, UserId};
use domain::oauth2::oauth_apps::SigningAlgorithm;
use domain::oauth2::scopes::{Scope, Scopes};
use domain::oauth2::{ErrorCode, Oauth2Error};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// How long an access token is valid.
pub const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_secs(3600);

/// The maximum length of a token, in bytes.
const MAX_TOKEN_BYTES: usize = 4096;

/// The `typ` of an access token (RFC 9068 §2.1).
const JWT_TYPE: &str = "at+jwt";

#[derive(Serialize, Deserialize)]
struct Header {
    typ: String,
    alg: String,
    kid: String,
}

/// Holds the claims of an access token (RFC 9068 §2.2).
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: String,
    client_id: String,
    iat: i64,
    exp: i64,
    jti: Uuid,
    scope: Scopes,
}

/// Holds the values of a new token.
pub(crate) struct NewAccessToken {
    pub app: OauthAppId,
    pub user: UserId,
    /// `None` with client credentials, where the token's subject is the app itself.
    pub grant: Option<OauthGrantId>,
    pub scopes: Scopes,
    pub signing_algorithm: SigningAlgorithm,
}

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

/// Verifies a token's signature and returns its id. Whether the token is revoked or expired isn't checked.
pub(crate) async fn verify(portal: &Portal, policy: &Policy, token: &str) -> Result<Option<Uuid>> {
    let Some((signed, signature)) = token.rsplit_once('.') else {
        return Ok(None);
    };
    let Some((header, claims)) = signed.split_once('.') else {
        return Ok(None);
    };
    let (Some(header), Some(claims)) = (decode_part::<Header>(header), decode_part::<Claims>(claims)) else {
        return Ok(None);
    };
    if header.typ != JWT_TYPE || claims.iss != policy.issuer || claims.aud != policy.issuer {
        return Ok(None);
    }
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
        return Ok(None);
    };
    let keys = signing_keys::keys(portal).await?;
    // The key determines the algorithm, whatever the token claims (RFC 8725 §3.1).
    let is_valid = keys
        .get(&header.kid)
        .is_some_and(|key| header.alg == key.algorithm.code() && key.verify(signed.as_bytes(), &signature));
    Ok(is_valid.then_some(claims.jti))
}

fn decode_part<T: for<'a> Deserialize<'a>>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// Holds a stored token.
pub(crate) struct StoredToken {
    pub app: OauthAppId,
    pub user: UserId,
    pub grant: Option<OauthGrantId>,
    pub scopes: Scopes,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    /// The scopes that the app can be granted now.
    pub app_scopes: Scopes,
}

/// Loads a token that is not revoked. It may have expired.
pub(crate) async fn find(db: &mut impl AsExecutor, id: Uuid) -> Result<Option<StoredToken>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        app_id: OauthAppId,
        user_id: UserId,
        grant_id: Option<OauthGrantId>,
        scopes: String,
        issued_at: Timestamp,
        expires_at: Timestamp,
        app_scopes: String,
    }
    let row = fetch_optional!(
        db,
        Row,
        "select t.app_id, t.user_id, t.grant_id, t.scopes, t.issued_at, t.expires_at, a.scopes as app_scopes
         from access_tokens t join oauth_apps a on a.id = t.app_id left join oauth_grants g on g.id = t.grant_id
         where t.id = $1 and t.revoked_at is null and g.revoked_at is null
           and (t.grant_id is not null or a.user_id = t.user_id)",
        id
    )?;
    row.map(|row| {
        Ok(StoredToken {
            app: row.app_id,
            user: row.user_id,
            grant: row.grant_id,
            scopes: parse_scopes(&row.scopes)?,
            issued_at: row.issued_at,
            expires_at: row.expires_at,
            app_scopes: parse_scopes(&row.app_scopes)?,
        })
    })
    .transpose()
}

async fn load(portal: &Portal, id: Uuid) -> Result<Option<Bearer>> {
    let mut db = portal.read().await?;
    let Some(stored) = find(&mut db, id).await? else {
        return Ok(None);
    };
    let Some(actor) = Actor::load(&mut db, stored.user, AuthMethod::AccessToken).await? else {
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

/// Holds the row of a new token.
#[derive(Debug, Clone)]
pub(crate) struct AccessTokenRow {
    pub id: Uuid,
    pub app: OauthAppId,
    pub user: UserId,
    pub grant: Option<OauthGrantId>,
    pub scopes: String,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Signs a token. It becomes valid when its row is written.
async fn sign(portal: &Portal, policy: &Policy, new: &NewAccessToken) -> Result<(Secret, AccessTokenRow)> {
    let id = portal.new_id();
    let now = portal.now();
    let claims = Claims {
        iss: policy.issuer.clone(),
        sub: match new.grant {
            Some(_) => new.user.to_string(),
            None => new.app.to_string(),
        },
        aud: policy.issuer.clone(),
        client_id: new.app.to_string(),
        iat: now.seconds(),
        exp: now.after(ACCESS_TOKEN_LIFETIME).seconds(),
        jti: id,
        scope: new.scopes,
    };
    let keys = signing_keys::keys(portal).await?;
    let key = keys.active_key(new.signing_algorithm, now)?;
    let header = Header {
        typ: JWT_TYPE.to_owned(),
        alg: key.algorithm.code().to_owned(),
        kid: key.kid.clone(),
    };
    let encode = |json: Result<Vec<u8>, serde_json::Error>| json.map(|json| URL_SAFE_NO_PAD.encode(json));
    let header = encode(serde_json::to_vec(&header)).map_err(Error::internal)?;
    let claims = encode(serde_json::to_vec(&claims)).map_err(Error::internal)?;
    let mut token = format!("{header}.{claims}");
    let signature = URL_SAFE_NO_PAD.encode(key.sign(token.as_bytes())?);
    token.push('.');
    token.push_str(&signature);
    let row = AccessTokenRow {
        id,
        app: new.app,
        user: new.user,
        grant: new.grant,
        scopes: new.scopes.to_string(),
        issued_at: now,
        // Truncated to the second, like the claim.
        expires_at: Timestamp(now.after(ACCESS_TOKEN_LIFETIME).seconds() * 1000),
    };
    Ok((Secret::new(token), row))
}

/// Signs a token and inserts it in the caller's transaction.
pub(crate) async fn issue(
    portal: &Portal,
    policy: &Policy,
    tx: &mut Transaction,
    new: &NewAccessToken,
) -> Result<Secret, RequestError> {
    let (token, row) = sign(portal, policy, new).await?;
    let stored = execute!(
        tx,
        "insert into access_tokens (id, app_id, user_id, grant_id, scopes, issued_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        row.id,
        row.app,
        row.user,
        row.grant,
        row.scopes,
        row.issued_at,
        row.expires_at
    );
    match stored {
        Ok(_) => Ok(token),
        // The app was deleted in the meantime.
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => Err(clients::invalid_client().into()),
        Err(error) => Err(error.into()),
    }
}

/// Signs a token and inserts it in a batch with others issued at the same time. A token lost in a power failure is
/// replaced when the app requests another.
pub(crate) async fn issue_batched(
    portal: &Portal,
    policy: &Policy,
    new: &NewAccessToken,
) -> Result<Secret, RequestError> {
    let (token, row) = sign(portal, policy, new).await?;
    if portal.state::<TokenWriter>().write(row).await? {
        Ok(token)
    } else {
        Err(clients::invalid_client().into())
    }
}

/// Deletes expired tokens.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    execute!(tx, "delete from access_tokens where expires_at <= $1", portal.now())?;
    Ok(())
}
