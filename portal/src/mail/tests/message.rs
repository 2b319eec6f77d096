//! Tests that read the encoded bytes as a mail client does.

mod received;
mod sender;

use super::*;
use proptest::prelude::*;
use received::{Received, decode_words};

/// The fields of an email that differ between tests.
#[derive(Clone)]
struct Sample<'a> {
    sender_name: Option<&'a str>,
    sender: &'a str,
    recipient_name: Option<&'a str>,
    recipient: &'a str,
    subject: &'a str,
    text: &'a str,
    html: &'a str,
    message_id: &'a str,
    date: i64,
}

const SAMPLE: Sample<'static> = Sample {
    sender_name: Some("Gatehouse"),
    sender: "no-reply@example.com",
    recipient_name: Some("Ada Lovelace"),
    recipient: "ada@example.com",
    subject: "Reset your Gatehouse password",
    text: "Hello Ada Lovelace,\n\nChoose a new password.\n",
    html: "<p>Hello Ada Lovelace,</p>\n",
    message_id: "em_01j8z6@example.com",
    date: 784_887_151_000,
};

impl Sample<'_> {
    fn with<T>(&self, use_message: impl FnOnce(&Message<'_>) -> T) -> T {
        let sender = Sender {
            name: self.sender_name.map(str::to_owned),
            address: self.sender.to_owned(),
        };
        use_message(&Message {
            sender: &sender,
            recipient_name: self.recipient_name,
            recipient: self.recipient,
            subject: self.subject,
            text: self.text,
            html: self.html,
            message_id: self.message_id,
            date: Timestamp(self.date),
        })
    }

    fn bytes(&self) -> Vec<u8> {
        self.with(|message| message.encode()).unwrap()
    }

    /// Encodes the email, checks what holds for every one, and parses it.
    fn received(&self) -> Received {
        let bytes = self.bytes();
        let email = std::str::from_utf8(&bytes).unwrap();
        assert!(!email.replace("\r\n", "").contains(['\r', '\n', '\0']), "{email}");
        for line in email.split("\r\n") {
            assert!(line.len() <= 998, "{line}");
        }
        let (head, _) = email.split_once("\r\n\r\n").unwrap();
        for line in head.split("\r\n") {
            assert!(!line.trim().is_empty(), "{head}");
            // An address has no place to break it.
            assert!(line.len() <= 78 || line.contains('@'), "{line}");
            assert!(line.len() <= 76 || !line.contains("=?utf-8?"), "{line}");
        }
        let received = Received::parse(&bytes);
        let expected = [
            "Date",
            "From",
            "To",
            "Subject",
            "Message-ID",
            "Auto-Submitted",
            "MIME-Version",
            "Content-Type",
        ];
        assert_eq!(received.header_names(), expected);
        received
    }
}

#[test]
fn email_has_both_bodies_and_all_headers() {
    let received = SAMPLE.received();
    for (name, value) in [
        ("Date", "Tue, 15 Nov 1994 08:12:31 +0000"),
        ("From", "\"Gatehouse\" <no-reply@example.com>"),
        ("To", "\"Ada Lovelace\" <ada@example.com>"),
        ("Subject", "Reset your Gatehouse password"),
        ("Message-ID", "<em_01j8z6@example.com>"),
        ("Auto-Submitted", "auto-generated"),
        ("MIME-Version", "1.0"),
    ] {
        assert_eq!(received.header(name), value);
    }
    assert_eq!(received.text, SAMPLE.text.replace('\n', "\r\n"));
    assert_eq!(received.html, SAMPLE.html.replace('\n', "\r\n"));
}

#[test]
fn same_email_has_the_same_bytes() {
    assert_eq!(SAMPLE.bytes(), SAMPLE.bytes());
    let other = Sample {
        message_id: "em_01j8z7@example.com",
        ..SAMPLE
    };
    assert_ne!(
        SAMPLE.received().header("Content-Type"),
        other.received().header("Content-Type")
    );
}

