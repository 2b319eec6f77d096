use crate::integration::settings::*;
use proptest::prelude::*;

/// Generates settings with few distinct field names, so that two of them share some.
fn settings() -> impl Strategy<Value = Settings> {
    arbitrary::settings("[a-c]{0,2}", "[a-eA-E]")
}

fn field(name: &str, term: &str) -> FieldForm {
    FieldForm {
        field: name.to_owned(),
        term_source: FieldOverride::CUSTOM.to_owned(),
        term: term.to_owned(),
        ..FieldForm::default()
    }
}

fn apply_edit(settings: &Settings, edit: &Edit) -> Settings {
    let mut settings = settings.clone();
    edit.apply(&mut settings).unwrap();
    settings
}

proptest! {
    #[test]
    fn revert_undoes_differences(before in settings(), after in settings()) {
        let changes = differences(&before, &after);
        let mut applied = before.clone();
        difference::apply(&mut applied, &changes);
        prop_assert_eq!(&applied, &after);
        prop_assert_eq!(&revert(&after, &changes), &before);
        prop_assert_eq!(changes.is_empty(), before == after);
    }

    #[test]
    fn merge_without_other_changes_keeps_mine(base in settings(), mine in settings()) {
        prop_assert_eq!(&merge(&base, &base, &mine), &Ok(mine.clone()));
        prop_assert_eq!(&merge(&base, &mine, &mine), &Ok(mine.clone()));
        prop_assert_eq!(merge(&base, &mine, &base), Ok(mine));
    }

    #[test]
    fn merge_keeps_the_changes_of_both(base in settings(), theirs in settings(), mine in settings()) {
        if let Ok(merged) = merge(&base, &theirs, &mine) {
            for change in differences(&base, &theirs).iter().chain(&differences(&base, &mine)) {
                prop_assert_eq!(merged.value(&change.path), change.after.clone());
            }
        }
    }

    #[test]
    fn rebase_keeps_my_changes(base in settings(), theirs in settings(), mine in settings()) {
        let rebased = rebase(&base, &mine, &theirs);
        for change in differences(&base, &mine) {
            prop_assert_eq!(rebased.value(&change.path), change.after.clone());
        }
        for change in differences(&theirs, &rebased) {
            // Apart from my changes, only a deleted field is restored with all its options.
            let is_mine = differences(&base, &mine).iter().any(|own| own.path.matches(&change.path));
            let is_restored = change.path.field.as_ref().is_some_and(|name| theirs.field(name).is_none());
            prop_assert!(is_mine || is_restored || mine.value(&change.path).is_none(), "{:?}", change);
        }
        prop_assert!(rebased.validate().is_ok());
    }

    #[test]
    fn field_form_preserves_options(own in arbitrary::options("[a-c]{0,2}")) {
        prop_assert_eq!(FieldForm::new(Some("a"), &own).options(), Ok(own));
    }
}

#[test]
fn field_lookup_is_not_case_sensitive() {
    let settings = apply_edit(&Settings::default(), &Edit::Field(field(" Hero   Image ", "cat")));
    assert_eq!(settings.field("HERO IMAGE").unwrap().field, "Hero Image");
    assert_eq!(
        settings.resolve("hero image").options.default_search_term.as_deref(),
        Some("cat")
    );
    assert_eq!(settings.resolve("Teaser").options, Options::default());
    let duplicate = Edit::Field(field("hero image", "dog"))
        .apply(&mut settings.clone())
        .unwrap_err();
    assert_eq!(duplicate.get("field"), Some("This field already has settings."));
}

#[test]
fn field_is_renamed_and_removed() {
    let settings = apply_edit(&Settings::default(), &Edit::Field(field("Hero", "cat")));
    let renamed = FieldForm {
        was: "hero".to_owned(),
        ..field("Banner", "cat")
    };
    let settings = apply_edit(&settings, &Edit::Field(renamed));
    assert_eq!(settings.fields.len(), 1);
    assert_eq!(settings.fields[0].field, "Banner");
    assert!(
        apply_edit(&settings, &Edit::Remove("BANNER".to_owned()))
            .fields
            .is_empty()
    );
}

