//! Tests the `oauth2` crate as a client. Requests to the public URL are forwarded to the server, as a proxy does.

use crate::test_server::{TestConfig, TestServer};
use domain::oauth2::Parameters;
use domain::oauth2::oauth_apps::AppForm;
use oauth2::basic::{BasicClient, BasicErrorResponseType, BasicRequestTokenError};
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IntrospectionUrl, PkceCodeChallenge, RedirectUrl, RequestTokenError, RevocationUrl, Scope,
    StandardRevocableToken, TokenIntrospectionResponse, TokenResponse, TokenUrl,
};
use reqwest::StatusCode;
use reqwest::redirect::Policy;
use rstest::rstest;
use serde_json::Value;
use std::net::SocketAddr;
use testing::Engine;

const CALLBACK: &str = "http://127.0.0.1:9/back";

type Client = BasicClient<EndpointSet, EndpointNotSet, EndpointSet, EndpointSet, EndpointSet>;

async fn send(server: SocketAddr, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let (parts, body) = request.into_parts();
    let url = format!("http://{server}{}", parts.uri.path());
    let http = reqwest::Client::builder().redirect(Policy::none()).build()?;
    let request = http.request(parts.method, url).headers(parts.headers).body(body);
    let received = request.send().await?;
    let mut response = HttpResponse::new(Vec::new());
    *response.status_mut() = received.status();
    *response.headers_mut() = received.headers().clone();
    *response.body_mut() = received.bytes().await?.to_vec();
    Ok(response)
}

/// Registers an app and returns its client, with the endpoints from the metadata.
async fn client(server: &TestServer, grant: &str, scopes: &[&str]) -> Client {
    let form = AppForm {
        name: format!("App with {grant}"),
        grant: grant.to_owned(),
        user: "ada@example.com".to_owned(),
        redirect_uris: CALLBACK.to_owned(),
        scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
    };
    let app = portal::oauth2::oauth_apps::create(server.portal(), &server.operator, form)
        .await
        .unwrap();
    let url = format!("http://{}/.well-known/oauth-authorization-server", server.address());
    let metadata: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    let at = |member: &str| metadata[member].as_str().unwrap().to_owned();
    let client = BasicClient::new(ClientId::new(app.id.to_string()))
        .set_auth_uri(AuthUrl::new(at("authorization_endpoint")).unwrap())
        .set_token_uri(TokenUrl::new(at("token_endpoint")).unwrap())
        .set_introspection_url(IntrospectionUrl::new(at("introspection_endpoint")).unwrap())
        .set_revocation_url(RevocationUrl::new(at("revocation_endpoint")).unwrap())
        .set_redirect_uri(RedirectUrl::new(CALLBACK.to_owned()).unwrap());
    match app.secret {
        Some(secret) => client.set_client_secret(ClientSecret::new(secret.expose().to_owned())),
        None => client,
    }
}

fn scope(word: &str) -> Scope {
    Scope::new(word.to_owned())
}

async fn current_user_status(server: &TestServer, token: &oauth2::AccessToken) -> StatusCode {
    let url = format!("http://{}/api/v4/currentUser", server.address());
    let request = reqwest::Client::new().get(url).bearer_auth(token.secret());
    request.send().await.unwrap().status()
}

fn error_code<T, E: std::error::Error + 'static>(
    outcome: Result<T, BasicRequestTokenError<E>>,
) -> BasicErrorResponseType {
    match outcome {
        Err(RequestTokenError::ServerResponse(response)) => response.error().clone(),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("granted"),
    }
}

