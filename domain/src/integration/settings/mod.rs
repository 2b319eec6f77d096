//! The settings of an account, as its connectors read them: one document, which changes from revision to revision.

#[cfg(any(test, feature = "testing"))]
pub mod any;
mod difference;
mod edit;
mod member;
mod merge;

pub use crate::integration::settings::difference::{Difference, differences, unwound};
pub use crate::integration::settings::edit::{ConnectionForm, Edit, FieldForm, GlobalForm, Own};
pub use crate::integration::settings::member::{Member, Place};
pub use crate::integration::settings::merge::{Clash, merge, overlaid};

use crate::fields::{FieldErrors, name_key, tidy, too_long};
use crate::integration::portal_url;
use crate::integration::selector::{Dam, Language, Options, Resolved};
use crate::time::Timestamp;
use crate::unicode::check_visible;
use serde::{Deserialize, Serialize};

/// The most fields with settings of their own.
pub const MAX_FIELDS: usize = 5_000;

/// The longest name of a content field, in characters. Names are the CMS's, and may be paths.
pub const MAX_FIELD: usize = 200;

/// The longest search term, in characters.
pub const MAX_TERM: usize = 200;

/// The most changes that are listed of one revision or file: one file can make tens of thousands, which nobody reads.
pub const MAX_LISTED: usize = 200;

/// The longest client id, in characters.
pub const MAX_CLIENT_ID: usize = 200;

/// All settings of an account but the client secret, by the names that connectors and files use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// How connectors reach the DAM.
    #[serde(default)]
    pub portal: Connection,
    /// `Language`.
    #[serde(default = "english")]
    pub language: Language,
    /// `Enable Remote Logging`.
    #[serde(default)]
    pub remote_logging: bool,
    /// The Global field settings.
    #[serde(default)]
    pub global: Options,
    /// Fields with settings of their own, in the order of their names.
    #[serde(default)]
    pub fields: Vec<FieldSettings>,
}

/// How connectors reach the DAM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Connection {
    /// `Portal URL`, an origin; none until it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `DAM`.
    #[serde(default = "bynder")]
    pub dam: Dam,
    /// `OAuth2 Client ID`; counts with Bynder only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// The settings of one content field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WrittenField", into = "WrittenField")]
pub struct FieldSettings {
    /// The field's name in the CMS.
    pub field: String,
    /// What it does not leave to the Global field settings.
    pub options: Options,
}

/// A field as it stands in a file: its options beside its name. (`flatten` would take words that it does not know.)
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct WrittenField {
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

impl From<WrittenField> for FieldSettings {
    fn from(written: WrittenField) -> Self {
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

impl From<FieldSettings> for WrittenField {
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

fn english() -> Language {
    Language::English
}

fn bynder() -> Dam {
    Dam::Bynder
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            portal: Connection::default(),
            language: english(),
            remote_logging: false,
            global: Options::default(),
            fields: Vec::new(),
        }
    }
}

impl Default for Connection {
    fn default() -> Self {
        Self {
            url: None,
            dam: bynder(),
            client_id: None,
        }
    }
}

/// Settings with the number of their revision and who made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revised {
    /// Counts up with every change; 0 for an account that nobody has configured.
    pub revision: i64,
    /// The settings.
    pub settings: Settings,
    /// Whether a client secret is kept, and since when.
    pub secret_set_at: Option<Timestamp>,
}

/// One step in the history of an account's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Its number.
    pub revision: i64,
    /// When it was made.
    pub at: Timestamp,
    /// Who made it; nobody when it was made on the command line.
    pub by: Option<String>,
    /// How it came about, where it was no form: `Restored revision 12`.
    pub note: String,
    /// What it changed: all of it, or the first [`MAX_LISTED`] changes where revisions are listed.
    pub differences: Vec<Difference>,
    /// How many changes that are in all.
    pub total: usize,
}

/// What a save came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Saved {
    /// There is a new revision.
    New(i64),
    /// Everything was so already, in this revision.
    Same(i64),
    /// Somebody else has changed the same thing meanwhile; nothing was saved.
    Clashes(Clashes),
}

/// What somebody else has changed meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clashes {
    /// The newest revision.
    pub revision: i64,
    /// Who made the last change to one of them; nobody when it was made on the command line.
    pub by: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What both have changed.
    pub clashes: Vec<Clash>,
}

