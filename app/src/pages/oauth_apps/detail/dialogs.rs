//! The dialogs that delete a client secret, revoke refresh tokens, and delete an app.

use crate::components::data::time::timestamp_or_never;
use crate::components::feedback::toast::toast;
use crate::components::forms::form::FormState;
use crate::components::overlay::confirm::{ConfirmDialog, DeleteDialog, validate_typed_name};
use crate::pages::oauth_apps::actions::{DeleteApp, DeleteSecret, RevokeRefreshTokens};
use crate::pages::oauth_apps::detail::secrets::secret_name;
use domain::oauth2::oauth_apps::{ClientSecret, OauthApp};
use leptos::prelude::*;

/// Renders the dialog that deletes a client secret.
#[component]
pub fn DeleteSecretDialog(
    /// The app.
    app: OauthApp,
    /// The secret.
    secret: ClientSecret,
    /// The URL of the page without the dialog.
    back: String,
    /// A counter; incrementing it reloads the page's data.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form_state = FormState::new::<DeleteSecret>(|_| None);
    form_state.toast_and_reload("Secret deleted", changes);
    view! {
        <ConfirmDialog form_state title="Delete this secret?" back button="Delete secret">
            <p>
                <strong>{app.name}</strong>
                " can no longer get tokens with the secret "
                <strong>{secret_name(&secret)}</strong>
                ". Existing tokens aren’t affected. This cannot be undone."
            </p>
            <p>"Last used: " {timestamp_or_never(secret.last_used_at)}</p>
            <input type="hidden" name="app" value=app.id.to_string() />
            <input type="hidden" name="secret" value=secret.id.to_string() />
        </ConfirmDialog>
    }
    .into_any()
}

/// Renders the dialog that revokes all refresh tokens.
#[component]
pub fn RevokeDialog(
    /// The app.
    app: OauthApp,
    /// The URL of the page without the dialog.
    back: String,
    /// A counter; incrementing it reloads the page's data.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form_state = FormState::new::<RevokeRefreshTokens>(|_| None);
    form_state.toast_and_reload("Refresh tokens revoked", changes);
    view! {
        <ConfirmDialog form_state title="Revoke all refresh tokens?" back button="Revoke">
            <p>
                <strong>{app.name}</strong>
                " must send its users to sign in again. They won’t be asked for consent again."
            </p>
            <input type="hidden" name="app" value=app.id.to_string() />
        </ConfirmDialog>
    }
    .into_any()
}

/// Renders the dialog that deletes an app. The user confirms by typing its name.
#[component]
pub fn DeleteAppDialog(
    /// The app.
    app: OauthApp,
    /// The initial value of the field that confirms.
    typed: String,
    /// The URL of the page without the dialog.
    back: String,
) -> impl IntoView {
    let form_state = FormState::new::<DeleteApp>(validate_typed_name);
    form_state.on_success(|| toast("App deleted"));
    let consequence = match app.active_tokens {
        0 => "It has no active tokens. Its secrets are deleted too.".to_owned(),
        1 => "Its secrets and its token stop working immediately.".to_owned(),
        count => format!("Its secrets and its {count} tokens stop working immediately."),
    };
    view! {
        <DeleteDialog form_state what="app" id=app.id.to_string() name=app.name typed consequence back />
    }
    .into_any()
}
