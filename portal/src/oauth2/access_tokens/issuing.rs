//! Signs and stores new access tokens.

use crate::crypto::secret::Secret;
use crate::database::{Transaction, execute};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth2::access_tokens::{ACCESS_TOKEN_LIFETIME, Claims, Header, JWT_TYPE};
use crate::oauth2::clients;
use crate::oauth2::signing_keys;
use crate::oauth2::writer::TokenWriter;
use crate::oauth2::{Policy, RequestError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{OauthAppId, OauthGrantId, UserId};
use domain::oauth2::oauth_apps::SigningAlgorithm;
use domain::oauth2::scopes::Scopes;
use domain::time::Timestamp;
use uuid::Uuid;

/// Holds the values of a new token.
pub(crate) struct NewAccessToken {
    pub app: OauthAppId,
    pub user: UserId,
    /// `None` with client credentials, where the token's subject is the app itself.
    pub grant: Option<OauthGrantId>,
    pub scopes: Scopes,
    pub signing_algorithm: SigningAlgorithm,
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
