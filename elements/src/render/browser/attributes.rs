//! Sets the attributes of elements in the document, and updates them.

use super::handlers::{EventHandler, Handle};
use crate::attribute::{Attribute, AttributeValue, Getter};
use leptos::attr::Attribute as _;
use leptos::attr::any_attribute::AnyAttributeState;
use leptos::prelude::RenderEffect;
use leptos::tachys::renderer::types;
use leptos::tachys::renderer::{RemoveEventHandler, Rndr};

/// What is kept of an attribute to update it.
pub(super) enum AttributeState {
    Value {
        name: &'static str,
        value: AttributeValue,
    },
    Reactive {
        name: &'static str,
        effect: RenderEffect<AttributeValue>,
    },
    Class {
        name: &'static str,
        value: AttributeValue,
    },
    ReactiveClass {
        name: &'static str,
        effect: RenderEffect<AttributeValue>,
    },
    InnerHtml(&'static str),
    Event(RemoveEventHandler<types::Element>),
    Reference,
    Any(AnyAttributeState),
}

type SetValue = fn(&types::Element, &'static str, &AttributeValue);

fn set_attribute(element: &types::Element, name: &'static str, value: &AttributeValue) {
    match value.as_text() {
        Some(text) => Rndr::set_attribute(element, name, text),
        None => Rndr::remove_attribute(element, name),
    }
}

fn set_class(element: &types::Element, name: &'static str, value: &AttributeValue) {
    let classes = Rndr::class_list(element);
    match value {
        AttributeValue::Absent => Rndr::remove_class(&classes, name),
        AttributeValue::Present | AttributeValue::Text(_) => Rndr::add_class(&classes, name),
    }
}

/// Sets a value that is new in the document, unless the server has.
fn set_first(element: &types::Element, name: &'static str, value: &AttributeValue, is_hydrated: bool, set: SetValue) {
    if !is_hydrated && *value != AttributeValue::Absent {
        set(element, name, value);
    }
}

/// Sets a value, again whenever it changes. `previous` is the value that the document has.
fn set_reactive(
    element: &types::Element,
    name: &'static str,
    mut get: Getter,
    is_hydrated: bool,
    previous: Option<AttributeValue>,
    set: SetValue,
) -> RenderEffect<AttributeValue> {
    let element = element.clone();
    let update = move |previous: Option<AttributeValue>| {
        let value = get();
        match previous {
            Some(previous) => {
                if previous != value {
                    set(&element, name, &value);
                }
            }
            None => set_first(&element, name, &value, is_hydrated, set),
        }
        value
    };
    RenderEffect::new_with_value(update, previous)
}

fn add_event_handler(element: &types::Element, handler: EventHandler) -> RemoveEventHandler<types::Element> {
    let mut handle = handler.handle.take();
    let owner = handler.owner;
    let handle: Handle = Box::new(move |event| owner.with(|| handle(event)));
    if handler.is_capture {
        Rndr::add_event_listener_use_capture(element, &handler.name, handle)
    } else {
        Rndr::add_event_listener(element, &handler.name, handle)
    }
}

/// Adds an attribute to an element in the document, whose other attributes the server has written if it is hydrated.
fn add_attribute(attribute: Attribute, element: &types::Element, is_hydrated: bool) -> AttributeState {
    match attribute {
        Attribute::Value { name, value } => {
            set_first(element, name, &value, is_hydrated, set_attribute);
            AttributeState::Value { name, value }
        }
        Attribute::Class { name, value } => {
            set_first(element, name, &value, is_hydrated, set_class);
            AttributeState::Class { name, value }
        }
        Attribute::Reactive { name, get } => {
            let effect = set_reactive(element, name, get, is_hydrated, None, set_attribute);
            AttributeState::Reactive { name, effect }
        }
        Attribute::ReactiveClass { name, get } => {
            let effect = set_reactive(element, name, get, is_hydrated, None, set_class);
            AttributeState::ReactiveClass { name, effect }
        }
        Attribute::InnerHtml(html) => {
            if !is_hydrated {
                Rndr::set_inner_html(element, html);
            }
            AttributeState::InnerHtml(html)
        }
        Attribute::Event(handler) => AttributeState::Event(add_event_handler(element, handler)),
        Attribute::Reference(reference) => {
            reference(element);
            AttributeState::Reference
        }
        Attribute::Any(attribute) => AttributeState::Any(if is_hydrated {
            attribute.hydrate::<true>(element)
        } else {
            attribute.build(element)
        }),
    }
}

/// Adds the attributes to an element in the document.
pub(super) fn add_attributes(
    attributes: Vec<Attribute>,
    element: &types::Element,
    is_hydrated: bool,
) -> Vec<AttributeState> {
    attributes
        .into_iter()
        .map(|attribute| add_attribute(attribute, element, is_hydrated))
        .collect()
}

/// Returns whether the attributes can be updated to the new ones: they have the same names in the same order.
pub(super) fn are_alike(states: &[AttributeState], attributes: &[Attribute]) -> bool {
    states.len() == attributes.len()
        && states
            .iter()
            .zip(attributes)
            .all(|(state, attribute)| match (state, attribute) {
                (AttributeState::Value { name, .. }, Attribute::Value { name: new, .. })
                | (AttributeState::Class { name, .. }, Attribute::Class { name: new, .. })
                | (AttributeState::Reactive { name, .. }, Attribute::Reactive { name: new, .. })
                | (AttributeState::ReactiveClass { name, .. }, Attribute::ReactiveClass { name: new, .. }) => {
                    name == new
                }
                (AttributeState::InnerHtml(_), Attribute::InnerHtml(_))
                | (AttributeState::Event(_), Attribute::Event(_))
                | (AttributeState::Reference, Attribute::Reference(_))
                | (AttributeState::Any(_), Attribute::Any(_)) => true,
                _ => false,
            })
}

fn update_value(
    element: &types::Element,
    name: &'static str,
    old: &mut AttributeValue,
    new: AttributeValue,
    set: SetValue,
) {
    if *old != new {
        set(element, name, &new);
        *old = new;
    }
}

fn update_effect(
    element: &types::Element,
    name: &'static str,
    effect: &mut RenderEffect<AttributeValue>,
    get: Getter,
    set: SetValue,
) {
    let previous = effect.take_value();
    *effect = set_reactive(element, name, get, false, previous, set);
}

/// Updates an attribute to a new one that [`are_alike`] has compared.
fn update_attribute(element: &types::Element, state: &mut AttributeState, attribute: Attribute) {
    match (state, attribute) {
        (AttributeState::Value { name, value }, Attribute::Value { value: new, .. }) => {
            update_value(element, name, value, new, set_attribute);
        }
        (AttributeState::Class { name, value }, Attribute::Class { value: new, .. }) => {
            update_value(element, name, value, new, set_class);
        }
        (AttributeState::Reactive { name, effect }, Attribute::Reactive { get, .. }) => {
            update_effect(element, name, effect, get, set_attribute);
        }
        (AttributeState::ReactiveClass { name, effect }, Attribute::ReactiveClass { get, .. }) => {
            update_effect(element, name, effect, get, set_class);
        }
        (AttributeState::InnerHtml(html), Attribute::InnerHtml(new)) if *html != new => {
            Rndr::set_inner_html(element, new);
            *html = new;
        }
        (AttributeState::Event(remove), Attribute::Event(handler)) => {
            // Dropping the old one removes its handler.
            *remove = add_event_handler(element, handler);
        }
        (AttributeState::Reference, Attribute::Reference(reference)) => reference(element),
        (AttributeState::Any(state), Attribute::Any(attribute)) => attribute.rebuild(state),
        _ => {}
    }
}

/// Updates the attributes to new ones that [`are_alike`] has compared.
pub(super) fn update_attributes(element: &types::Element, states: &mut [AttributeState], attributes: Vec<Attribute>) {
    for (state, attribute) in states.iter_mut().zip(attributes) {
        update_attribute(element, state, attribute);
    }
}
