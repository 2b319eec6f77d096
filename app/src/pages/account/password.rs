//! Changing the password of the signed-in user.

use crate::components::data::page_header::PageHeader;
use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::feedback::toast::toast;
use crate::components::forms::field::TextField;
#[cfg(feature = "ssr")]
use crate::components::forms::form::respond_error;
use crate::components::forms::form::{FormState, Values};
use crate::components::forms::form_card::{EditForm, PageReload};
use crate::components::forms::password::{NewPasswordField, UsernameField};
use crate::components::reactive::dynamic::dynamic;
use crate::components::reactive::suspend::suspend;
use crate::error::AppError;
use crate::pages::page::Page;
use crate::routing::query_string::use_query_parameter;
use crate::session::protocol::PostRequest;
use crate::session::{SessionClient, current_user};
use domain::accounts::users::validate_password;
use domain::fields::FieldErrors;
use leptos::prelude::*;

/// The path of the page.
#[cfg(feature = "ssr")]
const PATH: &str = "/password";

/// The URL of the page after the password was changed without script.
#[cfg(feature = "ssr")]
const CHANGED_URL: &str = "/password?changed=true";

/// The form's fields.
const FIELDS: &[&str] = &["current_password", "password"];

/// The message after the password was changed.
const CHANGED: &str = "Password changed. Your other sessions were ended.";

/// Changes the password of the signed-in user, and ends the user's other sessions. Redirects a browser without script to the
/// page, which shows the result.
///
/// # Errors
/// [`AppError::Invalid`] for a wrong current password or a weak new one, [`AppError::TooManyAttempts`] after wrong ones.
#[server(prefix = "/fn", endpoint = "password/change", protocol = PostRequest, client = SessionClient)]
pub async fn change_password(
    #[server(default)] current_password: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let client = crate::context::request_context()?.client;
    portal::accounts::users::change_own_password(&portal, &actor, &current_password, &password, &client)
        .await
        .map_err(|error| respond_error::<ChangePassword>(error.into(), &PATH))?;
    if crate::context::is_submitted_without_script() {
        leptos_axum::redirect(CHANGED_URL);
    }
    Ok(())
}

/// Validates the form. Only the server can check whether the current password is correct.
fn validate(values: Values<'_>) -> Option<FieldErrors> {
    let mut errors = FieldErrors::default();
    // The server would count an empty password as a wrong one.
    if values("current_password").is_empty() {
        errors.add("current_password", "Enter your current password.");
    }
    validate_password("password", &values("password"), &mut errors);
    errors.into_result(()).err()
}

/// The Change password page.
pub struct PasswordPage {
    /// Whether the password was just changed without script.
    is_changed: bool,
}

impl Page for PasswordPage {
    fn data() -> Self {
        Self {
            is_changed: use_query_parameter("changed").get_untracked().is_some(),
        }
    }

    fn view(this: Self) -> AnyView {
        let PasswordPage { is_changed } = this;
        let notice = is_changed.then(|| {
            view! {
                <Notice kind=NoticeKind::Success>
                    <p>{CHANGED}</p>
                </Notice>
            }
        });
        view! {
            <div class="page narrow">
                <PageHeader title="Change password" lead="Your other sessions will end. This one stays signed in." />
                {notice}
                <section class="card" aria-label="Change password">
                    <div class="card-body">
                        <PasswordForm />
                    </div>
                </section>
            </div>
        }
        .into_any()
    }
}

/// Renders the form, which is empty again when the password was changed.
#[component]
fn PasswordForm() -> impl IntoView {
    let form_state = FormState::new::<ChangePassword>(validate);
    form_state.on_success(|| toast(CHANGED));
    // There is no data to reload. Each success resets the form.
    let changes = RwSignal::new(0);
    let page_reload = PageReload {
        reloads: Signal::derive(move || changes.track()),
        changes,
    };
    let show_saved = Callback::new(|()| {});
    let user = current_user();
    let username = dynamic(move || {
        suspend(async move {
            let me = user.await.ok()?;
            Some(view! { <UsernameField email=me.email /> })
        })
    });
    view! {
        <EditForm
            form_state
            fields=FIELDS
            button="Change password"
            primary=true
            is_draft=false
            page_reload
            show_saved
        >
            <Suspense>{username}</Suspense>
            <TextField
                name="current_password"
                label="Current password"
                kind="password"
                autocomplete="current-password"
                error=form_state.error("current_password")
            />
            <NewPasswordField error=form_state.error("password") />
        </EditForm>
    }
    .into_any()
}
