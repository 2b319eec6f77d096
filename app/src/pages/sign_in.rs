//! Signing in.

use crate::components::field::TextField;
use crate::components::notice::{Kind, Notice};
use crate::failure::Failure;
use crate::pages::gate::Gate;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use leptos_router::{LazyRoute, lazy_route};

/// Opens a session, and goes where the person was going.
///
/// # Errors
/// [`Failure::Invalid`] when e-mail and password do not fit, [`Failure::TooMany`] while the person has to wait.
#[server(prefix = "/fn", endpoint = "session/sign-in")]
pub async fn sign_in(email: String, password: String, next: String) -> Result<(), Failure> {
    let site = crate::context::site()?;
    let client = crate::context::visitor()?.client;
    let cookie = portal::sign_in::sign_in(&site.portal, &email, &password, &client).await?;
    crate::context::set_session_cookie(&cookie)?;
    // A header carries visible ASCII; the addresses that lead to the form are escaped.
    let local = domain::local_path::local_path(&next).filter(|path| path.bytes().all(|byte| byte.is_ascii_graphic()));
    leptos_axum::redirect(local.unwrap_or("/"));
    Ok(())
}

/// The sign-in page.
pub struct SignInPage {
    action: ServerAction<SignIn>,
    next: Signal<String>,
}

#[lazy_route]
impl LazyRoute for SignInPage {
    fn data() -> Self {
        let query = use_query_map();
        let next = Signal::derive(move || query.read().get("next").unwrap_or_default());
        Self {
            action: ServerAction::new(),
            next,
        }
    }

    fn view(this: Self) -> AnyView {
        let SignInPage { action, next } = this;
        let value = action.value();
        let problem = move || value.with(|value| value.as_ref()?.as_ref().err()?.form(&[]));
        let complaint = move || {
            problem().map(|message| {
                view! {
                    <Notice kind=Kind::Danger>
                        <p>{message}</p>
                    </Notice>
                }
            })
        };
        view! {
            <Gate title="Sign in" foot=|| "No account? Ask the person who administers Gatehouse in your organisation.">
                <ActionForm action attr:class="form">
                    {complaint}
                    <input type="hidden" name="next" value=next />
                    <TextField name="email" label="E-mail" kind="email" autocomplete="username" autofocus=true />
                    <TextField name="password" label="Password" kind="password" autocomplete="current-password" />
                    <button class="button primary wide" aria-busy=move || action.pending().get().then_some("true")>
                        "Sign in"
                    </button>
                </ActionForm>
            </Gate>
        }
        .into_any()
    }
}
