//! The preview of a file and the button that applies it.

use crate::components::feedback::toast::toast;
use crate::components::forms::conflict::ConflictNotice;
use crate::components::forms::form::FormState;
use crate::components::forms::form_card::SubmitForm;
use crate::components::forms::save_form::saved_message;
use crate::components::reactive::dynamic::dynamic;
use crate::effect::effect;
use crate::pages::integration::changes::change_list;
use crate::pages::integration::history::actions::Comparison;
use crate::pages::integration::history::import_export::actions::{ApplyFile, Preview};
use domain::integration::settings::Saved;
use leptos::prelude::*;

/// Renders the preview and the button that applies it.
#[component]
pub fn ApplyForm(
    /// What the file would change.
    preview: Preview,
    /// Closes the preview.
    on_close: Callback<()>,
) -> impl IntoView {
    let form_state = FormState::new::<ApplyFile>(|_| None);
    let response = move || form_state.output::<ApplyFile>();
    effect(move || {
        let message = response().and_then(Result::ok).as_ref().and_then(saved_message);
        let Some(message) = message else { return };
        toast(message);
        on_close.run(());
    });
    let choice = dynamic(move || match response() {
        Some(Ok(Saved::Conflict(conflicts))) => Some(view! { <ConflictNotice conflicts use_theirs=on_close /> }),
        _ => None,
    });
    let Preview { comparison, upload } = preview;
    let Comparison {
        newest,
        differences,
        total,
    } = comparison;
    if differences.is_empty() {
        return view! {
            <div class="card-body" role="status">
                <p>"No differences from the current settings."</p>
            </div>
        }
        .into_any();
    }
    view! {
        <div class="card-body">
            <SubmitForm form_state fields=&[] button="Apply" primary=true>
                <h3>"Changes in this file"</h3>
                {change_list(&differences, total)}
                <input type="hidden" name="base" value=newest.to_string() />
                <input type="hidden" name="upload" value=upload.to_string() />
                {choice}
            </SubmitForm>
        </div>
    }
    .into_any()
}
