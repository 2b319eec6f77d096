//! The DAM's own API, as far as the portal speaks it: tokens by client credentials, and assets.

use crate::crypto::secret::Secret;
use crate::http_client::{Outgoing, Trouble, leads_to, path};
use crate::infra::error::Error;
use crate::infra::portal::Portal;
use crate::integration::settings::{client_secret, published};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::ids::AccountId;
use domain::integration::selector::Dam as Kind;
use domain::oauth2::scopes::Scope;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use serde::Deserialize;
use url::{Url, form_urlencoded};

/// The longest answer of the DAM's that is read, in bytes.
const MAX: usize = 4 * 1024 * 1024;

/// The longest answer to a request for a token, in bytes.
const MAX_TOKEN: usize = 64 * 1024;

/// An account's DAM, as it is configured.
#[derive(Debug)]
pub(crate) struct Dam {
    /// Where it is.
    pub url: Url,
    /// Which kind it is.
    pub kind: Kind,
    /// Client id and secret, where both are set.
    pub client: Option<(String, Secret)>,
}

/// What the DAM says to a request for a token.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A token for these scopes.
    Token { bearer: HeaderValue, scopes: Vec<String> },
    /// An error of RFC 6749 §5.2.
    Refused { error: String, description: String },
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failed {
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// It answers, but not as a DAM does.
    #[error("{0} answered {1}.")]
    Odd(String, String),
}

impl Failed {
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Trouble(trouble) => trouble.remedy(),
            Self::Odd(..) => "Check that the Portal URL is that of the DAM, and not that of another site.",
        }
    }
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
    scope: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
    #[serde(default)]
    error_description: String,
}

impl Dam {
    /// The account's DAM; none where no Portal URL is set.
    pub async fn of(portal: &Portal, account: AccountId) -> crate::Result<Option<Self>> {
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

    /// What people call it.
    pub fn name(&self) -> &str {
        self.url.host_str().unwrap_or("the DAM")
    }

    /// Asks for a token with these scopes.
    pub async fn token(
        &self,
        outgoing: &Outgoing,
        (id, secret): &(String, Secret),
        scopes: &[Scope],
    ) -> Result<Answer, Failed> {
        let asked: Vec<&str> = scopes.iter().map(|scope| scope.code()).collect();
        let url = self.at("/v6/authentication/oauth2/token");
        let form: String = form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("scope", &asked.join(" "))
            .finish();
        let request = Request::builder()
            .method(Method::POST)
            .uri(path(&url))
            .header(ACCEPT, "application/json")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(AUTHORIZATION, basic(id, secret))
            .body(Bytes::from(form))
            .map_err(|error| Failed::Odd(self.name().to_owned(), error.to_string()))?;
        let response = outgoing.open(&url).await?.send(request, MAX_TOKEN).await?;
        // The secret has been sent to one server, and goes to no other.
        if let Some(location) = leads_to(&response) {
            let place = url
                .join(location)
                .ok()
                .map_or_else(String::new, |url| url.origin().ascii_serialization());
            return Err(Trouble::Redirected(self.name().to_owned(), place).into());
        }
        self.read_token(&response, &asked)
    }

    fn read_token(&self, response: &Response<Bytes>, asked: &[&str]) -> Result<Answer, Failed> {
        if response.status().is_success()
            && let Ok(token) = serde_json::from_slice::<Token>(response.body())
            && let Ok(mut bearer) = HeaderValue::try_from(format!("Bearer {}", token.access_token))
        {
            bearer.set_sensitive(true);
            // Left out, they are those that were asked for (RFC 6749 §5.1).
            let scopes = match token.scope {
                Some(scopes) => scopes.split_whitespace().map(str::to_owned).collect(),
                None => asked.iter().map(|scope| (*scope).to_owned()).collect(),
            };
            return Ok(Answer::Token { bearer, scopes });
        }
        if let Ok(refusal) = serde_json::from_slice::<Refusal>(response.body()) {
            return Ok(Answer::Refused {
                error: refusal.error,
                description: refusal.error_description,
            });
        }
        Err(self.odd(response))
    }

    /// Reads JSON from the DAM's API.
    pub async fn get(
        &self,
        outgoing: &Outgoing,
        path_and_query: &str,
        bearer: &HeaderValue,
    ) -> Result<serde_json::Value, Failed> {
        let response = outgoing.get(&self.at(path_and_query), Some(bearer), MAX).await?;
        if response.status() != StatusCode::OK {
            return Err(self.odd(&response));
        }
        serde_json::from_slice(response.body()).map_err(|_| self.odd(&response))
    }

    fn at(&self, path_and_query: &str) -> Url {
        // Both are ours, or normalised: they make an address.
        self.url.join(path_and_query).unwrap_or_else(|_| self.url.clone())
    }

    fn odd(&self, response: &Response<Bytes>) -> Failed {
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let what = format!(
            "{} with {}",
            response.status(),
            kind.unwrap_or("nothing that says what it is")
        );
        Failed::Odd(self.name().to_owned(), what)
    }
}

/// RFC 6749 §2.3.1.
fn basic(id: &str, secret: &Secret) -> HeaderValue {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Secret::new(format!("{}:{}", encoded(id), encoded(secret.expose())));
    let value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair.expose())));
    // Base 64 is always a header's value.
    let mut value = value.unwrap_or(HeaderValue::from_static(""));
    value.set_sensitive(true);
    value
}
