//! Toasts: short messages about the result of an action. They need script; without it the next page shows the result.

use crate::icons::{Icon, IconView};
use leptos::prelude::*;
use std::time::Duration;

/// How long a toast is shown unless it is dismissed.
const TOAST_DURATION: Duration = Duration::from_secs(8);

#[derive(Clone, PartialEq, Eq)]
struct Toast {
    id: usize,
    message: String,
}

/// Holds the visible toasts and the ID of the next one.
#[derive(Clone, Copy)]
pub struct Toaster {
    toasts: RwSignal<Vec<Toast>>,
    next_id: StoredValue<usize>,
}

/// Provides the context that [`toast`] needs below the current owner.
pub fn provide_toasts() {
    provide_context(Toaster {
        toasts: RwSignal::new(Vec::new()),
        next_id: StoredValue::new(0),
    });
}

/// Shows a toast such as `Token revoked`. Call it from a component or an effect.
///
/// # Panics
/// Panics if [`provide_toasts`] was not called.
pub fn toast(message: impl Into<String>) {
    toaster().show(message);
}

/// Returns the toaster, for event handlers and tasks, which run outside of their component's owner.
///
/// # Panics
/// Panics if [`provide_toasts`] was not called.
#[must_use]
pub fn toaster() -> Toaster {
    expect_context()
}

impl Toaster {
    /// Shows a toast.
    pub fn show(self, message: impl Into<String>) {
        let id = self.next_id.get_value();
        self.next_id.set_value(id + 1);
        let message = message.into();
        self.toasts.update(|toasts| toasts.push(Toast { id, message }));
        set_timeout(move || self.dismiss(id), TOAST_DURATION);
    }

    fn dismiss(self, id: usize) {
        self.toasts.try_update(|toasts| toasts.retain(|toast| toast.id != id));
    }
}

/// Renders the toasts. The element is always present, so that screen readers announce toasts that are added to it.
#[component]
pub fn Toasts() -> impl IntoView {
    let toaster = toaster();
    view! {
        <div class="toasts" role="status">
            <For each=move || toaster.toasts.get() key=|toast| toast.id let(toast)>
                <div class="toast">
                    <IconView icon=Icon::Check />
                    <p>{toast.message}</p>
                    <button class="button quiet small square" type="button" on:click=move |_| toaster.dismiss(toast.id)>
                        <IconView icon=Icon::Close size="small" />
                        <span class="visually-hidden">"Dismiss"</span>
                    </button>
                </div>
            </For>
        </div>
    }
    .into_any()
}
