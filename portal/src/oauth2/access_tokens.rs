//! Access tokens: JWTs that anyone can check offline (RFC 9068), and that this server lets in only while nothing about
//! them was revoked.

use crate::auth::actor::{Actor, Via};
use crate::crypto::secret::{self, Secret};
use crate::database::{Connection, Transaction, fetch_optional, run};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth2::clients;
use crate::oauth2::oauth_apps::read_scopes;
use crate::oauth2::signing_keys;
use crate::oauth2::{Denied, Policy};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{OauthAppId, OauthGrantId, UserId};
use domain::oauth2::oauth_apps::SigningAlgorithm;
use domain::oauth2::scopes::{Scope, Scopes};
use domain::oauth2::{ErrorCode, Refusal};
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// How long an access token lives.
pub const LIFETIME: Duration = Duration::from_secs(3600);

/// The longest text that is read as a token.
const MAX: usize = 4096;

/// RFC 9068 §2.1.
const TYPE: &str = "at+jwt";

#[derive(Serialize, Deserialize)]
struct Header {
    typ: String,
    alg: String,
    kid: String,
}

/// RFC 9068 §2.2.
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

/// What a new token is made of.
pub(crate) struct NewAccessToken {
    pub app: OauthAppId,
    pub user: UserId,
    /// None with client credentials, where the token is about no one but the app.
    pub grant: Option<OauthGrantId>,
    pub scopes: Scopes,
    pub signing_algorithm: SigningAlgorithm,
}

/// Whoever holds an access token.
#[derive(Debug)]
pub struct Bearer {
    /// The user with whose rights it acts.
    pub actor: Arc<Actor>,
    app: OauthAppId,
    scopes: Scopes,
    expires_at: Timestamp,
    /// What is known to have been noted of `scopes`' use.
    noted: Arc<AtomicU32>,
}

impl Bearer {
    /// Lets the bearer do what one of `scopes` is for, and notes that it was used.
    ///
    /// # Errors
    /// [`ErrorCode::InsufficientScope`] where the token has none of them.
    pub async fn require(&self, portal: &Portal, scopes: &[Scope]) -> Result<(), Denied> {
        let Some(scope) = scopes.iter().copied().find(|scope| self.scopes.has(*scope)) else {
            let needed: Vec<&str> = scopes.iter().map(|scope| scope.code()).collect();
            let sentence = format!("This needs the scope {}.", needed.join(" or "));
            return Err(Refusal::new(ErrorCode::InsufficientScope, sentence).into());
        };
        let bit = 1 << (scope as u32);
        if self.noted.fetch_or(bit, Ordering::Relaxed) & bit == 0 {
            let noted = Arc::clone(&self.noted);
            let note = note_scope(portal.clone(), self.app, scope);
            let note = async move {
                note.await.inspect_err(|_| {
                    noted.fetch_and(!bit, Ordering::Relaxed);
                })
            };
            let app_is_there = Box::pin(portal.notes().write("the use of a scope", note)).await;
            if app_is_there == Some(false) {
                return Err(invalid().into());
            }
        }
        Ok(())
    }

    /// Whether the token has the scope.
    #[must_use]
    pub fn has(&self, scope: Scope) -> bool {
        self.scopes.has(scope)
    }
}

