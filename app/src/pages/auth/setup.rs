//! The first account: made once, with the code that the console printed.

use crate::components::forms::field::TextField;
#[cfg(feature = "ssr")]
use crate::components::forms::form::refuse;
use crate::components::forms::form::{Check, CheckedForm, FormProblem, Values};
use crate::error::Failure;
use crate::pages::auth::layout::Gate;
use crate::pages::page::Page;
use domain::accounts::NewAccount;
use domain::accounts::users::MIN_PASSWORD;
use domain::fields::FieldErrors;
use leptos::prelude::*;

/// The page that follows.
const NEXT: &str = "/settings/portal";

/// The form's fields.
const FIELDS: &[&str] = &["code", "account_name", "name", "email", "password"];

/// Makes the first account, signs its administrator in, and sends a browser without script to the settings. The script goes
/// there itself, see [`Form`].
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
    let signed_in = portal::auth::setup::complete(&site.portal, &code, input, &client)
        .await
        .map_err(|error| refuse::<CompleteSetup>(error.into(), &"/setup"))?;
    crate::context::set_sign_in_cookies(&signed_in)?;
    if use_context::<http::request::Parts>().is_some_and(|parts| crate::context::accepts_html(&parts.headers)) {
        leptos_axum::redirect(NEXT);
    }
    Ok(())
}

/// What the rules that the server enforces say of the form as it stands. Which code is right, the server alone can say.
fn errors(values: Values<'_>) -> Option<FieldErrors> {
    let input = NewAccount {
        account_name: values("account_name"),
        name: values("name"),
        email: values("email"),
        password: values("password"),
    };
    let mut errors = input.checked().err().unwrap_or_default();
    // The server would count it as a wrong code.
    if values("code").trim().is_empty() {
        errors.add("code", "Enter the code.");
    }
    errors.or(()).err()
}

/// The setup page. It is there only while the portal waits for its first account.
pub struct SetupPage;

impl Page for SetupPage {
    fn data() -> Self {
        Self
    }

    fn view(_this: Self) -> AnyView {
        view! { <Form /> }.into_any()
    }
}

/// The form. The server decides; the same rules run here while it is filled in.
#[component]
fn Form() -> impl IntoView {
    let check = Check::<CompleteSetup>::new(errors);
    // A session begins in a new document, as after signing in. The browser loads it whether the tab is seen or not, and says
    // itself what is wrong where it cannot; the router would wait for the next frame, and for the code of the next page.
    check.on_success(|| _ = window().location().assign(NEXT));
    view! {
        <Gate title="Set up Gatehouse" lead="This makes the account and its first administrator." wide=true>
            <CheckedForm check class="form">
                <TextField
                    name="code"
                    label="Setup code"
                    autocomplete="one-time-code"
                    help="The server printed it on its console when it started."
                    autofocus=true
                    error=check.error("code")
                />
                <TextField
                    name="account_name"
                    label="Account name"
                    autocomplete="organization"
                    help="Usually your organisation’s name."
                    error=check.error("account_name")
                />
                <TextField
                    name="name"
                    label="Your name"
                    autocomplete="name"
                    error=check.error("name")
                />
                <TextField name="email" label="E-mail" kind="email" autocomplete="username" error=check.error("email") />
                <TextField
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    help="At least 12 characters that are hard to guess, such as a few words that do not belong together."
                    minlength=MIN_PASSWORD
                    error=check.error("password")
                />
                <FormProblem check fields=FIELDS />
                <button class="button primary wide" aria-busy=move || check.busy()>
                    "Create account"
                </button>
            </CheckedForm>
        </Gate>
    }
    .into_any()
}
