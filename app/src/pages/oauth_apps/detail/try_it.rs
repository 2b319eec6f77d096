//! The card that tries an app without a program: a token and an API request from the browser, or an authorization URL.

use crate::components::data::card::Card;
use crate::components::data::code_block::CodeBlock;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::task_scope::TaskScope;
use crate::pages::oauth_apps::detail::example_requests::{Exchange, call_curl, call_endpoint, get_token, token_curl};
use domain::coded_enum::CodedEnum;
use domain::oauth1::encode_form;
use domain::oauth2::oauth_apps::{Grant, OauthApp};
use domain::oauth2::scopes::{Scope, Scopes};
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

/// Endpoints to call: the path and what it returns.
const ENDPOINTS: [(&str, &str); 4] = [
    ("/api/v4/currentUser", "the app’s user"),
    ("/api/v4/account", "the account"),
    ("/api/v4/users", "the account’s users"),
    ("/api/v4/profiles", "the account’s security profiles"),
];

/// Renders the form that gets a token with a pasted secret and calls the API. It needs script: a form without script would
/// send the secret through the portal's own pages.
#[component]
pub fn TryIt(
    /// The app. Its grant type is client credentials.
    app: OauthApp,
    /// The public URL of the portal.
    public_url: String,
) -> impl IntoView {
    let client_id = app.id.to_string();
    let secret = NodeRef::<html::Input>::new();
    let endpoint = RwSignal::new(ENDPOINTS[0].0.to_owned());
    let selected = RwSignal::new(app.scopes);
    let busy = RwSignal::new(false);
    let tasks = TaskScope::current();
    let exchanges = RwSignal::new(Vec::<Exchange>::new());
    let run = {
        let client_id = client_id.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            // The secret is read from the input and not stored.
            let Some(secret) = secret.get_untracked().map(|input| input.value()) else {
                return;
            };
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            exchanges.set(Vec::new());
            let client_id = client_id.clone();
            let (scopes, path) = (selected.get_untracked(), endpoint.get_untracked());
            tasks.spawn_local(async move {
                let (token, exchange) = get_token(&client_id, secret.trim(), scopes).await;
                exchanges.update(|exchanges| exchanges.push(exchange));
                if let Some(token) = token {
                    let exchange = call_endpoint(&path, &token).await;
                    exchanges.update(|exchanges| exchanges.push(exchange));
                }
                busy.set(false);
            });
        }
    };
    let checkboxes = app
        .scopes
        .iter()
        .map(|scope| scope_checkbox(scope, selected))
        .collect_view();
    let options = ENDPOINTS.map(|(path, description)| view! { <option value=path>{path} ": " {description}</option> });
    let curl_commands = dynamic(move || {
        let token = token_curl(&public_url, &client_id, selected.get());
        let call = call_curl(&public_url, &endpoint.get());
        view! {
            <CodeBlock what="Get a token" code=token />
            <CodeBlock what="Call the API" code=call />
        }
    });
    let results = dynamic(move || exchanges.get().into_iter().map(result).collect_view());
    view! {
        <section class="card needs-script" aria-labelledby="try">
            <div class="card-header">
                <h2 id="try">"Try it"</h2>
                <p>
                    "Your browser sends the client secret only to the token endpoint. It is not stored."
                </p>
            </div>
            <div class="card-body">
                // The fields have no names, so that nothing is sent if the form is submitted before the script is loaded.
                <form class="form" on:submit=run>
                    <div class="field">
                        <label for="try-secret">"Client secret"</label>
                        <input id="try-secret" type="password" autocomplete="off" required node_ref=secret />
                    </div>
                    <fieldset class="field">
                        <legend>"Scopes"</legend>
                        {checkboxes}
                    </fieldset>
                    <div class="field">
                        <label for="try-endpoint">"Endpoint"</label>
                        <select
                            id="try-endpoint"
                            autocomplete="off"
                            on:change=move |event| endpoint.set(event_target_value(&event))
                        >
                            {options.into_iter().collect_view()}
                        </select>
                    </div>
                    <div class="buttons">
                        <button class="button primary" aria-busy=move || busy.get().then_some("true")>
                            "Get token and call API"
                        </button>
                    </div>
                </form>
            </div>
            <div class="results" role="status">
                {results}
            </div>
            <div class="card-body">
                <h3>"Use curl"</h3>
                <p class="muted">
                    "Set CLIENT_SECRET to the secret, and ACCESS_TOKEN to the access token from the first response."
                </p>
            </div>
            {curl_commands}
        </section>
    }
    .into_any()
}

