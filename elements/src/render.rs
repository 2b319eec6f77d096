//! Rendering of elements: to HTML on the server, and to the document in the browser.

mod attributes;
mod document;
mod html;

pub(crate) use document::ElementState;

use crate::element::{Child, Element};
use document::{build, hydrate, hydrate_async, rebuild};
use futures::future::join_all;
use html::{PLACEHOLDER, write_async, write_element};
use leptos::attr::Attribute;
use leptos::attr::any_attribute::{AnyAttribute, IntoAnyAttribute};
use leptos::prelude::{AddAnyAttr, AnyView, Render, RenderHtml};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::{Position, PositionState};

impl Render for Element {
    type State = ElementState;

    fn build(self) -> Self::State {
        build(self)
    }

    fn rebuild(self, state: &mut Self::State) {
        rebuild(self, state);
    }
}

impl AddAnyAttr for Element {
    type Output<A: Attribute> = Self;

    fn add_any_attr<A: Attribute>(self, attribute: A) -> Self {
        self.with_attribute(crate::attribute::Attribute::Any(Box::new(attribute.into_any_attr())))
    }
}

impl Element {
    /// Moves the children that may wait for data out of the element, in the order of the document.
    fn take_views(&mut self, views: &mut Vec<AnyView>) {
        for child in &mut self.0.children {
            match std::mem::replace(child, Child::Resolving) {
                Child::Any(view) => views.push(view),
                Child::Element(mut element) => {
                    element.take_views(views);
                    *child = Child::Element(element);
                }
                other => *child = other,
            }
        }
    }

    /// Moves the children back.
    fn put_views(&mut self, views: &mut impl Iterator<Item = AnyView>) {
        for child in &mut self.0.children {
            match child {
                Child::Resolving => {
                    if let Some(view) = views.next() {
                        *child = Child::Any(view);
                    }
                }
                Child::Element(element) => element.put_views(views),
                Child::Text(_) | Child::Any(_) | Child::Empty => {}
            }
        }
    }
}

impl RenderHtml for Element {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        attributes::dry_resolve(&mut self.0.attributes);
        for child in &mut self.0.children {
            match child {
                Child::Element(element) => element.dry_resolve(),
                Child::Any(view) => view.dry_resolve(),
                Child::Text(_) | Child::Empty | Child::Resolving => {}
            }
        }
    }

    async fn resolve(mut self) -> Self {
        let mut views = Vec::new();
        self.take_views(&mut views);
        if !views.is_empty() {
            let resolved = join_all(views.into_iter().map(AnyView::resolve)).await;
            self.put_views(&mut resolved.into_iter());
        }
        self
    }

    fn html_len(&self) -> usize {
        let children = self.0.children.iter().map(|child| match child {
            Child::Element(element) => element.html_len(),
            Child::Text(text) => text.len(),
            Child::Any(view) => view.html_len(),
            Child::Empty => PLACEHOLDER.len(),
            Child::Resolving => 0,
        });
        2 * self.0.tag.len() + "<></>".len() + attributes::html_len(&self.0.attributes) + children.sum::<usize>()
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        _escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        write_element(self, buf, position, mark_branches, extra_attrs);
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        _escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        write_async::<OUT_OF_ORDER>(self, buf, position, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        hydrate(self, cursor, position)
    }

    async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        hydrate_async(self, cursor, position).await
    }

    fn into_owned(self) -> Self {
        self
    }
}
