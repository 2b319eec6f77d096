//! An app's token settings: rotation, signing algorithm, introspection.

use crate::auth::actor::Actor;
use crate::database::run;
use crate::infra::error::{Error, Result};
use crate::infra::invalidation;
use crate::infra::portal::Portal;
use crate::oauth2::oauth_apps::{account, kept, record};
use crate::oauth2::signing_keys;
use domain::ids::OauthAppId;
use domain::oauth2::oauth_apps::{SigningAlgorithm, TokenSettings, TokenSettingsForm};

/// The settings as an app's row has them.
#[derive(sqlx::FromRow)]
pub(crate) struct TokenSettingsRow {
    rotate_refresh_tokens: bool,
    signing_algorithm: String,
    allow_introspection: bool,
}

impl TokenSettingsRow {
    pub fn read(&self) -> Result<TokenSettings> {
        Ok(TokenSettings {
            rotate_refresh_tokens: self.rotate_refresh_tokens,
            signing_algorithm: self.signing_algorithm.parse().map_err(Error::internal)?,
            allow_introspection: self.allow_introspection,
        })
    }
}

/// Changes an app's token settings, on every node within a second. Tokens that were issued before stay valid: an access
/// token until it expires, and a refresh token until its next use, which follows the new setting.
///
/// # Errors
/// [`Error::Forbidden`] without Admin settings and Access & manage OAuth apps, [`Error::Invalid`] for a field that does
/// not hold what it must, [`Error::NotFound`] where the account has no such app.
pub async fn set_token_settings(
    portal: &Portal,
    actor: &Actor,
    id: OauthAppId,
    input: TokenSettingsForm,
) -> Result<()> {
    let account = account(actor)?;
    // Published before the app's next token is signed by it. Before the transaction, as it may have to make the key.
    if let Ok(algorithm) = input.signing_algorithm.parse() {
        signing_keys::ensure(portal, algorithm).await?;
    }
    let mut tx = portal.begin().await?;
    // Taken for writing first, so that what is compared and recorded is what is replaced.
    run!(
        &mut tx,
        "update oauth_apps set name = name where id = $1 and account_id = $2",
        id,
        account
    )?;
    let before = kept(&mut tx, account, id).await?;
    let after = input.validate(before.grant)?;
    let changes = differences(before.token_settings, after);
    if changes.is_empty() {
        return Ok(());
    }
    run!(
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
    invalidation::announce(portal, &mut tx).await?;
    tx.commit().await?;
    portal.forget();
    Ok(())
}

/// What a change is in the trail's words.
pub(crate) fn differences(before: TokenSettings, after: TokenSettings) -> Vec<String> {
    let on_or_off = |is_on: bool| if is_on { "on" } else { "off" };
    let mut words = Vec::new();
    if before.rotate_refresh_tokens != after.rotate_refresh_tokens {
        words.push(format!(
            "refresh token rotation {}",
            on_or_off(after.rotate_refresh_tokens)
        ));
    }
    if before.signing_algorithm != after.signing_algorithm {
        words.push(format!("signing algorithm {}", after.signing_algorithm));
    }
    if before.allow_introspection != after.allow_introspection {
        words.push(format!("introspection {}", on_or_off(after.allow_introspection)));
    }
    words
}

/// The settings of a new app, as they differ from those of one that gives none.
pub(crate) fn describe(grant: domain::oauth2::oauth_apps::Grant, settings: TokenSettings) -> Vec<String> {
    differences(TokenSettings::new(grant, SigningAlgorithm::default()), settings)
}
