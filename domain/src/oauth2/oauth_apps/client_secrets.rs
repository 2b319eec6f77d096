//! The client secrets of an app.

use crate::fields::{self, FieldErrors};
use crate::ids::ClientSecretId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The maximum number of client secrets of an app.
pub const MAX_SECRETS: usize = 10;

/// The maximum lifetime of a client secret, in days.
pub const MAX_SECRET_DAYS: i64 = 3650;

/// Describes a client secret, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSecret {
    /// The id.
    pub id: ClientSecretId,
    /// The user's note; may be empty.
    pub note: String,
    /// The name of the user who created it; `None` for the command line.
    pub created_by: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires, if ever.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, accurate to a few seconds.
    pub last_used_at: Option<Timestamp>,
}

/// Holds the input for a new client secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretForm {
    /// The note; may be empty.
    pub note: String,
    /// The lifetime in days; empty for no expiration.
    pub days: String,
}

/// Holds the validated input for a new client secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatedSecret {
    /// The note; may be empty.
    pub note: String,
    /// The lifetime in days; `None` for no expiration.
    pub days: Option<i64>,
}

impl SecretForm {
    /// Validates and normalizes the input.
    ///
    /// # Errors
    /// Returns a validation error for each invalid field.
    pub fn validate(self) -> Result<ValidatedSecret, FieldErrors> {
        let mut errors = FieldErrors::default();
        let note = match self.note.trim() {
            "" => String::new(),
            note => fields::validate_name("note", note, &mut errors),
        };
        let days = match self.days.trim() {
            "" => None,
            days => {
                let days = days.parse().ok().filter(|days| (1..=MAX_SECRET_DAYS).contains(days));
                if days.is_none() {
                    errors.add(
                        "days",
                        format!("Enter a number of days from 1 to {MAX_SECRET_DAYS}, or leave empty."),
                    );
                }
                days
            }
        };
        errors.into_result(ValidatedSecret { note, days })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_lifetime_is_validated() {
        let secret = |days: &str| {
            SecretForm {
                note: "  CI  server ".to_owned(),
                days: days.to_owned(),
            }
            .validate()
        };
        assert_eq!(
            secret("90").unwrap(),
            ValidatedSecret {
                note: "CI server".to_owned(),
                days: Some(90)
            }
        );
        assert_eq!(secret("").unwrap().days, None);
        for days in ["0", "-1", "3651", "soon", "1.5"] {
            assert!(secret(days).unwrap_err().get("days").is_some(), "{days}");
        }
    }
}
