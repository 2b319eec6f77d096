//! URL of the Field settings page: the open form and its values, the search, and the last action.
//!
//! A form that is rejected without JavaScript keeps its values in the URL, so that no input is lost.

use crate::query_string::parse_query;
use domain::integration::selector::Language;
use domain::integration::settings::FieldForm;
use domain::oauth1::encode;
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
        let (_, query) = text.split_once('?').unwrap_or((text, ""));
        let mut url = Self::default();
        let (mut base, mut form, mut deleted) = (None, FieldForm::default(), None);
        for (key, value) in parse_query(query) {
            match key.as_str() {
                "global" => url.open_form = OpenForm::Global,
                "edit" if !value.is_empty() => url.open_form = OpenForm::Edit(value),
                "add" => url.open_form = OpenForm::Add(value),
                "duplicate" if !value.is_empty() => url.open_form = OpenForm::Duplicate(value),
                "base" => base = value.parse().ok(),
                "field" => form.field = value,
                "term_source" => form.term_source = value,
                "term" => form.term = value,
                "types_source" => form.types_source = value,
                "type" => form.types.push(value),
                "hide_limited_use" => form.hide_limited_use = value,
                "layout_service" => form.layout_service = value,
                "mode" => form.mode = value,
                "q" => url.search = value,
                "more" => {
                    url.extra_pages = value
                        .parse()
                        .map_or(0, |pages: usize| pages.min(domain::integration::settings::MAX_FIELDS))
                }
                "language" => url.language = Language::from_code(&value),
                "saved" => url.last_action = Some(LastAction::Saved(value)),
                "deleted" => deleted = value.parse().ok(),
                "contested" => url.last_action = Some(LastAction::DeleteConflict(value)),
                _ => {}
            }
        }
        if let Some(revision) = deleted {
            let field = form.field.clone();
            url.last_action = Some(LastAction::Deleted(Deleted { revision, field }));
        }
        form.global = url.open_form == OpenForm::Global;
        if let OpenForm::Edit(name) = &url.open_form {
            form.was.clone_from(name);
        }
        let is_open = url.open_form != OpenForm::None;
        url.draft = base.filter(|_| is_open).map(|base| FormDraft { form, base });
        url
    }

    /// Returns the URL that opens a form.
    #[cfg(any(feature = "ssr", test))]
    #[must_use]
    pub fn of_form(open_form: OpenForm) -> Self {
        Self {
            open_form,
            ..Self::default()
        }
    }

    /// Returns the URL that opens a form with the values of a rejected one.
    #[cfg(any(feature = "ssr", test))]
    #[must_use]
    pub fn with_draft(open_form: OpenForm, form: FieldForm, base: i64) -> Self {
        Self {
            draft: Some(FormDraft { form, base }),
            ..Self::of_form(open_form)
        }
    }

    /// Returns the URL that shows the result of an action.
    #[cfg(any(feature = "ssr", test))]
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

    fn query_params(&self) -> Vec<(&'static str, String)> {
        let mut params = Vec::new();
        match &self.open_form {
            OpenForm::None => {}
            OpenForm::Global => params.push(("global", "true".to_owned())),
            OpenForm::Edit(name) => params.push(("edit", name.clone())),
            OpenForm::Add(name) => params.push(("add", name.clone())),
            OpenForm::Duplicate(name) => params.push(("duplicate", name.clone())),
        }
        let form_param_count = params.len();
        if let Some(FormDraft { form, base }) = &self.draft {
            params.push(("base", base.to_string()));
            params.push(("field", form.field.clone()));
            params.push(("term_source", form.term_source.clone()));
            params.push(("term", form.term.clone()));
            params.push(("types_source", form.types_source.clone()));
            params.extend(form.types.iter().map(|kind| ("type", kind.clone())));
            params.push(("hide_limited_use", form.hide_limited_use.clone()));
            params.push(("layout_service", form.layout_service.clone()));
            params.push(("mode", form.mode.clone()));
        }
        params.push(("q", self.search.clone()));
        if self.extra_pages > 0 {
            params.push(("more", self.extra_pages.to_string()));
        }
        if let Some(language) = self.language {
            params.push(("language", language.code().to_owned()));
        }
        match &self.last_action {
            Some(LastAction::Saved(revision)) => params.push(("saved", revision.clone())),
            Some(LastAction::Deleted(Deleted { revision, field })) => {
                params.push(("deleted", revision.to_string()));
                params.push(("field", field.clone()));
            }
            Some(LastAction::DeleteConflict(field)) => params.push(("contested", field.clone())),
            None => {}
        }
        let mut index = 0;
        params.retain(|(_, value)| {
            index += 1;
            // The parameter that opens the form of a new field may be empty.
            index <= form_param_count || !value.is_empty()
        });
        params
    }
}

impl fmt::Display for FieldsUrl {
    /// Writes the URL percent-encoded, as ASCII.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PATH)?;
        for (index, (name, value)) in self.query_params().into_iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{name}={}", encode(&value))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
