//! The initial text of a `<textarea>`.

/// Returns the child of a `<textarea>` that shows `text`. For an empty text, render a `<textarea>` without a child, as
/// `RedirectUrisField` does: the browser would show the renderer's placeholder as its text.
///
/// On the server the result is HTML: the renderer writes the children of a `<textarea>` without escaping them, and an HTML
/// parser drops a leading line break (HTML §13.2.6.4.7). In the browser it is a text node.
#[must_use]
pub fn text_area_content(text: String) -> String {
    #[cfg(feature = "ssr")]
    let text = {
        let line_break = if text.starts_with('\n') { "\n" } else { "" };
        line_break.to_owned() + &text.replace('&', "&amp;").replace('<', "&lt;")
    };
    text
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;

    #[test]
    fn text_with_markup_is_escaped_and_keeps_its_leading_line_break() {
        for (text, html) in [
            ("a < b", "a &lt; b"),
            ("</textarea>&lt;", "&lt;/textarea>&amp;lt;"),
            ("\nb", "\n\nb"),
        ] {
            assert_eq!(text_area_content(text.to_owned()), html);
        }
    }
}
