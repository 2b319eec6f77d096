//! The API key: hidden until it is asked for, as somebody may be looking on.

use crate::components::data::copy::write;
use crate::components::data::time::{Time, moment_or_never};
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::forms::form::{Check, CheckedForm, FormProblem};
use crate::components::reactive::task_scope::TaskScope;
use crate::icons::{Draw, Icon};
use crate::pages::integration::layout::Tab;
use crate::pages::integration::page_url::Address;
use crate::pages::integration::settings::api_key_actions::{ShowApiKey, show_api_key};
use domain::integration::api_keys::{ApiKey, ApiKeys};
use leptos::html;
use leptos::prelude::*;
use std::time::Duration;

/// What stands in the field while the key is hidden; it is not as long as the key.
const MASK: &str = "••••••••••••••••••••••••";

/// How long it is said that the key was copied.
const SAID: Duration = Duration::from_secs(3);

/// What became of the wish to copy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Copied,
    ByHand,
    Failed,
}

impl Said {
    fn words(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Copied => "API key copied",
            Self::ByHand => "The API key is selected. Press Ctrl+C to copy it.",
            Self::Failed => "The portal did not give the key. Reload the page and try again.",
        }
    }
}

/// The card with the API key.
#[component]
pub fn ApiKeyCard(
    /// The keys, without what is secret.
    keys: ApiKeys,
    /// The key itself, where the address asks for it.
    key: Option<String>,
) -> impl IntoView {
    let ApiKeys { current, previous } = keys;
    let dialog = |name: &str| Address::page(Tab::Settings.path()).with("dialog", name).to_string();
    let rotate = previous.is_none().then(|| {
        view! {
            <a class="button" href=dialog("rotate") data-noscroll>
                "Rotate"
            </a>
        }
    });
    let previous = previous.map(|previous| still_works(previous, dialog("end-key")));
    view! {
        <section class="card" aria-labelledby="api-key-title">
            <div class="card-header">
                <h2 id="api-key-title">"API Key"</h2>
                {rotate}
                <p>"Authenticates Bynder connectors with this portal. Enter it in each connector’s configuration."</p>
            </div>
            <div class="card-body">
                <KeyField key />
            </div>
            {previous}
            {facts(&current)}
        </section>
    }
    .into_any()
}

/// The field itself, which copies the key by a click whether it is shown or not.
#[component]
fn KeyField(key: Option<String>) -> impl IntoView {
    let check = Check::<ShowApiKey>::new(|_| None);
    let shown = RwSignal::new(key);
    let said = RwSignal::new(Said::Nothing);
    let tasks = TaskScope::current();
    let field = NodeRef::<html::Input>::new();
    let answer = check.value();
    Effect::new(move |_| {
        if let Some(Ok(key)) = answer.get() {
            shown.set(Some(key));
        }
    });
    let copy = move || {
        tasks.spawn_local(async move {
            let key = match shown.get_untracked() {
                None => show_api_key(String::new()).await.ok(),
                key => key,
            };
            let outcome = match key {
                None => Said::Failed,
                Some(key) if write(&key).await => Said::Copied,
                Some(key) => {
                    shown.set(Some(key));
                    select(tasks, field);
                    Said::ByHand
                }
            };
            said.set(outcome);
            if outcome == Said::Copied {
                tasks.set_timeout(move || said.set(Said::Nothing), SAID);
            }
        });
    };
    let show_or_hide = move || {
        if shown.with(Option::is_some) {
            let hide = move |_| {
                check.forget();
                shown.set(None);
            };
            view! {
                <a class="button" href=Tab::Settings.path() data-noscroll on:click=hide>
                    "Hide"
                </a>
            }
            .into_any()
        } else {
            view! {
                <CheckedForm check>
                    <button class="button" aria-busy=move || check.busy()>
                        "Show"
                    </button>
                </CheckedForm>
            }
            .into_any()
        }
    };
    view! {
        <div class="field">
            <label for="api-key">"API Key"</label>
            <div class="api-key">
                <input
                    id="api-key"
                    class="mono"
                    type="text"
                    readonly
                    autocomplete="off"
                    value=move || shown.get().unwrap_or_else(|| MASK.to_owned())
                    aria-describedby="api-key-help"
                    node_ref=field
                    on:click=move |_| copy()
                />
                {show_or_hide}
                <button
                    class="button copy needs-script"
                    class:copied=move || said.get() == Said::Copied
                    type="button"
                    on:click=move |_| copy()
                >
                    <Draw icon=Icon::Copy size="small" />
                    {move || if said.get() == Said::Copied { "Copied" } else { "Copy" }}
                    <span class="visually-hidden">" API key"</span>
                </button>
            </div>
            <p class="help" id="api-key-help">
                <span class="needs-script">"Click to copy to clipboard. "</span>
                "Whoever has it can read these settings."
            </p>
            <p class="help" role="status">
                {move || said.get().words()}
            </p>
            <FormProblem check fields=&[] />
        </div>
    }
    .into_any()
}

/// Selects what the field holds, once it holds it.
fn select(tasks: TaskScope, field: NodeRef<html::Input>) {
    tasks.request_animation_frame(move || {
        if let Some(field) = field.get_untracked() {
            field.select();
        }
    });
}

fn facts(key: &ApiKey) -> impl IntoView + use<> {
    let maker = match &key.created_by {
        Some(name) => format!("by {name}"),
        None => "with the account".to_owned(),
    };
    view! {
        <dl class="facts">
            <div>
                <dt>"Created"</dt>
                <dd>
                    <Time at=key.created_at />
                    <small>{maker}</small>
                </dd>
            </div>
            <div>
                <dt>"Last used"</dt>
                <dd>
                    {moment_or_never(key.last_used_at)} {used_by(key).map(|by| view! { <small>{by}</small> })}
                </dd>
            </div>
        </dl>
    }
}

/// By which implementation a key was last used, as far as that is known.
fn used_by(key: &ApiKey) -> Option<String> {
    key.last_used_at?;
    Some(match key.last_used_by.as_str() {
        "" => "by a connector that did not name itself".to_owned(),
        name => format!("by {name}"),
    })
}

/// The key before, while it works.
fn still_works(key: ApiKey, end: String) -> impl IntoView {
    let until = key.ends_at.map(|at| view! { " until " <Time at /> });
    let last = match (key.last_used_at, used_by(&key)) {
        (Some(at), Some(by)) => view! { "It was last used at " <Time at /> " " {by} "." }.into_any(),
        _ => "It was never used.".into_any(),
    };
    view! {
        <div class="card-body">
            <Notice kind=Kind::Info title="The key before still works">
                <p>"It works" {until} ". " {last}</p>
                <p class="buttons">
                    <a class="button small" href=end data-noscroll>
                        "End now"
                    </a>
                </p>
            </Notice>
        </div>
    }
}
