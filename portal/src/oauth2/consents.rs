//! The authorization endpoint (RFC 6749 §4.1.1): what a person is asked, and what follows from the answer.

use crate::auth::actor::Actor;
use crate::infra::audit::{self, Change};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth2::connected_apps;
use crate::oauth2::{self, Client, NewCode, Policy};
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::Grant;
use domain::oauth2::redirect_uri;
use domain::oauth2::scopes::Scopes;
use domain::oauth2::{ErrorCode, Parameters, Refusal, is_code_challenge, redirect};
use std::sync::Arc;

/// What an authorization request leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The person is asked.
    Ask(Question),
    /// The person goes to this address of the app's, with a code or an error.
    Redirect(String),
}

/// What a person is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The app that asks.
    pub app: String,
    /// Where the person goes afterwards.
    pub redirect_uri: String,
    /// What the app would be allowed.
    pub scopes: Scopes,
    /// What of it the person has allowed before.
    pub allowed: Scopes,
}

/// A request whose app and redirect URI hold.
struct Request<'a> {
    app: Arc<Client>,
    redirect_uri: String,
    uri_given: bool,
    state: Option<&'a str>,
    code_challenge: &'a str,
    /// What can be granted: requested ∩ the app's ∩ what the person's rights allow.
    scopes: Scopes,
}

/// Either a request to ask about, or the address that tells the app what is wrong with it.
enum Checked<'a> {
    Request(Request<'a>),
    Redirect(String),
}

/// What the person is asked. Where they have allowed all of it before, nothing, and a code is made at once.
///
/// # Errors
/// [`Error::Invalid`] for an unknown app and for a redirect URI that is not its own: there is nowhere to send the person
/// then. Whatever else is wrong goes to the app.
pub async fn question(portal: &Portal, policy: &Policy, actor: &Actor, parameters: &Parameters<'_>) -> Result<Outcome> {
    let person = actor.require_person()?.id;
    let request = match check(portal, policy, actor, parameters).await? {
        Checked::Request(request) => request,
        Checked::Redirect(address) => return Ok(Outcome::Redirect(address)),
    };
    let mut db = portal.read().await?;
    let allowed = connected_apps::allowed(&mut db, person, request.app.id).await?;
    drop(db);
    if request.scopes.except(allowed).is_empty() && request.is_known_by_its_address() {
        return grant(portal, policy, actor, &request).await.map(Outcome::Redirect);
    }
    Ok(Outcome::Ask(Question {
        app: request.app.name.clone(),
        redirect_uri: request.redirect_uri,
        scopes: request.scopes,
        allowed: request.scopes.and(allowed),
    }))
}

/// The person allows it: gives the address to go to, with a code.
///
/// # Errors
/// As [`question`].
pub async fn allow(portal: &Portal, policy: &Policy, actor: &Actor, parameters: &Parameters<'_>) -> Result<String> {
    match check(portal, policy, actor, parameters).await? {
        Checked::Request(request) => grant(portal, policy, actor, &request).await,
        Checked::Redirect(address) => Ok(address),
    }
}

/// The person declines: gives the address to go to.
///
/// # Errors
/// As [`question`].
pub async fn refuse(portal: &Portal, policy: &Policy, actor: &Actor, parameters: &Parameters<'_>) -> Result<String> {
    match check(portal, policy, actor, parameters).await? {
        Checked::Request(request) => {
            let refusal = Refusal::new(ErrorCode::AccessDenied, "The user declined.");
            Ok(error_address(policy, &request.redirect_uri, request.state, &refusal))
        }
        Checked::Redirect(address) => Ok(address),
    }
}

impl Request<'_> {
    /// Whether nobody else can be waiting at the redirect URI. On a person's own machine any program can, so there a
    /// public client is asked for each time (RFC 8252 §8.6).
    fn is_known_by_its_address(&self) -> bool {
        self.app.grant != Grant::Public || self.redirect_uri.starts_with("https://")
    }
}

