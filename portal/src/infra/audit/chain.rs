//! The chain of an account's records.
//!
//! Each record has a number, given inside a lock on the account's head, and an HMAC that covers the record and the HMAC before
//! it. The head, which is encrypted, holds the number and the HMAC of the last record. So whoever can only write the database
//! can neither change, insert or reorder records, nor cut off the last ones. Putting back an older head together with its
//! records can only be noticed by comparing it with a head that was kept elsewhere.

use crate::crypto::encrypted_column::{EncryptedColumn, RowContext};
use crate::crypto::secret::Secret;
use crate::database::{AsExecutor, Transaction, execute, fetch_all, fetch_one, fetch_optional};
use crate::infra::audit::key;
use crate::infra::audit::record::Record;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::ids::AccountId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The head of a chain.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// The number of the last record.
    pub last_seq: i64,
    /// The HMAC of the last record.
    #[serde(with = "base64_bytes")]
    pub last_mac: Vec<u8>,
    /// The numbers of the records before which the head was missing or not authentic.
    #[serde(default)]
    pub replaced_before: Vec<i64>,
}

mod base64_bytes {
    use super::{Engine, STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD
            .decode(String::deserialize(deserializer)?)
            .map_err(de::Error::custom)
    }
}

/// Appends records to the chains of their accounts.
pub(crate) async fn append(portal: &Portal, tx: &mut Transaction, mut records: Vec<Record>) -> Result<()> {
    // A consistent order of the accounts prevents deadlocks. The sort is stable.
    records.sort_by_key(|record| record.account_id);
    for records in records.chunk_by(|one, other| one.account_id == other.account_id) {
        append_to(portal, tx, records[0].account_id, records).await?;
    }
    Ok(())
}

async fn append_to(portal: &Portal, tx: &mut Transaction, account: AccountId, records: &[Record]) -> Result<()> {
    let key = key::get(portal)?;
    let is_new = records.first().is_some_and(Record::creates_account);
    let mut head = lock_head(portal, tx, account, is_new).await?;
    for record in records {
        head.last_seq += 1;
        head.last_mac = record.mac(key, head.last_seq, &head.last_mac);
        execute!(
            tx,
            "insert into audit_records (id, account_id, at, user_id, via, action, subject_id, detail, seq, address,
                                        credential_id, mac)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            record.id,
            record.account_id,
            record.at,
            record.user_id,
            record.via.as_str(),
            record.action.as_str(),
            record.subject_id,
            record.detail.as_str(),
            head.last_seq,
            record.address.as_deref(),
            record.credential_id,
            head.last_mac.as_slice()
        )?;
    }
    save_head(portal, tx, account, &head).await
}

/// Locks the account's head until the end of the transaction. A head that is missing or not authentic is replaced by one that
/// says so, because changes such as the revocation of a token must still be possible. Only the creation of the account begins
/// a chain.
async fn lock_head(portal: &Portal, tx: &mut Transaction, account: AccountId, is_new: bool) -> Result<Head> {
    execute!(
        tx,
        "insert into audit_heads (account_id, writes) values ($1, 0) on conflict (account_id) do nothing",
        account
    )?;
    let (encrypted,) = fetch_one!(
        tx,
        (Option<Vec<u8>>,),
        "update audit_heads set writes = writes + 1 where account_id = $1 returning encrypted_head",
        account
    )?;
    if let Some(encrypted) = encrypted {
        match decrypt(portal, account, &encrypted) {
            Ok(head) => return Ok(head),
            // This node doesn't have the master key, which says nothing about the head.
            Err(error @ Error::Unavailable { .. }) => return Err(error),
            Err(_) => {}
        }
    } else if is_new {
        return Ok(Head::default());
    }
    tracing::error!(%account, "the head of the audit log was removed or changed; run gatehouse audit verify");
    let (last,) = fetch_one!(
        tx,
        (i64,),
        "select coalesce(max(seq), 0) from audit_records where account_id = $1",
        account
    )?;
    Ok(Head {
        last_seq: last,
        last_mac: Vec::new(),
        replaced_before: vec![last + 1],
    })
}

/// Begins the chains of the accounts that have none, because they are older than the chain.
pub(super) async fn begin_chains(portal: &Portal, tx: &mut Transaction) -> Result<()> {
    let accounts = fetch_all!(
        tx,
        (AccountId,),
        "select id from accounts where id not in (select account_id from audit_heads)"
    )?;
    for (account,) in accounts {
        execute!(
            tx,
            "insert into audit_heads (account_id, writes) values ($1, 0) on conflict (account_id) do nothing",
            account
        )?;
        save_head(portal, tx, account, &Head::default()).await?;
    }
    Ok(())
}

/// Saves the head that was locked.
async fn save_head(portal: &Portal, tx: &mut Transaction, account: AccountId, head: &Head) -> Result<()> {
    let json = Secret::new(serde_json::to_string(head).map_err(Error::internal)?);
    execute!(
        tx,
        "update audit_heads set encrypted_head = $2 where account_id = $1",
        account,
        portal.encrypt(&context(account), &json)?
    )?;
    Ok(())
}

/// Reads the head without locking it, and the number of the last record. The head is `None` if it is missing or not authentic.
pub(super) async fn read_head(
    portal: &Portal,
    db: &mut impl AsExecutor,
    account: AccountId,
) -> Result<(Option<Head>, i64)> {
    let row = fetch_optional!(
        db,
        (Option<Vec<u8>>, i64),
        "select h.encrypted_head,
                (select coalesce(max(r.seq), 0) from audit_records r where r.account_id = a.id) as last_seq
         from accounts a left join audit_heads h on h.account_id = a.id where a.id = $1",
        account
    )?;
    let (encrypted, last) = row.ok_or(Error::NotFound("account"))?;
    let head = encrypted.and_then(|encrypted| decrypt(portal, account, &encrypted).ok());
    Ok((head, last))
}

fn decrypt(portal: &Portal, account: AccountId, encrypted: &[u8]) -> Result<Head> {
    let json = portal.decrypt(&context(account), encrypted)?;
    serde_json::from_str(json.expose()).map_err(Error::internal)
}

/// The heads.
pub(crate) const ENCRYPTED_COLUMN: EncryptedColumn = EncryptedColumn {
    table: "audit_heads",
    key: "account_id",
    value: "encrypted_head",
    context: RowContext::Id(|id: Uuid| context(AccountId(id))),
};

fn context(account: AccountId) -> String {
    format!("audit_heads/{account}")
}
