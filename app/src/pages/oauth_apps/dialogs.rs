//! The questions before something of an app ends.

use super::actions::{DeleteApp, DeleteSecret, RevokeRefreshTokens};
use super::list_page::last_used;
use super::secrets::title;
use crate::components::checked_form::{Check, CheckedForm, FormProblem, Values};
use crate::components::dialog::Dialog;
use crate::components::field::FieldError;
use crate::components::notice::{Kind, Notice};
use crate::components::toast::toast;
use domain::fields::{self, FieldErrors};
use domain::oauth_apps::{ClientSecret, OauthApp};
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
) -> impl IntoView {
    let check = Check::<DeleteSecret>::new(|_| None);
    check.on_success(|| toast("Secret deleted"));
    view! {
        <Dialog title="Delete this secret?" back=back.clone()>
            <CheckedForm check>
                <div class="dialog-body">
                    <FormProblem check fields=&[] />
                    <p>
                        <strong>{app.name}</strong>
                        " will get no more tokens with the secret "
                        <strong>{title(&secret)}</strong>
                        ". Tokens that it has got stay as they are. This cannot be undone."
                    </p>
                    <p>"Last used: " {last_used(secret.last_used_at)}</p>
                    <input type="hidden" name="app" value=app.id.to_string() />
                    <input type="hidden" name="secret" value=secret.id.to_string() />
                </div>
                <div class="dialog-footer">
                    <a class="button" href=back data-noscroll>
                        "Cancel"
                    </a>
                    <button class="button danger" aria-busy=move || check.busy()>
                        "Delete secret"
                    </button>
                </div>
            </CheckedForm>
        </Dialog>
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
) -> impl IntoView {
    let check = Check::<RevokeRefreshTokens>::new(|_| None);
    check.on_success(|| toast("Refresh tokens revoked"));
    view! {
        <Dialog title="Revoke all refresh tokens?" back=back.clone()>
            <CheckedForm check>
                <div class="dialog-body">
                    <FormProblem check fields=&[] />
                    <p>
                        <strong>{app.name}</strong>
                        " has to send each of its users here once more before it can act for them again. They are not \
                         asked again for what they have allowed."
                    </p>
                    <input type="hidden" name="app" value=app.id.to_string() />
                </div>
                <div class="dialog-footer">
                    <a class="button" href=back data-noscroll>
                        "Cancel"
                    </a>
                    <button class="button danger" aria-busy=move || check.busy()>
                        "Revoke"
                    </button>
                </div>
            </CheckedForm>
        </Dialog>
    }
    .into_any()
}

fn name_errors(values: Values<'_>) -> Option<FieldErrors> {
    let mut errors = FieldErrors::default();
    fields::name("name", &values("name"), &mut errors);
    errors.or(()).err()
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
    let error = check.error("name");
    let stops = match app.live_tokens {
        0 => "None of its tokens is alive. Its secrets are deleted with it.".to_owned(),
        1 => "Its secrets and its token stop working at once.".to_owned(),
        count => format!("Its secrets and its {count} tokens stop working at once."),
    };
    view! {
        <Dialog title=format!("Delete “{}”?", app.name) back=back.clone()>
            <CheckedForm check>
                <div class="dialog-body">
                    <FormProblem check fields=&["name"] />
                    <Notice kind=Kind::Warning>
                        <p>{stops} " This cannot be undone."</p>
                    </Notice>
                    <input type="hidden" name="app" value=app.id.to_string() />
                    <div class="field">
                        <label for="confirm">"Type the app’s name to confirm"</label>
                        <input
                            id="confirm"
                            name="name"
                            autocomplete="off"
                            autocapitalize="off"
                            spellcheck="false"
                            required
                            autofocus
                            aria-invalid=move || error.with(Option::is_some).then_some("true")
                            aria-describedby="confirm-help confirm-error"
                        />
                        <p class="help" id="confirm-help">
                            {app.name}
                        </p>
                        <FieldError id="confirm-error" error />
                    </div>
                </div>
                <div class="dialog-footer">
                    <a class="button" href=back data-noscroll>
                        "Cancel"
                    </a>
                    <button class="button danger" aria-busy=move || check.busy()>
                        "Delete app"
                    </button>
                </div>
            </CheckedForm>
        </Dialog>
    }
    .into_any()
}
