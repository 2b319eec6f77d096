//! What is wrong with a form, field by field.

use crate::unicode;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The longest name that a person may give to anything, in characters.
pub const MAX_NAME: usize = 100;

/// One field's complaint. `field` is the form's name for it, `message` says what is expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The name that the form or the JSON body uses.
    pub field: String,
    /// A sentence for a person.
    pub message: String,
}

/// Every complaint about one input; never empty when it is an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    /// A single complaint.
    #[must_use]
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// Adds a complaint.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.to_owned(),
            message: message.into(),
        });
    }

    /// The first complaint about `field`.
    #[must_use]
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.message.as_str())
    }

    /// `value` when nothing was complained about.
    ///
    /// # Errors
    /// Itself, when something was.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            // What is said of all of them belongs to no field.
            if !error.field.is_empty() {
                write!(f, "{}: ", error.field)?;
            }
            f.write_str(&error.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}

/// A name as a person typed it, [tidied](tidy).
///
/// # Errors
/// When it is empty, longer than [`MAX_NAME`] characters, or holds what [`check_visible`](unicode::check_visible) refuses.
pub fn name(field: &str, text: &str, errors: &mut FieldErrors) -> String {
    let name = tidy(text);
    if name.is_empty() {
        errors.add(field, "Enter a name.");
    } else if name.chars().count() > MAX_NAME {
        errors.add(field, too_long(MAX_NAME, &name));
    } else if let Err(invalid) = unicode::check_visible(&name) {
        errors.add(field, invalid.to_string());
    }
    name
}

/// Returns the text in Normalization Form C, without the space around it and with one space for each run of space and line
/// breaks inside it.
#[must_use]
pub fn tidy(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match unicode::nfc(&words) {
        Cow::Borrowed(_) => words,
        Cow::Owned(text) => text,
    }
}

/// Returns the error for a text of more than `max` characters.
#[must_use]
pub fn too_long(max: usize, text: &str) -> String {
    format!("Use at most {max} characters. You entered {}.", text.chars().count())
}

/// Checks that a person has typed a thing's name, to show that they mean to delete it. Case counts; how accents are encoded
/// does not.
///
/// # Errors
/// For any other text, under `name`.
pub fn confirmed(name: &str, typed: &str) -> Result<(), FieldErrors> {
    if unicode::nfc(typed.trim()) == unicode::nfc(name) {
        Ok(())
    } else {
        Err(FieldErrors::one("name", format!("Type {name} to delete it.")))
    }
}

/// What makes two names the same: neither case counts nor what nobody sees (see [`unicode::caseless_key`]). It may be looked
/// for in any database: PostgreSQL has no room for a NUL, which no name holds.
#[must_use]
pub fn name_key(name: &str) -> String {
    let key = unicode::caseless_key(name);
    if key.contains('\0') {
        key.replace('\0', "\u{fffd}")
    } else {
        key
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_tidied_and_checked() {
        let mut errors = FieldErrors::default();
        assert_eq!(name("name", "  Web   shop ", &mut errors), "Web shop");
        assert!(errors.0.is_empty());
        name("name", " \t ", &mut errors);
        name("other", &"x".repeat(MAX_NAME + 1), &mut errors);
        assert_eq!(errors.of("name"), Some("Enter a name."));
        assert_eq!(errors.of("other"), Some("Use at most 100 characters. You entered 101."));
    }

    #[test]
    fn what_is_deleted_is_named() {
        assert!(confirmed("Web shop", " Web shop ").is_ok());
        assert_eq!(
            confirmed("Web shop", "web shop").unwrap_err().of("name"),
            Some("Type Web shop to delete it.")
        );
    }
}
