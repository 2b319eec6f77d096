//! All settings of the account, `/api/connector/v1/settings`.

use crate::api::connector::ConnectorState;
use crate::api::connector::authenticate::AuthenticatedConnector;
use crate::api::connector::etag;
use crate::http::problem::AuthenticatedErrors;
use axum::extract::{Request, State};
use axum::response::Response;
use domain::integration::settings::ConnectorSettings;
use portal::integration::connectors;

/// Returns the settings of the account.
///
/// The response stays byte-for-byte the same until someone saves changes. Poll with If-None-Match, or subscribe to
/// events.
#[utoipa::path(get, path = "/api/connector/v1/settings", tag = "Connectors", operation_id = "connectorSettings", params(
    ("If-None-Match" = Option<String>, Header, description = "The ETag of the settings that the connector has cached."),
    ("X-Connector" = Option<String>, Header, description = "Identifies the connector: `KIND/VERSION; instance=\"NAME\"`."),
), responses(
    (status = 200, description = "The settings", body = ConnectorSettings, headers(("ETag" = String, description = "Changes whenever the settings change."))),
    (status = 304, description = "Not modified"),
    AuthenticatedErrors
), security(("apiKey" = []), ("apiKeyAsBearer" = [])))]
pub(crate) async fn get(
    State(state): State<ConnectorState>,
    connector: AuthenticatedConnector,
    request: Request,
) -> Response {
    let headers = request.into_parts().0.headers;
    let (caller, respond) = connector.into_parts();
    let published = connectors::settings(&state.app.portal, &caller).await;
    respond(match published {
        Ok(published) => Ok(etag::respond(&headers, &published.etag, || published.json.clone())),
        Err(error) => Err(error.into()),
    })
}
