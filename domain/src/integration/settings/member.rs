//! The members of the settings, each by its place, as texts: what forms, histories and conflicts speak of.

use crate::fields::name_key;
use crate::integration::selector::{AssetTypes, Dam, Language, Options, SelectionMode};
use crate::integration::settings::{FieldSettings, Settings};
use serde::{Deserialize, Serialize};

macro_rules! members {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $label:literal;)*) => {
        /// A member of the settings. The labels are the words of the guide.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Member {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl Member {
            /// All there are, in reading order.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word for it in files and in the history.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The words for it on a page.
            #[must_use]
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label,)* }
            }
        }
    };
}

members! {
    /// Where the DAM is.
    PortalUrl = "portal.url", "Portal URL";
    /// Which DAM it is.
    Dam = "portal.dam", "DAM";
    /// The client id that connectors get the DAM's tokens with.
    ClientId = "portal.clientId", "OAuth2 Client ID";
    /// That there is a client secret. What it is stands nowhere.
    ClientSecret = "portal.clientSecret", "OAuth2 Client Secret";
    /// The language of the asset selector.
    Language = "language", "Language";
    /// Whether connectors may send what they log.
    RemoteLogging = "remoteLogging", "Enable Remote Logging";
    /// That a field has settings of its own: its name.
    Field = "field", "Field";
    /// What the search starts with.
    DefaultSearchTerm = "defaultSearchTerm", "Default search term";
    /// Which types are shown.
    AssetTypes = "assetTypes", "Visible asset types";
    /// Whether assets of limited usage are hidden.
    HideLimitedUse = "hideLimitedUse", "Always hide limited usage assets";
    /// Whether the Layout Service answers with whole assets.
    LayoutService = "assetResultInLayoutService", "Enable asset result in Layout Service";
    /// What an editor can select.
    Mode = "mode", "Selection mode";
}

impl Member {
    /// Those that all fields share.
    pub const SHARED: [Self; 5] = [
        Self::PortalUrl,
        Self::Dam,
        Self::ClientId,
        Self::Language,
        Self::RemoteLogging,
    ];

    /// Those of the Global field settings and of each field.
    pub const OPTIONS: [Self; 5] = [
        Self::DefaultSearchTerm,
        Self::AssetTypes,
        Self::HideLimitedUse,
        Self::LayoutService,
        Self::Mode,
    ];

    /// A value of it for a person: `Yes` for `true`.
    #[must_use]
    pub fn readable(self, value: &str) -> String {
        let label = match self {
            Self::Dam => Dam::from_code(value).map(Dam::label),
            Self::Language => Language::from_code(value).map(Language::label),
            Self::Mode => SelectionMode::from_code(value).map(SelectionMode::label),
            Self::RemoteLogging | Self::HideLimitedUse | Self::LayoutService => match value {
                "true" => Some("Yes"),
                "false" => Some("No"),
                _ => None,
            },
            Self::AssetTypes => {
                let labels = AssetTypes::parse(value).unwrap_or_default();
                return labels.iter().map(|kind| kind.label()).collect::<Vec<_>>().join(", ");
            }
            Self::DefaultSearchTerm if value.is_empty() => Some("None"),
            _ => None,
        };
        label.map_or_else(|| value.to_owned(), str::to_owned)
    }
}

/// Where a member stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The field that it is of; none for what all share, the Global field settings included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The member.
    pub member: Member,
}

impl Place {
    /// A member that all fields share.
    #[must_use]
    pub fn shared(member: Member) -> Self {
        Self { field: None, member }
    }

    /// A member of a field.
    #[must_use]
    pub fn of(field: &str, member: Member) -> Self {
        Self {
            field: Some(field.to_owned()),
            member,
        }
    }

    /// Whether two are the same, as [`name_key`] compares the fields' names.
    #[must_use]
    pub fn is(&self, other: &Self) -> bool {
        self.member == other.member && self.key() == other.key()
    }

    /// What makes two fields' names the same, of the field that it is of.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        self.field.as_deref().map(name_key)
    }
}

impl Settings {
    /// What stands at a place, as text; nothing where the settings leave it open.
    #[must_use]
    pub fn value(&self, place: &Place) -> Option<String> {
        let options = match &place.field {
            Some(name) => {
                let field = self.field(name)?;
                if place.member == Member::Field {
                    return Some(field.field.clone());
                }
                &field.options
            }
            None => &self.global,
        };
        match place.member {
            Member::PortalUrl => self.portal.url.clone(),
            Member::Dam => Some(self.portal.dam.code().to_owned()),
            Member::ClientId => self.portal.client_id.clone(),
            Member::Language => Some(self.language.code().to_owned()),
            Member::RemoteLogging => Some(self.remote_logging.to_string()),
            Member::Field | Member::ClientSecret => None,
            option => option_value(options, option),
        }
    }

    /// Writes what [`value`](Self::value) reads. A text that is none of the member's values leaves it open, or as new.
    /// What is said of a field that is not there is lost.
    pub fn set(&mut self, place: &Place, value: Option<&str>) {
        if place.member == Member::Field {
            return self.set_field(place, value);
        }
        let options = match &place.field {
            Some(name) => match self.position(&name_key(name)) {
                Ok(index) => &mut self.fields[index].options,
                Err(_) => return,
            },
            None => &mut self.global,
        };
        match place.member {
            Member::PortalUrl => self.portal.url = value.map(str::to_owned),
            Member::Dam => self.portal.dam = value.and_then(Dam::from_code).unwrap_or(Dam::Bynder),
            Member::ClientId => self.portal.client_id = value.map(str::to_owned),
            Member::Language => self.language = value.and_then(Language::from_code).unwrap_or(Language::English),
            Member::RemoteLogging => {
                self.remote_logging = value.and_then(|value| value.parse().ok()).unwrap_or_default();
            }
            Member::Field | Member::ClientSecret => {}
            option => set_option(options, option, value),
        }
    }

    fn set_field(&mut self, place: &Place, value: Option<&str>) {
        let Some(key) = place.key() else { return };
        let index = self.position(&key).ok();
        match (index, value) {
            (Some(index), Some(name)) => name.clone_into(&mut self.fields[index].field),
            (Some(index), None) => {
                self.fields.remove(index);
            }
            (None, Some(name)) => self.insert(FieldSettings {
                field: name.to_owned(),
                options: Options::default(),
            }),
            (None, None) => {}
        }
    }
}

/// What one of [`Member::OPTIONS`] is, as text.
pub(crate) fn option_value(options: &Options, member: Member) -> Option<String> {
    match member {
        Member::DefaultSearchTerm => options.default_search_term.clone(),
        Member::AssetTypes => options.asset_types.map(|types| types.to_string()),
        Member::HideLimitedUse => options.hide_limited_use.map(|hide| hide.to_string()),
        Member::LayoutService => options.asset_result_in_layout_service.map(|result| result.to_string()),
        Member::Mode => options.mode.map(|mode| mode.code().to_owned()),
        _ => None,
    }
}

/// Sets one of [`Member::OPTIONS`].
pub(crate) fn set_option(options: &mut Options, member: Member, value: Option<&str>) {
    let flag = || value.and_then(|value| value.parse().ok());
    match member {
        Member::DefaultSearchTerm => options.default_search_term = value.map(str::to_owned),
        Member::AssetTypes => options.asset_types = value.and_then(AssetTypes::parse),
        Member::HideLimitedUse => options.hide_limited_use = flag(),
        Member::LayoutService => options.asset_result_in_layout_service = flag(),
        Member::Mode => options.mode = value.and_then(SelectionMode::from_code),
        _ => {}
    }
}
