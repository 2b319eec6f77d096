//! What the forms of the Integration section change.

use crate::fields::{FieldErrors, name_key};
use crate::integration::selector::{AssetType, AssetTypes, Dam, Language, Options, SelectionMode};
use crate::integration::settings::{FieldSettings, MAX_FIELDS, Settings, check_options, field_name};
use serde::{Deserialize, Serialize};

/// A change of the settings, as one form makes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Edit {
    /// `Bynder settings`.
    Connection(ConnectionForm),
    /// `Asset selector global settings`.
    Global(GlobalForm),
    /// The Global field settings or those of one field.
    Field(FieldForm),
    /// Takes a field's own settings away.
    Remove(String),
    /// `Enable Remote Logging`.
    RemoteLogging(bool),
    /// All at once, as a file has them.
    Whole(Box<Settings>),
}

/// `Bynder settings`, as the form gives them. The client secret goes another way.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectionForm {
    /// `Portal URL`, a domain or URL; may be empty.
    pub url: String,
    /// A [`Dam`]'s code.
    pub dam: String,
    /// `OAuth2 Client ID`; may be empty.
    pub client_id: String,
}

/// `Asset selector global settings`, as the form gives them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GlobalForm {
    /// A [`Language`]'s code.
    pub language: String,
}

/// Whether a level has an option of its own: the value of the radio buttons and selects that say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own;

impl Own {
    /// Left open.
    pub const OPEN: &str = "";
    /// Has one of its own.
    pub const OWN: &str = "own";
}

/// The settings of a field, or the Global field settings, as the form gives them. Empty texts leave an option open.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldForm {
    /// The name before; empty for a new field.
    pub was: String,
    /// `Field`; empty for the Global field settings.
    pub field: String,
    /// Whether these are the Global field settings.
    #[serde(default)]
    pub global: bool,
    /// [`Own::OWN`] where it has a search term of its own.
    #[serde(default)]
    pub term_source: String,
    /// `Default search term`.
    #[serde(default)]
    pub term: String,
    /// [`Own::OWN`] where it has asset types of its own.
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
    /// The form as it shows what is kept.
    #[must_use]
    pub fn of(field: Option<&str>, options: &Options) -> Self {
        let own = |is: bool| if is { Own::OWN } else { Own::OPEN }.to_owned();
        let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string()).unwrap_or_default();
        let name = field.unwrap_or_default().to_owned();
        Self {
            was: name.clone(),
            field: name,
            global: field.is_none(),
            term_source: own(options.default_search_term.is_some()),
            term: options.default_search_term.clone().unwrap_or_default(),
            types_source: own(options.asset_types.is_some()),
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

    /// The options that the form says.
    ///
    /// # Errors
    /// A complaint for each of its fields that does not hold what it must.
    pub fn options(&self) -> Result<Options, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut options = Options {
            default_search_term: (self.term_source == Own::OWN).then(|| self.term.clone()),
            asset_types: (self.types_source == Own::OWN).then(|| self.kinds(&mut errors)),
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
        check_options(&mut options, "form", &mut found);
        for (place, field) in [("form.defaultSearchTerm", "term"), ("form.assetTypes", "types")] {
            if let Some(message) = found.of(place)
                && errors.of(field).is_none()
            {
                errors.add(field, message);
            }
        }
        errors.or(options)
    }

    fn kinds(&self, errors: &mut FieldErrors) -> AssetTypes {
        let mut kinds = AssetTypes::default();
        for code in &self.types {
            match AssetType::from_code(code) {
                Some(kind) => kinds = kinds.with(kind),
                None => errors.add("types", format!("There is no asset type {code}.")),
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
        let field = field_name("field", &self.field, &mut errors);
        let was = name_key(&self.was);
        if name_key(&field) != was && settings.field(&field).is_some() {
            errors.add("field", "This field has settings already.");
        }
        if self.was.is_empty() && settings.fields.len() >= MAX_FIELDS {
            errors.add("field", format!("Use at most {MAX_FIELDS} fields."));
        }
        let options = errors.or(options.unwrap_or_default())?;
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
            errors.add(field, "Select one.");
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
        // With Webdam the form has no such field; what is kept waits for Bynder.
        if settings.portal.dam == Dam::Bynder {
            settings.portal.client_id = Some(self.client_id.clone());
        }
        let mut found = FieldErrors::default();
        settings.portal.check(&mut found);
        for (place, field) in [("portal.url", "url"), ("portal.clientId", "client_id")] {
            if let Some(message) = found.of(place) {
                errors.add(field, message);
            }
        }
        errors.or(())
    }
}

impl Edit {
    /// Makes the change.
    ///
    /// # Errors
    /// A complaint for each of the form's fields that does not hold what it must.
    pub fn apply(&self, settings: &mut Settings) -> Result<(), FieldErrors> {
        match self {
            Self::Connection(form) => form.apply(settings),
            Self::Global(form) => match Language::from_code(&form.language) {
                Some(language) => {
                    settings.language = language;
                    Ok(())
                }
                None => Err(FieldErrors::one("language", "Select a language.")),
            },
            Self::Field(form) => form.apply(settings),
            Self::Remove(field) => {
                if let Ok(index) = settings.position(&name_key(field)) {
                    settings.fields.remove(index);
                }
                Ok(())
            }
            Self::RemoteLogging(on) => {
                settings.remote_logging = *on;
                Ok(())
            }
            Self::Whole(whole) => {
                *settings = whole.as_ref().clone().checked()?;
                Ok(())
            }
        }
    }
}
