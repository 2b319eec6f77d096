//! Remote logging, `/api/connector/v1/logs`.

use crate::api::connector::ConnectorState;
use crate::api::connector::authenticate::AuthenticatedConnector;
use crate::api::connector::batch;
use crate::api::connector::idempotency_key::idempotent_request;
use crate::http::body;
use crate::http::problem::{AuthenticatedErrors, Body as ProblemBody, Kind, Problem};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::integration::remote_logs::{LogsAccepted, SubmittedLog};
use portal::integration::connectors::ConnectorIdentity;
use portal::integration::remote_logs::{self, RemoteLogError};

/// The maximum size of a batch in bytes.
const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Stores a batch of log records.
///
/// Invalid records are listed in `rejected` with their index, starting at 0, and a reason; all other records are
/// stored. Invalid text, such as an unpaired surrogate, is replaced with U+FFFD.
///
/// Users with the right to manage the integration can read the records for 14 days, up to the newest 200,000 records
/// and 64 MiB per account; the portal stores up to 512 MiB for all accounts. Batches are rejected unless Enable Remote
/// Logging is on.
#[utoipa::path(post, path = "/api/connector/v1/logs", tag = "Connectors", operation_id = "connectorLogs", params(
    ("Idempotency-Key" = Option<String>, Header, description = "A unique key of up to 255 characters. A batch that is sent again with the same key within 24 hours is stored only once."),
    ("X-Connector" = Option<String>, Header, description = "Identifies the connector: `KIND/VERSION; instance=\"NAME\"`."),
), request_body(description = "Up to 1,000 records and 1 MiB, as a JSON array or as NDJSON.", content(
    (Vec<SubmittedLog> = "application/json"),
    (String = "application/x-ndjson"),
)), responses(
    (status = 202, description = "The batch was stored, except for rejected records", body = LogsAccepted),
    (status = 422, description = "The idempotency key was used with a different batch", body = ProblemBody, content_type = "application/problem+json"),
    AuthenticatedErrors
), security(("apiKey" = []), ("apiKeyAsBearer" = [])))]
pub(crate) async fn post(
    State(state): State<ConnectorState>,
    connector: AuthenticatedConnector,
    request: Request,
) -> Response {
    let (caller, respond) = connector.into_parts();
    respond(store_batch(&state, &caller, request).await)
}

async fn store_batch(
    state: &ConnectorState,
    caller: &ConnectorIdentity,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let format = batch::parse_format(&parts.headers)?;
    let body = body::read(body, MAX_BODY_BYTES).await?;
    let idempotent_request = idempotent_request(&parts, &body)?;
    let records = batch::parse(format, &body)?;
    match remote_logs::accept(&state.app.portal, caller, records, idempotent_request.as_ref()).await {
        Ok(accepted) => Ok((StatusCode::ACCEPTED, Json(accepted)).into_response()),
        Err(RemoteLogError::Disabled) => Err(Problem::new(
            Kind::RemoteLoggingDisabled,
            "Remote logging is off for this account. Turn on Enable Remote Logging on the Integration page.",
        )),
        Err(RemoteLogError::Reused(reused)) => Err(reused.into()),
        Err(RemoteLogError::Portal(error)) => Err(error.into()),
    }
}
