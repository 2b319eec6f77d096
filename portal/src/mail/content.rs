//! The content of an email, which is built from one list of parts as text and as HTML.

use html_escape::encode_double_quoted_attribute as escape;
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write as _};

/// The content of an email.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Content {
    /// The subject: one line, and nothing secret.
    pub subject: String,
    /// The body as text.
    pub text: String,
    /// The body as HTML.
    pub html: String,
    /// The link of the button, if there is one. It may let its reader in.
    pub link: Option<String>,
}

/// Leaves the bodies and the link out, since they may contain a secret.
impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("subject", &self.subject)
            .finish_non_exhaustive()
    }
}

/// Builds the content of an email, part by part. Line breaks in names can't begin a new part.
#[must_use]
pub(crate) struct ContentBuilder {
    subject: String,
    parts: Vec<Part>,
    link: Option<String>,
}

/// A part of an email.
enum Part {
    Paragraph(String),
    Button { label: &'static str, link: String },
    Details(Vec<(&'static str, String)>),
    Footer(String),
}

impl ContentBuilder {
    /// Begins an email to a person whose name is given, if it is known.
    pub fn new(subject: &str, name: Option<&str>) -> Self {
        let builder = Self {
            subject: single_line(subject),
            parts: Vec::new(),
            link: None,
        };
        match name.map(single_line).filter(|name| !name.is_empty()) {
            Some(name) => builder.paragraph(&format!("Hello {name},")),
            None => builder.paragraph("Hello,"),
        }
    }

    /// Adds a paragraph.
    pub fn paragraph(self, text: &str) -> Self {
        self.part(Part::Paragraph(single_line(text)))
    }

    /// Adds the button with the email's link.
    pub fn button(mut self, label: &'static str, link: &str) -> Self {
        self.link = Some(link.to_owned());
        let link = link.to_owned();
        self.part(Part::Button { label, link })
    }

    /// Adds a list of labels and values. Leaves out empty values.
    pub fn details<const N: usize>(self, details: [(&'static str, &str); N]) -> Self {
        let details = details.map(|(label, value)| (label, single_line(value)));
        let present = details.into_iter().filter(|(_, value)| !value.is_empty());
        self.part(Part::Details(present.collect()))
    }

    /// Ends the email with who sent it, for which organization, and why: the rest of a sentence after "because".
    pub fn finish(self, portal_url: &str, organization: Option<&str>, reason: &str) -> Content {
        // The URL stands between spaces, so that no mail client includes punctuation in its link.
        let sender = match organization.map(single_line) {
            Some(organization) => format!("Gatehouse at {portal_url} sent this email for {organization}"),
            None => format!("Gatehouse at {portal_url} sent this email"),
        };
        let Self { subject, parts, link } = self.part(Part::Footer(format!("{sender} because {reason}.")));
        Content {
            text: text(&parts),
            html: html(&subject, &parts),
            subject,
            link,
        }
    }

    fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }
}

/// Returns a text as one line: with a space for each control character and line separator, and without space around it.
pub(super) fn single_line(text: &str) -> String {
    let breaks_line = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.replace(breaks_line, " ").trim().to_owned()
}

/// Writes the parts as text. Its lines are as long as they get, because mail clients wrap them.
fn text(parts: &[Part]) -> String {
    let parts: Vec<String> = parts.iter().map(text_part).collect();
    parts.join("\n\n") + "\n"
}

fn text_part(part: &Part) -> String {
    match part {
        Part::Paragraph(text) => text.clone(),
        Part::Button { label, link } => format!("{label}:\n{link}"),
        Part::Details(details) => {
            let lines: Vec<String> = details
                .iter()
                .map(|(label, value)| format!("{label}: {value}"))
                .collect();
            lines.join("\n")
        }
        // The line before it is the one that mail clients know (RFC 3676 §4.3).
        Part::Footer(text) => format!("-- \n{text}"),
    }
}

/// Writes the parts as HTML. Except for the button it has no colors of its own, so that mail clients choose those that fit
/// their light or dark theme.
fn html(subject: &str, parts: &[Part]) -> String {
    let body: String = parts.iter().map(html_part).collect();
    let subject = escape(subject);
    format!(
        "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta name=\"supported-color-schemes\" content=\"light dark\">
<meta name=\"format-detection\" content=\"telephone=no, date=no, address=no, email=no, url=no\">
<title>{subject}</title>
</head>
<body style=\"margin: 0\">
<div lang=\"en\" dir=\"ltr\" style=\"box-sizing: border-box; max-width: 600px; margin: 0 auto; padding: 24px; \
font-family: {FONTS}; font-size: 16px; line-height: 1.5; overflow-wrap: anywhere\">
{body}</div>
</body>
</html>
"
    )
}

const FONTS: &str = "-apple-system, BlinkMacSystemFont, 'Segoe UI', Helvetica, Arial, sans-serif";

/// The space below each part.
const MARGIN: &str = "margin: 0 0 16px";

/// A line that is visible on a light and on a dark background.
const LINE: &str = "solid #8a8276";

/// The button, in the colors that buttons of the portal have.
const BUTTON: &str = "display: inline-block; padding: 10px 20px; border-radius: 6px; background-color: #0d6463; \
                      color: #ffffff; font-weight: 600; text-decoration: none";

fn html_part(part: &Part) -> String {
    match part {
        Part::Paragraph(text) => format!("<p style=\"{MARGIN}\">{}</p>\n", escape(text)),
        Part::Button { label, link } => {
            let link = escape(link);
            format!(
                "<p style=\"{MARGIN}\"><a href=\"{link}\" style=\"{BUTTON}\">{label}</a></p>\n\
                 <p style=\"{MARGIN}; font-size: 14px\">If the button doesn’t work, open this link:<br>\
                 <a href=\"{link}\" style=\"word-break: break-all\">{link}</a></p>\n"
            )
        }
        Part::Details(details) => {
            let mut html = format!("<dl style=\"{MARGIN}\">\n");
            for (label, value) in details {
                let value = escape(value);
                // Writing to a `String` can't fail.
                let _ = writeln!(
                    html,
                    "<dt style=\"font-weight: 600\">{label}</dt><dd dir=\"auto\" style=\"margin: 0 0 8px\">{value}</dd>"
                );
            }
            html + "</dl>\n"
        }
        Part::Footer(text) => {
            let text = escape(text);
            format!(
                "<p style=\"margin: 32px 0 0; padding-top: 16px; border-top: 1px {LINE}; font-size: 13px\">{text}</p>\n"
            )
        }
    }
}

#[cfg(test)]
#[path = "tests/content.rs"]
mod tests;
