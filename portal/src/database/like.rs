//! Search texts as patterns for `like`.

use domain::email;
use domain::fields;

/// The maximum length of a search text, in characters.
const MAX_SEARCH_CHARS: usize = 300;

/// Returns the [key](fields::name_key) of a search text for names, as a pattern for `like … escape '!'`. The text is
/// truncated, because SQLite rejects very long patterns; no name or email is longer.
pub(crate) fn like_pattern(text: &str) -> String {
    escape_pattern(&fields::name_key(&truncate_search(text)))
}

/// Returns the key of a search text for emails, as a pattern for `like … escape '!'`.
pub(crate) fn email_like_pattern(text: &str) -> String {
    escape_pattern(&email::search_key(&truncate_search(text)))
}

fn truncate_search(text: &str) -> String {
    text.trim().chars().take(MAX_SEARCH_CHARS).collect()
}

/// Escapes the wildcards of a `like` pattern.
fn escape_pattern(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

#[cfg(test)]
mod tests {
    #[test]
    fn wildcards_in_search_are_escaped() {
        assert_eq!(super::like_pattern(" 50%_A! "), "50!%!_a!!");
    }
}
