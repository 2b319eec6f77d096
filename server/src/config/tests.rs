//! Tests of the configuration: values, sources and errors.

mod mail;

use crate::config::*;
use std::collections::HashMap;
use std::fs;
use tempfile::TempDir;

/// Creates a folder with a configuration file.
fn config_file(text: &str) -> (TempDir, Overrides) {
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

fn read(overrides: &Overrides, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables: HashMap<String, String> = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Config::read(overrides, &|name| variables.get(name).cloned())
}

/// Returns the value and the source that `gatehouse config` prints for a key.
fn printed(config: &Config, key: ConfigKey) -> (String, String) {
    let entry = config.entries().iter().find(|entry| entry.key == key).unwrap();
    (entry.value.clone(), entry.source.to_string())
}

/// Returns the one-line error for an invalid value of an environment variable.
fn validation_error(variable: &str, value: &str) -> String {
    let message = read(&Overrides::default(), &[(variable, value)])
        .unwrap_err()
        .to_string();
    assert!(!message.contains('\n'), "{message}");
    message
}

#[test]
fn config_without_sources_has_defaults() {
    let config = read(&Overrides::default(), &[]).unwrap();
    assert_eq!(config.addr.to_string(), "127.0.0.1:3000");
    assert_eq!(config.public_url.as_str(), "http://127.0.0.1:3000");
    assert_eq!(config.database, Location::File("./data/gatehouse.db".into()));
    assert_eq!(config.contact, "your administrator");
    assert_eq!(config.api_rate, 100);
    assert!(!config.oauth1_plaintext_without_tls);
    assert_eq!(config.oauth2_signing_algorithm, SigningAlgorithm::Es256);
    let keys = config.entries().iter().map(|entry| &entry.key);
    assert!(keys.eq(ConfigKey::ALL));
    assert!(config.entries().iter().all(|entry| entry.source == Source::Default));
}

#[test]
fn command_line_overrides_environment_overrides_file_overrides_default() {
    let (_folder, mut overrides) = config_file("contact = 'file'\napi_rate = 7\nlog = 'warn'");
    let variables = [("GATEHOUSE_CONTACT", "environment"), ("GATEHOUSE_API_RATE", "8")];
    let config = read(&overrides, &variables).unwrap();
    assert_eq!(
        printed(&config, ConfigKey::Contact),
        ("environment".to_owned(), "GATEHOUSE_CONTACT".to_owned())
    );
    overrides.contact = Some("command".to_owned());
    let config = read(&overrides, &variables).unwrap();
    assert_eq!(
        printed(&config, ConfigKey::Contact),
        ("command".to_owned(), "command line".to_owned())
    );
    assert_eq!(config.api_rate, 8);
    let path = overrides.config.clone().unwrap().display().to_string();
    assert_eq!(printed(&config, ConfigKey::Log), ("warn".to_owned(), path));
    assert_eq!(
        printed(&config, ConfigKey::TrustedProxies),
        (String::new(), "default".to_owned())
    );
}

#[test]
fn cargo_leptos_variables_have_lowest_precedence() {
    let leptos = [
        ("LEPTOS_SITE_ADDR", "127.0.0.1:4000"),
        ("LEPTOS_SITE_ROOT", "elsewhere"),
    ];
    let config = read(&Overrides::default(), &leptos).unwrap();
    assert_eq!(config.addr.port(), 4000);
    assert_eq!(
        printed(&config, ConfigKey::SiteRoot),
        ("elsewhere".to_owned(), "LEPTOS_SITE_ROOT".to_owned())
    );
    let (_folder, overrides) = config_file("addr = '127.0.0.1:5000'");
    assert_eq!(read(&overrides, &leptos).unwrap().addr.port(), 5000);
}

#[test]
fn default_public_url_is_derived_from_the_address() {
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
    let bound = |variables: &[(&str, &str)]| {
        let config = read(&Overrides::default(), variables).unwrap();
        config
            .with_bound_addr("127.0.0.1:4711".parse().unwrap())
            .public_url
            .to_string()
    };
    assert_eq!(bound(&[("GATEHOUSE_ADDR", "127.0.0.1:0")]), "http://127.0.0.1:4711");
    let public = [
        ("GATEHOUSE_ADDR", "127.0.0.1:0"),
        ("GATEHOUSE_PUBLIC_URL", "https://portal.example.com"),
    ];
    assert_eq!(bound(&public), "https://portal.example.com");
}

#[test]
fn database_url_is_a_sqlite_path_or_a_postgres_url() {
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
    let (_folder, overrides) = config_file("data_dir = '/srv/gatehouse'");
    let config = read(&overrides, &[]).unwrap();
    assert_eq!(config.database, Location::File("/srv/gatehouse/gatehouse.db".into()));
    assert_eq!(config.master_key_file(), PathBuf::from("/srv/gatehouse/master.key"));
}

#[test]
fn secrets_are_redacted_in_entries_and_debug_output() {
    let key = portal::new_master_key();
    let variables = [
        ("GATEHOUSE_MASTER_KEY", key.expose()),
        (
            "GATEHOUSE_DATABASE_URL",
            "postgres://ada:hunter2@db.example:5433/gate?password=hunter3&sslmode=require",
        ),
    ];
    let config = read(&Overrides::default(), &variables).unwrap();
    assert_eq!(printed(&config, ConfigKey::MasterKey).0, "[redacted]");
    assert_eq!(
        printed(&config, ConfigKey::DatabaseUrl).0,
        "postgres://ada:[redacted]@db.example:5433/gate"
    );
    let debug = format!("{config:?}");
    for secret in [key.expose(), "hunter2", "hunter3"] {
        assert!(!debug.contains(secret), "{debug}");
    }
}

#[test]
fn invalid_value_is_reported_with_key_and_source() {
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
        let message = validation_error(&variable, value);
        assert!(
            message.starts_with(&format!("invalid value for {name} ({variable}): \"")),
            "{message}"
        );
    }
}

