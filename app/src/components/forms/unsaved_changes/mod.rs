//! Forms with unsaved changes: they show that they have changes, Ctrl+S saves them, and leaving the page asks first.
//!
//! A form is dirty when one of its controls differs from its initial value in the page. Text typed before the script ran
//! therefore counts as a change, and restoring the initial value does not.

mod controls;
mod form_location;
mod leaving;
mod save_bar;
mod tracker;

pub use crate::components::forms::unsaved_changes::leaving::UnsavedChangesDialog;
pub use crate::components::forms::unsaved_changes::save_bar::SaveBar;
pub use crate::components::forms::unsaved_changes::tracker::{FormTracker, TrackedForm};

use crate::components::feedback::toast::{Toaster, toaster};
use crate::components::forms::unsaved_changes::controls::is_form_dirty;
use crate::components::forms::unsaved_changes::leaving::{CurrentUrl, Navigation};
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlFormElement;

/// Holds the trackers of all forms of one page. Create it once per page, outside of views that are rendered again when
/// data is reloaded.
#[derive(Clone, Copy)]
pub struct UnsavedChanges {
    forms: StoredValue<Vec<FormTracker>>,
    /// The query parameters that select a form.
    form_params: &'static [&'static str],
    /// The URL of the page. The browser's location is already the next page's while navigating through the history.
    current: StoredValue<Option<CurrentUrl>>,
    /// The navigation that the user is asked to confirm.
    pending: RwSignal<Option<Navigation>>,
    toaster: Toaster,
}

impl UnsavedChanges {
    /// Starts tracking the forms of the page. `form_params` are the query parameters that select which form is shown.
    #[must_use]
    pub fn new(form_params: &'static [&'static str]) -> Self {
        let changes = Self {
            forms: StoredValue::new(Vec::new()),
            form_params,
            current: StoredValue::new(None),
            pending: RwSignal::new(None),
            toaster: toaster(),
        };
        let unload = window_event_listener(ev::beforeunload, move |event| {
            if changes.first_dirty().is_some() {
                event.prevent_default();
            }
        });
        let key = window_event_listener(ev::keydown, move |event| {
            let is_save = (event.ctrl_key() || event.meta_key()) && !event.alt_key() && !event.shift_key();
            if is_save && event.key().eq_ignore_ascii_case("s") {
                event.prevent_default();
                changes.save();
            }
        });
        on_cleanup(move || {
            unload.remove();
            key.remove();
        });
        changes.guard_navigation();
        changes
    }

    /// Adds a form.
    #[must_use]
    pub fn form(self) -> FormTracker {
        let form = FormTracker::new();
        self.forms.update_value(|forms| forms.push(form));
        form
    }

    /// Returns the first dirty form.
    fn first_dirty(self) -> Option<FormTracker> {
        self.forms
            .try_with_value(|forms| forms.iter().copied().find(|form| form.is_dirty_untracked()))
            .flatten()
    }

    /// Submits the form that has the focus, if it is dirty, or else the first dirty form.
    fn save(self) {
        let focused_form = self
            .forms
            .try_with_value(|forms| {
                forms
                    .iter()
                    .copied()
                    .find(|form| form.has_focus() && form.is_dirty_untracked())
            })
            .flatten();
        match focused_form
            .or_else(|| self.first_dirty())
            .and_then(FormTracker::element)
        {
            // An invalid form shows its errors itself.
            Some(form) => _ = form.request_submit(),
            None => self.toaster.show("No changes to save"),
        }
    }
}

/// Returns whether a form on the page has input that was not submitted. Search forms don't count.
#[must_use]
pub fn has_unsaved_input() -> bool {
    let Ok(forms) = document().query_selector_all("form[method='post']") else {
        return false;
    };
    let mut forms = (0..forms.length()).filter_map(|index| forms.item(index)?.dyn_into::<HtmlFormElement>().ok());
    forms.any(|form| is_form_dirty(&form))
}
