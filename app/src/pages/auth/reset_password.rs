//! The page that a mailed link opens, on which the owner of the address chooses a new password. Opening it changes nothing,
//! because mail scanners open links too.

use crate::components::feedback::error_message::ErrorMessage;
use crate::components::feedback::notice::{Notice, NoticeKind};
#[cfg(feature = "ssr")]
use crate::components::forms::form::respond_error;
use crate::components::forms::form::{FormError, FormState, ValidatedForm, Values};
use crate::components::forms::password::{NewPasswordField, UsernameField};
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::effect::memo;
use crate::error::AppError;
use crate::page_data::PageData;
use crate::pages::auth::forgot_password;
use crate::pages::auth::layout::AuthLayout;
use crate::pages::page::Page;
#[cfg(feature = "ssr")]
use crate::routing::query_string::QueryParams;
use crate::routing::query_string::use_query_parameter;
use crate::session::SessionClient;
use crate::session::protocol::{GetRequest, PostRequest};
use domain::accounts::users::validate_password;
use domain::auth::email_links::LinkState;
use domain::fields::FieldErrors;
use leptos::prelude::*;

/// The path of the page after signing in.
const NEXT_PATH: &str = "/";

/// The form's fields.
const FIELDS: &[&str] = &["password"];

const TITLE: &str = "Choose a new password";

/// Returns whether the link with this token works, and otherwise why not.
///
/// # Errors
/// Returns the portal's error.
#[server(
    name = LoadResetLink,
    prefix = "/fn",
    endpoint = "password-resets/link",
    protocol = GetRequest,
    client = SessionClient,
)]
pub async fn load_reset_link(#[server(default)] token: String) -> Result<LinkState, AppError> {
    let site = crate::context::site()?;
    Ok(portal::accounts::password_resets::link_state(&site.portal, &token).await?)
}

/// Sets a new password with a mailed link, signs its owner in, and redirects a browser without script to the start page. A
/// script navigates there itself; see [`PasswordForm`].
///
/// # Errors
/// [`AppError::Conflict`] if the link doesn't work, [`AppError::Invalid`] for a weak password, which leaves the link usable.
#[server(prefix = "/fn", endpoint = "password-resets/complete", protocol = PostRequest, client = SessionClient)]
pub async fn complete_password_reset(
    #[server(default)] token: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let site = crate::context::site()?;
    let client = crate::context::request_context()?.client;
    let cookies = crate::context::sign_in_cookies()?;
    // The token stays in the URL of the page, and the password is in no URL.
    let mut params = QueryParams::default();
    params.set("token", &token);
    let signed_in = portal::accounts::password_resets::complete(&site.portal, &token, &password, &client, &cookies)
        .await
        .map_err(|error| respond_error::<CompletePasswordReset>(error.into(), &format!("/reset-password{params}")))?;
    crate::context::set_sign_in_cookies(&signed_in)?;
    if crate::context::is_submitted_without_script() {
        leptos_axum::redirect(NEXT_PATH);
    }
    Ok(())
}

/// Validates the form. The server also checks how easy the password is to guess.
fn validate(values: Values<'_>) -> Option<FieldErrors> {
    let mut errors = FieldErrors::default();
    validate_password("password", &values("password"), &mut errors);
    errors.into_result(()).err()
}

/// The page of a mailed link.
pub struct ResetPasswordPage {
    token: Memo<String>,
    link: PageData<LinkState>,
}

impl Page for ResetPasswordPage {
    fn data() -> Self {
        let parameter = use_query_parameter("token");
        let token = memo(move || parameter.get().unwrap_or_default());
        Self {
            token,
            link: PageData::new(move || token.get(), load_reset_link),
        }
    }

    fn view(this: Self) -> AnyView {
        let ResetPasswordPage { token, link } = this;
        let page = dynamic(move || {
            suspend(async move {
                match link.await {
                    Ok(LinkState::Valid { email, .. }) => view! { <PasswordForm token email /> }.into_any(),
                    Ok(LinkState::Invalid(problem)) => {
                        view! { <InvalidLink reason=problem.message().to_owned() /> }.into_any()
                    }
                    Err(error) => view! {
                        <AuthLayout title=TITLE>
                            <ErrorMessage error />
                        </AuthLayout>
                    }
                    .into_any(),
                }
            })
        });
        view! { <Suspense>{page}</Suspense> }.into_any()
    }
}

/// Renders the form, or why the link doesn't work any more when the form was sent.
#[component]
fn PasswordForm(token: Memo<String>, email: String) -> impl IntoView {
    let form_state = FormState::new::<CompletePasswordReset>(validate);
    // A session starts in a new document, as after setup. It replaces this one, so that going back doesn't lead to a used link.
    form_state.on_success(|| _ = window().location().replace(NEXT_PATH));
    let conflict = memo(move || match form_state.output::<CompletePasswordReset>() {
        Some(Err(AppError::Conflict(reason))) => Some(reason),
        _ => None,
    });
    dynamic(move || match conflict.get() {
        Some(reason) => view! { <InvalidLink reason /> }.into_any(),
        None => {
            let email = email.clone();
            view! {
                <AuthLayout title=TITLE lead=lead(&email)>
                    <ValidatedForm form_state class="form">
                        <input type="hidden" name="token" value=move || token.get() />
                        <UsernameField email />
                        <NewPasswordField autofocus=true error=form_state.error("password") />
                        <FormError form_state fields=FIELDS />
                        <button class="button primary wide" aria-busy=move || form_state.busy()>
                            "Set password and sign in"
                        </button>
                    </ValidatedForm>
                </AuthLayout>
            }
            .into_any()
        }
    })
}

fn lead(email: &str) -> String {
    format!("For {email}. You’ll be signed out everywhere else.")
}

/// Renders why the link doesn't work, and a way to a new one.
#[component]
fn InvalidLink(reason: String) -> impl IntoView {
    view! {
        <AuthLayout title="This link doesn’t work">
            <Notice kind=NoticeKind::Danger>
                <p>{reason}</p>
            </Notice>
            <div class="button-pair single">
                // `external`, because that page is a document without script.
                <a class="button primary" href=forgot_password::PATH rel="external">
                    "Send a new link"
                </a>
            </div>
        </AuthLayout>
    }
    .into_any()
}
