//! Changes of passwords.

use crate::accounts::administrators;
use crate::auth::email_links::{self, LinkKind};
use crate::auth::known_browsers;
use crate::auth::sessions::BrowserInfo;
use crate::auth::sign_in::{self, Attempt};
use crate::crypto::passwords::{self, UserInputs};
use crate::database::{AsExecutor, Transaction, execute, fetch_optional};
use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::mail::outbox::{self, NewEmail};
use crate::mail::{config, templates};
use domain::accounts::rights::Right;
use domain::auth::sessions::browser_name;
use domain::ids::{AccountId, ProfileId, SessionId, UserId};
use std::time::Duration;

/// How long the notice of a changed password is worth sending.
const NOTICE_LIFETIME: Duration = Duration::from_secs(3 * 24 * 3600);

/// The user whose password changes, as far as the new one must not contain it and the notice names it.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct PasswordOwner {
    pub account_id: AccountId,
    pub organization: String,
    pub name: String,
    pub email: String,
    pub password_hash: String,
}

impl PasswordOwner {
    /// Loads an active user.
    ///
    /// # Errors
    /// Returns [`Error::NotFound`] if there is no such user.
    pub async fn load(db: &mut impl AsExecutor, user: UserId) -> Result<Self> {
        fetch_optional!(
            db,
            Self,
            "select u.account_id, a.name as organization, u.name, u.email, u.password_hash
             from users u join accounts a on a.id = u.account_id where u.id = $1 and u.active",
            user
        )?
        .ok_or(Error::NotFound("user"))
    }
}

/// The password to replace.
pub(crate) struct PasswordReplacement<'a> {
    pub user: UserId,
    pub email: &'a str,
    pub new_hash: &'a str,
    /// The hash that is replaced, if it must not have changed meanwhile.
    pub old_hash: Option<&'a str>,
    /// The session that doesn't end.
    pub kept_session: Option<SessionId>,
}

/// Replaces the password in the caller's transaction, and ends the user's sessions. Also deletes the user's known browsers, failed
/// sign-ins and links to reset the password. Access granted to applications is kept.
///
/// # Errors
/// Returns [`Error::SignedOut`] if the old password has changed meanwhile, which ended all sessions, and [`Error::NotFound`] if
/// there is no such user.
pub(crate) async fn replace_password(
    portal: &Portal,
    tx: &mut Transaction,
    replacement: PasswordReplacement<'_>,
) -> Result<()> {
    let PasswordReplacement {
        user,
        email,
        new_hash,
        old_hash,
        kept_session,
    } = replacement;
    // The same order as in a sign-in, which prevents deadlocks.
    sign_in::reset_account(tx, email).await?;
    let updated = execute!(
        tx,
        "update users set password_hash = $2 where id = $1 and ($3 is null or password_hash = $3)",
        user,
        new_hash,
        old_hash
    )?;
    if updated == 0 {
        return Err(if old_hash.is_some() {
            Error::SignedOut
        } else {
            Error::NotFound("user")
        });
    }
    execute!(
        tx,
        "delete from sessions where user_id = $1 and ($2 is null or id <> $2)",
        user,
        kept_session
    )?;
    known_browsers::delete_all(tx, user).await?;
    email_links::replace(portal, tx, user, LinkKind::PasswordReset).await
}

/// Changes a user's password and ends the user's sessions, on every node within a second. Also deletes the user's known
/// browsers and failed sign-ins, so that the user can sign in immediately. Access granted to applications is kept.
///
/// # Errors
/// Returns [`Error::Forbidden`] without the Manage users right or one of the user's rights, [`Error::Invalid`] for a password that
/// is too short, too long or easy to guess, and [`Error::NotFound`] if the account has no such user.
pub async fn set_password(portal: &Portal, actor: &Actor, id: UserId, password: &str) -> Result<()> {
    actor.require_right(Right::ManageUsers)?;
    let (name, email) = {
        let mut db = portal.read().await?;
        load_manageable_user(&mut db, actor, id).await?
    };
    let user_inputs = UserInputs::new(&name, &email, actor.account_name());
    let password_hash = passwords::hash_new(portal, password, user_inputs).await?;
    let mut change = portal.begin_change(actor).await?;
    // The user may have got more rights meanwhile.
    change.lock_account(actor.account()).await?;
    load_manageable_user(&mut change, actor, id).await?;
    let replacement = PasswordReplacement {
        user: id,
        email: &email,
        new_hash: &password_hash,
        old_hash: None,
        kept_session: None,
    };
    replace_password(portal, &mut change, replacement).await?;
    change.commit(AuditEvent::UserPasswordSet { id }).await
}

