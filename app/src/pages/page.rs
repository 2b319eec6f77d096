//! The trait of all pages.

use leptos::prelude::AnyView;

/// Represents a page whose data starts loading while its code is still being fetched.
pub trait Page: Sized {
    /// Starts loading the page's data.
    fn data() -> Self;

    /// Renders the page.
    fn view(this: Self) -> AnyView;
}
