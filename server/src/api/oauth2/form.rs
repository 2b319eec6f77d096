//! Form requests to the OAuth 2.0 endpoints, and client authentication (RFC 6749 §2.3.1).

use crate::api::oauth2::error::OauthErrorResponse;
use crate::http::ClientAddress;
use crate::http::body::{self, ReadBodyError};
use crate::http::rate_limit::{RateLimitStatus, RateLimits};
use crate::listener::ClientConnection;
use crate::state::AppState;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::oauth1::{decode_form, is_form};
use domain::oauth2::{ErrorCode, Oauth2Error, Parameters};
use portal::Secret;
use portal::oauth2::{Client, RequestError, authenticate_client};
use std::net::IpAddr;
use std::sync::Arc;
use zeroize::Zeroizing;

/// The maximum size of a form in bytes.
const MAX_FORM_BYTES: usize = 16 * 1024;

/// Represents a form request.
pub struct Form {
    headers: HeaderMap,
    body: Bytes,
    address: Option<IpAddr>,
    connection: Option<ClientConnection>,
}

/// Holds the credentials that a client has sent.
struct ClientCredentials {
    id: String,
    secret: Option<Secret>,
}

impl Form {
    /// Reads the body. Parameters in the query are ignored because secrets there could end up in logs (RFC 6749
    /// §2.3.1).
    ///
    /// # Errors
    /// Returns 415 if the body is not a form, 413 if it is too large, 400 if it is incomplete, 408 if it times out.
    pub async fn read(request: Request) -> Result<Self, OauthErrorResponse> {
        let (parts, body) = request.into_parts();
        let is_form = parts
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|value| is_form(value.as_bytes()));
        if !is_form {
            return Err(OauthErrorResponse::with_status(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ErrorCode::InvalidRequest,
                "Set Content-Type to application/x-www-form-urlencoded.",
            ));
        }
        let address = parts.extensions.get::<ClientAddress>().map(|ClientAddress(ip)| *ip);
        let connection = parts.extensions.get::<ClientConnection>().cloned();
        Ok(Self {
            headers: parts.headers,
            body: body::read(body, MAX_FORM_BYTES).await.map_err(body_error)?,
            address,
            connection,
        })
    }

    /// Parses the parameters.
    ///
    /// # Errors
    /// Returns `invalid_request` if the form is malformed.
    pub fn parameters(&self) -> Result<Parameters<'_>, Oauth2Error> {
        Parameters::parse(&self.body)
            .map_err(|error| Oauth2Error::new(ErrorCode::InvalidRequest, format!("Couldn't parse the form: {error}.")))
    }

    /// Returns the raw body if it is UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }

    /// Authenticates the client and counts the request.
    ///
    /// # Errors
    /// Returns `invalid_client` if authentication fails, `invalid_request` if credentials are sent in both header and body,
    /// 429 if a rate limit is exceeded.
    pub async fn authenticate_client(
        &self,
        app: &AppState,
        limits: &RateLimits,
        parameters: &Parameters<'_>,
    ) -> Result<(Arc<Client>, RateLimitStatus), OauthErrorResponse> {
        let address = self.address.unwrap_or(IpAddr::from([0, 0, 0, 0]));
        let reject = |error: Oauth2Error| match limits.count_address(address) {
            Ok(rate_limit) => OauthErrorResponse::from(error).with_rate_limit(rate_limit),
            Err(exceeded) => exceeded.into(),
        };
        let credentials = match self.client_credentials(parameters) {
            Ok(credentials) => credentials,
            Err(error) => {
                limits.check(None, address)?;
                return Err(reject(error));
            }
        };
        let key = limits.credential_key(&credentials.id, None);
        limits.check(Some(key), address)?;
        match authenticate_client(&app.portal, &credentials.id, credentials.secret.as_ref()).await {
            Ok(client) => {
                // The id of a public client is not a credential.
                if let (Some(connection), Some(_)) = (&self.connection, &credentials.secret) {
                    connection.mark_authenticated();
                }
                Ok((client, limits.count_credential(key)?))
            }
            Err(RequestError::Rejected(error)) => Err(reject(error)),
            Err(error) => Err(error.into()),
        }
    }

    fn client_credentials(&self, parameters: &Parameters<'_>) -> Result<ClientCredentials, Oauth2Error> {
        let in_body = parameters.get("client_id")?;
        let secret = parameters.get("client_secret")?;
        let mut headers = self.headers.get_all(AUTHORIZATION).iter();
        let header = headers.next();
        if headers.next().is_some() {
            return Err(Oauth2Error::new(
                ErrorCode::InvalidRequest,
                "Send only one Authorization header.",
            ));
        }
        let Some(header) = header else {
            let id = in_body.ok_or_else(|| {
                Oauth2Error::new(
                    ErrorCode::InvalidClient,
                    "Send client_id, and client_secret unless the client is public.",
                )
            })?;
            return Ok(ClientCredentials {
                id: id.to_owned(),
                secret: secret.map(|secret| Secret::new(secret.to_owned())),
            });
        };
        let basic = parse_basic(header.as_bytes()).ok_or_else(|| {
            Oauth2Error::new(
                ErrorCode::InvalidClient,
                "The Authorization header must contain valid Basic credentials.",
            )
        })?;
        if secret.is_some() || in_body.is_some_and(|id| id != basic.id) {
            return Err(Oauth2Error::new(
                ErrorCode::InvalidRequest,
                "Send client credentials in the header or the body, not both.",
            ));
        }
        Ok(basic)
    }
}

