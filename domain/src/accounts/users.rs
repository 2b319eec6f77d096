//! Users of an account and their security profiles.

use crate::accounts::rights::Rights;
use crate::email;
use crate::fields::{self, FieldErrors};
use crate::ids::{AccountId, ProfileId, UserId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The minimum length of a password, in characters. NIST SP 800-63B-4 §3.1.1.2 requires 15 where the password is the only
/// factor, and allows less for a service that slows guessing down; Gatehouse requires 12.
pub const MIN_PASSWORD_CHARS: usize = 12;

/// The maximum length of a password, in bytes. Argon2id accepts any length; the limit bounds the work of one request.
pub const MAX_PASSWORD_BYTES: usize = 1024;

/// The name of the security profile of a new account's administrator, which has all rights.
pub const ADMINISTRATOR_PROFILE: &str = "Administrator";

/// Describes the signed-in user, as far as the browser needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentUser {
    /// The user's id.
    pub user_id: UserId,
    /// The user's name.
    pub name: String,
    /// The user's email.
    pub email: String,
    /// The account's id.
    pub account_id: AccountId,
    /// The account's name.
    pub account_name: String,
    /// The name of the user's security profile.
    pub profile: String,
    /// The user's rights.
    pub rights: Rights,
    /// The account's enabled features.
    pub features: Vec<crate::accounts::features::Feature>,
}

/// Describes a user in lists and in the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// The email, which is also the sign-in name.
    pub email: String,
    /// The security profile's id.
    pub profile_id: ProfileId,
    /// The security profile's name.
    pub profile: String,
    /// Whether the user can sign in and their tokens are accepted.
    pub active: bool,
    /// When the user last signed in.
    pub last_sign_in_at: Option<Timestamp>,
    /// When the user was created.
    pub created_at: Timestamp,
}

/// Describes a user as an option of the user combobox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserOption {
    /// The id.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// The email.
    pub email: String,
}

impl UserOption {
    /// Returns the field's value once the user is selected: `Ada Lovelace <ada@example.com>`.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{} <{}>", self.name, self.email)
    }

    /// Returns the part of the field's value to search by: the name, if a user is selected.
    #[must_use]
    pub fn search_term(text: &str) -> &str {
        text.split_once(" <").map_or(text, |(name, _)| name)
    }
}

/// Describes a security profile: a named set of rights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The id.
    pub id: ProfileId,
    /// The name, unique in the account.
    pub name: String,
    /// The rights of its users.
    pub rights: Rights,
}

/// Holds the input for a new user.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUser {
    /// The name.
    pub name: String,
    /// The email.
    pub email: String,
    /// The password.
    pub password: String,
    /// The security profile's name.
    pub profile: String,
}

impl NewUser {
    /// Validates and normalizes the input.
    ///
    /// # Errors
    /// Returns a validation error for each invalid field.
    pub fn validate(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = fields::validate_name("name", &self.name, &mut errors);
        let email = validate_email("email", &self.email, &mut errors);
        validate_password("password", &self.password, &mut errors);
        let profile = fields::validate_name("profile", &self.profile, &mut errors);
        errors.into_result(Self {
            name,
            email,
            password: self.password,
            profile,
        })
    }
}

/// [Parses](email::parse) an email address. Adds a validation error if it is invalid.
pub(crate) fn validate_email(field: &str, text: &str, errors: &mut FieldErrors) -> String {
    email::parse(text).unwrap_or_else(|| {
        errors.add(field, "Enter an email address, such as ada@example.com.");
        String::new()
    })
}

/// Adds a validation error for a password that is too short, too long or contains control characters. Spaces are allowed.
/// The server also checks how easy it is to guess.
pub fn validate_password(field: &str, password: &str, errors: &mut FieldErrors) {
    if password.chars().count() < MIN_PASSWORD_CHARS {
        errors.add(field, format!("Use at least {MIN_PASSWORD_CHARS} characters."));
    } else if password.len() > MAX_PASSWORD_BYTES {
        errors.add(field, format!("Use at most {MAX_PASSWORD_BYTES} bytes."));
    } else if password.chars().any(char::is_control) {
        errors.add(field, "Remove the control characters, such as tabs.");
    }
}