/// Notes that an app has used a scope. Returns whether the app is there: it may have been deleted a moment ago.
async fn note_scope(portal: Portal, app: OauthAppId, scope: Scope) -> Result<bool> {
    let mut tx = portal.begin_lightly().await?;
    let noted = run!(
        &mut tx,
        "insert into oauth_used_scopes (app_id, scope) values ($1, $2) on conflict do nothing",
        app,
        scope.code()
    );
    match noted {
        Ok(_) => tx.commit().await.map(|()| true),
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Who bears an access token.
///
/// The signature is checked first. What was revoked since, and what its user may still do, is remembered until something
/// changes on any node.
///
/// # Errors
/// [`ErrorCode::InvalidToken`] for one that does not hold.
pub async fn authenticate(portal: &Portal, policy: &Policy, token: &str) -> Result<Arc<Bearer>, Denied> {
    if token.len() > MAX {
        return Err(invalid().into());
    }
    let digest = secret::digest(token.as_bytes());
    let caches = portal.caches();
    let generation = caches.generation();
    let bearer = match caches.bearers.get(generation, &digest) {
        Some(bearer) => bearer,
        None => {
            let id = Box::pin(check(portal, policy, token)).await?.ok_or_else(invalid)?;
            let bearer = Box::pin(load(portal, id)).await?.ok_or_else(invalid)?;
            caches.bearers.put(generation, digest, bearer)
        }
    };
    if bearer.expires_at <= portal.now() {
        return Err(Refusal::new(ErrorCode::InvalidToken, "The access token has expired.").into());
    }
    Ok(bearer)
}

fn invalid() -> Refusal {
    Refusal::new(ErrorCode::InvalidToken, "The access token does not hold.")
}

/// The id of a token that this server has signed; whether it is alive is another question.
pub(crate) async fn check(portal: &Portal, policy: &Policy, token: &str) -> Result<Option<Uuid>> {
    let Some((signed, signature)) = token.rsplit_once('.') else {
        return Ok(None);
    };
    let Some((header, claims)) = signed.split_once('.') else {
        return Ok(None);
    };
    let (Some(header), Some(claims)) = (part::<Header>(header), part::<Claims>(claims)) else {
        return Ok(None);
    };
    if header.typ != TYPE || claims.iss != policy.issuer || claims.aud != policy.issuer {
        return Ok(None);
    }
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else {
        return Ok(None);
    };
    let keys = signing_keys::keys(portal).await?;
    // The algorithm is the key's own, whatever the token says (RFC 8725 §3.1).
    let holds = keys
        .get(&header.kid)
        .is_some_and(|key| header.alg == key.algorithm.code() && key.verifies(signed.as_bytes(), &signature));
    Ok(holds.then_some(claims.jti))
}

fn part<T: for<'a> Deserialize<'a>>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// What is kept of a token.
pub(crate) struct Kept {
    pub app: OauthAppId,
    pub user: UserId,
    pub grant: Option<OauthGrantId>,
    pub scopes: Scopes,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
    /// What the app can be granted now.
    pub app_scopes: Scopes,
}

/// A token that nobody has revoked, expired or not.
pub(crate) async fn find(db: &mut impl Connection, id: Uuid) -> Result<Option<Kept>> {
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
         where t.id = $1 and t.revoked_at = 0 and coalesce(g.revoked_at, 0) = 0
           and (t.grant_id is not null or a.user_id = t.user_id)",
        id
    )?;
    row.map(|row| {
        Ok(Kept {
            app: row.app_id,
            user: row.user_id,
            grant: row.grant_id,
            scopes: read_scopes(&row.scopes)?,
            issued_at: row.issued_at,
            expires_at: row.expires_at,
            app_scopes: read_scopes(&row.app_scopes)?,
        })
    })
    .transpose()
}

async fn load(portal: &Portal, id: Uuid) -> Result<Option<Bearer>> {
    let mut db = portal.read().await?;
    let Some(kept) = find(&mut db, id).await? else {
        return Ok(None);
    };
    let Some(actor) = Actor::load(&mut db, kept.user, Via::AccessToken).await? else {
        return Ok(None);
    };
    Ok(Some(Bearer {
        scopes: kept.scopes.and(kept.app_scopes).allowed_by(actor.rights()),
        actor: Arc::new(actor),
        app: kept.app,
        expires_at: kept.expires_at,
        noted: Arc::new(AtomicU32::new(0)),
    }))
}

/// What is kept of a new token.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub id: Uuid,
    pub app: OauthAppId,
    pub user: UserId,
    pub grant: Option<OauthGrantId>,
    pub scopes: String,
    pub issued_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Signs a token. It holds once its row is written.
async fn sign(portal: &Portal, policy: &Policy, new: &NewAccessToken) -> Result<(Secret, Row)> {
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
        exp: now.after(LIFETIME).seconds(),
        jti: id,
        scope: new.scopes,
    };
    let keys = signing_keys::keys(portal).await?;
    let key = keys.signer(new.signing_algorithm, now)?;
    let header = Header {
        typ: TYPE.to_owned(),
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
    let row = Row {
        id,
        app: new.app,
        user: new.user,
        grant: new.grant,
        scopes: new.scopes.to_string(),
        issued_at: now,
        // As the claim has it, to the second.
        expires_at: Timestamp(now.after(LIFETIME).seconds() * 1000),
    };
    Ok((Secret::new(token), row))
}

/// Signs a token and writes it down in the caller's transaction.
pub(crate) async fn issue(
    portal: &Portal,
    policy: &Policy,
    tx: &mut Transaction,
    new: &NewAccessToken,
) -> Result<Secret, Denied> {
    let (token, row) = sign(portal, policy, new).await?;
    let kept = run!(
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
    match kept {
        Ok(_) => Ok(token),
        // The app was deleted a moment ago.
        Err(sqlx::Error::Database(error)) if error.is_foreign_key_violation() => Err(clients::unknown().into()),
        Err(error) => Err(error.into()),
    }
}

/// The same together with others that are issued at this moment. What a power cut takes is a token that the app gets
/// again.
pub(crate) async fn issue_alone(portal: &Portal, policy: &Policy, new: &NewAccessToken) -> Result<Secret, Denied> {
    let (token, row) = sign(portal, policy, new).await?;
    if portal.token_writer().write(row).await? {
        Ok(token)
    } else {
        Err(clients::unknown().into())
    }
}

/// Deletes tokens whose time is over.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    run!(tx, "delete from access_tokens where expires_at <= $1", portal.now())?;
    Ok(())
}
