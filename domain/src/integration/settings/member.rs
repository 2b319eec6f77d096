//! Settings by key and path, as text, for forms, the history and conflicts.

use crate::coded_enum::CodedEnum;
use crate::fields::name_key;
use crate::integration::selector::{AssetTypes, Dam, Language, Options, SelectionMode};
use crate::integration::settings::{FieldSettings, Settings};
use serde::{Deserialize, Serialize};

/// Names a setting. Its serialized form is its code in files and in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SettingKey {
    /// The URL of the DAM.
    #[serde(rename = "portal.url")]
    PortalUrl,
    /// The kind of DAM.
    #[serde(rename = "portal.dam")]
    Dam,
    /// The client ID with which connectors get access tokens of the DAM.
    #[serde(rename = "portal.clientId")]
    ClientId,
    /// Whether a client secret is set. Its value is never exposed.
    #[serde(rename = "portal.clientSecret")]
    ClientSecret,
    /// The language of the asset selector.
    Language,
    /// Whether connectors may send remote logs.
    RemoteLogging,
    /// A field with custom settings; the value is its name.
    Field,
    /// The initial search term.
    DefaultSearchTerm,
    /// The visible asset types.
    AssetTypes,
    /// Whether limited usage assets are hidden.
    HideLimitedUse,
    /// Whether the Layout Service returns whole assets.
    #[serde(rename = "assetResultInLayoutService")]
    LayoutService,
    /// How many assets or files an editor can select.
    Mode,
}

impl SettingKey {
    /// The keys of settings that don't belong to a field or to the Global field settings.
    pub const SHARED: [Self; 5] = [
        Self::PortalUrl,
        Self::Dam,
        Self::ClientId,
        Self::Language,
        Self::RemoteLogging,
    ];

    /// The keys of options, which the Global field settings and each field have.
    pub const OPTIONS: [Self; 5] = [
        Self::DefaultSearchTerm,
        Self::AssetTypes,
        Self::HideLimitedUse,
        Self::LayoutService,
        Self::Mode,
    ];

    /// Returns the label in the UI, which is that of the guide.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::PortalUrl => "Portal URL",
            Self::Dam => "DAM",
            Self::ClientId => "OAuth2 Client ID",
            Self::ClientSecret => "OAuth2 Client Secret",
            Self::Language => "Language",
            Self::RemoteLogging => "Enable Remote Logging",
            Self::Field => "Field",
            Self::DefaultSearchTerm => "Default search term",
            Self::AssetTypes => "Visible asset types",
            Self::HideLimitedUse => "Always hide limited usage assets",
            Self::LayoutService => "Enable asset result in Layout Service",
            Self::Mode => "Selection mode",
        }
    }

    /// Returns the display text of a value: `Yes` for `true`.
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

/// Locates a setting.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SettingPath {
    /// The field's name; `None` for shared settings and the Global field settings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The setting's key.
    #[serde(rename = "member")]
    pub key: SettingKey,
}

impl SettingPath {
    /// Returns the path of a shared setting or of an option of the Global field settings.
    #[must_use]
    pub fn shared(key: SettingKey) -> Self {
        Self { field: None, key }
    }

    /// Returns the path of a field's setting.
    #[must_use]
    pub fn in_field(field: &str, key: SettingKey) -> Self {
        Self {
            field: Some(field.to_owned()),
            key,
        }
    }

    /// Reports whether two paths are equal, with field names compared by [`name_key`].
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        self.key == other.key && self.field_key() == other.field_key()
    }

    /// Returns the [`name_key`] of the field's name.
    #[must_use]
    pub fn field_key(&self) -> Option<String> {
        self.field.as_deref().map(name_key)
    }
}

impl Settings {
    /// Returns the value at a path as text; `None` if it is not set.
    #[must_use]
    pub fn value(&self, path: &SettingPath) -> Option<String> {
        let options = match &path.field {
            Some(name) => {
                let field = self.field(name)?;
                if path.key == SettingKey::Field {
                    return Some(field.field.clone());
                }
                &field.options
            }
            None => &self.global,
        };
        match path.key {
            SettingKey::PortalUrl => self.portal.url.clone(),
            SettingKey::Dam => Some(self.portal.dam.code().to_owned()),
            SettingKey::ClientId => self.portal.client_id.clone(),
            SettingKey::Language => Some(self.language.code().to_owned()),
            SettingKey::RemoteLogging => Some(self.remote_logging.to_string()),
            SettingKey::Field | SettingKey::ClientSecret => None,
            option => option_value(options, option),
        }
    }

