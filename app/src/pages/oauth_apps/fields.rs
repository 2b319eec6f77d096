//! Fields that the forms for a new and an existing app share.

use crate::components::forms::combobox::Combobox;
use crate::components::forms::field::{Field, FieldError};
use crate::components::forms::form::Values;
use crate::components::forms::text_area::TextArea;
use crate::components::forms::user_suggestions::{
    UserSuggestion, UserSuggestions, combobox_suggestions, suggest_users,
};
use crate::components::reactive::pointer::after_pointer_up;
use crate::components::reactive::task_scope::TaskScope;
use crate::effect::effect;
use crate::pages::oauth_apps::data::{find_users, load_user_rights};
use crate::pages::oauth_apps::page_url::{FormDraft, PageUrl};
use domain::accounts::rights::Rights;
use domain::accounts::users::UserOption;
use domain::oauth2::oauth_apps::{AppForm, Grant};
use leptos::ev::Event;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Reads the values of the fields.
pub fn read_app_form(values: Values<'_>) -> AppForm {
    AppForm {
        name: values("name"),
        grant: values("grant"),
        user: values("user"),
        redirect_uris: values("redirect_uris"),
        scopes: values("scopes[]").lines().map(str::to_owned).collect(),
    }
}

/// Returns the users that match the user field of a rejected form. `url` is the page of the form.
pub fn user_suggestions(draft: Option<&AppForm>, users: &[UserOption], url: &PageUrl) -> Vec<UserSuggestion> {
    let Some(form) = draft else { return Vec::new() };
    suggest_users(&form.user, users, |user| {
        let form = AppForm { user, ..form.clone() };
        url.with_draft(FormDraft::App(form)).to_string()
    })
}

/// Renders the radio buttons for the grant type.
#[component]
pub fn GrantField(
    /// The selected grant type.
    grant: RwSignal<Grant>,
    /// The validation error, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let node = NodeRef::<html::Fieldset>::new();
    let read_selection = move || {
        let selected = node
            .get_untracked()
            .and_then(|fields| fields.query_selector("input:checked").ok()?)
            .and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok())
            .and_then(|input| Grant::from_code(&input.value()));
        if let Some(selected) = selected {
            grant.set(selected);
        }
    };
    // The user may have selected one before the script was loaded.
    effect(move || {
        node.track();
        read_selection();
    });
    let initial = grant.get_untracked();
    let options = Grant::ALL.iter().map(|grant| {
        view! {
            <label class="check">
                <input type="radio" name="grant" value=grant.code() checked=*grant == initial required />
                <span>
                    {grant.label()}
                    <small class="muted">{grant.help()}</small>
                </span>
            </label>
        }
    });
    view! {
        <fieldset class="field" node_ref=node on:change=move |_| read_selection()>
            <legend>"Grant type"</legend>
            {options.collect_view()}
            <FieldError id="grant-error" error />
        </fieldset>
    }
    .into_any()
}

/// Renders the field for the user whose permissions the app has.
#[component]
pub fn UserField(
    /// The value that the field has initially, and when the form is reset.
    #[prop(into)]
    value: Signal<String>,
    /// The initial suggestions of the combobox.
    options: Vec<UserOption>,
    /// The users that match a rejected value.
    suggestions: Vec<UserSuggestion>,
    /// The rights of the selected user, if known.
    rights: RwSignal<Option<Rights>>,
    /// The validation error, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    // Counts the requests, so that a late response does not replace a newer one.
    let last_request = StoredValue::new(0_u32);
    let tasks = TaskScope::current();
    let update_rights = move |event: Event| {
        let user = event_target_value(&event);
        // The browser also fires this event when a focused field is removed. The stored value has been disposed by then.
        let Some(request) = last_request.try_update_value(|last| {
            *last += 1;
            *last
        }) else {
            return;
        };
        tasks.spawn_local(async move {
            let found = load_user_rights(user).await.ok().flatten();
            after_pointer_up(tasks, move || {
                if last_request.get_value() == request {
                    rights.set(found);
                }
            });
        });
    };
    view! {
        <div class="form" on:change=update_rights>
            <Combobox
                name="user"
                label="User"
                what="active users"
                value=value
                suggestions=combobox_suggestions(Ok(options))
                source=|text| Box::pin(async move { combobox_suggestions(find_users(text).await) })
                help="For client credentials. The app has this user’s permissions and is disabled with the user. Name or email."
                optional=true
                error
            />
            <UserSuggestions suggestions error />
        </div>
    }
    .into_any()
}

/// Renders the text area for redirect URIs.
#[component]
pub fn RedirectUrisField(
    /// The value that the field has initially, and when the form is reset: one URI per line.
    #[prop(into)]
    value: Signal<String>,
    /// The validation error, if there is one.
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <Field
            id="redirect_uris"
            label="Authorization redirect URIs"
            help="For Authorization Code: where users are redirected after consent. One URI per line. Requests must \
                  match one exactly."
            error
        >
            <TextArea
                name="redirect_uris"
                value
                rows="3"
                placeholder="https://app.example.com/callback"
                error
            />
        </Field>
    }
    .into_any()
}
