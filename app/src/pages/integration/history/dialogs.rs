//! The questions before the settings become what they were.

use crate::components::forms::form::Check;
use crate::components::overlay::confirm::ConfirmDialog;
use crate::pages::integration::changes::changes;
use crate::pages::integration::history::actions::{Comparison, RestoreRevision, UndoRevision};
use domain::integration::settings::{Difference, Member, Revision};
use leptos::prelude::*;

/// Asks whether to restore a revision, with what would change compared with now.
#[component]
pub fn RestoreDialog(
    /// Its number.
    revision: i64,
    /// What would change.
    comparison: Comparison,
    /// The address of the page without the dialog.
    back: String,
) -> impl IntoView {
    let check = Check::<RestoreRevision>::new(|_| None);
    let Comparison {
        newest,
        differences,
        total,
    } = comparison;
    let words = if differences.is_empty() {
        view! { <p>"Nothing would change: everything is as it was then."</p> }.into_any()
    } else {
        view! {
            <p>"Compared with now, this would change:"</p>
            {changes(&differences, total)}
            <p>"It becomes a new revision, so it can be taken back as well. The client secret stays what it is."</p>
        }
        .into_any()
    };
    view! {
        <ConfirmDialog check title=format!("Restore revision {revision}?") back button="Restore">
            {words}
            <input type="hidden" name="base" value=newest.to_string() />
            <input type="hidden" name="revision" value=revision.to_string() />
        </ConfirmDialog>
    }
    .into_any()
}

/// Asks whether to take back what one revision changed.
#[component]
pub fn UndoDialog(
    /// It.
    revision: Revision,
    /// The address of the page without the dialog.
    back: String,
) -> impl IntoView {
    let check = Check::<UndoRevision>::new(|_| None);
    let number = revision.revision;
    let reversed: Vec<Difference> = revision
        .differences
        .iter()
        .filter(|difference| difference.place.member != Member::ClientSecret)
        .map(Difference::reversed)
        .collect();
    let total = revision.total - (revision.differences.len() - reversed.len());
    view! {
        <ConfirmDialog check title=format!("Undo revision {number}?") back button="Undo">
            <p>"This would be taken back, and nothing that came after it:"</p>
            {changes(&reversed, total)}
            <input type="hidden" name="revision" value=number.to_string() />
        </ConfirmDialog>
    }
    .into_any()
}
