//! OAuth 1 consumers.

use crate::auth::actor::Actor;
use crate::auth::one_time_secrets;
use crate::crypto::rsa;
use crate::crypto::secret::{self, Secret};
use crate::database::{Connection, Transaction, fetch_all, fetch_optional, run};
use crate::infra::audit::{self, Change};
use crate::infra::error::{Error, Result, taken};
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use domain::accounts::features::Feature;
use domain::accounts::rights::Right;
use domain::auth::one_time_secrets::RevealKind;
use domain::fields;
use domain::ids::{AccountId, ConsumerId};
use domain::oauth1::consumers::{Consumer, ConsumerChoice, ConsumerSigning, NewConsumer};
use domain::time::Timestamp;

/// What was just made, with its secret, the only time that it can be read.
#[derive(Debug)]
pub struct Revealed<T> {
    /// What was made.
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

/// The account of an actor who may do what `right` says with API tokens.
pub(crate) fn account(actor: &Actor, right: Right) -> Result<AccountId> {
    actor.may(Right::AdminSettings)?.may(right)?.within(Feature::ApiTokens)
}

/// Registers a consumer and hands out its secret, the only time that it can be read.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Create Bynder API tokens, [`Error::Disabled`] where the account lacks
/// the feature, [`Error::Invalid`] for an empty or taken name.
pub async fn create(portal: &Portal, actor: &Actor, input: NewConsumer) -> Result<Revealed<Consumer>> {
    let account = account(actor, Right::CreateApiTokens)?;
    let NewConsumer { name } = input.checked()?;
    let secret = secret::new_secret();
    let consumer = Consumer {
        id: ConsumerId(portal.new_id()),
        name,
        key: secret::new_public_key(),
        rsa_public_key: None,
        legacy_flow: false,
        tokens: 0,
        created_by: actor.person().map(|person| person.name.clone()),
        created_at: portal.now(),
    };
    let mut tx = portal.begin().await?;
    run!(
        &mut tx,
        "insert into consumers (id, account_id, name, name_key, consumer_key, sealed_secret, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        consumer.id,
        account,
        &consumer.name,
        fields::name_key(&consumer.name),
        &consumer.key,
        portal.seal(&context(consumer.id), &secret)?,
        actor.user_id(),
        consumer.created_at
    )
    .map_err(name_taken)?;
    let shown = (consumer.name.as_str(), consumer.key.as_str(), &secret);
    one_time_secrets::insert(portal, &mut tx, actor, RevealKind::Consumer, shown).await?;
    record(portal, &mut tx, actor, "consumer.create", consumer.id, &consumer.name).await?;
    tx.commit().await?;
    Ok(Revealed {
        value: consumer,
        secret,
    })
}

/// The account's consumers, by name.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and View Bynder API tokens, [`Error::Disabled`] where the account lacks
/// the feature.
pub async fn list(portal: &Portal, actor: &Actor) -> Result<Vec<Consumer>> {
    let account = account(actor, Right::ViewApiTokens)?;
    let mut db = portal.read().await?;
    select(&mut db, portal.now(), account, None).await
}

/// One consumer.
///
/// # Errors
/// As [`list`], and [`Error::NotFound`] where the account has none such.
pub async fn get(portal: &Portal, actor: &Actor, id: ConsumerId) -> Result<Consumer> {
    let account = account(actor, Right::ViewApiTokens)?;
    let mut db = portal.read().await?;
    let found = select(&mut db, portal.now(), account, Some(id)).await?.pop();
    found.ok_or(Error::NotFound("consumer"))
}

async fn select(
    db: &mut impl Connection,
    now: Timestamp,
    account: AccountId,
    id: Option<ConsumerId>,
) -> Result<Vec<Consumer>> {
    let rows = fetch_all!(
        db,
        Row,
        "select c.id, c.name, c.consumer_key, c.rsa_public_key, c.legacy_flow, u.name as created_by, c.created_at,
                (select count(*) from tokens t where t.consumer_id = c.id and t.revoked_at = 0
                    and (t.expires_at = 0 or t.expires_at > $3)) as tokens
         from consumers c left join users u on u.id = c.created_by
         where c.account_id = $1 and ($2 is null or c.id = $2) order by c.name_key",
        account,
        id,
        now
    )?;
    Ok(rows.into_iter().map(Consumer::from).collect())
}

/// The names to choose from in the token dialog.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Create Bynder API tokens, [`Error::Disabled`] where the account lacks
/// the feature.
pub async fn choices(portal: &Portal, actor: &Actor) -> Result<Vec<ConsumerChoice>> {
    let account = account(actor, Right::CreateApiTokens)?;
    let mut db = portal.read().await?;
    let rows = fetch_all!(
        &mut db,
        (ConsumerId, String),
        "select id, name from consumers where account_id = $1 order by name_key",
        account
    )?;
    Ok(rows.into_iter().map(|(id, name)| ConsumerChoice { id, name }).collect())
}

/// Gives a consumer another name.
///
/// # Errors
/// As [`create`], and [`Error::NotFound`] where the account has none such.
pub async fn rename(portal: &Portal, actor: &Actor, id: ConsumerId, input: NewConsumer) -> Result<()> {
    let account = account(actor, Right::CreateApiTokens)?;
    let NewConsumer { name } = input.checked()?;
    let mut tx = portal.begin().await?;
    let before = name_of(&mut tx, account, id).await?;
    run!(
        &mut tx,
        "update consumers set name = $3, name_key = $4 where id = $1 and account_id = $2",
        id,
        account,
        &name,
        fields::name_key(&name)
    )
    .map_err(name_taken)?;
    record(
        portal,
        &mut tx,
        actor,
        "consumer.rename",
        id,
        &format!("{before} → {name}"),
    )
    .await?;
    tx.commit().await
}

/// Sets how a consumer's requests are checked beyond its secret.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Create Bynder API tokens, [`Error::Disabled`] where the account lacks
/// the feature, [`Error::Invalid`] for a key that is not an RSA public key of 2048 to 8192 bits, [`Error::NotFound`]
/// where the account has no such consumer.
pub async fn set_signing(portal: &Portal, actor: &Actor, id: ConsumerId, input: ConsumerSigning) -> Result<()> {
    let account = account(actor, Right::CreateApiTokens)?;
    let input = input.checked()?;
    let key = (!input.rsa_public_key.is_empty()).then_some(input.rsa_public_key);
    if let Some(key) = &key {
        rsa::PublicKey::from_pem(key).map_err(|error| Error::field("rsa_public_key", error.to_string()))?;
    }
    let mut tx = portal.begin().await?;
    let name = name_of(&mut tx, account, id).await?;
    run!(
        &mut tx,
        "update consumers set rsa_public_key = $3, legacy_flow = $4 where id = $1 and account_id = $2",
        id,
        account,
        key.as_deref(),
        input.legacy_flow
    )?;
    let detail = format!(
        "{name}: RSA key {}, flow without verifier {}",
        if key.is_some() { "set" } else { "none" },
        if input.legacy_flow { "on" } else { "off" }
    );
    record(portal, &mut tx, actor, "consumer.set-signing", id, &detail).await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

/// Deletes a consumer with all its tokens, on every node within a second. `name` must be its name, as a person types it
/// to show that they mean it.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Revoke Bynder API tokens, [`Error::Disabled`] where the account lacks
/// the feature, [`Error::Invalid`] for another name, [`Error::NotFound`] where the account has no such consumer.
pub async fn delete(portal: &Portal, actor: &Actor, id: ConsumerId, name: &str) -> Result<()> {
    let account = account(actor, Right::RevokeApiTokens)?;
    let mut tx = portal.begin().await?;
    let kept = name_of(&mut tx, account, id).await?;
    fields::confirmed(&kept, name)?;
    tx.lock_tokens_of(id).await?;
    run!(
        &mut tx,
        "delete from consumers where id = $1 and account_id = $2",
        id,
        account
    )?;
    record(portal, &mut tx, actor, "consumer.delete", id, &kept).await?;
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

async fn name_of(tx: &mut Transaction, account: AccountId, id: ConsumerId) -> Result<String> {
    let row = fetch_optional!(
        tx,
        (String,),
        "select name from consumers where id = $1 and account_id = $2",
        id,
        account
    )?;
    row.map(|(name,)| name).ok_or(Error::NotFound("consumer"))
}

async fn record(
    portal: &Portal,
    tx: &mut Transaction,
    actor: &Actor,
    action: &'static str,
    id: ConsumerId,
    detail: &str,
) -> Result<()> {
    audit::record(
        portal,
        tx,
        actor,
        Change {
            action,
            subject: Some(id.0),
            detail,
        },
    )
    .await
}

fn name_taken(error: sqlx::Error) -> Error {
    taken(error, "name", "Another consumer has this name.")
}

/// What a consumer's secret is sealed for.
pub(crate) fn context(id: ConsumerId) -> String {
    format!("consumers/{id}")
}
