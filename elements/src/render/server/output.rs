//! Where HTML is written to: a text, or a stream whose parts may wait for data.

use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::{AnyView, RenderHtml};
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::Position;

/// What the renderer of Leptos passes to each view.
pub(super) struct Context<'a> {
    /// The position of the view, and then of the one after it.
    pub(super) position: &'a mut Position,
    /// Whether text is escaped.
    pub(super) escape: bool,
    pub(super) mark_branches: bool,
    /// The attributes of the component that the view belongs to.
    pub(super) extra: Vec<AnyAttribute>,
}

/// A text or a stream.
pub(super) trait Output {
    /// Adds HTML to the text at the end.
    fn with_html(&mut self, write: impl FnOnce(&mut String));

    /// Adds a view.
    fn push_view(&mut self, view: AnyView, context: Context<'_>);

    /// Adds HTML.
    fn push_html(&mut self, html: &str) {
        self.with_html(|buf| buf.push_str(html));
    }
}

impl Output for String {
    fn with_html(&mut self, write: impl FnOnce(&mut String)) {
        write(self);
    }

    fn push_view(&mut self, view: AnyView, context: Context<'_>) {
        let Context {
            position,
            escape,
            mark_branches,
            extra,
        } = context;
        view.to_html_with_buf(self, position, escape, mark_branches, extra);
    }
}

/// A stream, in whose order the parts come or not.
pub(super) struct Stream<'a, const OUT_OF_ORDER: bool>(pub(super) &'a mut StreamBuilder);

impl<const OUT_OF_ORDER: bool> Output for Stream<'_, OUT_OF_ORDER> {
    fn with_html(&mut self, write: impl FnOnce(&mut String)) {
        self.0.with_buf(write);
    }

    fn push_view(&mut self, view: AnyView, context: Context<'_>) {
        let Context {
            position,
            escape,
            mark_branches,
            extra,
        } = context;
        view.to_html_async_with_buf::<OUT_OF_ORDER>(self.0, position, escape, mark_branches, extra);
    }
}