/// Returns the name and the email of a user of the actor's account who has no right that the actor lacks.
async fn load_manageable_user(db: &mut impl AsExecutor, actor: &Actor, user: UserId) -> Result<(String, String)> {
    let found = fetch_optional!(
        db,
        (String, String, ProfileId),
        "select name, email, profile_id from users where id = $1 and account_id = $2",
        user,
        actor.account()
    )?;
    let (name, email, profile) = found.ok_or(Error::NotFound("user"))?;
    administrators::require_all_of(db, actor, profile).await?;
    Ok((name, email))
}

/// Changes the password of the signed-in user, who proves to know the current one, and ends the user's other sessions. A notice
/// is mailed to the user.
///
/// # Errors
/// Returns [`Error::Invalid`] for a wrong current password under `current_password`, and for a new one that is weak or the same
/// under `password`, [`Error::TooManyAttempts`] after wrong ones, and [`Error::SignedOut`] for an actor without session.
pub async fn change_own_password(
    portal: &Portal,
    actor: &Actor,
    current: &str,
    password: &str,
    client: &BrowserInfo,
) -> Result<()> {
    let (session, user) = (actor.require_session()?, actor.require_user()?);
    // A stolen session must not be of use to guess the password.
    let attempt = Attempt::count_sign_in(portal, &user.email, &client.address, None).await?;
    let owner = {
        let mut db = portal.read().await?;
        PasswordOwner::load(&mut db, user.id).await?
    };
    if !passwords::verify(portal, current, Some(owner.password_hash.clone())).await? {
        return Err(Error::field("current_password", "This isn’t your current password."));
    }
    // Not only once the new password is accepted: a weak one is no guess.
    let mut tx = portal.begin_relaxed().await?;
    attempt.succeeded(&mut tx).await?;
    tx.commit().await?;
    if passwords::verify(portal, password, Some(owner.password_hash.clone())).await? {
        return Err(Error::field(
            "password",
            "Choose a password that differs from the current one.",
        ));
    }
    let user_inputs = UserInputs::new(&owner.name, &owner.email, &owner.organization);
    let password_hash = passwords::hash_new(portal, password, user_inputs).await?;
    let mut change = portal.begin_change(actor).await?;
    let replacement = PasswordReplacement {
        user: user.id,
        email: &owner.email,
        new_hash: &password_hash,
        old_hash: Some(&owner.password_hash),
        kept_session: Some(session),
    };
    replace_password(portal, &mut change, replacement).await?;
    mail_password_changed(portal, &mut change, &owner, client).await?;
    let event = AuditEvent::PasswordChanged {
        user: user.id,
        address: client.address.clone(),
    };
    change.commit(event).await
}

/// Queues the notice that the password was changed, so that its owner learns of it if it was somebody else.
pub(crate) async fn mail_password_changed(
    portal: &Portal,
    tx: &mut Transaction,
    owner: &PasswordOwner,
    client: &BrowserInfo,
) -> Result<()> {
    let content = templates::password_changed(
        config(portal).public_url.as_str(),
        &owner.organization,
        &owner.name,
        portal.now(),
        &client.address,
        &browser_name(&client.user_agent),
    );
    let notice = NewEmail {
        account: Some(owner.account_id),
        kind: "password-changed",
        recipient: &owner.email,
        recipient_name: Some(&owner.name),
        content,
        expires_at: portal.now().after(NOTICE_LIFETIME),
    };
    outbox::queue(portal, tx, notice).await?;
    Ok(())
}
