//! Children as views of their own: what components return, and several nodes next to each other.

use super::document::{ChildState, build_child, hydrate_child, hydrate_child_async, rebuild_child};
use super::no_html;
use crate::child::{Child, Children};
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{Mountable, Render, RenderHtml};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::renderer::types;
use leptos::tachys::view::{Position, PositionState};

impl Render for Child {
    type State = ChildState;

    fn build(self) -> Self::State {
        build_child(self)
    }

    fn rebuild(self, state: &mut Self::State) {
        rebuild_child(self, state);
    }
}

impl RenderHtml for Child {
    no_html!();

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        hydrate_child(self, cursor, position)
    }

    async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        hydrate_child_async(self, cursor, position).await
    }
}

/// What is kept of several children in the document to update them.
pub struct ChildrenState(Vec<ChildState>);

impl Render for Children {
    type State = ChildrenState;

    fn build(self) -> Self::State {
        ChildrenState(self.0.into_iter().map(build_child).collect())
    }

    fn rebuild(self, state: &mut Self::State) {
        if self.0.len() == state.0.len() {
            for (child, state) in self.0.into_iter().zip(&mut state.0) {
                rebuild_child(child, state);
            }
            return;
        }
        let mut new = self.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl RenderHtml for Children {
    no_html!();

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        let children = self.0.into_iter();
        ChildrenState(children.map(|child| hydrate_child(child, cursor, position)).collect())
    }

    async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        let mut states = Vec::with_capacity(self.0.len());
        for child in self.0 {
            states.push(hydrate_child_async(child, cursor, position).await);
        }
        ChildrenState(states)
    }
}

impl Mountable for ChildrenState {
    fn unmount(&mut self) {
        for state in &mut self.0 {
            state.unmount();
        }
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        for state in &mut self.0 {
            state.mount(parent, marker);
        }
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.iter().any(|state| state.insert_before_this(child))
    }

    fn elements(&self) -> Vec<types::Element> {
        self.0.iter().flat_map(ChildState::elements).collect()
    }
}

impl Mountable for ChildState {
    fn unmount(&mut self) {
        self.as_mountable_mut().unmount();
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        self.as_mountable_mut().mount(parent, marker);
    }

    fn try_mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) -> bool {
        self.as_mountable_mut().try_mount(parent, marker)
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.as_mountable().insert_before_this(child)
    }

    fn elements(&self) -> Vec<types::Element> {
        self.as_mountable().elements()
    }
}