#[rstest]
#[tokio::test]
async fn oauth2_crate_completes_client_credentials_introspection_and_revocation(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let address = server.address();
    let http = |request| send(address, request);
    let client = client(&server, "client_credentials", &["asset:read", "current.user:read"]).await;
    for auth_type in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = client.clone().set_auth_type(auth_type);
        let request = client
            .exchange_client_credentials()
            .add_scope(scope("current.user:read"));
        let granted = request.request_async(&http).await.unwrap();
        assert_eq!(granted.expires_in().unwrap().as_secs(), 3600);
        assert_eq!(granted.scopes().unwrap(), &vec![scope("current.user:read")]);
        assert!(granted.refresh_token().is_none());
        assert_eq!(current_user_status(&server, granted.access_token()).await, 200);

        let token = granted.access_token();
        let introspection = client.introspect(token).request_async(&http).await.unwrap();
        assert!(introspection.active());
        assert_eq!(introspection.client_id(), Some(client.client_id()));

        let revocable = StandardRevocableToken::from(token);
        let revocation = client.revoke_token(revocable).unwrap();
        revocation.request_async(&http).await.unwrap();
        assert_eq!(current_user_status(&server, token).await, 401);
        assert!(!client.introspect(token).request_async(&http).await.unwrap().active());
    }
    let wrong_secret = client.clone().set_client_secret(ClientSecret::new("guess".to_owned()));
    let rejected = wrong_secret.exchange_client_credentials().request_async(&http).await;
    assert_eq!(error_code(rejected), BasicErrorResponseType::InvalidClient);
    let unregistered_scope = client.exchange_client_credentials().add_scope(scope("admin.user:read"));
    let rejected = unregistered_scope.request_async(&http).await;
    assert_eq!(error_code(rejected), BasicErrorResponseType::InvalidScope);
}

#[rstest]
#[tokio::test]
async fn oauth2_crate_completes_authorization_code_with_pkce_and_refresh(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let server = TestServer::new(engine, TestConfig::default()).await;
    let address = server.address();
    let http = |request| send(address, request);
    for grant in ["authorization_code", "public"] {
        let client = client(&server, grant, &["offline", "current.user:read"]).await;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = client
            .authorize_url(CsrfToken::new_random)
            .add_scope(scope("offline"))
            .add_scope(scope("current.user:read"))
            .set_pkce_challenge(challenge)
            .url();
        let redirect_url = allow(&server, &url).await;
        let parameter = |name: &str| {
            let mut pairs = redirect_url.query_pairs();
            pairs.find(|(other, _)| other == name).unwrap().1.into_owned()
        };
        assert_eq!(&parameter("state"), state.secret());
        assert_eq!(parameter("iss"), "https://portal.example.com");

        let exchange = client.exchange_code(AuthorizationCode::new(parameter("code")));
        let granted = exchange.set_pkce_verifier(verifier).request_async(&http).await.unwrap();
        assert_eq!(current_user_status(&server, granted.access_token()).await, 200);
        let first = granted.refresh_token().unwrap();
        let renewed = client.exchange_refresh_token(first).request_async(&http).await.unwrap();
        let second = renewed.refresh_token().unwrap();
        // The refresh token of a public client rotates. A confidential client keeps its own.
        assert_eq!(first.secret() != second.secret(), grant == "public");
        assert_eq!(current_user_status(&server, renewed.access_token()).await, 200);

        let revocation = client.revoke_token(StandardRevocableToken::from(second)).unwrap();
        revocation.request_async(&http).await.unwrap();
        let rejected = client.exchange_refresh_token(second).request_async(&http).await;
        assert_eq!(error_code(rejected), BasicErrorResponseType::InvalidGrant);
        assert_eq!(current_user_status(&server, renewed.access_token()).await, 401);
    }
}

/// Grants the authorization request as Ada and returns the redirect URL.
async fn allow(server: &TestServer, authorization_url: &url::Url) -> url::Url {
    let ada = server.sign_in("ada@example.com").await;
    let policy = portal::oauth2::Policy {
        issuer: "https://portal.example.com".to_owned(),
    };
    let parameters = Parameters::parse(authorization_url.query().unwrap().as_bytes()).unwrap();
    let redirect_url = portal::oauth2::consents::allow(server.portal(), &policy, &ada, &parameters).await;
    redirect_url.unwrap().parse().unwrap()
}
