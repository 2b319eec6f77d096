//! Dialogs that confirm restoring or undoing a revision.

use crate::components::forms::form::FormState;
use crate::components::overlay::confirm::ConfirmDialog;
use crate::pages::integration::changes::change_list;
use crate::pages::integration::history::actions::{Comparison, RestoreRevision, UndoRevision};
use domain::integration::settings::{Difference, Revision, SettingKey};
use leptos::prelude::*;

/// Confirms restoring a revision and lists what would change.
#[component]
pub fn RestoreDialog(
    /// The number of the revision.
    revision: i64,
    /// The differences from the current settings.
    comparison: Comparison,
    /// The URL of the page without the dialog.
    back: String,
) -> impl IntoView {
    let form_state = FormState::new::<RestoreRevision>(|_| None);
    let Comparison {
        newest,
        differences,
        total,
    } = comparison;
    let content = if differences.is_empty() {
        view! { <p>"No differences from the current settings."</p> }.into_any()
    } else {
        view! {
            <p>"This changes the current settings:"</p>
            {change_list(&differences, total)}
            <p>"Restoring creates a new revision, so you can undo it. The client secret isn’t changed."</p>
        }
        .into_any()
    };
    view! {
        <ConfirmDialog form_state title=format!("Restore revision {revision}?") back button="Restore">
            {content}
            <input type="hidden" name="base" value=newest.to_string() />
            <input type="hidden" name="revision" value=revision.to_string() />
        </ConfirmDialog>
    }
    .into_any()
}

/// Confirms undoing one revision and lists what would change.
#[component]
pub fn UndoDialog(
    /// The revision.
    revision: Revision,
    /// The URL of the page without the dialog.
    back: String,
) -> impl IntoView {
    let form_state = FormState::new::<UndoRevision>(|_| None);
    let number = revision.revision;
    let reversed: Vec<Difference> = revision
        .differences
        .iter()
        .filter(|difference| difference.path.key != SettingKey::ClientSecret)
        .map(Difference::reversed)
        .collect();
    let total = revision.total - (revision.differences.len() - reversed.len());
    view! {
        <ConfirmDialog form_state title=format!("Undo revision {number}?") back button="Undo">
            <p>"These changes will be undone; later changes are kept:"</p>
            {change_list(&reversed, total)}
            <input type="hidden" name="revision" value=number.to_string() />
        </ConfirmDialog>
    }
    .into_any()
}
