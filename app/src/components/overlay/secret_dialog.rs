//! The dialog that shows a new secret once.

use crate::components::data::copy::Copy;
use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::form::{FormError, FormState, ValidatedForm};
use crate::components::navigation::route_focus::focus_heading_after_load;
use crate::components::overlay::dialog::Dialog;
use crate::error::AppError;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use domain::auth::one_time_secrets::{OneTimeSecret, OneTimeSecretKind};
use domain::ids::OneTimeSecretId;
use leptos::prelude::*;

/// Deletes a secret that was shown, and redirects to its page at `back`.
///
/// # Errors
/// Returns the portal's error.
#[server(prefix = "/fn", endpoint = "one-time-secrets/acknowledge", protocol = PostRequest, client = SessionClient)]
pub async fn acknowledge_secret(id: OneTimeSecretId, back: String) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let result = portal::auth::one_time_secrets::acknowledge(&portal, &actor, id).await;
    let back = domain::local_path::local_path(&back).unwrap_or("/");
    crate::components::forms::form::respond::<AcknowledgeSecret>(result, &back, &back)
}

/// Renders the key and secret of a new credential until the user selects OK.
#[component]
pub fn SecretDialog(
    /// The credential.
    secret: OneTimeSecret,
    /// The URL of the page without the dialog.
    back: String,
) -> impl IntoView {
    let form_state = FormState::new::<AcknowledgeSecret>(|_| None);
    let page = back.clone();
    // Load a new document, so that the secret stays neither in this document's memory nor in the browser's history.
    form_state.on_success(move || {
        focus_heading_after_load();
        _ = window().location().replace(&page);
    });
    let (title, what) = match secret.kind {
        OneTimeSecretKind::Consumer => ("The consumer was created", "Consumer"),
        OneTimeSecretKind::Token => ("The token was created", "Token for"),
        OneTimeSecretKind::OauthApp => ("Copy the client secret", "Application"),
    };
    let (key_label, secret_label) = secret.kind.labels();
    let secret_row = |label: &'static str, text: String| {
        view! {
            <div>
                <dt>{label}</dt>
                <dd>
                    <code>{text.clone()}</code>
                    <Copy text what=label />
                </dd>
            </div>
        }
    };
    view! {
        <Dialog title wide=true>
            <ValidatedForm form_state>
                <div class="dialog-body">
                    <p>{what} " " <strong>{secret.name}</strong></p>
                    <dl class="secret">
                        {secret_row(key_label, secret.key)} {secret_row(secret_label, secret.secret)}
                    </dl>
                    <Notice kind=NoticeKind::Warning>
                        <p>
                            "Make sure you copy this information because once you click OK the information will disappear."
                        </p>
                    </Notice>
                    <input type="hidden" name="id" value=secret.id.to_string() />
                    <input type="hidden" name="back" value=back />
                    <FormError form_state fields=&[] />
                </div>
                <div class="dialog-footer">
                    <button class="button primary" aria-busy=move || form_state.busy()>
                        "OK"
                    </button>
                </div>
            </ValidatedForm>
        </Dialog>
    }
    .into_any()
}