#[test]
fn line_breaks_in_names_and_subject_add_no_header() {
    const INJECTED: &str = "Acme\r\nBcc: x@evil.example\r\n\r\nbody\0\u{85}\u{2028}";
    const HARMLESS: &str = "Acme  Bcc: x@evil.example    body";
    let sample = Sample {
        sender_name: Some(INJECTED),
        recipient_name: Some(INJECTED),
        subject: INJECTED,
        ..SAMPLE
    };
    let received = sample.received();
    assert_eq!(
        received.mailbox("From"),
        (HARMLESS.to_owned(), SAMPLE.sender.to_owned())
    );
    assert_eq!(
        received.mailbox("To"),
        (HARMLESS.to_owned(), SAMPLE.recipient.to_owned())
    );
    assert_eq!(decode_words(received.header("Subject")), HARMLESS);
    let envelope = sample.with(|message| message.envelope()).unwrap();
    assert_eq!(envelope.to(), ["ada@example.com".parse().unwrap()]);
}

#[test]
fn names_arrive_unchanged() {
    let long_words = "Ada ".repeat(40);
    let emoji = "👩🏽‍🚀".repeat(75);
    assert_eq!(emoji.chars().count(), 300);
    for name in [
        "Ada",
        "Doe, \"J\" <a@b>",
        "back\\slash \\",
        "Ada  Lovelace",
        "Zoë",
        "Zoë  Œuvre  Zoë",
        "=?utf-8?B?QWRh?=",
        "(comment)",
        "undisclosed:;",
        "x@evil.example, y@evil.example",
        &"x".repeat(2000),
        &"\"".repeat(64),
        long_words.trim(),
        &emoji,
    ] {
        let sample = Sample {
            sender_name: Some(name),
            recipient_name: Some(name),
            ..SAMPLE
        };
        let received = sample.received();
        assert_eq!(received.mailbox("From"), (name.to_owned(), SAMPLE.sender.to_owned()));
        assert_eq!(received.mailbox("To"), (name.to_owned(), SAMPLE.recipient.to_owned()));
    }
}

#[test]
fn missing_or_blank_name_leaves_the_address() {
    for name in [None, Some(""), Some(" \r\n")] {
        let sample = Sample {
            sender_name: name,
            recipient_name: name,
            ..SAMPLE
        };
        assert_eq!(sample.received().header("From"), SAMPLE.sender);
        assert_eq!(sample.received().header("To"), SAMPLE.recipient);
    }
}

#[test]
fn subject_arrives_unchanged() {
    let cyrillic = "Тема ".repeat(100) + &"ж".repeat(500);
    for subject in [
        "",
        "Reset",
        "Ünïcode",
        "a  b",
        "é  é",
        "=?utf-8?B?QWRh?=",
        "=?UTF-8?Q?Pay_now?= Acme",
        &"x".repeat(2000),
        "word ".repeat(100).trim(),
        &format!("x{}x", " ".repeat(1000)),
        &cyrillic,
    ] {
        let received = Sample { subject, ..SAMPLE }.received();
        assert_eq!(decode_words(received.header("Subject")), subject);
    }
}

#[test]
fn long_address_is_on_a_line_of_its_own() {
    let long = format!("{}@{}.example", "a".repeat(64), "b.".repeat(90) + "b");
    let received = Sample {
        recipient_name: Some("Zoë Œuvre"),
        recipient: &long,
        ..SAMPLE
    }
    .received();
    assert_eq!(received.mailbox("To"), ("Zoë Œuvre".to_owned(), long));
}

#[test]
fn domain_is_sent_in_ascii_and_local_part_as_it_is() {
    for (address, sent) in [
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@BÜCHER.example", "ada@xn--bcher-kva.example"),
        ("zoë@bücher.example", "zoë@xn--bcher-kva.example"),
        ("a+b@example.com", "a+b@example.com"),
        ("root@localhost", "root@localhost"),
        ("ada@[192.0.2.1]", "ada@[192.0.2.1]"),
        ("ada..l.@example.com", "\"ada..l.\"@example.com"),
        ("a\\[]@example.com", "\"a\\\\[]\"@example.com"),
    ] {
        assert!(email::parse(address).is_some(), "{address}");
        let sample = Sample {
            sender: address,
            recipient: address,
            ..SAMPLE
        };
        assert_eq!(sample.received().mailbox("From").1, sent);
        assert_eq!(sample.received().mailbox("To").1, sent);
        let envelope = sample.with(|message| message.envelope()).unwrap();
        assert_eq!(envelope.from().unwrap().to_string(), sent);
        assert_eq!(envelope.to()[0].to_string(), sent);
    }
    let sample = Sample {
        message_id: "em_1@bücher.example",
        ..SAMPLE
    };
    assert_eq!(sample.received().header("Message-ID"), "<em_1@xn--bcher-kva.example>");
}

