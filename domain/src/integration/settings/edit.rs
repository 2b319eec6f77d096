//! The forms of the Integration section, and the edits that they make to the settings.

use crate::coded_enum::CodedEnum;
use crate::fields::{FieldErrors, name_key};
use crate::integration::selector::{AssetType, AssetTypes, Dam, Language, Options, SelectionMode};
use crate::integration::settings::validation::{validate_field_name, validate_options};
use crate::integration::settings::{FieldSettings, MAX_FIELDS, Settings};
use serde::{Deserialize, Serialize};

/// An edit of the settings by one form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edit {
    /// `Bynder settings`.
    Connection(ConnectionForm),
    /// `Asset selector global settings`.
    Global(GlobalForm),
    /// The Global field settings or those of one field.
    Field(FieldForm),
    /// Deletes a field's custom settings.
    Remove(String),
    /// `Enable Remote Logging`.
    RemoteLogging(bool),
    /// Replaces all settings by those of a file.
    Replace(Box<Settings>),
}

/// Holds the input of the form `Bynder settings`, without the client secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionForm {
    /// `Portal URL`, a domain or URL; may be empty.
    pub url: String,
    /// A [`Dam`]'s code.
    pub dam: String,
    /// `OAuth2 Client ID`; may be empty.
    pub client_id: String,
}

/// Holds the input of the form `Asset selector global settings`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlobalForm {
    /// A [`Language`]'s code.
    pub language: String,
}

/// Names the form values that say whether an option is overridden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldOverride;

impl FieldOverride {
    /// The option is not set.
    pub const UNSET: &str = "";
    /// The option has a custom value.
    pub const CUSTOM: &str = "own";
}

/// Holds the input of the form for a field's settings or the Global field settings. An empty value leaves an option unset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldForm {
    /// The previous name; empty for a new field.
    pub was: String,
    /// `Field`; empty for the Global field settings.
    pub field: String,
    /// Whether these are the Global field settings.
    #[serde(default)]
    pub global: bool,
    /// [`FieldOverride::CUSTOM`] if the search term is set.
    #[serde(default)]
    pub term_source: String,
    /// `Default search term`.
    #[serde(default)]
    pub term: String,
    /// [`FieldOverride::CUSTOM`] if the asset types are set.
    #[serde(default)]
    pub types_source: String,
    /// `Visible asset types`: their codes.
    #[serde(default)]
    pub types: Vec<String>,
    /// `Always hide limited usage assets`: `true`, `false` or empty.
    #[serde(default)]
    pub hide_limited_use: String,
    /// `Enable asset result in Layout Service`: `true`, `false` or empty.
    #[serde(default)]
    pub layout_service: String,
    /// A [`SelectionMode`]'s code, or empty.
    #[serde(default)]
    pub mode: String,
}

