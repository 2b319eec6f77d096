use crate::mail::message::Sender;

#[test]
fn sender_is_parsed() {
    for (text, name, address) in [
        ("no-reply@example.com", None, "no-reply@example.com"),
        ("<no-reply@example.com>", None, "no-reply@example.com"),
        (
            "Gatehouse <no-reply@example.com>",
            Some("Gatehouse"),
            "no-reply@example.com",
        ),
        (
            "  Acme  API<no-reply@example.com> ",
            Some("Acme API"),
            "no-reply@example.com",
        ),
        (
            "\"Acme, \\\"API\\\"\" <a@example.com>",
            Some("Acme, \"API\""),
            "a@example.com",
        ),
        ("Bücher <a@bücher.example>", Some("Bücher"), "a@bücher.example"),
        ("\"\" <a@example.com>", None, "a@example.com"),
    ] {
        let sender: Sender = text.parse().unwrap();
        assert_eq!((sender.name.as_deref(), sender.address.as_str()), (name, address));
    }
}

#[test]
fn malformed_sender_is_rejected() {
    for text in [
        "",
        "Gatehouse",
        "Gatehouse <>",
        "Gatehouse no-reply@example.com",
        "Gatehouse <no-reply@example.com",
        "no-reply@example.com>",
        "Gate\u{202e}house <a@example.com>",
        "Gate\0house <a@example.com>",
        "a@example.com, b@example.com",
        "a@-example.com",
    ] {
        assert!(text.parse::<Sender>().is_err(), "{text:?}");
    }
    assert_eq!(
        "Gatehouse".parse::<Sender>().unwrap_err().to_string(),
        "\"Gatehouse\" is not a sender, such as Gatehouse <no-reply@example.com>"
    );
}
