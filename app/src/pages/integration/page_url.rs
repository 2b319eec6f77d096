//! What the address of a page of this section says: which page, which dialog is open, what a form that was sent without
//! script holds. No secret is ever part of it.

use crate::query_string::pairs;
use domain::oauth1::encode;
use std::fmt;

/// An address, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    path: String,
    pairs: Vec<(String, String)>,
}

impl Address {
    /// A page as it is at first.
    #[must_use]
    pub fn page(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            pairs: Vec::new(),
        }
    }

    /// Reads path and query. It is decoded once: the router's own reading decodes twice on the server.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        Self {
            path: path.to_owned(),
            pairs: pairs(query).collect(),
        }
    }

    /// Whether it is one of the page at `path`.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn is_of(&self, path: &str) -> bool {
        self.path == path
    }

    /// What it says of `name`; nothing where it says nothing.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        let pair = self.pairs.iter().find(|(key, _)| key == name);
        pair.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The same with `name` being `value`; an empty one takes it away.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        self.pairs.retain(|(key, _)| key != name);
        if !value.is_empty() {
            self.pairs.push((name.to_owned(), value));
        }
        self
    }

    /// The same page without its dialog, and what belongs to that.
    #[must_use]
    pub fn without_dialog(self) -> Self {
        self.with("dialog", "").with("id", "").with("name", "")
    }
}

impl fmt::Display for Address {
    /// As a link has it. It is ASCII, whatever it was made of.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        for (index, (name, value)) in self.pairs.iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{}={}", encode(name), encode(value))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back() {
        let address = Address::page("/integration/logs")
            .with("q", "50% & more + ü?")
            .with("level", "error")
            .with("level", "info");
        let text = address.to_string();
        assert!(text.is_ascii(), "{text}");
        assert_eq!(Address::parse(&text), address);
        assert_eq!((address.get("level"), address.get("none")), ("info", ""));
    }

    #[test]
    fn what_is_empty_is_not_there() {
        let address = Address::page("/integration").with("dialog", "rotate").with("q", "");
        assert_eq!(address.to_string(), "/integration?dialog=rotate");
        assert_eq!(address.without_dialog().to_string(), "/integration");
    }
}
