//! Where a page is, as far as its forms depend on it.

use crate::query_string::pairs;

/// Two addresses of the same place show the same forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    path: String,
    /// What the query says of the forms that are open, in the order of the names.
    open: Vec<Option<String>>,
}

impl Place {
    /// Of a path and a query, with its question mark or without. `openers` are the names in the query that say which form
    /// is open.
    pub fn new(path: &str, query: &str, openers: &[&str]) -> Self {
        let query = query.strip_prefix('?').unwrap_or(query);
        let said = |name: &&str| pairs(query).find(|(key, _)| key == name).map(|(_, value)| value);
        Self {
            path: path.to_owned(),
            open: openers.iter().map(said).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(query: &str) -> Place {
        Place::new("/integration/fields", query, &["edit", "add"])
    }

    #[test]
    fn only_what_opens_a_form_makes_another_place() {
        assert_eq!(place("?edit=Teaser&q=te"), place("more=1&edit=Teaser"));
        assert_eq!(place(""), place("?q=te"));
        for other in ["", "?edit=Hero", "?add=Teaser", "?edit=Teaser&add"] {
            assert_ne!(place("?edit=Teaser"), place(other), "{other}");
        }
        assert_ne!(place("?add"), place(""), "an opener may have no value");
        assert_ne!(place(""), Place::new("/integration", "", &["edit", "add"]));
    }
}
