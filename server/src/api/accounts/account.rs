//! The account API, `/api/v4/account`.

use crate::api::accounts::CurrentActor;
use crate::http::problem::{AuthenticatedErrors, Problem};
use crate::state::AppState;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use portal::accounts;
use serde::Serialize;
use utoipa::ToSchema;

/// Describes an account.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Account<'a> {
    name: &'a str,
    #[schema(value_type = Vec<String>)]
    available_languages: [&'a str; 1],
    default_language: &'a str,
    time_zone: &'a str,
    is_open_image_bank: bool,
}

/// Returns the account of the authenticated user.
#[utoipa::path(get, path = "/api/v4/account", tag = "Account", responses(
    (status = 200, description = "The account", body = Account),
    AuthenticatedErrors
), security(("oauth1" = []), ("oauth2" = ["current.user:read"])))]
pub(crate) async fn get(State(app): State<AppState>, CurrentActor(actor): CurrentActor) -> Result<Response, Problem> {
    let details = accounts::details(&app.portal, &actor).await?;
    let account = Account {
        name: &details.name,
        available_languages: [&details.language],
        default_language: &details.language,
        time_zone: &details.time_zone,
        // An open image bank shows assets to anonymous visitors. Gatehouse stores no assets.
        is_open_image_bank: false,
    };
    Ok(Json(account).into_response())
}
