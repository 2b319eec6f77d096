use crate::pages::integration::fields::page_url::*;
use domain::integration::settings::FieldOverride;

#[test]
fn url_with_special_characters_is_parsed_back() {
    let name = "/pages/home & more=50%/héro";
    let form = FieldForm {
        was: name.to_owned(),
        field: "hero+Image".to_owned(),
        global: false,
        term_source: FieldOverride::CUSTOM.to_owned(),
        term: "sea & \"sky\"".to_owned(),
        types_source: FieldOverride::CUSTOM.to_owned(),
        types: vec!["image".to_owned(), "no such".to_owned()],
        hide_limited_use: "true".to_owned(),
        layout_service: String::new(),
        mode: "MultiSelect".to_owned(),
    };
    let fresh = FieldForm {
        was: String::new(),
        ..form.clone()
    };
    let global = FieldForm {
        global: true,
        field: String::new(),
        ..fresh.clone()
    };
    for url in [
        FieldsUrl::default(),
        FieldsUrl::of_form(OpenForm::Global),
        FieldsUrl::of_form(OpenForm::Edit(name.to_owned())),
        FieldsUrl::of_form(OpenForm::Add(String::new())),
        FieldsUrl::of_form(OpenForm::Add(name.to_owned())),
        FieldsUrl::of_form(OpenForm::Duplicate(name.to_owned())).with_language(Language::German),
        FieldsUrl::with_draft(OpenForm::Edit(name.to_owned()), form, 7),
        FieldsUrl::with_draft(OpenForm::Add(String::new()), fresh.clone(), 0),
        FieldsUrl::with_draft(OpenForm::Duplicate(name.to_owned()), fresh, 3),
        FieldsUrl::with_draft(OpenForm::Global, global, 12),
        FieldsUrl::after_action(LastAction::Saved("12".to_owned())),
        FieldsUrl::after_action(LastAction::Deleted(Deleted {
            revision: 13,
            field: name.to_owned(),
        })),
        FieldsUrl::after_action(LastAction::DeleteConflict(name.to_owned())),
        FieldsUrl {
            search: "hero image".to_owned(),
            ..FieldsUrl::default()
        }
        .with_next_page(),
    ] {
        let text = url.to_string();
        assert!(text.is_ascii() && text.starts_with(PATH), "{text}");
        assert_eq!(FieldsUrl::parse(&text), url, "{text}");
    }
}

#[test]
fn invalid_parameters_are_ignored() {
    for text in [
        "/integration/fields?edit=&base=3&term=x",
        "/integration/fields?language=Klingon&deleted=x&more=-1",
        "/elsewhere?%zz",
    ] {
        assert_eq!(FieldsUrl::parse(text), FieldsUrl::default(), "{text}");
    }
}

#[test]
fn opening_another_form_keeps_search_and_page() {
    let url = FieldsUrl::parse("/integration/fields?add=&q=hero&more=2&deleted=4");
    assert_eq!(
        url.with_open_form(OpenForm::Edit("heroImage".to_owned())).to_string(),
        "/integration/fields?edit=heroImage&q=hero&more=2"
    );
}
