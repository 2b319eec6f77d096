//! `/api/connector/v1/settings/events`: server-sent events (WHATWG HTML §9.2).
//!
//! A listener is a small state and a future that waits; there is no task and no buffer of its own. What it is told comes
//! from the one task that looks after the account (see `portal::integration::settings`).

use crate::api::openapi::OpenToCredentials;
use crate::connector::Gate;
use crate::connector::authenticate::Admitted;
use crate::http::problem::Problem;
use crate::state::App;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use futures_util::stream;
use portal::integration::connectors::{self, Caller};
use portal::integration::settings::Listener;
use std::convert::Infallible;
use std::fmt::Write;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// How often something is sent, so that neither side takes the other for gone.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// How many events are written at once for a connector that has missed many.
const AT_ONCE: i64 = 100;

/// New revisions of the settings, as they are saved.
///
/// Each is an event `settings` whose id is the revision, within a second of the save. A connector that comes back with
/// Last-Event-ID gets each that it has missed, any other the current one at once. A comment every 15 seconds keeps the
/// connection alive. It ends when the API key ends or the server stops: then come back.
#[utoipa::path(get, path = "/api/connector/v1/settings/events", tag = "Connectors", operation_id = "connectorEvents", params(
    ("Last-Event-ID" = Option<String>, Header, description = "The last revision that the connector was told of."),
    ("X-Connector" = Option<String>, Header, description = "What the connector says of itself: `KIND/VERSION; instance=\"NAME\"`."),
), responses(
    (status = 200, description = "Events, until either side hangs up: `event: settings`, `id: REVISION`, `data: {\"revision\":REVISION}`.",
        body = String, content_type = "text/event-stream"),
    OpenToCredentials
), security(("apiKey" = []), ("apiKeyAsBearer" = [])))]
pub(crate) async fn get(State(gate): State<Gate>, admitted: Admitted, request: Request) -> Response {
    let headers = request.into_parts().0.headers;
    let (caller, finish) = admitted.split();
    finish(answer(&gate.app, caller, &headers).await)
}

async fn answer(app: &App, caller: Caller, headers: &HeaderMap) -> Result<Response, Problem> {
    let listener = connectors::listen(&app.portal, &caller).await?;
    let current = listener.borrow().revision;
    let told = match last_event_id(headers) {
        Some(id) if id <= current => id,
        // Another node may have told it of a revision that this one is about to see. If no node can have, a backup was
        // restored, and the connector begins again.
        Some(id) if id <= connectors::newest(&app.portal, &caller).await? => id,
        _ => current - 1,
    };
    let events = Events {
        app: app.clone(),
        caller,
        listener,
        stopping: app.stopping(),
        told,
        begun: false,
        heartbeat: HEARTBEAT,
    };
    let mut response = Response::new(events.into_body());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would wait for more to send.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

/// The revision that the connector was last told of, if it names one.
fn last_event_id(headers: &HeaderMap) -> Option<i64> {
    let text = headers.get(LAST_EVENT_ID)?.to_str().ok()?;
    // `parse` alone would let a sign pass.
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

/// What one listener has heard, and waits for.
struct Events {
    app: App,
    caller: Caller,
    listener: Listener,
    stopping: watch::Receiver<bool>,
    /// The last revision that it was told of.
    told: i64,
    begun: bool,
    heartbeat: Duration,
}

impl Events {
    fn into_body(self) -> Body {
        Body::from_stream(stream::unfold(self, |mut events| async {
            let piece = events.next().await?;
            Some((Ok::<_, Infallible>(piece), events))
        }))
    }

    /// What to send next; nothing when it is over.
    async fn next(&mut self) -> Option<Bytes> {
        if !self.begun {
            self.begun = true;
            return Some(self.tell(String::from("retry: 1000\n\n")));
        }
        let silent_until = Instant::now() + self.heartbeat;
        loop {
            let newest = {
                let state = self.listener.borrow_and_update();
                if !state.admits(self.caller.key(), self.app.portal.now()) {
                    return None;
                }
                state.revision
            };
            if newest > self.told {
                return Some(self.tell(String::new()));
            }
            tokio::select! {
                changed = self.listener.changed() => changed.ok()?,
                () = stopped(&mut self.stopping) => return None,
                () = sleep_until(silent_until) => return self.beat().await,
            }
        }
    }

    /// Writes the next events that there are.
    fn tell(&mut self, mut text: String) -> Bytes {
        let newest = self.listener.borrow().revision.min(self.told.saturating_add(AT_ONCE));
        for revision in self.told.saturating_add(1)..=newest {
            // Writing to a text does not fail.
            let _ = write!(
                text,
                "event: settings\nid: {revision}\ndata: {{\"revision\":{revision}}}\n\n"
            );
            self.told = revision;
        }
        text.into()
    }

    /// A comment. The key may have come to its end without anything having changed.
    async fn beat(&self) -> Option<Bytes> {
        let is_in = {
            let state = self.listener.borrow();
            state.admits(self.caller.key(), self.app.portal.now())
        };
        if !is_in {
            return None;
        }
        // Boxed, as it is much larger than what waits, and seldom there.
        Box::pin(connectors::still_there(&self.app.portal, &self.caller)).await;
        Some(Bytes::from_static(b":\n\n"))
    }
}

/// Waits until the server is about to stop, or has.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

#[cfg(test)]
mod tests;
