//! OAuth 2.0 scopes (RFC 6749 §3.3).

use crate::accounts::rights::{Right, Rights};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $code:literal in $group:literal, needs $right:expr, $description:literal;)*) => {
        /// A permission of an access token.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope {
            $($(#[$doc])* $name,)*
        }

        impl Scope {
            /// All scopes, in display order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Returns the name in the protocol.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Returns the heading of its group in the UI.
            #[must_use]
            pub fn group(self) -> &'static str {
                match self { $(Self::$name => $group,)* }
            }

            /// Returns the right that a user needs to grant it.
            #[must_use]
            pub fn right(self) -> Option<Right> {
                match self { $(Self::$name => $right,)* }
            }

            /// Returns what the scope allows, for the consent page: `Read your name, email and account`.
            #[must_use]
            pub fn description(self) -> &'static str {
                match self { $(Self::$name => $description,)* }
            }
        }
    };
}

scopes! {
    /// A refresh token.
    Offline = "offline" in "Access", needs None, "Keep access when you’re not signed in";
    /// `GET /api/v4/currentUser`.
    CurrentUserRead = "current.user:read" in "You", needs None, "Read your name, email and account";
    /// `GET /api/v4/profiles/{id}` of the token's own user.
    CurrentProfileRead = "current.profile:read" in "You", needs None, "Read your security profile and its rights";
    /// `GET /api/v4/users`.
    AdminUserRead = "admin.user:read" in "Account", needs Some(Right::ManageUsers), "Read the account’s users";
    /// `GET /api/v4/profiles`.
    AdminProfileRead = "admin.profile:read" in "Account", needs Some(Right::ManageUsers),
        "Read the account’s security profiles";
    /// Assets of the DAM.
    AssetRead = "asset:read" in "Assets", needs Some(Right::ManageIntegration), "Search and read assets";
    /// Where assets are used.
    AssetUsageRead = "asset.usage:read" in "Assets", needs Some(Right::ViewAssetTracking), "Read where assets are used";
    /// Reporting where assets are used.
    AssetUsageWrite = "asset.usage:write" in "Assets", needs Some(Right::ManageAssetTracking),
        "Report where assets are used, and remove such reports";
    /// Collections of the DAM.
    CollectionRead = "collection:read" in "Assets", needs Some(Right::ManageIntegration), "Read collections";
    /// Metaproperties of the DAM.
    MetaAssetbankRead = "meta.assetbank:read" in "Metadata", needs Some(Right::ManageIntegration),
        "Read metaproperties, tags and their options";
    /// Changing metaproperties of the DAM.
    MetaAssetbankWrite = "meta.assetbank:write" in "Metadata", needs Some(Right::ManageIntegration),
        "Change metaproperties, tags and their options";
    /// Workflow metaproperties of the DAM.
    MetaWorkflowRead = "meta.workflow:read" in "Metadata", needs Some(Right::ManageIntegration),
        "Read workflow metaproperties";
}

impl Scope {
    /// The seven scopes that the guide "Creating an OAuth2 App" asks for.
    pub const CONNECTOR: [Self; 7] = [
        Self::AssetRead,
        Self::AssetUsageRead,
        Self::AssetUsageWrite,
        Self::CollectionRead,
        Self::MetaAssetbankRead,
        Self::MetaAssetbankWrite,
        Self::MetaWorkflowRead,
    ];

    /// Returns the scope with this name; case-sensitive.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.code() == code)
    }

    /// Reports whether a user with these rights can grant it.
    #[must_use]
    pub fn is_grantable(self, rights: Rights) -> bool {
        self.right().is_none_or(|right| rights.has(right))
    }
}

/// A set of scopes. Its text form is a space-separated list in canonical order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scopes(u32);

/// The error for an unknown scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown scope {0:?}")]
pub struct ParseScopeError(pub String);

impl Scopes {
    /// Parses a space-separated list and ignores unknown scopes, which can't be granted.
    #[must_use]
    pub fn parse_known(text: &str) -> Self {
        text.split(' ').filter_map(Scope::from_code).collect()
    }

