use crate::integration::settings::*;
use proptest::prelude::*;

/// Over a handful of field names, so that two of them have some in common.
fn settings() -> impl Strategy<Value = Settings> {
    any::settings("[a-c]{0,2}", "[a-eA-E]")
}

fn field(name: &str, term: &str) -> FieldForm {
    FieldForm {
        field: name.to_owned(),
        term_source: Own::OWN.to_owned(),
        term: term.to_owned(),
        ..FieldForm::default()
    }
}

fn edited(settings: &Settings, edit: &Edit) -> Settings {
    let mut settings = settings.clone();
    edit.apply(&mut settings).unwrap();
    settings
}

proptest! {
    #[test]
    fn a_history_leads_back(before in settings(), after in settings()) {
        let changes = differences(&before, &after);
        let mut forth = before.clone();
        difference::apply(&mut forth, &changes);
        prop_assert_eq!(&forth, &after);
        prop_assert_eq!(&unwound(&after, &changes), &before);
        prop_assert_eq!(changes.is_empty(), before == after);
    }

    #[test]
    fn who_is_alone_gets_what_they_want(base in settings(), mine in settings()) {
        prop_assert_eq!(&merge(&base, &base, &mine), &Ok(mine.clone()));
        prop_assert_eq!(&merge(&base, &mine, &mine), &Ok(mine.clone()));
        prop_assert_eq!(merge(&base, &mine, &base), Ok(mine));
    }

    #[test]
    fn nothing_that_somebody_did_is_lost(base in settings(), theirs in settings(), mine in settings()) {
        if let Ok(merged) = merge(&base, &theirs, &mine) {
            for change in differences(&base, &theirs).iter().chain(&differences(&base, &mine)) {
                prop_assert_eq!(merged.value(&change.place), change.after.clone());
            }
        }
    }

    #[test]
    fn who_keeps_their_own_has_it(base in settings(), theirs in settings(), mine in settings()) {
        let kept = overlaid(&base, &mine, &theirs);
        for change in differences(&base, &mine) {
            prop_assert_eq!(kept.value(&change.place), change.after.clone());
        }
        for change in differences(&theirs, &kept) {
            // Besides what was changed, only a field that had gone comes back with all that it had.
            let is_mine = differences(&base, &mine).iter().any(|own| own.place.is(&change.place));
            let comes_back = change.place.field.as_ref().is_some_and(|name| theirs.field(name).is_none());
            prop_assert!(is_mine || comes_back || mine.value(&change.place).is_none(), "{:?}", change);
        }
        prop_assert!(kept.checked().is_ok());
    }

    #[test]
    fn a_form_says_what_it_shows(own in any::options("[a-c]{0,2}")) {
        prop_assert_eq!(FieldForm::of(Some("a"), &own).options(), Ok(own));
    }
}

#[test]
fn fields_are_found_whatever_their_case() {
    let settings = edited(&Settings::default(), &Edit::Field(field(" Hero   Image ", "cat")));
    assert_eq!(settings.field("HERO IMAGE").unwrap().field, "Hero Image");
    assert_eq!(
        settings.resolve("hero image").options.default_search_term.as_deref(),
        Some("cat")
    );
    assert_eq!(settings.resolve("Teaser").options, Options::default());
    let twice = Edit::Field(field("hero image", "dog"))
        .apply(&mut settings.clone())
        .unwrap_err();
    assert_eq!(twice.of("field"), Some("This field has settings already."));
}

#[test]
fn a_field_is_renamed_and_taken_away() {
    let settings = edited(&Settings::default(), &Edit::Field(field("Hero", "cat")));
    let renamed = FieldForm {
        was: "hero".to_owned(),
        ..field("Banner", "cat")
    };
    let settings = edited(&settings, &Edit::Field(renamed));
    assert_eq!(settings.fields.len(), 1);
    assert_eq!(settings.fields[0].field, "Banner");
    assert!(edited(&settings, &Edit::Remove("BANNER".to_owned())).fields.is_empty());
}

