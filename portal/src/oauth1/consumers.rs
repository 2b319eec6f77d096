//! Manages OAuth 1.0 consumers.

use crate::auth::one_time_secrets;
use crate::crypto::encrypted_column::{EncryptedColumn, RowContext};
use crate::crypto::rsa;
use crate::crypto::secret::{self, Secret};
use crate::database::{AsExecutor, Transaction, UniqueIndex, execute, fetch_all, fetch_optional};
use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result, on_unique_violation};
use crate::infra::names::check_distinguishable;
use crate::infra::portal::Portal;
use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::auth::one_time_secrets::OneTimeSecretKind;
use domain::fields;
use domain::ids::{AccountId, ConsumerId};
use domain::oauth1::consumers::{Consumer, ConsumerForm, ConsumerOption, ConsumerSigning};
use domain::time::Timestamp;

/// Holds a new consumer or token with its secret, which can't be read again.
#[derive(Debug)]
pub struct WithSecret<T> {
    /// The consumer or token.
    pub value: T,
    /// Its secret.
    pub secret: Secret,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ConsumerId,
    name: String,
    consumer_key: String,
    rsa_public_key: Option<String>,
    legacy_flow: bool,
    tokens: i64,
    created_by: Option<String>,
    created_at: Timestamp,
}

impl From<Row> for Consumer {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            key: row.consumer_key,
            rsa_public_key: row.rsa_public_key,
            legacy_flow: row.legacy_flow,
            tokens: row.tokens,
            created_by: row.created_by,
            created_at: row.created_at,
        }
    }
}

/// Returns the actor's account if the actor has Admin settings and `right`, and the account has the API tokens feature.
pub(crate) fn authorize(actor: &Actor, right: Right) -> Result<AccountId> {
    actor
        .require_right(Right::AdminSettings)?
        .require_right(right)?
        .require_feature(Feature::ApiTokens)
}

/// Registers a consumer and returns its secret, which can't be read again.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Create Bynder API tokens, [`Error::Disabled`] if the account lacks
/// the feature, [`Error::Invalid`] for a name that is empty or already in use.
pub async fn create(portal: &Portal, actor: &Actor, input: ConsumerForm) -> Result<WithSecret<Consumer>> {
    let account = authorize(actor, Right::CreateApiTokens)?;
    let ConsumerForm { name } = input.validate()?;
    let secret = secret::new_secret();
    let consumer = Consumer {
        id: ConsumerId(portal.new_id()),
        name,
        key: secret::new_public_key(),
        rsa_public_key: None,
        legacy_flow: false,
        tokens: 0,
        created_by: actor.user().map(|user| user.name.clone()),
        created_at: portal.now(),
    };
    let mut change = portal.begin_change(actor).await?;
    check_name(&mut change, account, consumer.id, &consumer.name).await?;
    execute!(
        &mut change,
        "insert into consumers (id, account_id, name, name_key, consumer_key, encrypted_secret, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        consumer.id,
        account,
        &consumer.name,
        fields::name_key(&consumer.name),
        &consumer.key,
        portal.encrypt(&context(consumer.id), &secret)?,
        actor.user_id(),
        consumer.created_at
    )
    .map_err(name_taken)?;
    let revealed = (consumer.name.as_str(), consumer.key.as_str(), &secret);
    one_time_secrets::insert(portal, &mut change, actor, OneTimeSecretKind::Consumer, revealed).await?;
    let event = AuditEvent::ConsumerCreated {
        id: consumer.id,
        name: consumer.name.clone(),
    };
    change.commit(event).await?;
    Ok(WithSecret {
        value: consumer,
        secret,
    })
}

/// Lists the account's consumers, ordered by name.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and View Bynder API tokens, [`Error::Disabled`] if the account lacks the
/// feature.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<Consumer>> {
    let account = authorize(actor, Right::ViewApiTokens)?;
    let mut db = portal.read().await?;
    select(&mut db, portal.now(), account, None).await
}

/// Returns a consumer.
///
/// # Errors
/// As [`list`], and [`Error::NotFound`] if the account has no such consumer.
pub async fn get(portal: &Portal, actor: &Actor, id: ConsumerId) -> Result<Consumer> {
    let account = authorize(actor, Right::ViewApiTokens)?;
    let mut db = portal.read().await?;
    let found = select(&mut db, portal.now(), account, Some(id)).await?.pop();
    found.ok_or(Error::NotFound("consumer"))
}

async fn select(
    db: &mut impl AsExecutor,
    now: Timestamp,
    account: AccountId,
    id: Option<ConsumerId>,
) -> Result<Vec<Consumer>> {
    let rows = fetch_all!(
        db,
        Row,
        "select c.id, c.name, c.consumer_key, c.rsa_public_key, c.legacy_flow, u.name as created_by, c.created_at,
                (select count(*) from tokens t where t.consumer_id = c.id and t.revoked_at is null
                    and (t.expires_at is null or t.expires_at > $3)) as tokens
         from consumers c left join users u on u.id = c.created_by
         where c.account_id = $1 and ($2 is null or c.id = $2) order by c.name_key",
        account,
        id,
        now
    )?;
    Ok(rows.into_iter().map(Consumer::from).collect())
}

