//! Who calls: the way from the account's API key to a connector that may read.

use crate::api::TurnedAway;
use crate::connector::Gate;
use crate::http::problem::{Kind, Problem};
use crate::http::rate_limit::Standing;
use crate::listener::note_authenticated;
use crate::middleware::ClientAddress;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use domain::integration::implementations::Connector;
use portal::integration::connectors::{self, Caller};
use std::net::{IpAddr, Ipv4Addr};

const KEY: HeaderName = HeaderName::from_static("x-api-key");

const CONNECTOR: HeaderName = HeaderName::from_static("x-connector");

/// More than any key is long: what is longer is not looked up.
const MAX_KEY: usize = 200;

/// A connector whose key works, and where it stands with its limit.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub caller: Caller,
    standing: Standing,
}

impl Admitted {
    /// The caller, and how to say with the answer where it stands.
    pub fn split(self) -> (Caller, impl FnOnce(Result<Response, Problem>) -> Response) {
        let standing = self.standing;
        let finish = |answer: Result<Response, Problem>| {
            let mut response = answer.unwrap_or_else(IntoResponse::into_response);
            standing.describe(response.headers_mut());
            response
        };
        (self.caller, finish)
    }
}

impl FromRequestParts<Gate> for Admitted {
    type Rejection = TurnedAway;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, TurnedAway> {
        let limits = &gate.limits;
        let address = parts.extensions.get::<ClientAddress>();
        let address = address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ClientAddress(address)| *address);
        let turned_away = |problem: Problem| match limits.count_address(address) {
            Ok(standing) => TurnedAway {
                problem,
                standing: Some(standing),
            },
            Err(reached) => reached.into(),
        };
        let (key, was_sent) = match key(&parts.headers) {
            Ok(key) => (key.filter(|key| !key.is_empty() && key.len() <= MAX_KEY), key.is_some()),
            Err(problem) => {
                limits.check(None, address)?;
                return Err(turned_away(problem));
            }
        };
        let count = key.map(|key| limits.credential("", Some(key)));
        limits.check(count, address)?;
        let (Some(key), Some(count)) = (key, count) else {
            return Err(turned_away(Problem::invalid_api_key(was_sent)));
        };
        let connector = connector(&parts.headers);
        let named = connector.as_ref().ok().cloned().flatten();
        let caller = connectors::authenticate(&gate.app.portal, key, named).await;
        let Some(caller) = caller.map_err(Problem::from)? else {
            return Err(turned_away(Problem::invalid_api_key(true)));
        };
        note_authenticated(&parts.extensions);
        let standing = limits.count_credential(count)?;
        match connector {
            Ok(_) => Ok(Self { caller, standing }),
            Err(problem) => Err(TurnedAway {
                problem,
                standing: Some(standing),
            }),
        }
    }
}

/// The API key, as `Authorization: Bearer KEY` (RFC 6750 §2.1) or `X-Api-Key: KEY`. Another scheme of Authorization may be
/// a proxy's, and is none of ours.
fn key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let bearers = headers.get_all(AUTHORIZATION).iter().filter_map(bearer);
    // What is no text is no key that works.
    let plain = headers.get_all(KEY).iter();
    let plain = plain.map(|value| value.to_str().unwrap_or_default().trim());
    let mut keys = bearers.chain(plain);
    match (keys.next(), keys.next()) {
        (key, None) => Ok(key),
        (_, Some(_)) => Err(Problem::new(
            Kind::Malformed,
            "Send the API key once, as Authorization: Bearer or as X-Api-Key.",
        )),
    }
}

fn bearer(value: &HeaderValue) -> Option<&str> {
    let (scheme, key) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
}

/// What the connector says of itself, if it does.
fn connector(headers: &HeaderMap) -> Result<Option<Connector>, Problem> {
    let mut values = headers.get_all(CONNECTOR).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Problem::field("X-Connector", "Give it once."));
    }
    let text = std::str::from_utf8(value.as_bytes());
    let text = text.map_err(|_| Problem::field("X-Connector", "Write it in UTF-8."))?;
    let connector = Connector::parse(text);
    connector
        .map(Some)
        .map_err(|error| Problem::field("X-Connector", error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headers: &[(HeaderName, &[u8])]) -> Result<Option<String>, u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        key(&map)
            .map(|key| key.map(str::to_owned))
            .map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn a_key_comes_in_one_of_two_ways() {
        let some = |key: &str| Ok(Some(key.to_owned()));
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[(KEY, b"abc")]), some("abc"));
        assert_eq!(read(&[(AUTHORIZATION, b"bearer  abc ")]), some("abc"));
        assert_eq!(read(&[(AUTHORIZATION, b"Basic abc")]), Ok(None));
        assert_eq!(read(&[(AUTHORIZATION, b"Basic abc"), (KEY, b"x")]), some("x"));
        assert_eq!(read(&[(KEY, b"\xff")]), some(""));
    }

    #[test]
    fn two_keys_are_not_chosen_from() {
        assert_eq!(read(&[(KEY, b"abc"), (KEY, b"abc")]), Err(400));
        assert_eq!(read(&[(AUTHORIZATION, b"Bearer a"), (KEY, b"a")]), Err(400));
        assert_eq!(
            read(&[(AUTHORIZATION, b"Bearer a"), (AUTHORIZATION, b"Bearer a")]),
            Err(400)
        );
    }
}
