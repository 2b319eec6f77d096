//! Where a suggestion holds what was typed.

use domain::fields::name_key;
use domain::unicode::starts_with_mark;

/// A title cut where it holds what was typed, as the search compares it: before, match, after.
pub fn split(title: &str, typed: &str) -> (String, String, String) {
    let wanted = name_key(typed);
    let cut = title.char_indices().find_map(|(start, _)| {
        let end = matched(&title[start..], &wanted)?;
        Some((start, start + end))
    });
    match cut {
        Some((start, end)) => (
            title[..start].to_owned(),
            title[start..end].to_owned(),
            title[end..].to_owned(),
        ),
        None => (title.to_owned(), String::new(), String::new()),
    }
}

/// Where a match ends that `text` begins with, letters whole.
fn matched(text: &str, wanted: &str) -> Option<usize> {
    if wanted.is_empty() || starts_with_mark(text) {
        return None;
    }
    let ends = text.char_indices().map(|(index, c)| index + c.len_utf8());
    for end in ends {
        let key = name_key(&text[..end]);
        if key == wanted && !starts_with_mark(&text[end..]) {
            return Some(end);
        }
        // A letter can still change by the marks that follow it, but not by more than itself.
        if key.chars().count() > wanted.chars().count() + 1 {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_title_is_cut_where_it_matches() {
        let cut = |title, typed| {
            let (before, matched, after) = split(title, typed);
            [before, matched, after]
        };
        assert_eq!(cut("Ada Lovelace", "LOVE"), ["Ada ", "Love", "lace"]);
        assert_eq!(cut("Marek Dvořák", "dvoř"), ["Marek ", "Dvoř", "ák"]);
        assert_eq!(cut("Ada", "x"), ["Ada", "", ""]);
        assert_eq!(cut("Ada", ""), ["Ada", "", ""]);
        assert_eq!(cut("İx", "x"), ["İ", "x", ""]);
    }

    #[test]
    fn a_title_is_cut_whatever_its_spelling() {
        let cut = |title, typed| {
            let (before, matched, after) = split(title, typed);
            [before, matched, after]
        };
        assert_eq!(cut("Marek Dvořák", "dvor\u{30c}a\u{301}"), ["Marek ", "Dvořá", "k"]);
        assert_eq!(cut("Dvor\u{30c}ák", "DVOŘ"), ["", "Dvor\u{30c}", "ák"]);
        assert_eq!(cut("Dvor\u{30c}ák", "dvor"), ["Dvor\u{30c}ák", "", ""]);
        assert_eq!(cut("Anna Strauß", "STRAUSS"), ["Anna ", "Strauß", ""]);
        assert_eq!(cut("ΝΙΚΟΣ", "νικος"), ["", "ΝΙΚΟΣ", ""]);
    }
}
