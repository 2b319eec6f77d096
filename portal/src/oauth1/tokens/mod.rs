//! Manages OAuth 1.0 tokens.

use crate::accounts::users;
use crate::auth::one_time_secrets;
use crate::crypto::encrypted_column::{EncryptedColumn, RowContext};
use crate::crypto::secret::{self, Secret};
use crate::database::{Transaction, execute, fetch_optional};
use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth1::consumers::{WithSecret, authorize};
use domain::accounts::rights::Right;
use domain::accounts::users::UserOption;
use domain::auth::one_time_secrets::OneTimeSecretKind;
use domain::fields;
use domain::ids::{AccountId, ConsumerId, TokenId, UserId};
use domain::oauth1::tokens::{NewToken, Token};
use domain::time::Timestamp;

mod list;
mod order;
mod statements;

pub use crate::oauth1::tokens::list::{get, list};

/// Holds the values of a new token, without its secret.
pub(crate) struct NewTokenRow<'a> {
    pub id: TokenId,
    pub account: AccountId,
    pub consumer: ConsumerId,
    pub user: UserId,
    pub integration: &'a str,
    pub expires_at: Option<Timestamp>,
}

/// Issues a token without expiration and returns its secret, which can't be read again.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Create Bynder API tokens, [`Error::Disabled`] if the account lacks
/// the feature, [`Error::Invalid`] for each invalid field: required are an active user and a consumer of the account,
/// an integration type, and the integration's name if the type is Other.
pub async fn create(portal: &Portal, actor: &Actor, input: NewToken) -> Result<WithSecret<Token>> {
    let account = authorize(actor, Right::CreateApiTokens)?;
    let input = input.validate()?;
    let integration = input.integration_name.unwrap_or(input.integration_type);
    let mut change = portal.begin_change(actor).await?;
    let user = users::resolve(&mut change, account, "user", &input.user).await?;
    let consumer = fetch_optional!(
        &mut change,
        (String,),
        "select name from consumers where id = $1 and account_id = $2",
        input.consumer,
        account
    )?;
    let (consumer,) = consumer.ok_or_else(consumer_not_found)?;
    let id = TokenId(portal.new_id());
    let issue = NewTokenRow {
        id,
        account,
        consumer: input.consumer,
        user: user.id,
        integration: &integration,
        expires_at: None,
    };
    let (token, secret) = insert(portal, &mut change, actor, issue).await?;
    let name = token_description(&user, &consumer, &integration);
    one_time_secrets::insert(
        portal,
        &mut change,
        actor,
        OneTimeSecretKind::Token,
        (&name, &token, &secret),
    )
    .await?;
    let event = AuditEvent::TokenCreated {
        id,
        consumer: input.consumer,
        user: user.id,
        integration: integration.clone(),
    };
    change.commit(event).await?;
    let value = Token {
        id,
        token,
        user_id: user.id,
        user: user.name,
        user_email: user.email,
        consumer_id: input.consumer,
        consumer,
        integration,
        state: domain::oauth1::tokens::TokenState::Active,
        created_by: actor.user().map(|user| user.name.clone()),
        created_at: portal.now(),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
        last_used_from: None,
    };
    Ok(WithSecret { value, secret })
}

fn consumer_not_found() -> Error {
    Error::field("consumer", "This consumer no longer exists. Select another.")
}

fn token_description(user: &UserOption, consumer: &str, integration: &str) -> String {
    format!("{integration} for {} through {consumer}", user.name)
}

/// Inserts a token in the caller's transaction. Returns its id, the token and its secret.
pub(crate) async fn insert(
    portal: &Portal,
    tx: &mut Transaction,
    actor: &Actor,
    issue: NewTokenRow<'_>,
) -> Result<(String, Secret)> {
    let id = issue.id;
    let token = secret::new_public_key();
    let secret = secret::new_secret();
    execute!(
        tx,
        "insert into tokens (id, account_id, consumer_id, user_id, token, encrypted_secret, integration, integration_key,
                             created_by, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id,
        issue.account,
        issue.consumer,
        issue.user,
        &token,
        portal.encrypt(&context(id), &secret)?,
        issue.integration,
        fields::name_key(issue.integration),
        actor.user_id(),
        portal.now(),
        issue.expires_at
    )
    .map_err(|error| match &error {
        // The consumer was deleted after it was loaded.
        sqlx::Error::Database(inner) if inner.is_foreign_key_violation() => consumer_not_found(),
        _ => error.into(),
    })?;
    Ok((token, secret))
}

/// Revokes a token. Every node applies this within a second. The token's secret is deleted; its row is kept for the
/// record. Revoking a revoked token succeeds.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Revoke Bynder API tokens, [`Error::Disabled`] if the account lacks
/// the feature, [`Error::NotFound`] if the account has no such token.
pub async fn revoke(portal: &Portal, actor: &Actor, id: TokenId) -> Result<()> {
    let account = authorize(actor, Right::RevokeApiTokens)?;
    let mut change = portal.begin_change(actor).await?;
    let revoked = fetch_optional!(
        &mut change,
        (String,),
        "update tokens set revoked_at = $3, revoked_by = $4, encrypted_secret = null
         where id = $1 and account_id = $2 and revoked_at is null returning integration",
        id,
        account,
        portal.now(),
        actor.user_id()
    )?;
    let Some((integration,)) = revoked else {
        let existing = fetch_optional!(
            &mut change,
            (TokenId,),
            "select id from tokens where id = $1 and account_id = $2",
            id,
            account
        )?;
        return existing.map(|_| ()).ok_or(Error::NotFound("token"));
    };
    change.commit(AuditEvent::TokenRevoked { id, integration }).await
}

/// The secrets of tokens; NULL for a revoked one.
pub(crate) const ENCRYPTED_COLUMN: EncryptedColumn = EncryptedColumn {
    table: "tokens",
    key: "id",
    value: "encrypted_secret",
    context: RowContext::Id(|id| context(TokenId(id))),
};

/// Returns the encryption context (associated data) of a token's secret.
pub(crate) fn context(id: TokenId) -> String {
    format!("tokens/{id}")
}
