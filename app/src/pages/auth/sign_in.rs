//! Signing in. The page runs no script: its form is sent plainly, and what comes next is loaded anew.

use crate::components::feedback::notice::{Kind, Notice};
use crate::components::forms::field::TextField;
use crate::error::Failure;
use crate::pages::auth::layout::Gate;
use crate::pages::page::Page;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
#[cfg(not(feature = "ssr"))]
use leptos_router::hooks::use_query_map;

/// Opens a session, which replaces the one that the browser is in, and goes where the person was going.
///
/// # Errors
/// [`Failure::Invalid`] when e-mail and password do not fit, [`Failure::TooMany`] while the person has to wait.
#[server(prefix = "/fn", endpoint = "session/sign-in")]
pub async fn sign_in(email: String, password: String, next: String) -> Result<(), Failure> {
    use portal::auth::sign_in::sign_in_with_cookies;

    let site = crate::context::site()?;
    let client = crate::context::visitor()?.client;
    let cookies = crate::context::sign_in_cookies()?;
    let signed_in = sign_in_with_cookies(&site.portal, &email, &password, &client, &cookies).await;
    let signed_in = match signed_in {
        Ok(signed_in) => signed_in,
        Err(error) => {
            typed::keep(&email)?;
            return Err(error.into());
        }
    };
    typed::forget()?;
    crate::context::set_sign_in_cookies(&signed_in)?;
    // A header carries visible ASCII; the addresses that lead to the form are escaped.
    let local = domain::local_path::local_path(&next).filter(|path| path.bytes().all(|byte| byte.is_ascii_graphic()));
    leptos_axum::redirect(local.unwrap_or("/"));
    Ok(())
}

/// The e-mail of an attempt that failed, for the form that is shown again: kept in a cookie of that page for a while, so
/// that it stands in no address.
#[cfg(feature = "ssr")]
mod typed {
    use crate::context;
    use crate::error::Failure;
    use leptos_router::location::Url;

    const COOKIE: &str = "gatehouse-email";
    const PATH: &str = "/sign-in";
    const SECONDS: u64 = 10 * 60;

    pub fn keep(email: &str) -> Result<(), Failure> {
        let fits = email.len() <= domain::email::MAX_EMAIL;
        context::send_cookie(
            COOKIE,
            if fits { Url::escape(email) } else { String::new() }.as_str(),
            PATH,
            SECONDS,
        )
    }

    pub fn forget() -> Result<(), Failure> {
        context::send_cookie(COOKIE, "", PATH, 0)
    }

    pub fn recall() -> Option<String> {
        context::cookie(COOKIE).map(|email| Url::unescape(&email))
    }
}

/// Where the person was going.
fn next() -> String {
    #[cfg(feature = "ssr")]
    return crate::context::query("next").unwrap_or_default();
    #[cfg(not(feature = "ssr"))]
    use_query_map().read_untracked().get("next").unwrap_or_default()
}

/// The sign-in page.
pub struct SignInPage {
    failure: Option<Failure>,
    next: String,
}

impl Page for SignInPage {
    fn data() -> Self {
        let failure = ServerAction::<SignIn>::new().value().get_untracked();
        Self {
            failure: failure.and_then(Result::err),
            next: next(),
        }
    }

    fn view(this: Self) -> AnyView {
        let SignInPage { failure, next } = this;
        let has_to_wait = matches!(failure, Some(Failure::TooMany { .. }));
        let complaint = failure.and_then(|failure| failure.form(&[])).map(|message| {
            view! {
                <Notice kind=Kind::Danger>
                    <p>{message}</p>
                    {has_to_wait
                        .then(|| {
                            view! {
                                <p>
                                    "You can still sign in from a browser that you have used before. If you forgot your password, ask the person who administers Gatehouse for a new one."
                                </p>
                            }
                        })}
                </Notice>
            }
        });
        #[cfg(feature = "ssr")]
        let email = complaint.as_ref().and_then(|_| typed::recall()).unwrap_or_default();
        #[cfg(not(feature = "ssr"))]
        let email = String::new();
        let again = !email.is_empty();
        view! {
            <Gate title="Sign in" foot=|| "No account? Ask the person who administers Gatehouse in your organisation.">
                <form action=SignIn::url() method="post" class="form">
                    {complaint}
                    <input type="hidden" name="next" value=next />
                    <TextField
                        name="email"
                        label="E-mail"
                        kind="email"
                        autocomplete="username"
                        value=email
                        autofocus=!again
                    />
                    <TextField
                        name="password"
                        label="Password"
                        kind="password"
                        autocomplete="current-password"
                        autofocus=again
                    />
                    <button class="button primary wide">"Sign in"</button>
                </form>
            </Gate>
        }
        .into_any()
    }
}
