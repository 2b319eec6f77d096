//! Authentication of connector requests by the account's API key.

use crate::api::connector::ConnectorState;
use crate::http::problem::{Kind, Problem};
use crate::http::rate_limit::RateLimitStatus;
use crate::http::{AuthRejection, ClientAddress};
use crate::listener::mark_authenticated;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use domain::integration::implementations::Connector;
use portal::integration::connectors::{self, ConnectorIdentity};
use std::net::{IpAddr, Ipv4Addr};

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");

const X_CONNECTOR: HeaderName = HeaderName::from_static("x-connector");

/// The maximum length of an API key in bytes. Longer values are rejected without a lookup; every valid key is shorter.
const MAX_API_KEY_LENGTH: usize = 200;

/// Extracts a connector that has sent a valid API key, and the status of its rate limit.
#[derive(Debug)]
pub(crate) struct AuthenticatedConnector {
    pub caller: ConnectorIdentity,
    rate_limit: RateLimitStatus,
}

impl AuthenticatedConnector {
    /// Returns the connector's identity, and a function that makes the response and adds the rate limit headers.
    pub fn into_parts(self) -> (ConnectorIdentity, impl FnOnce(Result<Response, Problem>) -> Response) {
        let rate_limit = self.rate_limit;
        let respond = |result: Result<Response, Problem>| {
            let mut response = result.unwrap_or_else(IntoResponse::into_response);
            rate_limit.insert_headers(response.headers_mut());
            response
        };
        (self.caller, respond)
    }
}

impl FromRequestParts<ConnectorState> for AuthenticatedConnector {
    type Rejection = AuthRejection;

    async fn from_request_parts(parts: &mut Parts, state: &ConnectorState) -> Result<Self, AuthRejection> {
        let limits = &state.limits;
        let address = parts.extensions.get::<ClientAddress>();
        let address = address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ClientAddress(address)| *address);
        let rejection = |problem: Problem| match limits.count_address(address) {
            Ok(rate_limit) => AuthRejection {
                problem,
                rate_limit: Some(rate_limit),
            },
            Err(exceeded) => exceeded.into(),
        };
        let (key, was_sent) = match api_key(&parts.headers) {
            Ok(key) => (
                key.filter(|key| !key.is_empty() && key.len() <= MAX_API_KEY_LENGTH),
                key.is_some(),
            ),
            Err(problem) => {
                limits.check(None, address)?;
                return Err(rejection(problem));
            }
        };
        let credential = key.map(|key| limits.credential_key("", Some(key)));
        limits.check(credential, address)?;
        let (Some(key), Some(credential)) = (key, credential) else {
            return Err(rejection(Problem::invalid_api_key(was_sent)));
        };
        let connector = parse_connector(&parts.headers);
        let valid_connector = connector.as_ref().ok().cloned().flatten();
        let caller = connectors::authenticate(&state.app.portal, key, valid_connector).await;
        let Some(caller) = caller.map_err(Problem::from)? else {
            return Err(rejection(Problem::invalid_api_key(true)));
        };
        mark_authenticated(&parts.extensions);
        let rate_limit = limits.count_credential(credential)?;
        match connector {
            Ok(_) => Ok(Self { caller, rate_limit }),
            Err(problem) => Err(AuthRejection {
                problem,
                rate_limit: Some(rate_limit),
            }),
        }
    }
}

/// Returns the API key in `Authorization: Bearer KEY` (RFC 6750 §2.1) or `X-Api-Key: KEY`. Other Authorization schemes
/// are ignored because they may be meant for a proxy.
fn api_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let bearer_tokens = headers.get_all(AUTHORIZATION).iter().filter_map(bearer_token);
    // A value that is not text becomes an empty key, which is invalid.
    let api_keys = headers.get_all(X_API_KEY).iter();
    let api_keys = api_keys.map(|value| value.to_str().unwrap_or_default().trim());
    let mut keys = bearer_tokens.chain(api_keys);
    match (keys.next(), keys.next()) {
        (key, None) => Ok(key),
        (_, Some(_)) => Err(Problem::new(
            Kind::Malformed,
            "Send the API key only once, in either the Authorization or the X-Api-Key header.",
        )),
    }
}

fn bearer_token(value: &HeaderValue) -> Option<&str> {
    let (scheme, key) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// Parses the `X-Connector` header, with which a connector identifies itself.
fn parse_connector(headers: &HeaderMap) -> Result<Option<Connector>, Problem> {
    let mut values = headers.get_all(X_CONNECTOR).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::invalid_field("X-Connector", "Send this header only once."));
    }
    let text = std::str::from_utf8(value.as_bytes());
    let text = text.map_err(|_| Problem::invalid_field("X-Connector", "Must be valid UTF-8."))?;
    let connector = Connector::parse(text);
    connector
        .map(Some)
        .map_err(|error| Problem::invalid_field("X-Connector", error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(HeaderName, &[u8])]) -> Result<Option<String>, u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        api_key(&map)
            .map(|key| key.map(str::to_owned))
            .map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn api_key_is_read_from_either_header() {
        let some = |key: &str| Ok(Some(key.to_owned()));
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[(X_API_KEY, b"abc")]), some("abc"));
        assert_eq!(read(&[(AUTHORIZATION, b"bearer  abc ")]), some("abc"));
        assert_eq!(read(&[(AUTHORIZATION, b"Basic abc")]), Ok(None));
        assert_eq!(read(&[(AUTHORIZATION, b"Basic abc"), (X_API_KEY, b"x")]), some("x"));
        assert_eq!(read(&[(X_API_KEY, b"\xff")]), some(""));
    }

    #[test]
    fn two_api_keys_are_rejected() {
        assert_eq!(read(&[(X_API_KEY, b"abc"), (X_API_KEY, b"abc")]), Err(400));
        assert_eq!(read(&[(AUTHORIZATION, b"Bearer a"), (X_API_KEY, b"a")]), Err(400));
        assert_eq!(
            read(&[(AUTHORIZATION, b"Bearer a"), (AUTHORIZATION, b"Bearer a")]),
            Err(400)
        );
    }
}
