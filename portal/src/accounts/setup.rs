//! First-time setup: creates the first account with a code that the server prints.

use crate::accounts;
use crate::auth::known_browsers;
use crate::auth::sessions::{self, BrowserInfo};
use crate::auth::sign_in::{Attempt, SessionCookies};
use crate::crypto::passwords::{self, UserInputs};
use crate::crypto::secret::{self, Secret};
use crate::database::{Lock, execute, fetch_optional};
use crate::infra::actor::AuthMethod;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::accounts::NewAccount;
use domain::fields::FieldErrors;

/// Returns whether the portal has no account yet.
///
/// # Errors
/// Returns an error if the database fails.
pub async fn is_pending(portal: &Portal) -> Result<bool> {
    let mut db = portal.read().await?;
    Ok(!accounts::has_any(&mut db).await?)
}

/// Issues a setup code for the server to print, if the portal has no account yet. Each node has its own code.
///
/// # Errors
/// Returns an error if the database fails.
pub async fn issue_code(portal: &Portal) -> Result<Option<Secret>> {
    if !is_pending(portal).await? {
        return Ok(None);
    }
    let code = secret::new_readable_secret::<20>();
    let mut tx = portal.begin().await?;
    execute!(
        &mut tx,
        "insert into setup_codes (digest, created_at) values ($1, $2)",
        digest(code.expose()),
        portal.now()
    )?;
    tx.commit().await?;
    Ok(Some(code))
}

/// Creates the first account and signs in its administrator.
///
/// # Errors
/// Returns [`Error::Invalid`] for a wrong code or invalid input, [`Error::TooManyAttempts`] after too many wrong codes, and
/// [`Error::Conflict`] if an account exists already.
pub async fn complete(portal: &Portal, code: &str, input: NewAccount, client: &BrowserInfo) -> Result<SessionCookies> {
    let attempt = Attempt::count_setup_code(portal, &client.address).await?;
    let already_set_up = || Error::Conflict("This portal is already set up. Sign in instead.".to_owned());
    let is_known = {
        let mut db = portal.read().await?;
        if accounts::has_any(&mut db).await? {
            return Err(already_set_up());
        }
        let row = fetch_optional!(
            &mut db,
            (i64,),
            "select created_at from setup_codes where digest = $1",
            digest(code)
        )?;
        row.is_some()
    };
    let mut errors = FieldErrors::default();
    if !is_known {
        errors.add("code", "This isn't the latest setup code.");
    }
    let input = match (input.validate(), is_known) {
        (Ok(input), true) => input,
        (Ok(_), false) => return Err(errors.into()),
        (Err(more), _) => {
            errors.0.extend(more.0);
            return Err(errors.into());
        }
    };
    let user_inputs = UserInputs::new(&input.name, &input.email, &input.account_name);
    let password_hash = passwords::hash_new(portal, &input.password, user_inputs).await?;
    let operator = accounts::new_operator(portal, &input, AuthMethod::Setup);
    let mut change = portal.begin_change(&operator).await?;
    change.lock(Lock::Setup).await?;
    if accounts::has_any(&mut change).await? {
        return Err(already_set_up());
    }
    attempt.succeeded(&mut change).await?;
    let (user, event) = accounts::insert(portal, &mut change, &operator, input, &password_hash).await?;
    execute!(&mut change, "delete from setup_codes")?;
    let (_, session) = sessions::open(portal, &mut change, user, client).await?;
    let known_browser = known_browsers::remember(portal, &mut change, user, None).await?;
    change.commit_for(event, None).await?;
    Ok(SessionCookies { session, known_browser })
}

/// Returns the digest of a code. Ignores case, spaces and hyphens.
fn digest(code: &str) -> Vec<u8> {
    let normalized: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    secret::digest(normalized.to_ascii_uppercase().as_bytes())
}
