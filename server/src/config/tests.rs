//! What holds, and who said so.

use crate::config::*;
use std::collections::HashMap;
use std::fs;
use tempfile::TempDir;

/// A folder with a settings file.
fn file(text: &str) -> (TempDir, Overrides) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gatehouse.toml");
    fs::write(&path, text).unwrap();
    (
        folder,
        Overrides {
            config: Some(path),
            ..Overrides::default()
        },
    )
}

fn read(overrides: &Overrides, variables: &[(&str, &str)]) -> Result<Config, InvalidConfig> {
    let variables: HashMap<String, String> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Config::read(overrides, &|name| variables.get(name).cloned())
}

/// What `gatehouse config` prints of a setting.
fn shown(config: &Config, setting: Setting) -> (String, String) {
    let entry = config.entries().iter().find(|entry| entry.setting == setting).unwrap();
    (entry.value.clone(), entry.source.to_string())
}

/// The one sentence about a value that will not do, given by environment.
fn complaint(variable: &str, value: &str) -> String {
    let message = read(&Overrides::default(), &[(variable, value)])
        .unwrap_err()
        .to_string();
    assert!(!message.contains('\n'), "{message}");
    message
}

#[test]
fn everything_has_a_default_that_runs() {
    let config = read(&Overrides::default(), &[]).unwrap();
    assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
    assert_eq!(config.public_url.as_str(), "http://127.0.0.1:3000");
    assert_eq!(config.database, Location::File("./data/gatehouse.db".into()));
    assert_eq!(config.contact, "the person who runs this portal");
    assert_eq!(config.api_rate, 100);
    assert!(!config.oauth1_plaintext_without_tls);
    assert_eq!(config.oauth2_signing_algorithm, SigningAlgorithm::Es256);
    assert_eq!(config.entries().len(), Setting::ALL.len());
    assert!(config.entries().iter().all(|entry| entry.source == Source::Default));
}

#[test]
fn command_line_beats_environment_beats_file_beats_default() {
    let (_folder, mut overrides) = file("contact = 'file'\napi_rate = 7\nlog = 'warn'");
    let variables = [("GATEHOUSE_CONTACT", "environment"), ("GATEHOUSE_API_RATE", "8")];
    let config = read(&overrides, &variables).unwrap();
    assert_eq!(
        shown(&config, Setting::Contact),
        ("environment".to_owned(), "GATEHOUSE_CONTACT".to_owned())
    );
    overrides.contact = Some("command".to_owned());
    let config = read(&overrides, &variables).unwrap();
    assert_eq!(
        shown(&config, Setting::Contact),
        ("command".to_owned(), "command line".to_owned())
    );
    assert_eq!(config.api_rate, 8);
    let path = overrides.config.clone().unwrap().display().to_string();
    assert_eq!(shown(&config, Setting::Log), ("warn".to_owned(), path));
    assert_eq!(
        shown(&config, Setting::TrustedProxies),
        (String::new(), "default".to_owned())
    );
}

#[test]
fn the_build_tool_s_variables_count_last() {
    let leptos = [
        ("LEPTOS_SITE_ADDR", "127.0.0.1:4000"),
        ("LEPTOS_SITE_ROOT", "elsewhere"),
    ];
    let config = read(&Overrides::default(), &leptos).unwrap();
    assert_eq!(config.addr.port(), 4000);
    assert_eq!(
        shown(&config, Setting::SiteRoot),
        ("elsewhere".to_owned(), "LEPTOS_SITE_ROOT".to_owned())
    );
    let (_folder, overrides) = file("addr = '127.0.0.1:5000'");
    assert_eq!(read(&overrides, &leptos).unwrap().addr.port(), 5000);
}

#[test]
fn the_public_url_follows_the_address() {
    let origin = |addr| {
        read(&Overrides::default(), &[("GATEHOUSE_ADDR", addr)])
            .unwrap()
            .public_url
            .to_string()
    };
    assert_eq!(origin("127.0.0.1:8080"), "http://127.0.0.1:8080");
    assert_eq!(origin("[::1]:8080"), "http://[::1]:8080");
    assert_eq!(origin("0.0.0.0:80"), "http://localhost");
    assert_eq!(origin("[fe80::1%2]:3000"), "http://[fe80::1]:3000");
    let chosen = |variables: &[(&str, &str)]| {
        let config = read(&Overrides::default(), variables).unwrap();
        config
            .listening_on("127.0.0.1:4711".parse().unwrap())
            .public_url
            .to_string()
    };
    assert_eq!(chosen(&[("GATEHOUSE_ADDR", "127.0.0.1:0")]), "http://127.0.0.1:4711");
    let public = [
        ("GATEHOUSE_ADDR", "127.0.0.1:0"),
        ("GATEHOUSE_PUBLIC_URL", "https://portal.example.com"),
    ];
    assert_eq!(chosen(&public), "https://portal.example.com");
}

#[test]
fn a_database_is_a_file_or_a_url() {
    let database = |url| {
        read(&Overrides::default(), &[("GATEHOUSE_DATABASE_URL", url)])
            .unwrap()
            .database
    };
    assert_eq!(database("sqlite:/var/lib/x.db"), Location::File("/var/lib/x.db".into()));
    assert_eq!(
        database("sqlite:///var/lib/x.db"),
        Location::File("/var/lib/x.db".into())
    );
    assert_eq!(
        database("postgres://localhost/x"),
        Location::Postgres("postgres://localhost/x".to_owned())
    );
    let (_folder, overrides) = file("data_dir = '/srv/gatehouse'");
    let config = read(&overrides, &[]).unwrap();
    assert_eq!(config.database, Location::File("/srv/gatehouse/gatehouse.db".into()));
    assert_eq!(config.master_key_file(), PathBuf::from("/srv/gatehouse/master.key"));
}

