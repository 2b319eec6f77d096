//! What an element has in the browser alone: event handlers, properties, and references to it. The server drops them.

use super::Element;
use leptos::tachys::html::element::ElementType;
use leptos::tachys::html::event::EventDescriptor;
use leptos::tachys::html::node_ref::NodeRefContainer;
use leptos::tachys::html::property::IntoProperty;
use leptos::tachys::renderer::types;

impl Element {
    /// Sets a property of the element in the browser.
    #[must_use]
    pub fn prop<P: IntoProperty + Send + 'static>(self, _name: &'static str, _value: P) -> Self {
        self
    }

    /// Calls the handler in the browser whenever the event happens.
    #[must_use]
    pub fn on<E, F>(self, _event: E, _handler: F) -> Self
    where
        E: EventDescriptor,
        E::EventType: From<types::Event> + 'static,
        F: FnMut(E::EventType) + 'static,
    {
        self
    }

    /// Fills the reference with the element in the browser.
    #[must_use]
    pub fn node_ref<E, C>(self, _container: C) -> Self
    where
        E: ElementType,
        C: NodeRefContainer<E>,
    {
        self
    }
}