    /// Sets the value at a path; the inverse of [`value`](Self::value). An invalid value resets the setting to unset or its
    /// default. Does nothing for an option of a field without custom settings.
    pub fn set(&mut self, path: &SettingPath, value: Option<&str>) {
        if path.key == SettingKey::Field {
            return self.set_field(path, value);
        }
        let options = match &path.field {
            Some(name) => match self.position(&name_key(name)) {
                Ok(index) => &mut self.fields[index].options,
                Err(_) => return,
            },
            None => &mut self.global,
        };
        match path.key {
            SettingKey::PortalUrl => self.portal.url = value.map(str::to_owned),
            SettingKey::Dam => self.portal.dam = value.and_then(Dam::from_code).unwrap_or(Dam::Bynder),
            SettingKey::ClientId => self.portal.client_id = value.map(str::to_owned),
            SettingKey::Language => self.language = value.and_then(Language::from_code).unwrap_or(Language::English),
            SettingKey::RemoteLogging => {
                self.remote_logging = value.and_then(|value| value.parse().ok()).unwrap_or_default();
            }
            SettingKey::Field | SettingKey::ClientSecret => {}
            option => set_option(options, option, value),
        }
    }

    fn set_field(&mut self, path: &SettingPath, value: Option<&str>) {
        let Some(key) = path.field_key() else { return };
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

/// Returns the value of one of [`SettingKey::OPTIONS`] as text; `None` if it is not set.
#[must_use]
pub fn option_value(options: &Options, key: SettingKey) -> Option<String> {
    match key {
        SettingKey::DefaultSearchTerm => options.default_search_term.clone(),
        SettingKey::AssetTypes => options.asset_types.map(|types| types.to_string()),
        SettingKey::HideLimitedUse => options.hide_limited_use.map(|hide| hide.to_string()),
        SettingKey::LayoutService => options.asset_result_in_layout_service.map(|result| result.to_string()),
        SettingKey::Mode => options.mode.map(|mode| mode.code().to_owned()),
        _ => None,
    }
}

/// Sets one of [`SettingKey::OPTIONS`].
pub(crate) fn set_option(options: &mut Options, key: SettingKey, value: Option<&str>) {
    let flag = || value.and_then(|value| value.parse().ok());
    match key {
        SettingKey::DefaultSearchTerm => options.default_search_term = value.map(str::to_owned),
        SettingKey::AssetTypes => options.asset_types = value.and_then(AssetTypes::parse),
        SettingKey::HideLimitedUse => options.hide_limited_use = flag(),
        SettingKey::LayoutService => options.asset_result_in_layout_service = flag(),
        SettingKey::Mode => options.mode = value.and_then(SelectionMode::from_code),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes are stored in the history.
    #[test]
    fn codes_are_stable() {
        let keys = [
            (SettingKey::PortalUrl, "portal.url"),
            (SettingKey::Dam, "portal.dam"),
            (SettingKey::ClientId, "portal.clientId"),
            (SettingKey::ClientSecret, "portal.clientSecret"),
            (SettingKey::Language, "language"),
            (SettingKey::RemoteLogging, "remoteLogging"),
            (SettingKey::Field, "field"),
            (SettingKey::DefaultSearchTerm, "defaultSearchTerm"),
            (SettingKey::AssetTypes, "assetTypes"),
            (SettingKey::HideLimitedUse, "hideLimitedUse"),
            (SettingKey::LayoutService, "assetResultInLayoutService"),
            (SettingKey::Mode, "mode"),
        ];
        for (key, code) in keys {
            assert_eq!(serde_json::to_value(key).unwrap(), code);
            assert_eq!(serde_json::from_value::<SettingKey>(code.into()).unwrap(), key);
        }
    }
}
