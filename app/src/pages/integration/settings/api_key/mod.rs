//! Card with the API key, which stays masked until the user shows it.

pub(crate) mod actions;
pub(crate) mod dialogs;
pub(crate) mod shown_key;

use crate::components::data::card::Card;
use crate::components::data::copy::write_to_clipboard;
use crate::components::data::description_list::{Description, DescriptionList};
use crate::components::data::time::{Time, timestamp_or_never};
use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::form::FormError;
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::task_scope::TaskScope;
use crate::effect::memo;
use crate::icons::{Icon, IconView};
use crate::pages::integration::layout::Tab;
use crate::pages::integration::page_url::PageUrl;
use crate::pages::integration::settings::api_key::actions::show_api_key;
use crate::pages::integration::settings::api_key::shown_key::{ShowKeyButton, ShownKey};
use crate::pages::integration::settings::data::SettingsData;
use domain::ids::ApiKeyId;
use domain::integration::api_keys::{ApiKey, ApiKeys};
use leptos::html;
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;

/// The field's value while the key is hidden. Its length doesn't reveal that of the key.
const KEY_MASK: &str = "••••••••••••••••••••••••";

/// How long the confirmation is shown that the key was copied.
const COPIED_MESSAGE_DURATION: Duration = Duration::from_secs(3);

/// Describes the outcome of copying the key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum CopyOutcome {
    /// The key wasn't copied yet, or the confirmation has disappeared.
    Idle,
    Copied,
    /// The browser denied access to the clipboard, so the key is selected instead.
    Selected,
    /// The key couldn't be loaded.
    Failed,
}

impl CopyOutcome {
    fn message(self) -> &'static str {
        match self {
            Self::Idle => "",
            Self::Copied => "API key copied",
            Self::Selected => "Couldn’t copy automatically. The API key is selected. Press Ctrl+C or ⌘C to copy.",
            Self::Failed => "Couldn’t load the API key. Reload the page and try again.",
        }
    }
}

/// Renders the card with the API key.
#[component]
pub fn ApiKeyCard(
    /// The data of the page, with the details of the keys.
    data: Signal<Arc<SettingsData>>,
    /// The key itself, if the URL asks to show it.
    key: Option<String>,
) -> impl IntoView {
    let keys = memo(move || data.with(|data| data.keys.clone()));
    let dialog = |name: &str| PageUrl::new(Tab::Settings.path()).with("dialog", name).to_string();
    let rotate = move || {
        keys.with(|keys| keys.previous.is_none()).then(|| {
            view! {
                <a class="button" href=dialog("rotate") data-noscroll>
                    "Rotate"
                </a>
            }
        })
    };
    let details = dynamic(move || keys.with(|keys| key_details(&keys.current)));
    let previous = move || {
        let previous = keys.with(|keys| keys.previous.clone());
        previous.map(|previous| previous_key_notice(previous, dialog("revoke-key")))
    };
    view! {
        <Card
            id="api-key-title"
            title="API Key"
            action=dynamic(rotate)
            help="Authenticates Bynder connectors with this portal. Enter it in each connector’s configuration."
        >
            <div class="card-body">
                <ApiKeyField keys key />
            </div>
            {dynamic(previous)}
            {details}
        </Card>
    }
    .into_any()
}

/// Renders the field with the key. A click copies the key, even while it's masked.
#[component]
fn ApiKeyField(keys: Memo<ApiKeys>, key: Option<String>) -> impl IntoView {
    let shown = ShownKey::new(key);
    // A rotated key is no longer the current one.
    Effect::new(move |before: Option<ApiKeyId>| {
        let now = keys.with(|keys| keys.current.id);
        if before.is_some_and(|before| before != now) {
            shown.hide();
        }
        now
    });
    let shown_key = shown.key;
    let outcome = RwSignal::new(CopyOutcome::Idle);
    let tasks = TaskScope::current();
    let field = NodeRef::<html::Input>::new();
    let copy = move || {
        tasks.spawn_local(async move {
            let key = match shown_key.get_untracked() {
                None => show_api_key(String::new()).await.ok(),
                key => key,
            };
            let result = match key {
                None => CopyOutcome::Failed,
                Some(key) if write_to_clipboard(&key).await => CopyOutcome::Copied,
                Some(key) => {
                    shown_key.set(Some(key));
                    select_field(tasks, field);
                    CopyOutcome::Selected
                }
            };
            outcome.set(result);
            if result == CopyOutcome::Copied {
                tasks.set_timeout(move || outcome.set(CopyOutcome::Idle), COPIED_MESSAGE_DURATION);
            }
        });
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
                    value=move || shown_key.get().unwrap_or_else(|| KEY_MASK.to_owned())
                    aria-describedby="api-key-help"
                    node_ref=field
                    on:click=move |_| copy()
                />
                <ShowKeyButton shown show="Show" hide="Hide" />
                <button
                    class="button copy needs-script"
                    class:copied=move || outcome.get() == CopyOutcome::Copied
                    type="button"
                    on:click=move |_| copy()
                >
                    <IconView icon=Icon::Copy size="small" />
                    {dynamic(move || if outcome.get() == CopyOutcome::Copied { "Copied" } else { "Copy" })}
                    <span class="visually-hidden">" API key"</span>
                </button>
            </div>
            <p class="help" id="api-key-help">
                <span class="needs-script">"Click to copy to clipboard. "</span>
                "Anyone with this key can read these settings."
            </p>
            <p class="help" role="status">
                {dynamic(move || outcome.get().message())}
            </p>
            <FormError form_state=shown.form_state fields=&[] />
        </div>
    }
    .into_any()
}

/// Selects the field's text on the next frame, after its value has been rendered.
fn select_field(tasks: TaskScope, field: NodeRef<html::Input>) {
    tasks.request_animation_frame(move || {
        if let Some(field) = field.get_untracked() {
            field.select();
        }
    });
}

fn key_details(key: &ApiKey) -> impl IntoView + use<> {
    let creator = match &key.created_by {
        Some(name) => format!("by {name}"),
        None => "with the account".to_owned(),
    };
    let created_at = key.created_at;
    let last_used_at = timestamp_or_never(key.last_used_at);
    let user = last_used_by(key).map(|by| view! { <small>{by}</small> });
    view! {
        <DescriptionList>
            <Description term="Created">
                <Time at=created_at />
                <small>{creator}</small>
            </Description>
            <Description term="Last used">{last_used_at} {user}</Description>
        </DescriptionList>
    }
}

/// Returns which implementation last used a key.
fn last_used_by(key: &ApiKey) -> Option<String> {
    key.last_used_at?;
    Some(match key.last_used_by.as_str() {
        "" => "by an unidentified connector".to_owned(),
        name => format!("by {name}"),
    })
}

/// Renders a notice about the previous key while it's active.
fn previous_key_notice(key: ApiKey, revoke_url: String) -> impl IntoView {
    let until = key.ends_at.map(|at| view! { " until " <Time at /> });
    let last = match (key.last_used_at, last_used_by(&key)) {
        (Some(at), Some(by)) => view! { "Last used at " <Time at /> " " {by} "." }.into_any(),
        _ => "Never used.".into_any(),
    };
    view! {
        <div class="card-body">
            <Notice kind=NoticeKind::Info title="Previous key is still active">
                <p>"Active" {until} ". " {last}</p>
                <p class="buttons">
                    <a class="button small" href=revoke_url data-noscroll>
                        "Revoke now"
                    </a>
                </p>
            </Notice>
        </div>
    }
}
