//! The strength of a password while it is typed.
//!
//! The estimate takes much computing, so only somebody who may set a password gets one, and only one is computed at a time. The
//! passwords are neither stored nor logged.

use crate::accounts::setup;
use crate::accounts::users::PasswordOwner;
use crate::auth::email_links::{self, LinkKind};
use crate::crypto::passwords::{self, UserInputs};
use crate::infra::actor::Actor;
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use domain::accounts::passwords::PasswordStrength;

/// Who sets the password.
#[derive(Debug, Clone, Copy)]
pub enum PasswordSetter<'a> {
    /// The signed-in user.
    SignedIn(&'a Actor),
    /// The owner of a mailed link to reset the password.
    ResetLink(&'a str),
    /// The administrator of the first account.
    Setup {
        /// The typed name.
        name: &'a str,
        /// The typed email.
        email: &'a str,
        /// The typed name of the account.
        account_name: &'a str,
    },
}

/// Estimates the strength of a password. Returns `None` if nobody may set a password this way, or if an estimate is being
/// computed already.
///
/// # Errors
/// Returns an error if the database fails.
pub async fn estimate(portal: &Portal, setter: PasswordSetter<'_>, password: &str) -> Result<Option<PasswordStrength>> {
    let user_inputs = match setter {
        PasswordSetter::SignedIn(actor) => {
            let user = actor.require_user()?;
            UserInputs::new(&user.name, &user.email, actor.account_name())
        }
        PasswordSetter::ResetLink(token) => {
            let mut db = portal.read().await?;
            let Ok(link) = email_links::find(portal, &mut db, LinkKind::PasswordReset, token).await? else {
                return Ok(None);
            };
            let owner = PasswordOwner::load(&mut db, link.user).await?;
            UserInputs::new(&owner.name, &owner.email, &owner.organization)
        }
        PasswordSetter::Setup {
            name,
            email,
            account_name,
        } => {
            if !setup::is_pending(portal).await? {
                return Ok(None);
            }
            UserInputs::new(name, email, account_name)
        }
    };
    passwords::estimate(portal, password, user_inputs).await
}
