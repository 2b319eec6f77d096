//! The sign-in page. It runs no script: the form is submitted by the browser, and the next page is a new document.

use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::field::TextField;
use crate::components::forms::form::FormRequest;
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::auth::email_cookie;
use crate::pages::auth::forgot_password;
use crate::pages::auth::layout::AuthLayout;
use crate::pages::page::Page;
use crate::routing::query_string::use_query_parameter;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

/// The path of the page.
#[cfg(feature = "ssr")]
const PATH: &str = "/sign-in";

/// Creates a session, which replaces the browser's current one, and redirects to `next`.
///
/// # Errors
/// [`AppError::Invalid`] for an incorrect email or password, [`AppError::TooManyAttempts`] while sign-in is blocked.
#[server(prefix = "/fn", endpoint = "session/sign-in", protocol = PostRequest, client = SessionClient)]
pub async fn sign_in(email: String, password: String, next: String) -> Result<(), AppError> {
    use portal::auth::sign_in::sign_in_with_cookies;

    let site = crate::context::site()?;
    let client = crate::context::request_context()?.client;
    let cookies = crate::context::sign_in_cookies()?;
    let signed_in = sign_in_with_cookies(&site.portal, &email, &password, &client, &cookies).await;
    let signed_in = match signed_in {
        Ok(signed_in) => signed_in,
        Err(error) => {
            email_cookie::set(PATH, &email)?;
            return Err(error.into());
        }
    };
    email_cookie::delete(PATH)?;
    crate::context::set_sign_in_cookies(&signed_in)?;
    // A header can only contain visible ASCII. The links to this page escape other characters.
    let local = domain::local_path::local_path(&next).filter(|path| path.bytes().all(|byte| byte.is_ascii_graphic()));
    leptos_axum::redirect(local.unwrap_or("/"));
    Ok(())
}

/// The sign-in page.
pub struct SignInPage {
    error: Option<AppError>,
    /// The path to open after signing in.
    next: String,
}

impl Page for SignInPage {
    fn data() -> Self {
        Self {
            error: untrack(|| FormRequest::new::<SignIn>().error()),
            next: use_query_parameter("next").get_untracked().unwrap_or_default(),
        }
    }

    fn view(this: Self) -> AnyView {
        let SignInPage { error, next } = this;
        let is_blocked = matches!(error, Some(AppError::TooManyAttempts { .. }));
        let notice = error.and_then(|error| error.form_error(&[])).map(|message| {
            view! {
                <Notice kind=NoticeKind::Danger>
                    <p>{message}</p>
                    {is_blocked
                        .then(|| {
                            view! {
                                <p>
                                    "You can still sign in from a browser that you have used before. If you forgot your password, "
                                    <a href=forgot_password::PATH>"set a new one"</a> "."
                                </p>
                            }
                        })}
                </Notice>
            }
        });
        #[cfg(feature = "ssr")]
        let email = notice.as_ref().and_then(|_| email_cookie::get()).unwrap_or_default();
        #[cfg(not(feature = "ssr"))]
        let email = String::new();
        let is_retry = !email.is_empty();
        view! {
            <AuthLayout title="Sign in" footer=|| "Need an account? Contact your Gatehouse administrator.">
                <form action=SignIn::url() method="post" class="form">
                    {notice}
                    <input type="hidden" name="next" value=next />
                    <TextField
                        name="email"
                        label="Email"
                        kind="email"
                        autocomplete="username"
                        value=email
                        autofocus=!is_retry
                    />
                    <TextField
                        name="password"
                        label="Password"
                        kind="password"
                        autocomplete="current-password"
                        autofocus=is_retry
                    />
                    <button class="button primary wide">"Sign in"</button>
                    <p class="auth-link">
                        <a href=forgot_password::PATH>"Forgot your password?"</a>
                    </p>
                </form>
            </AuthLayout>
        }
        .into_any()
    }
}