#[test]
fn invalid_secret_is_not_repeated_in_the_error() {
    let message = validation_error("GATEHOUSE_MASTER_KEY", "hunter2");
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
        let message = validation_error("GATEHOUSE_DATABASE_URL", url);
        assert!(
            message.contains("database_url") && !message.contains("hunter2"),
            "{message}"
        );
    }
}

#[test]
fn invalid_file_is_reported_with_path_and_line() {
    let error = |text: &str| {
        let (_folder, overrides) = config_file(text);
        let message = read(&overrides, &[]).unwrap_err().to_string();
        assert!(
            message.contains("gatehouse.toml") && !message.contains('\n'),
            "{message}"
        );
        message
    };
    assert!(error("adress = '127.0.0.1:1'").contains("unknown setting \"adress\""));
    assert!(error("[server]\naddr = '127.0.0.1:1'").contains("unknown setting \"server\""));
    assert!(error("\n\naddr = ").contains("line 3"));
    assert!(error("contact = { name = 'x' }").contains("invalid value for contact"));
    let message = error("master_key = \"hunter2\nlog = 'info'");
    assert!(!message.contains("hunter2"), "{message}");
}

#[test]
fn file_accepts_strings_integers_booleans_and_lists() {
    let text = "trusted_proxies = ['127.0.0.1', '10.0.0.0/8']\napi_rate = 0\noauth1_plaintext_without_tls = true\n\
                oauth2_signing_algorithm = 'RS256'";
    let (_folder, overrides) = config_file(text);
    let config = read(&overrides, &[]).unwrap();
    assert!(config.trusted_proxies.contains("10.9.9.9".parse().unwrap()));
    assert_eq!(config.api_rate, 0);
    assert!(config.oauth1_plaintext_without_tls);
    assert_eq!(config.oauth2_signing_algorithm, SigningAlgorithm::Rs256);
}

#[test]
fn missing_named_file_is_rejected() {
    let overrides = Overrides {
        config: Some("/nowhere/gatehouse.toml".into()),
        ..Overrides::default()
    };
    assert!(
        read(&overrides, &[])
            .unwrap_err()
            .to_string()
            .starts_with("/nowhere/gatehouse.toml: couldn't read the file")
    );
    let by_variable = read(&Overrides::default(), &[("GATEHOUSE_CONFIG", "/nowhere/else.toml")]);
    assert!(by_variable.unwrap_err().to_string().starts_with("/nowhere/else.toml"));
}

#[test]
fn connection_limit_that_is_not_a_whole_number_is_rejected() {
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
    assert_eq!(printed(&config, ConfigKey::MaxConnectionsPerAddress).0, "25");
    for (variable, value) in [
        ("GATEHOUSE_MAX_CONNECTIONS", "0"),
        ("GATEHOUSE_MAX_CONNECTIONS", "many"),
        ("GATEHOUSE_MAX_CONNECTIONS", "-1"),
        ("GATEHOUSE_MAX_CONNECTIONS", "99999999999"),
        ("GATEHOUSE_MAX_CONNECTIONS_PER_ADDRESS", "1.5"),
    ] {
        let validation_error = validation_error(variable, value);
        assert!(
            validation_error.contains(value) && validation_error.contains("whole number"),
            "{validation_error}"
        );
    }
}
