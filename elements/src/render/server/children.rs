//! Children as views of their own: what components return, and several nodes next to each other.

use super::fragment::{PLACEHOLDER, write_text};
use super::output::{Output, Stream};
use super::{no_document, resolve_views};
use crate::child::{Child, Children};
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{AnyView, IntoAny, Render, RenderHtml};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::{Position, PositionState};

impl Child {
    /// Moves the views that may wait for data out of the child, in the order of the document.
    fn take_views(&mut self, views: &mut Vec<AnyView>) {
        match self {
            Self::Element(element) => element.take_views(views),
            Self::Any(view) => views.push(std::mem::replace(&mut **view, ().into_any())),
            Self::List(list) => {
                for element in list {
                    element.take_views(views);
                }
            }
            Self::Text(_) | Self::Empty | Self::Html(_) => {}
        }
    }

    /// Moves the views back.
    fn put_views(&mut self, views: &mut impl Iterator<Item = AnyView>) {
        match self {
            Self::Element(element) => element.put_views(views),
            Self::Any(view) => {
                if let Some(resolved) = views.next() {
                    **view = resolved;
                }
            }
            Self::List(list) => {
                for element in list {
                    element.put_views(views);
                }
            }
            Self::Text(_) | Self::Empty | Self::Html(_) => {}
        }
    }

    /// Writes the child, which has no element around it in the same view.
    fn write(
        self,
        output: &mut impl Output,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra: Vec<AnyAttribute>,
    ) {
        match self {
            Self::Any(view) => return output.push_view(*view, position, escape, mark_branches, extra),
            Self::Text(text) => {
                let is_after_text = *position == Position::NextChildAfterText;
                output.with_html(|html| {
                    if escape {
                        write_text(&text, is_after_text, html);
                    } else {
                        html.push_str(&text);
                    }
                });
                *position = Position::NextChildAfterText;
                return;
            }
            Self::Element(element) => element.write(output, mark_branches, extra),
            Self::Empty => output.push_html(PLACEHOLDER),
            Self::Html(html) => output.push_html(&html),
            Self::List(list) => {
                for element in list {
                    element.write(output, mark_branches, extra.clone());
                }
                output.push_html(PLACEHOLDER);
            }
        }
        *position = Position::NextChild;
    }
}

/// Renders a view that has a method `write`.
macro_rules! render {
    ($view:ty) => {
        impl Render for $view {
            type State = ();

            fn build(self) -> Self::State {}

            fn rebuild(self, _state: &mut Self::State) {}
        }

        impl RenderHtml for $view {
            type AsyncOutput = Self;
            type Owned = Self;

            const MIN_LENGTH: usize = 0;

            fn dry_resolve(&mut self) {
                self.dry_resolve_views();
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
                self.approximate_len()
            }

            fn to_html_with_buf(
                self,
                buf: &mut String,
                position: &mut Position,
                escape: bool,
                mark_branches: bool,
                extra_attrs: Vec<AnyAttribute>,
            ) {
                self.write(buf, position, escape, mark_branches, extra_attrs);
            }

            fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
                self,
                buf: &mut StreamBuilder,
                position: &mut Position,
                escape: bool,
                mark_branches: bool,
                extra_attrs: Vec<AnyAttribute>,
            ) {
                let mut stream = Stream::<OUT_OF_ORDER>(buf);
                self.write(&mut stream, position, escape, mark_branches, extra_attrs);
            }

            no_document!();

            fn into_owned(self) -> Self {
                self
            }
        }
    };
}

impl Child {
    fn dry_resolve_views(&mut self) {
        match self {
            Self::Element(element) => element.dry_resolve(),
            Self::Any(view) => view.dry_resolve(),
            Self::List(list) => list.iter_mut().for_each(RenderHtml::dry_resolve),
            Self::Text(_) | Self::Empty | Self::Html(_) => {}
        }
    }

    fn approximate_len(&self) -> usize {
        match self {
            Self::Element(element) => element.html_len(),
            Self::Any(view) => view.html_len(),
            Self::List(list) => list.iter().map(RenderHtml::html_len).sum(),
            Self::Text(text) | Self::Html(text) => text.len(),
            Self::Empty => PLACEHOLDER.len(),
        }
    }
}

impl Children {
    fn take_views(&mut self, views: &mut Vec<AnyView>) {
        for child in &mut self.0 {
            child.take_views(views);
        }
    }

    fn put_views(&mut self, views: &mut impl Iterator<Item = AnyView>) {
        for child in &mut self.0 {
            child.put_views(views);
        }
    }

    fn write(
        self,
        output: &mut impl Output,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra: Vec<AnyAttribute>,
    ) {
        for child in self.0 {
            child.write(output, position, escape, mark_branches, extra.clone());
        }
    }

    fn dry_resolve_views(&mut self) {
        self.0.iter_mut().for_each(Child::dry_resolve_views);
    }

    fn approximate_len(&self) -> usize {
        self.0.iter().map(Child::approximate_len).sum()
    }
}

render!(Child);
render!(Children);
