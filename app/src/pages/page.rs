//! The trait of all pages.

use leptos::prelude::AnyView;

/// Represents a page.
pub trait Page: Sized {
    /// Creates the page's resources, which load its data.
    fn data() -> Self;

    /// Renders the page.
    fn view(this: Self) -> AnyView;
}
