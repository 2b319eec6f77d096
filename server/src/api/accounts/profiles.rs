//! The security profile API, `/api/v4/profiles`.

use crate::api::accounts::CurrentActor;
use crate::api::accounts::authenticate::AccessToken;
use crate::http::problem::{AuthenticatedErrors, Body, Problem};
use crate::http::query::IdPath;
use crate::state::AppState;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Extension, Path, State};
use domain::accounts::rights::Rights;
use domain::accounts::users;
use domain::coded_enum::CodedEnum;
use domain::ids::ProfileId;
use domain::oauth2::scopes::Scope;
use domain::oauth2::{ErrorCode, Oauth2Error};
use portal::Error;
use portal::accounts::profiles;
use portal::oauth2::RequestError;
use serde::Serialize;
use utoipa::ToSchema;

/// Describes a security profile.
#[derive(Serialize, ToSchema)]
pub(crate) struct Profile {
    #[schema(value_type = uuid::Uuid)]
    id: ProfileId,
    name: String,
    /// The rights that the profile grants.
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

/// Lists the security profiles of the account.
#[utoipa::path(get, path = "/api/v4/profiles", tag = "Profiles", operation_id = "profiles", responses(
    (status = 200, description = "The profiles", body = Vec<Profile>),
    AuthenticatedErrors
), security(("oauth1" = []), ("oauth2" = ["admin.profile:read"])))]
pub(crate) async fn list(
    State(app): State<AppState>,
    CurrentActor(actor): CurrentActor,
) -> Result<Json<Vec<Profile>>, Problem> {
    let profiles = profiles::list(&app.portal, &actor).await?;
    Ok(Json(profiles.into_iter().map(Profile::from).collect()))
}

/// Returns a security profile.
///
/// Users need no right to read their own profile; for that, an access token needs only the scope
/// `current.profile:read`.
#[utoipa::path(get, path = "/api/v4/profiles/{id}", tag = "Profiles", operation_id = "profile", params(
    ("id" = String, Path, description = "The profile's ID."),
), responses(
    (status = 200, description = "The profile", body = Profile),
    (status = 404, description = "The profile doesn't exist in the account", body = Body, content_type = "application/problem+json"),
    AuthenticatedErrors
), security(("oauth1" = []), ("oauth2" = ["admin.profile:read"]), ("oauth2" = ["current.profile:read"])))]
pub(crate) async fn get(
    State(app): State<AppState>,
    CurrentActor(actor): CurrentActor,
    Extension(token): Extension<AccessToken>,
    path: Result<Path<IdPath>, PathRejection>,
) -> Result<Json<Profile>, Problem> {
    let Ok(Path(IdPath { id })) = path else {
        return Err(Error::NotFound("profile").into());
    };
    let id = id.parse().map_err(|_| Error::NotFound("profile"))?;
    let is_own = actor.user().is_some_and(|user| user.profile_id == id);
    let scope = if is_own {
        Scope::CurrentProfileRead
    } else {
        Scope::AdminProfileRead
    };
    if !token.allows(scope) && !token.allows(Scope::AdminProfileRead) {
        let description = format!("The access token needs the scope {}.", Scope::AdminProfileRead.code());
        let error = RequestError::from(Oauth2Error::new(ErrorCode::InsufficientScope, description));
        return Err(Problem::from(error).with_scopes(&[Scope::AdminProfileRead]));
    }
    Ok(Json(profiles::get(&app.portal, &actor, id).await?.into()))
}
