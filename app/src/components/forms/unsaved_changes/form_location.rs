//! The part of a URL that determines which forms a page shows.

use crate::routing::query_string::QueryParams;

/// Holds the path and the parameters that select a form. URLs with equal locations show the same forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormLocation {
    path: String,
    /// The values of the parameters that select a form.
    params: Vec<Option<String>>,
}

impl FormLocation {
    /// Creates the location of a path and a query, which may start with a question mark. `form_params` are the query
    /// parameters that select a form.
    pub fn new(path: &str, query: &str, form_params: &[&str]) -> Self {
        let params = QueryParams::parse(query.strip_prefix('?').unwrap_or(query));
        Self {
            path: path.to_owned(),
            params: form_params
                .iter()
                .map(|name| params.get(name).map(str::to_owned))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(query: &str) -> FormLocation {
        FormLocation::new("/integration/fields", query, &["edit", "add"])
    }

    #[test]
    fn only_the_path_and_form_parameters_are_compared() {
        assert_eq!(location("?edit=Teaser&q=te"), location("more=1&edit=Teaser"));
        assert_eq!(location(""), location("?q=te"));
        for other in ["", "?edit=Hero", "?add=Teaser", "?edit=Teaser&add"] {
            assert_ne!(location("?edit=Teaser"), location(other), "{other}");
        }
        assert_ne!(location("?add"), location(""), "a form parameter may have no value");
        assert_ne!(location(""), FormLocation::new("/integration", "", &["edit", "add"]));
    }
}
