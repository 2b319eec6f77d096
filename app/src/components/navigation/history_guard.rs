//! Steps back and forward in the browser's history, and who may hold them.

use leptos::ev;
use leptos::prelude::*;

/// Whom each step is told to before the router hears of it; whoever answers true has held it.
#[derive(Clone, Copy)]
struct Steps(StoredValue<Vec<(u32, Callback<(), bool>)>>);

/// Makes [`hold_steps`] work below the current owner. To be called before the router is made: the browser tells those who
/// listen at the window in the order in which they began to.
pub fn provide_steps() {
    let steps = Steps(StoredValue::new(Vec::new()));
    provide_context(steps);
    let listener = window_event_listener(ev::popstate, move |event| {
        let holders = steps.0.try_get_value().unwrap_or_default();
        if holders.into_iter().any(|(_, holds)| holds.run(())) {
            event.stop_immediate_propagation();
        }
    });
    on_cleanup(move || listener.remove());
}

/// Tells of each step until the current owner goes; the address is that of the step already. A step for which `holds` says
/// true is not followed.
///
/// # Panics
/// Where [`provide_steps`] was not called.
pub fn hold_steps(holds: impl Fn() -> bool + Send + Sync + 'static) {
    let Steps(steps) = expect_context();
    let mut id = 0;
    steps.update_value(|steps| {
        id = steps.iter().map(|(id, _)| id + 1).max().unwrap_or_default();
        steps.push((id, Callback::new(move |()| holds())));
    });
    on_cleanup(move || {
        steps.try_update_value(|steps| steps.retain(|(other, _)| *other != id));
    });
}
