//! Who calls: the way from a request's credential to the actor.

use crate::http::problem::{Kind, Problem};
use crate::http::rate_limit::{Limits, Reached, Standing};
use crate::listener::note_authenticated;
use crate::middleware::ClientAddress;
use crate::oauth1::Received;
use crate::state::App;
use axum::extract::{Extension, FromRequestParts, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::oauth1::SignedRequest;
use domain::oauth2::ErrorCode;
use domain::oauth2::scopes::Scope;
use portal::Actor;
use portal::oauth1::{Denied, authenticate};
use portal::oauth2::{self, Bearer};
use std::net::IpAddr;
use std::sync::Arc;

/// The actor that a request's credential stands for. Only routes behind [`require`] have one.
#[derive(Debug, Clone)]
pub struct Caller(pub Arc<Actor>);

/// The access token that a request came with; none where it was signed, as signatures carry no scopes.
#[derive(Debug, Clone)]
pub struct Bearing(pub Option<Arc<Bearer>>);

impl Bearing {
    /// Whether the credential is good for what `scope` is for.
    #[must_use]
    pub fn allows(&self, scope: Scope) -> bool {
        self.0.as_ref().is_none_or(|bearer| bearer.has(scope))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.remove::<Self>().ok_or_else(|| {
            tracing::error!(
                path = parts.uri.path(),
                "a route that needs a credential does not ask for one"
            );
            Problem::new(Kind::Internal, "This route is not open.")
        })
    }
}

/// What [`require`] works with.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    pub app: App,
    pub limits: Arc<Limits>,
    /// Those of which an access token needs one.
    pub scopes: &'static [Scope],
}

/// A request that goes no further, and where its client stands.
#[derive(Debug)]
pub(crate) struct TurnedAway {
    pub problem: Problem,
    /// None where it was not counted.
    pub standing: Option<Standing>,
}

impl From<Problem> for TurnedAway {
    fn from(problem: Problem) -> Self {
        Self {
            problem,
            standing: None,
        }
    }
}

impl From<Reached> for TurnedAway {
    fn from(reached: Reached) -> Self {
        Self {
            problem: Problem::too_many(reached.retry_after),
            standing: Some(reached.standing),
        }
    }
}

impl IntoResponse for TurnedAway {
    fn into_response(self) -> Response {
        let mut response = self.problem.into_response();
        if let Some(standing) = self.standing {
            standing.describe(response.headers_mut());
        }
        response
    }
}

/// Lets requests through whose credential holds, with their [`Caller`].
pub(crate) async fn require(
    State(gate): State<Gate>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    request: Request,
    next: Next,
) -> Response {
    match admit(&gate, address, request).await {
        Ok((request, standing)) => {
            let mut response = next.run(request).await;
            let headers = response.headers_mut();
            standing.describe(headers);
            // A signature may stand in the query, where a cache between us would not see a credential.
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(turned_away) => turned_away.into_response(),
    }
}

/// Counts requests that need no credential, or not one that has rights of its own.
pub(crate) async fn count_address(
    State(limits): State<Arc<Limits>>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    request: Request,
    next: Next,
) -> Response {
    match limits.count_address(address) {
        Ok(standing) => {
            let mut response = next.run(request).await;
            standing.describe(response.headers_mut());
            response
        }
        Err(reached) => TurnedAway::from(reached).into_response(),
    }
}

async fn admit(gate: &Gate, address: IpAddr, mut request: Request) -> Result<(Request, Standing), TurnedAway> {
    if let Some(token) = bearer_token(request.headers()) {
        let (bearer, standing) = admit_bearer(gate, address, token).await?;
        let extensions = request.extensions_mut();
        note_authenticated(extensions);
        extensions.insert(Caller(Arc::clone(&bearer.actor)));
        extensions.insert(Bearing(Some(bearer)));
        return Ok((request, standing));
    }
    let mut received = Received::read(request).await?;
    let outcome = match received.signed() {
        Ok(signed) => prove(gate, address, &signed).await?,
        Err(refusal) => {
            gate.limits.check(None, address)?;
            Err(refusal.into())
        }
    };
    match outcome {
        Ok((actor, standing)) => {
            note_authenticated(&received.parts.extensions);
            received.parts.extensions.insert(Caller(actor));
            received.parts.extensions.insert(Bearing(None));
            Ok((received.into_request(), standing))
        }
        Err(Denied::Refused(refusal)) => {
            let standing = gate.limits.count_address(address)?;
            let problem = Problem::from(refusal);
            Err(TurnedAway {
                problem: if received.is_signed() {
                    problem
                } else {
                    problem.or_bearer_token()
                },
                standing: Some(standing),
            })
        }
        Err(Denied::Error(error)) => Err(Problem::from(error).into()),
    }
}

/// The access token in the Authorization header (RFC 6750 §2.1). One in the query or the body is none: it would stand in
/// logs (RFC 9700 §4.3.2).
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next()?.to_str().ok()?, values.next()) else {
        return None;
    };
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

async fn admit_bearer(gate: &Gate, address: IpAddr, token: &str) -> Result<(Arc<Bearer>, Standing), TurnedAway> {
    let key = gate.limits.credential("", Some(token));
    gate.limits.check(Some(key), address)?;
    let turned_away = |denied: oauth2::Denied, standing| TurnedAway {
        problem: denied.into(),
        standing: Some(standing),
    };
    let portal = &gate.app.portal;
    let bearer = match oauth2::authenticate(portal, &gate.app.oauth2, token).await {
        Ok(bearer) => bearer,
        Err(denied @ oauth2::Denied::Refused(_)) => {
            return Err(turned_away(denied, gate.limits.count_address(address)?));
        }
        Err(oauth2::Denied::Error(error)) => return Err(Problem::from(error).into()),
    };
    let standing = gate.limits.count_credential(key)?;
    match bearer.require(portal, gate.scopes).await {
        Ok(()) => Ok((bearer, standing)),
        Err(denied) => {
            let is_scope = matches!(&denied, oauth2::Denied::Refused(refusal)
                if refusal.code == ErrorCode::InsufficientScope);
            let mut turned_away = turned_away(denied, standing);
            if is_scope {
                turned_away.problem = turned_away.problem.with_scopes(gate.scopes);
            }
            Err(turned_away)
        }
    }
}

/// Checks the credential, and counts by it if it holds.
async fn prove(
    gate: &Gate,
    address: IpAddr,
    signed: &SignedRequest<'_>,
) -> Result<Result<(Arc<Actor>, Standing), Denied>, Reached> {
    let key = gate.limits.credential(&signed.consumer_key, signed.token.as_deref());
    gate.limits.check(Some(key), address)?;
    match authenticate(&gate.app.portal, &gate.app.oauth1, signed, &address.to_string()).await {
        Ok(actor) => Ok(Ok((actor, gate.limits.count_credential(key)?))),
        Err(denied) => Ok(Err(denied)),
    }
}
