use crate::pages::integration::fields::page_url::*;
use domain::integration::settings::Own;

#[test]
fn an_address_reads_back() {
    let name = "/pages/home & more=50%/héro";
    let form = FieldForm {
        was: name.to_owned(),
        field: "hero+Image".to_owned(),
        global: false,
        term_source: Own::OWN.to_owned(),
        term: "sea & \"sky\"".to_owned(),
        types_source: Own::OWN.to_owned(),
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
    for address in [
        Address::default(),
        Address::at(Spot::Global),
        Address::at(Spot::Edit(name.to_owned())),
        Address::at(Spot::Add(String::new())),
        Address::at(Spot::Add(name.to_owned())),
        Address::at(Spot::Duplicate(name.to_owned())).speaking(Language::German),
        Address::again(Spot::Edit(name.to_owned()), form, 7),
        Address::again(Spot::Add(String::new()), fresh.clone(), 0),
        Address::again(Spot::Duplicate(name.to_owned()), fresh, 3),
        Address::again(Spot::Global, global, 12),
        Address::after(Done::Saved("12".to_owned())),
        Address::after(Done::Deleted(Deleted {
            revision: 13,
            field: name.to_owned(),
        })),
        Address::after(Done::Contested(name.to_owned())),
        Address {
            search: "hero image".to_owned(),
            ..Address::default()
        }
        .with_more(),
    ] {
        let text = address.to_string();
        assert!(text.is_ascii() && text.starts_with(PATH), "{text}");
        assert_eq!(Address::parse(&text), address, "{text}");
    }
}

#[test]
fn what_makes_no_sense_is_as_if_it_were_not_there() {
    for text in [
        "/integration/fields?edit=&base=3&term=x",
        "/integration/fields?language=Klingon&deleted=x&more=-1",
        "/elsewhere?%zz",
    ] {
        assert_eq!(Address::parse(text), Address::default(), "{text}");
    }
}

#[test]
fn another_form_opens_over_the_same_list() {
    let address = Address::parse("/integration/fields?add=&q=hero&more=2&deleted=4");
    assert_eq!(
        address.opening(Spot::Edit("heroImage".to_owned())).to_string(),
        "/integration/fields?edit=heroImage&q=hero&more=2"
    );
}
