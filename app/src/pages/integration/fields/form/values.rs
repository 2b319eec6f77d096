//! The values of the form: saved, typed, and the options that result from them.

use crate::components::forms::form::{Values, form_values};
use crate::pages::integration::fields::page_url::OpenForm;
use domain::integration::selector::Options;
use domain::integration::settings::{FieldForm, FieldOverride, Settings};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlFormElement};

/// Returns the saved values of a form, or `None` if the field doesn't exist.
pub fn saved_form(open_form: &OpenForm, settings: &Settings) -> Option<FieldForm> {
    Some(match open_form {
        OpenForm::None => return None,
        OpenForm::Global => FieldForm::new(None, &settings.global),
        OpenForm::Edit(name) => {
            let field = settings.field(name)?;
            FieldForm::new(Some(&field.field), &field.options)
        }
        OpenForm::Add(name) => FieldForm {
            field: name.clone(),
            global: false,
            ..FieldForm::new(None, &Options::default())
        },
        OpenForm::Duplicate(name) => FieldForm {
            global: false,
            ..FieldForm::new(None, &settings.field(name)?.options)
        },
    })
}

/// Reads the form's values.
pub fn field_form(values: Values<'_>) -> FieldForm {
    FieldForm {
        was: values("form[was]"),
        field: values("form[field]"),
        global: values("form[global]") == "true",
        term_source: values("form[term_source]"),
        term: values("form[term]"),
        types_source: values("form[types_source]"),
        types: values("form[types][]").lines().map(str::to_owned).collect(),
        hide_limited_use: values("form[hide_limited_use]"),
        layout_service: values("form[layout_service]"),
        mode: values("form[mode]"),
    }
}

/// Reads the current values of the form in `container`.
pub fn read_form(container: &Element) -> Option<FieldForm> {
    let form: HtmlFormElement = container.query_selector("form").ok()??.dyn_into().ok()?;
    Some(field_form(&form_values(&form)?))
}

/// Returns the options that the selector opens with.
///
/// Invalid values of the form are ignored, and unset ones are inherited from the Global field settings.
pub fn effective_options(form: &FieldForm, global: &Options) -> Options {
    let options = form.options().unwrap_or_else(|errors| {
        let mut form = form.clone();
        for error in &errors.0 {
            match error.field.as_str() {
                "term" => FieldOverride::UNSET.clone_into(&mut form.term_source),
                "types" => FieldOverride::UNSET.clone_into(&mut form.types_source),
                "hide_limited_use" => form.hide_limited_use.clear(),
                "layout_service" => form.layout_service.clear(),
                _ => form.mode.clear(),
            }
        }
        form.options().unwrap_or_default()
    });
    if form.global {
        options
    } else {
        options.resolve(global).options
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::integration::selector::SelectionMode;
    use domain::integration::settings::Edit;

    #[test]
    fn invalid_values_are_ignored_in_the_preview() {
        let global = Options {
            asset_types: domain::integration::selector::AssetTypes::parse("video"),
            mode: Some(SelectionMode::SingleFile),
            ..Options::default()
        };
        let mut form = FieldForm::new(Some("hero"), &Options::default());
        assert_eq!(effective_options(&form, &global), global);
        // Custom types, of which none is selected yet.
        FieldOverride::CUSTOM.clone_into(&mut form.types_source);
        FieldOverride::CUSTOM.clone_into(&mut form.term_source);
        "sea".clone_into(&mut form.term);
        let expected = Options {
            default_search_term: Some("sea".to_owned()),
            ..global.clone()
        };
        assert!(form.options().is_err());
        assert_eq!(effective_options(&form, &global), expected);
        form.global = true;
        assert_eq!(effective_options(&form, &global).mode, None);
    }

    #[test]
    fn duplicate_is_a_new_field_without_a_name() {
        let mut settings = Settings::default();
        let form = FieldForm {
            field: "hero".to_owned(),
            hide_limited_use: "true".to_owned(),
            ..FieldForm::default()
        };
        Edit::Field(form).apply(&mut settings).unwrap();
        let duplicate = saved_form(&OpenForm::Duplicate("HERO".to_owned()), &settings).unwrap();
        assert!(duplicate.was.is_empty() && duplicate.field.is_empty() && !duplicate.global);
        assert_eq!(duplicate.hide_limited_use, "true");
        assert_eq!(saved_form(&OpenForm::Edit("none".to_owned()), &settings), None);
        assert_eq!(
            saved_form(&OpenForm::Add("hero".to_owned()), &settings).unwrap().field,
            "hero"
        );
    }
}
