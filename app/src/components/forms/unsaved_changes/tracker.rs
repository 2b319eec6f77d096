//! Tracking whether a form has unsaved changes.

use crate::components::forms::unsaved_changes::controls::is_form_dirty;
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
    base: StoredValue<i64>,
    /// Whether the form is shown again with unsaved input, so that even its initial values are unsaved.
    restored: StoredValue<bool>,
    /// Whether the form must be reset to the saved values when the page's data has been reloaded.
    needs_reset: StoredValue<bool>,
}

impl FormTracker {
    pub(super) fn new() -> Self {
        Self {
            node: NodeRef::new(),
            dirty: RwSignal::new(false),
            base: StoredValue::new(0),
            restored: StoredValue::new(false),
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

    /// Returns the revision that the form is based on: the revision of the page's data, unless the form is dirty. A dirty
    /// form keeps its base, so that saving it detects changes by others.
    #[must_use]
    pub fn base(self, revision: i64) -> i64 {
        if !self.is_dirty_untracked() {
            self.base.set_value(revision);
        }
        self.base.get_value()
    }

    /// Marks the form as shown again with unsaved input, based on revision `base`.
    pub fn mark_restored(self, base: i64) {
        self.base.set_value(base);
        self.restored.set_value(true);
    }

    /// Marks the form as having no unsaved changes, because they were saved or discarded. The form shows the saved values
    /// when the page's data has been reloaded.
    pub fn mark_saved(self) {
        self.restored.try_set_value(false);
        self.needs_reset.try_set_value(true);
        self.dirty.try_set(false);
    }

    /// Checks for changes. Call it after a script has changed a control.
    pub fn refresh(self) {
        let dirty =
            self.restored.try_get_value() == Some(true) || self.element().is_some_and(|form| is_form_dirty(&form));
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
    Effect::new(move |_| {
        if tracker.node.get().is_none() {
            return;
        }
        // Wait until the page is in the document.
        request_animation_frame(move || {
            // The saved values may be formatted differently from the typed ones.
            if tracker.needs_reset.try_update_value(std::mem::take) == Some(true)
                && let Some(form) = tracker.element()
            {
                form.reset();
            }
            tracker.refresh();
        });
    });
    view! {
        <div node_ref=tracker.node on:input=move |_| tracker.refresh() on:change=move |_| tracker.refresh()>
            {children()}
        </div>
    }
    .into_any()
}
