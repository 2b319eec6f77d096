//! Implements the authorization endpoint (RFC 6749 §4.1.1): the consent request and the user's decision.

use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth2::connected_apps;
use crate::oauth2::{self, Client, NewCode, Policy};
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::Grant;
use domain::oauth2::redirect_uri;
use domain::oauth2::scopes::Scopes;
use domain::oauth2::{ErrorCode, Oauth2Error, Parameters, is_code_challenge, redirect_url};
use std::sync::Arc;

/// The outcome of an authorization request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The user must be asked for consent.
    Ask(ConsentRequest),
    /// Redirects the browser to this URL of the app, with a code or an error.
    Redirect(String),
}

/// Describes the consent that an app requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRequest {
    /// The name of the app.
    pub app: String,
    /// Where the browser is redirected afterward.
    pub redirect_uri: String,
    /// The scopes that the app would be granted.
    pub scopes: Scopes,
    /// Those of the scopes that the user has already granted.
    pub allowed: Scopes,
}

/// Holds a request whose app and redirect URI are valid.
struct Request<'a> {
    app: Arc<Client>,
    redirect_uri: String,
    uri_given: bool,
    state: Option<&'a str>,
    code_challenge: Option<&'a str>,
    /// The scopes that can be granted: requested ∩ those of the app ∩ those that the user's rights allow.
    scopes: Scopes,
}

/// Holds either a valid request, or the redirect that reports an error to the app.
enum CheckedRequest<'a> {
    Request(Request<'a>),
    Redirect(String),
}

/// Validates an authorization request. Returns the consent to ask for, or the redirect with a code if the user has
/// already granted all of the scopes.
///
/// # Errors
/// [`Error::Invalid`] for an unknown app and for a redirect URI that isn't registered, because there is nowhere to
/// redirect the user then. All other errors are reported to the app.
pub async fn authorize(
    portal: &Portal,
    policy: &Policy,
    actor: &Actor,
    parameters: &Parameters<'_>,
) -> Result<Outcome> {
    let user = actor.require_user()?.id;
    let request = match check(portal, policy, actor, parameters).await? {
        CheckedRequest::Request(request) => request,
        CheckedRequest::Redirect(address) => return Ok(Outcome::Redirect(address)),
    };
    let mut db = portal.read().await?;
    let allowed = connected_apps::granted_scopes(&mut db, user, request.app.id).await?;
    drop(db);
    if request.scopes.difference(allowed).is_empty() && request.has_exclusive_redirect_uri() {
        return grant(portal, policy, actor, &request).await.map(Outcome::Redirect);
    }
    Ok(Outcome::Ask(ConsentRequest {
        app: request.app.name.clone(),
        redirect_uri: request.redirect_uri,
        scopes: request.scopes,
        allowed: request.scopes.intersection(allowed),
    }))
}

/// Grants the consent. Returns the redirect with a code.
///
/// # Errors
/// As [`authorize`].
pub async fn allow(portal: &Portal, policy: &Policy, actor: &Actor, parameters: &Parameters<'_>) -> Result<String> {
    match check(portal, policy, actor, parameters).await? {
        CheckedRequest::Request(request) => grant(portal, policy, actor, &request).await,
        CheckedRequest::Redirect(address) => Ok(address),
    }
}

/// Denies the consent. Returns the redirect with `access_denied`.
///
/// # Errors
/// As [`authorize`].
pub async fn deny(portal: &Portal, policy: &Policy, actor: &Actor, parameters: &Parameters<'_>) -> Result<String> {
    match check(portal, policy, actor, parameters).await? {
        CheckedRequest::Request(request) => {
            let error = Oauth2Error::new(ErrorCode::AccessDenied, "The user denied access.");
            Ok(error_redirect(policy, &request.redirect_uri, request.state, &error))
        }
        CheckedRequest::Redirect(address) => Ok(address),
    }
}

impl Request<'_> {
    /// Returns whether only the app can receive redirects to the URI. On the user's own machine any program can, so
    /// consent for a public client is requested each time (RFC 8252 §8.6).
    fn has_exclusive_redirect_uri(&self) -> bool {
        self.app.grant != Grant::Public || self.redirect_uri.starts_with("https://")
    }
}