impl FieldForm {
    /// Returns the form filled with stored options.
    #[must_use]
    pub fn new(field: Option<&str>, options: &Options) -> Self {
        let source = |is_set: bool| {
            if is_set {
                FieldOverride::CUSTOM
            } else {
                FieldOverride::UNSET
            }
            .to_owned()
        };
        let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string()).unwrap_or_default();
        let name = field.unwrap_or_default().to_owned();
        Self {
            was: name.clone(),
            field: name,
            global: field.is_none(),
            term_source: source(options.default_search_term.is_some()),
            term: options.default_search_term.clone().unwrap_or_default(),
            types_source: source(options.asset_types.is_some()),
            types: options
                .asset_types
                .unwrap_or_default()
                .iter()
                .map(|kind| kind.code().to_owned())
                .collect(),
            hide_limited_use: flag(options.hide_limited_use),
            layout_service: flag(options.asset_result_in_layout_service),
            mode: options.mode.map(|mode| mode.code().to_owned()).unwrap_or_default(),
        }
    }

    /// Validates the options of the form.
    ///
    /// # Errors
    /// Returns a validation error for each invalid field.
    pub fn options(&self) -> Result<Options, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut options = Options {
            default_search_term: (self.term_source == FieldOverride::CUSTOM).then(|| self.term.clone()),
            asset_types: (self.types_source == FieldOverride::CUSTOM).then(|| self.asset_types(&mut errors)),
            hide_limited_use: flag("hide_limited_use", &self.hide_limited_use, &mut errors),
            asset_result_in_layout_service: flag("layout_service", &self.layout_service, &mut errors),
            mode: None,
        };
        if !self.mode.is_empty() {
            options.mode = SelectionMode::from_code(&self.mode);
            if options.mode.is_none() {
                errors.add("mode", "Select a mode.");
            }
        }
        let mut found = FieldErrors::default();
        validate_options(&mut options, "form", &mut found);
        for (path, field) in [("form.defaultSearchTerm", "term"), ("form.assetTypes", "types")] {
            if let Some(message) = found.get(path)
                && errors.get(field).is_none()
            {
                errors.add(field, message);
            }
        }
        errors.into_result(options)
    }

    fn asset_types(&self, errors: &mut FieldErrors) -> AssetTypes {
        let mut kinds = AssetTypes::default();
        for code in &self.types {
            match AssetType::from_code(code) {
                Some(kind) => kinds = kinds.with(kind),
                None => errors.add("types", format!("Unknown asset type {code}.")),
            }
        }
        kinds
    }

    fn apply(&self, settings: &mut Settings) -> Result<(), FieldErrors> {
        let options = self.options();
        if self.global {
            settings.global = options?;
            return Ok(());
        }
        let mut errors = options.as_ref().err().cloned().unwrap_or_default();
        let field = validate_field_name("field", &self.field, &mut errors);
        let was = name_key(&self.was);
        if name_key(&field) != was && settings.field(&field).is_some() {
            errors.add("field", "This field already has settings.");
        }
        if self.was.is_empty() && settings.fields.len() >= MAX_FIELDS {
            errors.add("field", format!("Use at most {MAX_FIELDS} fields."));
        }
        let options = errors.into_result(options.unwrap_or_default())?;
        if let Ok(index) = settings.position(&was) {
            settings.fields.remove(index);
        }
        settings.insert(FieldSettings { field, options });
        Ok(())
    }
}

fn flag(field: &str, text: &str, errors: &mut FieldErrors) -> Option<bool> {
    match text {
        "" => None,
        "true" => Some(true),
        "false" => Some(false),
        _ => {
            errors.add(field, "Select an option.");
            None
        }
    }
}

impl ConnectionForm {
    fn apply(&self, settings: &mut Settings) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::default();
        match Dam::from_code(&self.dam) {
            Some(dam) => settings.portal.dam = dam,
            None => errors.add("dam", "Select a DAM."),
        }
        settings.portal.url = Some(self.url.clone());
        // The form has no client ID for Webdam; the stored one is kept for Bynder.
        if settings.portal.dam == Dam::Bynder {
            settings.portal.client_id = Some(self.client_id.clone());
        }
        let mut found = FieldErrors::default();
        settings.portal.validate(&mut found);
        for (path, field) in [("portal.url", "url"), ("portal.clientId", "client_id")] {
            if let Some(message) = found.get(path) {
                errors.add(field, message);
            }
        }
        errors.into_result(())
    }
}

impl Edit {
    /// Applies the edit to `settings`.
    ///
    /// # Errors
    /// Returns a validation error for each invalid field of the form.
    pub fn apply(&self, settings: &mut Settings) -> Result<(), FieldErrors> {
        match self {
            Self::Connection(form) => form.apply(settings),
            Self::Global(form) => match Language::from_code(&form.language) {
                Some(language) => {
                    settings.language = language;
                    Ok(())
                }
                None => Err(FieldErrors::single("language", "Select a language.")),
            },
            Self::Field(form) => form.apply(settings),
            Self::Remove(field) => {
                if let Ok(index) = settings.position(&name_key(field)) {
                    settings.fields.remove(index);
                }
                Ok(())
            }
            Self::RemoteLogging(is_on) => {
                settings.remote_logging = *is_on;
                Ok(())
            }
            Self::Replace(replacement) => {
                *settings = replacement.as_ref().clone().validate()?;
                Ok(())
            }
        }
    }
}
