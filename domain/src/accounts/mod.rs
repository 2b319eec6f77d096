//! The account, and its first minutes.

pub mod features;
pub mod rights;
pub mod users;

use crate::accounts::users::check_password;
use crate::email;
use crate::fields::{self, FieldErrors};
use crate::ids::AccountId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// An account, as an operator lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The organisation's name.
    pub name: String,
    /// Codes of the features that are on.
    pub features: Vec<String>,
    /// How many people it has.
    pub users: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// The first account and its administrator, as `gatehouse account create` and the setup page take them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAccount {
    /// The organisation's name.
    pub account_name: String,
    /// The administrator's name.
    pub name: String,
    /// The administrator's e-mail, with which they sign in.
    pub email: String,
    /// The administrator's password.
    pub password: String,
}

impl NewAccount {
    /// The input, tidied.
    ///
    /// # Errors
    /// Each field that does not hold what it must.
    pub fn checked(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let account_name = fields::name("account_name", &self.account_name, &mut errors);
        let name = fields::name("name", &self.name, &mut errors);
        let email = email::parse(&self.email).unwrap_or_else(|| {
            errors.add("email", "Enter an e-mail address, such as ada@example.com.");
            String::new()
        });
        check_password("password", &self.password, &mut errors);
        errors.or(Self {
            account_name,
            name,
            email,
            password: self.password,
        })
    }
}
