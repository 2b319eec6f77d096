//! Implements a client of the DAM's API: access tokens by client credentials, and assets.

use crate::crypto::secret::Secret;
use crate::http_client::{HttpClient, HttpClientError, path, redirect_location};
use crate::infra::error::Error;
use crate::infra::portal::Portal;
use crate::integration::settings::{client_secret, published};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::coded_enum::CodedEnum;
use domain::ids::AccountId;
use domain::integration::selector::Dam as Kind;
use domain::oauth2::scopes::Scope;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde::Deserialize;
use url::{Url, form_urlencoded};

/// The maximum size of a response, in bytes.
const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;

/// The maximum size of a token response, in bytes.
const MAX_TOKEN_RESPONSE_BYTES: usize = 64 * 1024;

/// Holds an account's DAM connection.
#[derive(Debug)]
pub(crate) struct Dam {
    /// The Portal URL.
    pub url: Url,
    /// The type of DAM.
    pub kind: Kind,
    /// The client ID and secret, if both are set.
    pub client: Option<(String, Secret)>,
}

/// Holds the DAM's response to a token request.
#[derive(Debug)]
pub(crate) enum TokenResponse {
    /// A token with these scopes.
    Token { bearer: HeaderValue, scopes: Vec<String> },
    /// An error response (RFC 6749 §5.2).
    Rejected { error: String, description: String },
}

/// Describes why a request to the DAM failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DamError {
    #[error(transparent)]
    Http(#[from] HttpClientError),
    /// The response isn't one of a DAM.
    #[error("Unexpected response from {0}: {1}.")]
    UnexpectedResponse(String, String),
}

impl DamError {
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Http(error) => error.remedy(),
            Self::UnexpectedResponse(..) => "Check that the Portal URL is that of the DAM, not of another site.",
        }
    }
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct ErrorResponse {
    error: String,
    #[serde(default)]
    error_description: String,
}

impl Dam {
    /// Loads the account's DAM connection. Returns `None` if no Portal URL is set.
    pub async fn load(portal: &Portal, account: AccountId) -> crate::Result<Option<Self>> {
        let published = published(portal, account).await?;
        let connection = &published.settings.portal;
        let Some(url) = &connection.url else { return Ok(None) };
        let secret = client_secret(portal, account).await?;
        Ok(Some(Self {
            url: Url::parse(url).map_err(Error::internal)?,
            kind: connection.dam,
            client: connection.client_id.clone().zip(secret),
        }))
    }

    /// Returns the DAM's host name for messages.
    pub fn name(&self) -> &str {
        self.url.host_str().unwrap_or("the DAM")
    }

    /// Requests a token with these scopes.
    pub async fn token(
        &self,
        http: &HttpClient,
        (id, secret): &(String, Secret),
        scopes: &[Scope],
    ) -> Result<TokenResponse, DamError> {
        let requested: Vec<&str> = scopes.iter().map(|scope| scope.code()).collect();
        let url = self.join("/v6/authentication/oauth2/token");
        let form: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", &requested.join(" "))
            .finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(path(&url))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(AUTHORIZATION, basic_auth(id, secret))
            .body(Bytes::from(form))
            .map_err(|error| DamError::UnexpectedResponse(self.name().to_owned(), error.to_string()))?;
        let response = http.open(&url).await?.send(request, MAX_TOKEN_RESPONSE_BYTES).await?;
        // The secret is not sent to another server, so redirects are rejected.
        if let Some(location) = redirect_location(&response) {
            let target = url
                .join(location)
                .ok()
                .map_or_else(String::new, |url| url.origin().ascii_serialization());
            return Err(HttpClientError::Redirected(self.name().to_owned(), target).into());
        }
        self.read_token(&response, &requested)
    }

    fn read_token(&self, response: &Response<Bytes>, requested: &[&str]) -> Result<TokenResponse, DamError> {
        if response.status().is_success()
            && let Ok(token) = serde_json::from_slice::<Token>(response.body())
            && let Ok(mut bearer) = HeaderValue::try_from(format!("Bearer {}", token.access_token))
        {
            bearer.set_sensitive(true);
            // An omitted scope means the requested scopes (RFC 6749 §5.1).
            let scopes = match token.scope {
                Some(scopes) => scopes.split_whitespace().map(str::to_owned).collect(),
                None => requested.iter().map(|scope| (*scope).to_owned()).collect(),
            };
            return Ok(TokenResponse::Token { bearer, scopes });
        }
        if let Ok(error) = serde_json::from_slice::<ErrorResponse>(response.body()) {
            return Ok(TokenResponse::Rejected {
                error: error.error,
                description: error.error_description,
            });
        }
        Err(self.unexpected(response))
    }

    /// Gets JSON from the DAM's API.
    pub async fn get(
        &self,
        http: &HttpClient,
        path_and_query: &str,
        bearer: &HeaderValue,
    ) -> Result<serde_json::Value, DamError> {
        let response = http
            .get(&self.join(path_and_query), Some(bearer), MAX_RESPONSE_BYTES)
            .await?;
        if response.status() != StatusCode::OK {
            return Err(self.unexpected(&response));
        }
        serde_json::from_slice(response.body()).map_err(|_| self.unexpected(&response))
    }

    fn join(&self, path_and_query: &str) -> Url {
        // The base URL is normalized and the path is a constant, so joining them can't fail.
        self.url.join(path_and_query).unwrap_or_else(|_| self.url.clone())
    }

    fn unexpected(&self, response: &Response<Bytes>) -> DamError {
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let what = format!("{} ({})", response.status(), kind.unwrap_or("no content type"));
        DamError::UnexpectedResponse(self.name().to_owned(), what)
    }
}

/// Returns the header of HTTP Basic authentication for a client (RFC 6749 §2.3.1).
fn basic_auth(id: &str, secret: &Secret) -> HeaderValue {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Secret::new(format!("{}:{}", encoded(id), encoded(secret.expose())));
    let value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair.expose())));
    // Base64 is always a valid header value.
    let mut value = value.unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}
