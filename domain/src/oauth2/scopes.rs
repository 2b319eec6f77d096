//! OAuth 2 scopes (RFC 6749 §3.3): what an access token is good for.

use crate::accounts::rights::{Right, Rights};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $code:literal in $group:literal, needs $right:expr, $sentence:literal;)*) => {
        /// Something that an access token may be good for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope {
            $($(#[$doc])* $name,)*
        }

        impl Scope {
            /// All there are, in the order in which people read them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word for it on the wire.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The heading that it stands under.
            #[must_use]
            pub fn group(self) -> &'static str {
                match self { $(Self::$name => $group,)* }
            }

            /// The right without which a person cannot give it away.
            #[must_use]
            pub fn right(self) -> Option<Right> {
                match self { $(Self::$name => $right,)* }
            }

            /// What an app that has it can do, as the rest of a sentence: `Read who you are`.
            #[must_use]
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$name => $sentence,)* }
            }
        }
    };
}

scopes! {
    /// A refresh token.
    Offline = "offline" in "Access", needs None, "Stay connected while you are away, until you disconnect it";
    /// `GET /api/v4/currentUser`.
    CurrentUserRead = "current.user:read" in "You", needs None, "Read your name, e-mail and account";
    /// `GET /api/v4/profiles/{id}` of the token's own user.
    CurrentProfileRead = "current.profile:read" in "You", needs None, "Read your security profile and its rights";
    /// `GET /api/v4/users`.
    AdminUserRead = "admin.user:read" in "Account", needs Some(Right::ManageUsers), "Read the users of the account";
    /// `GET /api/v4/profiles`.
    AdminProfileRead = "admin.profile:read" in "Account", needs Some(Right::ManageUsers),
        "Read the security profiles of the account";
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
        "Read the metaproperties of workflows";
}

impl Scope {
    /// The seven that the guide "Creating an OAuth2 App" asks for.
    pub const CONNECTOR: [Self; 7] = [
        Self::AssetRead,
        Self::AssetUsageRead,
        Self::AssetUsageWrite,
        Self::CollectionRead,
        Self::MetaAssetbankRead,
        Self::MetaAssetbankWrite,
        Self::MetaWorkflowRead,
    ];

    /// The scope that `code` names; case counts.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|scope| scope.code() == code)
    }

    /// Whether a person with these rights can give it away.
    #[must_use]
    pub fn is_allowed(self, rights: Rights) -> bool {
        self.right().is_none_or(|right| rights.has(right))
    }
}

/// A set of scopes. As text: the scopes' words with a space between them, in one order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Scopes(u32);

/// A word that is not a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no scope {0:?}")]
pub struct UnknownScope(pub String);

impl Scopes {
    /// The scopes among the words of a request. Words that nobody here knows can be granted by nobody here.
    #[must_use]
    pub fn known(text: &str) -> Self {
        text.split(' ').filter_map(Scope::from_code).collect()
    }

    /// Whether `scope` is in the set.
    #[must_use]
    pub fn has(self, scope: Scope) -> bool {
        self.0 & Self::bit(scope) != 0
    }

    /// The set with `scope` in it.
    #[must_use]
    pub fn with(self, scope: Scope) -> Self {
        Self(self.0 | Self::bit(scope))
    }

    /// The set without `scope`.
    #[must_use]
    pub fn without(self, scope: Scope) -> Self {
        Self(self.0 & !Self::bit(scope))
    }

    /// What is in both sets.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What is in one of the sets or in both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What is in this set and not in `other`.
    #[must_use]
    pub fn except(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether nothing is in the set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that a person with these rights can give away.
    #[must_use]
    pub fn allowed_by(self, rights: Rights) -> Self {
        self.iter().filter(|scope| scope.is_allowed(rights)).collect()
    }

    /// Its scopes, in reading order.
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
    type Err = UnknownScope;

    /// Reads words with spaces between them; any order, repeated or not.
    fn from_str(text: &str) -> Result<Self, UnknownScope> {
        text.split(' ')
            .filter(|word| !word.is_empty())
            .map(|word| Scope::from_code(word).ok_or_else(|| UnknownScope(word.to_owned())))
            .collect()
    }
}

impl From<Scopes> for String {
    fn from(scopes: Scopes) -> Self {
        scopes.to_string()
    }
}

impl TryFrom<String> for Scopes {
    type Error = UnknownScope;

    fn try_from(text: String) -> Result<Self, UnknownScope> {
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
    fn words_are_distinct_and_read_back() {
        for scope in Scope::ALL {
            assert_eq!(Scope::from_code(scope.code()), Some(*scope));
        }
        assert_eq!(Scope::from_code("Offline"), None);
    }

    #[test]
    fn order_and_repetition_do_not_count() {
        assert_eq!(scopes("asset:read offline  asset:read"), scopes("offline asset:read"));
        assert_eq!(scopes("asset:read offline").to_string(), "offline asset:read");
        assert_eq!(
            "offline nonsense".parse::<Scopes>(),
            Err(UnknownScope("nonsense".to_owned()))
        );
        assert!(scopes(" ").is_empty());
        assert_eq!(
            Scopes::known("offline  nonsense asset:read"),
            scopes("offline asset:read")
        );
    }

    #[test]
    fn rights_bound_what_is_given_away() {
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
    fn the_guides_seven_are_seven() {
        let seven: Scopes = Scope::CONNECTOR.into_iter().collect();
        assert_eq!(seven.iter().count(), 7);
    }

    proptest! {
        #[test]
        fn text_reads_back(bits in 0u32..(1 << 12)) {
            let set: Scopes = Scope::ALL.iter().copied().filter(|scope| bits & (1 << (*scope as u32)) != 0).collect();
            prop_assert_eq!(set.to_string().parse::<Scopes>(), Ok(set));
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            let _ = text.parse::<Scopes>();
        }
    }
}
