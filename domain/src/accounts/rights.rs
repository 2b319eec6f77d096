//! Rights and sets of rights. A security profile is a named set of rights.

use serde::{Deserialize, Serialize};

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $label:literal, $help:literal;)*) => {
        /// A permission of a user. The labels are those of the guides.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Right {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl Right {
            /// All rights, in display order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the code in the database, in files and on the command line.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns the label in the UI.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// Returns a description of what the right allows.
            #[must_use]
            pub fn help(self) -> &'static str {
                match self { $(Self::$name => $help,)* }
            }
        }
    };
}

rights! {
    /// Opens the Settings section.
    AdminSettings = "admin-settings", "Admin settings", "Opens the Settings section.";
    /// Opens the settings page for API tokens.
    ManagePortalSettings = "manage-portal-settings", "Manage portal settings",
        "Opens the settings page for setting up API tokens.";
    /// Creates consumers and tokens.
    CreateApiTokens = "create-api-tokens", "Create Bynder API tokens", "Creates consumers and tokens.";
    /// Lists the account's consumers and tokens.
    ViewApiTokens = "view-api-tokens", "View Bynder API tokens",
        "Displays a list of all the tokens created for the account.";
    /// Revokes tokens, and deletes consumers with theirs.
    RevokeApiTokens = "revoke-api-tokens", "Revoke Bynder API tokens", "Revokes selected tokens.";
    /// Reads the account's users and security profiles through the API.
    ManageUsers = "manage-users", "Manage users", "Reads the account's users and security profiles.";
    /// Registers OAuth 2 apps and manages their secrets.
    ManageOauthApps = "manage-oauth-apps", "Access & manage OAuth apps",
        "Registers OAuth apps, manages their scopes and secrets, and deletes them.";
    /// Configures the connectors' DAM connection and asset selector.
    ManageIntegration = "manage-integration", "Manage integration",
        "Changes the API key, the DAM connection and the asset selector.";
    /// Reads where assets are used.
    ViewAssetTracking = "view-asset-tracking", "View asset tracking", "Reads where assets are used.";
    /// Reports where assets are used, and removes such reports.
    ManageAssetTracking = "manage-asset-tracking", "Manage asset tracking",
        "Reports where assets are used, and removes such reports.";
}

impl Right {
    /// Returns the right with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|right| right.code() == code)
    }

    /// The rights of which one is required, in addition to [`Right::AdminSettings`], to see the API tokens page.
    pub const API_TOKENS_PAGE: &[Self] = &[
        Self::ManagePortalSettings,
        Self::CreateApiTokens,
        Self::ViewApiTokens,
        Self::RevokeApiTokens,
    ];
}

/// A set of rights.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Right>", into = "Vec<Right>")]
pub struct Rights(u64);

impl Rights {
    /// Reports whether the set contains `right`.
    #[must_use]
    pub fn has(self, right: Right) -> bool {
        self.0 & Self::bit(right) != 0
    }

    /// Reports whether the set contains at least one of `rights`.
    #[must_use]
    pub fn has_any(self, rights: &[Right]) -> bool {
        rights.iter().any(|right| self.has(*right))
    }

    /// Returns the set with `right` added.
    #[must_use]
    pub fn with(self, right: Right) -> Self {
        Self(self.0 | Self::bit(right))
    }

    /// Returns the set with `right` removed.
    #[must_use]
    pub fn without(self, right: Right) -> Self {
        Self(self.0 & !Self::bit(right))
    }

    /// Returns the set of all rights.
    #[must_use]
    pub fn all() -> Self {
        Right::ALL.iter().copied().collect()
    }

    /// Reports whether the set allows access to the API tokens page.
    #[must_use]
    pub fn can_open_api_tokens_page(self) -> bool {
        self.has(Right::AdminSettings) && self.has_any(Right::API_TOKENS_PAGE)
    }

    /// Iterates over the rights in display order.
    pub fn iter(self) -> impl Iterator<Item = Right> {
        Right::ALL.iter().copied().filter(move |right| self.has(*right))
    }

    fn bit(right: Right) -> u64 {
        1 << (right as u64)
    }
}

impl FromIterator<Right> for Rights {
    fn from_iter<I: IntoIterator<Item = Right>>(rights: I) -> Self {
        rights.into_iter().fold(Self::default(), Self::with)
    }
}

impl From<Vec<Right>> for Rights {
    fn from(rights: Vec<Right>) -> Self {
        rights.into_iter().collect()
    }
}

impl From<Rights> for Vec<Right> {
    fn from(rights: Rights) -> Self {
        rights.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
