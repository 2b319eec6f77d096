//! The one showing of a new secret.

use crate::components::data::copy::Copy;
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::forms::form::{Check, CheckedForm, FormProblem};
use crate::components::navigation::route_focus::focus_heading_after_load;
use crate::components::overlay::dialog::Dialog;
use crate::error::Failure;
use domain::auth::one_time_secrets::{Reveal, RevealKind};
use domain::ids::RevealId;
use leptos::prelude::*;

/// Puts a secret away for good, and goes `back` to its page.
///
/// # Errors
/// Those of the portal.
#[server(prefix = "/fn", endpoint = "reveals/dismiss")]
pub async fn dismiss_reveal(reveal: RevealId, back: String) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let dismissed = portal::auth::one_time_secrets::dismiss(&portal, &actor, reveal).await;
    let back = domain::local_path::local_path(&back).unwrap_or("/");
    crate::components::forms::form::answer::<DismissReveal>(dismissed, &back, &back)
}

/// Shows both halves of a new credential until the person clicks OK.
#[component]
pub fn RevealDialog(
    /// The credential.
    reveal: Reveal,
    /// The address of the page without the dialog.
    back: String,
) -> impl IntoView {
    let check = Check::<DismissReveal>::new(|_| None);
    let page = back.clone();
    // A new document, so that nothing of the secret stays in this one's memory, nor in the browser's history.
    check.on_success(move || {
        focus_heading_after_load();
        _ = window().location().replace(&page);
    });
    let (title, what) = match reveal.kind {
        RevealKind::Consumer => ("The consumer was created", "Consumer"),
        RevealKind::Token => ("The token was created", "Token for"),
        RevealKind::OauthApp => ("Copy the client secret", "Application"),
    };
    let (key_label, secret_label) = reveal.kind.labels();
    let half = |label: &'static str, text: String| {
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
            <CheckedForm check>
                <div class="dialog-body">
                    <p>{what} " " <strong>{reveal.name}</strong></p>
                    <dl class="secret">
                        {half(key_label, reveal.key)} {half(secret_label, reveal.secret)}
                    </dl>
                    <Notice kind=Kind::Warning>
                        <p>
                            "Make sure you copy this information because once you click OK the information will disappear."
                        </p>
                    </Notice>
                    <input type="hidden" name="reveal" value=reveal.id.to_string() />
                    <input type="hidden" name="back" value=back />
                    <FormProblem check fields=&[] />
                </div>
                <div class="dialog-footer">
                    <button class="button primary" aria-busy=move || check.busy()>
                        "OK"
                    </button>
                </div>
            </CheckedForm>
        </Dialog>
    }
    .into_any()
}
