//! The dialog for a new token.

use crate::components::feedback::error_message::refusal;
use crate::components::forms::combobox::{Combobox, Suggestion};
use crate::components::forms::field::FieldError;
use crate::components::forms::form::{Check, CheckedForm, FormProblem, Values};
use crate::components::forms::user_suggestions::{WhoIsMeant, candidates};
use crate::components::overlay::dialog::{Dialog as DialogBox, DialogFooter};
use crate::error::Failure;
use crate::pages::api_tokens::actions::CreateToken;
use crate::pages::api_tokens::data::{Choices, people};
use crate::pages::api_tokens::page_url::{Address, Dialog};
use domain::fields::FieldErrors;
use domain::oauth1::integration_types::{INTEGRATION_TYPES, OTHER};
use domain::oauth1::tokens::NewToken;
use leptos::html;
use leptos::prelude::*;

const FIELDS: &[&str] = &["user", "consumer", "integration_type", "integration_name"];

fn errors(values: Values<'_>) -> Option<FieldErrors> {
    let form = NewToken {
        user: values("user"),
        consumer: values("consumer"),
        integration_type: values("integration_type"),
        integration_name: values("integration_name"),
    };
    form.checked().err()
}

/// Asks whom a new token is for, through which consumer, and for which integration.
#[component]
pub fn NewTokenDialog(
    /// What the fields hold at first.
    form: NewToken,
    /// What there is to choose from, or why there is nothing.
    choices: Result<Choices, Failure>,
    /// The address of the page without the dialog.
    back: String,
) -> impl IntoView {
    let body = match choices {
        Err(failure) => view! { <div class="dialog-body">{refusal("Creating tokens", failure)}</div> }.into_any(),
        Ok(choices) if choices.consumers.is_empty() => no_consumer(&back).into_any(),
        Ok(choices) => view! { <Fields form choices back=back.clone() /> }.into_any(),
    };
    view! {
        <DialogBox title="Create new token" back>
            {body}
        </DialogBox>
    }
    .into_any()
}

fn no_consumer(back: &str) -> impl IntoView + use<> {
    let new = Address::parse(back)
        .with(Dialog::NewConsumer(String::new()))
        .to_string();
    view! {
        <div class="dialog-body">
            <p>"A token is issued to a consumer, and this account has none yet."</p>
        </div>
        <div class="dialog-footer">
            <a class="button" href=back.to_owned() data-noscroll>
                "Cancel"
            </a>
            <a class="button primary" href=new data-noscroll>
                "Create new consumer"
            </a>
        </div>
    }
}

#[component]
fn Fields(form: NewToken, choices: Choices, back: String) -> impl IntoView {
    let check = Check::<CreateToken>::new(errors);
    let page = Address::parse(&back);
    let candidates = candidates(&form.user, &choices.users, |user| {
        let form = NewToken { user, ..form.clone() };
        page.with(Dialog::NewToken(form)).to_string()
    });
    let consumers = choices
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
    // It may have been chosen before the script came.
    Effect::new(move |_| {
        if let Some(select) = type_node.get() {
            is_other.set(select.value() == OTHER);
        }
    });
    let on_type = move |_| is_other.set(type_node.get_untracked().is_some_and(|select| select.value() == OTHER));
    let name_error = check.error("integration_name");
    let live = check.live();
    view! {
        <CheckedForm check>
            <div class="dialog-body">
                <p>"The token acts for this user, with this user’s rights, until it is revoked."</p>
                <input type="hidden" name="back" value=back.clone() />
                <Combobox
                    name="user"
                    label="User"
                    what="active users"
                    value=form.user
                    suggestions=choices.users.into_iter().map(Suggestion::from).collect()
                    source=|text| Box::pin(find(text))
                    help="Name or e-mail."
                    autofocus=true
                    error=check.error("user")
                />
                <WhoIsMeant candidates error=check.error("user") />
                <Choice
                    name="consumer"
                    label="Consumer"
                    none="Select a consumer"
                    options=consumers
                    chosen=form.consumer
                    error=check.error("consumer")
                />
                <Choice
                    name="integration_type"
                    label="Integration type"
                    none="Select an integration type"
                    options=types
                    chosen=form.integration_type
                    error=check.error("integration_type")
                    node=type_node
                    on:change=on_type
                />
                <div class="field" hidden=move || live.get() && !is_other.get()>
                    <label for="integration_name">"Integration name"</label>
                    <input
                        id="integration_name"
                        name="integration_name"
                        value=form.integration_name
                        autocomplete="off"
                        aria-invalid=move || name_error.with(Option::is_some).then_some("true")
                        aria-describedby="integration_name-help integration_name-error"
                    />
                    <p class="help" id="integration_name-help">
                        "With the integration type Other: what the token is for, in your own words."
                    </p>
                    <FieldError id="integration_name-error" error=name_error />
                </div>
                <FormProblem check fields=FIELDS />
            </div>
            <DialogFooter check back button="Create" />
        </CheckedForm>
    }
    .into_any()
}

/// A list to choose from.
#[component]
fn Choice(
    name: &'static str,
    label: &'static str,
    none: &'static str,
    options: Vec<(String, String)>,
    chosen: String,
    error: Signal<Option<String>>,
    #[prop(optional)] node: NodeRef<html::Select>,
) -> impl IntoView {
    let error_id = format!("{name}-error");
    let described = error_id.clone();
    let options = options.into_iter().map(|(value, label)| {
        let selected = value == chosen;
        view! { <option value=value selected=selected>{label}</option> }
    });
    view! {
        <div class="field">
            <label for=name>{label}</label>
            <select
                id=name
                name=name
                required
                node_ref=node
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=move || error.with(Option::is_some).then(|| described.clone())
            >
                <option value="">{none}</option>
                {options.collect_view()}
            </select>
            <FieldError id=error_id error />
        </div>
    }
    .into_any()
}

/// Suggestions are a help: where they cannot be fetched, the form can still be filled in and sent.
async fn find(text: String) -> Vec<Suggestion> {
    people(text)
        .await
        .map(|users| users.into_iter().map(Suggestion::from).collect())
        .unwrap_or_default()
}
