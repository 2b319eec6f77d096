//! Query strings of pages.

use crate::effect::memo;
use domain::oauth1::{decode_form, encode};
use leptos::prelude::*;
use leptos_router::hooks::use_url;
use std::fmt;

/// Returns the URL of the page, parsed by `parse`. It is the URL of the route, which doesn't change while another page is
/// loading.
pub fn use_page_url<T: PartialEq + Send + Sync + 'static>(parse: fn(&str) -> T) -> Memo<T> {
    let url = use_url();
    memo(move || url.with(|url| parse(&format!("{}?{}", url.path(), url.search()))))
}

/// Returns a parameter of the page's URL, decoded once; `None` for text that can't be decoded.
pub fn use_query_parameter(name: &'static str) -> Memo<Option<String>> {
    let url = use_url();
    memo(move || url.with(|url| query_parameter(url.search(), name)))
}

fn query_parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    decode_form(value.as_bytes()).ok().map(Into::into)
}

/// Holds the decoded parameters of a query string, in their order.
///
/// The values of the router's own map are decoded twice, which breaks text such as `50%25`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryParams(Vec<(String, String)>);

impl QueryParams {
    /// Parses a query string. Text that can't be decoded stays as it is.
    pub fn parse(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// Splits a URL into its path and its parameters.
    pub fn split_url(url: &str) -> (&str, Self) {
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        (path, Self::parse(query))
    }

    /// Returns the last value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().rfind(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// Returns all values of a parameter.
    pub fn get_all(&self, name: &str) -> Vec<String> {
        let values = self.iter().filter(|(key, _)| *key == name);
        values.map(|(_, value)| value.to_owned()).collect()
    }

    /// Returns the names and values.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Adds a value of a parameter, which may be empty.
    pub fn append(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// Sets a parameter; an empty `value` removes it.
    pub fn set(&mut self, name: &str, value: impl fmt::Display) {
        self.0.retain(|(key, _)| key != name);
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

#[cfg(test)]
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
