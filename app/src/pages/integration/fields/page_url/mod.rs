//! URL of the Field settings page: the open form and its values, the search, and the last action.
//!
//! A form that is rejected without JavaScript keeps its values in the URL, so that no input is lost.

use crate::routing::query_string::QueryParams;
use domain::coded_enum::CodedEnum;
use domain::integration::selector::Language;
use domain::integration::settings::{FieldForm, MAX_FIELDS};
use std::fmt;

/// The path of the page.
pub const PATH: &str = "/integration/fields";

/// The number of fields shown initially, and added each time the user shows more.
pub const PAGE_SIZE: usize = 50;

/// The query parameters that open a form.
pub const FORM_PARAMS: [&str; 4] = ["global", "edit", "add", "duplicate"];

/// Describes which form is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OpenForm {
    /// No form.
    #[default]
    None,
    /// The Global field settings.
    Global,
    /// The settings of a field, by its name.
    Edit(String),
    /// A new field; holds its name if a connector requested it, and is empty otherwise.
    Add(String),
    /// A new field with the settings of another one, by that one's name.
    Duplicate(String),
}

/// Describes the last action, whose result the page shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastAction {
    /// A form was saved; holds the revision, or `same` if nothing changed.
    Saved(String),
    /// The settings of a field were deleted.
    Deleted(Deleted),
    /// A field wasn't deleted because someone else changed it; holds its name.
    DeleteConflict(String),
}

/// Describes a field whose settings were deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// The revision that deleted them.
    pub revision: i64,
    /// The name of the field.
    pub field: String,
}

/// Holds the values of a form that was rejected without JavaScript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormDraft {
    /// The values.
    pub form: FieldForm,
    /// The revision that the form was loaded at.
    pub base: i64,
}

/// Represents the URL of the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldsUrl {
    /// The open form.
    pub open_form: OpenForm,
    /// The values of the open form, if they differ from the saved ones.
    pub draft: Option<FormDraft>,
    /// The search text.
    pub search: String,
    /// The number of pages of fields shown after the first.
    pub extra_pages: usize,
    /// The language of the preview, if it differs from the saved one.
    pub language: Option<Language>,
    /// The last action.
    pub last_action: Option<LastAction>,
}

impl FieldsUrl {
    /// Parses the query of a URL. Invalid parameters are ignored.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (_, params) = QueryParams::split_url(text);
        let get = |name: &str| params.get(name).unwrap_or_default().to_owned();
        let (mut open_form, mut last_action) = (OpenForm::None, None);
        // Of parameters that exclude each other, the last one counts.
        for (name, value) in params.iter() {
            match name {
                "global" => open_form = OpenForm::Global,
                "edit" if !value.is_empty() => open_form = OpenForm::Edit(value.to_owned()),
                "add" => open_form = OpenForm::Add(value.to_owned()),
                "duplicate" if !value.is_empty() => open_form = OpenForm::Duplicate(value.to_owned()),
                "saved" => last_action = Some(LastAction::Saved(value.to_owned())),
                "contested" => last_action = Some(LastAction::DeleteConflict(value.to_owned())),
                _ => {}
            }
        }
        if let Ok(revision) = get("deleted").parse() {
            let field = get("field");
            last_action = Some(LastAction::Deleted(Deleted { revision, field }));
        }
        let form = FieldForm {
            was: match &open_form {
                OpenForm::Edit(name) => name.clone(),
                _ => String::new(),
            },
            field: get("field"),
            global: open_form == OpenForm::Global,
            term_source: get("term_source"),
            term: get("term"),
            types_source: get("types_source"),
            types: params.get_all("type"),
            hide_limited_use: get("hide_limited_use"),
            layout_service: get("layout_service"),
            mode: get("mode"),
        };
        let base = get("base").parse().ok().filter(|_| open_form != OpenForm::None);
        Self {
            open_form,
            draft: base.map(|base| FormDraft { form, base }),
            search: get("q"),
            extra_pages: get("more").parse().map_or(0, |pages: usize| pages.min(MAX_FIELDS)),
            language: Language::from_code(&get("language")),
            last_action,
        }
    }

    /// Returns the URL that opens a form.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn of_form(open_form: OpenForm) -> Self {
        Self {
            open_form,
            ..Self::default()
        }
    }

    /// Returns the URL that opens a form with the values of a rejected one.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn with_draft(open_form: OpenForm, form: FieldForm, base: i64) -> Self {
        Self {
            draft: Some(FormDraft { form, base }),
            ..Self::of_form(open_form)
        }
    }

    /// Returns the URL that shows the result of an action.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn after_action(action: LastAction) -> Self {
        Self {
            last_action: Some(action),
            ..Self::default()
        }
    }

    /// Returns this URL with the preview in another language.
    #[must_use]
    pub fn with_language(&self, language: Language) -> Self {
        Self {
            language: Some(language),
            ..self.clone()
        }
    }

    /// Returns the URL of the same list with another form open, or none.
    #[must_use]
    pub fn with_open_form(&self, open_form: OpenForm) -> Self {
        Self {
            open_form,
            search: self.search.clone(),
            extra_pages: self.extra_pages,
            ..Self::default()
        }
    }

    /// Returns the URL of the same list with one more page of fields.
    #[must_use]
    pub fn with_next_page(&self) -> Self {
        Self {
            extra_pages: self.extra_pages + 1,
            ..self.clone()
        }
    }

    fn query_params(&self) -> QueryParams {
        let mut params = QueryParams::default();
        match &self.open_form {
            OpenForm::None => {}
            OpenForm::Global => params.append("global", "true"),
            OpenForm::Edit(name) => params.append("edit", name),
            // The name of a new field may be empty.
            OpenForm::Add(name) => params.append("add", name),
            OpenForm::Duplicate(name) => params.append("duplicate", name),
        }
        if let Some(FormDraft { form, base }) = &self.draft {
            params.set("base", base);
            params.set("field", &form.field);
            params.set("term_source", &form.term_source);
            params.set("term", &form.term);
            params.set("types_source", &form.types_source);
            for kind in form.types.iter().filter(|kind| !kind.is_empty()) {
                params.append("type", kind);
            }
            params.set("hide_limited_use", &form.hide_limited_use);
            params.set("layout_service", &form.layout_service);
            params.set("mode", &form.mode);
        }
        params.set("q", &self.search);
        if self.extra_pages > 0 {
            params.set("more", self.extra_pages);
        }
        params.set("language", self.language.map(Language::code).unwrap_or_default());
        match &self.last_action {
            Some(LastAction::Saved(revision)) => params.set("saved", revision),
            Some(LastAction::Deleted(Deleted { revision, field })) => {
                params.set("deleted", revision);
                params.set("field", field);
            }
            Some(LastAction::DeleteConflict(field)) => params.set("contested", field),
            None => {}
        }
        params
    }
}

impl fmt::Display for FieldsUrl {
    /// Writes the URL percent-encoded, as ASCII.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PATH}{}", self.query_params())
    }
}

// Only the server creates some of the URLs.
#[cfg(all(test, feature = "ssr"))]
mod tests;
