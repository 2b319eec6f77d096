//! Resource owner authorization of OAuth 1 (RFC 5849 §2.2): a user decides whether a consumer may act on their behalf.

use crate::components::data::copy::Copy;
use crate::components::forms::form::{FormRequest, RequestForm};
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::error::AppError;
use crate::icons::{Icon, IconView};
use crate::page_data::PageData;
use crate::pages::auth::layout::{AuthLayout, SwitchUser};
use crate::pages::consent::consent_page::{ConsentPage, Decision, DecisionButtons, InvalidRequest};
use crate::pages::page::Page;
use crate::routing::query_string::use_query_parameter;
use crate::session::SessionClient;
use crate::session::protocol::{GetRequest, PostRequest};
use domain::accounts::users::CurrentUser;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Describes the state of the consent page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConsentState {
    /// The user has to decide.
    Request {
        /// The name of the consumer.
        consumer: String,
        /// The host or scheme of the callback; none if the page shows a code.
        back: Option<String>,
        /// The signed-in user.
        me: CurrentUser,
    },
    /// The user has decided in this browser.
    Decided(Outcome),
}

/// Describes the outcome of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The browser is being redirected to the application.
    Redirecting,
    /// The user enters this code in the application.
    Code(String),
    /// Access was allowed, and the user returns to the application.
    Allowed,
    /// Access was denied, and the user returns to the application.
    Denied,
}

/// Loads the consent request of a request token, or the decision that was made in this browser.
///
/// # Errors
/// [`AppError::NotFound`] for a token that is unknown, expired or of another account, [`AppError::Disabled`] if the
/// account lacks the feature.
#[server(prefix = "/fn", endpoint = "authorise/ask", protocol = GetRequest, client = SessionClient)]
pub async fn load_consent(oauth_token: String, callback: Option<String>) -> Result<ConsentState, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    if let Some(outcome) = crate::pages::consent::last_decision::get(&oauth_token) {
        return Ok(ConsentState::Decided(outcome));
    }
    let request =
        portal::oauth1::request_tokens::consent_request(&portal, &actor, &oauth_token, callback.as_deref()).await?;
    Ok(ConsentState::Request {
        consumer: request.consumer,
        back: request
            .callback
            .as_deref()
            .map(domain::oauth2::redirect_uri::display_host),
        me: actor.current_user().ok_or(AppError::SignedOut)?,
    })
}

/// Records the decision, and redirects to the callback if there is one.
///
/// # Errors
/// Returns the errors of [`load_consent`].
#[server(prefix = "/fn", endpoint = "authorise/decide", protocol = PostRequest, client = SessionClient)]
pub async fn decide(oauth_token: String, callback: Option<String>, answer: Decision) -> Result<Outcome, AppError> {
    use portal::oauth1::request_tokens::{Decision as Next, allow, deny};
    let (portal, actor) = crate::context::require_sign_in()?;
    let callback = callback.as_deref();
    let decision = match answer {
        Decision::Allow => allow(&portal, &actor, &oauth_token, callback).await?,
        Decision::Deny => deny(&portal, &actor, &oauth_token, callback).await?,
    };
    let outcome = match (decision, answer) {
        (Next::Redirect(url), _) => {
            leptos_axum::redirect(&url);
            return Ok(Outcome::Redirecting);
        }
        (Next::Verifier(code), _) => Outcome::Code(code),
        (Next::Done, Decision::Allow) => Outcome::Allowed,
        (Next::Done, Decision::Deny) => Outcome::Denied,
    };
    crate::pages::consent::last_decision::set(&oauth_token, &outcome)?;
    Ok(outcome)
}

/// The consent page.
pub struct AuthorisePage {
    token: Signal<String>,
    callback: Signal<Option<String>>,
    consent: PageData<ConsentState>,
    decide: FormRequest,
}

