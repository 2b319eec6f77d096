//! `/api/connector/v1/settings/fields/{field}`.

use crate::api::openapi::OpenToCredentials;
use crate::connector::Gate;
use crate::connector::authenticate::Admitted;
use crate::connector::etag;
use crate::connector::openapi::{SelectorOptions, SelectorSources};
use crate::http::problem::{Kind, Problem};
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::integration::selector::{Language, Options, Sources};
use portal::integration::connectors::{self, Caller, ResolvedField};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A path that names a field.
#[derive(Debug, Deserialize)]
pub(crate) struct ByField {
    /// The name, decoded.
    field: String,
}

/// What holds for a field. An option that neither the field nor the Global field settings have is left out.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectorField)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Field<'a> {
    /// The name as it is configured, or as it was asked for.
    field: &'a str,
    /// Whether the field has settings of its own.
    configured: bool,
    /// Of the settings.
    revision: i64,
    /// `en_US`, `nl_NL`, `de_DE`, `fr_FR` or `es_ES`.
    #[schema(value_type = String)]
    language: Language,
    portal: Reached<'a>,
    #[serde(flatten)]
    #[schema(value_type = SelectorOptions)]
    options: &'a Options,
    #[schema(value_type = SelectorSources)]
    source: &'a Sources,
}

/// The DAM.
#[derive(Serialize, ToSchema)]
#[schema(as = ConnectorFieldPortal)]
struct Reached<'a> {
    /// Left out until it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

/// What holds for one field, for the asset selector to take as it is.
///
/// A field that nobody has configured gets the Global field settings, and is offered to whoever configures fields.
#[utoipa::path(get, path = "/api/connector/v1/settings/fields/{field}", tag = "Connectors", operation_id = "connectorField", params(
    ("field" = String, Path, description = "The field's name, percent-encoded with its slashes; neither case nor the Unicode form counts."),
    ("If-None-Match" = Option<String>, Header, description = "The ETag of what the connector has."),
    ("X-Connector" = Option<String>, Header, description = "What the connector says of itself: `KIND/VERSION; instance=\"NAME\"`."),
), responses(
    (status = 200, description = "What holds.", body = Field, headers(("ETag" = String, description = "Changes with the settings."))),
    (status = 304, description = "The connector has it."),
    (status = 404, description = "No field is named.", body = crate::http::problem::Body, content_type = "application/problem+json"),
    OpenToCredentials
), security(("apiKey" = []), ("apiKeyAsBearer" = [])))]
pub(crate) async fn get(
    State(gate): State<Gate>,
    admitted: Admitted,
    path: Result<Path<ByField>, PathRejection>,
    request: Request,
) -> Response {
    let headers = request.into_parts().0.headers;
    let (caller, finish) = admitted.split();
    finish(answer(&gate, &caller, &headers, path).await)
}

async fn answer(
    gate: &Gate,
    caller: &Caller,
    headers: &HeaderMap,
    path: Result<Path<ByField>, PathRejection>,
) -> Result<Response, Problem> {
    let Ok(Path(ByField { field })) = path else {
        let sentence = "The name of the field is not percent-encoded UTF-8.";
        return Err(Problem::new(Kind::Malformed, sentence));
    };
    let found = connectors::field(&gate.app.portal, caller, &field).await?;
    let body = serde_json::to_vec(&describe(&found)).map_err(|error| {
        tracing::error!(%error, "a field cannot be written");
        Problem::new(Kind::Internal, "The field cannot be written.")
    })?;
    // At one address the body changes with the settings and with nothing else.
    Ok(etag::answer(headers, &found.published.etag, || Bytes::from(body)))
}

fn describe(found: &ResolvedField) -> Field<'_> {
    let settings = &found.published.settings;
    Field {
        field: &found.field,
        configured: found.configured,
        revision: found.published.revision,
        language: settings.language,
        portal: Reached {
            url: settings.portal.url.as_deref(),
        },
        options: &found.resolved.options,
        source: &found.resolved.source,
    }
}
