//! Attributes as HTML.

use super::escape::write_escaped_value;
use crate::attribute::{AttributeValue, Getter};
use leptos::attr::Attribute as _;
use leptos::attr::any_attribute::AnyAttribute;
use std::borrow::Cow;

/// An attribute whose value is known only when the element is written.
pub(super) enum DeferredAttribute {
    Reactive { name: &'static str, get: Getter },
    ReactiveClass { name: &'static str, get: Getter },
    Any(Box<AnyAttribute>),
}

/// The attributes of an element: those whose value is known are HTML.
pub(super) struct Attributes {
    html: String,
    /// The classes, which are written together and last.
    class: Cow<'static, str>,
    deferred: Vec<DeferredAttribute>,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            // Is enough for most elements.
            html: String::with_capacity(96),
            class: Cow::Borrowed(""),
            deferred: Vec::new(),
        }
    }
}

impl Attributes {
    /// Removes all attributes.
    pub(super) fn clear(&mut self) {
        self.html.clear();
        self.class = Cow::Borrowed("");
        self.deferred.clear();
    }

    /// Returns how much HTML fits into the memory that the attributes keep, in bytes.
    pub(super) fn capacity(&self) -> usize {
        self.html.capacity()
    }

    /// Returns whether all values are known.
    pub(super) fn are_static(&self) -> bool {
        self.deferred.is_empty()
    }

    /// Returns the approximate length in HTML, in bytes.
    pub(super) fn html_len(&self) -> usize {
        self.html.len() + self.class.len() + " class=\"\"".len()
    }

    pub(super) fn read_reactive_values(&mut self) {
        for attribute in &mut self.deferred {
            match attribute {
                DeferredAttribute::Reactive { get, .. } | DeferredAttribute::ReactiveClass { get, .. } => drop(get()),
                DeferredAttribute::Any(attribute) => attribute.dry_resolve(),
            }
        }
    }

    pub(super) fn add_deferred(&mut self, attribute: DeferredAttribute) {
        self.deferred.push(attribute);
    }

    /// Adds the attribute, or classes if its name is `class`.
    pub(super) fn add_value(&mut self, name: &'static str, value: AttributeValue) {
        match value {
            AttributeValue::Absent => {}
            AttributeValue::Present => {
                self.html.push(' ');
                self.html.push_str(name);
            }
            AttributeValue::Text(text) if name == "class" => self.add_class(text),
            AttributeValue::Text(text) => write_attribute(name, &text, &mut self.html),
        }
    }

    pub(super) fn add_class(&mut self, class: Cow<'static, str>) {
        if self.class.is_empty() {
            self.class = class;
        } else if !class.is_empty() {
            let classes = self.class.to_mut();
            classes.push(' ');
            classes.push_str(&class);
        }
    }

    /// Writes the attributes whose values are known.
    fn write_static(&self, buf: &mut String) {
        buf.push_str(&self.html);
        if !self.class.is_empty() {
            write_attribute("class", &self.class, buf);
        }
    }

    /// Writes the attributes and those of the component that the element belongs to. Returns HTML that takes the place of the
    /// children, or nothing.
    pub(super) fn write(&mut self, buf: &mut String, extra: Vec<AnyAttribute>) -> String {
        let mut inner_html = String::new();
        if self.deferred.is_empty() && extra.is_empty() {
            self.write_static(buf);
            return inner_html;
        }
        let mut styles = String::new();
        for attribute in std::mem::take(&mut self.deferred) {
            match attribute {
                DeferredAttribute::Reactive { name, mut get } => self.add_value(name, get()),
                DeferredAttribute::ReactiveClass { name, mut get } => {
                    if get() != AttributeValue::Absent {
                        self.add_class(Cow::Borrowed(name));
                    }
                }
                DeferredAttribute::Any(attribute) => {
                    attribute.to_html(&mut self.html, self.class.to_mut(), &mut styles, &mut inner_html);
                }
            }
        }
        for attribute in extra {
            attribute.to_html(&mut self.html, self.class.to_mut(), &mut styles, &mut inner_html);
        }
        let class = self.class.trim();
        if class.len() < self.class.len() {
            self.class = Cow::Owned(class.to_owned());
        }
        self.write_static(buf);
        let styles = styles.trim();
        if !styles.is_empty() {
            write_attribute("style", styles, buf);
        }
        inner_html
    }
}

fn write_attribute(name: &str, value: &str, buf: &mut String) {
    buf.push(' ');
    buf.push_str(name);
    buf.push_str("=\"");
    write_escaped_value(value, buf);
    buf.push('"');
}
