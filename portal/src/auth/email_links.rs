//! Links that are mailed, and let their reader do one thing once.
//!
//! The link holds 256 random bits, and the database holds their digest. Opening it changes nothing, because mail scanners open
//! links too (RFC 9110 §9.2.1): only the form on its page uses it up. Used and expired links are kept for a while, so that the
//! page can say what happened.

use crate::crypto::secret::{self, Secret};
use crate::database::{AsExecutor, Transaction, execute, fetch_all, fetch_optional};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::mail::{config, outbox};
use domain::auth::email_links::{LinkProblem, LinkState};
use domain::ids::{AccountId, EmailId, EmailLinkId, UserId};
use domain::time::Timestamp;
use std::time::Duration;

/// How long links are kept after they have expired.
pub const RETENTION: Duration = Duration::from_secs(30 * 24 * 3600);

/// What a link lets its reader do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkKind {
    /// Set a new password.
    PasswordReset,
}

impl LinkKind {
    /// Returns the code in the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::PasswordReset => "password-reset",
        }
    }

    /// Returns the path of the page that the link opens.
    fn path(self) -> &'static str {
        match self {
            Self::PasswordReset => "/reset-password",
        }
    }

    /// Returns how long a link works.
    pub fn lifetime(self) -> Duration {
        match self {
            Self::PasswordReset => Duration::from_secs(3600),
        }
    }
}

/// A link that is about to be mailed.
pub(crate) struct NewLink {
    kind: LinkKind,
    token: Secret,
    /// Until when it works.
    pub expires_at: Timestamp,
}

impl NewLink {
    /// Creates a link. It exists once it is [inserted](Self::insert).
    pub fn new(portal: &Portal, kind: LinkKind) -> Self {
        Self {
            kind,
            token: secret::new_secret(),
            expires_at: portal.now().after(kind.lifetime()),
        }
    }

    /// Returns the URL to mail.
    pub fn url(&self, portal: &Portal) -> String {
        let Self { kind, token, .. } = self;
        let origin = config(portal).public_url.as_str();
        format!("{origin}{}?token={}", kind.path(), token.expose())
    }

    /// Inserts the link, which takes the place of the user's earlier ones of its kind. Those that were not mailed yet never
    /// will be.
    pub async fn insert(
        self,
        portal: &Portal,
        tx: &mut Transaction,
        (account, user): (AccountId, UserId),
        email: &str,
        outbox_id: EmailId,
    ) -> Result<()> {
        replace(portal, tx, user, self.kind).await?;
        execute!(
            tx,
            "insert into email_links (id, kind, digest, account_id, user_id, email, outbox_id, created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            EmailLinkId(portal.new_id()),
            self.kind.code(),
            digest(self.token.expose()),
            account,
            user,
            email,
            outbox_id,
            portal.now(),
            self.expires_at
        )?;
        Ok(())
    }
}

/// Makes the user's links of a kind invalid that were not used yet.
pub(crate) async fn replace(portal: &Portal, tx: &mut Transaction, user: UserId, kind: LinkKind) -> Result<()> {
    let replaced = fetch_all!(
        tx,
        (EmailId,),
        "update email_links set replaced_at = $3
         where user_id = $1 and kind = $2 and used_at is null and replaced_at is null and expires_at > $3
         returning outbox_id",
        user,
        kind.code(),
        portal.now()
    )?;
    for (email,) in replaced {
        outbox::withdraw(portal, tx, email).await?;
    }
    Ok(())
}

/// A link that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ValidLink {
    id: EmailLinkId,
    pub user: UserId,
    pub email: String,
    pub expires_at: Timestamp,
}

/// Finds the link with this token.
pub(crate) async fn find(
    portal: &Portal,
    db: &mut impl AsExecutor,
    kind: LinkKind,
    token: &str,
) -> Result<Result<ValidLink, LinkProblem>> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: EmailLinkId,
        user_id: UserId,
        email: String,
        expires_at: Timestamp,
        used_at: Option<Timestamp>,
        replaced_at: Option<Timestamp>,
        active: bool,
    }
    let row = fetch_optional!(
        db,
        Row,
        "select l.id, l.user_id, l.email, l.expires_at, l.used_at, l.replaced_at, u.active
         from email_links l join users u on u.id = l.user_id where l.digest = $1 and l.kind = $2",
        digest(token),
        kind.code()
    )?;
    let now = portal.now();
    Ok(match row {
        None => Err(LinkProblem::Unknown),
        Some(row) if row.used_at.is_some() => Err(LinkProblem::Used),
        Some(row) if row.replaced_at.is_some() => Err(LinkProblem::Replaced),
        Some(row) if row.expires_at <= now => Err(LinkProblem::Expired),
        Some(row) if !row.active => Err(LinkProblem::Unknown),
        Some(row) => Ok(ValidLink {
            id: row.id,
            user: row.user_id,
            email: row.email,
            expires_at: row.expires_at,
        }),
    })
}

/// Returns the state of the link with this token, for its page. Changes nothing.
pub(crate) async fn state(portal: &Portal, kind: LinkKind, token: &str) -> Result<LinkState> {
    let mut db = portal.read().await?;
    Ok(match find(portal, &mut db, kind, token).await? {
        Ok(link) => LinkState::Valid {
            email: link.email,
            expires_at: link.expires_at,
        },
        Err(problem) => LinkState::Invalid(problem),
    })
}

impl ValidLink {
    /// Uses the link up in the transaction of what it allows.
    ///
    /// # Errors
    /// Returns [`Error::Conflict`] if a concurrent request has used or replaced it.
    pub async fn use_up(&self, portal: &Portal, tx: &mut Transaction) -> Result<()> {
        let used = execute!(
            tx,
            "update email_links set used_at = $2
             where id = $1 and used_at is null and replaced_at is null and expires_at > $2",
            self.id,
            portal.now()
        )?;
        if used == 0 {
            return Err(link_error(LinkProblem::Used));
        }
        Ok(())
    }
}

/// Returns the error of an operation whose link doesn't work.
pub(crate) fn link_error(problem: LinkProblem) -> Error {
    Error::Conflict(problem.message().to_owned())
}

/// Deletes links that expired long ago.
pub(crate) async fn prune(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    execute!(
        tx,
        "delete from email_links where expires_at <= $1",
        portal.now_minus(RETENTION)
    )?;
    Ok(())
}

fn digest(token: &str) -> Vec<u8> {
    secret::digest(token.as_bytes())
}
