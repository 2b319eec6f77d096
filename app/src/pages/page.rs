//! What every page is.

use leptos::prelude::AnyView;

/// A page: what it needs is asked for while its code is still on the way.
pub trait Page: Sized {
    /// Begins to read what the page shows.
    fn data() -> Self;

    /// The page.
    fn view(this: Self) -> AnyView;
}
