//! The parts of an element, and a pool of them: a page has hundreds of elements, each for as long as it takes to copy its HTML
//! into that of the element around it.

use super::attributes::Attributes;
use super::fragment::Fragment;
use crate::child::Child;
use crate::element::Content;
use leptos::attr::any_attribute::AnyAttribute;
use std::cell::RefCell;

/// How many elements a thread keeps for others.
const MAX_POOLED: usize = 64;

/// The most memory for HTML that is kept with an element, in bytes.
const MAX_POOLED_BYTES: usize = 4096;

thread_local! {
    // The boxes are those of the elements.
    #[expect(clippy::vec_box)]
    static POOL: RefCell<Vec<Box<Parts>>> = const { RefCell::new(Vec::new()) };
}

/// The parts of an element.
pub(super) struct Parts {
    pub(super) tag: &'static str,
    pub(super) content: Content,
    pub(super) attributes: Attributes,
    pub(super) children: Fragment,
}

impl Parts {
    pub(super) fn new(tag: &'static str, content: Content) -> Box<Self> {
        match POOL.try_with(|pool| pool.borrow_mut().pop()) {
            Ok(Some(mut parts)) => {
                parts.tag = tag;
                parts.content = content;
                parts
            }
            _ => Box::new(Self {
                tag,
                content,
                attributes: Attributes::default(),
                children: Fragment::default(),
            }),
        }
    }

    /// Returns the memory to the pool, without what it contains.
    pub(super) fn recycle(mut self: Box<Self>) {
        if self.children.capacity() + self.attributes.capacity() > MAX_POOLED_BYTES {
            return;
        }
        self.attributes.clear();
        self.children.clear();
        // At the end of a thread there is nothing to keep it for.
        let _ = POOL.try_with(|pool| {
            let mut pool = pool.borrow_mut();
            if pool.len() < MAX_POOLED {
                pool.push(self);
            }
        });
    }

    pub(super) fn push_child(&mut self, child: Child) {
        self.children.push_child(child, self.content != Content::Text);
    }

    /// Returns the approximate length of the HTML, in bytes.
    pub(super) fn html_len(&self) -> usize {
        2 * self.tag.len() + "<></>".len() + self.attributes.html_len() + self.children.html_len()
    }

    /// Writes the start tag with the attributes of the component that the element belongs to. Returns HTML that takes the place
    /// of the children, or nothing.
    pub(super) fn write_start(&mut self, html: &mut String, extra: Vec<AnyAttribute>) -> String {
        html.push('<');
        html.push_str(self.tag);
        let inner_html = self.attributes.write(html, extra);
        html.push('>');
        inner_html
    }

    /// Writes the end tag, if there is one.
    pub(super) fn write_end(&self, html: &mut String) {
        if self.content != Content::Void {
            html.push_str("</");
            html.push_str(self.tag);
            html.push('>');
        }
    }
}
