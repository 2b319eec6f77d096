//! Guards that can prevent navigation through the browser's history.

use leptos::ev;
use leptos::prelude::*;

/// Holds the guards, which run before the router handles a `popstate` event. A guard that returns true prevents the
/// navigation.
#[derive(Clone, Copy)]
struct HistoryGuards(StoredValue<Vec<(u32, Callback<(), bool>)>>);

/// Provides the context that [`guard_history`] needs below the current owner. Call it before the router is created, because
/// browsers call event listeners of the window in the order in which they were added.
pub fn provide_history_guard() {
    let guards = HistoryGuards(StoredValue::new(Vec::new()));
    provide_context(guards);
    let listener = window_event_listener(ev::popstate, move |event| {
        let current = guards.0.try_get_value().unwrap_or_default();
        if current.into_iter().any(|(_, guard)| guard.run(())) {
            event.stop_immediate_propagation();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Adds a guard until the current owner is disposed of. It runs when the browser's location has already changed. If it
/// returns true, the router doesn't handle the navigation.
///
/// # Panics
/// Panics if [`provide_history_guard`] was not called.
pub fn guard_history(guard: impl Fn() -> bool + Send + Sync + 'static) {
    let HistoryGuards(guards) = expect_context();
    let mut id = 0;
    guards.update_value(|guards| {
        id = guards.iter().map(|(id, _)| id + 1).max().unwrap_or_default();
        guards.push((id, Callback::new(move |()| guard())));
    });
    on_cleanup(move || {
        guards.try_update_value(|guards| guards.retain(|(other, _)| *other != id));
    });
}
