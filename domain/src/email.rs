//! E-mail addresses, as much as a sign-in name needs.

use crate::unicode;

/// The longest address that SMTP can carry (RFC 5321 §4.5.3.1.3), in bytes.
pub const MAX_EMAIL: usize = 254;

/// The longest local part (RFC 5321 §4.5.3.1.1), in bytes.
const MAX_LOCAL_PART: usize = 64;

/// The address without the space around it, when it looks like one: something, `@`, a host. It is in Normalization Form C,
/// and holds nothing that nobody sees.
#[must_use]
pub fn parse(text: &str) -> Option<String> {
    let text = normalized(text.trim());
    let (local, host) = text.rsplit_once('@')?;
    let plain = !text
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || "<>(),;:\"".contains(c));
    let host_ok = !host.is_empty()
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !host.contains("..")
        && !host.contains('@');
    let fits = text.len() <= MAX_EMAIL && !local.is_empty() && local.len() <= MAX_LOCAL_PART;
    let is_right = plain && host_ok && fits && !local.contains('@');
    (is_right && unicode::check_visible(&text).is_ok() && is_domain(host)).then_some(text)
}

/// Returns the text in Normalization Form C (RFC 6532 §3.1), but for the three characters whose normal form is one of ASCII:
/// nobody's address becomes another's that is written in ASCII.
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

/// Whether a domain can be looked up (RFC 5891). The tables stay on the server, which decides.
#[cfg(not(target_arch = "wasm32"))]
fn is_domain(host: &str) -> bool {
    idna::domain_to_ascii(host).is_ok()
}

/// Whether a domain can be looked up, which only the server knows.
#[cfg(target_arch = "wasm32")]
fn is_domain(_: &str) -> bool {
    true
}

/// What makes two addresses the same person here: their domains lead to the same hosts (UTS #46), and their local parts
/// differ at most in the case of ASCII letters, although RFC 5321 §2.4 would let a host insist on that too. Nothing else
/// is folded: `straße` and `strasse`, or a Kelvin sign and a K, may be two people's.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn key(email: &str) -> String {
    let email = search_key(email.trim());
    let Some((local, host)) = email.rsplit_once('@') else {
        return email;
    };
    // In its readable form, in which people search for it too. What is no domain is nobody's.
    match idna::domain_to_unicode(host) {
        (host, Ok(())) => format!("{local}@{host}"),
        (_, Err(_)) => email,
    }
}

/// What part of a [`key`] a typed text looks for.
#[must_use]
pub fn search_key(text: &str) -> String {
    normalized(text).to_ascii_lowercase().replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_an_address_is_taken() {
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
    fn one_persons_spellings_have_one_key() {
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
    fn two_peoples_addresses_have_two_keys() {
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
    fn no_character_becomes_one_of_ascii() {
        let became_ascii = |c: &char| !c.is_ascii() && normalized(&c.to_string()).is_ascii();
        let became: Vec<char> = ('\0'..=char::MAX).filter(became_ascii).collect();
        assert!(became.is_empty(), "{became:?}");
    }

    #[test]
    fn what_is_typed_for_a_search_is_part_of_the_key() {
        for typed in ["ADA", "bücher", "ada@bu\u{308}cher", "cher.Example"] {
            assert!(key("Ada@xn--bcher-kva.example").contains(&search_key(typed)), "{typed}");
        }
        assert_eq!(search_key("a\0"), "a\u{fffd}");
    }
}
