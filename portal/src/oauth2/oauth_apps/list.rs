//! Lists apps.

use crate::accounts::users;
use crate::database::{AsExecutor, fetch_all, fetch_one};
use crate::infra::actor::{self, Actor};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth2::oauth_apps::{TokenSettingsRow, authorize, parse_grant, parse_scopes};
use domain::accounts::rights::Right;
use domain::accounts::rights::Rights;
use domain::coded_enum::CodedEnum;
use domain::ids::{AccountId, OauthAppId, ProfileId, UserId};
use domain::oauth1::tokens::UserRef;
use domain::oauth2::oauth_apps::{AppUser, OauthApp};
use domain::oauth2::scopes::{Scope, Scopes};
use domain::time::Timestamp;

#[derive(sqlx::FromRow)]
struct Row {
    id: OauthAppId,
    name: String,
    grant_code: String,
    scopes: String,
    user_id: Option<UserId>,
    user_name: Option<String>,
    user_email: Option<String>,
    user_active: Option<bool>,
    profile_id: Option<ProfileId>,
    created_by: Option<String>,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
    live_tokens: i64,
    #[sqlx(flatten)]
    token_settings: TokenSettingsRow,
}

/// Lists the account's apps, ordered by name.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Access & manage OAuth apps.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<OauthApp>> {
    let account = authorize(actor)?;
    let mut db = portal.read().await?;
    select(&mut db, portal.now(), account, None).await
}

/// Returns an app.
///
/// # Errors
/// As [`list`], and [`Error::NotFound`] if the account has no such app.
pub async fn get(portal: &Portal, actor: &Actor, id: OauthAppId) -> Result<OauthApp> {
    let account = authorize(actor)?;
    let mut db = portal.read().await?;
    let found = select(&mut db, portal.now(), account, Some(id)).await?.pop();
    found.ok_or(Error::NotFound("app"))
}

/// Returns the rights of an active user of the account, which limit the scopes of an app that acts as this user.
///
/// # Errors
/// As [`list`], and [`Error::Invalid`] if no user or more than one user matches.
pub async fn rights_of(portal: &Portal, actor: &Actor, user: &UserRef) -> Result<Rights> {
    let account = authorize(actor)?;
    let mut db = portal.read().await?;
    let user = users::resolve(&mut db, account, "user", user).await?;
    let (profile,) = fetch_one!(
        &mut db,
        (ProfileId,),
        "select profile_id from users where id = $1",
        user.id
    )?;
    actor::rights(&mut db, profile).await
}

async fn select(
    db: &mut impl AsExecutor,
    now: Timestamp,
    account: AccountId,
    id: Option<OauthAppId>,
) -> Result<Vec<OauthApp>> {
    let rows = fetch_all!(
        db,
        Row,
        "select a.id, a.name, a.grant_code, a.scopes, a.user_id, u.name as user_name, u.email as user_email,
                u.active as user_active, u.profile_id, m.name as created_by, a.created_at, a.last_used_at,
                a.rotate_refresh_tokens, a.signing_algorithm, a.allow_introspection,
                (select count(*) from access_tokens t left join oauth_grants g on g.id = t.grant_id
                 where t.app_id = a.id and t.revoked_at is null and t.expires_at > $3 and g.revoked_at is null)
                + (select count(*) from oauth_grants g join refresh_tokens r on r.grant_id = g.id
                   where g.app_id = a.id and g.revoked_at is null and r.used_at is null
                     and r.expires_at > $3) as live_tokens
         from oauth_apps a left join users u on u.id = a.user_id left join users m on m.id = a.created_by
         where a.account_id = $1 and ($2 is null or a.id = $2) order by a.name_key",
        account,
        id,
        now
    )?;
    let uris = fetch_all!(
        db,
        (OauthAppId, String),
        "select r.app_id, r.uri from oauth_redirect_uris r join oauth_apps a on a.id = r.app_id
         where a.account_id = $1 and ($2 is null or a.id = $2) order by r.app_id, r.position",
        account,
        id
    )?;
    let used = fetch_all!(
        db,
        (OauthAppId, String),
        "select s.app_id, s.scope from oauth_used_scopes s join oauth_apps a on a.id = s.app_id
         where a.account_id = $1 and ($2 is null or a.id = $2)",
        account,
        id
    )?;
    let rights = fetch_all!(
        db,
        (ProfileId, String),
        "select r.profile_id, r.right_code from profile_rights r join profiles p on p.id = r.profile_id
         where p.account_id = $1",
        account
    )?;
    let mut apps = Vec::with_capacity(rows.len());
    for row in rows {
        let user = match (row.user_id, row.profile_id) {
            (Some(id), Some(profile)) => Some(AppUser {
                id,
                name: row.user_name.unwrap_or_default(),
                email: row.user_email.unwrap_or_default(),
                active: row.user_active.unwrap_or_default(),
                rights: rights
                    .iter()
                    .filter(|(of, _)| *of == profile)
                    .filter_map(|(_, code)| Right::from_code(code))
                    .collect(),
            }),
            _ => None,
        };
        let used: Scopes = used
            .iter()
            .filter(|(app, _)| *app == row.id)
            .filter_map(|(_, scope)| Scope::from_code(scope))
            .collect();
        apps.push(OauthApp {
            id: row.id,
            name: row.name,
            grant: parse_grant(&row.grant_code)?,
            user,
            redirect_uris: uris
                .iter()
                .filter(|(app, _)| *app == row.id)
                .map(|(_, uri)| uri.clone())
                .collect(),
            scopes: parse_scopes(&row.scopes)?,
            used_scopes: used,
            token_settings: row.token_settings.parse()?,
            created_by: row.created_by,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            active_tokens: row.live_tokens,
        });
    }
    Ok(apps)
}
