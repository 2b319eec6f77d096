//! Views that are rendered when their data has loaded.
//!
//! A view in `move || Suspend::new(…)` belongs to the effect that runs the closure. When the effect runs again, all signals
//! of the view are disposed of immediately, while its elements stay on the page until the next view is ready. An outside
//! signal that still reaches it (the response to its form, a search, a timer), or an event of its elements, then makes it
//! read a disposed signal, which panics. [`suspend`] gives each view an owner that lives exactly as long as its elements.

use leptos::prelude::*;
#[cfg(any(test, not(feature = "ssr")))]
use leptos::reactive::owner::Owner;
#[cfg(not(feature = "ssr"))]
use leptos::tachys::reactive_graph::OwnedView;
use std::future::Future;
#[cfg(not(feature = "ssr"))]
use std::pin::Pin;

/// Renders the output of `view` when it is ready. Call it in a closure of a view, like `Suspend::new`. On the server, where
/// effects don't run again, both are the same.
#[cfg(feature = "ssr")]
pub fn suspend<V>(view: impl Future<Output = V> + Send + 'static) -> Suspend<V> {
    Suspend::new(view)
}

/// Renders the output of `view` when it is ready. Call it in a closure of a view, like `Suspend::new`. The result has the
/// same type for all views, because the browser downloads the code that renders each type.
#[cfg(not(feature = "ssr"))]
pub fn suspend<V>(view: impl Future<Output = V> + Send + 'static) -> Suspend<OwnedView<AnyView>>
where
    V: IntoView + 'static,
{
    suspend_any(Box::pin(async move { view.await.into_any() }))
}

#[cfg(not(feature = "ssr"))]
fn suspend_any(view: Pin<Box<dyn Future<Output = AnyView> + Send>>) -> Suspend<OwnedView<AnyView>> {
    let owner = sibling_owner(Owner::current().unwrap_or_default());
    let owned = owner.clone();
    owner.with(|| Suspend::new(async move { OwnedView::new_with_owner(view.await, owned) }))
}

/// Returns an owner that is cleaned up when it is dropped, or with the parent of `effect`.
#[cfg(any(test, not(feature = "ssr")))]
fn sibling_owner(effect: Owner) -> Owner {
    effect.parent().unwrap_or(effect).child()
}

/// Yields once on the server, so that the rest of an asynchronous view is skipped in the renderer's first pass. Before it
/// renders such a view, the renderer polls it once to find what it waits for, and drops the result, which wastes the work
/// for a long list. Await it when all data is loaded. In the browser, which renders a view once, it returns immediately.
pub async fn skip_dry_resolve() {
    #[cfg(feature = "ssr")]
    {
        let mut was_polled = false;
        std::future::poll_fn(move |context| {
            if was_polled {
                return std::task::Poll::Ready(());
            }
            was_polled = true;
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rerun_effect_keeps_signals_until_the_view_is_dropped() {
        let page = Owner::new();
        let effect = page.child();
        let view = sibling_owner(effect.clone());
        let signal = view.with(|| RwSignal::new(1));
        let read = || page.with(|| signal.try_get_untracked());
        effect.cleanup();
        assert_eq!(read(), Some(1));
        drop(view);
        assert_eq!(read(), None);
    }

    #[test]
    fn page_cleanup_disposes_of_the_signals_of_its_views() {
        let page = Owner::new();
        let view = sibling_owner(page.child());
        let signal = view.with(|| RwSignal::new(1));
        page.cleanup();
        assert_eq!(page.with(|| signal.try_get_untracked()), None);
    }
}
