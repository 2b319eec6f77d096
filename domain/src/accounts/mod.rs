//! Accounts, and the form that creates the first one.

pub mod features;
pub mod passwords;
pub mod rights;
pub mod users;

use crate::accounts::users::{validate_email, validate_password};
use crate::fields::{self, FieldErrors};
use crate::ids::AccountId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Describes an account in the operator's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The id.
    pub id: AccountId,
    /// The organization's name.
    pub name: String,
    /// The codes of the enabled features.
    pub features: Vec<String>,
    /// The number of users.
    pub users: i64,
    /// When it was created.
    pub created_at: Timestamp,
}

/// Holds the input of `gatehouse account create` and of the setup page: an account and its administrator.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAccount {
    /// The organization's name.
    pub account_name: String,
    /// The administrator's name.
    pub name: String,
    /// The administrator's email, which is the sign-in name.
    pub email: String,
    /// The administrator's password.
    pub password: String,
}

impl NewAccount {
    /// Validates and normalizes the input.
    ///
    /// # Errors
    /// Returns a validation error for each invalid field.
    pub fn validate(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let account_name = fields::validate_name("account_name", &self.account_name, &mut errors);
        let name = fields::validate_name("name", &self.name, &mut errors);
        let email = validate_email("email", &self.email, &mut errors);
        validate_password("password", &self.password, &mut errors);
        errors.into_result(Self {
            account_name,
            name,
            email,
            password: self.password,
        })
    }
}
