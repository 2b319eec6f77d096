//! Encryption of the connection, and signing in to the mail server.

use portal::mail::{SmtpConfig, SmtpSecurity, send_test};
use portal::{Portal, Secret};
use std::time::Duration;
use testing::smtp_server::{Behavior, SmtpServer};
use testing::{ADA, Engine, TestPortal};

async fn node(test: &TestPortal, server: &SmtpServer, security: SmtpSecurity, roots: Vec<String>) -> Portal {
    test.node_with_smtp(SmtpConfig {
        roots,
        step_timeout: Duration::from_secs(2),
        ..SmtpConfig::new("localhost".to_owned(), server.port(), security)
    })
    .await
}

async fn error_of(portal: &Portal) -> String {
    send_test(portal, ADA, |_| {}).await.unwrap_err().to_string()
}

#[tokio::test]
async fn connection_is_encrypted_before_anything_is_sent() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let (server, ca) = SmtpServer::start_with_starttls().await;
    let portal = node(&test, &server, SmtpSecurity::StartTls, vec![ca]).await;
    send_test(&portal, ADA, |_| {}).await.unwrap();
    let commands = server.commands();
    let position = |verb: &str| {
        commands
            .iter()
            .position(|command| command.to_uppercase().starts_with(verb))
    };
    assert!(
        position("STARTTLS").unwrap() < position("MAIL").unwrap(),
        "{commands:?}"
    );
    let (server, ca) = SmtpServer::start_with_implicit_tls().await;
    let portal = node(&test, &server, SmtpSecurity::ImplicitTls, vec![ca]).await;
    send_test(&portal, ADA, |_| {}).await.unwrap();
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn server_without_a_trusted_certificate_gets_nothing() {
    let test = TestPortal::start(Engine::Sqlite).await;
    for (security, server) in [
        (SmtpSecurity::StartTls, SmtpServer::start_with_starttls().await.0),
        (SmtpSecurity::ImplicitTls, SmtpServer::start_with_implicit_tls().await.0),
        // It doesn't offer STARTTLS, as if somebody in between had removed the offer.
        (SmtpSecurity::StartTls, SmtpServer::start().await),
    ] {
        let portal = node(&test, &server, security, Vec::new()).await;
        let error = error_of(&portal).await;
        assert!(error.contains("the test email was not sent"), "{error}");
        assert!(server.received().is_empty());
        assert!(
            !server
                .commands()
                .iter()
                .any(|command| command.to_uppercase().starts_with("MAIL"))
        );
    }
}

#[tokio::test]
async fn portal_signs_in_to_the_server() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let server = SmtpServer::start().await;
    server.set_behavior(Behavior::RequireAuth {
        user: "gatehouse".to_owned(),
        password: "hunter2".to_owned(),
    });
    let with_password = async |password: &str| {
        let credentials = Some(("gatehouse".to_owned(), Secret::new(password.to_owned())));
        let config = SmtpConfig::new("localhost".to_owned(), server.port(), SmtpSecurity::None);
        test.node_with_smtp(SmtpConfig { credentials, ..config }).await
    };
    send_test(&with_password("hunter2").await, ADA, |_| {}).await.unwrap();
    let error = error_of(&with_password("wrong password").await).await;
    assert!(error.contains("couldn't sign in to the mail server: 535"), "{error}");
    assert!(!error.contains("wrong password"), "{error}");
    assert!(
        !format!(
            "{:?}",
            portal::mail::MailConfig {
                smtp: Some(SmtpConfig {
                    credentials: Some(("gatehouse".to_owned(), Secret::new("hunter2".to_owned()))),
                    ..SmtpConfig::new("localhost".to_owned(), 25, SmtpSecurity::None)
                }),
                ..testing::mail_config()
            }
        )
        .contains("hunter2")
    );
}
