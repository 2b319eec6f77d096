//! The text that a `<textarea>` holds at first.

/// Returns the child of a `<textarea>` that shows `text`.
///
/// On the server it is HTML: the renderer writes the children of a `<textarea>` into the page as they come, and an HTML
/// parser drops a line break at their beginning (HTML §13.2.6.4.7). In the browser it is a text node.
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
    fn nothing_of_the_text_ends_the_element() {
        for (text, html) in [
            ("a < b", "a &lt; b"),
            ("</textarea>&lt;", "&lt;/textarea>&amp;lt;"),
            ("\nb", "\n\nb"),
        ] {
            assert_eq!(text_area_content(text.to_owned()), html);
        }
    }
}
