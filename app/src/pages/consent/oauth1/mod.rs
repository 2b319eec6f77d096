//! The second leg of OAuth 1 (RFC 5849 §2.2): a person decides whether a consumer may act in their name.

use crate::components::data::copy::Copy;
use crate::components::feedback::error_message::Problem;
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use crate::pages::auth::layout::{Gate, SwitchUser, WhoAsks, consent_heading};
use crate::pages::page::Page;
use domain::accounts::users::Me;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};

/// What the page is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asked {
    /// The question.
    Question {
        /// The consumer that asks.
        consumer: String,
        /// The host or scheme that the person goes back to; none where a code is shown.
        back: Option<String>,
        /// Who is asked.
        me: Me,
    },
    /// The person has answered in this browser.
    Answered(Outcome),
}

/// What follows from an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The browser is on its way back to the program.
    Leaving,
    /// The person types this code into the program.
    Code(String),
    /// Allowed; the person goes back to the program by themselves.
    Allowed,
    /// Refused; the person goes back to the program by themselves.
    Refused,
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

/// What is asked about a request token, or what was answered in this browser.
///
/// # Errors
/// [`Failure::NotFound`] for a token that is unknown, expired or of another account, [`Failure::Disabled`] where the
/// account lacks the feature.
#[server(prefix = "/fn", endpoint = "authorise/ask", input = GetUrl)]
pub async fn ask(oauth_token: String, callback: Option<String>) -> Result<Asked, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    if let Some(outcome) = crate::pages::consent::last_decision::recall(&oauth_token) {
        return Ok(Asked::Answered(outcome));
    }
    let question = portal::oauth1::request_tokens::question(&portal, &actor, &oauth_token, callback.as_deref()).await?;
    Ok(Asked::Question {
        consumer: question.consumer,
        back: question.callback.as_deref().map(domain::oauth2::redirect_uri::place),
        me: actor.me().ok_or(Failure::SignedOut)?,
    })
}

/// Takes the answer, and goes back to the program where it can be gone back to.
///
/// # Errors
/// As [`ask`].
#[server(prefix = "/fn", endpoint = "authorise/decide")]
pub async fn decide(oauth_token: String, callback: Option<String>, answer: Answer) -> Result<Outcome, Failure> {
    use portal::oauth1::request_tokens::{Decision, allow, refuse};
    let (portal, actor) = crate::context::signed_in()?;
    let callback = callback.as_deref();
    let decision = match answer {
        Answer::Allow => allow(&portal, &actor, &oauth_token, callback).await?,
        Answer::Refuse => refuse(&portal, &actor, &oauth_token, callback).await?,
    };
    let outcome = match (decision, answer) {
        (Decision::Redirect(address), _) => {
            leptos_axum::redirect(&address);
            return Ok(Outcome::Leaving);
        }
        (Decision::Verifier(code), _) => Outcome::Code(code),
        (Decision::Done, Answer::Allow) => Outcome::Allowed,
        (Decision::Done, Answer::Refuse) => Outcome::Refused,
    };
    crate::pages::consent::last_decision::keep(&oauth_token, &outcome)?;
    Ok(outcome)
}

/// The consent page.
pub struct AuthorisePage {
    token: Signal<String>,
    callback: Signal<Option<String>>,
    asked: Resource<Result<Asked, Failure>>,
    decide: ServerAction<Decide>,
}

impl Page for AuthorisePage {
    fn data() -> Self {
        let query = use_query_map();
        let token = Signal::derive(move || query.read().get("oauth_token").unwrap_or_default());
        let callback = Signal::derive(move || query.read().get("callback"));
        Self {
            token,
            callback,
            asked: Resource::new(
                move || (token.get(), callback.get()),
                |(token, callback)| ask(token, callback),
            ),
            decide: ServerAction::new(),
        }
    }

