//! Signing in.

mod attempts;

pub(crate) use crate::auth::sign_in::attempts::{Attempt, forget_account, prune};
pub use crate::auth::sign_in::attempts::{
    FREE_PER_ACCOUNT, FREE_PER_ADDRESS, FREE_PER_PAIR, LONGEST_ADDRESS_WAIT, LONGEST_WAIT, WINDOW,
};

use crate::auth::actor::{Actor, Via};
use crate::auth::known_browsers;
use crate::auth::sessions::{self, Client};
use crate::crypto::passwords;
use crate::crypto::secret::Secret;
use crate::database::{fetch_optional, run};
use crate::infra::audit::{self, Change};
use crate::infra::error::{Error, Result};
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use domain::email;
use domain::fields::FieldErrors;
use domain::ids::UserId;

/// The cookies that a browser sends along with the form.
#[derive(Debug, Clone, Default)]
pub struct Cookies {
    /// The session that the browser is in already.
    pub session: Option<Secret>,
    /// What it was given when it signed in before.
    pub known_browser: Option<Secret>,
}

/// The cookies for a browser that has signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Secret,
    /// By what the browser is known when it signs in again.
    pub known_browser: Secret,
}

/// Signs a browser in that sends no cookies. Gives the session's cookie.
///
/// # Errors
/// Those of [`sign_in_with_cookies`].
pub async fn sign_in(portal: &Portal, email: &str, password: &str, client: &Client) -> Result<Secret> {
    let signed_in = sign_in_with_cookies(portal, email, password, client, &Cookies::default()).await?;
    Ok(signed_in.session)
}

/// Opens a session for whoever knows the password, and ends the one that the browser was in. The answer and its time are
/// the same for an unknown email address, an inactive person and a wrong password.
///
/// # Errors
/// [`Error::Invalid`] when they do not fit, [`Error::TooMany`] while there are too many failures.
pub async fn sign_in_with_cookies(
    portal: &Portal,
    email: &str,
    password: &str,
    client: &Client,
    cookies: &Cookies,
) -> Result<SignedIn> {
    let known_browser = cookies.known_browser.as_ref().map(Secret::expose);
    let attempt = Attempt::at_account(portal, email, &client.address, known_browser).await?;
    let found = {
        let mut db = portal.read().await?;
        fetch_optional!(
            &mut db,
            (UserId, String),
            "select id, password_hash from users where email_key = $1 and active",
            email::key(email)
        )?
    };
    let (user, kept) = found.unzip();
    let matches = passwords::verify(portal, password, kept.clone()).await?;
    let (true, Some(user), Some(kept)) = (matches, user, kept) else {
        return Err(wrong());
    };
    let mut tx = portal.begin().await?;
    attempt.succeeded(&mut tx).await?;
    // The password may have been changed while this one was compared, which ended all sessions.
    let touched = run!(
        &mut tx,
        "update users set last_sign_in_at = $2 where id = $1 and active and password_hash = $3",
        user,
        portal.now(),
        kept
    )?;
    if touched == 0 {
        return Err(wrong());
    }
    let (session, session_cookie) = sessions::open(portal, &mut tx, user, client).await?;
    let actor = Actor::load(&mut tx, user, Via::Session(session))
        .await?
        .ok_or(Error::SignedOut)?;
    let has_replaced = match &cookies.session {
        Some(old) => sessions::replace(portal, &mut tx, old.expose(), (session, user)).await?,
        None => false,
    };
    let known_browser = known_browsers::remember(portal, &mut tx, user, known_browser).await?;
    let change = Change {
        action: "session.sign-in",
        subject: Some(user.0),
        detail: &client.address,
    };
    audit::record(portal, &mut tx, &actor, change).await?;
    if has_replaced {
        invalidation::announce(portal, &mut tx).await?;
    }
    tx.commit().await?;
    if has_replaced {
        portal.forget();
    }
    Ok(SignedIn {
        session: session_cookie,
        known_browser,
    })
}

fn wrong() -> Error {
    Error::Invalid(FieldErrors::one("form", "The e-mail or the password is wrong."))
}