impl Settings {
    /// The settings of a field by its name, as [`name_key`] compares it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldSettings> {
        self.position(&name_key(name)).ok().map(|index| &self.fields[index])
    }

    /// Where the field with this key stands, or would. A file's worth of changes looks for each of its fields.
    fn position(&self, key: &str) -> Result<usize, usize> {
        self.fields
            .binary_search_by(|field| name_key(&field.field).as_str().cmp(key))
    }

    /// What holds for a field, whether it has settings of its own or not.
    #[must_use]
    pub fn resolve(&self, name: &str) -> Resolved {
        let none = Options::default();
        self.field(name)
            .map_or(&none, |field| &field.options)
            .within(&self.global)
    }

    /// Tidied settings, as a file or a form gives them: addresses as they are used, fields in order.
    ///
    /// # Errors
    /// A complaint for each value that is not what it must be, by its place in a file.
    pub fn checked(mut self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.portal.check(&mut errors);
        check_options(&mut self.global, "global", &mut errors);
        if self.fields.len() > MAX_FIELDS {
            errors.add("fields", format!("Use at most {MAX_FIELDS} fields."));
        }
        for field in &mut self.fields {
            field.field = field_name("field", &field.field, &mut errors);
            let place = format!("fields.{}", field.field);
            check_options(&mut field.options, &place, &mut errors);
        }
        self.fields.sort_by_cached_key(|field| name_key(&field.field));
        let mut before: Option<(String, &str)> = None;
        for field in &self.fields {
            let key = name_key(&field.field);
            if let Some((_, name)) = before.filter(|(other, _)| *other == key) {
                errors.add("fields", twice(name, &field.field));
            }
            before = Some((key, &field.field));
        }
        errors.or(self)
    }

    /// Puts a field where its name belongs.
    fn insert(&mut self, field: FieldSettings) {
        let (Ok(index) | Err(index)) = self.position(&name_key(&field.field));
        self.fields.insert(index, field);
    }
}

impl Connection {
    fn check(&mut self, errors: &mut FieldErrors) {
        if let Some(url) = self.url.take().filter(|url| !url.trim().is_empty()) {
            match portal_url::normalised(&url) {
                Ok(url) => self.url = Some(url),
                Err(unfit) => errors.add("portal.url", unfit.to_string()),
            }
        }
        let id = self.client_id.take();
        self.client_id = id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
        if let Some(id) = &self.client_id {
            if id.chars().count() > MAX_CLIENT_ID {
                errors.add("portal.clientId", too_long(MAX_CLIENT_ID, id));
            } else if !id.bytes().all(|byte| byte.is_ascii_graphic()) {
                errors.add("portal.clientId", "Use the characters of ASCII, without spaces.");
            }
        }
    }
}

/// The complaint about two names of the same field.
fn twice(one: &str, other: &str) -> String {
    if one == other {
        format!("{other} is there twice.")
    } else {
        format!("{one} and {other} are the same field.")
    }
}

/// A field's name as a person typed it.
fn field_name(place: &str, text: &str, errors: &mut FieldErrors) -> String {
    let name = tidy(text);
    if name.is_empty() {
        errors.add(place, "Enter the name of a field.");
    } else if name.chars().count() > MAX_FIELD {
        errors.add(place, too_long(MAX_FIELD, &name));
    } else if let Err(invalid) = check_visible(&name) {
        errors.add(place, invalid.to_string());
    }
    name
}

fn check_options(options: &mut Options, place: &str, errors: &mut FieldErrors) {
    if let Some(term) = &mut options.default_search_term {
        *term = tidy(term);
        if term.chars().count() > MAX_TERM {
            errors.add(&format!("{place}.defaultSearchTerm"), too_long(MAX_TERM, term));
        } else if let Err(invalid) = check_visible(term) {
            errors.add(&format!("{place}.defaultSearchTerm"), invalid.to_string());
        }
    }
    if options
        .asset_types
        .is_some_and(crate::integration::selector::AssetTypes::is_empty)
    {
        errors.add(&format!("{place}.assetTypes"), "Select at least one asset type.");
    }
}

#[cfg(test)]
mod tests;
