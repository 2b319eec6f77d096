//! Parsing of query strings.

use domain::oauth1::decode_form;

/// Returns the names and values of a query string, decoded once. The router decodes twice on the server, which breaks
/// text such as `50%25`.
pub fn parse_query(query: &str) -> impl Iterator<Item = (String, String)> {
    let text = |part: &str| {
        decode_form(part.as_bytes())
            .map(Into::into)
            .unwrap_or_else(|_| part.to_owned())
    };
    query.split('&').filter(|pair| !pair.is_empty()).map(move |pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (text(name), text(value))
    })
}
