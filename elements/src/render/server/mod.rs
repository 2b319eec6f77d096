//! Elements on the server: HTML from the start, with places for what is known only when the page is written.

mod attributes;
mod children;
mod escape;
mod fragment;
mod handlers;
mod output;
mod parts;

use crate::attribute::{Attribute, AttributeValue};
use crate::child::Child;
use crate::element::Content;
use attributes::DeferredAttribute;
use futures::future::join_all;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{AnyView, Render, RenderHtml};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::{Position, PositionState};
use output::{Output, Stream};
use parts::Parts;
use std::borrow::Cow;

/// An HTML element with its attributes and children.
pub struct Element(Box<Parts>);

impl Element {
    pub(crate) fn new(tag: &'static str, content: Content) -> Self {
        Self(Parts::new(tag, content))
    }

    pub(crate) fn with_attribute(mut self, attribute: Attribute) -> Self {
        let attributes = &mut self.0.attributes;
        match attribute {
            Attribute::Value { name, value } => attributes.add_value(name, value),
            Attribute::Class { name, value } => {
                if value != AttributeValue::Absent {
                    attributes.add_class(Cow::Borrowed(name));
                }
            }
            Attribute::InnerHtml(html) => self.0.children.set_html(html),
            Attribute::Reactive { name, get } => attributes.add_deferred(DeferredAttribute::Reactive { name, get }),
            Attribute::ReactiveClass { name, get } => {
                attributes.add_deferred(DeferredAttribute::ReactiveClass { name, get })
            }
            Attribute::Any(attribute) => attributes.add_deferred(DeferredAttribute::Any(attribute)),
        }
        self
    }

    pub(crate) fn with_child(mut self, child: Child) -> Self {
        self.0.push_child(child);
        self
    }

    pub(crate) fn with_children(mut self, children: Vec<Child>) -> Self {
        for child in children {
            self.0.push_child(child);
        }
        self
    }

    /// Moves the views that may wait for data out of the element, in the order of the document.
    fn take_views(&mut self, views: &mut Vec<AnyView>) {
        self.0.children.take_views(views);
    }

    /// Moves the views back.
    fn put_views(&mut self, views: &mut impl Iterator<Item = AnyView>) {
        self.0.children.put_views(views);
    }

    /// Writes the element. `extra` are attributes of the component that it belongs to.
    fn write(self, output: &mut impl Output, mark_branches: bool, extra: Vec<AnyAttribute>) {
        let mut parts = self.0;
        let mut inner_html = String::new();
        output.with_html(|buf| {
            buf.push('<');
            buf.push_str(parts.tag);
            inner_html = parts.attributes.write(buf, extra);
            buf.push('>');
            buf.push_str(&inner_html);
        });
        if inner_html.is_empty() {
            parts.children.write(output, &mut Position::FirstChild, mark_branches);
        }
        output.with_html(|buf| parts.write_end(buf));
        parts.reuse();
    }
}

/// Waits for the data of all views at once.
async fn resolve_views(views: Vec<AnyView>) -> impl Iterator<Item = AnyView> {
    join_all(views.into_iter().map(AnyView::resolve)).await.into_iter()
}

/// What browsers do with a view, which the server doesn't.
macro_rules! no_document {
    () => {
        fn hydrate<const FROM_SERVER: bool>(self, _cursor: &Cursor, _position: &PositionState) -> Self::State {}
    };
}
use no_document;

impl Render for Element {
    type State = ();

    fn build(self) -> Self::State {}

    fn rebuild(self, _state: &mut Self::State) {}
}

impl RenderHtml for Element {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {
        self.0.attributes.dry_resolve();
        self.0.children.dry_resolve();
    }

    async fn resolve(mut self) -> Self {
        let mut views = Vec::new();
        self.take_views(&mut views);
        if !views.is_empty() {
            self.put_views(&mut resolve_views(views).await);
        }
        self
    }

    fn html_len(&self) -> usize {
        self.0.html_len()
    }

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        _escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.write(buf, mark_branches, extra_attrs);
        *position = Position::NextChild;
    }

    fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
        self,
        buf: &mut StreamBuilder,
        position: &mut Position,
        _escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        self.write(&mut Stream::<OUT_OF_ORDER>(buf), mark_branches, extra_attrs);
        *position = Position::NextChild;
    }

    no_document!();

    fn into_owned(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests;
