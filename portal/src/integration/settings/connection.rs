//! Stores the client secret for the DAM's token requests. It is written and used, but never returned to users.

use crate::crypto::encrypted_column::{EncryptedColumn, RowContext};
use crate::crypto::secret::Secret;
use crate::database::{AsExecutor, Transaction, execute, fetch_optional};
use crate::infra::actor::Actor;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::fields::too_long_message;
use domain::ids::AccountId;
use domain::integration::settings::{Difference, Edit, SettingKey, SettingPath};
use domain::time::Timestamp;

/// The maximum length of a client secret, in characters.
const MAX_CLIENT_SECRET_CHARS: usize = 500;

/// Describes what a save does with the client secret.
#[derive(Debug, Clone)]
pub enum SecretChange {
    /// Keeps the client secret.
    Keep,
    /// Sets the client secret or replaces the existing one.
    Replace(Secret),
    /// Removes the client secret.
    Remove,
}

/// Holds a validated change.
pub(crate) struct ValidatedSecretChange(SecretChange);

impl SecretChange {
    pub(crate) fn validate(self, edit: &Edit) -> Result<ValidatedSecretChange> {
        if let Self::Replace(secret) = &self {
            if !matches!(edit, Edit::Connection(_)) {
                return Err(Error::field(
                    "client_secret",
                    "A client secret can only be set with the connection.",
                ));
            }
            if secret.expose().chars().count() > MAX_CLIENT_SECRET_CHARS {
                return Err(Error::field(
                    "client_secret",
                    too_long_message(MAX_CLIENT_SECRET_CHARS, secret.expose()),
                ));
            }
            if !secret.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(Error::field("client_secret", "Use ASCII characters without spaces."));
            }
        }
        Ok(ValidatedSecretChange(self))
    }
}

impl ValidatedSecretChange {
    /// Returns a change that keeps the client secret.
    pub(crate) fn keep() -> Self {
        Self(SecretChange::Keep)
    }
}

/// The client secrets.
pub(crate) const ENCRYPTED_COLUMN: EncryptedColumn = EncryptedColumn {
    table: "dam_secrets",
    key: "account_id",
    value: "encrypted_secret",
    context: RowContext::Id(|account| context(AccountId(account))),
};

/// Returns the encryption context (associated data) of a client secret.
fn context(account: AccountId) -> String {
    format!("dam_secrets/{account}")
}

/// Applies the change. Returns the difference for the history, if there is one.
pub(crate) async fn save_secret(
    portal: &Portal,
    tx: &mut Transaction,
    actor: &Actor,
    change: ValidatedSecretChange,
) -> Result<Option<Difference>> {
    const SET: &str = "set";
    let account = actor.account();
    let previously_set_at = secret_set_at(tx, account).await?;
    let before = previously_set_at.map(|_| SET.to_owned());
    let after = match change.0 {
        SecretChange::Keep => return Ok(None),
        SecretChange::Remove if previously_set_at.is_none() => return Ok(None),
        SecretChange::Remove => {
            execute!(tx, "delete from dam_secrets where account_id = $1", account)?;
            None
        }
        SecretChange::Replace(secret) => {
            execute!(
                tx,
                "insert into dam_secrets (account_id, encrypted_secret, set_by, set_at) values ($1, $2, $3, $4)
                 on conflict (account_id) do update set encrypted_secret = excluded.encrypted_secret,
                     set_by = excluded.set_by, set_at = excluded.set_at",
                account,
                portal.encrypt(&context(account), &secret)?,
                actor.user_id(),
                portal.now()
            )?;
            Some(if previously_set_at.is_some() { "replaced" } else { SET }.to_owned())
        }
    };
    Ok(Some(Difference {
        path: SettingPath::shared(SettingKey::ClientSecret),
        before,
        after,
    }))
}

/// Returns when the client secret was set, if there is one.
pub(crate) async fn secret_set_at(db: &mut impl AsExecutor, account: AccountId) -> Result<Option<Timestamp>> {
    let row = fetch_optional!(
        db,
        (Timestamp,),
        "select set_at from dam_secrets where account_id = $1",
        account
    )?;
    Ok(row.map(|(at,)| at))
}

/// Loads the client secret for a token request.
pub(crate) async fn client_secret(portal: &Portal, account: AccountId) -> Result<Option<Secret>> {
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        (Vec<u8>,),
        "select encrypted_secret from dam_secrets where account_id = $1",
        account
    )?;
    row.map(|(encrypted,)| portal.decrypt(&context(account), &encrypted))
        .transpose()
}