    fn view(this: Self) -> AnyView {
        let AuthorisePage {
            token,
            callback,
            asked,
            decide,
        } = this;
        let page = move || {
            suspend(async move {
                match asked.await {
                    Ok(Asked::Question { consumer, back, me }) => {
                        view! { <Question token callback consumer back me decide /> }.into_any()
                    }
                    Ok(Asked::Answered(outcome)) => view! { <After outcome /> }.into_any(),
                    Err(Failure::NotFound(_)) => view! { <Ended /> }.into_any(),
                    Err(failure) => view! {
                        <Gate title="This request cannot be answered">
                            <Problem failure />
                        </Gate>
                    }
                    .into_any(),
                }
            })
        };
        let answered = move || {
            decide
                .value()
                .get()
                .and_then(Result::ok)
                .filter(|outcome| *outcome != Outcome::Leaving)
        };
        view! {
            <Suspense>
                {move || match answered() {
                    Some(outcome) => view! { <After outcome /> }.into_any(),
                    None => page().into_any(),
                }}
            </Suspense>
        }
        .into_any()
    }
}

/// Who asks whom for what, and the two answers.
#[component]
fn Question(
    token: Signal<String>,
    callback: Signal<Option<String>>,
    consumer: String,
    back: Option<String>,
    me: Me,
    decide: ServerAction<Decide>,
) -> impl IntoView {
    let failure = move || decide.value().get().and_then(Result::err);
    let complaint = move || {
        failure().map(|failure| {
            view! {
                <Notice kind=Kind::Danger>
                    <p>{failure.to_string()}</p>
                </Notice>
            }
        })
    };
    let rights: Vec<&str> = me.rights.iter().map(|right| right.label()).collect();
    let foot = move || {
        let after = match back {
            Some(back) => {
                view! { <p>"You go back to " <strong><bdi>{back}</bdi></strong> " afterwards."</p> }.into_any()
            }
            None => view! { <p>"You go back to the application by yourself afterwards."</p> }.into_any(),
        };
        view! {
            {after}
            <SwitchUser />
        }
    };
    view! {
        <Gate
            title=format!("Allow “{consumer}” to use your account?")
            heading=consent_heading(consumer.clone())
            lead=format!("It asks to act for you in the API of {}.", me.account_name)
            wide=true
            foot
        >
            {complaint}
            <WhoAsks application=consumer me />
            <h2>"If you allow it, it can"</h2>
            <ul class="allows">
                <li>
                    <Draw icon=Icon::Check />
                    "Read your name, e-mail and security profile"
                </li>
                <li>
                    <Draw icon=Icon::Check />
                    <span>
                        "Act in the API in your name, with your rights" {(!rights.is_empty()).then_some(": ")}
                        {rights.join(", ")}
                    </span>
                </li>
                <li>
                    <Draw icon=Icon::Clock />
                    "Do so for 30 days, or until the token is revoked"
                </li>
            </ul>
            <ActionForm action=decide attr:class="choice">
                <input type="hidden" name="oauth_token" value=token />
                {move || callback.get().map(|value| view! { <input type="hidden" name="callback" value=value /> })}
                <button class="button" name="answer" value="refuse">
                    "Refuse"
                </button>
                <button class="button primary" name="answer" value="allow">
                    "Allow"
                </button>
            </ActionForm>
        </Gate>
    }
    .into_any()
}

/// What the person does next, where the browser does not go back by itself.
#[component]
fn After(outcome: Outcome) -> impl IntoView {
    match outcome {
        Outcome::Code(code) => view! {
            <Gate
                title="Access allowed"
                lead="Enter this code in the application. It works once, within ten minutes of the application's request."
                wide=true
            >
                <code class="spell">{code.clone()}</code>
                <Copy text=code what="Code" />
            </Gate>
        }
        .into_any(),
        Outcome::Allowed | Outcome::Leaving => view! {
            <Gate title="Access allowed" lead="Go back to the application; it can go on now. You can close this page." />
        }
        .into_any(),
        Outcome::Refused => view! {
            <Gate title="Access refused" lead="The application was given nothing. You can close this page." />
        }
        .into_any(),
    }
}

/// There is nothing to answer (any more).
#[component]
fn Ended() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::components::feedback::error_message::set_status(&Failure::NotFound("request".to_owned()));
    view! {
        <Gate
            title="There is nothing to answer here"
            lead="The request was answered already, has expired after ten minutes, or belongs to another account. Start \
                  again in the application."
            foot=|| view! { <SwitchUser /> }
        />
    }
    .into_any()
}
