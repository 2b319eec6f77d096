//! Where a suggestion holds what was typed.

/// A title cut where it holds what was typed, whatever the case: before, match, after.
pub fn split(title: &str, typed: &str) -> (String, String, String) {
    let wanted = typed.to_lowercase();
    let letters = typed.chars().count();
    let cut = title.char_indices().find_map(|(start, _)| {
        let matched: String = title[start..].chars().take(letters).collect();
        (letters > 0 && matched.to_lowercase() == wanted).then_some((start, matched))
    });
    match cut {
        Some((start, matched)) => {
            let after = title[start + matched.len()..].to_owned();
            (title[..start].to_owned(), matched, after)
        }
        None => (title.to_owned(), String::new(), String::new()),
    }
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
}
