//! Rights, and sets of them. A security profile is a named set of rights.

use serde::{Deserialize, Serialize};

macro_rules! rights {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $label:literal, $help:literal;)*) => {
        /// Something that a person may be allowed to do. The labels are the words of the guides.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Right {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl Right {
            /// All there are, in the order in which people read them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word for it in the database, in files and on the command line.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The words for it on a page.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }

            /// What it lets a person do.
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
    /// Registers OAuth 2 apps and sees to their secrets.
    ManageOauthApps = "manage-oauth-apps", "Access & manage OAuth apps",
        "Registers OAuth apps, gives them scopes and secrets, and deletes them.";
    /// Configures how connectors reach the DAM, and what their asset selector shows.
    ManageIntegration = "manage-integration", "Manage integration",
        "Changes the API key, the DAM connection and the asset selector.";
    /// Sees where assets are used.
    ViewAssetTracking = "view-asset-tracking", "View asset tracking", "Reads where assets are used.";
    /// Reports where assets are used, and corrects it.
    ManageAssetTracking = "manage-asset-tracking", "Manage asset tracking",
        "Reports where assets are used, and removes such reports.";
}

impl Right {
    /// The right that `code` names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|right| right.code() == code)
    }

    /// Those of which a person needs one, besides [`Right::AdminSettings`], to see the API tokens page.
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
    /// Whether `right` is in the set.
    #[must_use]
    pub fn has(self, right: Right) -> bool {
        self.0 & Self::bit(right) != 0
    }

    /// Whether one of `rights` is in the set.
    #[must_use]
    pub fn has_any(self, rights: &[Right]) -> bool {
        rights.iter().any(|right| self.has(*right))
    }

    /// The set with `right` in it.
    #[must_use]
    pub fn with(self, right: Right) -> Self {
        Self(self.0 | Self::bit(right))
    }

    /// The set without `right`.
    #[must_use]
    pub fn without(self, right: Right) -> Self {
        Self(self.0 & !Self::bit(right))
    }

    /// Every right.
    #[must_use]
    pub fn all() -> Self {
        Right::ALL.iter().copied().collect()
    }

    /// Whether the person may see the API tokens page at all.
    #[must_use]
    pub fn open_api_tokens_page(self) -> bool {
        self.has(Right::AdminSettings) && self.has_any(Right::API_TOKENS_PAGE)
    }

    /// Its rights, in reading order.
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
    fn codes_are_distinct_and_read_back() {
        for right in Right::ALL {
            assert_eq!(Right::from_code(right.code()), Some(*right));
        }
        assert_eq!(Right::from_code("everything"), None);
    }

    #[test]
    fn the_api_tokens_page_needs_admin_settings_and_one_of_four() {
        let admin = Rights::default().with(Right::AdminSettings);
        assert!(!admin.open_api_tokens_page());
        for right in Right::API_TOKENS_PAGE {
            assert!(admin.with(*right).open_api_tokens_page());
            assert!(!Rights::default().with(*right).open_api_tokens_page());
        }
        assert!(!admin.with(Right::ManageUsers).open_api_tokens_page());
    }
}
