//! The emails: one function for each.
//!
//! Each says what happened, what to do, and what to do if it wasn't the reader.

use crate::mail::content::{Content, ContentBuilder};
use domain::time::Timestamp;

/// Returns the email of `gatehouse email test`.
pub(crate) fn test_email(portal_url: &str) -> Content {
    ContentBuilder::new("Test email from Gatehouse", None)
        .paragraph("This is a test email. It arrived, so Gatehouse can send emails to this address.")
        .paragraph("The button opens your portal. If it doesn’t, correct the public URL in the portal’s configuration.")
        .button("Open Gatehouse", portal_url)
        .finish(portal_url, None, "someone ran “gatehouse email test” on its server")
}

/// Returns the email with the link to choose a new password.
pub(crate) fn password_reset(
    portal_url: &str,
    organization: &str,
    name: &str,
    link: &str,
    expires_at: Timestamp,
) -> Content {
    ContentBuilder::new("Reset your Gatehouse password", Some(name))
        .paragraph(
            "Someone asked to reset the password of your Gatehouse account. If it was you, choose a new password.",
        )
        .button("Reset password", link)
        .paragraph(&link_lifetime(expires_at))
        .paragraph("If it wasn’t you, ignore this email. Your password stays the same.")
        .finish(portal_url, Some(organization), "someone asked to reset your password")
}

/// Returns the notice that the password was changed, from `address` with `browser`; either is empty if unknown.
pub(crate) fn password_changed(
    portal_url: &str,
    organization: &str,
    name: &str,
    changed_at: Timestamp,
    address: &str,
    browser: &str,
) -> Content {
    ContentBuilder::new("Your Gatehouse password was changed", Some(name))
        .paragraph("The password of your Gatehouse account was changed. If it was you, there’s nothing to do.")
        .details([
            ("Time", &date_and_time(changed_at)),
            ("IP address", address),
            ("Browser", browser),
        ])
        .paragraph(&format!(
            "If it wasn’t you, reset your password on the sign-in page now, and tell an administrator of {organization}."
        ))
        .finish(portal_url, Some(organization), "your password was changed")
}

/// Says how long a link works.
fn link_lifetime(expires_at: Timestamp) -> String {
    format!("The link works once and expires on {}.", date_and_time(expires_at))
}

/// Formats a time: `January 22, 2027, 08:00 UTC`.
fn date_and_time(at: Timestamp) -> String {
    let minutes = at.seconds().rem_euclid(86_400) / 60;
    format!("{}, {:02}:{:02} UTC", date(at), minutes / 60, minutes % 60)
}

/// Formats a date: `January 22, 2027`.
fn date(at: Timestamp) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let text = at.rfc3339();
    let mut numbers = text.split('T').next().unwrap_or_default().rsplitn(3, '-');
    let (day, month, year) = (numbers.next(), numbers.next(), numbers.next().unwrap_or_default());
    let number = |text: Option<&str>| text.and_then(|text| text.parse::<usize>().ok()).unwrap_or_default();
    let month = MONTHS.get(number(month).wrapping_sub(1)).copied().unwrap_or_default();
    format!("{month} {}, {year}", number(day))
}

#[cfg(test)]
#[path = "tests/templates.rs"]
mod tests;
