//! Text in the few pages that are written by hand.

/// A text as it stands in HTML, within an element or an attribute's double quotes.
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
    fn nothing_of_a_text_is_markup() {
        assert_eq!(super::escape("<a b=\"c\">&lt;"), "&lt;a b=&quot;c&quot;&gt;&amp;lt;");
    }
}
