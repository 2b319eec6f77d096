//! The form that a client sends, and its proof of who it is (RFC 6749 §2.3.1).

use crate::http::body::{self, NotRead};
use crate::http::rate_limit::{Limits, Standing};
use crate::listener::ClientConnection;
use crate::middleware::ClientAddress;
use crate::oauth2::error::OauthError;
use crate::state::App;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::oauth1::{decode_form, is_form};
use domain::oauth2::{ErrorCode, Parameters, Refusal};
use portal::oauth2::{Client, Denied, authenticate_client};
use std::net::IpAddr;
use std::sync::Arc;

/// The longest form, in bytes.
const MAX: usize = 16 * 1024;

/// A form as it came, from an address.
pub struct Form {
    headers: HeaderMap,
    body: Bytes,
    address: Option<IpAddr>,
    connection: Option<ClientConnection>,
}

/// Who a client says it is.
struct Proof {
    id: String,
    secret: Option<String>,
}

impl Form {
    /// Reads the body. What stands in the query is not looked at: secrets there end up in logs (RFC 6749 §2.3.1).
    ///
    /// # Errors
    /// 415 for anything but a form, 413 for a long one, 400 for one that breaks off.
    pub async fn read(request: Request) -> Result<Self, OauthError> {
        let (parts, body) = request.into_parts();
        let is_form = parts
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|value| is_form(value.as_bytes()));
        if !is_form {
            return Err(OauthError::with_status(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                ErrorCode::InvalidRequest,
                "Send application/x-www-form-urlencoded.",
            ));
        }
        let address = parts.extensions.get::<ClientAddress>().map(|ClientAddress(ip)| *ip);
        let connection = parts.extensions.get::<ClientConnection>().cloned();
        Ok(Self {
            headers: parts.headers,
            body: body::read(body, MAX).await.map_err(not_read)?,
            address,
            connection,
        })
    }

    /// The parameters.
    ///
    /// # Errors
    /// `invalid_request` for what cannot be read.
    pub fn parameters(&self) -> Result<Parameters<'_>, Refusal> {
        Parameters::parse(&self.body)
            .map_err(|error| Refusal::new(ErrorCode::InvalidRequest, format!("The form cannot be read: {error}.")))
    }

    /// The body as it came, if it is text.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }

    /// The client that sent it, once it has proved itself and has been counted.
    ///
    /// # Errors
    /// `invalid_client`, `invalid_request` for two proofs at a time, 429 where a limit is reached.
    pub async fn client(
        &self,
        app: &App,
        limits: &Limits,
        parameters: &Parameters<'_>,
    ) -> Result<(Arc<Client>, Standing), OauthError> {
        let address = self.address.unwrap_or(IpAddr::from([0, 0, 0, 0]));
        let refuse = |refusal: Refusal| match limits.count_address(address) {
            Ok(standing) => OauthError::from(refusal).with_standing(standing),
            Err(reached) => reached.into(),
        };
        let proof = match self.proof(parameters) {
            Ok(proof) => proof,
            Err(refusal) => {
                limits.check(None, address)?;
                return Err(refuse(refusal));
            }
        };
        let key = limits.credential(&proof.id, None);
        limits.check(Some(key), address)?;
        match authenticate_client(&app.portal, &proof.id, proof.secret.as_deref()).await {
            Ok(client) => {
                // A public client's id is no secret.
                if let (Some(connection), Some(_)) = (&self.connection, &proof.secret) {
                    connection.note_authenticated();
                }
                Ok((client, limits.count_credential(key)?))
            }
            Err(Denied::Refused(refusal)) => Err(refuse(refusal)),
            Err(error) => Err(error.into()),
        }
    }

    fn proof(&self, parameters: &Parameters<'_>) -> Result<Proof, Refusal> {
        let in_body = parameters.get("client_id")?;
        let secret = parameters.get("client_secret")?;
        let mut headers = self.headers.get_all(AUTHORIZATION).iter();
        let header = headers.next();
        if headers.next().is_some() {
            return Err(Refusal::new(
                ErrorCode::InvalidRequest,
                "Send one Authorization header.",
            ));
        }
        let Some(header) = header else {
            let id = in_body.ok_or_else(|| {
                Refusal::new(
                    ErrorCode::InvalidClient,
                    "Send client_id, and client_secret unless the client is public.",
                )
            })?;
            return Ok(Proof {
                id: id.to_owned(),
                secret: secret.map(str::to_owned),
            });
        };
        let basic = basic(header.as_bytes()).ok_or_else(|| {
            Refusal::new(
                ErrorCode::InvalidClient,
                "The Authorization header is not Basic, or broken.",
            )
        })?;
        if secret.is_some() || in_body.is_some_and(|id| id != basic.id) {
            return Err(Refusal::new(
                ErrorCode::InvalidRequest,
                "Prove the client in the header or in the body, not in both.",
            ));
        }
        Ok(basic)
    }
}

/// RFC 7617, with both halves encoded as a form has them (RFC 6749 §2.3.1).
fn basic(header: &[u8]) -> Option<Proof> {
    let text = std::str::from_utf8(header).ok()?;
    let (scheme, credentials) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(credentials.trim()).ok()?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    let id = decode_form(&decoded[..colon]).ok()?.into_owned();
    let secret = decode_form(&decoded[colon + 1..]).ok()?.into_owned();
    Some(Proof {
        id,
        // A public client may send an empty one.
        secret: (!secret.is_empty()).then_some(secret),
    })
}

fn not_read(error: NotRead) -> OauthError {
    let (status, code) = match error {
        NotRead::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::InvalidRequest),
        NotRead::BrokeOff => (StatusCode::BAD_REQUEST, ErrorCode::InvalidRequest),
        NotRead::TooSlow => (StatusCode::REQUEST_TIMEOUT, ErrorCode::InvalidRequest),
        NotRead::NoMemory => (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::TemporarilyUnavailable),
    };
    OauthError::with_status(status, code, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse;

    fn read(header: &str) -> Option<(String, Option<String>)> {
        basic(header.as_bytes()).map(|proof| (proof.id, proof.secret))
    }

    #[test]
    fn a_body_that_finds_no_room_may_be_sent_again() {
        let response = not_read(NotRead::NoMemory).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()["retry-after"], "1");
    }

    #[test]
    fn basic_credentials_are_decoded_twice() {
        let header = |text: &str| format!("Basic {}", STANDARD.encode(text));
        assert_eq!(
            read(&header("id:a%2Bb")),
            Some(("id".to_owned(), Some("a+b".to_owned())))
        );
        assert_eq!(read(&header("id:")), Some(("id".to_owned(), None)));
        assert_eq!(read(&header("id:a:b")), Some(("id".to_owned(), Some("a:b".to_owned()))));
        for broken in [
            header("id"),
            header("id:%zz"),
            "Basic ?".to_owned(),
            "Bearer x".to_owned(),
            "Basic".to_owned(),
        ] {
            assert_eq!(read(&broken), None, "{broken}");
        }
    }
}
