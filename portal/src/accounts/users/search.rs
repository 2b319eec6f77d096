//! Finds the active users that a form refers to.

use crate::database::like::{email_like_pattern, like_pattern};
use crate::database::{AsExecutor, fetch_all};
use crate::infra::actor::Actor;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::accounts::users::UserOption;
use domain::email;
use domain::fields;
use domain::ids::{AccountId, UserId};
use domain::oauth1::tokens::UserRef;

/// The maximum number of users that [`suggest`] returns.
pub const MAX_SUGGESTIONS: i64 = 8;

/// Suggests active users whose name or email contains `search`, for a form that requires `right`. Users whose name starts
/// with it come first.
///
/// # Errors
/// Returns [`Error::Forbidden`] without the Admin settings right and `right`, and [`Error::Disabled`] if `right` is Create
/// Bynder API tokens and the account doesn't have its feature.
pub async fn suggest(portal: &Portal, actor: &Actor, right: Right, search: &str) -> Result<Vec<UserOption>> {
    let actor = actor.require_right(Right::AdminSettings)?.require_right(right)?;
    let account = if right == Right::CreateApiTokens {
        actor.require_feature(Feature::ApiTokens)?
    } else {
        actor.account()
    };
    let search = UserOption::search_term(search);
    let email = email_like_pattern(search);
    let search = like_pattern(search);
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        (UserId, String, String),
        "select id, name, email from users
         where account_id = $1 and active
           and (name_key like '%' || $2 || '%' escape '!' or email_key like '%' || $2 || '%' escape '!'
                or email_key like '%' || $4 || '%' escape '!')
         order by case when name_key like $2 || '%' escape '!' then 0 else 1 end, name_key, id limit $3",
        account,
        search,
        MAX_SUGGESTIONS,
        email
    )?;
    Ok(rows
        .into_iter()
        .map(|(id, name, email)| UserOption { id, name, email })
        .collect())
}

/// Resolves a user reference in a form to an active user.
///
/// # Errors
/// Returns a validation error for `field` if no active user matches, or several do.
pub(crate) async fn resolve(
    db: &mut impl AsExecutor,
    account: AccountId,
    field: &str,
    user: &UserRef,
) -> Result<UserOption> {
    let (column, value) = match user {
        UserRef::Email(value) => ("email", email::key(value)),
        UserRef::Name(value) => ("name", fields::name_key(value)),
    };
    // At most two users: active ones, or inactive ones if there are none.
    let mut found = fetch_all!(
        db,
        (UserId, String, String, bool),
        "select id, name, email, active from users
         where account_id = $1 and case when $2 = 'email' then email_key else name_key end = $3
         order by active desc, id limit 2",
        account,
        column,
        &value
    )?;
    if found.first().is_some_and(|(_, _, _, active)| *active) {
        found.retain(|(_, _, _, active)| *active);
    }
    match (found.len(), found.pop()) {
        (1, Some((id, name, email, true))) => Ok(UserOption { id, name, email }),
        (1, Some((_, name, _, false))) => Err(Error::field(
            field,
            format!("{name} is inactive. Activate the user or choose another."),
        )),
        (0, _) => Err(Error::field(field, "No active user has this name or email.")),
        (_, Some((_, name, _, false))) => Err(Error::field(
            field,
            format!("All users named {name} are inactive. Activate one or choose another."),
        )),
        _ => Err(Error::field(
            field,
            "Several users have this name. Enter the email instead.",
        )),
    }
}
