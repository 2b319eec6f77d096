//! Text areas.

use crate::components::forms::field::aria_invalid;
use crate::components::reactive::dynamic::dynamic;
use leptos::prelude::*;

/// Renders the text area of a field for text that isn't prose, such as keys or URIs.
#[component]
pub fn TextArea(
    /// The field's name in the form, and its element's ID.
    name: &'static str,
    /// The value that the field has initially, and when the form is reset.
    #[prop(into)]
    value: Signal<String>,
    /// The number of visible lines.
    rows: &'static str,
    /// An example of a value.
    placeholder: &'static str,
    /// The validation error, if any.
    error: Signal<Option<String>>,
) -> impl IntoView {
    dynamic(move || {
        view! {
            <textarea
                id=name
                name=name
                class="mono"
                rows=rows
                spellcheck="false"
                autocapitalize="off"
                autocomplete="off"
                placeholder=placeholder
                aria-invalid=aria_invalid(error)
                aria-describedby=format!("{name}-help {name}-error")
            >
                {text_area_content(value.get())}
            </textarea>
        }
    })
}

/// Returns the child of a `<textarea>` that shows `text`.
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
