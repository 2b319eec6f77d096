//! HTML with places for what is known only when the page is written.

use super::Element;
use super::escape::write_escaped_text;
use super::output::{Context, Output};
use super::view::HtmlView;
use crate::child::Child;
use leptos::prelude::{AnyView, IntoAny, RenderHtml};
use leptos::tachys::view::Position;

/// What stands for an optional child that is absent, and for the end of a list, so that the browser finds its place.
pub(super) const PLACEHOLDER: &str = "<!>";

/// The children of an element as HTML.
pub(super) struct Fragment {
    /// The text that the fragment begins with, which is escaped when it is copied to where it belongs.
    text: Option<String>,
    html: String,
    places: Vec<Place>,
    /// The position of the next child, if it does not depend on how a view is written.
    position: Option<Position>,
}

/// A place in the HTML of a [`Fragment`].
struct Place {
    /// The offset in the HTML, in bytes.
    offset: usize,
    content: DeferredContent,
}

/// What is known only when the page is written.
enum DeferredContent {
    /// A view, and its position if that is known.
    View {
        view: Box<AnyView>,
        position: Option<Position>,
        escape: bool,
    },
    /// A text after a view, which needs a marker if the view ends with a text.
    Text(String),
    /// An element with attributes whose values are not known.
    Element(Element),
}

impl Default for Fragment {
    fn default() -> Self {
        Self {
            text: None,
            html: String::new(),
            places: Vec::new(),
            position: Some(Position::FirstChild),
        }
    }
}

impl Fragment {
    /// Removes all children.
    pub(super) fn clear(&mut self) {
        self.text = None;
        self.html.clear();
        self.places.clear();
        self.position = Some(Position::FirstChild);
    }

    /// Returns how much HTML fits into the memory that the fragment keeps, in bytes.
    pub(super) fn capacity(&self) -> usize {
        self.html.capacity()
    }

    /// Replaces the children by HTML.
    pub(super) fn set_html(&mut self, html: &str) {
        self.clear();
        self.html.push_str(html);
    }

    /// Returns the approximate length of the HTML, in bytes.
    pub(super) fn html_len(&self) -> usize {
        let places = self.places.iter().map(|place| match &place.content {
            DeferredContent::View { view, .. } => view.html_len(),
            DeferredContent::Text(text) => text.len(),
            DeferredContent::Element(element) => element.approximate_len(),
        });
        self.static_len() + places.sum::<usize>()
    }

    /// Returns the approximate length of the HTML that is known, in bytes.
    fn static_len(&self) -> usize {
        self.html.len() + self.text.as_ref().map_or(0, String::len)
    }

    pub(super) fn read_reactive_values(&mut self) {
        for place in &mut self.places {
            match &mut place.content {
                DeferredContent::View { view, .. } => view.dry_resolve(),
                DeferredContent::Element(element) => element.read_reactive_values(),
                DeferredContent::Text(_) => {}
            }
        }
    }

    pub(super) fn take_views(&mut self, views: &mut Vec<AnyView>) {
        for place in &mut self.places {
            match &mut place.content {
                DeferredContent::View { view, .. } => views.push(std::mem::replace(&mut **view, ().into_any())),
                DeferredContent::Element(element) => element.take_views(views),
                DeferredContent::Text(_) => {}
            }
        }
    }

    pub(super) fn put_views(&mut self, views: &mut impl Iterator<Item = AnyView>) {
        for place in &mut self.places {
            match &mut place.content {
                DeferredContent::View { view, .. } => {
                    if let Some(resolved) = views.next() {
                        **view = resolved;
                    }
                }
                DeferredContent::Element(element) => element.put_views(views),
                DeferredContent::Text(_) => {}
            }
        }
    }

    /// Writes the text that the fragment begins with, because more follows.
    fn flush_text(&mut self) {
        if let Some(text) = self.text.take() {
            write_text(&text, false, &mut self.html);
        }
    }

