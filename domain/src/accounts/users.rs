//! People of an account and their security profiles.

use crate::accounts::rights::Rights;
use crate::email;
use crate::fields::{self, FieldErrors};
use crate::ids::{AccountId, ProfileId, UserId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The shortest password, in characters (NIST SP 800-63B-4 §3.1.1.2 asks for 15 where it is the only factor, and lets
/// a service that slows guessing down take less; we take 12).
pub const MIN_PASSWORD: usize = 12;

/// The longest password, in bytes: Argon2id takes any length, but a request should not choose how long it works.
pub const MAX_PASSWORD: usize = 1024;

/// The profile that a new account's administrator gets, with every right.
pub const ADMINISTRATOR: &str = "Administrator";

/// Who is looking at a page: what the browser may know of its own session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The person.
    pub user_id: UserId,
    /// The person's name.
    pub name: String,
    /// The person's e-mail.
    pub email: String,
    /// The account's id.
    pub account_id: AccountId,
    /// The account's name.
    pub account_name: String,
    /// The name of the person's security profile.
    pub profile: String,
    /// What the person may do.
    pub rights: Rights,
    /// Codes of the account's features that are on.
    pub features: Vec<crate::accounts::features::Feature>,
}

/// A person, as lists and the API show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// The e-mail, which is also the user name.
    pub email: String,
    /// The security profile.
    pub profile_id: ProfileId,
    /// The security profile's name.
    pub profile: String,
    /// Whether the person can sign in and their tokens work.
    pub active: bool,
    /// When the person last signed in.
    pub last_sign_in_at: Option<Timestamp>,
    /// When the person was added.
    pub created_at: Timestamp,
}

/// One line of the type-ahead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserChoice {
    /// The id.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// The e-mail.
    pub email: String,
}

impl UserChoice {
    /// What the field holds once the person is chosen: `Ada Lovelace <ada@example.com>`.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{} <{}>", self.name, self.email)
    }

    /// What people are searched by while a field holds `text`: of somebody who was chosen before, the name.
    #[must_use]
    pub fn searched_by(text: &str) -> &str {
        text.split_once(" <").map_or(text, |(name, _)| name)
    }
}

/// A security profile: a named set of rights.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The id.
    pub id: ProfileId,
    /// The name, one of a kind in the account.
    pub name: String,
    /// What its people may do.
    pub rights: Rights,
}

/// A person to add.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUser {
    /// The name.
    pub name: String,
    /// The e-mail.
    pub email: String,
    /// The password.
    pub password: String,
    /// The security profile's name.
    pub profile: String,
}

impl NewUser {
    /// The input, tidied.
    ///
    /// # Errors
    /// Each field that does not hold what it must.
    pub fn checked(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = fields::name("name", &self.name, &mut errors);
        let email = email::parse(&self.email).unwrap_or_else(|| {
            errors.add("email", "Enter an e-mail address, such as ada@example.com.");
            String::new()
        });
        check_password("password", &self.password, &mut errors);
        let profile = fields::name("profile", &self.profile, &mut errors);
        errors.or(Self {
            name,
            email,
            password: self.password,
            profile,
        })
    }
}

/// Complains about a password that is too short, too long, or holds what no field of a form can: control characters. Any
/// others will do, spaces too. How easy it is to guess, the server alone can say.
pub fn check_password(field: &str, password: &str, errors: &mut FieldErrors) {
    if password.chars().count() < MIN_PASSWORD {
        errors.add(field, format!("Use at least {MIN_PASSWORD} characters."));
    } else if password.len() > MAX_PASSWORD {
        errors.add(field, format!("Use at most {MAX_PASSWORD} bytes."));
    } else if password.chars().any(char::is_control) {
        errors.add(field, "Remove the control characters, such as tabs.");
    }
}
