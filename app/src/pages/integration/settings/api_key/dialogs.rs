//! Dialogs that confirm rotating the API key and revoking the previous one.

use crate::components::data::time::timestamp_or_never;
use crate::components::feedback::notice::{Notice, NoticeKind};
use crate::components::forms::field::FieldError;
use crate::components::forms::form::{FormError, FormState, ValidatedForm};
use crate::components::overlay::confirm::ConfirmDialog;
use crate::components::overlay::dialog::Dialog;
use crate::components::overlay::form_dialog::DialogFooter;
use crate::pages::integration::layout::Tab;
use crate::pages::integration::settings::api_key::actions::{RevokePreviousApiKey, RotateApiKey};
use domain::integration::api_keys::{ApiKey, Overlap};
use leptos::prelude::*;

/// Rotates the API key and asks how long the previous one stays active.
#[component]
pub fn RotateKeyDialog(
    /// The key to replace.
    current: ApiKey,
    /// How long the previous key stays active, as initially selected.
    selected: Overlap,
    /// Incremented after each change to reload the page.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form_state = FormState::new::<RotateApiKey>(|_| None);
    form_state.toast_and_reload("API key rotated", changes);
    let error = form_state.error("overlap");
    let back = Tab::Settings.path().to_owned();
    let choices = Overlap::ALL.map(|overlap| {
        view! {
            <label class="check">
                <input type="radio" name="overlap" value=overlap.code() checked=overlap == selected />
                <span>{overlap.label()}</span>
            </label>
        }
    });
    view! {
        <Dialog title="Rotate the API key" back=back.clone()>
            <ValidatedForm form_state>
                <div class="dialog-body">
                    <FormError form_state fields=&["overlap"] />
                    <p>"Creates a new key. Enter it in each connector while both keys are active."</p>
                    <fieldset class="field" aria-describedby="overlap-error">
                        <legend>"Previous key"</legend>
                        {choices.into_iter().collect_view()}
                        <FieldError id="overlap-error" error />
                    </fieldset>
                    <Notice kind=NoticeKind::Warning>
                        <p>
                            "Connectors that still use the previous key after that keep their last settings and receive no updates."
                        </p>
                    </Notice>
                    <input type="hidden" name="current" value=current.id.to_string() />
                </div>
                <DialogFooter back button="Rotate" busy=form_state.is_busy() />
            </ValidatedForm>
        </Dialog>
    }
    .into_any()
}

/// Confirms revoking the previous key immediately.
#[component]
pub fn RevokePreviousKeyDialog(
    /// The previous key.
    previous: ApiKey,
    /// Incremented after each change to reload the page.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let form_state = FormState::new::<RevokePreviousApiKey>(|_| None);
    form_state.toast_and_reload("Previous key revoked", changes);
    view! {
        <ConfirmDialog form_state title="Revoke previous key?" back=Tab::Settings.path().to_owned() button="Revoke now">
            <p>"Connectors that still use it lose access immediately, until you give them the new key."</p>
            <p>"Last used: " {timestamp_or_never(previous.last_used_at)}</p>
        </ConfirmDialog>
    }
    .into_any()
}
