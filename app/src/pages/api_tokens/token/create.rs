//! The dialog that creates a token.

use crate::components::feedback::error_message::access_error;
use crate::components::forms::combobox::Combobox;
use crate::components::forms::field::{Field, aria_invalid};
use crate::components::forms::form::{FormState, Values};
use crate::components::forms::user_suggestions::{UserSuggestions, combobox_suggestions, suggest_users};
use crate::components::overlay::dialog::Dialog as DialogBox;
use crate::components::overlay::form_dialog::FormDialog;
use crate::effect::effect;
use crate::error::AppError;
use crate::pages::api_tokens::actions::CreateToken;
use crate::pages::api_tokens::data::{NewTokenOptions, find_users};
use crate::pages::api_tokens::page_url::{Dialog, PageUrl};
use domain::fields::FieldErrors;
use domain::oauth1::integration_types::{INTEGRATION_TYPES, OTHER};
use domain::oauth1::tokens::NewToken;
use leptos::html;
use leptos::prelude::*;

const TITLE: &str = "Create new token";

const FIELDS: &[&str] = &["user", "consumer", "integration_type", "integration_name"];

fn validate(values: Values<'_>) -> Option<FieldErrors> {
    let form = NewToken {
        user: values("user"),
        consumer: values("consumer"),
        integration_type: values("integration_type"),
        integration_name: values("integration_name"),
    };
    form.validate().err()
}

/// Renders the dialog that creates a token for a user, a consumer and an integration.
#[component]
pub fn NewTokenDialog(
    /// The initial values of the fields.
    form: NewToken,
    /// The options to choose from, or the error that loading them returned.
    options: Result<NewTokenOptions, AppError>,
    /// The URL of the page without the dialog.
    back: String,
) -> impl IntoView {
    let content = match options {
        Err(error) => view! { <div class="dialog-body">{access_error("create tokens", error)}</div> }.into_any(),
        Ok(options) if options.consumers.is_empty() => no_consumer(&back).into_any(),
        Ok(options) => return view! { <NewTokenForm form options back /> }.into_any(),
    };
    view! {
        <DialogBox title=TITLE back>
            {content}
        </DialogBox>
    }
    .into_any()
}

fn no_consumer(back: &str) -> impl IntoView + use<> {
    let new_consumer = PageUrl::parse(back)
        .with_dialog(Dialog::NewConsumer(String::new()))
        .to_string();
    view! {
        <div class="dialog-body">
            <p>"Create a consumer first. Each token belongs to a consumer."</p>
        </div>
        <div class="dialog-footer">
            <a class="button" href=back.to_owned() data-noscroll>
                "Cancel"
            </a>
            <a class="button primary" href=new_consumer data-noscroll>
                "Create new consumer"
            </a>
        </div>
    }
}

#[component]
fn NewTokenForm(form: NewToken, options: NewTokenOptions, back: String) -> impl IntoView {
    let form_state = FormState::new::<CreateToken>(validate);
    let url = PageUrl::parse(&back);
    let suggestions = suggest_users(&form.user, &options.users, |user| {
        let form = NewToken { user, ..form.clone() };
        url.with_dialog(Dialog::NewToken(form)).to_string()
    });
    let consumers = options
        .consumers
        .into_iter()
        .map(|consumer| (consumer.id.to_string(), consumer.name))
        .collect();
    let types = INTEGRATION_TYPES
        .iter()
        .map(|name| ((*name).to_owned(), (*name).to_owned()))
        .collect();
    let type_node = NodeRef::<html::Select>::new();
    let is_other = RwSignal::new(form.integration_type == OTHER);
    // The user may have selected a type before the script was loaded.
    effect(move || {
        if let Some(select) = type_node.get() {
            is_other.set(select.value() == OTHER);
        }
    });
    let on_type_change = move |_| is_other.set(type_node.get_untracked().is_some_and(|select| select.value() == OTHER));
    let name_error = form_state.error("integration_name");
    let live = form_state.is_live();
    view! {
        <FormDialog form_state title=TITLE back=back.clone() button="Create" fields=FIELDS>
            <p>"The token acts on behalf of the user, with the user’s rights, until it is revoked."</p>
            <input type="hidden" name="back" value=back />
            <Combobox
                name="user"
                label="User"
                what="active users"
                value=form.user
                suggestions=combobox_suggestions(Ok(options.users))
                source=|text| Box::pin(async move { combobox_suggestions(find_users(text).await) })
                help="Name or email."
                autofocus=true
                error=form_state.error("user")
            />
            <UserSuggestions suggestions error=form_state.error("user") />
            <RequiredSelect
                name="consumer"
                label="Consumer"
                placeholder="Select a consumer"
                options=consumers
                selected_value=form.consumer
                error=form_state.error("consumer")
            />
            <RequiredSelect
                name="integration_type"
                label="Integration type"
                placeholder="Select an integration type"
                options=types
                selected_value=form.integration_type
                error=form_state.error("integration_type")
                node=type_node
                on:change=on_type_change
            />
            <Field
                id="integration_name"
                label="Integration name"
                help="If you selected Other, describe what the token is for."
                error=name_error
                attr:hidden=move || live.get() && !is_other.get()
            >
                <input
                    id="integration_name"
                    name="integration_name"
                    value=form.integration_name
                    autocomplete="off"
                    aria-invalid=aria_invalid(name_error)
                    aria-describedby="integration_name-help integration_name-error"
                />
            </Field>
        </FormDialog>
    }
    .into_any()
}

/// Renders a required select field.
#[component]
fn RequiredSelect(
    name: &'static str,
    label: &'static str,
    placeholder: &'static str,
    options: Vec<(String, String)>,
    selected_value: String,
    error: Signal<Option<String>>,
    #[prop(optional)] node: NodeRef<html::Select>,
) -> impl IntoView {
    let described_by = move || error.with(Option::is_some).then(|| format!("{name}-error"));
    let options = options.into_iter().map(|(value, label)| {
        let selected = value == selected_value;
        view! { <option value=value selected=selected>{label}</option> }
    });
    let options = options.collect_view();
    view! {
        <Field id=name label error>
            <select
                id=name
                name=name
                required
                node_ref=node
                aria-invalid=aria_invalid(error)
                aria-describedby=described_by
            >
                <option value="">{placeholder}</option>
                {options}
            </select>
        </Field>
    }
    .into_any()
}
