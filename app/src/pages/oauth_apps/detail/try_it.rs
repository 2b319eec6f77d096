//! Trying an app without writing a program: a token and a call from the browser, or the address to send people to.

use crate::components::data::copy::Copy;
use crate::components::reactive::task_scope::TaskScope;
use crate::pages::oauth_apps::detail::example_requests::{Exchange, call_curl, call_endpoint, get_token, token_curl};
use domain::oauth1::encode_form;
use domain::oauth2::oauth_apps::{Grant, OauthApp};
use domain::oauth2::scopes::{Scope, Scopes};
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;

/// What can be called: its path, and what it answers.
const ENDPOINTS: [(&str, &str); 4] = [
    ("/api/v4/currentUser", "who the app acts for"),
    ("/api/v4/account", "the account"),
    ("/api/v4/users", "the account’s users"),
    ("/api/v4/profiles", "the account’s security profiles"),
];

/// Gets a token with a secret that is pasted in, and calls the API with it. It needs script: without, the secret would
/// have to go through a form of ours.
#[component]
pub fn TryIt(
    /// The app, one with client credentials.
    app: OauthApp,
    /// The portal's address, for programs.
    public_url: String,
) -> impl IntoView {
    let client_id = app.id.to_string();
    let secret = NodeRef::<html::Input>::new();
    let endpoint = RwSignal::new(ENDPOINTS[0].0.to_owned());
    let chosen = RwSignal::new(app.scopes);
    let busy = RwSignal::new(false);
    let tasks = TaskScope::current();
    let exchanges = RwSignal::new(Vec::<Exchange>::new());
    let run = {
        let client_id = client_id.clone();
        move |event: SubmitEvent| {
            event.prevent_default();
            // It is read where it was typed, and kept nowhere.
            let Some(secret) = secret.get_untracked().map(|input| input.value()) else {
                return;
            };
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            exchanges.set(Vec::new());
            let client_id = client_id.clone();
            let (scopes, path) = (chosen.get_untracked(), endpoint.get_untracked());
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
    let boxes = app.scopes.iter().map(|scope| tick(scope, chosen)).collect_view();
    let options = ENDPOINTS.map(|(path, what)| view! { <option value=path>{path} ": " {what}</option> });
    let curls = move || {
        let token = token_curl(&public_url, &client_id, chosen.get());
        let call = call_curl(&public_url, &endpoint.get());
        view! {
            {code("Get a token", token)}
            {code("Call with it", call)}
        }
    };
    let results = move || exchanges.get().into_iter().map(result).collect_view();
    view! {
        <section class="card needs-script" aria-labelledby="try">
            <div class="card-header">
                <h2 id="try">"Try it"</h2>
                <p>
                    "The client secret goes from your browser to the token endpoint and nowhere else. It is not kept."
                </p>
            </div>
            <div class="card-body">
                // Its fields have no names, so that nothing is sent should the script not have come yet.
                <form class="form" on:submit=run>
                    <div class="field">
                        <label for="try-secret">"Client secret"</label>
                        <input id="try-secret" type="password" autocomplete="off" required node_ref=secret />
                    </div>
                    <fieldset class="field">
                        <legend>"Scopes to ask for"</legend>
                        {boxes}
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
                            "Get a token and call"
                        </button>
                    </div>
                </form>
            </div>
            <div class="results" role="status">
                {results}
            </div>
            <div class="card-body">
                <h3>"The same with curl"</h3>
                <p class="muted">
                    "Put the secret into the variable CLIENT_SECRET, and the token of the first answer into ACCESS_TOKEN."
                </p>
            </div>
            {curls}
        </section>
    }
    .into_any()
}

fn tick(scope: Scope, chosen: RwSignal<Scopes>) -> impl IntoView {
    let toggle = move |event| {
        let is_on = event_target_checked(&event);
        chosen.update(|chosen| {
            *chosen = if is_on {
                chosen.with(scope)
            } else {
                chosen.without(scope)
            }
        });
    };
    view! {
        <label class="check">
            <input
                type="checkbox"
                autocomplete="off"
                checked=true
                prop:checked=move || chosen.get().has(scope)
                on:change=toggle
            />
            <code>{scope.code()}</code>
        </label>
    }
}

fn code(what: &'static str, text: String) -> impl IntoView {
    view! {
        <div class="code">
            <pre>
                <code>{text.clone()}</code>
            </pre>
            <Copy text what />
        </div>
    }
}

fn result(exchange: Exchange) -> impl IntoView {
    let class = match exchange.status {
        Some(200..=299) => "badge success",
        _ => "badge danger",
    };
    let status = exchange
        .status
        .map_or_else(|| "No answer".to_owned(), |status| status.to_string());
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

/// Where an app sends people's browsers to, ready but for what is new each time.
pub fn authorization_url(app: &OauthApp, public_url: &str) -> impl IntoView + use<> {
    let url = address(app, public_url);
    let is_public = app.grant == Grant::Public;
    view! {
        <section class="card" aria-labelledby="try">
            <div class="card-header">
                <h2 id="try">"Try it"</h2>
                <p>
                    "The application sends a user’s browser to this address, with a random text of its own in place of "
                    "STATE"
                    {is_public
                        .then_some(
                            " and, in place of CODE_CHALLENGE, the base64url of the SHA-256 of its code verifier (RFC 7636)",
                        )}
                    ". The user comes back to the redirect URI with a code, which it changes for tokens."
                </p>
            </div>
            {code("Authorization URL", url)}
        </section>
    }
}

/// RFC 6749 §4.1.1.
fn address(app: &OauthApp, public_url: &str) -> String {
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
    fn the_address_says_all_that_a_request_needs() {
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
            live_tokens: 0,
        };
        let expected = format!(
            "https://portal.example/v6/authentication/oauth2/auth?response_type=code&client_id={id}&\
             redirect_uri=https%3A%2F%2Fwiki.example%2Fcb%3Fx%3D1&scope=offline%20asset%3Aread&state=STATE"
        );
        assert_eq!(address(&app, "https://portal.example"), expected);
        app.grant = Grant::Public;
        assert_eq!(
            address(&app, "https://portal.example"),
            format!("{expected}&code_challenge=CODE_CHALLENGE&code_challenge_method=S256")
        );
    }
}
