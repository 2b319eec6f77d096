//! A small decoder of emails, which shares nothing with the encoder.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// An email as its recipient's mail client reads it.
pub(super) struct Received {
    headers: Vec<(String, String)>,
    pub text: String,
    pub html: String,
}

impl Received {
    pub fn parse(bytes: &[u8]) -> Self {
        let email = String::from_utf8(bytes.to_vec()).unwrap();
        let (head, body) = email.split_once("\r\n\r\n").unwrap();
        let headers = parse_headers(head);
        let content_type = &headers.iter().find(|(name, _)| name == "Content-Type").unwrap().1;
        let boundary = content_type
            .strip_prefix("multipart/alternative; boundary=\"")
            .and_then(|rest| rest.strip_suffix('"'))
            .unwrap();
        let delimiter = format!("--{boundary}");
        let parts: Vec<&str> = body.split(&delimiter).collect();
        let [preamble, text, html, end] = parts[..] else {
            panic!("{} parts", parts.len());
        };
        assert_eq!((preamble, end), ("", "--\r\n"));
        Self {
            text: decode_part(text, "text/plain; charset=utf-8"),
            html: decode_part(html, "text/html; charset=utf-8"),
            headers,
        }
    }

    pub fn header(&self, name: &str) -> &str {
        let values: Vec<&str> = self
            .headers
            .iter()
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(values.len(), 1, "{name}: {values:?}");
        values[0]
    }

    pub fn header_names(&self) -> Vec<&str> {
        self.headers.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Returns the display name and the address.
    pub fn mailbox(&self, header: &str) -> (String, String) {
        let value = self.header(header);
        let Some(value) = value.strip_suffix('>') else {
            return (String::new(), value.to_owned());
        };
        let (name, address) = value.rsplit_once('<').unwrap();
        let name = name.trim_end_matches(' ');
        let name = if name.starts_with('"') {
            decode_quoted_string(name)
        } else {
            decode_words(name)
        };
        (name, address.to_owned())
    }
}

/// Decodes a quoted string (RFC 5322 §3.2.4).
fn decode_quoted_string(text: &str) -> String {
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap();
    let mut decoded = String::new();
    let mut is_escaped = false;
    for c in quoted.chars() {
        assert!(is_escaped || c != '"', "{text}");
        is_escaped = c == '\\' && !is_escaped;
        if !is_escaped {
            decoded.push(c);
        }
    }
    decoded
}

fn parse_headers(head: &str) -> Vec<(String, String)> {
    let unfolded = head.replace("\r\n ", " ");
    let header = |line: &str| {
        let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{line:?}"));
        (name.to_owned(), value.to_owned())
    };
    unfolded.split("\r\n").map(header).collect()
}

/// Decodes a body of quoted-printable (RFC 2045 §6.7).
fn decode_part(part: &str, content_type: &str) -> String {
    let (head, body) = part.strip_prefix("\r\n").unwrap().split_once("\r\n\r\n").unwrap();
    let expected = [
        ("Content-Type", content_type),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(parse_headers(head), expected);
    let mut bytes = Vec::new();
    let joined = body.strip_suffix("\r\n").unwrap().replace("=\r\n", "");
    let mut rest = joined.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte == b'=' {
            let code = std::str::from_utf8(&rest[..2]).unwrap();
            bytes.push(u8::from_str_radix(code, 16).unwrap());
            rest = &rest[2..];
        } else {
            bytes.push(*byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Decodes encoded words (RFC 2047 §6.2): space between two of them is not part of the text.
pub(super) fn decode_words(text: &str) -> String {
    let mut decoded = String::new();
    let mut was_encoded = true;
    for word in text.split(' ') {
        let encoded = word.strip_prefix("=?utf-8?B?").and_then(|word| word.strip_suffix("?="));
        if !(was_encoded && (encoded.is_some() || decoded.is_empty())) {
            decoded.push(' ');
        }
        match encoded {
            Some(encoded) => {
                assert!(word.len() <= 75, "{word}");
                decoded.push_str(&String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap());
            }
            None => decoded.push_str(word),
        }
        was_encoded = encoded.is_some();
    }
    decoded
}
