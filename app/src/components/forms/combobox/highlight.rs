//! Finds the typed text in a suggestion, to highlight it.

use domain::fields::name_key;
use domain::unicode::starts_with_mark;

/// Splits a title into the text before the first match of the typed text, the match, and the text after it. It compares
/// like the search does.
pub fn split_match(title: &str, typed: &str) -> (String, String, String) {
    let search_key = name_key(typed);
    let range = title.char_indices().find_map(|(start, _)| {
        let end = match_end(&title[start..], &search_key)?;
        Some((start, start + end))
    });
    match range {
        Some((start, end)) => (
            title[..start].to_owned(),
            title[start..end].to_owned(),
            title[end..].to_owned(),
        ),
        None => (title.to_owned(), String::new(), String::new()),
    }
}

/// Returns the end of a match at the start of `text`, without splitting a letter from its combining marks.
fn match_end(text: &str, search_key: &str) -> Option<usize> {
    if search_key.is_empty() || starts_with_mark(text) {
        return None;
    }
    let ends = text.char_indices().map(|(index, c)| index + c.len_utf8());
    for end in ends {
        let key = name_key(&text[..end]);
        if key == search_key && !starts_with_mark(&text[end..]) {
            return Some(end);
        }
        // The marks that follow a letter can change its key, but not by more than one character.
        if key.chars().count() > search_key.chars().count() + 1 {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::split_match;

    fn split(title: &str, typed: &str) -> [String; 3] {
        let (before, matched, after) = split_match(title, typed);
        [before, matched, after]
    }

    #[test]
    fn match_ignores_case() {
        assert_eq!(split("Ada Lovelace", "LOVE"), ["Ada ", "Love", "lace"]);
        assert_eq!(split("Marek Dvořák", "dvoř"), ["Marek ", "Dvoř", "ák"]);
        assert_eq!(split("Ada", "x"), ["Ada", "", ""]);
        assert_eq!(split("Ada", ""), ["Ada", "", ""]);
        assert_eq!(split("İx", "x"), ["İ", "x", ""]);
    }

    #[test]
    fn match_ignores_unicode_normalization() {
        assert_eq!(split("Marek Dvořák", "dvor\u{30c}a\u{301}"), ["Marek ", "Dvořá", "k"]);
        assert_eq!(split("Dvor\u{30c}ák", "DVOŘ"), ["", "Dvor\u{30c}", "ák"]);
        assert_eq!(split("Dvor\u{30c}ák", "dvor"), ["Dvor\u{30c}ák", "", ""]);
        assert_eq!(split("Anna Strauß", "STRAUSS"), ["Anna ", "Strauß", ""]);
        assert_eq!(split("ΝΙΚΟΣ", "νικος"), ["", "ΝΙΚΟΣ", ""]);
    }
}
