//! Tracking whether a form has unsaved changes.

use crate::components::forms::unsaved_changes::controls::{clear_passwords, is_form_dirty};
use crate::components::reactive::task_scope::TaskScope;
use crate::effect::{effect, effect_with_first};
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlFormElement;

/// Tracks whether a form has unsaved changes.
#[derive(Clone, Copy)]
pub struct FormTracker {
    /// The element around the form.
    node: NodeRef<html::Div>,
    dirty: RwSignal<bool>,
    /// The revision that the form is based on.
    base: RwSignal<i64>,
    /// Whether the form is shown again with unsaved input, or was edited before the saved values were loaded. It is dirty
    /// then, whatever its initial values are.
    restored: StoredValue<bool>,
    /// Whether the form was edited since it was submitted.
    edited: StoredValue<bool>,
    /// Whether the form must be reset to the saved values when the page's data has been reloaded. Until then it isn't
    /// dirty, whatever its initial values are.
    needs_reset: StoredValue<bool>,
}

impl FormTracker {
    pub(crate) fn new() -> Self {
        Self {
            node: NodeRef::new(),
            dirty: RwSignal::new(false),
            base: RwSignal::new(0),
            restored: StoredValue::new(false),
            edited: StoredValue::new(false),
            needs_reset: StoredValue::new(false),
        }
    }

    /// Returns whether the form has unsaved changes, as a signal.
    #[must_use]
    pub fn is_dirty(self) -> Signal<bool> {
        self.dirty.into()
    }

    pub(super) fn is_dirty_untracked(self) -> bool {
        self.dirty.try_get_untracked() == Some(true)
    }

    /// Returns the revision that the form is based on, as a signal.
    #[must_use]
    pub fn base(self) -> Signal<i64> {
        self.base.into()
    }

    /// Marks the form as showing the values of `revision`.
    pub fn mark_loaded(self, revision: i64) {
        self.base.set(revision);
    }

    /// Marks the form as shown again with unsaved input, based on revision `base`.
    pub fn mark_restored(self, base: i64) {
        self.base.set(base);
        self.restored.set_value(true);
    }

    /// Tells edits that are part of what is saved from later ones. `busy` says whether the form is being submitted.
    pub fn track_submissions(self, busy: Signal<bool>) {
        effect(move || {
            if busy.get() {
                self.edited.try_set_value(false);
            }
        });
    }

    /// Marks the submitted values as saved in `revision`.
    pub fn mark_saved(self, revision: i64) {
        let edited = self.edited.try_get_value() == Some(true);
        self.base.try_set(revision);
        self.restored.try_set_value(edited);
        self.needs_reset.try_set_value(!edited);
        self.dirty.try_set(edited);
        if !edited && let Some(form) = self.element() {
            clear_passwords(&form);
        }
    }

    /// Marks the unsaved changes as discarded.
    pub fn mark_discarded(self) {
        self.restored.try_set_value(false);
        self.needs_reset.try_set_value(true);
        self.dirty.try_set(false);
    }

    /// Shows the saved values by calling `show_saved`, and bases the form on their revision, each time that `revision`
    /// reports a reload of the page's data. A form with unsaved changes stays as it is, so that saving it detects changes
    /// by others.
    pub fn follow(self, revision: Signal<i64>, show_saved: Callback<()>) {
        let tasks = TaskScope::current();
        effect_with_first(move |is_first| {
            let revision = revision.get();
            if is_first || self.is_dirty_untracked() || self.restored.get_value() {
                return;
            }
            self.base.set(revision);
            self.needs_reset.set_value(true);
            untrack(|| show_saved.run(()));
            // Wait until the controls have their new initial values.
            tasks.request_animation_frame(move || {
                // The saved values may be formatted differently from the typed ones.
                if self.needs_reset.try_update_value(std::mem::take) == Some(true)
                    && let Some(form) = self.element()
                {
                    form.reset();
                }
                self.refresh();
            });
        });
    }

    fn mark_edited(self) {
        self.edited.try_set_value(true);
        if self.needs_reset.try_update_value(std::mem::take) == Some(true) {
            self.restored.try_set_value(true);
        }
        self.refresh();
    }

    /// Checks for changes.
    fn refresh(self) {
        let dirty = self.restored.try_get_value() == Some(true)
            || (self.needs_reset.try_get_value() == Some(false)
                && self.element().is_some_and(|form| is_form_dirty(&form)));
        if self.dirty.try_get_untracked() != Some(dirty) {
            self.dirty.try_set(dirty);
        }
    }

    /// Returns whether an element of the form has the focus.
    pub(super) fn has_focus(self) -> bool {
        let container = self.node.try_get_untracked().flatten();
        container.is_some_and(|container| container.contains(document().active_element().as_deref()))
    }

    pub(super) fn element(self) -> Option<HtmlFormElement> {
        let container = self.node.try_get_untracked().flatten()?;
        container.query_selector("form").ok()??.dyn_into().ok()
    }
}

/// Renders a form and tracks its changes.
#[component]
pub fn TrackedForm(
    /// The form's tracker.
    tracker: FormTracker,
    /// The form.
    children: Children,
) -> impl IntoView {
    effect(move || {
        if tracker.node.get().is_none() {
            return;
        }
        // Wait until the page is in the document.
        request_animation_frame(move || tracker.refresh());
    });
    view! {
        <div node_ref=tracker.node on:input=move |_| tracker.mark_edited() on:change=move |_| tracker.refresh()>
            {children()}
        </div>
    }
    .into_any()
}
