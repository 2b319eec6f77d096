//! Sign-in with email and password.

mod attempts;

pub(crate) use crate::auth::sign_in::attempts::{Attempt, prune, reset_account};
pub use crate::auth::sign_in::attempts::{
    FAILURE_WINDOW, FREE_FAILURES_PER_ACCOUNT, FREE_FAILURES_PER_ADDRESS, FREE_FAILURES_PER_PAIR, FREE_PASSWORD_RESETS,
    MAX_ADDRESS_WAIT, MAX_WAIT,
};

use crate::auth::known_browsers;
use crate::auth::sessions::{self, BrowserInfo};
use crate::crypto::passwords;
use crate::crypto::secret::Secret;
use crate::database::{execute, fetch_optional};
use crate::infra::actor::{Actor, AuthMethod};
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::email;
use domain::fields::FieldErrors;
use domain::ids::UserId;

/// The cookies that a browser sends with the sign-in form.
#[derive(Debug, Clone, Default)]
pub struct BrowserCookies {
    /// The cookie of the current session.
    pub session: Option<Secret>,
    /// The cookie of a known browser.
    pub known_browser: Option<Secret>,
}

/// The cookies to set after a successful sign-in.
#[derive(Debug)]
pub struct SessionCookies {
    /// The session cookie.
    pub session: Secret,
    /// The cookie that identifies the browser in later sign-ins.
    pub known_browser: Secret,
}

/// Signs in a browser that sends no cookies, and returns the session cookie.
///
/// # Errors
/// Returns the errors of [`sign_in_with_cookies`].
pub async fn sign_in(portal: &Portal, email: &str, password: &str, client: &BrowserInfo) -> Result<Secret> {
    let signed_in = sign_in_with_cookies(portal, email, password, client, &BrowserCookies::default()).await?;
    Ok(signed_in.session)
}

/// Verifies the password, creates a session, and ends the browser's previous session. The response and its timing are the
/// same for an unknown email address, an inactive user and a wrong password.
///
/// # Errors
/// Returns [`Error::Invalid`] for incorrect credentials, and [`Error::TooManyAttempts`] after too many failures.
pub async fn sign_in_with_cookies(
    portal: &Portal,
    email: &str,
    password: &str,
    client: &BrowserInfo,
    cookies: &BrowserCookies,
) -> Result<SessionCookies> {
    let known_browser = cookies.known_browser.as_ref().map(Secret::expose);
    let attempt = Attempt::count_sign_in(portal, email, &client.address, known_browser).await?;
    let found = {
        let mut db = portal.read().await?;
        fetch_optional!(
            &mut db,
            (UserId, String),
            "select id, password_hash from users where email_key = $1 and active",
            email::key(email)
        )?
    };
    let (user, stored_hash) = found.unzip();
    let matches = passwords::verify(portal, password, stored_hash.clone()).await?;
    let (true, Some(user), Some(stored_hash)) = (matches, user, stored_hash) else {
        return Err(invalid_credentials());
    };
    let mut tx = portal.begin().await?;
    attempt.succeeded(&mut tx).await?;
    // The password may have been changed in the meantime, which ended all sessions.
    let touched = execute!(
        &mut tx,
        "update users set last_sign_in_at = $2 where id = $1 and active and password_hash = $3",
        user,
        portal.now(),
        stored_hash
    )?;
    if touched == 0 {
        return Err(invalid_credentials());
    }
    let (session, session_cookie) = sessions::open(portal, &mut tx, user, client).await?;
    let actor = Actor::load(&mut tx, user, AuthMethod::Session(session))
        .await?
        .ok_or(Error::SignedOut)?;
    let mut change = tx.into_change(portal, &actor);
    let replaced_account = match &cookies.session {
        Some(old) => sessions::replace(portal, &mut change, old.expose(), (session, user)).await?,
        None => None,
    };
    let known_browser = known_browsers::remember(portal, &mut change, user, known_browser).await?;
    let event = AuditEvent::SignedIn {
        user,
        address: client.address.clone(),
    };
    match replaced_account {
        Some(account) => change.commit_for(event, Some(account)).await?,
        None => change.commit_uncached(event).await?,
    }
    Ok(SessionCookies {
        session: session_cookie,
        known_browser,
    })
}

fn invalid_credentials() -> Error {
    Error::Invalid(FieldErrors::single("form", "Incorrect email or password."))
}
