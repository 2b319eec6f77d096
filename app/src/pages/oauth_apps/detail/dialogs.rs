//! The questions before something of an app ends.

use crate::components::data::time::moment_or_never;
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::feedback::toast::toast;
use crate::components::forms::form::Check;
use crate::components::overlay::confirm::{ConfirmDialog, ConfirmName, name_errors};
use crate::pages::oauth_apps::actions::{DeleteApp, DeleteSecret, RevokeRefreshTokens};
use crate::pages::oauth_apps::detail::secrets::title;
use domain::oauth2::oauth_apps::{ClientSecret, OauthApp};
use leptos::prelude::*;

/// Asks whether to delete a secret.
#[component]
pub fn DeleteSecretDialog(
    /// The app.
    app: OauthApp,
    /// The secret.
    secret: ClientSecret,
    /// The address of the page without the dialog.
    back: String,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<DeleteSecret>::new(|_| None);
    check.on_success(move || {
        toast("Secret deleted");
        changes.update(|changes| *changes += 1);
    });
    view! {
        <ConfirmDialog check title="Delete this secret?" back button="Delete secret">
            <p>
                <strong>{app.name}</strong>
                " will get no more tokens with the secret "
                <strong>{title(&secret)}</strong>
                ". Tokens that it has got stay as they are. This cannot be undone."
            </p>
            <p>"Last used: " {moment_or_never(secret.last_used_at)}</p>
            <input type="hidden" name="app" value=app.id.to_string() />
            <input type="hidden" name="secret" value=secret.id.to_string() />
        </ConfirmDialog>
    }
    .into_any()
}

/// Asks whether to revoke all refresh tokens.
#[component]
pub fn RevokeDialog(
    /// The app.
    app: OauthApp,
    /// The address of the page without the dialog.
    back: String,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<RevokeRefreshTokens>::new(|_| None);
    check.on_success(move || {
        toast("Refresh tokens revoked");
        changes.update(|changes| *changes += 1);
    });
    view! {
        <ConfirmDialog check title="Revoke all refresh tokens?" back button="Revoke">
            <p>
                <strong>{app.name}</strong>
                " has to send each of its users here once more before it can act for them again. They are not \
                 asked again for what they have allowed."
            </p>
            <input type="hidden" name="app" value=app.id.to_string() />
        </ConfirmDialog>
    }
    .into_any()
}

/// Asks for the app's name before it is deleted.
#[component]
pub fn DeleteAppDialog(
    /// The app.
    app: OauthApp,
    /// The address of the page without the dialog.
    back: String,
) -> impl IntoView {
    let check = Check::<DeleteApp>::new(name_errors);
    check.on_success(|| toast("App deleted"));
    let stops = match app.live_tokens {
        0 => "None of its tokens is alive. Its secrets are deleted with it.".to_owned(),
        1 => "Its secrets and its token stop working at once.".to_owned(),
        count => format!("Its secrets and its {count} tokens stop working at once."),
    };
    view! {
        <ConfirmDialog
            check
            title=format!("Delete “{}”?", app.name)
            back
            button="Delete app"
            fields=&["name"]
        >
            <Notice kind=Kind::Warning>
                <p>{stops} " This cannot be undone."</p>
            </Notice>
            <input type="hidden" name="app" value=app.id.to_string() />
            <ConfirmName check what="app" name=app.name />
        </ConfirmDialog>
    }
    .into_any()
}
