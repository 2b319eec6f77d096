use crate::api::connector::batch::*;

/// Returns the messages of valid records, and `-` for each invalid record.
fn messages(format: Format, body: &[u8]) -> Vec<String> {
    let items = parse(format, body).unwrap();
    let message = |item: ParsedRecord| item.map_or_else(|_| "-".to_owned(), |sent| sent.message);
    items.into_iter().map(message).collect()
}

fn record(message: &str) -> String {
    format!(r#"{{"level":"info","message":"{message}"}}"#)
}

/// Returns records that are invalid.
fn bad_records() -> Vec<String> {
    let deep = "[".repeat(200);
    let deep_end = "]".repeat(200);
    [
        r#"{"level":"info"}"#,
        r#"{"message":"x"}"#,
        r#"{"level":5,"message":"x"}"#,
        r#"{"level":"info","message":null}"#,
        r#"{"level":"info","message":{"a":[1,{"b":"]"}]}}"#,
        r#"{"level":"info","message":"x","message":"y"}"#,
        r#"{"level":"info","message":"x","time":17}"#,
        r#"{"level":"info","message":"\q"}"#,
        r#"{"level":"info","message":"\u12"}"#,
        r#"{"level":"info","message":"x",}"#,
        r#"{"level":"info" "message":"x"}"#,
        r#"{"level":"info","message":}"#,
        r"{'level':'info','message':'x'}",
        "{}",
        "null",
        "7",
        "-",
        "1e999999",
        "NaN",
        "nonsense",
        r#""text""#,
        r#"["info","x"]"#,
        "[[]]",
        "{\"level\":\"info\",\"message\":\"\u{1}\"}",
        r#"{"level":"info","message":"x"}{"level":"info","message":"y"}"#,
    ]
    .map(str::to_owned)
    .into_iter()
    .chain([format!(r#"{{"level":{deep}{deep_end},"message":"x"}}"#)])
    .collect()
}

#[test]
fn invalid_record_does_not_affect_others() {
    for bad in bad_records() {
        let (one, two) = (record("one"), record("two"));
        for (body, expected) in [
            (format!("[{one},{bad},{two}]"), vec!["one", "-", "two"]),
            (format!("[ {bad} , {one} ]"), vec!["-", "one"]),
            (format!("[{one},{bad}]"), vec!["one", "-"]),
            (format!("[{bad},{bad},{two}]"), vec!["-", "-", "two"]),
        ] {
            assert_eq!(messages(Format::Array, body.as_bytes()), expected, "{body}");
        }
        let body = format!("{one}\n{bad}\r\n\n{two}");
        assert_eq!(messages(Format::Lines, body.as_bytes()), ["one", "-", "two"], "{body}");
    }
}

#[test]
fn unterminated_record_does_not_affect_others() {
    let (one, two) = (record("one"), record("two"));
    for bad in [
        r#"{"level":"info","message":"x"#,
        r#"{"level":"info","message":"x""#,
        r#"{"level":"info","message":["x""#,
        r#"{"level":"info","message":"a"b"}"#,
        r#"{"level":[[["#,
        r#"""#,
        "{",
        "[",
    ] {
        assert_eq!(
            messages(Format::Array, format!("[{one},{bad},{two}]").as_bytes()),
            ["one", "-", "two"],
            "{bad}"
        );
        assert_eq!(
            messages(Format::Array, format!("[{one},{bad}").as_bytes()),
            ["one", "-"],
            "{bad}"
        );
        assert_eq!(
            messages(Format::Lines, format!("{one}\n{bad}\n{two}").as_bytes()),
            ["one", "-", "two"],
            "{bad}"
        );
    }
}

#[test]
fn invalid_text_becomes_the_replacement_character() {
    for (message, expected) in [
        (r"\ud83d", "\u{fffd}"),
        (r"\uD83D!", "\u{fffd}!"),
        (r"\ude00", "\u{fffd}"),
        (r"\ude00\ud83d", "\u{fffd}\u{fffd}"),
        (r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}"),
        (r"\ud83d\n", "\u{fffd}\n"),
        (r"\ud83d\u0041", "\u{fffd}A"),
        (r"\ud83d\ude00", "\u{1f600}"),
        (r"\\ud83d", r"\ud83d"),
        (r"\\\ud83d", "\\\u{fffd}"),
        (r"\u00e4", "ä"),
    ] {
        assert_eq!(
            messages(Format::Array, format!("[{}]", record(message)).as_bytes()),
            [expected],
            "{message}"
        );
        assert_eq!(
            messages(Format::Lines, record(message).as_bytes()),
            [expected],
            "{message}"
        );
    }
    for (bytes, expected) in [
        (&b"a\xff"[..], "a\u{fffd}"),
        (b"\xc3(", "\u{fffd}("),
        (b"\xed\xa0\x80", "\u{fffd}\u{fffd}\u{fffd}"),
    ] {
        let body = [br#"{"level":"info","message":""#, bytes, br#""}"#].concat();
        assert_eq!(messages(Format::Lines, &body), [expected]);
        assert_eq!(messages(Format::Array, &[b"[", &body[..], b"]"].concat()), [expected]);
    }
    // Unknown members are ignored, whatever their text.
    let unknown_member = r#"[{"level":"info","message":"x","\ud83d":"\ude00"}]"#;
    assert_eq!(messages(Format::Array, unknown_member.as_bytes()), ["x"]);
}

#[test]
fn array_with_whitespace_and_byte_order_mark_is_parsed() {
    let one = record("one");
    for (body, expected) in [
        ("[]".to_owned(), vec![]),
        ("\u{feff} [ ] \n".to_owned(), vec![]),
        (format!("\u{feff}[{one}]"), vec!["one"]),
        (format!("\r\n[\t{one}\n,\n{one} ]\n"), vec!["one", "one"]),
        (format!("[{one},]"), vec!["one", "-"]),
        (format!("[,{one}]"), vec!["-", "one"]),
        (format!("[{one},,{one}]"), vec!["one", "-", "one"]),
        (format!("[{one}]]"), vec!["one", "-"]),
        (format!("[{one}"), vec!["one"]),
        ("[".to_owned(), vec!["-"]),
    ] {
        assert_eq!(messages(Format::Array, body.as_bytes()), expected, "{body}");
    }
    for body in ["", " ", "{}", "null", "x[]", &one, "\0"] {
        assert!(parse(Format::Array, body.as_bytes()).is_err(), "{body}");
    }
    assert_eq!(messages(Format::Lines, format!("\u{feff}{one}").as_bytes()), ["one"]);
    assert!(messages(Format::Lines, b"").is_empty());
}

#[test]
fn charset_other_than_utf_8_is_rejected() {
    let format_of = |kind: &str| {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, kind.parse().unwrap());
        parse_format(&headers).ok()
    };
    for (kind, expected) in [
        ("application/json", Some(Format::Array)),
        ("Application/JSON ; Charset=\"UTF-8\"", Some(Format::Array)),
        ("application/json; charset=us-ascii", Some(Format::Array)),
        ("application/json; version=1; q", Some(Format::Array)),
        ("application/json;", Some(Format::Array)),
        ("application/x-ndjson;charset=utf8", Some(Format::Lines)),
        ("application/json; charset=utf-16", None),
        ("application/json; charset=iso-8859-1", None),
        ("application/x-ndjson; charset=utf-8; charset=utf-16le", None),
        ("application/json; charset=", None),
        ("application/jsonx", None),
        ("multipart/form-data; boundary=x", None),
        ("", None),
    ] {
        assert_eq!(format_of(kind), expected, "{kind}");
    }
    assert!(parse_format(&HeaderMap::new()).is_err());
}

/// One-megabyte bodies that would be slow to parse if parts were read repeatedly.
#[test]
fn malicious_body_is_parsed_quickly() {
    let started = std::time::Instant::now();
    for piece in [
        "{",
        "[",
        "\"",
        ",{",
        ",{\"level\":[",
        "{\"level\":\"",
        "\\ud83d",
        "[\",{",
        ",",
        "]",
    ] {
        let body = format!("[{}", piece.repeat(1024 * 1024 / piece.len()));
        let _ = parse(Format::Array, body.as_bytes());
        let _ = parse(Format::Lines, body.as_bytes());
    }
    assert!(
        started.elapsed() < std::time::Duration::from_secs(60),
        "{:?}",
        started.elapsed()
    );
}
