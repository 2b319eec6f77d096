//! The save button of a form with tracked changes.

use crate::components::forms::unsaved_changes::tracker::FormTracker;
use crate::components::reactive::dynamic::dynamic;
use leptos::prelude::*;

/// Renders the save button and whether the form has unsaved changes.
#[component]
pub fn SaveBar(
    /// The form's tracker.
    tracker: FormTracker,
    /// Whether the form is being submitted.
    #[prop(into)]
    busy: Signal<bool>,
    /// The button's label.
    #[prop(default = "Save")]
    button: &'static str,
) -> impl IntoView {
    let is_dirty = tracker.is_dirty();
    view! {
        <div class="buttons save">
            <button
                class="button"
                class:primary=move || is_dirty.get()
                aria-busy=move || busy.get().then_some("true")
                aria-keyshortcuts="Control+S Meta+S"
            >
                {button}
            </button>
            <span class="unsaved" role="status">
                {dynamic(move || is_dirty.get().then_some("Unsaved changes"))}
            </span>
        </div>
    }
    .into_any()
}
