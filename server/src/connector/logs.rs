//! `/api/connector/v1/logs`.

use crate::api::openapi::OpenToCredentials;
use crate::connector::Gate;
use crate::connector::authenticate::Admitted;
use crate::connector::batch;
use crate::connector::idempotency_key::once;
use crate::connector::openapi::{LogRecord, LogsAccepted};
use crate::http::body;
use crate::http::problem::{Body as ProblemBody, Kind, Problem};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use portal::integration::connectors::Caller;
use portal::integration::remote_logs::{self, Refused};

/// The longest batch, in bytes.
const MAX: usize = 1024 * 1024;

/// Keeps a batch of log records.
///
/// A record that cannot be read or is not what it must be is named among those `rejected`, by its index from 0 and with the
/// reason; the others are kept. What is no text, as half of a surrogate pair, becomes U+FFFD.
///
/// People with the right to manage the integration read them for 14 days, the newest 200,000 of the account and 64 MiB at
/// most; the portal keeps 512 MiB of all accounts. Nothing is taken unless Enable Remote Logging is on.
#[utoipa::path(post, path = "/api/connector/v1/logs", tag = "Connectors", operation_id = "connectorLogs", params(
    ("Idempotency-Key" = Option<String>, Header, description = "Up to 255 characters that no other batch has: sent again within 24 hours, the batch is not kept twice."),
    ("X-Connector" = Option<String>, Header, description = "What the connector says of itself: `KIND/VERSION; instance=\"NAME\"`."),
), request_body(description = "Up to 1,000 records and 1 MiB, as a list or one to a line.", content(
    (Vec<LogRecord> = "application/json"),
    (String = "application/x-ndjson"),
)), responses(
    (status = 202, description = "The records are kept, but for those that are named.", body = LogsAccepted),
    (status = 422, description = "The key has come with another batch.", body = ProblemBody, content_type = "application/problem+json"),
    OpenToCredentials
), security(("apiKey" = []), ("apiKeyAsBearer" = [])))]
pub(crate) async fn post(State(gate): State<Gate>, admitted: Admitted, request: Request) -> Response {
    let (caller, finish) = admitted.split();
    finish(answer(&gate, &caller, request).await)
}

async fn answer(gate: &Gate, caller: &Caller, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let format = batch::format(&parts.headers)?;
    let body = body::read(body, MAX).await?;
    let once = once(&parts, &body)?;
    let records = batch::parse(format, &body)?;
    match remote_logs::accept(&gate.app.portal, caller, records, once.as_ref()).await {
        Ok(accepted) => Ok((StatusCode::ACCEPTED, Json(accepted)).into_response()),
        Err(Refused::Off) => Err(Problem::new(
            Kind::RemoteLoggingDisabled,
            "Somebody who manages the integration can switch Enable Remote Logging on.",
        )),
        Err(Refused::Reused(reused)) => Err(reused.into()),
        Err(Refused::Error(error)) => Err(error.into()),
    }
}
