//! Query strings of pages.

use domain::oauth1::{decode_form, encode};
use leptos::prelude::*;
use leptos_router::hooks::use_url;
use leptos_router::params::ParamsMap;
use std::fmt;

/// Returns the URL of the page, parsed by `parse`. It is the URL of the route, which doesn't change while another page is
/// loading.
pub fn use_page_url<T: PartialEq + Send + Sync + 'static>(parse: fn(&str) -> T) -> Memo<T> {
    let url = use_url();
    Memo::new(move |_| url.with(|url| parse(&format!("{}?{}", url.path(), url.search()))))
}

/// Returns a parameter of the page's URL, decoded once; `None` for text that can't be decoded.
pub fn use_query_parameter(name: &'static str) -> Memo<Option<String>> {
    let url = use_url();
    Memo::new(move |_| url.with(|url| query_parameter(url.search(), name)))
}

fn query_parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    decode_form(value.as_bytes()).ok().map(Into::into)
}

/// Holds the decoded parameters of a query string, in their order.
///
/// The router's own map is decoded twice, which breaks text such as `50%25`. On the server, it also prints `-` and `.`
/// percent-encoded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryParams(ParamsMap);

impl QueryParams {
    /// Parses a query string. Text that can't be decoded stays as it is.
    pub fn parse(query: &str) -> Self {
        let text = |part: &str| decode_form(part.as_bytes()).map_or_else(|_| part.to_owned(), Into::into);
        let mut params = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            params.append(&text(name), &text(value));
        }
        params
    }

    /// Splits a URL into its path and its parameters.
    pub fn split_url(url: &str) -> (&str, Self) {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        (path, Self::parse(query))
    }

    /// Returns the last value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get_str(name)
    }

    /// Returns all values of a parameter.
    pub fn get_all(&self, name: &str) -> Vec<String> {
        self.0.get_all(name).unwrap_or_default()
    }

    /// Returns the names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        (&self.0).into_iter().map(|(name, value)| (&**name, value))
    }

    /// Adds a value of a parameter, which may be empty.
    pub fn append(&mut self, name: &str, value: &str) {
        // The map decodes each value that it is given.
        self.0.insert(name.to_owned(), encode(value).into_owned());
    }

    /// Sets a parameter; an empty `value` removes it.
    pub fn set(&mut self, name: &str, value: impl fmt::Display) {
        if self.get(name).is_some() {
            // `ParamsMap::remove` changes the order.
            let before = std::mem::take(self);
            for (name, value) in before.iter().filter(|(key, _)| *key != name) {
                self.append(name, value);
            }
        }
        let value = value.to_string();
        if !value.is_empty() {
            self.append(name, &value);
        }
    }
}

impl fmt::Display for QueryParams {
    /// Writes the question mark and the parameters, percent-encoded as ASCII; or nothing if there are none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, value)) in self.iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{}={}", encode(name), encode(value))?;
        }
        Ok(())
    }
}

// Without `ssr`, `ParamsMap` calls JavaScript.
#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn setting_a_parameter_keeps_the_text_and_order_of_the_others() {
        let mut params = QueryParams::parse("a=1&b=50%2525&c=%zz&d");
        assert_eq!((params.get("b"), params.get("d")), (Some("50%25"), Some("")));
        params.set("a", "");
        params.set("d", 2);
        assert_eq!(params.to_string(), "?b=50%2525&c=%25zz&d=2");
    }

    #[test]
    fn query_parameter_is_decoded_once() {
        let query = "oauth_token=1&next=%2Fsearch%3Fq%3D50%252525%2B1&callback=https://app.example/?a=%2525&d";
        let parameter = |name| query_parameter(query, name);
        assert_eq!(parameter("next").as_deref(), Some("/search?q=50%2525+1"));
        assert_eq!(parameter("callback").as_deref(), Some("https://app.example/?a=%25"));
        assert_eq!((parameter("d"), parameter("e")), (None, None));
    }

    #[test]
    fn query_parameter_that_cannot_be_decoded_is_ignored() {
        for query in ["next=/%zz", "next=/%2", "next=/%ff"] {
            assert_eq!(query_parameter(query, "next"), None, "{query}");
        }
    }
}
