//! Escaping of text in pages that are rendered without Leptos.

/// Escapes text for HTML, for element content and for attribute values in double quotes.
#[must_use]
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    #[test]
    fn markup_characters_are_escaped() {
        assert_eq!(super::escape("<a b=\"c\">&lt;"), "&lt;a b=&quot;c&quot;&gt;&amp;lt;");
    }
}