async fn check<'a>(
    portal: &Portal,
    policy: &Policy,
    actor: &Actor,
    parameters: &'a Parameters<'_>,
) -> Result<Checked<'a>> {
    let wrong = |field: &str, sentence: &str| Error::field(field, sentence);
    let client_id = parameters
        .require("client_id")
        .map_err(|refusal| wrong("client_id", &refusal.description))?;
    let app = match OauthAppId::from_client_id(client_id) {
        Some(id) => oauth2::find_client(portal, id).await?,
        None => None,
    };
    let app = app.filter(|app| app.account == actor.account()).ok_or_else(|| {
        wrong(
            "client_id",
            "This account has no such app. It may have been deleted, or you are signed in elsewhere.",
        )
    })?;
    let given = parameters
        .get("redirect_uri")
        .map_err(|refusal| wrong("redirect_uri", &refusal.description))?;
    let redirect_uri = match (given, app.redirect_uris.as_slice()) {
        (Some(given), registered) if registered.iter().any(|uri| redirect_uri::matches(uri, given)) => given.to_owned(),
        (Some(_), _) => {
            return Err(wrong(
                "redirect_uri",
                "The redirect URI is not one that the app has registered.",
            ));
        }
        (None, [only]) => only.clone(),
        (None, _) => {
            return Err(wrong(
                "redirect_uri",
                "The request does not say which redirect URI to use.",
            ));
        }
    };
    // From here on the app itself is told, with the exact state whatever its length (RFC 6749 §4.1.2.1): the request as a
    // whole has a bound. Where a request has two states, neither is the one that it asks for.
    let state = parameters.get("state");
    let known_state = state.as_ref().ok().copied().flatten();
    let outcome = state.and_then(|_| check_rest(&app, actor, parameters));
    Ok(match outcome {
        Ok((scopes, code_challenge)) => Checked::Request(Request {
            app,
            redirect_uri,
            uri_given: given.is_some(),
            state: known_state,
            code_challenge,
            scopes,
        }),
        Err(refusal) => Checked::Redirect(error_address(policy, &redirect_uri, known_state, &refusal)),
    })
}

fn check_rest<'a>(app: &Client, actor: &Actor, parameters: &'a Parameters<'_>) -> Result<(Scopes, &'a str), Refusal> {
    parameters.require_decodable()?;
    if parameters.require("response_type")? != "code" {
        return Err(Refusal::new(
            ErrorCode::UnsupportedResponseType,
            "The response_type is code.",
        ));
    }
    if !app.grant.asks_people() {
        return Err(Refusal::new(
            ErrorCode::UnauthorizedClient,
            "The app was registered for client credentials.",
        ));
    }
    if parameters.get("request")?.is_some() || parameters.get("request_uri")?.is_some() {
        return Err(Refusal::new(
            ErrorCode::InvalidRequest,
            "Request objects are not taken.",
        ));
    }
    let challenge = match (
        parameters.get("code_challenge")?,
        parameters.get("code_challenge_method")?,
    ) {
        (None, None) if app.grant == Grant::Public => return Err(Refusal::missing("code_challenge")),
        (None, None) => "",
        (None, Some(_)) => return Err(Refusal::missing("code_challenge")),
        // Without a method it would be plain (RFC 7636 §4.3).
        (Some(challenge), Some("S256")) if is_code_challenge(challenge) => challenge,
        (Some(_), Some("S256")) => {
            return Err(Refusal::new(
                ErrorCode::InvalidRequest,
                "The code_challenge is not 43 characters of base64url.",
            ));
        }
        (Some(_), _) => {
            return Err(Refusal::new(
                ErrorCode::InvalidRequest,
                "The code_challenge_method is S256.",
            ));
        }
    };
    let requested = match parameters.get("scope")? {
        Some(text) => Scopes::known(text),
        None => app.scopes,
    };
    let scopes = requested.and(app.scopes).allowed_by(actor.rights());
    if scopes.is_empty() {
        return Err(Refusal::new(
            ErrorCode::InvalidScope,
            "Nothing of the scope can be granted: the app has not got it, or the user has not the rights.",
        ));
    }
    Ok((scopes, challenge))
}

async fn grant(portal: &Portal, policy: &Policy, actor: &Actor, request: &Request<'_>) -> Result<String> {
    let person = actor.require_person()?.id;
    let mut tx = portal.begin().await?;
    let added = connected_apps::remember(portal, &mut tx, person, request.app.id, request.scopes).await?;
    let new = NewCode {
        app: request.app.id,
        user: person,
        redirect_uri: &request.redirect_uri,
        uri_given: request.uri_given,
        scopes: request.scopes,
        code_challenge: request.code_challenge,
    };
    let code = oauth2::insert_code(portal, &mut tx, &new).await?;
    if !added.is_empty() {
        let detail = format!("{}: {added}", request.app.name);
        let change = Change {
            action: "connected-app.allow",
            subject: Some(request.app.id.0),
            detail: &detail,
        };
        audit::record(portal, &mut tx, actor, change).await?;
    }
    tx.commit().await?;
    let mut answer = vec![("code", code.expose())];
    answer.extend(request.state.map(|state| ("state", state)));
    answer.push(("iss", &policy.issuer));
    Ok(redirect(&request.redirect_uri, &answer))
}

/// RFC 6749 §4.1.2.1, with the issuer of RFC 9207.
fn error_address(policy: &Policy, redirect_uri: &str, state: Option<&str>, refusal: &Refusal) -> String {
    let mut answer = vec![
        ("error", refusal.code.code()),
        ("error_description", refusal.description.as_ref()),
    ];
    answer.extend(state.map(|state| ("state", state)));
    answer.push(("iss", &policy.issuer));
    redirect(redirect_uri, &answer)
}
