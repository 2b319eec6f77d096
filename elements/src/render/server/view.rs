//! Views of this crate as views of Leptos.

use super::Element;
use super::output::{Context, Output, Stream};
use crate::child::{Child, Children};
use futures::future::join_all;
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{AnyView, Render, RenderHtml};
use leptos::tachys::hydration::Cursor;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::{Position, PositionState};

/// A view that is written as HTML.
pub(super) trait HtmlView {
    /// Returns the approximate length of the HTML, in bytes.
    fn approximate_len(&self) -> usize;

    /// Calls reactive values once, so that the renderer finds the data that they wait for.
    fn read_reactive_values(&mut self);

    /// Moves the views that may wait for data out of this one, in the order of the document.
    fn take_views(&mut self, views: &mut Vec<AnyView>);

    /// Moves the views back.
    fn put_views(&mut self, views: &mut impl Iterator<Item = AnyView>);

    /// Writes the view.
    fn write(self, output: &mut impl Output, context: Context<'_>);
}

/// Renders a type that is an [`HtmlView`]. The browser's part does nothing.
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
                self.read_reactive_values();
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
                self.approximate_len()
            }

            fn to_html_with_buf(
                self,
                buf: &mut String,
                position: &mut Position,
                escape: bool,
                mark_branches: bool,
                extra: Vec<AnyAttribute>,
            ) {
                self.write(
                    buf,
                    Context {
                        position,
                        escape,
                        mark_branches,
                        extra,
                    },
                );
            }

            fn to_html_async_with_buf<const OUT_OF_ORDER: bool>(
                self,
                buf: &mut StreamBuilder,
                position: &mut Position,
                escape: bool,
                mark_branches: bool,
                extra: Vec<AnyAttribute>,
            ) {
                let context = Context {
                    position,
                    escape,
                    mark_branches,
                    extra,
                };
                self.write(&mut Stream::<OUT_OF_ORDER>(buf), context);
            }

            fn hydrate<const FROM_SERVER: bool>(self, _cursor: &Cursor, _position: &PositionState) -> Self::State {}

            fn into_owned(self) -> Self {
                self
            }
        }
    };
}

render!(Element);
render!(Child);
render!(Children);
