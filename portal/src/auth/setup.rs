//! The first minutes: an empty database, a code on the console, the first account.

use crate::accounts;
use crate::auth::actor::Via;
use crate::auth::known_browsers;
use crate::auth::sessions::{self, Client};
use crate::auth::sign_in::{Attempt, SignedIn};
use crate::crypto::passwords::{self, AboutUser};
use crate::crypto::secret::{self, Secret};
use crate::database::{Lock, fetch_optional, run};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::accounts::NewAccount;
use domain::fields::FieldErrors;

/// Whether the portal still waits for its first account.
///
/// # Errors
/// Those of the database.
pub async fn is_open(portal: &Portal) -> Result<bool> {
    let mut db = portal.read().await?;
    Ok(!accounts::any(&mut db).await?)
}

/// A code for the console to print, when the portal waits for its first account. Each node has its own.
///
/// # Errors
/// Those of the database.
pub async fn issue_code(portal: &Portal) -> Result<Option<Secret>> {
    if !is_open(portal).await? {
        return Ok(None);
    }
    let code = secret::new_readable_secret::<20>();
    let mut tx = portal.begin().await?;
    run!(
        &mut tx,
        "insert into setup_codes (digest, created_at) values ($1, $2)",
        digest(code.expose()),
        portal.now()
    )?;
    tx.commit().await?;
    Ok(Some(code))
}

/// Makes the first account and signs its administrator in.
///
/// # Errors
/// [`Error::Invalid`] for a wrong code or a field that does not hold what it must, such as a password that is easy to guess, [`Error::TooMany`] after too many
/// wrong codes, [`Error::Conflict`] when there is an account already.
pub async fn complete(portal: &Portal, code: &str, input: NewAccount, client: &Client) -> Result<SignedIn> {
    let attempt = Attempt::at_setup_code(portal, &client.address).await?;
    let already = || Error::Conflict("This portal has been set up already. Sign in.".to_owned());
    let known = {
        let mut db = portal.read().await?;
        if accounts::any(&mut db).await? {
            return Err(already());
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
    if !known {
        errors.add("code", "This is not the code that the console printed last.");
    }
    let input = match (input.checked(), known) {
        (Ok(input), true) => input,
        (Ok(_), false) => return Err(errors.into()),
        (Err(more), _) => {
            errors.0.extend(more.0);
            return Err(errors.into());
        }
    };
    let about = AboutUser::new(&input.name, &input.email, &input.account_name);
    let password_hash = passwords::hash_new(portal, &input.password, about).await?;
    let mut tx = portal.begin().await?;
    tx.lock(Lock::Setup).await?;
    if accounts::any(&mut tx).await? {
        return Err(already());
    }
    attempt.succeeded(&mut tx).await?;
    let (_, user) = accounts::insert(portal, &mut tx, Via::Setup, input, &password_hash).await?;
    run!(&mut tx, "delete from setup_codes")?;
    let (_, session) = sessions::open(portal, &mut tx, user, client).await?;
    let known_browser = known_browsers::remember(portal, &mut tx, user, None).await?;
    tx.commit().await?;
    portal.forget();
    Ok(SignedIn { session, known_browser })
}

/// What is kept of a code. How it is typed does not matter: case, spaces and hyphens are for reading.
fn digest(code: &str) -> Vec<u8> {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    secret::digest(plain.to_ascii_uppercase().as_bytes())
}
