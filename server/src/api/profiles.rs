//! `/api/v4/profiles`.

use super::Caller;
use super::caller::Bearing;
use super::query::ById;
use crate::problem::Problem;
use crate::state::App;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use domain::ids::ProfileId;
use domain::oauth2::{ErrorCode, Refusal};
use domain::people;
use domain::rights::Rights;
use domain::scopes::Scope;
use portal::oauth2::Denied;
use portal::{Error, profiles};
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Profile {
    id: ProfileId,
    name: String,
    roles: Rights,
}

impl From<people::Profile> for Profile {
    fn from(profile: people::Profile) -> Self {
        Self {
            id: profile.id,
            name: profile.name,
            roles: profile.rights,
        }
    }
}

/// The account's security profiles.
pub(super) async fn list(State(app): State<App>, Caller(actor): Caller) -> Result<Json<Vec<Profile>>, Problem> {
    let profiles = profiles::list(&app.portal, &actor).await?;
    Ok(Json(profiles.into_iter().map(Profile::from).collect()))
}

/// One security profile; one's own needs no right, and of access tokens only `current.profile:read`.
pub(super) async fn get(
    State(app): State<App>,
    Caller(actor): Caller,
    Extension(bearing): Extension<Bearing>,
    path: Result<Path<ById>, PathRejection>,
) -> Result<Json<Profile>, Problem> {
    let Ok(Path(ById { id })) = path else {
        return Err(Error::NotFound("profile").into());
    };
    let id = id.parse().map_err(|_| Error::NotFound("profile"))?;
    let is_own = actor.person().is_some_and(|person| person.profile_id == id);
    let scope = if is_own {
        Scope::CurrentProfileRead
    } else {
        Scope::AdminProfileRead
    };
    if !bearing.allows(scope) && !bearing.allows(Scope::AdminProfileRead) {
        let sentence = format!("This needs the scope {}.", Scope::AdminProfileRead.code());
        return Err(Denied::from(Refusal::new(ErrorCode::InsufficientScope, sentence)).into());
    }
    Ok(Json(profiles::get(&app.portal, &actor, id).await?.into()))
}
