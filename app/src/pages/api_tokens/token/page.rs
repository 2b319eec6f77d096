//! The page of one token.

use crate::components::data::copy::Copy;
use crate::components::data::page_header::PageHeader;
use crate::components::data::time::{Time, created};
use crate::components::feedback::notice::Locked;
use crate::components::reactive::suspend::suspend;
use crate::error::Failure;
use crate::icons::{Draw, Icon};
use crate::pages::api_tokens::access_denied::Closed;
use crate::pages::api_tokens::data::{TokenData, token};
use crate::pages::api_tokens::list::tokens::{badge, last_used};
use crate::pages::api_tokens::page_url::{Address, Dialog, Spot};
use crate::pages::api_tokens::token::examples::examples;
use crate::pages::api_tokens::token::revoke::revoke_dialog;
use crate::pages::api_tokens::{ABOVE_ONE, current_address};
use crate::pages::page::Page;
use crate::session::current_user;
use domain::accounts::rights::{Right, Rights};
use domain::oauth1::tokens::Token;
use leptos::prelude::*;

/// The page of one token: what is known of it, and how to use it.
pub struct TokenPage {
    address: Memo<Address>,
    data: Resource<Result<TokenData, Failure>>,
}

impl Page for TokenPage {
    fn data() -> Self {
        let address = current_address();
        // Read again once its dialog is closed: it may have been revoked.
        let data = Resource::new(
            move || address.with(|address| (address.spot, address.dialog.is_some())),
            |(spot, _)| async move {
                match spot {
                    Spot::Token(id) => token(id).await,
                    _ => Err(Failure::NotFound("token".to_owned())),
                }
            },
        );
        Self { address, data }
    }

    fn view(this: Self) -> AnyView {
        let TokenPage { address, data } = this;
        let user = current_user();
        let body = move || {
            suspend(async move {
                match (data.await, user.await) {
                    (Ok(data), Ok(me)) => page(data, me.rights).into_any(),
                    (Err(failure), Ok(me)) => view! {
                        <PageHeader title="Token" crumbs=ABOVE_ONE.to_vec() />
                        <Closed failure me />
                    }
                    .into_any(),
                    (_, Err(_)) => ().into_any(),
                }
            })
        };
        let is_asked = Memo::new(move |_| address.with(|address| address.dialog.is_some()));
        let overlay = move || {
            let is_asked = is_asked.get();
            let back = address.get_untracked().with(None).to_string();
            suspend(async move {
                let (data, me) = (data.await.ok()?, user.await.ok()?);
                is_asked.then(|| revoke_dialog(Ok(data.token), me.rights, back, || ()))
            })
        };
        view! {
            <div class="page">
                <Transition>{body}</Transition>
            </div>
            <Suspense>{overlay}</Suspense>
        }
        .into_any()
    }
}

fn page(data: TokenData, rights: Rights) -> impl IntoView {
    let TokenData {
        token,
        consumer_key,
        public_url,
    } = data;
    let lead = format!("Acts for {} through the consumer {}.", token.user, token.consumer);
    let revoke = Address::token(token.id).with(Dialog::Revoke(None)).to_string();
    let may_revoke = rights.has(Right::RevokeApiTokens) && !token.state.has_ended();
    let example = example(&public_url, &consumer_key, &token.token);
    view! {
        <PageHeader title=token.integration.clone() lead crumbs=ABOVE_ONE.to_vec()>
            {may_revoke
                .then(|| {
                    view! {
                        <a class="button quiet danger" href=revoke data-noscroll>
                            <Draw icon=Icon::Trash />
                            "Revoke"
                        </a>
                    }
                })}
        </PageHeader>
        {(!rights.has(Right::RevokeApiTokens))
            .then(|| view! { <Locked what="Revoking this token" right=Right::RevokeApiTokens /> })}
        {facts(token)}
        {example}
    }
}

fn facts(token: Token) -> impl IntoView {
    let consumer = Address::consumer(token.consumer_id).to_string();
    let ended = |label: &'static str, at: Option<domain::time::Timestamp>| {
        at.map(|at| {
            view! {
                <div>
                    <dt>{label}</dt>
                    <dd>
                        <Time at />
                    </dd>
                </div>
            }
        })
    };
    view! {
        <section class="card" aria-labelledby="facts">
            <div class="card-header">
                <h2 id="facts">"About this token"</h2>
            </div>
            <dl class="facts">
                <div>
                    <dt>"State"</dt>
                    <dd>{badge(token.state)}</dd>
                </div>
                <div>
                    <dt>"User"</dt>
                    <dd>{token.user} <small>{token.user_email}</small></dd>
                </div>
                <div>
                    <dt>"Consumer"</dt>
                    <dd>
                        <a href=consumer>{token.consumer}</a>
                    </dd>
                </div>
                <div>
                    <dt>"Integration"</dt>
                    <dd>{token.integration}</dd>
                </div>
                <div>
                    <dt>"Token"</dt>
                    <dd>
                        <span class="key">
                            <code>{token.token.clone()}</code>
                            <Copy text=token.token what="Token" compact=true />
                        </span>
                    </dd>
                </div>
                <div>
                    <dt>"Created"</dt>
                    <dd>{created(token.created_at, token.created_by)}</dd>
                </div>
                {ended("Expires", token.expires_at)}
                {ended("Revoked", token.revoked_at)}
                <div>
                    <dt>"Last used"</dt>
                    <dd>{last_used(token.last_used_at, token.last_used_from)}</dd>
                </div>
            </dl>
        </section>
    }
}

/// The example in three languages, behind radio buttons that look like tabs and need no script.
fn example(public_url: &str, consumer_key: &str, token: &str) -> impl IntoView + use<> {
    let examples = examples(public_url, consumer_key, token);
    let choices = examples.iter().enumerate().map(|(index, example)| {
        view! {
            <label>
                <input type="radio" name="example" value=example.code checked=index == 0 />
                {example.label}
            </label>
        }
    });
    let choices = choices.collect_view();
    let texts = examples.into_iter().map(|example| {
        let what = format!("{} example", example.label);
        view! {
            <div class="tab">
                <div class="code">
                    <pre>
                        <code>{example.text.clone()}</code>
                    </pre>
                    <Copy text=example.text what />
                </div>
            </div>
        }
    });
    view! {
        <section class="card" aria-labelledby="example">
            <div class="card-header">
                <h2 id="example">"Example request"</h2>
                <p>"Put in the two secrets that you copied when the consumer and the token were created."</p>
            </div>
            <fieldset class="tabs">
                <legend class="visually-hidden">"Language of the example"</legend>
                {choices}
                {texts.collect_view()}
            </fieldset>
        </section>
    }
}
