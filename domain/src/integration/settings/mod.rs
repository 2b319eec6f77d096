//! The integration settings of an account: one versioned document that its connectors read.

#[cfg(any(test, feature = "testing"))]
pub mod arbitrary;
mod connector;
mod difference;
mod edit;
mod member;
mod merge;
mod revisions;
mod validation;

pub use crate::integration::settings::connector::ConnectorSettings;
pub use crate::integration::settings::difference::{Difference, differences, revert};
pub use crate::integration::settings::edit::{ConnectionForm, Edit, FieldForm, FieldOverride, GlobalForm};
pub use crate::integration::settings::member::{SettingKey, SettingPath, option_value};
pub use crate::integration::settings::merge::{Conflict, merge, rebase};
pub use crate::integration::settings::revisions::{Conflicts, MAX_LISTED_CHANGES, Revision, Saved, SettingsRevision};
pub use crate::integration::settings::validation::{MAX_FIELD_NAME_CHARS, MAX_FIELDS, MAX_SEARCH_TERM_CHARS};

use crate::fields::name_key;
use crate::integration::selector::{AssetTypes, Dam, Language, Options, Resolved, SelectionMode};
use serde::{Deserialize, Serialize};

/// Holds all settings of an account except the client secret, with the names that connectors and files use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// The DAM connection.
    #[serde(default)]
    pub portal: DamConnection,
    /// `Language`.
    #[serde(default = "default_language")]
    pub language: Language,
    /// `Enable Remote Logging`.
    #[serde(default)]
    pub remote_logging: bool,
    /// The Global field settings.
    #[serde(default)]
    pub global: Options,
    /// The fields with custom settings, sorted by [`name_key`].
    #[serde(default)]
    pub fields: Vec<FieldSettings>,
}

/// Describes the connection to the DAM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ConnectorPortal))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DamConnection {
    /// The URL of the DAM portal. Omitted until it is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `bynder` or `webdam`.
    #[serde(default = "default_dam")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, required))]
    pub dam: Dam,
    /// The Bynder client ID. Omitted until it is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// Holds the custom settings of one content field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "SerializedField", into = "SerializedField")]
pub struct FieldSettings {
    /// The field's name in the CMS.
    pub field: String,
    /// The options that override the Global field settings.
    pub options: Options,
}

/// Describes the custom settings of a field. Omitted options use the Global field settings.
// The serialized form of `FieldSettings`, with the options beside the name. `flatten` would accept unknown members.
#[derive(Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = ConnectorFieldSettings))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SerializedField {
    /// The name of the field in the CMS.
    field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_search_term: Option<String>,
    /// Any of `image`, `video`, `document` and `audio`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<String>>))]
    asset_types: Option<AssetTypes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hide_limited_use: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asset_result_in_layout_service: Option<bool>,
    /// `SingleSelectFile`, `SingleSelect` or `MultiSelect`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    mode: Option<SelectionMode>,
}

impl From<SerializedField> for FieldSettings {
    fn from(written: SerializedField) -> Self {
        Self {
            field: written.field,
            options: Options {
                default_search_term: written.default_search_term,
                asset_types: written.asset_types,
                hide_limited_use: written.hide_limited_use,
                asset_result_in_layout_service: written.asset_result_in_layout_service,
                mode: written.mode,
            },
        }
    }
}

impl From<FieldSettings> for SerializedField {
    fn from(FieldSettings { field, options }: FieldSettings) -> Self {
        Self {
            field,
            default_search_term: options.default_search_term,
            asset_types: options.asset_types,
            hide_limited_use: options.hide_limited_use,
            asset_result_in_layout_service: options.asset_result_in_layout_service,
            mode: options.mode,
        }
    }
}

fn default_language() -> Language {
    Language::English
}

fn default_dam() -> Dam {
    Dam::Bynder
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            portal: DamConnection::default(),
            language: default_language(),
            remote_logging: false,
            global: Options::default(),
            fields: Vec::new(),
        }
    }
}

impl Default for DamConnection {
    fn default() -> Self {
        Self {
            url: None,
            dam: default_dam(),
            client_id: None,
        }
    }
}

impl Settings {
    /// Returns the custom settings of a field. Names are compared by [`name_key`].
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldSettings> {
        self.position(&name_key(name)).ok().map(|index| &self.fields[index])
    }

    /// Finds the field with this [`name_key`] by binary search, or its insertion index.
    fn position(&self, key: &str) -> Result<usize, usize> {
        self.fields
            .binary_search_by(|field| name_key(&field.field).as_str().cmp(key))
    }

    /// Returns the effective options of a field, with or without custom settings.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Resolved {
        let unset = Options::default();
        self.field(name)
            .map_or(&unset, |field| &field.options)
            .resolve(&self.global)
    }

    /// Inserts a field at its sorted position.
    fn insert(&mut self, field: FieldSettings) {
        let (Ok(index) | Err(index)) = self.position(&name_key(&field.field));
        self.fields.insert(index, field);
    }
}

#[cfg(test)]
mod tests;
