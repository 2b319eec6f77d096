//! The two requests that try an app: the token request and an API request with the token, as curl commands and as requests
//! of the browser.

use domain::oauth1::encode_form;
use domain::oauth2::scopes::Scopes;
use gloo_net::http::{Request, RequestBuilder};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::js_sys::{JSON, Reflect};
use web_sys::RequestCredentials;

/// Path of the token endpoint.
const TOKEN_PATH: &str = "/v6/authentication/oauth2/token";

/// Holds a request and its response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Method and path.
    pub request: String,
    /// The status of the response. `None` if there was no response.
    pub status: Option<u16>,
    /// The body of the response; JSON is indented.
    pub body: String,
}

/// Returns the curl command of the token request. The secret is read from the shell variable `CLIENT_SECRET`.
pub fn token_curl(public_url: &str, client_id: &str, scopes: Scopes) -> String {
    let scope = if scopes.is_empty() {
        String::new()
    } else {
        format!(" \\\n  --data-urlencode 'scope={scopes}'")
    };
    format!(
        "curl --silent --show-error '{public_url}{TOKEN_PATH}' \\\n  --data-urlencode 'grant_type=client_credentials' \\\n  \
         --data-urlencode 'client_id={client_id}' \\\n  --data-urlencode \"client_secret=$CLIENT_SECRET\"{scope}"
    )
}

/// Returns the curl command of the API request. The token is read from the shell variable `ACCESS_TOKEN`.
pub fn call_curl(public_url: &str, path: &str) -> String {
    format!("curl --silent --show-error '{public_url}{path}' \\\n  --header \"Authorization: Bearer $ACCESS_TOKEN\"")
}

/// Requests a token with client credentials (RFC 6749 §4.4).
pub async fn get_token(client_id: &str, secret: &str, scopes: Scopes) -> (Option<String>, Exchange) {
    let scope = scopes.to_string();
    let mut parameters = vec![
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_secret", secret),
    ];
    if !scopes.is_empty() {
        parameters.push(("scope", &scope));
    }
    let request = Request::post(TOKEN_PATH).header("content-type", "application/x-www-form-urlencoded");
    let response = send(request, Some(encode_form(&parameters))).await;
    let token = response.as_ref().and_then(|(_, text)| {
        let json = JSON::parse(text).ok()?;
        Reflect::get(&json, &JsValue::from_str("access_token"))
            .ok()?
            .as_string()
    });
    (token, exchange(format!("POST {TOKEN_PATH}"), response))
}

/// Calls the API with a token (RFC 6750 §2.1).
pub async fn call_endpoint(path: &str, token: &str) -> Exchange {
    let request = Request::get(path).header("authorization", &format!("Bearer {token}"));
    let response = send(request, None).await;
    exchange(format!("GET {path}"), response)
}

fn exchange(request: String, response: Option<(u16, String)>) -> Exchange {
    Exchange {
        request,
        status: response.as_ref().map(|(status, _)| *status),
        body: response.map(|(_, text)| indent_json(text)).unwrap_or_default(),
    }
}

/// Sends a request to this server and returns the status and text of the response. The session cookie is not sent, because a
/// program would not have one.
async fn send(request: RequestBuilder, body: Option<String>) -> Option<(u16, String)> {
    let request = request.credentials(RequestCredentials::Omit);
    let request = match body {
        Some(body) => request.body(body),
        None => request.build(),
    };
    let response = request.ok()?.send().await.ok()?;
    Some((response.status(), response.text().await.ok()?))
}

fn indent_json(text: String) -> String {
    let indented = JSON::parse(&text)
        .and_then(|json| JSON::stringify_with_replacer_and_space(&json, &JsValue::NULL, &JsValue::from_f64(2.0)));
    indented.map(String::from).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curl_commands_contain_everything_except_secrets() {
        let curl = token_curl(
            "https://portal.example",
            "0192f0c1",
            "asset:read offline".parse().unwrap(),
        );
        for expected in [
            "'https://portal.example/v6/authentication/oauth2/token'",
            "'grant_type=client_credentials'",
            "'client_id=0192f0c1'",
            "\"client_secret=$CLIENT_SECRET\"",
            "'scope=offline asset:read'",
        ] {
            assert!(curl.contains(expected), "{curl}");
        }
        assert!(!token_curl("https://portal.example", "x", Scopes::default()).contains("scope"));
        assert!(call_curl("https://portal.example", "/api/v4/users").contains("Bearer $ACCESS_TOKEN\""));
    }
}
