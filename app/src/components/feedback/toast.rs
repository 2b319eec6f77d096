//! Short words about what has just happened. They need script; without it the page that comes back shows the outcome.

use crate::icons::{Draw, Icon};
use leptos::prelude::*;
use std::time::Duration;

/// How long a toast stays when nobody dismisses it.
const STAYS: Duration = Duration::from_secs(8);

#[derive(Clone, PartialEq, Eq)]
struct Toast {
    id: usize,
    words: String,
}

/// The toasts on show, and the number of the next.
#[derive(Clone, Copy)]
pub struct Toaster {
    toasts: RwSignal<Vec<Toast>>,
    next: StoredValue<usize>,
}

/// Makes [`toast`] work below the current owner.
pub fn provide_toasts() {
    provide_context(Toaster {
        toasts: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
    });
}

/// Says what has just happened, `Token revoked`, for a few seconds. To be called from a component or an effect.
///
/// # Panics
/// Where [`provide_toasts`] was not called.
pub fn toast(words: impl Into<String>) {
    toaster().say(words);
}

/// What says it, for handlers of events, which stand outside of the components that made them.
///
/// # Panics
/// Where [`provide_toasts`] was not called.
#[must_use]
pub fn toaster() -> Toaster {
    expect_context()
}

impl Toaster {
    /// Says what has just happened, as [`toast`].
    pub fn say(self, words: impl Into<String>) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        let words = words.into();
        self.toasts.update(|toasts| toasts.push(Toast { id, words }));
        set_timeout(move || self.dismiss(id), STAYS);
    }

    fn dismiss(self, id: usize) {
        self.toasts.try_update(|toasts| toasts.retain(|toast| toast.id != id));
    }
}

/// Where toasts appear. It is there from the start, so that what appears in it is read out.
#[component]
pub fn Toasts() -> impl IntoView {
    let shown = toaster();
    view! {
        <div class="toasts" role="status">
            <For each=move || shown.toasts.get() key=|toast| toast.id let(toast)>
                <div class="toast">
                    <Draw icon=Icon::Check />
                    <p>{toast.words}</p>
                    <button class="button quiet small square" type="button" on:click=move |_| shown.dismiss(toast.id)>
                        <Draw icon=Icon::Close size="small" />
                        <span class="visually-hidden">"Dismiss"</span>
                    </button>
                </div>
            </For>
        </div>
    }
    .into_any()
}
