//! The integration settings of an account: one versioned document that its connectors read.

#[cfg(any(test, feature = "testing"))]
pub mod any;
mod difference;
mod edit;
mod member;
mod merge;

pub use crate::integration::settings::difference::{Difference, differences, revert};
pub use crate::integration::settings::edit::{ConnectionForm, Edit, FieldForm, FieldOverride, GlobalForm};
pub use crate::integration::settings::member::{SettingKey, SettingPath};
pub use crate::integration::settings::merge::{Conflict, merge, rebase};

use crate::fields::{FieldErrors, name_key, normalize_whitespace, too_long_message};
use crate::integration::portal_url;
use crate::integration::selector::{Dam, Language, Options, Resolved};
use crate::time::Timestamp;
use crate::unicode::check_visible;
use serde::{Deserialize, Serialize};

/// The maximum number of fields with custom settings.
pub const MAX_FIELDS: usize = 5_000;

/// The maximum length of the name of a content field, in characters. The CMS defines the names, which may be paths.
pub const MAX_FIELD_NAME_CHARS: usize = 200;

/// The maximum length of a search term, in characters.
pub const MAX_SEARCH_TERM_CHARS: usize = 200;

/// The maximum number of changes listed for one revision or file, since one file can make tens of thousands.
pub const MAX_LISTED_CHANGES: usize = 200;

/// The maximum length of a client ID, in characters.
pub const MAX_CLIENT_ID_CHARS: usize = 200;

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

/// Holds the DAM connection of connectors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DamConnection {
    /// `Portal URL`, an origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `DAM`.
    #[serde(default = "default_dam")]
    pub dam: Dam,
    /// `OAuth2 Client ID`; applies to Bynder only.
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

/// The serialized form of [`FieldSettings`], with the options beside the name. `flatten` would accept unknown members.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SerializedField {
    field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default_search_term: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asset_types: Option<crate::integration::selector::AssetTypes>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hide_limited_use: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asset_result_in_layout_service: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mode: Option<crate::integration::selector::SelectionMode>,
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

/// Holds the settings with their revision number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsRevision {
    /// The revision number, incremented by every change; 0 for an account that has never been configured.
    pub revision: i64,
    /// The settings.
    pub settings: Settings,
    /// When the client secret was set; `None` if there is none.
    pub secret_set_at: Option<Timestamp>,
}

/// Describes a revision in the history of an account's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// The revision number.
    pub revision: i64,
    /// When it was saved.
    pub at: Timestamp,
    /// The name of the user who saved it; `None` for the command line.
    pub by: Option<String>,
    /// A note if it was not saved in a form: `Restored revision 12`.
    pub note: String,
    /// The changes; at most [`MAX_LISTED_CHANGES`] in a list of revisions.
    pub differences: Vec<Difference>,
    /// The total number of changes.
    pub total: usize,
}

/// The result of a save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Saved {
    /// A new revision was saved.
    New(i64),
    /// Nothing changed since this revision.
    Unchanged(i64),
    /// Another user has changed the same settings; nothing was saved.
    Conflict(Conflicts),
}

/// Describes a save that conflicts with another user's changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflicts {
    /// The latest revision number.
    pub revision: i64,
    /// The name of the user who last changed one of the settings; `None` for the command line.
    pub by: Option<String>,
    /// When they changed it.
    pub at: Timestamp,
    /// The conflicting changes.
    pub conflicts: Vec<Conflict>,
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

    /// Validates and normalizes the settings, and sorts the fields.
    ///
    /// # Errors
    /// Returns a validation error for each invalid value, by its path in a file.
    pub fn validate(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.portal.validate(&mut errors);
        validate_options(&mut self.global, "global", &mut errors);
        if self.fields.len() > MAX_FIELDS {
            errors.add("fields", format!("Use at most {MAX_FIELDS} fields."));
        }
        for field in &mut self.fields {
            field.field = validate_field_name("field", &field.field, &mut errors);
            let path = format!("fields.{}", field.field);
            validate_options(&mut field.options, &path, &mut errors);
        }
        self.fields.sort_by_cached_key(|field| name_key(&field.field));
        let mut previous: Option<(String, &str)> = None;
        for field in &self.fields {
            let key = name_key(&field.field);
            if let Some((_, name)) = previous.filter(|(other, _)| *other == key) {
                errors.add("fields", duplicate_message(name, &field.field));
            }
            previous = Some((key, &field.field));
        }
        errors.into_result(self)
    }

    /// Inserts a field at its sorted position.
    fn insert(&mut self, field: FieldSettings) {
        let (Ok(index) | Err(index)) = self.position(&name_key(&field.field));
        self.fields.insert(index, field);
    }
}

impl DamConnection {
    /// Validates and normalizes the connection.
    fn validate(&mut self, errors: &mut FieldErrors) {
        if let Some(url) = self.url.take().filter(|url| !url.trim().is_empty()) {
            match portal_url::normalize(&url) {
                Ok(url) => self.url = Some(url),
                Err(error) => errors.add("portal.url", error.to_string()),
            }
        }
        let id = self.client_id.take();
        self.client_id = id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
        if let Some(id) = &self.client_id {
            if id.chars().count() > MAX_CLIENT_ID_CHARS {
                errors.add("portal.clientId", too_long_message(MAX_CLIENT_ID_CHARS, id));
            } else if !id.bytes().all(|byte| byte.is_ascii_graphic()) {
                errors.add("portal.clientId", "Use ASCII characters without spaces.");
            }
        }
    }
}

/// Returns the message of the validation error for a field that is listed twice.
fn duplicate_message(one: &str, other: &str) -> String {
    if one == other {
        format!("{other} is listed twice.")
    } else {
        format!("{one} and {other} are the same field.")
    }
}

/// Validates and normalizes a field name; adds an error under `path`.
fn validate_field_name(path: &str, text: &str, errors: &mut FieldErrors) -> String {
    let name = normalize_whitespace(text);
    if name.is_empty() {
        errors.add(path, "Enter a field name.");
    } else if name.chars().count() > MAX_FIELD_NAME_CHARS {
        errors.add(path, too_long_message(MAX_FIELD_NAME_CHARS, &name));
    } else if let Err(invalid) = check_visible(&name) {
        errors.add(path, invalid.to_string());
    }
    name
}

/// Validates and normalizes options; adds errors under `path`.
fn validate_options(options: &mut Options, path: &str, errors: &mut FieldErrors) {
    if let Some(term) = &mut options.default_search_term {
        *term = normalize_whitespace(term);
        if term.chars().count() > MAX_SEARCH_TERM_CHARS {
            errors.add(
                &format!("{path}.defaultSearchTerm"),
                too_long_message(MAX_SEARCH_TERM_CHARS, term),
            );
        } else if let Err(invalid) = check_visible(term) {
            errors.add(&format!("{path}.defaultSearchTerm"), invalid.to_string());
        }
    }
    if options
        .asset_types
        .is_some_and(crate::integration::selector::AssetTypes::is_empty)
    {
        errors.add(&format!("{path}.assetTypes"), "Select at least one asset type.");
    }
}

#[cfg(test)]
mod tests;
