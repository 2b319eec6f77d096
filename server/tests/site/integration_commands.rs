//! The Integration settings and the API key, as an operator handles them without a browser.

use crate::program::Program;
use serde_json::{Value, json};

const FILE: &str = "\
language = \"nl_NL\"

[portal]
url = \"acme.bynder.com\"

[global]
assetTypes = [\"video\", \"image\"]

[[fields]]
field = \"Hero\"
defaultSearchTerm = \"cat\"
";

fn started() -> Program {
    let program = Program::new();
    program.account();
    program
}

#[test]
fn settings_live_in_a_file() {
    let program = started();
    std::fs::write(program.folder().join("settings.toml"), FILE).unwrap();
    let changes = program.json(&["settings", "diff", "settings.toml"], "");
    assert_eq!(changes.as_array().unwrap().len(), 5, "{changes}");
    let plain = program.run(&["settings", "diff", "-"], FILE).out;
    for line in [
        "+ Hero",
        "~ Hero: Default search term: left open → \"cat\"",
        "~ Settings: Language: \"en_US\" → \"nl_NL\"",
        "~ Global field settings: Visible asset types: left open → \"image,video\"",
    ] {
        assert!(plain.lines().any(|other| other == line), "{line} in {plain}");
    }

    let dry = program.json(&["settings", "apply", "settings.toml", "--dry-run"], "");
    assert_eq!(dry, changes);
    let asked = program.run(&["settings", "apply", "settings.toml"], "");
    assert_eq!((asked.status, asked.out.as_str()), (1, ""));
    assert!(asked.err.contains("--yes"), "{}", asked.err);
    let applied = program.json(&["settings", "apply", "settings.toml", "--yes"], "");
    assert_eq!((&applied["revision"], &applied["changes"]), (&json!(1), &changes));

    for format in ["toml", "json"] {
        let printed = program.run(&["settings", "export", "--format", format], "").out;
        assert!(printed.contains("https://acme.bynder.com"), "{printed}");
        let same = program.run(&["settings", "apply", "-", "--yes"], &printed);
        assert_eq!(
            (same.status, same.out.as_str()),
            (0, "The settings are what the file says.\n")
        );
    }
    let settings = program.json(&["settings", "export"], "");
    assert_eq!(
        settings["fields"],
        json!([{ "field": "Hero", "defaultSearchTerm": "cat" }])
    );
}

#[test]
fn a_file_that_is_wrong_changes_nothing_and_says_where() {
    let program = started();
    for (text, words) in [
        ("[global]\nhideLimited = true\n", ["global.hideLimited", "line 2"]),
        ("{\"language\": \"nl\"}", ["language", "nl"]),
        ("[portal]\nurl = \"nowhere\"\n", ["portal.url", ""]),
        ("language = ", ["file", "line 1"]),
    ] {
        let outcome = program.run(&["settings", "apply", "-", "--yes"], text);
        assert_eq!((outcome.status, outcome.out.as_str()), (1, ""), "{text}");
        for word in words {
            assert!(outcome.err.contains(word), "{word} in {}", outcome.err);
        }
        assert_eq!(outcome.err.lines().count(), 1, "{}", outcome.err);
    }
    let missing = program.run(&["settings", "diff", "nowhere.toml"], "");
    assert!(
        missing.status == 1 && missing.err.contains("nowhere.toml"),
        "{}",
        missing.err
    );
    assert_eq!(program.json(&["settings", "export"], "")["language"], "en_US");
}

#[test]
fn the_api_key_is_shown_and_rotated() {
    let program = started();
    let key = |value: &Value| value["api_key"].as_str().unwrap().to_owned();
    let first = program.json(&["api-key", "show"], "");
    assert_eq!((key(&first).len(), &first["previous_ends_at"]), (43, &Value::Null));
    let second = program.json(&["api-key", "rotate", "--overlap", "hour"], "");
    assert_ne!(key(&first), key(&second));
    assert!(second["previous_ends_at"].is_string(), "{second}");
    assert!(
        program
            .run(&["api-key", "show"], "")
            .out
            .starts_with(&format!("API key  {}\n", key(&second)))
    );
    let again = program.run(&["api-key", "rotate"], "");
    assert!(again.status == 1 && again.err.contains("still works"), "{}", again.err);
}
