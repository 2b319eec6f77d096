//! The children of an element, and the views that the `view!` macro makes of several nodes.

use crate::Element;
use leptos::attr::Attribute;
use leptos::prelude::{AddAnyAttr, AnyView, IntoAny, RenderHtml, View};
#[cfg(feature = "ssr")]
use leptos::tachys::html::InertElement;
use std::any::Any;

/// A child of an element.
pub enum Child {
    /// An element.
    Element(Element),
    /// A text.
    Text(String),
    /// A view of any other type.
    Any(Box<AnyView>),
    /// Nothing, in the place of an optional child.
    Empty,
    /// An element that is HTML already.
    #[cfg(feature = "ssr")]
    Html(String),
    /// A list of elements, at whose end the browser expects a marker.
    #[cfg(feature = "ssr")]
    List(Vec<Element>),
}

impl Child {
    /// Returns the child that renders `view`. The compiler knows the type, so only one of the branches is left of each instance.
    pub(crate) fn new<T: RenderHtml + 'static>(view: T) -> Self {
        let mut view = Some(view);
        if let Some(child) = take::<_, Self>(&mut view) {
            child
        } else if let Some(child) = take::<_, View<Self>>(&mut view) {
            child.into_inner()
        } else if let Some(element) = take::<_, Element>(&mut view) {
            Self::Element(element)
        } else if let Some(element) = take::<_, View<Element>>(&mut view) {
            Self::Element(element.into_inner())
        } else if let Some(element) = take::<_, Option<Element>>(&mut view) {
            element.map_or(Self::Empty, Self::Element)
        } else if let Some(element) = take::<_, Option<View<Element>>>(&mut view) {
            element.map_or(Self::Empty, |element| Self::Element(element.into_inner()))
        } else if let Some(text) = take::<_, String>(&mut view) {
            Self::Text(text)
        } else if let Some(text) = take::<_, Option<String>>(&mut view) {
            text.map_or(Self::Empty, Self::Text)
        } else {
            Self::other(view)
        }
    }

    #[cfg(not(feature = "ssr"))]
    fn other<T: RenderHtml + 'static>(view: Option<T>) -> Self {
        view.map_or(Self::Empty, |view| Self::Any(Box::new(view.into_any())))
    }

    /// Returns the child for a view of another type. The browser has no need to tell these types apart.
    #[cfg(feature = "ssr")]
    fn other<T: RenderHtml + 'static>(mut view: Option<T>) -> Self {
        if let Some(element) = take::<_, InertElement>(&mut view) {
            Self::Html(element.to_html())
        } else if let Some(list) = take::<_, Vec<View<Element>>>(&mut view) {
            Self::List(list.into_iter().map(View::into_inner).collect())
        } else if let Some(number) = take::<_, i64>(&mut view) {
            Self::Text(number.to_string())
        } else if let Some(number) = take::<_, usize>(&mut view) {
            Self::Text(number.to_string())
        } else {
            view.map_or(Self::Empty, |view| Self::Any(Box::new(view.into_any())))
        }
    }
}

/// Takes the value if it is of type `U`.
pub(crate) fn take<T: 'static, U: 'static>(value: &mut Option<T>) -> Option<U> {
    let value: &mut dyn Any = value;
    value.downcast_mut::<Option<U>>().and_then(Option::take)
}

/// What the `view!` macro calls on each of several nodes.
pub trait IntoMaybeErased {
    /// Converts a view into a child.
    fn into_maybe_erased(self) -> Child;
}

impl<T: RenderHtml> IntoMaybeErased for T {
    fn into_maybe_erased(self) -> Child {
        Child::new(self.into_owned())
    }
}

/// Several nodes next to each other.
pub struct Children(pub(crate) Vec<Child>);

impl From<Vec<Child>> for Children {
    fn from(children: Vec<Child>) -> Self {
        Self(children)
    }
}

impl AddAnyAttr for Child {
    type Output<A: Attribute> = Self;

    fn add_any_attr<A: Attribute>(self, attribute: A) -> Self {
        match self {
            Self::Element(element) => Self::Element(element.add_any_attr(attribute)),
            Self::Any(view) => Self::Any(Box::new(view.add_any_attr(attribute).into_any())),
            other => other,
        }
    }
}

impl AddAnyAttr for Children {
    type Output<A: Attribute> = Self;

    fn add_any_attr<A: Attribute>(self, attribute: A) -> Self {
        let attribute = attribute.into_cloneable();
        let children = self.0.into_iter();
        Self(children.map(|child| child.add_any_attr(attribute.clone())).collect())
    }
}
