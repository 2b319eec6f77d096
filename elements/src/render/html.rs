//! Writes elements as HTML.

use super::attributes::write_attributes;
use crate::element::{Child, Content, Element, ElementParts};
use leptos::attr::any_attribute::AnyAttribute;
use leptos::prelude::RenderHtml;
use leptos::tachys::ssr::StreamBuilder;
use leptos::tachys::view::Position;

/// Writes the start tag, and returns HTML that takes the place of the children, or nothing.
fn write_start(parts: &mut ElementParts, buf: &mut String, extra: Vec<AnyAttribute>) -> String {
    buf.push('<');
    buf.push_str(parts.tag);
    let inner_html = write_attributes(std::mem::take(&mut parts.attributes), buf, extra);
    buf.push('>');
    inner_html
}

fn write_end(parts: &ElementParts, buf: &mut String) {
    if parts.content != Content::Void {
        buf.push_str("</");
        buf.push_str(parts.tag);
        buf.push('>');
    }
}

/// Writes an element with its children.
pub(super) fn write_element(
    element: Element,
    buf: &mut String,
    position: &mut Position,
    mark_branches: bool,
    extra: Vec<AnyAttribute>,
) {
    let mut parts = element.0;
    let inner_html = write_start(&mut parts, buf, extra);
    buf.push_str(&inner_html);
    if inner_html.is_empty() && parts.content != Content::Void {
        *position = Position::FirstChild;
        let escape = parts.content != Content::Text;
        for child in std::mem::take(&mut parts.children) {
            match child {
                Child::Element(element) => write_element(element, buf, position, mark_branches, Vec::new()),
                Child::Text(text) => text.to_html_with_buf(buf, position, escape, mark_branches, Vec::new()),
                Child::Any(view) => view.to_html_with_buf(buf, position, escape, mark_branches, Vec::new()),
                Child::Resolving => {}
            }
        }
    }
    write_end(&parts, buf);
    *position = Position::NextChild;
}

/// Writes an element whose children may wait for data.
pub(super) fn write_async<const OUT_OF_ORDER: bool>(
    element: Element,
    buf: &mut StreamBuilder,
    position: &mut Position,
    mark_branches: bool,
    extra: Vec<AnyAttribute>,
) {
    let mut parts = element.0;
    let mut inner_html = String::new();
    buf.with_buf(|buf| {
        inner_html = write_start(&mut parts, buf, extra);
        buf.push_str(&inner_html);
    });
    if inner_html.is_empty() && parts.content != Content::Void {
        *position = Position::FirstChild;
        let escape = parts.content != Content::Text;
        for child in std::mem::take(&mut parts.children) {
            match child {
                Child::Element(element) => {
                    write_async::<OUT_OF_ORDER>(element, buf, position, mark_branches, Vec::new())
                }
                Child::Text(text) => {
                    buf.with_buf(|buf| text.to_html_with_buf(buf, position, escape, mark_branches, Vec::new()));
                }
                Child::Any(view) => {
                    view.to_html_async_with_buf::<OUT_OF_ORDER>(buf, position, escape, mark_branches, Vec::new());
                }
                Child::Resolving => {}
            }
        }
    }
    buf.with_buf(|buf| write_end(&parts, buf));
    *position = Position::NextChild;
}
