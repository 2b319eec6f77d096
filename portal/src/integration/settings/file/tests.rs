use crate::integration::settings::file::*;
use domain::integration::selector::Language;
use domain::integration::settings::arbitrary::settings;
use proptest::prelude::*;

proptest! {
    #[test]
    fn printed_file_parses_to_the_same_settings(settings in settings("\\PC{0,20}", "\\PC{1,20}")) {
        for format in Format::ALL {
            let text = print(&settings, format);
            prop_assert_eq!(parse(&text, format), Ok(settings.clone()), "{}", text);
            prop_assert_eq!(Format::of("-", &text), format);
        }
    }

    #[test]
    fn parse_never_panics(text in "\\PC{0,80}") {
        for format in Format::ALL {
            let _ = parse(&text, format);
        }
    }
}

#[track_caller]
fn error_at(text: &str, format: Format, place: &str) -> String {
    let errors = parse(text, format).unwrap_err();
    let message = errors.get(place);
    message
        .unwrap_or_else(|| panic!("nothing about {place}: {errors}"))
        .to_owned()
}

#[test]
fn parse_error_names_the_setting() {
    let toml = |text, place| error_at(text, Format::Toml, place);
    let unknown = toml(
        "language = \"en_US\"\n[global]\nhideLimited = true\n",
        "global.hideLimited",
    );
    assert!(
        unknown.contains("unknown field") && unknown.ends_with("at line 3"),
        "{unknown}"
    );
    toml(
        "[[fields]]\nfield = \"Hero\"\n[[fields]]\nfield = \"B\"\nmode = \"All\"\n",
        "fields[1].mode",
    );
    toml(
        "[[fields]]\nfield = \"Hero\"\nassetTypes = []\n",
        "fields.Hero.assetTypes",
    );
    toml("[portal]\nurl = \"nowhere\"\n", "portal.url");
    toml("language = en_US\n", "file");
    toml("remoteLogging = \"yes\"\n", "remoteLogging");

    let json = |text, place| error_at(text, Format::Json, place);
    let unknown = json("{\n\"portal\": {\"secret\": \"x\"}}", "portal.secret");
    assert!(
        unknown.contains("unknown field") && unknown.contains("line 2"),
        "{unknown}"
    );
    json("{\"fields\": [{\"field\": \"Hero\"}, {}]}", "fields[1]");
    json("{} {}", "file");
    for list in ["[]", "[{\"url\": \"https://dam.example.com\"}]", "7", ""] {
        json(list, "file");
    }
    json("{\"global\": []}", "global");
    json("{\"portal\": [\"https://dam.example.com\"]}", "portal");
    json("{\"fields\": [{\"field\": \"Hero\"}, [\"Teaser\"]]}", "fields[1]");
    toml("global = [\"cat\"]\n", "global");
    toml("fields = [[\"Hero\"]]\n", "fields[0]");
    let long = json(&format!("{{\"language\": \"{}\"}}", "x".repeat(5_000)), "language");
    assert!(long.chars().count() <= MAX_MESSAGE_CHARS + 1, "{long}");
}

#[test]
fn hand_written_file_is_parsed() {
    let text = "\u{feff}language = \"nl_NL\"\n\n[[fields]]\nfield = \"Hero\"\nassetTypes = [\"video\", \"image\"]\n";
    let settings = parse(text, Format::Toml).unwrap();
    assert_eq!(settings.language, Language::Dutch);
    let printed = print(&settings, Format::Toml);
    assert!(printed.starts_with("# "), "{printed}");
    assert!(
        printed.contains("[[fields]]\nfield = \"Hero\"\nassetTypes = [\"image\", \"video\"]\n"),
        "{printed}"
    );
    assert_eq!(parse("", Format::Toml), Ok(Settings::default()));
}

#[test]
fn format_is_detected_by_extension_or_content() {
    for (name, text, format) in [
        ("a.toml", "{", Format::Toml),
        ("a.JSON", "x", Format::Json),
        ("-", " {}", Format::Json),
        ("settings", "# x", Format::Toml),
        ("a.txt", "", Format::Toml),
    ] {
        assert_eq!(Format::of(name, text), format, "{name}");
    }
}
