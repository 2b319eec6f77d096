//! What the address of the field settings says: which form is open and what it holds, what is searched for, what was done
//! last.
//!
//! A form that was sent without script comes back through here, so that nothing is lost that was filled in.

use crate::query_string::pairs;
use domain::integration::selector::Language;
use domain::integration::settings::FieldForm;
use domain::oauth1::encode;
use std::fmt;

/// The path of the page.
pub const PATH: &str = "/integration/fields";

/// How many fields are drawn at first, and how many more each time that more are asked for.
pub const STEP: usize = 50;

/// The names that say which form is open.
pub const OPENERS: [&str; 4] = ["global", "edit", "add", "duplicate"];

/// Which form is open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Spot {
    /// None.
    #[default]
    List,
    /// The Global field settings.
    Global,
    /// A field, by its name.
    Edit(String),
    /// A new one; its name, if a connector has asked for it.
    Add(String),
    /// A new one that starts out as another field is.
    Duplicate(String),
}

/// What was done last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// A form was saved: as this revision, or `same` where there was nothing to save.
    Saved(String),
    /// A field's settings were deleted.
    Deleted(Deleted),
    /// A field was not deleted, as somebody else has changed it meanwhile.
    Contested(String),
}

/// A field whose settings were deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// The revision that did it.
    pub revision: i64,
    /// The field.
    pub field: String,
}

/// A form that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// What was filled in.
    pub form: FieldForm,
    /// The revision that it was loaded at.
    pub base: i64,
}

/// An address, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Which form is open.
    pub spot: Spot,
    /// What it holds instead of what is kept.
    pub filled: Option<Filled>,
    /// What the list is searched for.
    pub search: String,
    /// How often more fields than the first were asked for.
    pub more: usize,
    /// The language of the preview, where it is not the one that is kept.
    pub language: Option<Language>,
    /// What was done last.
    pub done: Option<Done>,
}

impl Address {
    /// Reads the query of an address. Whatever makes no sense is as if it were not there.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (_, query) = text.split_once('?').unwrap_or((text, ""));
        let mut address = Self::default();
        let (mut base, mut form, mut deleted) = (None, FieldForm::default(), None);
        for (key, value) in pairs(query) {
            match key.as_str() {
                "global" => address.spot = Spot::Global,
                "edit" if !value.is_empty() => address.spot = Spot::Edit(value),
                "add" => address.spot = Spot::Add(value),
                "duplicate" if !value.is_empty() => address.spot = Spot::Duplicate(value),
                "base" => base = value.parse().ok(),
                "field" => form.field = value,
                "term_source" => form.term_source = value,
                "term" => form.term = value,
                "types_source" => form.types_source = value,
                "type" => form.types.push(value),
                "hide_limited_use" => form.hide_limited_use = value,
                "layout_service" => form.layout_service = value,
                "mode" => form.mode = value,
                "q" => address.search = value,
                "more" => {
                    address.more = value
                        .parse()
                        .map_or(0, |more: usize| more.min(domain::integration::settings::MAX_FIELDS))
                }
                "language" => address.language = Language::from_code(&value),
                "saved" => address.done = Some(Done::Saved(value)),
                "deleted" => deleted = value.parse().ok(),
                "contested" => address.done = Some(Done::Contested(value)),
                _ => {}
            }
        }
        if let Some(revision) = deleted {
            let field = form.field.clone();
            address.done = Some(Done::Deleted(Deleted { revision, field }));
        }
        form.global = address.spot == Spot::Global;
        if let Spot::Edit(name) = &address.spot {
            form.was.clone_from(name);
        }
        let is_open = address.spot != Spot::List;
        address.filled = base.filter(|_| is_open).map(|base| Filled { form, base });
        address
    }

    /// The page with a form open.
    #[cfg(any(feature = "ssr", test))]
    #[must_use]
    pub fn at(spot: Spot) -> Self {
        Self {
            spot,
            ..Self::default()
        }
    }

    /// The page with a form open, as it was filled in.
    #[cfg(any(feature = "ssr", test))]
    #[must_use]
    pub fn again(spot: Spot, form: FieldForm, base: i64) -> Self {
        Self {
            filled: Some(Filled { form, base }),
            ..Self::at(spot)
        }
    }

    /// The page after something was done.
    #[cfg(any(feature = "ssr", test))]
    #[must_use]
    pub fn after(done: Done) -> Self {
        Self {
            done: Some(done),
            ..Self::default()
        }
    }

    /// The same with the preview in a language.
    #[must_use]
    pub fn speaking(&self, language: Language) -> Self {
        Self {
            language: Some(language),
            ..self.clone()
        }
    }

    /// The same list with another form open, or none.
    #[must_use]
    pub fn opening(&self, spot: Spot) -> Self {
        Self {
            spot,
            search: self.search.clone(),
            more: self.more,
            ..Self::default()
        }
    }

    /// The same list with more of its fields.
    #[must_use]
    pub fn with_more(&self) -> Self {
        Self {
            more: self.more + 1,
            ..self.clone()
        }
    }

    fn choices(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        match &self.spot {
            Spot::List => {}
            Spot::Global => pairs.push(("global", "true".to_owned())),
            Spot::Edit(name) => pairs.push(("edit", name.clone())),
            Spot::Add(name) => pairs.push(("add", name.clone())),
            Spot::Duplicate(name) => pairs.push(("duplicate", name.clone())),
        }
        let open = pairs.len();
        if let Some(Filled { form, base }) = &self.filled {
            pairs.push(("base", base.to_string()));
            pairs.push(("field", form.field.clone()));
            pairs.push(("term_source", form.term_source.clone()));
            pairs.push(("term", form.term.clone()));
            pairs.push(("types_source", form.types_source.clone()));
            pairs.extend(form.types.iter().map(|kind| ("type", kind.clone())));
            pairs.push(("hide_limited_use", form.hide_limited_use.clone()));
            pairs.push(("layout_service", form.layout_service.clone()));
            pairs.push(("mode", form.mode.clone()));
        }
        pairs.push(("q", self.search.clone()));
        if self.more > 0 {
            pairs.push(("more", self.more.to_string()));
        }
        if let Some(language) = self.language {
            pairs.push(("language", language.code().to_owned()));
        }
        match &self.done {
            Some(Done::Saved(revision)) => pairs.push(("saved", revision.clone())),
            Some(Done::Deleted(Deleted { revision, field })) => {
                pairs.push(("deleted", revision.to_string()));
                pairs.push(("field", field.clone()));
            }
            Some(Done::Contested(field)) => pairs.push(("contested", field.clone())),
            None => {}
        }
        let mut index = 0;
        pairs.retain(|(_, value)| {
            index += 1;
            // A new field has no name yet.
            index <= open || !value.is_empty()
        });
        pairs
    }
}

impl fmt::Display for Address {
    /// As a link has it. It is ASCII, whatever it was made of.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PATH)?;
        for (index, (name, value)) in self.choices().into_iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{name}={}", encode(&value))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
