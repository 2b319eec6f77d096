//! Builds, hydrates and updates elements in the document.

use super::attributes::{AttributeState, add_attributes, are_alike, update_attributes};
use super::{Element, ElementParts};
use crate::child::Child;
use crate::element::Content;
use leptos::prelude::{AnyView, Mountable, Render, RenderHtml};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::{CastFrom, Rndr, types};
use leptos::tachys::view::{Position, PositionState};
use std::future::Future;
use std::pin::Pin;

/// What is kept of an element in the document to update it.
pub struct ElementState {
    tag: &'static str,
    element: types::Element,
    attributes: Vec<AttributeState>,
    children: Vec<ChildState>,
}

/// What is kept of a child in the document to update it.
pub enum ChildState {
    /// An element.
    Element(ElementState),
    /// A text.
    Text(<String as Render>::State),
    /// A view of any other type.
    Any(<AnyView as Render>::State),
    /// What stands for an absent child.
    Empty(types::Placeholder),
}

impl ChildState {
    pub(super) fn as_mountable(&self) -> &dyn Mountable {
        match self {
            Self::Element(state) => state,
            Self::Text(state) => state,
            Self::Any(state) => state,
            Self::Empty(state) => state,
        }
    }

    pub(super) fn as_mountable_mut(&mut self) -> &mut dyn Mountable {
        match self {
            Self::Element(state) => state,
            Self::Text(state) => state,
            Self::Any(state) => state,
            Self::Empty(state) => state,
        }
    }
}

pub(super) fn build_child(child: Child) -> ChildState {
    match child {
        Child::Element(element) => ChildState::Element(build(element)),
        Child::Text(text) => ChildState::Text(text.build()),
        Child::Any(view) => ChildState::Any(view.build()),
        Child::Empty => ChildState::Empty(Rndr::create_placeholder()),
    }
}

fn namespace(content: Content) -> Option<&'static str> {
    (content == Content::Svg).then_some("http://www.w3.org/2000/svg")
}

/// Creates an element that is not in the document yet.
pub(super) fn build(element: Element) -> ElementState {
    let ElementParts {
        tag,
        content,
        attributes,
        children,
    } = *element.0;
    let element = Rndr::create_element(tag, namespace(content));
    let attributes = add_attributes(attributes, &element, false);
    let children = children.into_iter().map(|child| {
        let mut child = build_child(child);
        child.mount(&element, None);
        child
    });
    let children = children.collect();
    ElementState {
        tag,
        element,
        attributes,
        children,
    }
}

pub(super) fn rebuild_child(child: Child, state: &mut ChildState) {
    match (child, state) {
        (Child::Element(element), ChildState::Element(state)) => rebuild(element, state),
        (Child::Text(text), ChildState::Text(state)) => text.rebuild(state),
        (Child::Any(view), ChildState::Any(state)) => view.rebuild(state),
        (Child::Empty, ChildState::Empty(_)) => {}
        (child, state) => {
            let mut new = build_child(child);
            state.insert_before_this(&mut new);
            state.unmount();
            *state = new;
        }
    }
}

/// Updates an element, or replaces it by one from another place of the code.
pub(super) fn rebuild(element: Element, state: &mut ElementState) {
    let parts = &element.0;
    let is_alike = parts.tag == state.tag
        && parts.children.len() == state.children.len()
        && are_alike(&state.attributes, &parts.attributes);
    if !is_alike {
        let mut new = build(element);
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
        return;
    }
    let parts = *element.0;
    update_attributes(&state.element, &mut state.attributes, parts.attributes);
    for (child, state) in parts.children.into_iter().zip(&mut state.children) {
        rebuild_child(child, state);
    }
}

/// Moves the cursor to the element that the server has rendered, and returns it.
fn find_element(tag: &'static str, cursor: &Cursor, position: &PositionState) -> types::Element {
    match position.get() {
        Position::FirstChild => cursor.child(),
        Position::Current => {}
        _ => cursor.sibling(),
    }
    let node = cursor.current();
    types::Element::cast_from(node.clone())
        .unwrap_or_else(|| panic!("hydration expected <{tag}>, but found {:?}", node.node_name()))
}

