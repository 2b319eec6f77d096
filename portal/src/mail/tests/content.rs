use super::*;
use html_escape::decode_html_entities;

const LINK: &str = "https://portal.example.com/confirm?token=a-_b&email=ada+x%40example.com&q='\"<>";

fn sample(name: &str) -> Content {
    ContentBuilder::new(&format!("Subject {name}"), Some(name))
        .paragraph(&format!("Paragraph {name}"))
        .details([("Label", name), ("Empty", "")])
        .button("Button", LINK)
        .finish("https://portal.example.com", Some(name), "of the reason")
}

#[test]
fn text_has_all_parts() {
    let expected = format!(
        "Hello Ada,\n\nParagraph Ada\n\nLabel: Ada\n\nButton:\n{LINK}\n\n\
         -- \nGatehouse at https://portal.example.com sent this email for Ada because of the reason.\n"
    );
    assert_eq!(sample("Ada").text, expected);
}

#[test]
fn html_has_all_parts() {
    let html = sample("Ada").html;
    let escaped_link =
        "https://portal.example.com/confirm?token=a-_b&amp;email=ada+x%40example.com&amp;q='&quot;&lt;&gt;";
    for part in [
        "<title>Subject Ada</title>",
        ">Hello Ada,</p>",
        ">Paragraph Ada</p>",
        ">Label</dt><dd dir=\"auto\" style=\"margin: 0 0 8px\">Ada</dd>",
        &format!("<a href=\"{escaped_link}\" style=\"{BUTTON}\">Button</a>"),
        &format!(">{escaped_link}</a>"),
        ">Gatehouse at https://portal.example.com sent this email for Ada because of the reason.</p>",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    assert!(!html.contains("Empty"));
    assert!(!html.contains("<img") && !html.contains("<script") && !html.contains("url("));
}

#[test]
fn names_are_escaped_in_html_and_plain_in_text() {
    const NAME: &str = "<script>alert(\"1\")</script> & 'Söhne' \"><!--";
    let content = sample(NAME);
    assert_eq!(content.text.matches(NAME).count(), 4);
    assert_eq!(content.subject, format!("Subject {NAME}"));
    let html = &content.html;
    assert!(!html.contains("<script") && !html.contains("<!--"), "{html}");
    assert_eq!(html.matches(&*escape(NAME)).count(), 5);
    assert_eq!(decode_html_entities(html).matches(NAME).count(), 5);
}

#[test]
fn link_is_unchanged() {
    let content = sample("Ada");
    assert_eq!(content.link.as_deref(), Some(LINK));
    assert!(content.text.lines().any(|line| line == LINK));
    assert_eq!(content.html.matches(&*escape(LINK)).count(), 3);
    assert_eq!(decode_html_entities(&*escape(LINK)), LINK);
}

#[test]
fn line_breaks_in_names_begin_no_part() {
    let content = sample("Ada\r\n\r\n-- \u{2028}Fake\0");
    assert_eq!(
        content.text.matches("\n\n").count(),
        sample("Ada").text.matches("\n\n").count()
    );
    assert!(
        content.text.starts_with("Hello Ada    --  Fake,\n\n"),
        "{}",
        content.text
    );
    assert_eq!(content.subject, "Subject Ada    --  Fake");
}

#[test]
fn lines_are_not_wrapped() {
    let sentence = "A long sentence. ".repeat(50);
    let content = ContentBuilder::new("Subject", None).paragraph(&sentence).finish(
        "https://portal.example.com",
        None,
        "of the reason",
    );
    assert!(content.text.contains(sentence.trim()));
    assert!(content.text.starts_with("Hello,\n\n"));
    assert!(
        content
            .text
            .ends_with("-- \nGatehouse at https://portal.example.com sent this email because of the reason.\n")
    );
    assert_eq!(content.link, None);
}

#[test]
fn stored_content_is_read_back_and_debug_output_has_no_link() {
    let content = sample("Ada");
    let stored = serde_json::to_string(&content).unwrap();
    assert_eq!(serde_json::from_str::<Content>(&stored).unwrap(), content);
    assert_eq!(format!("{content:?}"), "Content { subject: \"Subject Ada\", .. }");
}
