//! The client secret with which the DAM's tokens are got: written, used, and never read by anybody.

use crate::auth::actor::Actor;
use crate::crypto::secret::Secret;
use crate::database::{Connection, Transaction, fetch_optional, run};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use domain::fields::too_long;
use domain::ids::AccountId;
use domain::integration::settings::{Difference, Edit, Member, Place};
use domain::time::Timestamp;

/// The longest client secret, in characters.
const MAX: usize = 500;

/// What a save does with the client secret.
#[derive(Debug, Clone)]
pub enum SecretChange {
    /// Nothing.
    Keep,
    /// Puts this one in the place of the one that may be there.
    Replace(Secret),
    /// Takes it away.
    Remove,
}

/// A change that holds what it must.
pub(crate) struct Checked(SecretChange);

impl SecretChange {
    pub(crate) fn checked(self, edit: &Edit) -> Result<Checked> {
        if let Self::Replace(secret) = &self {
            if !matches!(edit, Edit::Connection(_)) {
                return Err(Error::field(
                    "client_secret",
                    "A client secret belongs to the connection.",
                ));
            }
            if secret.expose().chars().count() > MAX {
                return Err(Error::field("client_secret", too_long(MAX, secret.expose())));
            }
            if !secret.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(Error::field(
                    "client_secret",
                    "Use the characters of ASCII, without spaces.",
                ));
            }
        }
        Ok(Checked(self))
    }
}

impl Checked {
    /// Nothing to do.
    pub(crate) fn keep() -> Self {
        Self(SecretChange::Keep)
    }
}

/// What a client secret is sealed for.
pub(crate) fn context(account: AccountId) -> String {
    format!("dam_secrets/{account}")
}

/// Does what was asked for, and says what there is to say of it.
pub(crate) async fn save_secret(
    portal: &Portal,
    tx: &mut Transaction,
    actor: &Actor,
    change: Checked,
) -> Result<Option<Difference>> {
    const SET: &str = "set";
    let account = actor.account();
    let was = secret_set_at(tx, account).await?;
    let before = was.map(|_| SET.to_owned());
    let after = match change.0 {
        SecretChange::Keep => return Ok(None),
        SecretChange::Remove if was.is_none() => return Ok(None),
        SecretChange::Remove => {
            run!(tx, "delete from dam_secrets where account_id = $1", account)?;
            None
        }
        SecretChange::Replace(secret) => {
            run!(
                tx,
                "insert into dam_secrets (account_id, sealed, set_by, set_at) values ($1, $2, $3, $4)
                 on conflict (account_id) do update set sealed = excluded.sealed, set_by = excluded.set_by,
                     set_at = excluded.set_at",
                account,
                portal.seal(&context(account), &secret)?,
                actor.user_id(),
                portal.now()
            )?;
            Some(if was.is_some() { "replaced" } else { SET }.to_owned())
        }
    };
    Ok(Some(Difference {
        place: Place::shared(Member::ClientSecret),
        before,
        after,
    }))
}

/// Since when there is a client secret.
pub(crate) async fn secret_set_at(db: &mut impl Connection, account: AccountId) -> Result<Option<Timestamp>> {
    let row = fetch_optional!(
        db,
        (Timestamp,),
        "select set_at from dam_secrets where account_id = $1",
        account
    )?;
    Ok(row.map(|(at,)| at))
}

/// The client secret, for the one thing that it is for.
pub(crate) async fn client_secret(portal: &Portal, account: AccountId) -> Result<Option<Secret>> {
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        (Vec<u8>,),
        "select sealed from dam_secrets where account_id = $1",
        account
    )?;
    row.map(|(sealed,)| portal.unseal(&context(account), &sealed))
        .transpose()
}