#[test]
fn two_people_at_different_things_get_both() {
    let base = edited(&Settings::default(), &Edit::Field(field("Hero", "cat")));
    let language = Edit::Global(GlobalForm {
        language: "nl_NL".to_owned(),
    });
    let theirs = edited(&base, &language);
    let mine = edited(&base, &Edit::RemoteLogging(true));
    let merged = merge(&base, &theirs, &mine).unwrap();
    assert_eq!(merged.language, Language::Dutch);
    assert!(merged.remote_logging);
}

#[test]
fn two_people_at_the_same_thing_are_told() {
    let base = edited(&Settings::default(), &Edit::Field(field("Hero", "cat")));
    let change = |term: &str| FieldForm {
        was: "Hero".to_owned(),
        ..field("Hero", term)
    };
    let theirs = edited(&base, &Edit::Field(change("dog")));
    let mine = edited(&base, &Edit::Field(change("bird")));
    let clash = Clash {
        place: Place::of("Hero", Member::DefaultSearchTerm),
        mine: Some("bird".to_owned()),
        theirs: Some("dog".to_owned()),
    };
    assert_eq!(merge(&base, &theirs, &mine), Err(vec![clash]));
    // Who takes it away has not seen the dog, and who changes it not that it is gone.
    let gone = edited(&base, &Edit::Remove("Hero".to_owned()));
    assert!(merge(&base, &theirs, &gone).is_err());
    let told = merge(&base, &gone, &mine).unwrap_err();
    assert_eq!(told[0].place, Place::of("Hero", Member::Field));
    assert_eq!(told[0].theirs, None);
    // Both take it away: there is nothing to tell.
    assert_eq!(merge(&base, &gone, &gone), Ok(gone));
}

#[test]
fn with_webdam_the_client_id_waits() {
    let form = |dam: &str, client_id: &str| {
        Edit::Connection(ConnectionForm {
            url: "Acme.bynder.com/login".to_owned(),
            dam: dam.to_owned(),
            client_id: client_id.to_owned(),
        })
    };
    let bynder = edited(&Settings::default(), &form("bynder", " abc "));
    assert_eq!(bynder.portal.url.as_deref(), Some("https://acme.bynder.com"));
    assert_eq!(bynder.portal.client_id.as_deref(), Some("abc"));
    let webdam = edited(&bynder, &form("webdam", ""));
    assert_eq!(
        (webdam.portal.dam, webdam.portal.client_id.as_deref()),
        (Dam::Webdam, Some("abc"))
    );
    assert_eq!(edited(&webdam, &form("bynder", "")).portal.client_id, None);
}

#[test]
fn each_field_of_a_form_is_complained_about() {
    let connection = Edit::Connection(ConnectionForm {
        url: "acme".to_owned(),
        dam: "dropbox".to_owned(),
        client_id: "a b".to_owned(),
    });
    let errors = connection.apply(&mut Settings::default()).unwrap_err();
    for name in ["url", "dam", "client_id"] {
        assert!(errors.of(name).is_some(), "{name}");
    }
    let form = Edit::Field(FieldForm {
        field: "\u{7}".to_owned(),
        term_source: Own::OWN.to_owned(),
        term: "x".repeat(201),
        types_source: Own::OWN.to_owned(),
        hide_limited_use: "perhaps".to_owned(),
        layout_service: "perhaps".to_owned(),
        mode: "all".to_owned(),
        ..FieldForm::default()
    });
    let errors = form.apply(&mut Settings::default()).unwrap_err();
    for name in ["field", "term", "types", "hide_limited_use", "layout_service", "mode"] {
        assert!(errors.of(name).is_some(), "{name}");
    }
    assert!(
        Edit::Global(GlobalForm::default())
            .apply(&mut Settings::default())
            .is_err()
    );
}

#[test]
fn a_file_with_the_same_field_twice_is_refused() {
    let twice = Settings {
        fields: ["Hero", "hero"]
            .map(|name| FieldSettings {
                field: name.to_owned(),
                options: Options::default(),
            })
            .to_vec(),
        ..Settings::default()
    };
    assert!(twice.checked().unwrap_err().of("fields").is_some());
}