async fn check<'a>(
    portal: &Portal,
    policy: &Policy,
    actor: &Actor,
    parameters: &'a Parameters<'_>,
) -> Result<CheckedRequest<'a>> {
    let invalid = |field: &str, message: &str| Error::field(field, message);
    let client_id = parameters
        .require("client_id")
        .map_err(|error| invalid("client_id", &error.description))?;
    let app = match OauthAppId::from_client_id(client_id) {
        Some(id) => oauth2::find_client(portal, id).await?,
        None => None,
    };
    let app = app.filter(|app| app.account == actor.account()).ok_or_else(|| {
        invalid(
            "client_id",
            "This app doesn't exist in your account. It may have been deleted, or you are signed in to another account.",
        )
    })?;
    let requested_uri = parameters
        .get("redirect_uri")
        .map_err(|error| invalid("redirect_uri", &error.description))?;
    let redirect_uri = match (requested_uri, app.redirect_uris.as_slice()) {
        (Some(requested_uri), registered) if registered.iter().any(|uri| redirect_uri::matches(uri, requested_uri)) => {
            requested_uri.to_owned()
        }
        (Some(_), _) => {
            return Err(invalid(
                "redirect_uri",
                "The redirect URI isn't registered for this app.",
            ));
        }
        (None, [only]) => only.clone(),
        (None, _) => {
            return Err(invalid("redirect_uri", "The request must specify a redirect_uri."));
        }
    };
    // From here on errors are reported to the app, with the exact state whatever its length (RFC 6749 §4.1.2.1): the
    // request as a whole is limited. If a request has two states, neither is returned.
    let state = parameters.get("state");
    let known_state = state.as_ref().ok().copied().flatten();
    let outcome = state.and_then(|_| check_parameters(&app, actor, parameters));
    Ok(match outcome {
        Ok((scopes, code_challenge)) => CheckedRequest::Request(Request {
            app,
            redirect_uri,
            uri_given: requested_uri.is_some(),
            state: known_state,
            code_challenge,
            scopes,
        }),
        Err(error) => CheckedRequest::Redirect(error_redirect(policy, &redirect_uri, known_state, &error)),
    })
}

fn check_parameters<'a>(
    app: &Client,
    actor: &Actor,
    parameters: &'a Parameters<'_>,
) -> Result<(Scopes, Option<&'a str>), Oauth2Error> {
    parameters.require_decodable()?;
    if parameters.require("response_type")? != "code" {
        return Err(Oauth2Error::new(
            ErrorCode::UnsupportedResponseType,
            "The response_type must be code.",
        ));
    }
    if !app.grant.requires_consent() {
        return Err(Oauth2Error::new(
            ErrorCode::UnauthorizedClient,
            "The app is registered for client credentials only.",
        ));
    }
    if parameters.get("request")?.is_some() || parameters.get("request_uri")?.is_some() {
        return Err(Oauth2Error::new(
            ErrorCode::InvalidRequest,
            "Request objects aren't supported.",
        ));
    }
    let challenge = match (
        parameters.get("code_challenge")?,
        parameters.get("code_challenge_method")?,
    ) {
        (None, None) if app.grant == Grant::Public => return Err(Oauth2Error::missing("code_challenge")),
        (None, None) => None,
        (None, Some(_)) => return Err(Oauth2Error::missing("code_challenge")),
        // The default method would be plain (RFC 7636 §4.3).
        (Some(challenge), Some("S256")) if is_code_challenge(challenge) => Some(challenge),
        (Some(_), Some("S256")) => {
            return Err(Oauth2Error::new(
                ErrorCode::InvalidRequest,
                "The code_challenge must be 43 characters of base64url.",
            ));
        }
        (Some(_), _) => {
            return Err(Oauth2Error::new(
                ErrorCode::InvalidRequest,
                "The code_challenge_method must be S256.",
            ));
        }
    };
    let requested = match parameters.get("scope")? {
        Some(text) => Scopes::parse_known(text),
        None => app.scopes,
    };
    let scopes = requested.intersection(app.scopes).allowed_by(actor.rights());
    if scopes.is_empty() {
        return Err(Oauth2Error::new(
            ErrorCode::InvalidScope,
            "None of the requested scopes can be granted: the app or the user doesn't have them.",
        ));
    }
    Ok((scopes, challenge))
}

async fn grant(portal: &Portal, policy: &Policy, actor: &Actor, request: &Request<'_>) -> Result<String> {
    let user = actor.require_user()?.id;
    let mut tx = portal.begin().await?;
    let added = connected_apps::add_scopes(portal, &mut tx, user, request.app.id, request.scopes).await?;
    let new = NewCode {
        app: request.app.id,
        user,
        redirect_uri: &request.redirect_uri,
        uri_given: request.uri_given,
        scopes: request.scopes,
        code_challenge: request.code_challenge,
    };
    let code = oauth2::insert_code(portal, &mut tx, &new).await?;
    if added.is_empty() {
        tx.commit().await?;
    } else {
        let event = AuditEvent::ConnectedAppAllowed {
            app: request.app.id,
            name: request.app.name.clone(),
            scopes: added,
        };
        tx.into_change(portal, actor).commit_uncached(event).await?;
    }
    let mut query = vec![("code", code.expose())];
    query.extend(request.state.map(|state| ("state", state)));
    query.push(("iss", &policy.issuer));
    Ok(redirect_url(&request.redirect_uri, &query))
}

/// Returns the redirect that reports an error (RFC 6749 §4.1.2.1), with the issuer (RFC 9207).
fn error_redirect(policy: &Policy, redirect_uri: &str, state: Option<&str>, error: &Oauth2Error) -> String {
    let mut query = vec![
        ("error", error.code.code()),
        ("error_description", error.description.as_ref()),
    ];
    query.extend(state.map(|state| ("state", state)));
    query.push(("iss", &policy.issuer));
    redirect_url(redirect_uri, &query)
}
