//! Validation and normalization of settings.

use crate::fields::{FieldErrors, name_key, normalize_whitespace, too_long_message};
use crate::integration::portal_url;
use crate::integration::selector::{AssetTypes, Options};
use crate::integration::settings::{DamConnection, Settings};
use crate::unicode::check_visible;

/// The maximum number of fields with custom settings.
pub const MAX_FIELDS: usize = 5_000;

/// The maximum length of the name of a content field, in characters. The CMS defines the names, which may be paths.
pub const MAX_FIELD_NAME_CHARS: usize = 200;

/// The maximum length of a search term, in characters.
pub const MAX_SEARCH_TERM_CHARS: usize = 200;

/// The maximum length of a client ID, in characters.
const MAX_CLIENT_ID_CHARS: usize = 200;

impl Settings {
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
}

impl DamConnection {
    /// Validates and normalizes the connection.
    pub(super) fn validate(&mut self, errors: &mut FieldErrors) {
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
pub(super) fn validate_field_name(path: &str, text: &str, errors: &mut FieldErrors) -> String {
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
pub(super) fn validate_options(options: &mut Options, path: &str, errors: &mut FieldErrors) {
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
    if options.asset_types.is_some_and(AssetTypes::is_empty) {
        errors.add(&format!("{path}.assetTypes"), "Select at least one asset type.");
    }
}
