//! Manages an app's token settings: rotation, signing algorithm, introspection.

use crate::database::execute;
use crate::infra::actor::Actor;
use crate::infra::audit::AuditEvent;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth2::oauth_apps::{authorize, load};
use crate::oauth2::signing_keys;
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::{TokenSettings, TokenSettingsForm};

/// Holds the token settings of an app's row.
#[derive(sqlx::FromRow)]
pub(crate) struct TokenSettingsRow {
    rotate_refresh_tokens: bool,
    signing_algorithm: String,
    allow_introspection: bool,
}

impl TokenSettingsRow {
    /// Parses the row.
    ///
    /// # Errors
    /// [`Error::Internal`] for an unknown algorithm.
    pub fn parse(&self) -> Result<TokenSettings> {
        Ok(TokenSettings {
            rotate_refresh_tokens: self.rotate_refresh_tokens,
            signing_algorithm: self.signing_algorithm.parse().map_err(Error::internal)?,
            allow_introspection: self.allow_introspection,
        })
    }
}

/// Changes an app's token settings. Every node applies this within a second. Tokens that are already issued stay valid:
/// an access token until it expires, a refresh token until its next use, which follows the new setting.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Access & manage OAuth apps, [`Error::Invalid`] for an invalid field,
/// [`Error::NotFound`] if the account has no such app.
pub async fn set_token_settings(
    portal: &Portal,
    actor: &Actor,
    id: OauthAppId,
    input: TokenSettingsForm,
) -> Result<()> {
    let account = authorize(actor)?;
    // The key is published before it signs the app's next token. Before the transaction, because it may have to
    // generate the key.
    if let Ok(algorithm) = input.signing_algorithm.parse() {
        signing_keys::ensure(portal, algorithm).await?;
    }
    let mut change = portal.begin_change(actor).await?;
    // Locks the row first, so that the values compared and recorded are those replaced.
    execute!(
        &mut change,
        "update oauth_apps set name = name where id = $1 and account_id = $2",
        id,
        account
    )?;
    let before = load(&mut change, account, id).await?;
    let after = input.validate(before.grant)?;
    if after == before.token_settings {
        return Ok(());
    }
    execute!(
        &mut change,
        "update oauth_apps set rotate_refresh_tokens = $3, signing_algorithm = $4, allow_introspection = $5
         where id = $1 and account_id = $2",
        id,
        account,
        after.rotate_refresh_tokens,
        after.signing_algorithm.code(),
        after.allow_introspection
    )?;
    let event = AuditEvent::OauthAppTokenSettingsSet {
        id,
        name: before.name,
        before: before.token_settings,
        after,
    };
    change.commit(event).await
}