/// Lists the consumers to choose from when creating a token.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Create Bynder API tokens, [`Error::Disabled`] if the account lacks
/// the feature.
pub async fn options(portal: &Portal, actor: &Actor) -> Result<Vec<ConsumerOption>> {
    let account = authorize(actor, Right::CreateApiTokens)?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        (ConsumerId, String),
        "select id, name from consumers where account_id = $1 order by name_key",
        account
    )?;
    Ok(rows.into_iter().map(|(id, name)| ConsumerOption { id, name }).collect())
}

/// Renames a consumer.
///
/// # Errors
/// As [`create`], and [`Error::NotFound`] if the account has no such consumer.
pub async fn rename(portal: &Portal, actor: &Actor, id: ConsumerId, input: ConsumerForm) -> Result<()> {
    let account = authorize(actor, Right::CreateApiTokens)?;
    let ConsumerForm { name } = input.validate()?;
    let mut change = portal.begin_change(actor).await?;
    let before = find_name(&mut change, account, id).await?;
    if name != before {
        check_name(&mut change, account, id, &name).await?;
    }
    execute!(
        &mut change,
        "update consumers set name = $3, name_key = $4 where id = $1 and account_id = $2",
        id,
        account,
        &name,
        fields::name_key(&name)
    )
    .map_err(name_taken)?;
    let event = AuditEvent::ConsumerRenamed {
        id,
        before,
        after: name,
    };
    change.commit(event).await
}

/// Sets a consumer's RSA public key and whether it may use the flow without verifier.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Create Bynder API tokens, [`Error::Disabled`] if the account lacks
/// the feature, [`Error::Invalid`] for a key that is not an RSA public key of 2048 to 8192 bits, [`Error::NotFound`] if
/// the account has no such consumer.
pub async fn set_signing(portal: &Portal, actor: &Actor, id: ConsumerId, input: ConsumerSigning) -> Result<()> {
    let account = authorize(actor, Right::CreateApiTokens)?;
    let input = input.validate()?;
    let key = (!input.rsa_public_key.is_empty()).then_some(input.rsa_public_key);
    if let Some(key) = &key {
        rsa::PublicKey::from_pem(key).map_err(|error| Error::field("rsa_public_key", error.to_string()))?;
    }
    let mut change = portal.begin_change(actor).await?;
    let name = find_name(&mut change, account, id).await?;
    execute!(
        &mut change,
        "update consumers set rsa_public_key = $3, legacy_flow = $4 where id = $1 and account_id = $2",
        id,
        account,
        key.as_deref(),
        input.legacy_flow
    )?;
    let event = AuditEvent::ConsumerSigningSet {
        id,
        name,
        has_rsa_key: key.is_some(),
        legacy_flow: input.legacy_flow,
    };
    change.commit(event).await
}

/// Deletes a consumer and all its tokens. Every node applies this within a second. `name` must be the consumer's name,
/// typed by the user to confirm the deletion.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Revoke Bynder API tokens, [`Error::Disabled`] if the account lacks
/// the feature, [`Error::Invalid`] if `name` differs, [`Error::NotFound`] if the account has no such consumer.
pub async fn delete(portal: &Portal, actor: &Actor, id: ConsumerId, name: &str) -> Result<()> {
    let account = authorize(actor, Right::RevokeApiTokens)?;
    let mut change = portal.begin_change(actor).await?;
    let current_name = find_name(&mut change, account, id).await?;
    fields::validate_confirmation(&current_name, name)?;
    change.lock_tokens_of(id).await?;
    execute!(
        &mut change,
        "delete from consumers where id = $1 and account_id = $2",
        id,
        account
    )?;
    let event = AuditEvent::ConsumerDeleted { id, name: current_name };
    change.commit(event).await
}

async fn find_name(tx: &mut Transaction, account: AccountId, id: ConsumerId) -> Result<String> {
    let row = fetch_optional!(
        tx,
        (String,),
        "select name from consumers where id = $1 and account_id = $2",
        id,
        account
    )?;
    row.map(|(name,)| name).ok_or(Error::NotFound("consumer"))
}

/// Checks that a name doesn't look like that of another consumer of the account. The account stays locked, so that no name that
/// looks alike is added meanwhile.
async fn check_name(tx: &mut Transaction, account: AccountId, id: ConsumerId, name: &str) -> Result<()> {
    tx.lock_account(account).await?;
    let others = fetch_all!(
        tx,
        (String,),
        "select name from consumers where account_id = $1 and id <> $2",
        account,
        id
    )?;
    check_distinguishable(name, others)
}

const NAME_INDEX: UniqueIndex = UniqueIndex {
    name: "consumers_name_unique",
    columns: "consumers.account_id, consumers.name_key",
};

fn name_taken(error: sqlx::Error) -> Error {
    on_unique_violation(error, &NAME_INDEX, "name", "This name is already in use.")
}

/// The secrets of consumers.
pub(crate) const ENCRYPTED_COLUMN: EncryptedColumn = EncryptedColumn {
    table: "consumers",
    key: "id",
    value: "encrypted_secret",
    context: RowContext::Id(|id| context(ConsumerId(id))),
};

/// Returns the encryption context (associated data) of a consumer's secret.
pub(crate) fn context(id: ConsumerId) -> String {
    format!("consumers/{id}")
}
