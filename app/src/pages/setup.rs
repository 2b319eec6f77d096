//! The first account: made once, with the code that the console printed.

use crate::components::field::{TextField, focus_first_invalid, leads_to_button};
use crate::components::notice::{Kind, Notice};
use crate::failure::Failure;
use crate::pages::gate::Gate;
use crate::pages::page::Page;
use domain::accounts::NewAccount;
use domain::fields::{FieldErrors, MAX_NAME};
use domain::people::MIN_PASSWORD;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{FormData, HtmlFormElement, HtmlInputElement};

/// The form's fields.
const FIELDS: [&str; 5] = ["code", "account_name", "name", "email", "password"];

/// Makes the first account, signs its administrator in, and goes to the settings.
///
/// # Errors
/// [`Failure::Invalid`] for a wrong code or a field that does not hold what it must, [`Failure::TooMany`] after too
/// many wrong codes, [`Failure::Conflict`] when there is an account already.
#[server(prefix = "/fn", endpoint = "setup/complete")]
pub async fn complete_setup(
    code: String,
    account_name: String,
    name: String,
    email: String,
    password: String,
) -> Result<(), Failure> {
    let site = crate::context::site()?;
    let client = crate::context::visitor()?.client;
    let input = NewAccount {
        account_name,
        name,
        email,
        password,
    };
    let cookie = portal::setup::complete(&site.portal, &code, input, &client).await?;
    crate::context::set_session_cookie(&cookie)?;
    leptos_axum::redirect("/settings/portal");
    Ok(())
}

/// The setup page. It is there only while the portal waits for its first account.
pub struct SetupPage {
    action: ServerAction<CompleteSetup>,
}

impl Page for SetupPage {
    fn data() -> Self {
        Self {
            action: ServerAction::new(),
        }
    }

    fn view(this: Self) -> AnyView {
        let SetupPage { action } = this;
        view! { <Form action /> }.into_any()
    }
}

/// The form. The server decides; the same rules run here as soon as a field is left.
#[component]
fn Form(action: ServerAction<CompleteSetup>) -> impl IntoView {
    let failure = move || action.value().get().and_then(Result::err);
    let complaints = RwSignal::new(field_errors(failure()));
    Effect::new(move |_| {
        if let Some(failure) = failure() {
            complaints.set(field_errors(Some(failure)));
            focus_first_invalid();
        }
    });
    let complaint =
        move |field: &'static str| Signal::derive(move || complaints.with(|all| all.of(field).map(str::to_owned)));
    let notice = move || {
        failure().and_then(|failure| failure.form(&FIELDS)).map(|message| {
            view! {
                <Notice kind=Kind::Danger>
                    <p>{message}</p>
                </Notice>
            }
        })
    };
    // Where nothing is wrong with a field that is being typed in for the first time, nothing is said until it is left.
    let recheck = move |event: &web_sys::Event, only_if_wrong: bool| {
        let Some(input) = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlInputElement>().ok())
        else {
            return;
        };
        let field = input.name();
        if only_if_wrong && complaints.try_with_untracked(|all| all.of(&field).is_none()) != Some(false) {
            return;
        }
        let found = input.form().map(|form| check(&form)).unwrap_or_default();
        complaints.try_update(|all| {
            all.0.retain(|error| error.field != field);
            all.0.extend(found.0.into_iter().filter(|error| error.field == field));
        });
    };
    let on_submit = move |event: leptos::ev::SubmitEvent| {
        let form = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let found = form.map(|form| check(&form)).unwrap_or_default();
        if !found.0.is_empty() {
            event.prevent_default();
            complaints.set(found);
            focus_first_invalid();
        }
    };
    view! {
        <Gate title="Set up Gatehouse" lead="This makes the account and its first administrator." wide=true>
            <ActionForm
                action
                attr:class="form"
                on:submit:capture=on_submit
                on:input=move |event| recheck(&event, true)
                on:focusout=move |event| {
                    // A complaint moves the button away from under a pointer that is pressing it; sending checks anyway.
                    if !leads_to_button(&event) {
                        recheck(&event, false);
                    }
                }
            >
                {notice}
                <TextField
                    name="code"
                    label="Setup code"
                    autocomplete="one-time-code"
                    help="The server printed it on its console when it started."
                    autofocus=true
                    error=complaint("code")
                />
                <TextField
                    name="account_name"
                    label="Account name"
                    autocomplete="organization"
                    help="Usually your organisation’s name."
                    maxlength=MAX_NAME
                    error=complaint("account_name")
                />
                <TextField
                    name="name"
                    label="Your name"
                    autocomplete="name"
                    maxlength=MAX_NAME
                    error=complaint("name")
                />
                <TextField name="email" label="E-mail" kind="email" autocomplete="username" error=complaint("email") />
                <TextField
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    help="At least 12 characters."
                    minlength=MIN_PASSWORD
                    error=complaint("password")
                />
                <button class="button primary wide" aria-busy=move || action.pending().get().then_some("true")>
                    "Create account"
                </button>
            </ActionForm>
        </Gate>
    }
    .into_any()
}

/// What the server said of single fields.
fn field_errors(failure: Option<Failure>) -> FieldErrors {
    match failure {
        Some(Failure::Invalid(errors)) => errors,
        _ => FieldErrors::default(),
    }
}

/// What the rules that the server enforces say of the form as it stands. The code is for the server alone to judge.
fn check(form: &HtmlFormElement) -> FieldErrors {
    let Ok(data) = FormData::new_with_form(form) else {
        return FieldErrors::default();
    };
    let text = |name: &str| data.get(name).as_string().unwrap_or_default();
    let input = NewAccount {
        account_name: text("account_name"),
        name: text("name"),
        email: text("email"),
        password: text("password"),
    };
    input.checked().err().unwrap_or_default()
}
