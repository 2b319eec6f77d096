//! The consent page of an authorization request (RFC 6749 §4.1.1): a user decides what an app may do on their behalf.

use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::form::{FormRequest, RequestForm};
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::effect::memo;
use crate::error::AppError;
use crate::icons::{Icon, IconView};
use crate::page_data::PageData;
use crate::pages::auth::layout::{AuthLayout, SwitchUser};
use crate::pages::consent::consent_page::{ConsentPage, Decision, DecisionButtons, InvalidRequest};
use crate::pages::page::Page;
use crate::session::SessionClient;
use crate::session::protocol::{GetRequest, PostRequest};
use domain::accounts::users::CurrentUser;
use domain::oauth2::scopes::{Scope, Scopes};
use leptos::prelude::*;
use leptos_router::hooks::use_url;
use serde::{Deserialize, Serialize};

/// Describes the state of the consent page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConsentState {
    /// The user has to decide.
    Request(Box<ConsentRequest>),
    /// No decision is needed: the browser is being redirected to the app.
    Redirecting,
}

/// Describes the access that an app requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentRequest {
    /// The name of the app.
    pub app: String,
    /// The host or scheme of the redirect URI.
    pub back: String,
    /// The scopes that the app would be granted.
    pub scopes: Scopes,
    /// Those of them that the user has already granted.
    pub allowed: Scopes,
    /// The signed-in user.
    pub me: CurrentUser,
}

/// Loads an authorization request. `request` is the query string as the app sent it. If no decision is needed, redirects
/// the browser to the app.
///
/// # Errors
/// [`AppError::Invalid`] for an unknown app or a redirect URI that is not registered for it.
#[server(name = LoadConsent, prefix = "/fn", endpoint = "oauth2/ask", protocol = GetRequest, client = SessionClient)]
pub async fn load_consent(request: String) -> Result<ConsentState, AppError> {
    use portal::oauth2::consents::{Outcome, authorize};
    let (portal, actor) = crate::context::require_sign_in()?;
    let me = actor.current_user().ok_or(AppError::SignedOut)?;
    let policy = crate::context::site()?.policy();
    match authorize(&portal, &policy, &actor, &parameters(&request)?).await? {
        Outcome::Ask(consent) => Ok(ConsentState::Request(Box::new(ConsentRequest {
            app: consent.app,
            back: domain::oauth2::redirect_uri::display_host(&consent.redirect_uri),
            scopes: consent.scopes,
            allowed: consent.allowed,
            me,
        }))),
        Outcome::Redirect(url) => {
            crate::context::redirect_to(&url);
            Ok(ConsentState::Redirecting)
        }
    }
}

/// Records the decision, and redirects to the app.
///
/// # Errors
/// Returns the errors of [`load_consent`].
#[server(prefix = "/fn", endpoint = "oauth2/decide", protocol = PostRequest, client = SessionClient)]
pub async fn decide(request: String, answer: Decision) -> Result<(), AppError> {
    use portal::oauth2::consents::{allow, deny};
    let (portal, actor) = crate::context::require_sign_in()?;
    let policy = crate::context::site()?.policy();
    let parameters = parameters(&request)?;
    let url = match answer {
        Decision::Allow => allow(&portal, &policy, &actor, &parameters).await?,
        Decision::Deny => deny(&portal, &policy, &actor, &parameters).await?,
    };
    leptos_axum::redirect(&url);
    Ok(())
}

#[cfg(feature = "ssr")]
fn parameters(request: &str) -> Result<domain::oauth2::Parameters<'_>, AppError> {
    domain::oauth2::Parameters::parse_lenient(request.as_bytes()).map_err(|error| {
        let message = format!("Couldn’t parse the request: {error}.");
        AppError::Invalid(domain::fields::FieldErrors::single("request", message))
    })
}

/// The consent page.
pub struct Oauth2AuthorisePage {
    request: Memo<String>,
    consent: PageData<ConsentState>,
    decide: FormRequest,
}

impl Page for Oauth2AuthorisePage {
    fn data() -> Self {
        // Use the raw query string, because the router decodes parameters twice on the server.
        let url = use_url();
        let request = memo(move || url.with(|url| url.search().to_owned()));
        Self {
            request,
            consent: PageData::new(move || request.get(), load_consent),
            decide: FormRequest::new::<Decide>(),
        }
    }

    fn view(this: Self) -> AnyView {
        let Oauth2AuthorisePage {
            request,
            consent,
            decide,
        } = this;
        let page = dynamic(move || {
            suspend(async move {
                match consent.await {
                    Ok(ConsentState::Request(consent)) => {
                        view! { <ConsentForm request consent=*consent decide /> }.into_any()
                    }
                    Ok(ConsentState::Redirecting) => view! {
                        <AuthLayout title="Redirecting to the application" lead="You can close this page." />
                    }
                    .into_any(),
                    Err(AppError::Invalid(errors)) => {
                        let reasons = errors.0.into_iter().map(|error| error.message).collect();
                        view! { <RejectedRequest reasons /> }.into_any()
                    }
                    Err(error) => view! { <InvalidRequest error /> }.into_any(),
                }
            })
        });
        view! { <Suspense>{page}</Suspense> }.into_any()
    }
}

/// Renders the requested access and the two buttons.
#[component]
fn ConsentForm(request: Memo<String>, consent: ConsentRequest, decide: FormRequest) -> impl IntoView {
    let ConsentRequest {
        app,
        back,
        scopes,
        allowed,
        me,
    } = consent;
    let error = Signal::derive(move || decide.error());
    let access = scopes.iter().map(|scope| scope_item(scope, allowed)).collect_view();
    view! {
        <ConsentPage application=app me back=Some(back) error access=access.into_any()>
            <p class="lead">"You can revoke access at any time in Connected apps."</p>
            <RequestForm request=decide class="button-pair">
                <input type="hidden" name="request" value=move || request.get() />
                <DecisionButtons pending=decide.is_pending() />
            </RequestForm>
        </ConsentPage>
    }
    .into_any()
}

fn scope_item(scope: Scope, allowed: Scopes) -> impl IntoView {
    let icon = if scope == Scope::Offline {
        Icon::Clock
    } else {
        Icon::Check
    };
    let badge = allowed
        .has(scope)
        .then(|| view! { " " <span class="badge plain">"Already granted"</span> });
    view! {
        <li>
            <IconView icon />
            <span>{scope.description()} {badge}</span>
        </li>
    }
}

/// Renders the reasons why a request is invalid. It names no app of the account, or a redirect URI that is not registered,
/// so the browser must not be redirected.
#[component]
fn RejectedRequest(reasons: Vec<String>) -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::BAD_REQUEST);
    }
    let reasons = reasons.into_iter().map(|reason| view! { <p>{reason}</p> });
    view! {
        <AuthLayout
            title="Invalid authorization request"
            lead="The application sent an invalid request. No access was granted."
            footer=|| view! { <SwitchUser /> }
        >
            <Notice kind=NoticeKind::Danger>{reasons.collect_view()}</Notice>
        </AuthLayout>
    }
    .into_any()
}
