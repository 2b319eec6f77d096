//! Elements on the server: HTML from the start, with places for what is known only when the page is written.

mod attributes;
mod children;
mod escape;
mod fragment;
mod handlers;
mod output;
mod parts;
mod view;

use crate::attribute::{Attribute, AttributeValue};
use crate::child::Child;
use crate::element::Content;
use attributes::DeferredAttribute;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::AnyView;
use leptos::tachys::view::Position;
use output::{Context, Output};
use parts::Parts;
use std::borrow::Cow;
use view::HtmlView;

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

    /// Writes the element. `extra` are attributes of the component that it belongs to.
    fn write_with(self, output: &mut impl Output, mark_branches: bool, extra: Vec<AnyAttribute>) {
        let mut parts = self.0;
        let mut inner_html = String::new();
        output.with_html(|html| {
            inner_html = parts.write_start(html, extra);
            html.push_str(&inner_html);
        });
        if inner_html.is_empty() {
            parts.children.write(output, mark_branches);
        }
        output.with_html(|html| parts.write_end(html));
        parts.recycle();
    }
}

impl HtmlView for Element {
    fn approximate_len(&self) -> usize {
        self.0.html_len()
    }

    fn read_reactive_values(&mut self) {
        self.0.attributes.read_reactive_values();
        self.0.children.read_reactive_values();
    }

    fn take_views(&mut self, views: &mut Vec<AnyView>) {
        self.0.children.take_views(views);
    }

    fn put_views(&mut self, views: &mut impl Iterator<Item = AnyView>) {
        self.0.children.put_views(views);
    }

    fn write(self, output: &mut impl Output, context: Context<'_>) {
        self.write_with(output, context.mark_branches, context.extra);
        *context.position = Position::NextChild;
    }
}

#[cfg(test)]
mod tests;
