//! An OAuth 1.0 client, written from RFC 5849 independently of the portal.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::oauth1::consumers::Consumer;
use domain::oauth1::{OauthProblem, Request};
use portal::oauth1::consumers::WithSecret;
use portal::oauth1::request_tokens::{self, IssuedToken};
use portal::oauth1::{Policy, RequestError};
use portal::{Actor, Portal};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The public origin of the portal in tests.
pub const ORIGIN: &str = "https://portal.example.com";

/// Signs requests with the credentials of a consumer and optionally a token.
#[derive(Debug, Clone)]
pub struct Oauth1Client {
    pub consumer_key: String,
    pub consumer_secret: String,
    pub token: Option<(String, String)>,
}

/// Describes a request before it is signed.
pub struct ApiRequest<'a> {
    pub http_method: &'a str,
    pub path: &'a str,
    pub signature_method: &'a str,
    pub timestamp: i64,
    pub nonce: String,
    pub extra_parameters: Vec<(&'a str, &'a str)>,
}

impl ApiRequest<'_> {
    /// Returns a GET request with the current timestamp and a new nonce, to be signed with HMAC-SHA1.
    pub fn now(portal: &Portal) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            http_method: "GET",
            path: "/api/v4/currentUser",
            signature_method: "HMAC-SHA1",
            timestamp: portal.now().seconds(),
            nonce: format!("nonce-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)),
            extra_parameters: Vec::new(),
        }
    }
}

impl Oauth1Client {
    pub fn new(consumer: &WithSecret<Consumer>) -> Self {
        Self {
            consumer_key: consumer.value.key.clone(),
            consumer_secret: consumer.secret.expose().to_owned(),
            token: None,
        }
    }

    pub fn with_token(mut self, token: &str, secret: &str) -> Self {
        self.token = Some((token.to_owned(), secret.to_owned()));
        self
    }

    pub fn with(self, issued: &IssuedToken) -> Self {
        self.with_token(&issued.token, issued.secret.expose())
    }

    /// Returns the signed `Authorization` header of a request.
    pub fn header(&self, call: &ApiRequest<'_>) -> String {
        self.header_signed_by(call, |base_string| self.sign(call.signature_method, base_string))
    }

    /// Returns the `Authorization` header of a request with the signature that `sign` returns.
    pub fn header_signed_by(&self, call: &ApiRequest<'_>, sign: impl FnOnce(&str) -> String) -> String {
        let timestamp = call.timestamp.to_string();
        let mut parameters = vec![
            ("oauth_consumer_key", self.consumer_key.as_str()),
            ("oauth_signature_method", call.signature_method),
            ("oauth_timestamp", &timestamp),
            ("oauth_nonce", &call.nonce),
            ("oauth_version", "1.0"),
        ];
        if let Some((token, _)) = &self.token {
            parameters.push(("oauth_token", token));
        }
        parameters.extend(&call.extra_parameters);
        let mut pairs: Vec<_> = parameters
            .iter()
            .map(|(name, value)| (encode(name), encode(value)))
            .collect();
        pairs.sort();
        let normalized: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let uri = format!("{ORIGIN}{}", call.path);
        let base_string = format!(
            "{}&{}&{}",
            call.http_method,
            encode(&uri),
            encode(&normalized.join("&"))
        );
        let signature = sign(&base_string);
        pairs.push(("oauth_signature".to_owned(), encode(&signature)));
        let quoted: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\""))
            .collect();
        format!("OAuth {}", quoted.join(", "))
    }

    fn sign(&self, method: &str, base_string: &str) -> String {
        let token_secret = self.token.as_ref().map_or("", |(_, secret)| secret);
        let key = format!("{}&{}", encode(&self.consumer_secret), encode(token_secret));
        let algorithm = match method {
            "HMAC-SHA1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            "HMAC-SHA256" => hmac::HMAC_SHA256,
            _ => return key,
        };
        let key = hmac::Key::new(algorithm, key.as_bytes());
        STANDARD.encode(hmac::sign(&key, base_string.as_bytes()))
    }

    /// Signs a default request and sends it.
    pub async fn call(&self, portal: &Portal) -> Result<Arc<Actor>, RequestError> {
        self.send(portal, &ApiRequest::now(portal)).await
    }

    pub async fn send(&self, portal: &Portal, call: &ApiRequest<'_>) -> Result<Arc<Actor>, RequestError> {
        send(portal, call, &self.header(call)).await
    }

    /// Obtains a request token (RFC 5849 section 2.1).
    pub async fn obtain_request_token(
        &self,
        portal: &Portal,
        callback: Option<&str>,
    ) -> Result<IssuedToken, RequestError> {
        let app = Self {
            token: None,
            ..self.clone()
        };
        let mut call = ApiRequest::now(portal);
        (call.http_method, call.path) = ("POST", "/api/v4/oauth/request_token/");
        call.extra_parameters
            .extend(callback.map(|callback| ("oauth_callback", callback)));
        let header = app.header(&call);
        let request = Request::new(call.http_method, call.path, None).authorization(header.as_bytes());
        request_tokens::issue(portal, &policy(), &request.parse()?).await
    }

    /// Exchanges a request token for an access token (RFC 5849 section 2.3).
    pub async fn exchange(
        &self,
        portal: &Portal,
        request_token: &IssuedToken,
        verifier: Option<&str>,
    ) -> Result<IssuedToken, RequestError> {
        let app = self.clone().with(request_token);
        let mut call = ApiRequest::now(portal);
        (call.http_method, call.path) = ("POST", "/api/v4/oauth/access_token/");
        call.extra_parameters
            .extend(verifier.map(|verifier| ("oauth_verifier", verifier)));
        let header = app.header(&call);
        let request = Request::new(call.http_method, call.path, None).authorization(header.as_bytes());
        request_tokens::exchange(portal, &policy(), &request.parse()?).await
    }
}

/// Sends a request with this `Authorization` header.
pub async fn send(portal: &Portal, call: &ApiRequest<'_>, header: &str) -> Result<Arc<Actor>, RequestError> {
    let request = Request::new(call.http_method, call.path, None).authorization(header.as_bytes());
    portal::oauth1::authenticate(portal, &policy(), &request.parse()?, "192.0.2.7").await
}

pub fn policy() -> Policy {
    Policy {
        origin: ORIGIN.parse().unwrap(),
        own_origins: Vec::new(),
        plaintext_without_tls: false,
    }
}

/// Returns the OAuth problem of a rejected request.
///
/// # Panics
/// Panics if the request was accepted or failed with a portal error.
#[track_caller]
pub fn problem<T: std::fmt::Debug>(result: Result<T, RequestError>) -> OauthProblem {
    match result {
        Err(RequestError::Rejected(error)) => error.problem(),
        other => panic!("expected an OAuth 1 error, got {other:?}"),
    }
}

/// Percent-encodes text (RFC 5849 section 3.6).
fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
