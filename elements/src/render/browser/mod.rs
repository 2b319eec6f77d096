//! Elements in the browser: trees that are built in the document, or attached to what the server has rendered.

mod attributes;
mod children;
mod document;
mod handlers;

use crate::attribute::Attribute;
use crate::child::Child;
use crate::element::Content;
use document::{ElementState, build, hydrate, hydrate_async, rebuild};
pub(crate) use handlers::{EventHandler, Reference};
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{Render, RenderHtml};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::view::{Position, PositionState};

/// An HTML element with its attributes and children.
pub struct Element(Box<ElementParts>);

/// The parts of an [`Element`], which are boxed because the `view!` macro moves an element with each attribute and child.
struct ElementParts {
    tag: &'static str,
    content: Content,
    attributes: Vec<Attribute>,
    children: Vec<Child>,
}

impl Element {
    pub(crate) fn new(tag: &'static str, content: Content) -> Self {
        Self(Box::new(ElementParts {
            tag,
            content,
            attributes: Vec::new(),
            children: Vec::new(),
        }))
    }

    pub(crate) fn with_attribute(mut self, attribute: Attribute) -> Self {
        self.0.attributes.push(attribute);
        self
    }

    pub(crate) fn with_child(mut self, child: Child) -> Self {
        self.0.children.push(child);
        self
    }

    pub(crate) fn with_children(mut self, mut children: Vec<Child>) -> Self {
        self.0.children.append(&mut children);
        self
    }
}

impl Render for Element {
    type State = ElementState;

    fn build(self) -> Self::State {
        build(self)
    }

    fn rebuild(self, state: &mut Self::State) {
        rebuild(self, state);
    }
}

/// What the server does with a view, which browsers don't.
macro_rules! no_html {
    () => {
        type AsyncOutput = Self;
        type Owned = Self;

        const MIN_LENGTH: usize = 0;

        fn dry_resolve(&mut self) {}

        async fn resolve(self) -> Self {
            self
        }

        fn html_len(&self) -> usize {
            0
        }

        fn to_html_with_buf(
            self,
            _buf: &mut String,
            _position: &mut Position,
            _escape: bool,
            _mark_branches: bool,
            _extra_attrs: Vec<AnyAttribute>,
        ) {
            unimplemented!("HTML is written with the feature ssr")
        }

        fn into_owned(self) -> Self {
            self
        }
    };
}
use no_html;

impl RenderHtml for Element {
    no_html!();

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        hydrate(self, cursor, position)
    }

    async fn hydrate_async(self, cursor: &Cursor, position: &PositionState) -> Self::State {
        hydrate_async(self, cursor, position).await
    }
}
