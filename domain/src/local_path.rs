//! Addresses within the portal, for going where a person was going.

/// `text`, when it is a path of this site and not a way out of it.
#[must_use]
pub fn local_path(text: &str) -> Option<&str> {
    // Browsers read `//host` and `/\host` as another site, and drop tabs and line breaks before they look. Whatever is
    // not plain ASCII is percent-encoded in an address, and could not stand in a header as it is.
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (plain && text.starts_with('/') && !text.starts_with("//")).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_this_site_are_taken() {
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
    fn ways_out_and_what_no_header_can_hold_are_not() {
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
