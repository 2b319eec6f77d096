//! What an element has in the browser alone: event handlers, properties, and references to it.

use super::Element;
use crate::attribute::Attribute;
use leptos::attr::any_attribute::IntoAnyAttribute;
use leptos::prelude::Owner;
use leptos::tachys::html::element::ElementType;
use leptos::tachys::html::event::EventDescriptor;
use leptos::tachys::html::node_ref::NodeRefContainer;
use leptos::tachys::html::property::{IntoProperty, prop};
use leptos::tachys::renderer::types;
use send_wrapper::SendWrapper;
use std::borrow::Cow;

/// A function that is called with the element when it is built or hydrated.
pub(crate) type Reference = Box<dyn Fn(&types::Element) + Send>;

/// A function that handles events.
pub(super) type Handle = Box<dyn FnMut(types::Event)>;

/// A handler of an event.
pub(crate) struct EventHandler {
    pub(super) name: Cow<'static, str>,
    /// Whether it handles the event before the elements within its element.
    pub(super) is_capture: bool,
    /// The owner of what the handler creates.
    pub(super) owner: Owner,
    pub(super) handle: SendWrapper<Handle>,
}

impl Element {
    /// Sets a property of the element.
    #[must_use]
    pub fn prop<P: IntoProperty + Send + 'static>(self, name: &'static str, value: P) -> Self {
        self.with_attribute(Attribute::Any(Box::new(prop(name, value).into_any_attr())))
    }

    /// Calls the handler whenever the event happens.
    #[must_use]
    pub fn on<E, F>(self, event: E, mut handler: F) -> Self
    where
        E: EventDescriptor,
        E::EventType: From<types::Event> + 'static,
        F: FnMut(E::EventType) + 'static,
    {
        let handle: Handle = Box::new(move |event| handler(E::EventType::from(event)));
        self.with_attribute(Attribute::Event(EventHandler {
            name: event.name(),
            is_capture: E::CAPTURE,
            owner: Owner::current().unwrap_or_default(),
            handle: SendWrapper::new(handle),
        }))
    }

    /// Fills the reference with the element.
    #[must_use]
    pub fn node_ref<E, C>(self, container: C) -> Self
    where
        E: ElementType,
        C: NodeRefContainer<E>,
    {
        self.with_attribute(Attribute::Reference(Box::new(move |element| {
            container.clone().load(element)
        })))
    }
}