/// Attaches to the element that the server has rendered, except to the children, which it returns.
fn enter_element(element: Element, cursor: &Cursor, position: &PositionState) -> (ElementState, Vec<Child>) {
    let parts = *element.0;
    let element = find_element(parts.tag, cursor, position);
    let mut state = ElementState {
        tag: parts.tag,
        attributes: add_attributes(parts.attributes, &element, true),
        element,
        children: Vec::with_capacity(parts.children.len()),
    };
    if parts.content == Content::Text {
        state.children = hydrate_text(parts.children, &state.element, cursor, position);
        return (state, Vec::new());
    }
    position.set(Position::FirstChild);
    (state, parts.children)
}

fn leave_element(state: ElementState, cursor: &Cursor, position: &PositionState) -> ElementState {
    cursor.set(<types::Element as AsRef<types::Node>>::as_ref(&state.element).clone());
    position.set(Position::NextChild);
    state
}

/// Attaches to the text that the server has rendered within an element such as `<textarea>`. The document has no text node for
/// an empty text.
fn hydrate_text(
    children: Vec<Child>,
    element: &types::Element,
    cursor: &Cursor,
    position: &PositionState,
) -> Vec<ChildState> {
    let texts = children.into_iter().filter_map(|child| match child {
        Child::Text(text) => Some(text),
        Child::Element(_) | Child::Any(_) | Child::Empty => None,
    });
    let states = texts.map(|text| {
        position.set(Position::FirstChild);
        ChildState::Text(if Rndr::first_child(element).is_some() {
            text.hydrate::<true>(cursor, position)
        } else {
            let mut state = text.build();
            state.mount(element, None);
            state
        })
    });
    states.collect()
}

fn hydrate_placeholder(cursor: &Cursor, position: &PositionState) -> types::Placeholder {
    let placeholder = cursor.next_placeholder(position);
    position.set(Position::NextChild);
    placeholder
}

/// Attaches to the child that the server has rendered.
pub(super) fn hydrate_child(child: Child, cursor: &Cursor, position: &PositionState) -> ChildState {
    match child {
        Child::Element(element) => ChildState::Element(hydrate(element, cursor, position)),
        Child::Text(text) => ChildState::Text(text.hydrate::<true>(cursor, position)),
        Child::Any(view) => ChildState::Any(view.hydrate::<true>(cursor, position)),
        Child::Empty => ChildState::Empty(hydrate_placeholder(cursor, position)),
    }
}

/// Attaches to the child that the server has rendered, which may load its code or data.
pub(super) async fn hydrate_child_async(child: Child, cursor: &Cursor, position: &PositionState) -> ChildState {
    match child {
        Child::Element(element) => ChildState::Element(hydrate_async(element, cursor, position).await),
        Child::Any(view) => ChildState::Any(view.hydrate_async(cursor, position).await),
        child => hydrate_child(child, cursor, position),
    }
}

/// Attaches to the element that the server has rendered.
pub(super) fn hydrate(element: Element, cursor: &Cursor, position: &PositionState) -> ElementState {
    let (mut state, children) = enter_element(element, cursor, position);
    let children = children.into_iter();
    state
        .children
        .extend(children.map(|child| hydrate_child(child, cursor, position)));
    leave_element(state, cursor, position)
}

/// Attaches to the element that the server has rendered, with children that may load their code or data.
pub(super) fn hydrate_async<'a>(
    element: Element,
    cursor: &'a Cursor,
    position: &'a PositionState,
) -> Pin<Box<dyn Future<Output = ElementState> + 'a>> {
    Box::pin(async move {
        let (mut state, children) = enter_element(element, cursor, position);
        for child in children {
            state.children.push(hydrate_child_async(child, cursor, position).await);
        }
        leave_element(state, cursor, position)
    })
}

impl Mountable for ElementState {
    fn unmount(&mut self) {
        Rndr::remove(&self.element);
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        Rndr::insert_node(parent, &self.element, marker);
    }

    fn try_mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) -> bool {
        Rndr::try_insert_node(parent, &self.element, marker)
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        let parent = Rndr::get_parent(&self.element).and_then(types::Element::cast_from);
        let Some(parent) = parent else { return false };
        child.mount(&parent, Some(&self.element));
        true
    }

    fn elements(&self) -> Vec<types::Element> {
        vec![self.element.clone()]
    }
}
