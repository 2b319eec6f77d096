//! The parts of an element, whose memory is used again: a page has hundreds of elements, each for as long as it takes to copy
//! its HTML into that of the element around it.

use super::attributes::Attributes;
use super::fragment::Fragment;
use crate::child::Child;
use crate::element::Content;
use std::cell::RefCell;

/// How many unused elements a thread keeps.
const MAX_UNUSED: usize = 64;

/// The most HTML for which an unused element keeps memory, in bytes.
const MAX_UNUSED_BYTES: usize = 4096;

thread_local! {
    // The boxes are those of the elements.
    #[expect(clippy::vec_box)]
    static UNUSED: RefCell<Vec<Box<Parts>>> = const { RefCell::new(Vec::new()) };
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
        match UNUSED.try_with(|unused| unused.borrow_mut().pop()) {
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

    /// Keeps the memory for another element.
    pub(super) fn reuse(mut self: Box<Self>) {
        if self.children.capacity() + self.attributes.capacity() > MAX_UNUSED_BYTES {
            return;
        }
        self.attributes.clear();
        self.children.clear();
        // At the end of a thread there is nothing to keep it for.
        let _ = UNUSED.try_with(|unused| {
            let mut unused = unused.borrow_mut();
            if unused.len() < MAX_UNUSED {
                unused.push(self);
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

    /// Writes the start tag, if the values of all attributes are known.
    pub(super) fn write_start(&self, buf: &mut String) {
        buf.push('<');
        buf.push_str(self.tag);
        self.attributes.write_static(buf);
        buf.push('>');
    }

    /// Writes the end tag, if there is one.
    pub(super) fn write_end(&self, buf: &mut String) {
        if self.content != Content::Void {
            buf.push_str("</");
            buf.push_str(self.tag);
            buf.push('>');
        }
    }
}
