//! Where HTML is written to: a text, or a stream whose parts may wait for data.

use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{AnyView, RenderHtml};
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::Position;

/// A text or a stream.
pub(super) trait Output {
    /// Adds HTML to the text at the end.
    fn with_html(&mut self, write: impl FnOnce(&mut String));

    /// Adds a view. `extra` are attributes of the component that it belongs to.
    fn push_view(
        &mut self,
        view: AnyView,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra: Vec<AnyAttribute>,
    );

    /// Adds HTML.
    fn push_html(&mut self, html: &str) {
        self.with_html(|buf| buf.push_str(html));
    }
}

impl Output for String {
    fn with_html(&mut self, write: impl FnOnce(&mut String)) {
        write(self);
    }

    fn push_view(
        &mut self,
        view: AnyView,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra: Vec<AnyAttribute>,
    ) {
        view.to_html_with_buf(self, position, escape, mark_branches, extra);
    }
}

/// A stream, in whose order the parts come or not.
pub(super) struct Stream<'a, const OUT_OF_ORDER: bool>(pub(super) &'a mut StreamBuilder);

impl<const OUT_OF_ORDER: bool> Output for Stream<'_, OUT_OF_ORDER> {
    fn with_html(&mut self, write: impl FnOnce(&mut String)) {
        self.0.with_buf(write);
    }

    fn push_view(
        &mut self,
        view: AnyView,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra: Vec<AnyAttribute>,
    ) {
        view.to_html_async_with_buf::<OUT_OF_ORDER>(self.0, position, escape, mark_branches, extra);
    }
}
