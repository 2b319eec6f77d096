//! Tests the configuration as shown by `gatehouse config`.

use super::text;
use crate::test_program::TestProgram;

#[test]
fn config_command_shows_each_setting_with_its_source() {
    let key = portal::new_master_key();
    let program = TestProgram::new()
        .with_env("GATEHOUSE_MASTER_KEY", key.expose())
        .with_env("GATEHOUSE_DATABASE_URL", "postgres://ada:hunter2@localhost/gatehouse");
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
    let expected = |value: &str, source: &str| (value.to_owned(), source.to_owned());
    assert_eq!(find("api_rate"), expected("7", "command line"));
    assert_eq!(find("addr"), expected("127.0.0.1:0", "GATEHOUSE_ADDR"));
    assert_eq!(find("contact"), expected("Grace, extension 7", "gatehouse.toml"));
    assert_eq!(find("data_dir"), expected("./data", "default"));
    assert_eq!(find("master_key"), expected("[redacted]", "GATEHOUSE_MASTER_KEY"));
    let plain = program.run(&["config"], "").stdout;
    assert!(
        plain.contains("api_rate") && !plain.contains("hunter2") && !plain.contains(key.expose()),
        "{plain}"
    );
}

#[test]
fn invalid_setting_is_one_line_error_for_every_command() {
    let program = TestProgram::new().with_env("GATEHOUSE_PUBLIC_URL", "portal.example.com/path");
    for arguments in [&["serve"][..], &["config"], &["account", "list"]] {
        let outcome = program.run(arguments, "");
        assert_eq!(
            (outcome.status, outcome.stdout.as_str(), outcome.stderr.lines().count()),
            (1, "", 1)
        );
        assert!(
            outcome.stderr.contains("public_url") && outcome.stderr.contains("GATEHOUSE_PUBLIC_URL"),
            "{}",
            outcome.stderr
        );
    }
}
