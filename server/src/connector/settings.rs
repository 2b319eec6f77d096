//! `/api/connector/v1/settings`.

use crate::api::openapi::OpenToCredentials;
use crate::connector::Gate;
use crate::connector::authenticate::Admitted;
use crate::connector::etag;
use crate::connector::openapi::Settings;
use axum::extract::{Request, State};
use axum::response::Response;
use portal::integration::connectors;

/// The account's settings.
///
/// They are the same bytes until somebody saves: ask with If-None-Match, or listen for new revisions.
#[utoipa::path(get, path = "/api/connector/v1/settings", tag = "Connectors", operation_id = "connectorSettings", params(
    ("If-None-Match" = Option<String>, Header, description = "The ETag of what the connector has."),
    ("X-Connector" = Option<String>, Header, description = "What the connector says of itself: `KIND/VERSION; instance=\"NAME\"`."),
), responses(
    (status = 200, description = "The settings.", body = Settings, headers(("ETag" = String, description = "Changes with the settings."))),
    (status = 304, description = "The connector has them."),
    OpenToCredentials
), security(("apiKey" = []), ("apiKeyAsBearer" = [])))]
pub(crate) async fn get(State(gate): State<Gate>, admitted: Admitted, request: Request) -> Response {
    let headers = request.into_parts().0.headers;
    let (caller, finish) = admitted.split();
    let published = connectors::settings(&gate.app.portal, &caller).await;
    finish(match published {
        Ok(published) => Ok(etag::answer(&headers, &published.etag, || published.json.clone())),
        Err(error) => Err(error.into()),
    })
}