    fn push_place(&mut self, content: DeferredContent) {
        self.flush_text();
        let offset = self.html.len();
        self.places.push(Place { offset, content });
    }

    /// Adds a child. `escape` is false in an element whose text is written as it is.
    pub(super) fn push_child(&mut self, child: Child, escape: bool) {
        match child {
            Child::Element(element) => self.push_element(element),
            Child::Text(text) => self.push_text(text, escape),
            Child::Any(view) => {
                let position = self.position.take();
                self.push_place(DeferredContent::View { view, position, escape });
            }
            Child::Empty => self.push_html(PLACEHOLDER),
            Child::Html(html) => self.push_html(&html),
            Child::List(list) => {
                self.html.reserve(list.iter().map(HtmlView::approximate_len).sum());
                for element in list {
                    self.push_element(element);
                }
                self.push_html(PLACEHOLDER);
            }
        }
    }

    fn push_html(&mut self, html: &str) {
        self.flush_text();
        self.html.push_str(html);
        self.position = Some(Position::NextChild);
    }

    fn push_text(&mut self, text: String, escape: bool) {
        match self.position {
            Some(Position::FirstChild) if escape => self.text = Some(text),
            None if escape => self.push_place(DeferredContent::Text(text)),
            _ if escape => {
                self.flush_text();
                let is_after_text = self.position == Some(Position::NextChildAfterText);
                write_text(&text, is_after_text, &mut self.html);
            }
            _ => self.html.push_str(&text),
        }
        self.position = Some(Position::NextChildAfterText);
    }

    fn push_element(&mut self, element: Element) {
        self.flush_text();
        if element.0.attributes.are_static() {
            let mut parts = element.0;
            parts.write_start(&mut self.html, Vec::new());
            parts.children.append_to(self);
            parts.write_end(&mut self.html);
            parts.recycle();
        } else {
            self.push_place(DeferredContent::Element(element));
        }
        self.position = Some(Position::NextChild);
    }

    /// Moves the children to the end of the fragment of the element around them.
    fn append_to(&mut self, target: &mut Self) {
        if let Some(text) = self.text.take() {
            write_text(&text, false, &mut target.html);
        }
        let begin = target.html.len();
        target.html.push_str(&self.html);
        if !self.places.is_empty() {
            target.places.extend(self.places.drain(..).map(|place| Place {
                offset: begin + place.offset,
                content: place.content,
            }));
        }
    }

    /// Writes the HTML, and what is known now in its places.
    pub(super) fn write(&mut self, output: &mut impl Output, mark_branches: bool) {
        let mut position = Position::FirstChild;
        output.with_html(|html| html.reserve(self.html_len()));
        self.flush_text();
        let mut begin = 0;
        for place in self.places.drain(..) {
            output.push_html(&self.html[begin..place.offset]);
            begin = place.offset;
            match place.content {
                DeferredContent::View {
                    view,
                    position: known,
                    escape,
                } => {
                    position = known.unwrap_or(position);
                    let context = Context {
                        position: &mut position,
                        escape,
                        mark_branches,
                        extra: Vec::new(),
                    };
                    output.push_view(*view, context);
                }
                DeferredContent::Text(text) => {
                    let is_after_text = position == Position::NextChildAfterText;
                    output.with_html(|html| write_text(&text, is_after_text, html));
                    position = Position::NextChildAfterText;
                }
                DeferredContent::Element(element) => {
                    element.write_with(output, mark_branches, Vec::new());
                    position = Position::NextChild;
                }
            }
        }
        output.push_html(&self.html[begin..]);
    }
}

/// Writes a text as Leptos does: with a marker between two texts, and a space for an empty one, so that the document has a node
/// for each.
pub(super) fn write_text(text: &str, is_after_text: bool, html: &mut String) {
    if is_after_text {
        html.push_str(PLACEHOLDER);
    }
    if text.is_empty() {
        html.push(' ');
    } else {
        write_escaped_text(text, html);
    }
}
