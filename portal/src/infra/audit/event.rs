//! The events of the audit log.

use domain::accounts::features::Feature;
use domain::accounts::rights::Rights;
use domain::ids::{AccountId, ConsumerId, ImplementationId, OauthAppId, ProfileId, SessionId, TokenId, UserId};
use domain::integration::api_keys::Overlap;
use domain::integration::settings::SettingPath;
use domain::oauth2::oauth_apps::{Grant, TokenSettings};
use domain::oauth2::scopes::Scopes;
use serde::Serialize;
use uuid::Uuid;

/// Describes a change for the audit log. Serializes to a JSON object of its fields without the subject, which has a column
/// of its own. Must not hold secrets.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum AuditEvent {
    /// An account was created.
    AccountCreated {
        #[serde(skip_serializing)]
        id: AccountId,
        name: String,
    },
    /// A feature was enabled for the account.
    FeatureEnabled { feature: Feature },
    /// A feature was disabled for the account.
    FeatureDisabled { feature: Feature },
    /// A security profile was created.
    ProfileCreated {
        #[serde(skip_serializing)]
        id: ProfileId,
        name: String,
        rights: Rights,
    },
    /// The rights of a security profile were replaced by these.
    ProfileRightsSet {
        #[serde(skip_serializing)]
        id: ProfileId,
        name: String,
        rights: Rights,
    },
    /// A user was created.
    UserCreated {
        #[serde(skip_serializing)]
        id: UserId,
        email: String,
        profile: String,
    },
    /// A user was activated.
    UserActivated {
        #[serde(skip_serializing)]
        id: UserId,
    },
    /// A user was deactivated.
    UserDeactivated {
        #[serde(skip_serializing)]
        id: UserId,
    },
    /// The password of a user was changed.
    UserPasswordSet {
        #[serde(skip_serializing)]
        id: UserId,
    },
    /// A link to reset the password of a user was asked for, and mailed to the user.
    PasswordResetRequested {
        #[serde(skip_serializing)]
        user: UserId,
        address: String,
    },
    /// A user changed their own password.
    PasswordChanged {
        #[serde(skip_serializing)]
        user: UserId,
        address: String,
    },
    /// A user set a new password with a mailed link.
    PasswordReset {
        #[serde(skip_serializing)]
        user: UserId,
        address: String,
    },
    /// A user signed in from this IP address.
    SignedIn {
        #[serde(skip_serializing)]
        user: UserId,
        address: String,
    },
    /// A user ended the current session.
    SignedOut {
        #[serde(skip_serializing)]
        session: SessionId,
    },
    /// A session was ended.
    SessionEnded {
        #[serde(skip_serializing)]
        session: SessionId,
        /// Whether it ended because its browser signed in again.
        replaced: bool,
    },
    /// A user ended all sessions except the current one.
    OtherSessionsEnded { sessions: u64 },
    /// A consumer was registered.
    ConsumerCreated {
        #[serde(skip_serializing)]
        id: ConsumerId,
        name: String,
    },
    /// A consumer was renamed.
    ConsumerRenamed {
        #[serde(skip_serializing)]
        id: ConsumerId,
        before: String,
        after: String,
    },
    /// The signing of a consumer was changed.
    ConsumerSigningSet {
        #[serde(skip_serializing)]
        id: ConsumerId,
        name: String,
        has_rsa_key: bool,
        legacy_flow: bool,
    },
    /// A consumer was deleted, with its tokens.
    ConsumerDeleted {
        #[serde(skip_serializing)]
        id: ConsumerId,
        name: String,
    },
    /// A user allowed a consumer to act on the user's behalf.
    RequestTokenAllowed {
        #[serde(skip_serializing)]
        consumer: ConsumerId,
        name: String,
    },
    /// A user denied access to a consumer.
    RequestTokenDenied {
        #[serde(skip_serializing)]
        consumer: ConsumerId,
        name: String,
    },
    /// A token was issued.
    TokenCreated {
        #[serde(skip_serializing)]
        id: TokenId,
        consumer: ConsumerId,
        user: UserId,
        integration: String,
    },
    /// A token was revoked.
    TokenRevoked {
        #[serde(skip_serializing)]
        id: TokenId,
        integration: String,
    },
    /// An OAuth app was registered.
    OauthAppCreated {
        #[serde(skip_serializing)]
        id: OauthAppId,
        name: String,
        grant: Grant,
        scopes: Scopes,
        /// The user that the app acts as, with client credentials.
        #[serde(skip_serializing_if = "Option::is_none")]
        user: Option<UserId>,
        settings: TokenSettings,
    },
    /// An OAuth app was changed.
    OauthAppUpdated {
        #[serde(skip_serializing)]
        id: OauthAppId,
        name: String,
        /// The previous name, if it has changed.
        #[serde(skip_serializing_if = "Option::is_none")]
        previous_name: Option<String>,
        added_scopes: Scopes,
        removed_scopes: Scopes,
        /// The user that the app now acts as, if it has changed.
        #[serde(skip_serializing_if = "Option::is_none")]
        user: Option<UserId>,
    },
    /// The token settings of an OAuth app were changed.
    OauthAppTokenSettingsSet {
        #[serde(skip_serializing)]
        id: OauthAppId,
        name: String,
        before: TokenSettings,
        after: TokenSettings,
    },
    /// A client secret was added to an OAuth app.
    OauthAppSecretAdded {
        #[serde(skip_serializing)]
        app: OauthAppId,
        name: String,
        note: String,
    },
    /// A client secret of an OAuth app was deleted.
    OauthAppSecretDeleted {
        #[serde(skip_serializing)]
        app: OauthAppId,
        name: String,
        note: String,
    },
    /// All refresh tokens of an OAuth app were revoked.
    OauthAppRefreshTokensRevoked {
        #[serde(skip_serializing)]
        id: OauthAppId,
        name: String,
        /// The number of grants.
        grants: u64,
    },
    /// An OAuth app was deleted, with its secrets and tokens.
    OauthAppDeleted {
        #[serde(skip_serializing)]
        id: OauthAppId,
        name: String,
    },
    /// A user granted an OAuth app these scopes, in addition to the earlier ones.
    ConnectedAppAllowed {
        #[serde(skip_serializing)]
        app: OauthAppId,
        name: String,
        scopes: Scopes,
    },
    /// A user revoked the access of an OAuth app.
    ConnectedAppDisconnected {
        #[serde(skip_serializing)]
        app: OauthAppId,
        name: String,
    },
    /// The API key was rotated.
    ApiKeyRotated {
        /// How long the previous key stays active.
        overlap: Overlap,
    },
    /// The previous API key was revoked.
    ApiKeyRevoked {},
    /// A revision of the settings was saved.
    SettingsSaved {
        revision: i64,
        source: SettingsSource,
        changed: Vec<SettingPath>,
    },
    /// An implementation was renamed. The name is empty if it was reset.
    ImplementationRenamed {
        #[serde(skip_serializing)]
        id: ImplementationId,
        name: String,
    },
    /// An implementation was removed from the list.
    ImplementationRemoved {
        #[serde(skip_serializing)]
        id: ImplementationId,
        kind: String,
        instance: String,
    },
}

