//! Parts of a page that arrive later.
//!
//! A part that is drawn by `move || Suspend::new(…)` belongs to the effect that runs the closure. When the effect runs again,
//! all signals of the part are disposed of at once, while the part itself stays on the page until the next one has come: a
//! signal from outside that still reaches it (the answer to its form, a search, a timer), or an event of its elements, then
//! makes it read what is gone, which is a panic. [`suspend`] gives each part an owner that lives exactly as long as what is
//! drawn of it.

use leptos::prelude::*;
#[cfg(any(test, not(feature = "ssr")))]
use leptos::reactive::owner::Owner;
#[cfg(not(feature = "ssr"))]
use leptos::tachys::reactive_graph::OwnedView;
use std::future::Future;

/// Draws what `part` gives, once it does. To be called in a closure of a view, as `Suspend::new`, which it is on the server:
/// nothing runs again there.
#[cfg(feature = "ssr")]
pub fn suspend<V>(part: impl Future<Output = V> + Send + 'static) -> Suspend<V> {
    Suspend::new(part)
}

/// Draws what `part` gives, once it does. To be called in a closure of a view, as `Suspend::new`.
#[cfg(not(feature = "ssr"))]
pub fn suspend<V>(part: impl Future<Output = V> + Send + 'static) -> Suspend<OwnedView<V>>
where
    V: IntoView + 'static,
{
    let owner = owner_beside(Owner::current().unwrap_or_default());
    let owned = owner.clone();
    owner.with(|| Suspend::new(async move { OwnedView::new_with_owner(part.await, owned) }))
}

/// An owner that is cleaned up when it is dropped, or else together with what is around `effect`.
#[cfg(any(test, not(feature = "ssr")))]
fn owner_beside(effect: Owner) -> Owner {
    effect.parent().unwrap_or(effect).child()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn effect_runs_again_keeps_signals_until_part_is_dropped() {
        let page = Owner::new();
        let effect = page.child();
        let part = owner_beside(effect.clone());
        let signal = part.with(|| RwSignal::new(1));
        let read = || page.with(|| signal.try_get_untracked());
        effect.cleanup();
        assert_eq!(read(), Some(1));
        drop(part);
        assert_eq!(read(), None);
    }

    #[test]
    fn page_is_left_disposes_of_signals_of_its_parts() {
        let page = Owner::new();
        let part = owner_beside(page.child());
        let signal = part.with(|| RwSignal::new(1));
        page.cleanup();
        assert_eq!(page.with(|| signal.try_get_untracked()), None);
    }
}
