//! The query of an address, as pages read it.

use domain::oauth1::decode_form;

/// Its names and values, decoded once: the router's own reading decodes twice on the server, so that what a person has
/// typed, such as `50%25`, would not survive it.
pub fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
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
