//! URLs of the section's pages: the path, the open dialog, and the values of a form submitted without JavaScript.
//!
//! A URL never contains a secret.

use crate::routing::query_string::QueryParams;
use std::fmt;

/// Represents a URL as its path and decoded query parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageUrl {
    path: String,
    params: QueryParams,
}

impl PageUrl {
    /// Creates a URL without query parameters.
    #[must_use]
    pub fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            params: QueryParams::default(),
        }
    }

    /// Parses a path and query.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (path, params) = QueryParams::split_url(text);
        Self {
            path: path.to_owned(),
            params,
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
        self.params.get(name).unwrap_or_default()
    }

    /// Sets a query parameter; an empty `value` removes it.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl fmt::Display) -> Self {
        self.params.set(name, value);
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
        write!(f, "{}{}", self.path, self.params)
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