impl Page for AuthorisePage {
    fn data() -> Self {
        let oauth_token = use_query_parameter("oauth_token");
        let token = Signal::derive(move || oauth_token.get().unwrap_or_default());
        let callback: Signal<Option<String>> = use_query_parameter("callback").into();
        Self {
            token,
            callback,
            consent: PageData::new(
                move || (token.get(), callback.get()),
                |(token, callback)| load_consent(token, callback),
            ),
            decide: FormRequest::new::<Decide>(),
        }
    }

    fn view(this: Self) -> AnyView {
        let AuthorisePage {
            token,
            callback,
            consent,
            decide,
        } = this;
        let page = move || {
            suspend(async move {
                match consent.await {
                    Ok(ConsentState::Request { consumer, back, me }) => {
                        view! { <ConsentForm token callback consumer back me decide /> }.into_any()
                    }
                    Ok(ConsentState::Decided(outcome)) => view! { <OutcomePage outcome /> }.into_any(),
                    Err(AppError::NotFound(_)) => view! { <RequestExpired /> }.into_any(),
                    Err(error) => view! { <InvalidRequest error /> }.into_any(),
                }
            })
        };
        let outcome = move || {
            decide
                .output::<Decide>()
                .and_then(Result::ok)
                .filter(|outcome| *outcome != Outcome::Redirecting)
        };
        view! {
            <Suspense>
                {dynamic(move || match outcome() {
                    Some(outcome) => view! { <OutcomePage outcome /> }.into_any(),
                    None => page().into_any(),
                })}
            </Suspense>
        }
        .into_any()
    }
}

/// Renders the requested access and the two buttons.
#[component]
fn ConsentForm(
    token: Signal<String>,
    callback: Signal<Option<String>>,
    consumer: String,
    back: Option<String>,
    me: CurrentUser,
    decide: FormRequest,
) -> impl IntoView {
    let error = Signal::derive(move || decide.error());
    let rights: Vec<&str> = me.rights.iter().map(|right| right.label()).collect();
    let access = view! {
        <li>
            <IconView icon=Icon::Check />
            "Read your name, email and security profile"
        </li>
        <li>
            <IconView icon=Icon::Check />
            <span>
                "Use the API on your behalf with your rights" {(!rights.is_empty()).then_some(": ")} {rights.join(", ")}
            </span>
        </li>
        <li>
            <IconView icon=Icon::Clock />
            "Keep access for 30 days, or until the token is revoked"
        </li>
    };
    view! {
        <ConsentPage application=consumer me back error access=access.into_any()>
            <RequestForm request=decide class="button-pair">
                <input type="hidden" name="oauth_token" value=token />
                {dynamic(move || callback.get().map(|value| view! { <input type="hidden" name="callback" value=value /> }))}
                <DecisionButtons pending=decide.is_pending() />
            </RequestForm>
        </ConsentPage>
    }
    .into_any()
}

/// Renders the outcome and what to do next, if the browser is not redirected.
#[component]
fn OutcomePage(outcome: Outcome) -> impl IntoView {
    match outcome {
        Outcome::Code(code) => view! {
            <AuthLayout
                title="Access allowed"
                lead="Enter this code in the application. It works once, within ten minutes of the application's request."
                wide=true
            >
                <code class="verification-code">{code.clone()}</code>
                <Copy text=code what="Code" />
            </AuthLayout>
        }
        .into_any(),
        Outcome::Allowed | Outcome::Redirecting => view! {
            <AuthLayout title="Access allowed" lead="Return to the application to continue. You can close this page." />
        }
        .into_any(),
        Outcome::Denied => view! {
            <AuthLayout title="Access denied" lead="No access was granted. You can close this page." />
        }
        .into_any(),
    }
}

/// Renders the page for a request that doesn't exist or is no longer valid.
#[component]
fn RequestExpired() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::components::feedback::error_message::set_status(&AppError::NotFound("request".to_owned()));
    view! {
        <AuthLayout
            title="Request no longer valid"
            lead="The request was already answered, has expired after ten minutes, or belongs to another account. Start \
                  again in the application."
            footer=|| view! { <SwitchUser /> }
        />
    }
    .into_any()
}
