use super::*;
use html_escape::encode_double_quoted_attribute as escape;

const PORTAL: &str = "https://portal.example.com";
const LINK: &str = "https://portal.example.com/reset-password?token=x_Y-9&email=ada+api@example.com";
/// 2027-01-22T08:00:00Z
const AT: Timestamp = Timestamp(1_800_604_800_000);

/// Returns each email with its name and its link.
fn all() -> Vec<(&'static str, Content, Option<&'static str>)> {
    let (organization, name) = ("Acme", "Ada Lovelace");
    let (address, browser) = ("192.0.2.1", "Firefox on Linux");
    let link = Some(LINK);
    vec![
        ("test_email", test_email(PORTAL), Some(PORTAL)),
        (
            "password_reset",
            password_reset(PORTAL, organization, name, LINK, AT),
            link,
        ),
        (
            "password_changed",
            password_changed(PORTAL, organization, name, AT, address, browser),
            None,
        ),
    ]
}

#[test]
fn subject_is_one_short_line_without_the_link() {
    for (email, content, _) in all() {
        let subject = &content.subject;
        assert!(
            !subject.is_empty() && !subject.contains(char::is_control),
            "{email}: {subject}"
        );
        assert!(subject.chars().count() <= 78, "{email}: {subject}");
        assert!(
            !subject.contains("http") && !subject.contains("x_Y-9"),
            "{email}: {subject}"
        );
    }
}

#[test]
fn both_bodies_contain_the_link() {
    for (email, content, link) in all() {
        assert_eq!(content.link.as_deref(), link, "{email}");
        if let Some(link) = link {
            assert!(
                content.text.lines().any(|line| line == link),
                "{email}: {}",
                content.text
            );
            assert!(
                content.html.contains(&*format!("href=\"{}\"", escape(link))),
                "{email}: {}",
                content.html
            );
        } else {
            assert!(!content.html.contains("href"), "{email}: {}", content.html);
        }
    }
}

#[test]
fn style_guide_is_kept() {
    for (email, content, _) in all() {
        let (doctype, html) = content.html.split_once('\n').unwrap();
        assert_eq!(doctype, "<!doctype html>");
        for text in [&content.subject, &content.text, html] {
            let text = text.to_lowercase();
            for word in ["please", "click here", "!", "sorry", "  ", "n't", "e-mail"] {
                assert!(!text.contains(word), "{email}: {word:?} in {text}");
            }
        }
    }
}

#[test]
fn footer_says_who_sent_it_and_why() {
    for (email, content, _) in all() {
        let (_, footer) = content.text.split_once("\n-- \n").unwrap();
        assert!(
            footer.starts_with(&format!("Gatehouse at {PORTAL} sent this email ")),
            "{email}: {footer}"
        );
        assert!(
            footer.contains(" because ") && footer.ends_with(".\n"),
            "{email}: {footer}"
        );
    }
}

#[test]
fn password_reset_reads_as_intended() {
    let expected = format!(
        "Hello Ada Lovelace,

Someone asked to reset the password of your Gatehouse account. If it was you, choose a new password.

Reset password:
{LINK}

The link works once and expires on January 22, 2027, 08:00 UTC.

If it wasn’t you, ignore this email. Your password stays the same.

-- 
Gatehouse at {PORTAL} sent this email for Acme because someone asked to reset your password.
"
    );
    assert_eq!(password_reset(PORTAL, "Acme", "Ada Lovelace", LINK, AT).text, expected);
}

#[test]
fn unknown_client_is_left_out() {
    let content = password_changed(PORTAL, "Acme", "Ada", AT, "", "");
    assert!(
        content.text.contains("\n\nTime: January 22, 2027, 08:00 UTC\n\n"),
        "{}",
        content.text
    );
}

#[test]
fn dates_are_written_out() {
    assert_eq!(
        date_and_time(Timestamp(951_782_400_000)),
        "February 29, 2000, 00:00 UTC"
    );
    assert_eq!(date_and_time(Timestamp(-1)), "December 31, 1969, 23:59 UTC");
    assert_eq!(date(Timestamp(253_402_300_800_000)), "January 1, 10000");
    for at in [i64::MIN, i64::MAX] {
        assert!(date_and_time(Timestamp(at)).ends_with(" UTC"));
    }
}
