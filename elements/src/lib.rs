//! Leptos with HTML elements of one type.
//!
//! The `view!` macro calls `::leptos::tachys::html::element::div()` for a `<div>`. In Leptos each tag, and each attribute with
//! each kind of value, has a type of its own, for which the compiler generates the code that builds, hydrates, updates and
//! renders it. A crate that depends on this one under the name `leptos` gets the same macro with one type, [`Element`], and
//! everything else of Leptos unchanged: less code for browsers to load, and less to compile for the server.
//!
//! Elements within SVG and MathML, custom elements, and what Leptos and its router render themselves keep their types.

mod attribute;
mod element;
mod render;

#[doc(hidden)]
pub mod tags;

pub use attribute::{AttributeSource, AttributeValue, Getter, IntoAttribute, IntoClass};
pub use element::Element;
pub use leptos::*;

/// The renderer of Leptos, with other functions that create HTML elements.
pub mod tachys {
    pub use leptos::tachys::*;

    /// Elements of SVG.
    pub mod svg {
        pub use crate::tags::svg;
        pub use leptos::tachys::svg::*;
    }

    /// HTML elements and their attributes.
    pub mod html {
        pub use crate::tags as element;
        pub use leptos::tachys::html::*;
    }
}
