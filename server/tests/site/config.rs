//! The settings, as the command line shows them.

use crate::program::Program;
use serde_json::Value;

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member]
        .as_str()
        .unwrap_or_else(|| panic!("no {member} in {value}"))
}

#[test]
fn the_settings_are_shown_with_where_they_come_from() {
    let key = portal::new_master_key();
    let program = Program::new()
        .with("GATEHOUSE_MASTER_KEY", key.expose())
        .with("GATEHOUSE_DATABASE_URL", "postgres://ada:hunter2@localhost/gatehouse");
    std::fs::write(
        program.folder().join("gatehouse.toml"),
        "contact = 'Grace, extension 7'",
    )
    .unwrap();
    let settings = program.json(&["config", "--api-rate", "7"], "");
    let find = |name: &str| {
        let found = settings
            .as_array()
            .unwrap()
            .iter()
            .find(|entry| entry["setting"] == name)
            .unwrap();
        (text(found, "value").to_owned(), text(found, "source").to_owned())
    };
    let pair = |value: &str, source: &str| (value.to_owned(), source.to_owned());
    assert_eq!(find("api_rate"), pair("7", "command line"));
    assert_eq!(find("addr"), pair("127.0.0.1:0", "GATEHOUSE_ADDR"));
    assert_eq!(find("contact"), pair("Grace, extension 7", "gatehouse.toml"));
    assert_eq!(find("data_dir"), pair("./data", "default"));
    assert_eq!(find("master_key"), pair("[redacted]", "GATEHOUSE_MASTER_KEY"));
    let plain = program.run(&["config"], "").out;
    assert!(
        plain.contains("api_rate") && !plain.contains("hunter2") && !plain.contains(key.expose()),
        "{plain}"
    );
}

#[test]
fn a_bad_setting_stops_every_command_with_one_sentence() {
    let program = Program::new().with("GATEHOUSE_PUBLIC_URL", "portal.example.com/path");
    for words in [&["serve"][..], &["config"], &["account", "list"]] {
        let outcome = program.run(words, "");
        assert_eq!(
            (outcome.status, outcome.out.as_str(), outcome.err.lines().count()),
            (1, "", 1)
        );
        assert!(
            outcome.err.contains("public_url") && outcome.err.contains("GATEHOUSE_PUBLIC_URL"),
            "{}",
            outcome.err
        );
    }
}
