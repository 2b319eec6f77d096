//! URLs of the section's pages: the path, the open dialog, and the values of a form submitted without JavaScript.
//!
//! A URL never contains a secret.

use crate::query_string::parse_query;
use domain::oauth1::encode;
use std::fmt;

/// Represents a URL as its path and decoded query parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageUrl {
    path: String,
    params: Vec<(String, String)>,
}

impl PageUrl {
    /// Creates a URL without query parameters.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            params: Vec::new(),
        }
    }

    /// Parses a path and query, decoding the query once. The router's own query map decodes twice on the server.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        Self {
            path: path.to_owned(),
            params: parse_query(query).collect(),
        }
    }

    /// Returns whether the URL is of the page at `path`.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn has_path(&self, path: &str) -> bool {
        self.path == path
    }

    /// Returns the value of a query parameter, or an empty string if it isn't present.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        let param = self.params.iter().find(|(key, _)| key == name);
        param.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Sets a query parameter; an empty `value` removes it.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        self.params.retain(|(key, _)| key != name);
        if !value.is_empty() {
            self.params.push((name.to_owned(), value));
        }
        self
    }

    /// Removes the query parameters of a dialog.
    #[must_use]
    pub fn without_dialog(self) -> Self {
        self.with("dialog", "").with("id", "").with("name", "")
    }
}

impl fmt::Display for PageUrl {
    /// Writes the URL percent-encoded, as ASCII.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        for (index, (name, value)) in self.params.iter().enumerate() {
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
    fn url_with_special_characters_is_parsed_back() {
        let url = PageUrl::new("/integration/logs")
            .with("q", "50% & more + ü?")
            .with("level", "error")
            .with("level", "info");
        let text = url.to_string();
        assert!(text.is_ascii(), "{text}");
        assert_eq!(PageUrl::parse(&text), url);
        assert_eq!((url.get("level"), url.get("none")), ("info", ""));
    }

    #[test]
    fn empty_parameters_are_left_out() {
        let url = PageUrl::new("/integration").with("dialog", "rotate").with("q", "");
        assert_eq!(url.to_string(), "/integration?dialog=rotate");
        assert_eq!(url.without_dialog().to_string(), "/integration");
    }
}
