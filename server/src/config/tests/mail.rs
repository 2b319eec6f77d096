//! Tests of the settings of email.

use super::{printed, read, validation_error};
use crate::config::*;
use portal::mail::SmtpSecurity;

#[test]
fn mail_server_is_read_from_url() {
    let smtp = |url: &str, tls: &str| {
        let variables = [("GATEHOUSE_SMTP_URL", url), ("GATEHOUSE_SMTP_TLS", tls)];
        let variables = &variables[..if tls.is_empty() { 1 } else { 2 }];
        read(&Overrides::default(), variables).unwrap().smtp.unwrap()
    };
    for (url, tls, port, security) in [
        ("smtp://mail.example.com", "", 587, SmtpSecurity::StartTls),
        ("smtps://mail.example.com", "", 465, SmtpSecurity::ImplicitTls),
        ("smtp://mail.example.com/", "implicit", 465, SmtpSecurity::ImplicitTls),
        ("smtp://mail.example.com", "none", 25, SmtpSecurity::None),
        ("smtp://127.0.0.1:2525", "none", 2525, SmtpSecurity::None),
    ] {
        let config = smtp(url, tls);
        assert_eq!((config.port, config.security), (port, security), "{url} {tls}");
        assert!(config.host == "mail.example.com" || config.host == "127.0.0.1");
        assert!(config.credentials.is_none());
    }
    let config = smtp("smtp://ada%40example.com:p%2Fss@localhost:25", "none");
    let (user, password) = config.credentials.unwrap();
    assert_eq!((user.as_str(), password.expose()), ("ada@example.com", "p/ss"));
    assert!(read(&Overrides::default(), &[]).unwrap().smtp.is_none());
}

#[test]
fn password_of_mail_server_is_never_printed() {
    let url = ("GATEHOUSE_SMTP_URL", "smtp://ada:hunter2@mail.example.com");
    let config = read(&Overrides::default(), &[url]).unwrap();
    assert_eq!(
        printed(&config, ConfigKey::SmtpUrl).0,
        "smtp://ada:[redacted]@mail.example.com"
    );
    assert!(!format!("{config:?}").contains("hunter2"));
    for url in [
        "http://ada:hunter2@mail.example.com",
        "smtp://ada:hunter2@",
        "smtp://ada:hunter2@b\u{fc}cher.example",
        "smtp://ada:hunter2@mail.example.com:port",
        "smtp://ada:hunter2@mail.example.com/inbox",
        "smtp://ada:hunter2@mail.example.com?x",
        "smtp://:hunter2@mail.example.com",
        "ada:hunter2",
        "hunter2",
    ] {
        let error = validation_error("GATEHOUSE_SMTP_URL", url);
        assert!(error.contains("must be smtp://USER:PASSWORD@HOST:PORT"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
    validation_error("GATEHOUSE_SMTP_URL", "smtp://ada@mail.example.com");
}

#[test]
fn encryption_of_mail_must_fit_the_url() {
    let error = |url: &str, tls: &str| {
        let variables = [("GATEHOUSE_SMTP_URL", url), ("GATEHOUSE_SMTP_TLS", tls)];
        read(&Overrides::default(), &variables).unwrap_err().to_string()
    };
    for tls in ["starttls", "none"] {
        assert_eq!(
            error("smtps://mail.example.com", tls),
            "invalid value for smtp_tls (GATEHOUSE_SMTP_TLS): an smtps:// URL is encrypted from the start; use smtp:// instead"
        );
    }
    for host in ["mail.example.com", "192.0.2.1", "[2001:db8::1]"] {
        let error = error(&format!("smtp://ada:hunter2@{host}"), "none");
        assert!(error.contains("would send the password unencrypted"), "{error}");
    }
    for host in ["localhost", "127.0.0.1", "[::1]"] {
        let url = format!("smtp://ada:hunter2@{host}");
        let variables = [("GATEHOUSE_SMTP_URL", url.as_str()), ("GATEHOUSE_SMTP_TLS", "none")];
        read(&Overrides::default(), &variables).unwrap();
    }
    assert!(validation_error("GATEHOUSE_SMTP_TLS", "ssl").contains("is not starttls, implicit or none"));
}

#[test]
fn default_sender_is_at_the_public_host() {
    let sender = |url: &str| {
        let config = read(&Overrides::default(), &[("GATEHOUSE_PUBLIC_URL", url)]).unwrap();
        printed(&config, ConfigKey::EmailFrom).0
    };
    assert_eq!(
        sender("https://portal.example.com:8443"),
        "Gatehouse <gatehouse@portal.example.com>"
    );
    assert_eq!(sender("http://192.0.2.1"), "Gatehouse <gatehouse@localhost>");
    assert_eq!(sender("http://[2001:db8::1]:3000"), "Gatehouse <gatehouse@localhost>");
    assert_eq!(sender("http://-portal:3000"), "Gatehouse <gatehouse@localhost>");
    let variables = [("GATEHOUSE_EMAIL_FROM", "no-reply@example.com")];
    let config = read(&Overrides::default(), &variables).unwrap();
    assert_eq!(config.sender.address, "no-reply@example.com");
    validation_error("GATEHOUSE_EMAIL_FROM", "nobody");
}
