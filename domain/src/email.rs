//! Email addresses as sign-in names.

use crate::unicode;

/// The maximum length of an address in SMTP (RFC 5321 §4.5.3.1.3), in bytes.
pub const MAX_EMAIL_BYTES: usize = 254;

/// The maximum length of the local part (RFC 5321 §4.5.3.1.1), in bytes.
const MAX_LOCAL_PART_BYTES: usize = 64;

/// Parses an address: a local part, `@`, and a host. Returns it trimmed and in Normalization Form C, or `None` if it is
/// malformed or contains invisible characters.
#[must_use]
pub fn parse(text: &str) -> Option<String> {
    let text = normalized(text.trim());
    let (local, host) = text.rsplit_once('@')?;
    let has_valid_chars = !text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || "<>(),;:\"".contains(c));
    let is_host_valid = !host.is_empty()
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !host.contains("..")
        && !host.contains('@');
    let fits = text.len() <= MAX_EMAIL_BYTES && !local.is_empty() && local.len() <= MAX_LOCAL_PART_BYTES;
    let is_valid = has_valid_chars && is_host_valid && fits && !local.contains('@');
    (is_valid && unicode::check_visible(&text).is_ok() && is_domain(host)).then_some(text)
}

/// Returns the text in Normalization Form C (RFC 6532 §3.1), except for the three characters that NFC maps to ASCII, so that
/// no address turns into a different ASCII address.
fn normalized(text: &str) -> String {
    const ASCII_SINGLETONS: [char; 3] = ['\u{37e}', '\u{1fef}', '\u{212a}'];
    let mut normalized = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((index, singleton)) = rest.char_indices().find(|(_, c)| ASCII_SINGLETONS.contains(c)) {
        normalized.push_str(&unicode::nfc(&rest[..index]));
        normalized.push(singleton);
        rest = &rest[index + singleton.len_utf8()..];
    }
    normalized.push_str(&unicode::nfc(rest));
    normalized
}

/// Reports whether a domain is a valid internationalized domain (RFC 5891). Only the server checks this, so that the tables
/// aren't sent to browsers.
#[cfg(not(target_arch = "wasm32"))]
fn is_domain(host: &str) -> bool {
    idna::domain_to_ascii(host).is_ok()
}

/// Returns `true`: only the server validates domains.
#[cfg(target_arch = "wasm32")]
fn is_domain(_: &str) -> bool {
    true
}

/// Returns the key by which addresses are compared: the domain is mapped by UTS #46, and ASCII letters of the local part are
/// lowercased, although RFC 5321 §2.4 allows case-sensitive local parts. Nothing else is folded: `straße` and `strasse`, or
/// a Kelvin sign and a K, may belong to two users.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn key(email: &str) -> String {
    let email = search_key(email.trim());
    let Some((local, host)) = email.rsplit_once('@') else {
        return email;
    };
    // The Unicode form, so that search finds it. An invalid domain is kept unchanged.
    match idna::domain_to_unicode(host) {
        (host, Ok(())) => format!("{local}@{host}"),
        (_, Err(_)) => email,
    }
}

/// Returns the normalized form of a search text, to be matched as a substring of a [`key`].
#[must_use]
pub fn search_key(text: &str) -> String {
    normalized(text).to_ascii_lowercase().replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_address_is_rejected() {
        assert_eq!(parse(" Ada@Example.com ").as_deref(), Some("Ada@Example.com"));
        assert_eq!(parse("root@localhost").as_deref(), Some("root@localhost"));
        for bad in [
            "",
            "ada",
            "@x",
            "ada@",
            "a b@x.com",
            "a@b@c",
            "ada@.com",
            "ada@x..com",
            "<ada@x.com>",
            "ada\u{202e}@x.com",
            "ada\u{200b}@x.com",
            "\u{3164}@x.com",
            "ada@x\u{ad}y.com",
            "\u{308}@x.com",
            "ada@xn--a.com",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn equivalent_addresses_have_equal_keys() {
        for (one, other) in [
            ("Ada@Example.COM", " ada@example.com "),
            ("a\u{308}da@x.com", "äda@x.com"),
            ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
            ("ada@bu\u{308}cher.example", "ada@bücher.example"),
            ("ada@ＥＸＡＭＰＬＥ.com", "ada@example.com"),
            ("ada@example。com", "ada@example.com"),
        ] {
            assert_eq!(key(one), key(other), "{one} {other}");
        }
    }

    #[test]
    fn distinct_addresses_have_distinct_keys() {
        for (one, other) in [
            ("maſter@x.com", "master@x.com"),
            ("\u{212a}elvin@x.com", "kelvin@x.com"),
            ("straße@x.com", "strasse@x.com"),
            ("İpek@x.com", "ipek@x.com"),
            ("ıpek@x.com", "ipek@x.com"),
            ("Äda@x.com", "äda@x.com"),
            ("ﬁn@x.com", "fin@x.com"),
            ("ａda@x.com", "ada@x.com"),
            ("ας@x.com", "ασ@x.com"),
            ("ada@straße.example", "ada@strasse.example"),
            ("ada@ıpek.example", "ada@ipek.example"),
            ("ada@x.com", "ada@y.com"),
        ] {
            assert_ne!(key(one), key(other), "{one} {other}");
        }
    }

    #[test]
    fn normalization_maps_no_character_to_ascii() {
        let became_ascii = |c: &char| !c.is_ascii() && normalized(&c.to_string()).is_ascii();
        let became: Vec<char> = ('\0'..=char::MAX).filter(became_ascii).collect();
        assert!(became.is_empty(), "{became:?}");
    }

    #[test]
    fn search_key_is_part_of_the_key() {
        for typed in ["ADA", "bücher", "ada@bu\u{308}cher", "cher.Example"] {
            assert!(key("Ada@xn--bcher-kva.example").contains(&search_key(typed)), "{typed}");
        }
        assert_eq!(search_key("a\0"), "a\u{fffd}");
    }
}