/// Parses Basic credentials (RFC 7617). ID and secret are form-encoded (RFC 6749 §2.3.1).
fn parse_basic(header: &[u8]) -> Option<ClientCredentials> {
    let text = std::str::from_utf8(header).ok()?;
    let (scheme, credentials) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(STANDARD.decode(credentials.trim()).ok()?);
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    let id = decode_form(&decoded[..colon]).ok()?.into_owned();
    let secret = Secret::new(decode_form(&decoded[colon + 1..]).ok()?.into_owned());
    Some(ClientCredentials {
        id,
        // A public client may send an empty secret.
        secret: (!secret.expose().is_empty()).then_some(secret),
    })
}

fn body_error(error: ReadBodyError) -> OauthErrorResponse {
    let (status, code) = match error {
        ReadBodyError::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::InvalidRequest),
        ReadBodyError::Incomplete => (StatusCode::BAD_REQUEST, ErrorCode::InvalidRequest),
        ReadBodyError::TimedOut => (StatusCode::REQUEST_TIMEOUT, ErrorCode::InvalidRequest),
        ReadBodyError::NoMemory => (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::TemporarilyUnavailable),
    };
    OauthErrorResponse::with_status(status, code, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;

    fn read(header: &str) -> Option<(String, Option<String>)> {
        let credentials = parse_basic(header.as_bytes())?;
        let secret = credentials.secret.map(|secret| secret.expose().to_owned());
        Some((credentials.id, secret))
    }

    #[test]
    fn body_without_memory_left_is_retryable() {
        let response = body_error(ReadBodyError::NoMemory).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], "1");
    }

    #[test]
    fn basic_credentials_are_base64_and_form_decoded() {
        let header = |text: &str| format!("Basic {}", STANDARD.encode(text));
        assert_eq!(
            read(&header("id:a%2Bb")),
            Some(("id".to_owned(), Some("a+b".to_owned())))
        );
        assert_eq!(read(&header("id:")), Some(("id".to_owned(), None)));
        assert_eq!(read(&header("id:a:b")), Some(("id".to_owned(), Some("a:b".to_owned()))));
        for malformed in [
            header("id"),
            header("id:%zz"),
            "Basic ?".to_owned(),
            "Bearer x".to_owned(),
            "Basic".to_owned(),
        ] {
            assert_eq!(read(&malformed), None, "{malformed}");
        }
    }
}