    /// Reports whether the set contains `scope`.
    #[must_use]
    pub fn has(self, scope: Scope) -> bool {
        self.0 & Self::bit(scope) != 0
    }

    /// Returns the set with `scope` added.
    #[must_use]
    pub fn with(self, scope: Scope) -> Self {
        Self(self.0 | Self::bit(scope))
    }

    /// Returns the set with `scope` removed.
    #[must_use]
    pub fn without(self, scope: Scope) -> Self {
        Self(self.0 & !Self::bit(scope))
    }

    /// Returns the scopes that are in both sets.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the scopes that are in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the scopes that are not in `other`.
    #[must_use]
    pub fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Reports whether the set is empty.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the scopes that a user with these rights can grant.
    #[must_use]
    pub fn allowed_by(self, rights: Rights) -> Self {
        self.iter().filter(|scope| scope.is_grantable(rights)).collect()
    }

    /// Iterates over the scopes in display order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.has(*scope))
    }

    fn bit(scope: Scope) -> u32 {
        1 << (scope as u32)
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::default(), Self::with)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.code())?;
        }
        Ok(())
    }
}

impl FromStr for Scopes {
    type Err = ParseScopeError;

    /// Parses a space-separated list in any order, with or without repetitions.
    fn from_str(text: &str) -> Result<Self, ParseScopeError> {
        text.split(' ')
            .filter(|word| !word.is_empty())
            .map(|word| Scope::from_code(word).ok_or_else(|| ParseScopeError(word.to_owned())))
            .collect()
    }
}

impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.to_string()
    }
}

impl TryFrom<String> for Scopes {
    type Error = ParseScopeError;

    fn try_from(text: String) -> Result<Self, ParseScopeError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scopes(text: &str) -> Scopes {
        text.parse().unwrap()
    }

    #[test]
    fn code_maps_back_to_its_scope() {
        for scope in Scope::ALL {
            assert_eq!(Scope::from_code(scope.code()), Some(*scope));
        }
        assert_eq!(Scope::from_code("Offline"), None);
    }

    #[test]
    fn order_and_repetition_are_ignored() {
        assert_eq!(scopes("asset:read offline  asset:read"), scopes("offline asset:read"));
        assert_eq!(scopes("asset:read offline").to_string(), "offline asset:read");
        assert_eq!(
            "offline nonsense".parse::<Scopes>(),
            Err(ParseScopeError("nonsense".to_owned()))
        );
        assert!(scopes(" ").is_empty());
        assert_eq!(
            Scopes::parse_known("offline  nonsense asset:read"),
            scopes("offline asset:read")
        );
    }

    #[test]
    fn grantable_scopes_depend_on_rights() {
        let all: Scopes = Scope::ALL.iter().copied().collect();
        assert_eq!(
            all.allowed_by(Rights::default()),
            scopes("offline current.user:read current.profile:read")
        );
        let tracker = Rights::default().with(Right::ViewAssetTracking);
        assert_eq!(
            scopes("asset.usage:read asset.usage:write").allowed_by(tracker),
            scopes("asset.usage:read")
        );
        assert_eq!(all.allowed_by(Rights::all()), all);
    }

    #[test]
    fn connector_scopes_are_distinct() {
        let scopes: Scopes = Scope::CONNECTOR.into_iter().collect();
        assert_eq!(scopes.iter().count(), 7);
    }

    proptest! {
        #[test]
        fn printed_scopes_parse_back(bits in 0u32..(1 << 12)) {
            let set: Scopes = Scope::ALL.iter().copied().filter(|scope| bits & (1 << (*scope as u32)) != 0).collect();
            prop_assert_eq!(set.to_string().parse::<Scopes>(), Ok(set));
        }

        #[test]
        fn parsing_never_panics(text in "\\PC{0,80}") {
            let _ = text.parse::<Scopes>();
        }
    }
}