#[test]
fn secrets_are_not_shown() {
    let key = portal::new_master_key();
    let variables = [
        ("GATEHOUSE_MASTER_KEY", key.expose()),
        (
            "GATEHOUSE_DATABASE_URL",
            "postgres://ada:hunter2@db.example:5433/gate?password=hunter3&sslmode=require",
        ),
    ];
    let config = read(&Overrides::default(), &variables).unwrap();
    assert_eq!(shown(&config, Setting::MasterKey).0, "[redacted]");
    assert_eq!(
        shown(&config, Setting::DatabaseUrl).0,
        "postgres://ada:[redacted]@db.example:5433/gate"
    );
    let debug = format!("{config:?}");
    for secret in [key.expose(), "hunter2", "hunter3"] {
        assert!(!debug.contains(secret), "{debug}");
    }
}

#[test]
fn a_bad_value_is_one_sentence_with_setting_and_source() {
    for (name, value) in [
        ("addr", "localhost"),
        ("public_url", "https://portal.example.com/path"),
        ("public_url", "portal.example.com"),
        ("trusted_proxies", "10.0.0.0/8, proxy"),
        ("oauth1_plaintext_without_tls", "yes"),
        ("oauth2_signing_algorithm", "none"),
        ("oauth2_signing_algorithm", "HS256"),
        ("api_rate", "-1"),
        ("api_rate", "many"),
        ("log", "gatehouse=loud"),
    ] {
        let variable = format!("GATEHOUSE_{}", name.to_uppercase());
        let message = complaint(&variable, value);
        assert!(
            message.starts_with(&format!("the setting {name} ({variable}): \"")),
            "{message}"
        );
    }
}

#[test]
fn a_bad_secret_is_not_repeated() {
    let message = complaint("GATEHOUSE_MASTER_KEY", "hunter2");
    assert!(
        message.contains("master_key") && !message.contains("hunter2"),
        "{message}"
    );
    for url in [
        "mysql://ada:hunter2@db/x",
        "postgres://ada:hunter2@db:port/x",
        "sqlite::memory:",
        "sqlite:",
    ] {
        let message = complaint("GATEHOUSE_DATABASE_URL", url);
        assert!(
            message.contains("database_url") && !message.contains("hunter2"),
            "{message}"
        );
    }
}

#[test]
fn the_file_is_checked() {
    let wrong = |text: &str| {
        let (_folder, overrides) = file(text);
        let message = read(&overrides, &[]).unwrap_err().to_string();
        assert!(
            message.contains("gatehouse.toml") && !message.contains('\n'),
            "{message}"
        );
        message
    };
    assert!(wrong("adress = '127.0.0.1:1'").contains("there is no setting \"adress\""));
    assert!(wrong("[server]\naddr = '127.0.0.1:1'").contains("there is no setting \"server\""));
    assert!(wrong("\n\naddr = ").contains("line 3"));
    assert!(wrong("contact = { name = 'x' }").contains("the setting contact"));
    let message = wrong("master_key = \"hunter2\nlog = 'info'");
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn the_file_holds_texts_numbers_flags_and_lists() {
    let text = "trusted_proxies = ['127.0.0.1', '10.0.0.0/8']\napi_rate = 0\noauth1_plaintext_without_tls = true\n\
                oauth2_signing_algorithm = 'RS256'";
    let (_folder, overrides) = file(text);
    let config = read(&overrides, &[]).unwrap();
    assert!(config.trusted_proxies.contain("10.9.9.9".parse().unwrap()));
    assert_eq!(config.api_rate, 0);
    assert!(config.oauth1_plaintext_without_tls);
    assert_eq!(config.oauth2_signing_algorithm, SigningAlgorithm::Rs256);
}

#[test]
fn a_named_file_must_be_there() {
    let overrides = Overrides {
        config: Some("/nowhere/gatehouse.toml".into()),
        ..Overrides::default()
    };
    assert!(
        read(&overrides, &[])
            .unwrap_err()
            .to_string()
            .starts_with("/nowhere/gatehouse.toml: it cannot be read")
    );
    let by_variable = read(&Overrides::default(), &[("GATEHOUSE_CONFIG", "/nowhere/else.toml")]);
    assert!(by_variable.unwrap_err().to_string().starts_with("/nowhere/else.toml"));
}

#[test]
fn limits_on_connections_are_whole_numbers() {
    let config = read(&Overrides::default(), &[]).unwrap();
    assert!((1..=10_000).contains(&config.max_connections));
    assert!((1..=256).contains(&config.max_connections_per_address));
    let variables = [
        ("GATEHOUSE_MAX_CONNECTIONS", "100"),
        ("GATEHOUSE_MAX_CONNECTIONS_PER_ADDRESS", "0"),
    ];
    let config = read(&Overrides::default(), &variables).unwrap();
    assert_eq!((config.max_connections, config.max_connections_per_address), (100, 0));
    let config = read(&Overrides::default(), &variables[..1]).unwrap();
    assert_eq!(shown(&config, Setting::MaxConnectionsPerAddress).0, "25");
    for (variable, value) in [
        ("GATEHOUSE_MAX_CONNECTIONS", "0"),
        ("GATEHOUSE_MAX_CONNECTIONS", "many"),
        ("GATEHOUSE_MAX_CONNECTIONS", "-1"),
        ("GATEHOUSE_MAX_CONNECTIONS", "99999999999"),
        ("GATEHOUSE_MAX_CONNECTIONS_PER_ADDRESS", "1.5"),
    ] {
        let complaint = complaint(variable, value);
        assert!(
            complaint.contains(value) && complaint.contains("whole number"),
            "{complaint}"
        );
    }
}
