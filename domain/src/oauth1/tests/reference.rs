//! A reference implementation that follows the text of RFC 5849, and a client that encodes parameters in all the variants of
//! real clients.

use proptest::prelude::*;

/// A decoded name and value.
pub type Pair = (String, String);

/// Percent-encodes by §3.6, byte by byte.
pub fn encode(text: &str) -> String {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if unreserved(byte) {
                (byte as char).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// Returns the base string of §3.4.1.1 from a base string URI and decoded pairs.
pub fn base_string(method: &str, uri: &str, pairs: &[Pair]) -> String {
    let mut encoded: Vec<(String, String)> = pairs
        .iter()
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    encoded.sort_by(|a, b| {
        a.0.as_bytes()
            .cmp(b.0.as_bytes())
            .then(a.1.as_bytes().cmp(b.1.as_bytes()))
    });
    let normalized = encoded
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&");
    format!(
        "{}&{}&{}",
        encode(&method.to_uppercase()),
        encode(uri),
        encode(&normalized)
    )
}

/// Returns valid protocol parameters without the signature.
pub fn protocol() -> Vec<Pair> {
    [
        ("oauth_consumer_key", "ké y"),
        ("oauth_token", "t+o/k=n"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a=="),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

/// Encodes a text as clients do. The choice per byte decides on unnecessary escapes, hexadecimal case, and `+` for a space.
fn write(text: &str, choices: &[u8], form: bool) -> String {
    let mut out = String::new();
    let mut choices = choices.iter().cycle();
    for byte in text.bytes() {
        let choice = choices.next().copied().unwrap_or_default();
        let plain =
            byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || (choice & 4 > 0 && b"!*':/".contains(&byte));
        match byte {
            b' ' if form && choice & 1 > 0 => out.push('+'),
            _ if plain && choice & 3 != 3 => out.push(byte as char),
            _ if choice & 2 > 0 => out.push_str(&format!("%{byte:02x}")),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Returns a query or a form body.
pub fn form(pairs: &[Pair], choices: &[u8]) -> String {
    let mut out = String::new();
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            out.push('&');
        }
        out.push_str(&write(name, choices, true));
        // The `=` is optional for an empty value.
        if !value.is_empty() || name.is_empty() || choices.first().is_some_and(|choice| choice & 8 > 0) {
            out.push('=');
            out.push_str(&write(value, choices, true));
        }
    }
    out
}

/// Returns an `Authorization` header.
pub fn header(pairs: &[Pair], choices: &[u8]) -> String {
    let separator = if choices.first().is_some_and(|choice| choice & 8 > 0) {
        " , "
    } else {
        ","
    };
    let pairs = pairs
        .iter()
        .map(|(name, value)| format!("{}=\"{}\"", write(name, choices, false), write(value, choices, false)));
    format!("OAuth {}", pairs.collect::<Vec<_>>().join(separator))
}

/// Generates texts with many separators, escapes, spaces and non-ASCII letters.
pub fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{0,2}",
        "[-._~A-Za-z0-9]{0,6}",
        "[ +%&=;,\"'\\\\!*()/?#\\[\\]{}]{0,4}",
        "(%[0-9a-fA-F]{2}){1,2}",
        "\\PC{0,4}",
        any::<String>().prop_map(|text| text.chars().take(6).collect()),
    ]
}

/// Generates pairs other than protocol parameters, with repeated names.
pub fn pairs() -> impl Strategy<Value = Vec<Pair>> {
    let pair = (text(), text()).prop_filter("the prefix is reserved", |(name, _)| !name.starts_with("oauth_"));
    prop::collection::vec(pair, 0..8)
}

/// Generates pairs that are valid in a header: with a name other than `realm`.
pub fn header_pairs() -> impl Strategy<Value = Vec<Pair>> {
    pairs().prop_map(|mut pairs| {
        pairs.retain(|(name, _)| !name.is_empty() && !name.eq_ignore_ascii_case("realm"));
        pairs
    })
}

/// Generates the choices of [`write`].
pub fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..12)
}
