//! The settings of one content field, `/api/connector/v1/settings/fields/{field}`.

use crate::api::connector::ConnectorState;
use crate::api::connector::authenticate::AuthenticatedConnector;
use crate::api::connector::etag;
use crate::http::problem::{AuthenticatedErrors, Kind, Problem};
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::integration::selector::{Language, Options, Sources};
use portal::integration::connectors::{self, ConnectorIdentity, ResolvedField};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Holds the field name in a path.
#[derive(Debug, Deserialize)]
pub(crate) struct FieldPath {
    /// The percent-decoded name.
    field: String,
}

/// Describes the effective settings of a field. Options that are set neither on the field nor globally are omitted.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectorField)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Field<'a> {
    /// The configured field name, or the requested name if the field isn't configured.
    field: &'a str,
    /// Whether the field has custom settings.
    configured: bool,
    /// The revision of the settings.
    revision: i64,
    /// `en_US`, `nl_NL`, `de_DE`, `fr_FR` or `es_ES`.
    #[schema(value_type = String)]
    language: Language,
    portal: FieldPortal<'a>,
    #[serde(flatten)]
    options: &'a Options,
    source: &'a Sources,
}

/// Describes the DAM portal.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectorFieldPortal)]
struct FieldPortal<'a> {
    /// The URL of the DAM portal. Omitted until it is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// Returns the effective settings of a field, ready for the asset selector.
///
/// A field without custom settings gets the Global field settings. Its name is then suggested on the Integration page.
#[utoipa::path(get, path = "/api/connector/v1/settings/fields/{field}", tag = "Connectors", operation_id = "connectorField", params(
    ("field" = String, Path, description = "The field name. Percent-encode it, including slashes. Case and Unicode normalization are ignored."),
    ("If-None-Match" = Option<String>, Header, description = "The ETag of the settings that the connector has cached."),
    ("X-Connector" = Option<String>, Header, description = "Identifies the connector: `KIND/VERSION; instance=\"NAME\"`."),
), responses(
    (status = 200, description = "The effective settings", body = Field, headers(("ETag" = String, description = "Changes whenever the settings change."))),
    (status = 304, description = "Not modified"),
    (status = 404, description = "The field name is missing", body = crate::http::problem::Body, content_type = "application/problem+json"),
    AuthenticatedErrors
), security(("apiKey" = []), ("apiKeyAsBearer" = [])))]
pub(crate) async fn get(
    State(state): State<ConnectorState>,
    connector: AuthenticatedConnector,
    path: Result<Path<FieldPath>, PathRejection>,
    request: Request,
) -> Response {
    let headers = request.into_parts().0.headers;
    let (caller, respond) = connector.into_parts();
    respond(resolve_field(&state, &caller, &headers, path).await)
}

async fn resolve_field(
    state: &ConnectorState,
    caller: &ConnectorIdentity,
    headers: &HeaderMap,
    path: Result<Path<FieldPath>, PathRejection>,
) -> Result<Response, Problem> {
    let Ok(Path(FieldPath { field })) = path else {
        let detail = "The field name must be percent-encoded UTF-8.";
        return Err(Problem::new(Kind::Malformed, detail));
    };
    let found = connectors::field(&state.app.portal, caller, &field).await?;
    let body = serde_json::to_vec(&to_response(&found)).map_err(|error| Problem::unserializable(&error))?;
    // For one URL, the body changes only with the settings, so their ETag identifies it.
    Ok(etag::respond(headers, &found.published.etag, || Bytes::from(body)))
}

fn to_response(found: &ResolvedField) -> Field<'_> {
    let settings = &found.published.settings;
    Field {
        field: &found.field,
        configured: found.configured,
        revision: found.published.revision,
        language: settings.language,
        portal: FieldPortal {
            url: settings.portal.url.as_deref(),
        },
        options: &found.resolved.options,
        source: &found.resolved.source,
    }
}
