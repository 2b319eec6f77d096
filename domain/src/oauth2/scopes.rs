//! OAuth 2.0 scopes (RFC 6749 §3.3).

use crate::accounts::rights::{Right, Rights};
use crate::coded_enum::CodedEnum;
use crate::enum_set::EnumSet;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use strum::{EnumString, IntoStaticStr, VariantArray};

/// A permission of an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
pub enum Scope {
    /// A refresh token.
    #[strum(serialize = "offline")]
    Offline,
    /// `GET /api/v4/currentUser`.
    #[strum(serialize = "current.user:read")]
    CurrentUserRead,
    /// `GET /api/v4/profiles/{id}` of the token's own user.
    #[strum(serialize = "current.profile:read")]
    CurrentProfileRead,
    /// `GET /api/v4/users`.
    #[strum(serialize = "admin.user:read")]
    AdminUserRead,
    /// `GET /api/v4/profiles`.
    #[strum(serialize = "admin.profile:read")]
    AdminProfileRead,
    /// Assets of the DAM.
    #[strum(serialize = "asset:read")]
    AssetRead,
    /// Where assets are used.
    #[strum(serialize = "asset.usage:read")]
    AssetUsageRead,
    /// Reporting where assets are used.
    #[strum(serialize = "asset.usage:write")]
    AssetUsageWrite,
    /// Collections of the DAM.
    #[strum(serialize = "collection:read")]
    CollectionRead,
    /// Metaproperties of the DAM.
    #[strum(serialize = "meta.assetbank:read")]
    MetaAssetbankRead,
    /// Changing metaproperties of the DAM.
    #[strum(serialize = "meta.assetbank:write")]
    MetaAssetbankWrite,
    /// Workflow metaproperties of the DAM.
    #[strum(serialize = "meta.workflow:read")]
    MetaWorkflowRead,
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

    /// Returns the heading of its group in the UI.
    #[must_use]
    pub fn group(self) -> &'static str {
        match self {
            Self::Offline => "Access",
            Self::CurrentUserRead | Self::CurrentProfileRead => "You",
            Self::AdminUserRead | Self::AdminProfileRead => "Account",
            Self::AssetRead | Self::AssetUsageRead | Self::AssetUsageWrite | Self::CollectionRead => "Assets",
            Self::MetaAssetbankRead | Self::MetaAssetbankWrite | Self::MetaWorkflowRead => "Metadata",
        }
    }

    /// Returns the right that a user needs to grant it.
    #[must_use]
    pub fn right(self) -> Option<Right> {
        match self {
            Self::Offline | Self::CurrentUserRead | Self::CurrentProfileRead => None,
            Self::AdminUserRead | Self::AdminProfileRead => Some(Right::ManageUsers),
            Self::AssetUsageRead => Some(Right::ViewAssetTracking),
            Self::AssetUsageWrite => Some(Right::ManageAssetTracking),
            Self::AssetRead
            | Self::CollectionRead
            | Self::MetaAssetbankRead
            | Self::MetaAssetbankWrite
            | Self::MetaWorkflowRead => Some(Right::ManageIntegration),
        }
    }

    /// Reports whether a user with these rights can grant it.
    #[must_use]
    pub fn is_grantable(self, rights: Rights) -> bool {
        self.right().is_none_or(|right| rights.has(right))
    }

    /// Returns what the scope allows, for the consent page: `Read your name, email and account`.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::Offline => "Keep access when you’re not signed in",
            Self::CurrentUserRead => "Read your name, email and account",
            Self::CurrentProfileRead => "Read your security profile and its rights",
            Self::AdminUserRead => "Read the account’s users",
            Self::AdminProfileRead => "Read the account’s security profiles",
            Self::AssetRead => "Search and read assets",
            Self::AssetUsageRead => "Read where assets are used",
            Self::AssetUsageWrite => "Report where assets are used, and remove such reports",
            Self::CollectionRead => "Read collections",
            Self::MetaAssetbankRead => "Read metaproperties, tags and their options",
            Self::MetaAssetbankWrite => "Change metaproperties, tags and their options",
            Self::MetaWorkflowRead => "Read workflow metaproperties",
        }
    }
}

/// A set of scopes. Its text form, in which it also serializes, is a space-separated list in canonical order.
pub type Scopes = EnumSet<Scope>;

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

    /// Returns the scopes that a user with these rights can grant.
    #[must_use]
    pub fn allowed_by(self, rights: Rights) -> Self {
        self.iter().filter(|scope| scope.is_grantable(rights)).collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.join(" "))
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

// Not in conflict with the list of other sets, since `Scope` itself doesn't serialize.
impl Serialize for Scopes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scopes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scopes(text: &str) -> Scopes {
        text.parse().unwrap()
    }

    /// The codes are stored, and the enum's order is that of the UI.
    #[test]
    fn codes_and_their_order_are_stable() {
        let codes = [
            "offline",
            "current.user:read",
            "current.profile:read",
            "admin.user:read",
            "admin.profile:read",
            "asset:read",
            "asset.usage:read",
            "asset.usage:write",
            "collection:read",
            "meta.assetbank:read",
            "meta.assetbank:write",
            "meta.workflow:read",
        ];
        assert!(Scope::ALL.iter().map(|scope| scope.code()).eq(codes));
    }

    #[test]
    fn set_serializes_as_text() {
        let set = scopes("asset:read offline");
        let text = r#""offline asset:read""#;
        assert_eq!(serde_json::to_string(&set).unwrap(), text);
        assert_eq!(serde_json::from_str::<Scopes>(text).unwrap(), set);
        assert!(serde_json::from_str::<Scopes>(r#""nonsense""#).is_err());
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
        let all = Scopes::all();
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
