//! Validation of redirect targets within the portal.

/// Returns `text` if it is a path within this site that no browser resolves to another site.
#[must_use]
pub fn local_path(text: &str) -> Option<&str> {
    // Browsers resolve `//host` and `/\host` to another site, and remove tabs and line breaks before parsing. Non-ASCII
    // characters are percent-encoded in URLs and not allowed in headers.
    let is_printable = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (is_printable && text.starts_with('/') && !text.starts_with("//")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_path_is_accepted() {
        for text in [
            "/",
            "/settings?x=1",
            "/settings?next=//evil.example",
            "/a/%C3%A9?q=%2F%2F#part",
        ] {
            assert_eq!(local_path(text), Some(text));
        }
    }

    #[test]
    fn other_site_or_unsafe_character_is_rejected() {
        for text in [
            "",
            "settings",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            " /settings",
            "/\t/evil.example",
            "/\n/evil.example",
            "/x\r\nSet-Cookie: a=b",
            "/a b",
            "/a\\b",
            "/é",
            "/\u{2028}",
            "/\0",
        ] {
            assert_eq!(local_path(text), None, "{text:?}");
        }
    }
}
