//! The questions before a key is replaced, and before one ends.

use crate::components::data::time::moment_or_never;
use crate::components::feedback::notice::{Kind, Notice};
use crate::components::feedback::toast::toast;
use crate::components::forms::field::FieldError;
use crate::components::forms::form::{Check, CheckedForm, FormProblem};
use crate::components::overlay::confirm::ConfirmDialog;
use crate::components::overlay::dialog::{Dialog, DialogFooter};
use crate::pages::integration::layout::Tab;
use crate::pages::integration::settings::api_key_actions::{EndApiKey, RotateApiKey};
use domain::integration::api_keys::{ApiKey, Overlap};
use leptos::prelude::*;

/// Asks for how long the key before still works.
#[component]
pub fn RotateDialog(
    /// The key that is replaced.
    current: ApiKey,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<RotateApiKey>::new(|_| None);
    check.on_success(move || {
        toast("API key rotated");
        changes.update(|changes| *changes += 1);
    });
    let error = check.error("overlap");
    let back = Tab::Settings.path().to_owned();
    let choices = Overlap::ALL.into_iter().enumerate().map(|(index, overlap)| {
        view! {
            <label class="check">
                <input type="radio" name="overlap" value=overlap.code() checked=index == 0 />
                <span>{overlap.label()}</span>
            </label>
        }
    });
    view! {
        <Dialog title="Rotate the API key" back=back.clone()>
            <CheckedForm check>
                <div class="dialog-body">
                    <FormProblem check fields=&["overlap"] />
                    <p>"A new key takes the place of this one. Give it to each connector while both work."</p>
                    <fieldset class="field" aria-describedby="overlap-error">
                        <legend>"The key before works"</legend>
                        {choices.collect_view()}
                        <FieldError id="overlap-error" error />
                    </fieldset>
                    <Notice kind=Kind::Warning>
                        <p>
                            "A connector that has not been given the new key by then gets no more settings from here, \
                             and works on with those that it has."
                        </p>
                    </Notice>
                    <input type="hidden" name="current" value=current.id.to_string() />
                </div>
                <DialogFooter check back button="Rotate" />
            </CheckedForm>
        </Dialog>
    }
    .into_any()
}

/// Asks whether the key before is to end at once.
#[component]
pub fn EndPreviousDialog(
    /// The key before.
    previous: ApiKey,
    /// Counts the changes, so that the page is read again after each.
    changes: RwSignal<u32>,
) -> impl IntoView {
    let check = Check::<EndApiKey>::new(|_| None);
    check.on_success(move || {
        toast("The key before has ended");
        changes.update(|changes| *changes += 1);
    });
    view! {
        <ConfirmDialog check title="End the key before?" back=Tab::Settings.path().to_owned() button="End now">
            <p>"Connectors that still use it are turned away at once, until they are given the new key."</p>
            <p>"Last used: " {moment_or_never(previous.last_used_at)}</p>
        </ConfirmDialog>
    }
    .into_any()
}
