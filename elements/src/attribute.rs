//! Attributes of one type: their values, which may be reactive, event handlers, and references to the element.

#[cfg(not(feature = "ssr"))]
use crate::render::{EventHandler, Reference};
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{ArcMemo, ArcRwSignal, ArcSignal, Get, Memo, ReadSignal, RwSignal, Signal};
use leptos::tachys::reactive_graph::{ReactiveFunction, SharedReactiveFunction};
use std::borrow::Cow;

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeValue {
    /// The element does not have the attribute.
    Absent,
    /// The element has the attribute without a value, as a boolean attribute that is true.
    Present,
    /// The element has the attribute with this text.
    Text(Cow<'static, str>),
}

impl AttributeValue {
    /// Returns the text that the attribute has in the document, or `None` without the attribute.
    #[cfg(not(feature = "ssr"))]
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Absent => None,
            Self::Present => Some(""),
            Self::Text(text) => Some(text),
        }
    }
}

impl From<&'static str> for AttributeValue {
    fn from(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for AttributeValue {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<Cow<'static, str>> for AttributeValue {
    fn from(text: Cow<'static, str>) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for AttributeValue {
    fn from(is_present: bool) -> Self {
        if is_present { Self::Present } else { Self::Absent }
    }
}

impl<T: Into<Self>> From<Option<T>> for AttributeValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Into::into)
    }
}

/// A function that returns the current value of an attribute.
pub type Getter = Box<dyn FnMut() -> AttributeValue + Send>;

/// Where the value of an attribute comes from.
pub enum AttributeSource {
    /// A value that does not change.
    Value(AttributeValue),
    /// A function that is called again whenever a signal that it read changes.
    Reactive(Getter),
}

/// What the `view!` macro accepts as the value of an attribute.
pub trait IntoAttribute {
    /// Converts this into the source of an attribute's value.
    fn into_attribute(self) -> AttributeSource;
}

/// What the `view!` macro accepts as a class: the value of the attribute `class`, or one class and whether the element has it.
pub trait IntoClass {
    /// Returns the name of the class if it is one class, and the source of the value.
    fn into_class(self) -> (Option<&'static str>, AttributeSource);
}

impl<T: IntoAttribute> IntoClass for T {
    fn into_class(self) -> (Option<&'static str>, AttributeSource) {
        (None, self.into_attribute())
    }
}

impl<T: IntoAttribute> IntoClass for (&'static str, T) {
    fn into_class(self) -> (Option<&'static str>, AttributeSource) {
        (Some(self.0), self.1.into_attribute())
    }
}

macro_rules! values {
    ($($value:ty),*) => {$(
        impl IntoAttribute for $value {
            fn into_attribute(self) -> AttributeSource {
                AttributeSource::Value(self.into())
            }
        }
    )*};
}

values! { &'static str, String, Cow<'static, str>, bool }

impl<T: Into<AttributeValue>> IntoAttribute for Option<T> {
    fn into_attribute(self) -> AttributeSource {
        AttributeSource::Value(self.into())
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for AttributeValue {
            fn from(number: $number) -> Self {
                number.to_string().into()
            }
        }

        impl IntoAttribute for $number {
            fn into_attribute(self) -> AttributeSource {
                AttributeSource::Value(self.into())
            }
        }
    )*};
}

numbers! { i32, i64, u16, u32, u64, usize }

impl<F, T> IntoAttribute for F
where
    F: FnMut() -> T + Send + 'static,
    T: Into<AttributeValue>,
{
    fn into_attribute(mut self) -> AttributeSource {
        AttributeSource::Reactive(Box::new(move || self().into()))
    }
}

/// The `view!` macro shares the functions that it finds in attributes.
impl<T> IntoAttribute for SharedReactiveFunction<T>
where
    T: Into<AttributeValue> + 'static,
{
    fn into_attribute(mut self) -> AttributeSource {
        AttributeSource::Reactive(Box::new(move || self.invoke().into()))
    }
}

macro_rules! signals {
    ($($signal:ident),*) => {$(
        impl<T> IntoAttribute for $signal<T>
        where
            T: Into<AttributeValue> + Clone + Send + Sync + 'static,
        {
            fn into_attribute(self) -> AttributeSource {
                AttributeSource::Reactive(Box::new(move || self.get().into()))
            }
        }
    )*};
}

signals! { ArcMemo, ArcRwSignal, ArcSignal, Memo, ReadSignal, RwSignal, Signal }

/// Whatever modifies an element.
pub(crate) enum Attribute {
    Value {
        name: &'static str,
        value: AttributeValue,
    },
    Reactive {
        name: &'static str,
        get: Getter,
    },
    /// One class, which the element has while the value is not absent.
    Class {
        name: &'static str,
        value: AttributeValue,
    },
    ReactiveClass {
        name: &'static str,
        get: Getter,
    },
    /// The content of the element.
    InnerHtml(&'static str),
    #[cfg(not(feature = "ssr"))]
    Event(EventHandler),
    #[cfg(not(feature = "ssr"))]
    Reference(Reference),
    /// An attribute of another type, as spread attributes have.
    Any(Box<AnyAttribute>),
}
