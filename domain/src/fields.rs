//! Validation errors by form field, and the rules for names.

use crate::unicode;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// The maximum length of a user-given name, in characters.
pub const MAX_NAME_CHARS: usize = 100;

/// Describes a validation error of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name in the form or the JSON body; empty for an error of the whole input.
    pub field: String,
    /// A sentence that tells the user what to enter.
    pub message: String,
}

/// Holds the validation errors of one input; never empty when returned as an error.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldErrors(pub Vec<FieldError>);

impl FieldErrors {
    /// Returns a single validation error.
    #[must_use]
    pub fn single(field: &str, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// Adds a validation error.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.to_owned(),
            message: message.into(),
        });
    }

    /// Returns the message of the first error of `field`.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|error| error.field == field)
            .map(|error| error.message.as_str())
    }

    /// Returns `value` if there are no errors.
    ///
    /// # Errors
    /// Returns the errors if there are any.
    pub fn into_result<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            // An error of the whole input has no field name.
            if !error.field.is_empty() {
                write!(f, "{}: ", error.field)?;
            }
            f.write_str(&error.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}

/// Validates a name or another short text of one line, and returns it [normalized](normalize_whitespace).
///
/// Adds an error if the name is empty, longer than [`MAX_NAME_CHARS`], or rejected by
/// [`check_visible`](unicode::check_visible).
pub fn validate_name(field: &str, text: &str, errors: &mut FieldErrors) -> String {
    let name = normalize_whitespace(text);
    if name.is_empty() {
        errors.add(field, "Enter a name.");
    } else if name.chars().count() > MAX_NAME_CHARS {
        errors.add(field, too_long_message(MAX_NAME_CHARS, &name));
    } else if let Err(invalid) = unicode::check_visible(&name) {
        errors.add(field, invalid.to_string());
    }
    name
}

/// Returns the text in Normalization Form C, trimmed, with each run of white space collapsed to one space.
#[must_use]
pub fn normalize_whitespace(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match unicode::nfc(&words) {
        Cow::Borrowed(_) => words,
        Cow::Owned(text) => text,
    }
}

/// Returns the error message for a text of more than `max` characters.
#[must_use]
pub fn too_long_message(max: usize, text: &str) -> String {
    format!("Use at most {max} characters. You entered {}.", text.chars().count())
}

/// Checks that the user has typed the name of the item to delete. The comparison is case-sensitive and ignores Unicode
/// normalization.
///
/// # Errors
/// Returns an error of the field `name` for any other text.
pub fn validate_confirmation(name: &str, typed: &str) -> Result<(), FieldErrors> {
    if unicode::nfc(typed.trim()) == unicode::nfc(name) {
        Ok(())
    } else {
        Err(FieldErrors::single("name", format!("Type {name} to confirm.")))
    }
}

/// Returns the key by which names are compared: case and invisible characters are ignored (see
/// [`unicode::caseless_key`]). NUL is replaced, since PostgreSQL can't store it.
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
    fn name_is_normalized_and_validated() {
        let mut errors = FieldErrors::default();
        assert_eq!(validate_name("name", "  Web   shop ", &mut errors), "Web shop");
        assert!(errors.0.is_empty());
        validate_name("name", " \t ", &mut errors);
        validate_name("other", &"x".repeat(MAX_NAME_CHARS + 1), &mut errors);
        assert_eq!(errors.get("name"), Some("Enter a name."));
        assert_eq!(
            errors.get("other"),
            Some("Use at most 100 characters. You entered 101.")
        );
    }

    #[test]
    fn deletion_without_the_exact_name_is_rejected() {
        assert!(validate_confirmation("Web shop", " Web shop ").is_ok());
        assert_eq!(
            validate_confirmation("Web shop", "web shop").unwrap_err().get("name"),
            Some("Type Web shop to confirm.")
        );
    }
}
