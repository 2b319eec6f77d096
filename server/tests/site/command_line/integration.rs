//! Tests the commands for the Integration settings and the API key.

use crate::test_program::TestProgram;
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

fn program_with_account() -> TestProgram {
    let program = TestProgram::new();
    program.create_account();
    program
}

#[test]
fn settings_file_is_compared_applied_and_exported() {
    let program = program_with_account();
    std::fs::write(program.folder().join("settings.toml"), FILE).unwrap();
    let changes = program.json(&["settings", "diff", "settings.toml"], "");
    assert_eq!(changes.as_array().unwrap().len(), 5, "{changes}");
    let plain = program.run(&["settings", "diff", "-"], FILE).stdout;
    for line in [
        "+ Hero",
        "~ Hero: Default search term: not set → \"cat\"",
        "~ Settings: Language: \"en_US\" → \"nl_NL\"",
        "~ Global field settings: Visible asset types: not set → \"image,video\"",
    ] {
        assert!(plain.lines().any(|other| other == line), "{line} in {plain}");
    }

    let dry_run = program.json(&["settings", "apply", "settings.toml", "--dry-run"], "");
    assert_eq!(dry_run, changes);
    let without_yes = program.run(&["settings", "apply", "settings.toml"], "");
    assert_eq!((without_yes.status, without_yes.stdout.as_str()), (1, ""));
    assert!(without_yes.stderr.contains("--yes"), "{}", without_yes.stderr);
    let applied = program.json(&["settings", "apply", "settings.toml", "--yes"], "");
    assert_eq!((&applied["revision"], &applied["changes"]), (&json!(1), &changes));

    for format in ["toml", "json"] {
        let printed = program.run(&["settings", "export", "--format", format], "").stdout;
        assert!(printed.contains("https://acme.bynder.com"), "{printed}");
        let same = program.run(&["settings", "apply", "-", "--yes"], &printed);
        assert_eq!(
            (same.status, same.stdout.as_str()),
            (0, "No changes: the settings match the file.\n")
        );
    }
    let settings = program.json(&["settings", "export"], "");
    assert_eq!(
        settings["fields"],
        json!([{ "field": "Hero", "defaultSearchTerm": "cat" }])
    );
}

#[test]
fn invalid_settings_file_is_rejected_with_its_position() {
    let program = program_with_account();
    for (text, expected_words) in [
        ("[global]\nhideLimited = true\n", ["global.hideLimited", "line 2"]),
        ("{\"language\": \"nl\"}", ["language", "nl"]),
        ("[portal]\nurl = \"nowhere\"\n", ["portal.url", ""]),
        ("language = ", ["file", "line 1"]),
    ] {
        let outcome = program.run(&["settings", "apply", "-", "--yes"], text);
        assert_eq!((outcome.status, outcome.stdout.as_str()), (1, ""), "{text}");
        for word in expected_words {
            assert!(outcome.stderr.contains(word), "{word} in {}", outcome.stderr);
        }
        assert_eq!(outcome.stderr.lines().count(), 1, "{}", outcome.stderr);
    }
    let missing = program.run(&["settings", "diff", "nowhere.toml"], "");
    assert!(
        missing.status == 1 && missing.stderr.contains("nowhere.toml"),
        "{}",
        missing.stderr
    );
    assert_eq!(program.json(&["settings", "export"], "")["language"], "en_US");
}

#[test]
fn api_key_show_and_rotate_print_the_key() {
    let program = program_with_account();
    let key = |value: &Value| value["api_key"].as_str().unwrap().to_owned();
    let first = program.json(&["api-key", "show"], "");
    assert_eq!((key(&first).len(), &first["previous_ends_at"]), (43, &Value::Null));
    let second = program.json(&["api-key", "rotate", "--overlap", "hour"], "");
    assert_ne!(key(&first), key(&second));
    assert!(second["previous_ends_at"].is_string(), "{second}");
    assert!(
        program
            .run(&["api-key", "show"], "")
            .stdout
            .starts_with(&format!("API key  {}\n", key(&second)))
    );
    let again = program.run(&["api-key", "rotate"], "");
    assert!(
        again.status == 1 && again.stderr.contains("still active"),
        "{}",
        again.stderr
    );
}
