//! Manages an app's token settings: rotation, signing algorithm, introspection.

use crate::database::execute;
use crate::infra::actor::Actor;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth2::oauth_apps::{authorize, load, record};
use crate::oauth2::signing_keys;
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::{SigningAlgorithm, TokenSettings, TokenSettingsForm};

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
    let mut tx = portal.begin().await?;
    // Locks the row first, so that the values compared and recorded are those replaced.
    execute!(
        &mut tx,
        "update oauth_apps set name = name where id = $1 and account_id = $2",
        id,
        account
    )?;
    let before = load(&mut tx, account, id).await?;
    let after = input.validate(before.grant)?;
    let changes = differences(before.token_settings, after);
    if changes.is_empty() {
        return Ok(());
    }
    execute!(
        &mut tx,
        "update oauth_apps set rotate_refresh_tokens = $3, signing_algorithm = $4, allow_introspection = $5
         where id = $1 and account_id = $2",
        id,
        account,
        after.rotate_refresh_tokens,
        after.signing_algorithm.code(),
        after.allow_introspection
    )?;
    let detail = format!("{}: {}", before.name, changes.join(", "));
    record(portal, &mut tx, actor, "oauth-app.set-token-settings", id, &detail).await?;
    portal.commit_change(tx, actor.account()).await?;
    Ok(())
}

/// Describes a change for the audit log.
pub(crate) fn differences(before: TokenSettings, after: TokenSettings) -> Vec<String> {
    let on_or_off = |is_on: bool| if is_on { "on" } else { "off" };
    let mut details = Vec::new();
    if before.rotate_refresh_tokens != after.rotate_refresh_tokens {
        details.push(format!(
            "refresh token rotation {}",
            on_or_off(after.rotate_refresh_tokens)
        ));
    }
    if before.signing_algorithm != after.signing_algorithm {
        details.push(format!("signing algorithm {}", after.signing_algorithm));
    }
    if before.allow_introspection != after.allow_introspection {
        details.push(format!("introspection {}", on_or_off(after.allow_introspection)));
    }
    details
}

/// Describes how a new app's settings differ from the defaults.
pub(crate) fn describe(grant: domain::oauth2::oauth_apps::Grant, settings: TokenSettings) -> Vec<String> {
    differences(TokenSettings::new(grant, SigningAlgorithm::default()), settings)
}
