//! Rights and sets of rights. A security profile is a named set of rights.

use crate::enum_set::EnumSet;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A permission of a user. The labels are those of the guides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Right {
    /// Opens the Settings section.
    AdminSettings,
    /// Opens the settings page for API tokens.
    ManagePortalSettings,
    /// Creates consumers and tokens.
    CreateApiTokens,
    /// Lists the account's consumers and tokens.
    ViewApiTokens,
    /// Revokes tokens, and deletes consumers with theirs.
    RevokeApiTokens,
    /// Creates, edits and deactivates users whose rights the user has.
    ManageUsers,
    /// Registers OAuth 2 apps and manages their secrets.
    ManageOauthApps,
    /// Configures the connectors' DAM connection and asset selector.
    ManageIntegration,
    /// Reads where assets are used.
    ViewAssetTracking,
    /// Reports where assets are used, and removes such reports.
    ManageAssetTracking,
    /// Creates and edits security profiles with rights that the user has.
    ManagePermissionProfiles,
    /// Reads the audit log.
    ViewAuditLog,
    /// Sees and changes the subscription.
    ManageSubscription,
    /// Submits support tickets.
    SubmitSupportTickets,
}

impl Right {
    /// The rights of which one is required, in addition to [`Right::AdminSettings`], to see the API tokens page.
    pub const API_TOKENS_PAGE: &[Self] = &[
        Self::ManagePortalSettings,
        Self::CreateApiTokens,
        Self::ViewApiTokens,
        Self::RevokeApiTokens,
    ];

    /// The rights of an administrator. An account always has an active user with all of them.
    pub const ADMINISTRATOR: [Self; 3] = [Self::AdminSettings, Self::ManageUsers, Self::ManagePermissionProfiles];

    /// Returns the label in the UI.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::AdminSettings => "Admin settings",
            Self::ManagePortalSettings => "Manage portal settings",
            Self::CreateApiTokens => "Create Bynder API tokens",
            Self::ViewApiTokens => "View Bynder API tokens",
            Self::RevokeApiTokens => "Revoke Bynder API tokens",
            Self::ManageUsers => "Manage users",
            Self::ManageOauthApps => "Access & manage OAuth apps",
            Self::ManageIntegration => "Manage integration",
            Self::ViewAssetTracking => "View asset tracking",
            Self::ManageAssetTracking => "Manage asset tracking",
            Self::ManagePermissionProfiles => "Manage permission profiles",
            Self::ViewAuditLog => "View audit log",
            Self::ManageSubscription => "Manage subscription",
            Self::SubmitSupportTickets => "Submit support tickets",
        }
    }

    /// Returns a description of what the right allows.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::AdminSettings => "Opens the Settings section.",
            Self::ManagePortalSettings => "Opens the settings page for setting up API tokens.",
            Self::CreateApiTokens => "Creates consumers and tokens.",
            Self::ViewApiTokens => "Displays a list of all the tokens created for the account.",
            Self::RevokeApiTokens => "Revokes selected tokens.",
            Self::ManageUsers => "Creates, edits and deactivates users who have no right that the user lacks.",
            Self::ManageOauthApps => "Registers OAuth apps, manages their scopes and secrets, and deletes them.",
            Self::ManageIntegration => "Changes the API key, the DAM connection and the asset selector.",
            Self::ViewAssetTracking => "Reads where assets are used.",
            Self::ManageAssetTracking => "Reports where assets are used, and removes such reports.",
            Self::ManagePermissionProfiles => {
                "Creates and edits security profiles that have no right that the user lacks."
            }
            Self::ViewAuditLog => "Displays who changed what in the account.",
            Self::ManageSubscription => "Displays and changes the subscription.",
            Self::SubmitSupportTickets => "Submits support tickets and reads the answers.",
        }
    }
}

/// A set of rights.
pub type Rights = EnumSet<Right>;

impl Rights {
    /// Reports whether the set allows access to the API tokens page.
    #[must_use]
    pub fn can_open_api_tokens_page(self) -> bool {
        self.has(Right::AdminSettings) && self.has_any(Right::API_TOKENS_PAGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coded_enum::CodedEnum;

    /// The codes are stored, and the enum's order is that of the UI.
    #[test]
    fn codes_and_their_order_are_stable() {
        let codes = [
            "admin-settings",
            "manage-portal-settings",
            "create-api-tokens",
            "view-api-tokens",
            "revoke-api-tokens",
            "manage-users",
            "manage-oauth-apps",
            "manage-integration",
            "view-asset-tracking",
            "manage-asset-tracking",
            "manage-permission-profiles",
            "view-audit-log",
            "manage-subscription",
            "submit-support-tickets",
        ];
        assert!(Right::ALL.iter().map(|right| right.code()).eq(codes));
        let serialized = serde_json::to_value(Rights::all()).unwrap();
        assert_eq!(serialized, serde_json::json!(codes));
    }

    #[test]
    fn code_maps_back_to_its_right() {
        for right in Right::ALL {
            assert_eq!(Right::from_code(right.code()), Some(*right));
        }
        assert_eq!(Right::from_code("everything"), None);
    }

    #[test]
    fn api_tokens_page_requires_admin_settings_and_a_token_right() {
        let admin = Rights::default().with(Right::AdminSettings);
        assert!(!admin.can_open_api_tokens_page());
        for right in Right::API_TOKENS_PAGE {
            assert!(admin.with(*right).can_open_api_tokens_page());
            assert!(!Rights::default().with(*right).can_open_api_tokens_page());
        }
        assert!(!admin.with(Right::ManageUsers).can_open_api_tokens_page());
    }
}
