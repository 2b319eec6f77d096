//! Leptos with HTML elements of one type.
//!
//! The `view!` macro calls `::leptos::tachys::html::element::div()` for a `<div>`. In Leptos each tag, and each attribute with
//! each kind of value, has a type of its own, for which the compiler generates the code that builds, hydrates, updates and
//! renders it. A crate that depends on this one under the name `leptos` gets the same macro with one type, [`Element`], and
//! everything else of Leptos unchanged: less code for browsers to load, and less to compile for the server.
//!
//! In the browser an element is a tree, which is built or hydrated. On the server it is HTML from the start, with places for
//! what is known only when the page is written.
//!
//! Elements within SVG and MathML, custom elements, and what Leptos and its router render themselves keep their types.

mod attribute;
mod child;
mod element;
mod render;

#[doc(hidden)]
pub mod tags;

pub use attribute::{AttributeSource, AttributeValue, Getter, IntoAttribute, IntoClass};
pub use child::{Child, Children, IntoMaybeErased};
/// A list of routes, which `leptos_router` takes as children. Under its own name the `view!` macro finds [`Children`].
pub use leptos::tachys::view::iterators::StaticVec as RouteList;
pub use leptos::*;
pub use render::Element;

/// What most views use.
pub mod prelude {
    pub use crate::child::IntoMaybeErased;
    pub use leptos::prelude::*;
}

/// The renderer of Leptos, with other functions that create HTML elements, and another type for their children.
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

    /// Views.
    pub mod view {
        pub use leptos::tachys::view::*;

        /// Lists of views.
        pub mod iterators {
            pub use crate::child::Children as StaticVec;
            pub use leptos::tachys::view::iterators::*;
        }
    }
}
