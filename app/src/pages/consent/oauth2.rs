//! The question of an authorization request (RFC 6749 §4.1.1): a person decides what an app may do in their name.

use crate::components::feedback::error_message::Problem;
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use crate::pages::auth::layout::{Gate, SwitchUser, WhoAsks, consent_heading};
use crate::pages::page::Page;
use domain::accounts::users::Me;
use domain::oauth2::scopes::{Scope, Scopes};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::hooks::use_url;
use serde::{Deserialize, Serialize};

/// What the page is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// The question.
    Question(Box<Question>),
    /// There is nothing to ask: the browser is on its way to the app.
    Leaving,
}

/// Who asks whom for what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// The app that asks.
    pub app: String,
    /// The host or scheme that the person goes to afterwards.
    pub back: String,
    /// What the app would be allowed.
    pub scopes: Scopes,
    /// What of it the person has allowed before.
    pub allowed: Scopes,
    /// Who is asked.
    pub me: Me,
}

/// What the person answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    /// Yes.
    Allow,
    /// No.
    Refuse,
}

/// What is asked by an authorization request, the query of the address as the app sent it. Where there is nothing to
/// ask, the browser is sent on.
///
/// # Errors
/// [`Failure::Invalid`] for an unknown app and for a redirect URI that is not its own.
#[server(name = ReadQuestion, prefix = "/fn", endpoint = "oauth2/ask", input = GetUrl)]
pub async fn ask(request: String) -> Result<Asked, Failure> {
    use portal::oauth2::consents::{Outcome, question};
    let (portal, actor) = crate::context::signed_in()?;
    let me = actor.me().ok_or(Failure::SignedOut)?;
    let policy = crate::context::site()?.policy();
    match question(&portal, &policy, &actor, &parameters(&request)?).await? {
        Outcome::Ask(asked) => Ok(Asked::Question(Box::new(Question {
            app: asked.app,
            back: domain::oauth2::redirect_uri::place(&asked.redirect_uri),
            scopes: asked.scopes,
            allowed: asked.allowed,
            me,
        }))),
        Outcome::Redirect(address) => {
            crate::context::lead_on(&address);
            Ok(Asked::Leaving)
        }
    }
}

/// Takes the answer, and goes to the app with it.
///
/// # Errors
/// As [`ask`].
#[server(prefix = "/fn", endpoint = "oauth2/decide")]
pub async fn decide(request: String, answer: Answer) -> Result<(), Failure> {
    use portal::oauth2::consents::{allow, refuse};
    let (portal, actor) = crate::context::signed_in()?;
    let policy = crate::context::site()?.policy();
    let parameters = parameters(&request)?;
    let address = match answer {
        Answer::Allow => allow(&portal, &policy, &actor, &parameters).await?,
        Answer::Refuse => refuse(&portal, &policy, &actor, &parameters).await?,
    };
    leptos_axum::redirect(&address);
    Ok(())
}

#[cfg(feature = "ssr")]
fn parameters(request: &str) -> Result<domain::oauth2::Parameters<'_>, Failure> {
    domain::oauth2::Parameters::parse_each(request.as_bytes()).map_err(|error| {
        let message = format!("The request cannot be read: {error}.");
        Failure::Invalid(domain::fields::FieldErrors::one("request", message))
    })
}

/// The consent page.
pub struct Oauth2AuthorisePage {
    request: Memo<String>,
    asked: Resource<Result<Asked, Failure>>,
    decide: ServerAction<Decide>,
}

impl Page for Oauth2AuthorisePage {
    fn data() -> Self {
        // The query by its letters: the router's own reading decodes twice on the server.
        let url = use_url();
        let request = Memo::new(move |_| url.with(|url| url.search().to_owned()));
        Self {
            request,
            asked: Resource::new(move || request.get(), ask),
            decide: ServerAction::new(),
        }
    }

    fn view(this: Self) -> AnyView {
        let Oauth2AuthorisePage { request, asked, decide } = this;
        let page = move || {
            suspend(async move {
                match asked.await {
                    Ok(Asked::Question(question)) => view! { <Consent request question=*question decide /> }.into_any(),
                    Ok(Asked::Leaving) => view! {
                        <Gate title="You go back to the application" lead="It has your answer. You can close this page." />
                    }
                    .into_any(),
                    Err(Failure::Invalid(errors)) => {
                        let reasons = errors.0.into_iter().map(|error| error.message).collect();
                        view! { <Unanswerable reasons /> }.into_any()
                    }
                    Err(failure) => view! {
                        <Gate title="This request cannot be answered">
                            <Problem failure />
                        </Gate>
                    }
                    .into_any(),
                }
            })
        };
        view! { <Suspense>{page}</Suspense> }.into_any()
    }
}

/// Who asks whom for what, and the two answers.
#[component]
fn Consent(request: Memo<String>, question: Question, decide: ServerAction<Decide>) -> impl IntoView {
    let Question {
        app,
        back,
        scopes,
        allowed,
        me,
    } = question;
    let complaint = move || {
        decide.value().get().and_then(Result::err).map(|failure| {
            view! {
                <Notice kind=Kind::Danger>
                    <p>{failure.form(&[]).unwrap_or_default()}</p>
                </Notice>
            }
        })
    };
    let busy = move || decide.pending().get().then_some("true");
    let items = scopes.iter().map(|scope| item(scope, allowed)).collect_view();
    let foot = move || {
        view! {
            <p>"You go to " <strong><bdi>{back}</bdi></strong> " afterwards."</p>
            <SwitchUser />
        }
    };
    view! {
        <Gate
            title=format!("Allow “{app}” to use your account?")
            heading=consent_heading(app.clone())
            lead=format!("It asks to act for you in the API of {}.", me.account_name)
            wide=true
            foot
        >
            {complaint}
            <WhoAsks application=app me />
            <h2>"If you allow it, it can"</h2>
            <ul class="allows">{items}</ul>
            <p class="lead">"You can take this back at any time under Connected apps in your menu."</p>
            <ActionForm action=decide attr:class="choice">
                <input type="hidden" name="request" value=move || request.get() />
                <button class="button" name="answer" value="refuse" aria-busy=busy>
                    "Refuse"
                </button>
                <button class="button primary" name="answer" value="allow" aria-busy=busy>
                    "Allow"
                </button>
            </ActionForm>
        </Gate>
    }
    .into_any()
}

fn item(scope: Scope, allowed: Scopes) -> impl IntoView {
    let icon = if scope == Scope::Offline {
        Icon::Clock
    } else {
        Icon::Check
    };
    let before = allowed
        .has(scope)
        .then(|| view! { " " <span class="badge plain">"Allowed before"</span> });
    view! {
        <li>
            <Draw icon />
            <span>{scope.sentence()} {before}</span>
        </li>
    }
}

/// The request names no app of the account, or an address that is not the app's: nobody is sent anywhere then.
#[component]
fn Unanswerable(reasons: Vec<String>) -> impl IntoView {
    #[cfg(feature = "ssr")]
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(http::StatusCode::BAD_REQUEST);
    }
    let reasons = reasons.into_iter().map(|reason| view! { <p>{reason}</p> });
    view! {
        <Gate
            title="This request cannot be answered"
            lead="The application sent you here with a request that does not hold. It was given nothing."
            foot=|| view! { <SwitchUser /> }
        >
            <Notice kind=Kind::Danger>{reasons.collect_view()}</Notice>
        </Gate>
    }
    .into_any()
}
