//! Changes of the settings, `/api/connector/v1/settings/events`, as server-sent events (WHATWG HTML §9.2).
//!
//! A stream is a small state and a future; it has neither a task nor a buffer of its own. One task per account
//! publishes new revisions to all streams (see `portal::integration::settings`).

use crate::api::connector::ConnectorState;
use crate::api::connector::authenticate::AuthenticatedConnector;
use crate::http::problem::{AuthenticatedErrors, Problem};
use crate::state::AppState;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use futures_util::stream;
use portal::integration::connectors::{self, ConnectorIdentity};
use portal::integration::settings::Listener;
use std::convert::Infallible;
use std::fmt::Write;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The interval of comments that keep the connection alive.
const HEARTBEAT_INTERVAL: Duration = Duration::from_secs(15);

/// The maximum number of events in a chunk, for a connector that has missed many revisions.
const MAX_CHUNK_EVENTS: i64 = 100;

/// Streams new revisions of the settings.
///
/// Each revision is a `settings` event whose id is the revision, sent within a second of the change. A connector that
/// reconnects with Last-Event-ID gets all revisions it has missed; otherwise the current revision is sent first. A
/// comment every 15 seconds keeps the connection alive. The stream ends when the API key expires or is revoked, or when
/// the server stops; reconnect then.
#[utoipa::path(get, path = "/api/connector/v1/settings/events", tag = "Connectors", operation_id = "connectorEvents", params(
    ("Last-Event-ID" = Option<String>, Header, description = "The last revision that the connector received."),
    ("X-Connector" = Option<String>, Header, description = "Identifies the connector: `KIND/VERSION; instance=\"NAME\"`."),
), responses(
    (status = 200, description = "A stream of events with the lines `event: settings`, `id: REVISION` and `data: {\"revision\":REVISION}`",
        body = String, content_type = "text/event-stream"),
    AuthenticatedErrors
), security(("apiKey" = []), ("apiKeyAsBearer" = [])))]
pub(crate) async fn get(
    State(state): State<ConnectorState>,
    connector: AuthenticatedConnector,
    request: Request,
) -> Response {
    let headers = request.into_parts().0.headers;
    let (caller, respond) = connector.into_parts();
    respond(open_stream(&state.app, caller, &headers).await)
}

async fn open_stream(app: &AppState, caller: ConnectorIdentity, headers: &HeaderMap) -> Result<Response, Problem> {
    let listener = connectors::listen(&app.portal, &caller).await?;
    let current = listener.borrow().revision;
    let last_sent = match last_event_id(headers) {
        Some(id) if id <= current => id,
        // Another node may have sent a revision that this node has not seen yet. An id that is newer than the database
        // means that a backup was restored; the connector then starts over with the current revision.
        Some(id) if id <= connectors::latest_revision(&app.portal, &caller).await? => id,
        _ => current - 1,
    };
    let events = EventStream {
        app: app.clone(),
        caller,
        listener,
        shutdown: app.shutdown_signal(),
        last_sent,
        has_started: false,
        heartbeat_interval: HEARTBEAT_INTERVAL,
    };
    let mut response = Response::new(events.into_body());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would buffer the events.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// Returns the revision in `Last-Event-ID`, or `None` if the header is missing or invalid.
fn last_event_id(headers: &HeaderMap) -> Option<i64> {
    let text = headers.get(LAST_EVENT_ID)?.to_str().ok()?;
    // `parse` alone would accept a sign.
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// Holds the state of one connector's event stream.
struct EventStream {
    app: AppState,
    caller: ConnectorIdentity,
    listener: Listener,
    shutdown: watch::Receiver<bool>,
    /// The last revision that was sent.
    last_sent: i64,
    has_started: bool,
    heartbeat_interval: Duration,
}

impl EventStream {
    fn into_body(self) -> Body {
        Body::from_stream(stream::unfold(self, |mut events| async {
            let chunk = events.next().await?;
            Some((Ok::<_, Infallible>(chunk), events))
        }))
    }

    /// Waits for the next chunk to send. Returns `None` at the end of the stream.
    async fn next(&mut self) -> Option<Bytes> {
        if !self.has_started {
            self.has_started = true;
            return Some(self.write_events(String::from("retry: 1000\n\n")));
        }
        let heartbeat_at = Instant::now() + self.heartbeat_interval;
        loop {
            let newest = {
                let state = self.listener.borrow_and_update();
                if !state.is_key_active(self.caller.key(), self.app.portal.now()) {
                    return None;
                }
                state.revision
            };
            if newest > self.last_sent {
                return Some(self.write_events(String::new()));
            }
            tokio::select! {
                changed = self.listener.changed() => changed.ok()?,
                () = wait_for_shutdown(&mut self.shutdown) => return None,
                () = sleep_until(heartbeat_at) => return self.heartbeat().await,
            }
        }
    }

    /// Appends the next pending events to `text`, up to [`MAX_CHUNK_EVENTS`].
    fn write_events(&mut self, mut text: String) -> Bytes {
        let newest = self
            .listener
            .borrow()
            .revision
            .min(self.last_sent.saturating_add(MAX_CHUNK_EVENTS));
        for revision in self.last_sent.saturating_add(1)..=newest {
            // Writing to a `String` does not fail.
            let _ = write!(
                text,
                "event: settings\nid: {revision}\ndata: {{\"revision\":{revision}}}\n\n"
            );
            self.last_sent = revision;
        }
        text.into()
    }

    /// Returns a comment, or `None` if the API key has expired. An expiry is not published as a change.
    async fn heartbeat(&self) -> Option<Bytes> {
        let is_authorized = {
            let state = self.listener.borrow();
            state.is_key_active(self.caller.key(), self.app.portal.now())
        };
        if !is_authorized {
            return None;
        }
        // Boxed because it is much larger than the rest of the stream's state and seldom needed.
        Box::pin(connectors::record_heartbeat(&self.app.portal, &self.caller)).await;
        Some(Bytes::from_static(b":\n\n"))
    }
}

/// Waits until the server starts to shut down.
async fn wait_for_shutdown(shutdown: &mut watch::Receiver<bool>) {
    let _ = shutdown.wait_for(|is_shutting_down| *is_shutting_down).await;
}

#[cfg(test)]
mod tests;