#[test]
fn only_a_local_part_makes_an_email_other_than_ascii() {
    let name = Some("Zoë");
    let sample = Sample {
        recipient_name: name,
        subject: "é",
        text: "é",
        html: "é",
        ..SAMPLE
    };
    assert!(
        Sample {
            recipient: "ada@bücher.example",
            ..sample.clone()
        }
        .bytes()
        .is_ascii()
    );
    assert!(
        !Sample {
            recipient: "zoë@example.com",
            ..sample
        }
        .bytes()
        .is_ascii()
    );
}

#[test]
fn malformed_address_or_message_id_is_an_error() {
    for bad in [
        "",
        "ada",
        "@",
        "@example.com",
        "ada@",
        "ada@example.com\r\nBcc: x@evil.example",
        "ada\r\n@example.com",
        "ada\0@example.com",
        "ada@exa mple.com",
        "ada@example.com>, <x@evil.example",
        "ada@-example.com",
    ] {
        for sample in [
            Sample { sender: bad, ..SAMPLE },
            Sample {
                recipient: bad,
                ..SAMPLE
            },
        ] {
            assert!(
                matches!(sample.with(|message| message.encode()), Err(Error::Internal(_))),
                "{bad:?}"
            );
            assert!(
                matches!(sample.with(|message| message.envelope()), Err(Error::Internal(_))),
                "{bad:?}"
            );
        }
    }
    for bad in [
        "",
        "id",
        "@",
        "i d@x",
        "id@x>",
        "<id@x",
        "id\r\n@x",
        "é@x",
        &format!("{}@x", "i".repeat(1000)),
    ] {
        let encoded = Sample {
            message_id: bad,
            ..SAMPLE
        }
        .with(|message| message.encode());
        assert!(matches!(encoded, Err(Error::Internal(_))), "{bad:?}");
    }
}

#[test]
fn unusual_bodies_arrive_unchanged() {
    for body in [
        "",
        "=_em01j8z6examplecom",
        "--=_em01j8z6examplecom--\r\n",
        ".\r\n.\r\nQUIT\r\n",
        "trailing space \r\n\ttab\t\r\n \r\n",
        "lone \r carriage return\r",
        "\0\u{1}\u{7f}",
        &"long line ".repeat(500),
        &"é".repeat(3000),
    ] {
        let received = Sample {
            text: body,
            html: body,
            ..SAMPLE
        }
        .received();
        assert_eq!((received.text.as_str(), received.html.as_str()), (body, body));
    }
}

#[test]
fn time_outside_the_calendar_of_the_header_is_limited() {
    for (date, sent) in [
        (i64::MIN, "Thu, 01 Jan 1970 00:00:00 +0000"),
        (-1, "Thu, 01 Jan 1970 00:00:00 +0000"),
        (i64::MAX, "Fri, 31 Dec 9999 23:59:59 +0000"),
    ] {
        assert_eq!(Sample { date, ..SAMPLE }.received().header("Date"), sent);
    }
}

proptest! {
    #[test]
    fn any_text_arrives(name in any::<String>(), subject in any::<String>(), text in any::<String>()) {
        let sample = Sample {
            sender_name: Some(&name),
            recipient_name: Some(&name),
            subject: &subject,
            text: &text,
            html: &text,
            ..SAMPLE
        };
        let received = sample.received();
        prop_assert_eq!(received.mailbox("From").0, single_line(&name));
        prop_assert_eq!(received.mailbox("To").0, single_line(&name));
        prop_assert_eq!(decode_words(received.header("Subject")), single_line(&subject));
        prop_assert_eq!(received.text.replace("\r\n", "\n"), text.replace("\r\n", "\n"));
        prop_assert_eq!(received.html.replace("\r\n", "\n"), text.replace("\r\n", "\n"));
    }

    #[test]
    fn any_input_is_encoded_or_an_error(
        address in ".{0,9}@.{0,9}",
        message_id in ".{0,9}@.{0,9}",
        sender in any::<String>(),
        date in any::<i64>(),
    ) {
        let sample = Sample { sender: &address, recipient: &address, message_id: &message_id, date, ..SAMPLE };
        if sample.with(|message| message.encode()).is_ok() {
            sample.received();
        }
        let _ = sample.with(|message| message.envelope());
        let _ = sender.parse::<Sender>();
    }
}
