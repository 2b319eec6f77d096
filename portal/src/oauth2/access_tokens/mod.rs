//! Issues and verifies access tokens: JWTs that can be verified offline (RFC 9068), and that this server accepts only
//! while neither they nor their grant is revoked.

mod bearer;
mod issuing;

pub(crate) use crate::oauth2::access_tokens::bearer::BearerCache;
pub use crate::oauth2::access_tokens::bearer::{Bearer, authenticate};
pub(crate) use crate::oauth2::access_tokens::issuing::{AccessTokenRow, NewAccessToken, issue, issue_batched};

use crate::database::{AsExecutor, Transaction, execute, fetch_optional};
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::oauth2::Policy;
use crate::oauth2::oauth_apps::parse_scopes;
use crate::oauth2::signing_keys;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{OauthAppId, OauthGrantId, UserId};
use domain::oauth2::scopes::Scopes;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// How long an access token is valid.
pub const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_secs(3600);

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

/// Deletes expired tokens.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    execute!(tx, "delete from access_tokens where expires_at <= $1", portal.now())?;
    Ok(())
}
