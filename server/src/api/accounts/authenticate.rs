//! Authentication of API requests by OAuth 1 signature or bearer token.

use crate::api::oauth1::BufferedRequest;
use crate::http::problem::{Kind, Problem};
use crate::http::rate_limit::{RateLimitExceeded, RateLimitStatus, RateLimits};
use crate::http::{AuthRejection, ClientAddress};
use crate::listener::mark_authenticated;
use crate::state::AppState;
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
use portal::oauth1::{RequestError, authenticate};
use portal::oauth2::{self, Bearer};
use std::net::IpAddr;
use std::sync::Arc;

/// Extracts the actor that the request's credential belongs to. Only routes behind [`require_auth`] have one.
#[derive(Debug, Clone)]
pub struct CurrentActor(pub Arc<Actor>);

/// Holds the access token of a request, or `None` for a signed request. Signatures carry no scopes.
#[derive(Debug, Clone)]
pub struct AccessToken(pub Option<Arc<Bearer>>);

impl AccessToken {
    /// Returns whether the credential includes `scope`. A signature includes every scope.
    #[must_use]
    pub fn allows(&self, scope: Scope) -> bool {
        self.0.as_ref().is_none_or(|bearer| bearer.has(scope))
    }
}

impl<S: Sync> FromRequestParts<S> for CurrentActor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.remove::<Self>().ok_or_else(|| {
            tracing::error!(path = parts.uri.path(), "route is missing the authentication layer");
            Problem::new(
                Kind::Internal,
                "This endpoint is misconfigured. Contact your administrator.",
            )
        })
    }
}

/// Holds the state of [`require_auth`].
#[derive(Debug, Clone)]
pub(crate) struct AuthState {
    pub app: AppState,
    pub limits: Arc<RateLimits>,
    /// An access token needs one of these scopes.
    pub scopes: &'static [Scope],
}

/// Rejects requests without a valid credential, and adds [`CurrentActor`] and [`AccessToken`] to the others.
pub(crate) async fn require_auth(
    State(state): State<AuthState>,
    Extension(ClientAddress(address)): Extension<ClientAddress>,
    request: Request,
    next: Next,
) -> Response {
    match authenticate_request(&state, address, request).await {
        Ok((request, rate_limit)) => {
            let mut response = next.run(request).await;
            let headers = response.headers_mut();
            rate_limit.insert_headers(headers);
            // A signature may be in the query, where an intermediate cache does not recognize a credential.
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(rejection) => rejection.into_response(),
    }
}

/// Authenticates and counts a request, and adds the actor to its extensions.
async fn authenticate_request(
    state: &AuthState,
    address: IpAddr,
    mut request: Request,
) -> Result<(Request, RateLimitStatus), AuthRejection> {
    if let Some(token) = bearer_token(request.headers()) {
        let (bearer, rate_limit) = authenticate_bearer(state, address, token).await?;
        let extensions = request.extensions_mut();
        mark_authenticated(extensions);
        extensions.insert(CurrentActor(Arc::clone(&bearer.actor)));
        extensions.insert(AccessToken(Some(bearer)));
        return Ok((request, rate_limit));
    }
    let mut buffered = BufferedRequest::read(request).await?;
    let outcome = match buffered.signed_request() {
        Ok(signed) => verify_signature(state, address, &signed).await?,
        Err(error) => {
            state.limits.check(None, address)?;
            Err(error.into())
        }
    };
    match outcome {
        Ok((actor, rate_limit)) => {
            mark_authenticated(&buffered.parts.extensions);
            buffered.parts.extensions.insert(CurrentActor(actor));
            buffered.parts.extensions.insert(AccessToken(None));
            Ok((buffered.into_request(), rate_limit))
        }
        Err(RequestError::Rejected(error)) => {
            let rate_limit = state.limits.count_address(address)?;
            let problem = Problem::from(error);
            Err(AuthRejection {
                problem: if buffered.is_signed() {
                    problem
                } else {
                    problem.with_bearer_challenge()
                },
                rate_limit: Some(rate_limit),
            })
        }
        Err(RequestError::Portal(error)) => Err(Problem::from(error).into()),
    }
}

/// Returns the access token in the Authorization header (RFC 6750 §2.1). Tokens in the query or body are ignored
/// because they could end up in logs (RFC 9700 §4.3.2).
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (value, None) = (values.next()?.to_str().ok()?, values.next()) else {
        return None;
    };
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Authenticates and counts a request by its access token.
async fn authenticate_bearer(
    state: &AuthState,
    address: IpAddr,
    token: &str,
) -> Result<(Arc<Bearer>, RateLimitStatus), AuthRejection> {
    let key = state.limits.credential_key("", Some(token));
    state.limits.check(Some(key), address)?;
    let rejection = |error: oauth2::RequestError, rate_limit| AuthRejection {
        problem: error.into(),
        rate_limit: Some(rate_limit),
    };
    let portal = &state.app.portal;
    let bearer = match oauth2::authenticate(portal, &state.app.oauth2, token).await {
        Ok(bearer) => bearer,
        Err(error @ oauth2::RequestError::Rejected(_)) => {
            return Err(rejection(error, state.limits.count_address(address)?));
        }
        Err(oauth2::RequestError::Portal(error)) => return Err(Problem::from(error).into()),
    };
    let rate_limit = state.limits.count_credential(key)?;
    match bearer.require(portal, state.scopes).await {
        Ok(()) => Ok((bearer, rate_limit)),
        Err(error) => {
            let is_insufficient_scope = matches!(&error, oauth2::RequestError::Rejected(error)
                if error.code == ErrorCode::InsufficientScope);
            let mut rejection = rejection(error, rate_limit);
            if is_insufficient_scope {
                rejection.problem = rejection.problem.with_scopes(state.scopes);
            }
            Err(rejection)
        }
    }
}

/// Verifies the signature, and counts the request by its credential if the signature is valid.
async fn verify_signature(
    state: &AuthState,
    address: IpAddr,
    signed: &SignedRequest<'_>,
) -> Result<Result<(Arc<Actor>, RateLimitStatus), RequestError>, RateLimitExceeded> {
    let key = state
        .limits
        .credential_key(&signed.consumer_key, signed.token.as_deref());
    state.limits.check(Some(key), address)?;
    match authenticate(&state.app.portal, &state.app.oauth1, signed, &address.to_string()).await {
        Ok(actor) => Ok(Ok((actor, state.limits.count_credential(key)?))),
        Err(error) => Ok(Err(error)),
    }
}