/// Where a revision of the settings comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SettingsSource {
    /// A form.
    Form,
    /// A file.
    File,
    /// An earlier revision, which was restored.
    Restored(i64),
    /// An earlier revision, which was undone.
    Undone(i64),
}

impl AuditEvent {
    /// Returns the code of the action.
    pub fn action(&self) -> &'static str {
        match self {
            Self::AccountCreated { .. } => "account.create",
            Self::FeatureEnabled { .. } => "feature.enable",
            Self::FeatureDisabled { .. } => "feature.disable",
            Self::ProfileCreated { .. } => "profile.create",
            Self::ProfileRightsSet { .. } => "profile.set-rights",
            Self::UserCreated { .. } => "user.create",
            Self::UserActivated { .. } => "user.activate",
            Self::UserDeactivated { .. } => "user.deactivate",
            Self::UserPasswordSet { .. } => "user.set-password",
            Self::PasswordResetRequested { .. } => "password.request-reset",
            Self::PasswordChanged { .. } => "password.change",
            Self::PasswordReset { .. } => "password.reset",
            Self::SignedIn { .. } => "session.sign-in",
            Self::SignedOut { .. } => "session.sign-out",
            Self::SessionEnded { .. } => "session.end",
            Self::OtherSessionsEnded { .. } => "session.end-others",
            Self::ConsumerCreated { .. } => "consumer.create",
            Self::ConsumerRenamed { .. } => "consumer.rename",
            Self::ConsumerSigningSet { .. } => "consumer.set-signing",
            Self::ConsumerDeleted { .. } => "consumer.delete",
            Self::RequestTokenAllowed { .. } => "request-token.allow",
            Self::RequestTokenDenied { .. } => "request-token.refuse",
            Self::TokenCreated { .. } => "token.create",
            Self::TokenRevoked { .. } => "token.revoke",
            Self::OauthAppCreated { .. } => "oauth-app.create",
            Self::OauthAppUpdated { .. } => "oauth-app.update",
            Self::OauthAppTokenSettingsSet { .. } => "oauth-app.set-token-settings",
            Self::OauthAppSecretAdded { .. } => "oauth-app.add-secret",
            Self::OauthAppSecretDeleted { .. } => "oauth-app.delete-secret",
            Self::OauthAppRefreshTokensRevoked { .. } => "oauth-app.revoke-refresh-tokens",
            Self::OauthAppDeleted { .. } => "oauth-app.delete",
            Self::ConnectedAppAllowed { .. } => "connected-app.allow",
            Self::ConnectedAppDisconnected { .. } => "connected-app.disconnect",
            Self::ApiKeyRotated { .. } => "api-key.rotate",
            Self::ApiKeyRevoked {} => "api-key.end",
            Self::SettingsSaved { .. } => "settings.save",
            Self::ImplementationRenamed { .. } => "implementation.rename",
            Self::ImplementationRemoved { .. } => "implementation.forget",
        }
    }

    /// Returns the id of what was changed.
    pub fn subject(&self) -> Option<Uuid> {
        match self {
            Self::AccountCreated { id, .. } => Some(id.0),
            Self::ProfileCreated { id, .. } | Self::ProfileRightsSet { id, .. } => Some(id.0),
            Self::UserCreated { id, .. }
            | Self::UserActivated { id }
            | Self::UserDeactivated { id }
            | Self::UserPasswordSet { id }
            | Self::PasswordResetRequested { user: id, .. }
            | Self::PasswordChanged { user: id, .. }
            | Self::PasswordReset { user: id, .. }
            | Self::SignedIn { user: id, .. } => Some(id.0),
            Self::SignedOut { session } | Self::SessionEnded { session, .. } => Some(session.0),
            Self::ConsumerCreated { id, .. }
            | Self::ConsumerRenamed { id, .. }
            | Self::ConsumerSigningSet { id, .. }
            | Self::ConsumerDeleted { id, .. }
            | Self::RequestTokenAllowed { consumer: id, .. }
            | Self::RequestTokenDenied { consumer: id, .. } => Some(id.0),
            Self::TokenCreated { id, .. } | Self::TokenRevoked { id, .. } => Some(id.0),
            Self::OauthAppCreated { id, .. }
            | Self::OauthAppUpdated { id, .. }
            | Self::OauthAppTokenSettingsSet { id, .. }
            | Self::OauthAppSecretAdded { app: id, .. }
            | Self::OauthAppSecretDeleted { app: id, .. }
            | Self::OauthAppRefreshTokensRevoked { id, .. }
            | Self::OauthAppDeleted { id, .. }
            | Self::ConnectedAppAllowed { app: id, .. }
            | Self::ConnectedAppDisconnected { app: id, .. } => Some(id.0),
            Self::ImplementationRenamed { id, .. } | Self::ImplementationRemoved { id, .. } => Some(id.0),
            Self::FeatureEnabled { .. }
            | Self::FeatureDisabled { .. }
            | Self::OtherSessionsEnded { .. }
            | Self::ApiKeyRotated { .. }
            | Self::ApiKeyRevoked {}
            | Self::SettingsSaved { .. } => None,
        }
    }
}
