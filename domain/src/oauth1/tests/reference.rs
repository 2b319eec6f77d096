//! A second implementation, straight from the words of RFC 5849 and with no thought for speed, to compare with; and a
//! client that writes parameters in all the ways that clients do.

use proptest::prelude::*;

/// A decoded name and value.
pub type Pair = (String, String);

/// §3.6, byte by byte.
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

/// §3.4.1.1, from a URI that is already the base string URI and from decoded pairs.
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
    let normalised = encoded
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&");
    format!(
        "{}&{}&{}",
        encode(&method.to_uppercase()),
        encode(uri),
        encode(&normalised)
    )
}

/// The protocol parameters of a request that can be parsed, without its signature.
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

/// How a client escapes, from what a choice per byte says: needlessly or not, in either case, a space as `+` or not.
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

/// A query or a form body.
pub fn form(pairs: &[Pair], choices: &[u8]) -> String {
    let mut out = String::new();
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            out.push('&');
        }
        out.push_str(&write(name, choices, true));
        // A name without a value may stand alone.
        if !value.is_empty() || name.is_empty() || choices.first().is_some_and(|choice| choice & 8 > 0) {
            out.push('=');
            out.push_str(&write(value, choices, true));
        }
    }
    out
}

/// An `Authorization` header.
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

/// A text with more than its share of what goes wrong: separators, escapes, blanks, letters of other scripts.
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

/// Pairs that are not the protocol's, with names that repeat.
pub fn pairs() -> impl Strategy<Value = Vec<Pair>> {
    let pair = (text(), text()).prop_filter("the prefix is the protocol's", |(name, _)| !name.starts_with("oauth_"));
    prop::collection::vec(pair, 0..8)
}

/// Pairs that can stand in a header: each has a name, and none is the realm.
pub fn header_pairs() -> impl Strategy<Value = Vec<Pair>> {
    pairs().prop_map(|mut pairs| {
        pairs.retain(|(name, _)| !name.is_empty() && !name.eq_ignore_ascii_case("realm"));
        pairs
    })
}

/// What [`write`] decides by.
pub fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 1..12)
}
