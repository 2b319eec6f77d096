use crate::oauth1::{DecodeError, decode, decode_form, encode, encode_form};

/// Checks the OAuth wiki's test cases for parameter encoding, and examples of well-known providers.
#[test]
fn encoding_matches_the_published_tables() {
    for (text, encoded) in [
        ("", ""),
        ("abcABC123", "abcABC123"),
        ("-._~", "-._~"),
        ("%", "%25"),
        ("+", "%2B"),
        ("&=*", "%26%3D%2A"),
        ("\n", "%0A"),
        (" ", "%20"),
        ("\u{7f}", "%7F"),
        ("\u{80}", "%C2%80"),
        ("\u{3001}", "%E3%80%81"),
        ("Ladies + Gentlemen", "Ladies%20%2B%20Gentlemen"),
        ("An encoded string!", "An%20encoded%20string%21"),
        ("Dogs, Cats & Mice", "Dogs%2C%20Cats%20%26%20Mice"),
        ("☃", "%E2%98%83"),
        ("'()*!", "%27%28%29%2A%21"),
    ] {
        assert_eq!(encode(text), encoded, "{text:?}");
        assert_eq!(decode(encoded.as_bytes()).as_deref(), Ok(text), "{encoded:?}");
        assert_eq!(decode_form(encoded.as_bytes()).as_deref(), Ok(text), "{encoded:?}");
    }
}

#[test]
fn plus_is_a_space_in_forms_only() {
    assert_eq!(decode(b"a+b%2Bc").as_deref(), Ok("a+b+c"));
    assert_eq!(decode_form(b"a+b%2Bc").as_deref(), Ok("a b+c"));
    assert_eq!(decode_form(b"+").as_deref(), Ok(" "));
}

#[test]
fn escapes_are_not_case_sensitive_and_decoded_once() {
    assert_eq!(decode(b"%c3%A9").as_deref(), Ok("é"));
    assert_eq!(decode(b"%253D").as_deref(), Ok("%3D"));
}

#[test]
fn malformed_escape_is_rejected() {
    for text in [
        "%", "%4", "a%4", "%zz", "%4g", "%g4", "100%", "%%41", "%+1", "% 1", "%-1", "%é",
    ] {
        assert_eq!(decode(text.as_bytes()), Err(DecodeError::BadEscape), "{text:?}");
        assert_eq!(decode_form(text.as_bytes()), Err(DecodeError::BadEscape), "{text:?}");
    }
}

#[test]
fn non_utf8_text_is_rejected() {
    for text in [&b"\xff"[..], b"a\xc3", b"%ff", b"%C3", b"%ED%A0%80", b"%C0%80"] {
        assert_eq!(decode(text), Err(DecodeError::NotUtf8), "{text:?}");
        assert_eq!(decode_form(text), Err(DecodeError::NotUtf8), "{text:?}");
    }
}

#[test]
fn form_values_are_percent_encoded() {
    assert_eq!(encode_form(&[]), "");
    assert_eq!(
        encode_form(&[("a b", "c&d=e+f"), ("empty", "")]),
        "a%20b=c%26d%3De%2Bf&empty="
    );
}
