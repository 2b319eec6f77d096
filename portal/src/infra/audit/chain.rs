//! The chain of an account's records.
//!
//! Each record has a number, given inside a lock on the account's head, and an HMAC that covers the record and the HMAC before
//! it. The head, which is encrypted, holds the number and the HMAC of the last record. So whoever can only write the database
//! can neither change, insert or reorder records, nor cut off the last ones. Putting back an older head together with its
//! records can only be noticed by comparing it with a head that was kept elsewhere.

use crate::crypto::encrypted_column::{EncryptedColumn, RowContext};
use crate::crypto::secret::Secret;
use crate::database::{AsExecutor, Transaction, execute, fetch_one, fetch_optional};
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// The number of the first record that is kept. Older ones were deleted, because their time was over.
    pub first_seq: i64,
    /// The HMAC of the record before the first one: empty if there was none, `None` if it is unknown.
    #[serde(with = "base64_option")]
    pub first_previous: Option<Vec<u8>>,
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

mod base64_option {
    use super::{Engine, STANDARD};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    pub fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        bytes.as_ref().map(|bytes| STANDARD.encode(bytes)).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| STANDARD.decode(text))
            .transpose()
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
    let mut head = lock_head(portal, tx, account).await?;
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
/// says so, because changes such as the revocation of a token must still be possible.
pub(super) async fn lock_head(portal: &Portal, tx: &mut Transaction, account: AccountId) -> Result<Head> {
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
    }
    let (first, last) = seq_range(tx, account).await?;
    if last > 0 {
        tracing::error!(%account, "the head of the audit log was removed or changed; run gatehouse audit verify");
    }
    Ok(Head {
        first_seq: first,
        first_previous: unknown_previous(first),
        last_seq: last,
        last_mac: Vec::new(),
        replaced_before: if last > 0 { vec![last + 1] } else { Vec::new() },
    })
}

/// Returns the numbers of the account's first and last record in the chain, or 1 and 0.
pub(super) async fn seq_range(db: &mut impl AsExecutor, account: AccountId) -> Result<(i64, i64)> {
    Ok(fetch_one!(
        db,
        (i64, i64),
        "select coalesce(min(seq), 1), coalesce(max(seq), 0) from audit_records where account_id = $1",
        account
    )?)
}

/// Returns the HMAC before the first record if no authentic head says it: there is none before the very first record.
pub(super) fn unknown_previous(first_seq: i64) -> Option<Vec<u8>> {
    (first_seq == 1).then(Vec::new)
}

/// Saves the head that was locked.
pub(super) async fn save_head(portal: &Portal, tx: &mut Transaction, account: AccountId, head: &Head) -> Result<()> {
    let json = Secret::new(serde_json::to_string(head).map_err(Error::internal)?);
    execute!(
        tx,
        "update audit_heads set encrypted_head = $2 where account_id = $1",
        account,
        portal.encrypt(&context(account), &json)?
    )?;
    Ok(())
}

/// The head of an account, and the number of its last record, read at once.
pub(super) enum StoredHead {
    /// There are no records in the chain.
    Empty,
    /// The head is authentic.
    Authentic(Head),
    /// The head is missing or not authentic.
    Invalid,
}

/// Reads the head without locking it, and the number of the last record.
pub(super) async fn read_head(
    portal: &Portal,
    db: &mut impl AsExecutor,
    account: AccountId,
) -> Result<(StoredHead, i64)> {
    let row = fetch_optional!(
        db,
        (Option<Vec<u8>>, i64),
        "select h.encrypted_head,
                (select coalesce(max(r.seq), 0) from audit_records r where r.account_id = a.id) as last_seq
         from accounts a left join audit_heads h on h.account_id = a.id where a.id = $1",
        account
    )?;
    let (encrypted, last) = row.ok_or(Error::NotFound("account"))?;
    let head = match encrypted {
        None if last == 0 => StoredHead::Empty,
        None => StoredHead::Invalid,
        Some(encrypted) => match decrypt(portal, account, &encrypted) {
            Ok(head) => StoredHead::Authentic(head),
            Err(_) => StoredHead::Invalid,
        },
    };
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
