//! Forgotten passwords: a link by email with which a user sets a new one.
//!
//! A request does the same for known and unknown addresses: it queues a job. Only the job looks for the user, so neither the
//! answer nor its timing tells who has an account.

use crate::accounts::users::{self, PasswordOwner, PasswordReplacement};
use crate::auth::email_links::{self, LinkKind, NewLink, link_error};
use crate::auth::known_browsers;
use crate::auth::sessions::{self, BrowserInfo};
use crate::auth::sign_in::{Attempt, BrowserCookies, SessionCookies};
use crate::crypto::passwords::{self, UserInputs};
use crate::crypto::secret::Secret;
use crate::database::{fetch_one, fetch_optional};
use crate::infra::actor::{Actor, AuthMethod};
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::jobs::{self, Job, JobError, JobKind, Outcome};
use crate::mail::outbox::{self, NewEmail};
use crate::mail::{config, templates};
use domain::auth::email_links::LinkState;
use domain::email;
use domain::ids::{AccountId, UserId};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The maximum number of links that are mailed to one user within [`LINK_WINDOW`]. Further requests are ignored, so that nobody
/// can flood a mailbox.
pub const MAX_LINKS: i64 = 5;

/// The period for [`MAX_LINKS`].
pub const LINK_WINDOW: Duration = Duration::from_secs(3600);

/// Looks for a user who asked for a new password, and queues the email.
pub(crate) const MAIL_PASSWORD_RESET: JobKind = JobKind {
    code: "mail-password-reset",
    run: |portal, job| Box::pin(async move { mail_link(&portal, &job).await }),
    can_run: |_| true,
};

/// The payload of the job.
#[derive(Serialize, Deserialize)]
struct Request {
    email: String,
    /// The client address that asked.
    address: String,
}

/// Mails a link to the user with this email, if there is one. The response and its timing are the same for every address.
///
/// # Errors
/// Returns [`Error::Invalid`] for a malformed address, and [`Error::TooManyAttempts`] after many requests of the client.
pub async fn request(portal: &Portal, typed_email: &str, client: &BrowserInfo) -> Result<()> {
    let email = email::parse(typed_email)
        .ok_or_else(|| Error::field("email", "Enter an email address, such as ada@example.com."))?;
    let mut tx = portal.begin().await?;
    Attempt::count_password_reset(portal, &mut tx, &client.address).await?;
    let request = Request {
        email,
        address: client.address.clone(),
    };
    jobs::queue(portal, &mut tx, MAIL_PASSWORD_RESET.code, None, &request, portal.now()).await?;
    tx.commit().await
}

/// Mails the link, if the address has an active user.
async fn mail_link(portal: &Portal, job: &Job) -> Result<Outcome, JobError> {
    let Request { email: typed, address } = job.payload()?;
    let user = {
        let mut db = portal.read().await?;
        fetch_optional!(
            &mut db,
            (UserId, AccountId, String, String, String),
            "select u.id, u.account_id, a.name, u.name, u.email from users u join accounts a on a.id = u.account_id
             where u.email_key = $1 and u.active",
            email::key(&typed)
        )?
    };
    let Some((user, account, organization, name, email)) = user else {
        return Ok(Outcome::NothingToCommit);
    };
    let mut tx = portal.begin().await?;
    // Otherwise two jobs at once would not see each other's links.
    tx.lock_account(account).await?;
    let (recent,) = fetch_one!(
        &mut tx,
        (i64,),
        "select count(*) from email_links where user_id = $1 and kind = $2 and created_at > $3",
        user,
        LinkKind::PasswordReset.code(),
        portal.now_minus(LINK_WINDOW)
    )?;
    if recent >= MAX_LINKS {
        return Ok(Outcome::NothingToCommit);
    }
    let link = NewLink::new(portal, LinkKind::PasswordReset);
    let content = templates::password_reset(
        config(portal).public_url.as_str(),
        &organization,
        &name,
        &link.url(portal),
        link.expires_at,
    );
    let queued = NewEmail {
        account: Some(account),
        kind: LinkKind::PasswordReset.code(),
        recipient: &email,
        recipient_name: Some(&name),
        content,
        expires_at: link.expires_at,
    };
    let queued = outbox::queue(portal, &mut tx, queued).await?;
    link.insert(portal, &mut tx, (account, user), &email, queued).await?;
    job.finish(&mut tx).await?;
    let event = AuditEvent::PasswordResetRequested { user, address };
    let actor = Actor::unknown(account, organization);
    tx.into_change(portal, &actor).commit_uncached(event).await?;
    Ok(Outcome::Finished)
}

/// Returns the state of a mailed link, for its page. Changes nothing.
///
/// # Errors
/// Returns an error if the database fails.
pub async fn link_state(portal: &Portal, token: &str) -> Result<LinkState> {
    email_links::state(portal, LinkKind::PasswordReset, token).await
}

/// Sets a new password with a mailed link, ends all sessions of the user, and signs the browser in.
///
/// # Errors
/// Returns [`Error::Conflict`] with the reason if the link doesn't work, and [`Error::Invalid`] for a weak password, which
/// leaves the link usable.
pub async fn complete(
    portal: &Portal,
    token: &str,
    password: &str,
    client: &BrowserInfo,
    cookies: &BrowserCookies,
) -> Result<SessionCookies> {
    let (link, owner) = {
        let mut db = portal.read().await?;
        let link = email_links::find(portal, &mut db, LinkKind::PasswordReset, token)
            .await?
            .map_err(link_error)?;
        let owner = PasswordOwner::load(&mut db, link.user).await?;
        (link, owner)
    };
    let user_inputs = UserInputs::new(&owner.name, &owner.email, &owner.organization);
    let password_hash = passwords::hash_new(portal, password, user_inputs).await?;
    let mut tx = portal.begin().await?;
    link.use_up(portal, &mut tx).await?;
    let replacement = PasswordReplacement {
        user: link.user,
        email: &owner.email,
        new_hash: &password_hash,
        old_hash: None,
        kept_session: None,
    };
    users::replace_password(portal, &mut tx, replacement).await?;
    let (session, session_cookie) = sessions::open(portal, &mut tx, link.user, client).await?;
    // Reading the user's mail is what the link proves, so the actor is loaded for it, and not for the new session.
    let actor = Actor::load(&mut tx, link.user, AuthMethod::EmailLink)
        .await?
        .ok_or(Error::SignedOut)?;
    let mut change = tx.into_change(portal, &actor);
    let account = actor.account();
    let replaced_account = match &cookies.session {
        Some(old) => sessions::replace(portal, &mut change, old.expose(), (session, link.user)).await?,
        None => None,
    };
    let known_browser = cookies.known_browser.as_ref().map(Secret::expose);
    let known_browser = known_browsers::remember(portal, &mut change, link.user, known_browser).await?;
    users::mail_password_changed(portal, &mut change, &owner, client).await?;
    let event = AuditEvent::PasswordReset {
        user: link.user,
        address: client.address.clone(),
    };
    // A session of another account ended, too.
    let invalidated = Some(account).filter(|account| replaced_account.is_none_or(|replaced| replaced == *account));
    change.commit_for(event, invalidated).await?;
    Ok(SessionCookies {
        session: session_cookie,
        known_browser,
    })
}