fn scope_checkbox(scope: Scope, selected: RwSignal<Scopes>) -> impl IntoView {
    let toggle = move |event| {
        let is_checked = event_target_checked(&event);
        selected.update(|selected| {
            *selected = if is_checked {
                selected.with(scope)
            } else {
                selected.without(scope)
            }
        });
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                autocomplete="off"
                checked=true
                prop:checked=move || selected.get().has(scope)
                on:change=toggle
            />
            <code>{scope.code()}</code>
        </label>
    }
}

fn result(exchange: Exchange) -> impl IntoView {
    let class = match exchange.status {
        Some(200..=299) => "badge success",
        _ => "badge danger",
    };
    let status = exchange
        .status
        .map_or_else(|| "No response".to_owned(), |status| status.to_string());
    view! {
        <div class="result">
            <p>
                <code>{exchange.request}</code>
                " "
                <span class=class>{status}</span>
            </p>
            {(!exchange.body.is_empty())
                .then(|| {
                    view! {
                        <pre>
                            <code>{exchange.body}</code>
                        </pre>
                    }
                })}
        </div>
    }
}

/// Renders the authorization URL of an app, complete except for the values that change with each request.
pub fn authorization_url_card(app: &OauthApp, public_url: &str) -> impl IntoView + use<> {
    let url = authorization_url(app, public_url);
    let challenge = if app.grant == Grant::Public {
        ", and CODE_CHALLENGE with the base64url-encoded SHA-256 of the code verifier (RFC 7636)"
    } else {
        ""
    };
    let help = format!(
        "The application redirects a user’s browser to this URL. Replace STATE with a random state value{challenge}. \
         The user returns to the redirect URI with a code, which the application exchanges for tokens."
    );
    view! {
        <Card id="try" title="Try it" help>
            <CodeBlock what="Authorization URL" code=url />
        </Card>
    }
}

/// Builds the authorization URL (RFC 6749 §4.1.1).
fn authorization_url(app: &OauthApp, public_url: &str) -> String {
    let (client_id, scope) = (app.id.to_string(), app.scopes.to_string());
    let redirect_uri = app.redirect_uris.first().map(String::as_str).unwrap_or_default();
    let mut parameters = vec![
        ("response_type", "code"),
        ("client_id", &client_id),
        ("redirect_uri", redirect_uri),
        ("scope", &scope),
        ("state", "STATE"),
    ];
    if app.grant == Grant::Public {
        parameters.push(("code_challenge", "CODE_CHALLENGE"));
        parameters.push(("code_challenge_method", "S256"));
    }
    format!(
        "{public_url}/v6/authentication/oauth2/auth?{}",
        encode_form(&parameters)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::oauth2::oauth_apps::TokenSettings;
    use domain::time::Timestamp;

    #[test]
    fn authorization_url_contains_all_parameters() {
        let id = "0192f0c1-2b3c-7d4e-8f90-123456789abc";
        let mut app = OauthApp {
            id: id.parse().unwrap(),
            name: "Wiki".to_owned(),
            grant: Grant::AuthorizationCode,
            user: None,
            redirect_uris: vec!["https://wiki.example/cb?x=1".to_owned()],
            scopes: "offline asset:read".parse().unwrap(),
            used_scopes: Scopes::default(),
            token_settings: TokenSettings::default(),
            created_by: None,
            created_at: Timestamp(0),
            last_used_at: None,
            active_tokens: 0,
        };
        let expected = format!(
            "https://portal.example/v6/authentication/oauth2/auth?response_type=code&client_id={id}&\
             redirect_uri=https%3A%2F%2Fwiki.example%2Fcb%3Fx%3D1&scope=offline%20asset%3Aread&state=STATE"
        );
        assert_eq!(authorization_url(&app, "https://portal.example"), expected);
        app.grant = Grant::Public;
        assert_eq!(
            authorization_url(&app, "https://portal.example"),
            format!("{expected}&code_challenge=CODE_CHALLENGE&code_challenge_method=S256")
        );
    }
}
