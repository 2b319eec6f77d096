//! Timestamps in milliseconds.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Represents a point in time as milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Returns the whole seconds since the epoch, the unit of `oauth_timestamp`.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Returns the timestamp `duration` later.
    #[must_use]
    pub fn after(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// Returns the timestamp `duration` earlier.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// Formats the timestamp by RFC 3339 in UTC, to the second: `2026-01-31T09:05:00Z`.
    #[must_use]
    pub fn rfc3339(self) -> String {
        let (year, month, day) = self.date();
        let (hour, minute, second) = self.time_of_day();
        // Not `format!`, which takes several times as long: lists have two timestamps per row.
        let mut text = String::with_capacity("2026-01-31T09:05:00Z".len());
        push_year(&mut text, year);
        for (separator, number) in [('-', month), ('-', day), ('T', hour), (':', minute), (':', second)] {
            text.push(separator);
            push_two_digits(&mut text, number);
        }
        text.push('Z');
        text
    }

    /// Parses an RFC 3339 timestamp with any UTC offset, to the millisecond.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let at = time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).ok()?;
        i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000))
            .ok()
            .map(Self)
    }

    /// Formats the timestamp for display: `31 Jan 2026, 09:05 UTC`.
    #[must_use]
    pub fn readable(self) -> String {
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let (year, month, day) = self.date();
        let (hour, minute, _) = self.time_of_day();
        let month = MONTHS[(month - 1) as usize];
        let mut text = String::with_capacity("31 Jan 2026, 09:05 UTC".len());
        if day < 10 {
            push_digit(&mut text, day);
        } else {
            push_two_digits(&mut text, day);
        }
        text.push(' ');
        text.push_str(month);
        text.push(' ');
        push_year(&mut text, year);
        text.push_str(", ");
        push_two_digits(&mut text, hour);
        text.push(':');
        push_two_digits(&mut text, minute);
        text.push_str(" UTC");
        text
    }

    /// Returns hour, minute and second in UTC.
    fn time_of_day(self) -> (i64, i64, i64) {
        let second = self.seconds().rem_euclid(86_400);
        (second / 3600, second / 60 % 60, second % 60)
    }

    /// Returns year, month and day of the proleptic Gregorian calendar, by Howard Hinnant's `civil_from_days`.
    fn date(self) -> (i64, i64, i64) {
        let days = self.seconds().div_euclid(86_400) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        (year_of_era + era * 400 + i64::from(month <= 2), month, day)
    }
}

/// Appends the last decimal digit of a number. Faster than `format!`, which matters in long lists.
fn push_digit(text: &mut String, number: i64) {
    let digit = u8::try_from(number.rem_euclid(10)).unwrap_or_default();
    text.push(char::from(b'0' + digit));
}

fn push_two_digits(text: &mut String, number: i64) {
    push_digit(text, number / 10);
    push_digit(text, number);
}

/// Appends a year with at least four digits.
fn push_year(text: &mut String, year: i64) {
    if (0..10_000).contains(&year) {
        push_two_digits(text, year / 100);
        push_two_digits(text, year % 100);
    } else {
        text.push_str(&format!("{year:04}"));
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_timestamps_format_as_their_dates() {
        assert_eq!(Timestamp(0).rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp(951_782_400_000).rfc3339(), "2000-02-29T00:00:00Z");
        assert_eq!(Timestamp(1_769_850_300_999).rfc3339(), "2026-01-31T09:05:00Z");
        assert_eq!(Timestamp(1_769_850_300_000).readable(), "31 Jan 2026, 09:05 UTC");
        assert_eq!(Timestamp(-1).rfc3339(), "1969-12-31T23:59:59Z");
    }

    #[test]
    fn rfc_3339_is_parsed_and_other_text_rejected() {
        for text in ["2026-01-31T09:05:00.999Z", "2026-01-31T10:05:00.999+01:00"] {
            assert_eq!(Timestamp::parse(text), Some(Timestamp(1_769_850_300_999)), "{text}");
        }
        for text in ["", "2026-01-31", "2026-02-30T00:00:00Z", "yesterday"] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }
}