#[test]
fn changes_of_different_settings_are_merged() {
    let base = apply_edit(&Settings::default(), &Edit::Field(field("Hero", "cat")));
    let language = Edit::Global(GlobalForm {
        language: "nl_NL".to_owned(),
    });
    let theirs = apply_edit(&base, &language);
    let mine = apply_edit(&base, &Edit::RemoteLogging(true));
    let merged = merge(&base, &theirs, &mine).unwrap();
    assert_eq!(merged.language, Language::Dutch);
    assert!(merged.remote_logging);
}

#[test]
fn changes_of_the_same_setting_conflict() {
    let base = apply_edit(&Settings::default(), &Edit::Field(field("Hero", "cat")));
    let change = |term: &str| FieldForm {
        was: "Hero".to_owned(),
        ..field("Hero", term)
    };
    let theirs = apply_edit(&base, &Edit::Field(change("dog")));
    let mine = apply_edit(&base, &Edit::Field(change("bird")));
    let conflict = Conflict {
        path: SettingPath::in_field("Hero", SettingKey::DefaultSearchTerm),
        mine: Some("bird".to_owned()),
        theirs: Some("dog".to_owned()),
    };
    assert_eq!(merge(&base, &theirs, &mine), Err(vec![conflict]));
    // Deleting a field conflicts with changing it.
    let deleted = apply_edit(&base, &Edit::Remove("Hero".to_owned()));
    assert!(merge(&base, &theirs, &deleted).is_err());
    let found = merge(&base, &deleted, &mine).unwrap_err();
    assert_eq!(found[0].path, SettingPath::in_field("Hero", SettingKey::Field));
    assert_eq!(found[0].theirs, None);
    // Both delete it: no conflict.
    assert_eq!(merge(&base, &deleted, &deleted), Ok(deleted));
}

#[test]
fn client_id_is_kept_while_dam_is_webdam() {
    let form = |dam: &str, client_id: &str| {
        Edit::Connection(ConnectionForm {
            url: "Acme.bynder.com/login".to_owned(),
            dam: dam.to_owned(),
            client_id: client_id.to_owned(),
        })
    };
    let bynder = apply_edit(&Settings::default(), &form("bynder", " abc "));
    assert_eq!(bynder.portal.url.as_deref(), Some("https://acme.bynder.com"));
    assert_eq!(bynder.portal.client_id.as_deref(), Some("abc"));
    let webdam = apply_edit(&bynder, &form("webdam", ""));
    assert_eq!(
        (webdam.portal.dam, webdam.portal.client_id.as_deref()),
        (Dam::Webdam, Some("abc"))
    );
    assert_eq!(apply_edit(&webdam, &form("bynder", "")).portal.client_id, None);
}

#[test]
fn each_invalid_form_field_has_an_error() {
    let connection = Edit::Connection(ConnectionForm {
        url: "acme".to_owned(),
        dam: "dropbox".to_owned(),
        client_id: "a b".to_owned(),
    });
    let errors = connection.apply(&mut Settings::default()).unwrap_err();
    for name in ["url", "dam", "client_id"] {
        assert!(errors.get(name).is_some(), "{name}");
    }
    let form = Edit::Field(FieldForm {
        field: "\u{7}".to_owned(),
        term_source: FieldOverride::CUSTOM.to_owned(),
        term: "x".repeat(201),
        types_source: FieldOverride::CUSTOM.to_owned(),
        hide_limited_use: "perhaps".to_owned(),
        layout_service: "perhaps".to_owned(),
        mode: "all".to_owned(),
        ..FieldForm::default()
    });
    let errors = form.apply(&mut Settings::default()).unwrap_err();
    for name in ["field", "term", "types", "hide_limited_use", "layout_service", "mode"] {
        assert!(errors.get(name).is_some(), "{name}");
    }
    assert!(
        Edit::Global(GlobalForm::default())
            .apply(&mut Settings::default())
            .is_err()
    );
}

#[test]
fn duplicate_field_in_a_file_is_rejected() {
    let duplicate = Settings {
        fields: ["Hero", "hero"]
            .map(|name| FieldSettings {
                field: name.to_owned(),
                options: Options::default(),
            })
            .to_vec(),
        ..Settings::default()
    };
    assert!(duplicate.validate().unwrap_err().get("fields").is_some());
}
