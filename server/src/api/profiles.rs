//! `/api/v4/profiles`.

use crate::api::Caller;
use crate::api::authenticate::Bearing;
use crate::api::openapi::OpenToCredentials;
use crate::api::query::ById;
use crate::http::problem::{Body, Problem};
use crate::state::App;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use domain::accounts::rights::Rights;
use domain::accounts::users;
use domain::ids::ProfileId;
use domain::oauth2::scopes::Scope;
use domain::oauth2::{ErrorCode, Refusal};
use portal::Error;
use portal::accounts::profiles;
use portal::oauth2::Denied;
use serde::Serialize;
use utoipa::ToSchema;

/// A security profile.
#[derive(Serialize, ToSchema)]
pub(crate) struct Profile {
    #[schema(value_type = uuid::Uuid)]
    id: ProfileId,
    name: String,
    /// What its users may do.
    #[schema(value_type = Vec<String>)]
    roles: Rights,
}

impl From<users::Profile> for Profile {
    fn from(profile: users::Profile) -> Self {
        Self {
            id: profile.id,
            name: profile.name,
            roles: profile.rights,
        }
    }
}

/// The account's security profiles.
#[utoipa::path(get, path = "/api/v4/profiles", tag = "Profiles", operation_id = "profiles", responses(
    (status = 200, description = "The profiles.", body = Vec<Profile>),
    OpenToCredentials
), security(("oauth1" = []), ("oauth2" = ["admin.profile:read"])))]
pub(crate) async fn list(State(app): State<App>, Caller(actor): Caller) -> Result<Json<Vec<Profile>>, Problem> {
    let profiles = profiles::list(&app.portal, &actor).await?;
    Ok(Json(profiles.into_iter().map(Profile::from).collect()))
}

/// One security profile; one's own needs no right, and of access tokens only `current.profile:read`.
#[utoipa::path(get, path = "/api/v4/profiles/{id}", tag = "Profiles", operation_id = "profile", params(
    ("id" = String, Path, description = "The id."),
), responses(
    (status = 200, description = "The profile.", body = Profile),
    (status = 404, description = "The account has no such profile.", body = Body, content_type = "application/problem+json"),
    OpenToCredentials
), security(("oauth1" = []), ("oauth2" = ["admin.profile:read"]), ("oauth2" = ["current.profile:read"])))]
pub(crate) async fn get(
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
        let denied = Denied::from(Refusal::new(ErrorCode::InsufficientScope, sentence));
        return Err(Problem::from(denied).with_scopes(&[Scope::AdminProfileRead]));
    }
    Ok(Json(profiles::get(&app.portal, &actor, id).await?.into()))
}
