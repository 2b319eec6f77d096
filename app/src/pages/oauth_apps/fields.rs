//! The fields that the form for a new app and that for a kept one share.

use crate::components::forms::combobox::{Combobox, Suggestion};
use crate::components::forms::field::FieldError;
use crate::components::forms::form::Values;
use crate::components::forms::pointer::when_released;
use crate::components::forms::text_area::text_area_content;
use crate::components::forms::user_suggestions::{Candidate, WhoIsMeant, candidates};
use crate::components::reactive::task_scope::TaskScope;
use crate::pages::oauth_apps::data::{user_rights, users};
use crate::pages::oauth_apps::page_url::{Address, Filled};
use domain::accounts::rights::Rights;
use domain::accounts::users::UserChoice;
use domain::oauth2::oauth_apps::{AppForm, Grant};
use leptos::ev::Event;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What the fields hold.
pub fn app_form(values: Values<'_>) -> AppForm {
    AppForm {
        name: values("name"),
        grant: values("grant"),
        user: values("user"),
        redirect_uris: values("redirect_uris"),
        scopes: values("scopes[]").lines().map(str::to_owned).collect(),
    }
}

/// Who may be meant by the user that a form was sent with; `address` is the page of the form.
pub fn who_may_be_meant(filled: Option<&AppForm>, users: &[UserChoice], address: &Address) -> Vec<Candidate> {
    let Some(form) = filled else { return Vec::new() };
    candidates(&form.user, users, |user| {
        let form = AppForm { user, ..form.clone() };
        address.filled(Filled::App(form)).to_string()
    })
}

/// How the app gets its tokens.
#[component]
pub fn GrantField(
    /// The one that is chosen.
    grant: RwSignal<Grant>,
    /// The complaint about it, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let node = NodeRef::<html::Fieldset>::new();
    let look = move || {
        let chosen = node
            .get_untracked()
            .and_then(|fields| fields.query_selector("input:checked").ok()?)
            .and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok())
            .and_then(|input| Grant::from_code(&input.value()));
        if let Some(chosen) = chosen {
            grant.set(chosen);
        }
    };
    // It may have been chosen before the script came.
    Effect::new(move |_| {
        node.track();
        look();
    });
    let at_first = grant.get_untracked();
    let choices = Grant::ALL.iter().map(|grant| {
        view! {
            <label class="check">
                <input type="radio" name="grant" value=grant.code() checked=*grant == at_first required />
                <span>
                    {grant.label()}
                    <small class="muted">{grant.help()}</small>
                </span>
            </label>
        }
    });
    view! {
        <fieldset class="field" node_ref=node on:change=move |_| look()>
            <legend>"Grant type"</legend>
            {choices.collect_view()}
            <FieldError id="grant-error" error />
        </fieldset>
    }
    .into_any()
}

/// With whose permissions the app acts.
#[component]
pub fn UserField(
    /// What it holds at first.
    value: String,
    /// The first suggestions.
    suggested: Vec<UserChoice>,
    /// Who may be meant by what it holds.
    candidates: Vec<Candidate>,
    /// What the chosen person may do, where that is known.
    rights: RwSignal<Option<Rights>>,
    /// The complaint about it, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    // Counts the questions, so that a late answer does not replace a newer one.
    let asked = StoredValue::new(0_u32);
    let tasks = TaskScope::current();
    let look = move |event: Event| {
        let user = event_target_value(&event);
        // The event also comes when the field has just gone, as a browser tells it that it loses the focus.
        let Some(question) = asked.try_update_value(|asked| {
            *asked += 1;
            *asked
        }) else {
            return;
        };
        tasks.spawn_local(async move {
            let found = user_rights(user).await.ok().flatten();
            when_released(tasks, move || {
                if asked.get_value() == question {
                    rights.set(found);
                }
            });
        });
    };
    view! {
        <div class="form" on:change=look>
            <Combobox
                name="user"
                label="User"
                what="active users"
                value=value
                suggestions=suggested.into_iter().map(Suggestion::from).collect()
                source=|text| Box::pin(find(text))
                help="With client credentials: the app has this user’s permissions, and stops with this user. Name or e-mail."
                optional=true
                error
            />
            <WhoIsMeant candidates error />
        </div>
    }
    .into_any()
}

/// Suggestions are a help: where they cannot be fetched, the form can still be filled in and sent.
async fn find(text: String) -> Vec<Suggestion> {
    users(text)
        .await
        .map(|users| users.into_iter().map(Suggestion::from).collect())
        .unwrap_or_default()
}

/// Where people are sent back to.
#[component]
pub fn RedirectUrisField(
    /// What it holds at first, one address a line.
    value: String,
    /// The complaint about it, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let attributes = view! {
        <{..}
            id="redirect_uris"
            name="redirect_uris"
            class="mono"
            rows="3"
            spellcheck="false"
            autocapitalize="off"
            autocomplete="off"
            placeholder="https://app.example.com/callback"
            aria-invalid=move || error.with(Option::is_some).then_some("true")
            aria-describedby="redirect_uris-help redirect_uris-error"
        />
    };
    // Empty it must have no child at all: a placeholder of the renderer's would be taken for its text.
    let area = if value.is_empty() {
        view! { <textarea {..attributes}></textarea> }.into_any()
    } else {
        view! { <textarea {..attributes}>{text_area_content(value)}</textarea> }.into_any()
    };
    view! {
        <div class="field">
            <label for="redirect_uris">"Authorization redirect URIs"</label>
            {area}
            <p class="help" id="redirect_uris-help">
                "With Authorization Code: where users come back to, one address per line, each in full. A request must \
                 name one of them by its letters."
            </p>
            <FieldError id="redirect_uris-error" error />
        </div>
    }
    .into_any()
}
