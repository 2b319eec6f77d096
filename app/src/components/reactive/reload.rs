//! Data that is loaded again while the views that show it stay on the page.

use crate::components::reactive::pointer::after_pointer_up;
use crate::components::reactive::task_scope::TaskScope;
use leptos::prelude::*;
use std::future::Future;

/// Returns the output of the last `load`, which runs each time that the value of `source` changes, or `None` before the
/// first. An output of `None` keeps the one before. Views that show it are updated in place: new ones would lose the
/// requests of the old ones, typed text, and clicks. Call it outside of views that are rendered again.
pub fn reload_on_change<S, T, L>(
    source: impl Fn() -> S + 'static,
    load: impl Fn(S) -> L + 'static,
) -> RwSignal<Option<T>>
where
    S: Clone + PartialEq + 'static,
    T: Send + Sync + 'static,
    L: Future<Output = Option<T>> + 'static,
{
    let reloaded = RwSignal::new(None);
    // Counts the requests, so that a late response does not replace a newer one.
    let last_request = StoredValue::new(0_u32);
    let tasks = TaskScope::current();
    Effect::new(move |before: Option<S>| {
        let now = source();
        if before.is_some_and(|before| before != now) {
            let request = last_request.get_value() + 1;
            last_request.set_value(request);
            let output = untrack(|| load(now.clone()));
            tasks.spawn_local(async move {
                let Some(output) = output.await else { return };
                after_pointer_up(tasks, move || {
                    if last_request.get_value() == request {
                        reloaded.set(Some(output));
                    }
                });
            });
        }
        now
    });
    reloaded
}
