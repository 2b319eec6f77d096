//! The setup page, which creates the first account with the code that the server printed on its console.

use crate::components::forms::field::TextField;
use crate::components::forms::form::{FormError, FormState, ValidatedForm, Values};
use crate::components::forms::password::NewPasswordField;
use crate::error::AppError;
use crate::pages::auth::layout::AuthLayout;
use crate::pages::page::Page;
use crate::routing::query_string::use_query_parameter;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use domain::accounts::NewAccount;
use domain::fields::FieldErrors;
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {crate::components::forms::form::respond_error, crate::routing::query_string::QueryParams};

/// The path of the page after setup.
const NEXT_PATH: &str = "/settings/portal";

/// The form's fields.
const FIELDS: &[&str] = &["code", "account_name", "name", "email", "password"];

/// Creates the first account, signs its administrator in, and redirects a browser without script to the settings. A script
/// navigates there itself; see [`Form`].
///
/// # Errors
/// [`AppError::Invalid`] for a wrong code or an invalid field, [`AppError::TooManyAttempts`] after too many wrong codes,
/// [`AppError::Conflict`] if there already is an account.
#[server(prefix = "/fn", endpoint = "setup/complete", protocol = PostRequest, client = SessionClient)]
pub async fn complete_setup(
    code: String,
    account_name: String,
    name: String,
    email: String,
    password: String,
) -> Result<(), AppError> {
    let site = crate::context::site()?;
    let client = crate::context::request_context()?.client;
    let input = NewAccount {
        account_name,
        name,
        email,
        password,
    };
    // The setup code and the password are secrets, which no URL contains.
    let mut params = QueryParams::default();
    params.set("account_name", &input.account_name);
    params.set("name", &input.name);
    params.set("email", &input.email);
    let signed_in = portal::accounts::setup::complete(&site.portal, &code, input, &client)
        .await
        .map_err(|error| respond_error::<CompleteSetup>(error.into(), &format!("/setup{params}")))?;
    crate::context::set_sign_in_cookies(&signed_in)?;
    if crate::context::is_submitted_without_script() {
        leptos_axum::redirect(NEXT_PATH);
    }
    Ok(())
}

/// Validates the form. Only the server can check whether the code is correct.
fn validate(values: Values<'_>) -> Option<FieldErrors> {
    let input = NewAccount {
        account_name: values("account_name"),
        name: values("name"),
        email: values("email"),
        password: values("password"),
    };
    let mut errors = input.validate().err().unwrap_or_default();
    // The server would count an empty code as a wrong one.
    if values("code").trim().is_empty() {
        errors.add("code", "Enter the setup code.");
    }
    errors.into_result(()).err()
}

/// The setup page. It is available only until the first account is created.
pub struct SetupPage {
    account_name: String,
    name: String,
    email: String,
}

impl Page for SetupPage {
    fn data() -> Self {
        // The values of a form that was rejected without script.
        let value = |name| use_query_parameter(name).get_untracked().unwrap_or_default();
        Self {
            account_name: value("account_name"),
            name: value("name"),
            email: value("email"),
        }
    }

    fn view(this: Self) -> AnyView {
        let SetupPage {
            account_name,
            name,
            email,
        } = this;
        view! { <Form account_name name email /> }.into_any()
    }
}

/// Renders the form, which is validated with the server's rules while it is filled in.
#[component]
fn Form(account_name: String, name: String, email: String) -> impl IntoView {
    let form_state = FormState::new::<CompleteSetup>(validate);
    // A session starts in a new document, as after signing in. The browser also loads it in a background tab and shows its
    // own error page if it can't, while the router would wait for the next frame and for the code of the next page.
    form_state.on_success(|| _ = window().location().assign(NEXT_PATH));
    view! {
        <AuthLayout title="Set up Gatehouse" lead="Create the account and its first administrator." wide=true>
            <ValidatedForm form_state class="form">
                <TextField
                    name="code"
                    label="Setup code"
                    autocomplete="one-time-code"
                    help="Printed on the server’s console when it started."
                    autofocus=true
                    error=form_state.error("code")
                />
                <TextField
                    name="account_name"
                    label="Account name"
                    value=account_name
                    autocomplete="organization"
                    help="Usually your organization’s name."
                    error=form_state.error("account_name")
                />
                <TextField
                    name="name"
                    label="Your name"
                    value=name
                    autocomplete="name"
                    error=form_state.error("name")
                />
                <TextField
                    name="email"
                    label="Email"
                    kind="email"
                    autocomplete="username"
                    value=email
                    error=form_state.error("email")
                />
                <NewPasswordField label="Password" error=form_state.error("password") />
                <FormError form_state fields=FIELDS />
                <button class="button primary wide" aria-busy=move || form_state.busy()>
                    "Create account"
                </button>
            </ValidatedForm>
        </AuthLayout>
    }
    .into_any()
}
