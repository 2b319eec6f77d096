use crate::support::connected::{Connected, NAME, Names, SECRET, clear, clear_dam, secure_dam, works};
use crate::support::dam::{Authority, Dam, Reply};
use crate::support::{House, complaint};
use domain::accounts::rights::{Right, Rights};
use domain::integration::connection_test::{Outcome, Report, Step, StepKind};
use domain::integration::selector::preview::PreviewSource;
use portal::Error;
use portal::http_client::Policy;
use portal::integration::{connection_test, dam_assets};
use std::time::Duration;

/// How each step went, in short.
fn outcomes(report: &Report) -> Vec<(StepKind, Outcome)> {
    report.steps.iter().map(|step| (step.kind, step.outcome)).collect()
}

/// The one step that failed.
#[track_caller]
fn failed(report: &Report) -> &Step {
    let failed: Vec<&Step> = report
        .steps
        .iter()
        .filter(|step| step.outcome == Outcome::Failed)
        .collect();
    assert_eq!(failed.len(), 1, "{report:#?}");
    assert!(!failed[0].remedy.is_empty(), "{failed:?}");
    failed[0]
}

both!(a_connection_that_works_is_told_step_by_step, who_may_not_asks_nobody);

async fn a_connection_that_works_is_told_step_by_step(house: House) {
    let authority = Authority::new("Acme");
    let (dam, policy) = secure_dam(&authority, authority.certificate(NAME)).await;
    let connected = Connected::open(&house, policy, &format!("{NAME}:{}", dam.port)).await;
    let report = connected.test().await;
    assert!(report.passed(), "{report:#?}");
    let mut expected = vec![StepKind::Name, StepKind::Tls, StepKind::Token];
    expected.extend([StepKind::Scope; 7]);
    expected.push(StepKind::Read);
    let kinds: Vec<StepKind> = report.steps.iter().map(|step| step.kind).collect();
    assert_eq!(kinds, expected);
    assert_eq!(report.steps[1].detail, "127.0.0.1 answers over TLS 1.3.");
    assert_eq!(report.by.as_deref(), Some("Ada Lovelace"));
    let asked = dam.asked();
    let token = &asked[0];
    assert!(
        token
            .body
            .starts_with("grant_type=client_credentials&scope=asset%3Aread+"),
        "{}",
        token.body
    );
    assert!(!token.body.contains(SECRET) && token.head.contains("authorization: Basic "));
    assert_eq!(asked[1].line, "GET /api/v4/media/?limit=1 HTTP/1.1");
    assert!(asked[1].head.contains("authorization: Bearer tok"));
    assert!(
        asked[1].head.contains(&format!("host: {NAME}:{}", dam.port)),
        "{}",
        asked[1].head
    );
}

async fn who_may_not_asks_nobody(house: House) {
    let (dam, connected) = clear_dam(&house, works).await;
    let portal = &connected.portal;
    house
        .person(
            "Eve",
            "eve@example.com",
            Rights::all().without(Right::ManageIntegration),
        )
        .await;
    let eve = house.sign_in("eve@example.com").await;
    assert_refused!(
        connection_test::test(portal, &eve.actor, |_| {}).await,
        Error::Forbidden(Right::ManageIntegration)
    );
    assert_refused!(connection_test::last(portal, &eve.actor).await, Error::Forbidden(_));
    assert_refused!(dam_assets::preview(portal, &eve.actor).await, Error::Forbidden(_));
    assert_refused!(
        dam_assets::thumbnail(portal, &eve.actor, "0A-1").await,
        Error::Forbidden(_)
    );
    // Another account has a DAM of its own, or none.
    let bob = house.account("Northwind", "Bob", "bob@example.com").await;
    complaint(connection_test::test(portal, &bob.actor, |_| {}).await, "url");
    assert_eq!(connection_test::last(portal, &bob.actor).await.unwrap(), None);
    assert_eq!(
        dam_assets::preview(portal, &bob.actor).await.unwrap().source,
        PreviewSource::Samples
    );
    assert_refused!(
        dam_assets::thumbnail(portal, &bob.actor, "0A-1").await,
        Error::NotFound(_)
    );
    assert_eq!(dam.connections(), 0);
}

cases!(
    a_name_that_leads_nowhere,
    a_port_that_nobody_listens_on,
    certificates_that_do_not_hold,
    what_is_no_tls,
    addresses_that_are_not_public_are_not_asked,
    without_tls_only_where_the_operator_says_so,
    a_dam_that_does_not_answer,
    a_dam_that_answers_without_end,
    a_dam_that_is_something_else,
    a_secret_does_not_follow_a_redirect,
    a_redirect_to_a_private_address_is_not_followed,
    a_redirect_without_end_is_left,
    a_wrong_secret,
    scopes_that_are_missing,
    a_server_that_refuses_all_for_one_scope,
    with_webdam_no_token_is_asked_for,
);

async fn a_name_that_leads_nowhere(house: House) {
    let policy = Policy {
        resolver: Some(Names::new(&[])),
        ..Policy::default()
    };
    let connected = Connected::open(&house, policy, NAME).await;
    let report = connected.test().await;
    assert_eq!(failed(&report).detail, format!("The name {NAME} leads to no address."));
    assert_eq!(
        outcomes(&report),
        [
            (StepKind::Name, Outcome::Failed),
            (StepKind::Tls, Outcome::Skipped),
            (StepKind::Token, Outcome::Skipped),
            (StepKind::Read, Outcome::Skipped)
        ]
    );
}

async fn a_port_that_nobody_listens_on(house: House) {
    let dam = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = dam.local_addr().unwrap().port();
    drop(dam);
    let connected = Connected::open(&house, clear(port), &format!("http://127.0.0.1:{port}")).await;
    let report = connected.test().await;
    assert_eq!(failed(&report).kind, StepKind::Tls);
    assert!(failed(&report).detail.contains("refused"), "{report:#?}");
}

async fn certificates_that_do_not_hold(house: House) {
    let (authority, strange) = (Authority::new("Acme"), Authority::new("Stranger"));
    let mut connected = None;
    for (certificate, why) in [
        (strange.certificate(NAME), "its authority is unknown"),
        (authority.certificate_until(NAME, 2001), "it has expired"),
        (authority.certificate("other.example"), "it is for another name"),
    ] {
        let (dam, policy) = secure_dam(&authority, certificate).await;
        let url = format!("{NAME}:{}", dam.port);
        let now = match connected {
            None => Connected::open(&house, policy, &url).await,
            Some(before) => Connected::reopen(before, &house, policy, &url).await,
        };
        let report = now.test().await;
        let expected = format!("The certificate of {NAME} was not accepted: {why}.");
        assert_eq!(failed(&report).detail, expected);
        assert!(dam.asked().is_empty());
        connected = Some(now);
    }
}

async fn what_is_no_tls(house: House) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let policy = Policy {
        private_hosts: format!("127.0.0.1:{port}").parse().unwrap(),
        ..Policy::default()
    };
    let connected = Connected::open(&house, policy, &format!("https://127.0.0.1:{port}")).await;
    let report = connected.test().await;
    assert!(failed(&report).detail.contains("does not speak TLS"), "{report:#?}");
}

async fn addresses_that_are_not_public_are_not_asked(house: House) {
    let dam = Dam::start(None, works).await;
    let loopback = format!("127.0.0.1:{}", dam.port);
    let policy = Policy {
        resolver: Some(Names::new(&[&loopback, "[::1]:0", "10.0.0.1:0"])),
        ..Policy::default()
    };
    let connected = Connected::open(&house, policy, NAME).await;
    let report = connected.test().await;
    assert_eq!(
        failed(&report).detail,
        format!("{NAME} leads to 127.0.0.1, which is not a public address.")
    );
    for url in [
        "https://127.0.0.1",
        "https://localhost:8443",
        "https://[::1]",
        "https://169.254.169.254",
        "192.168.1.1",
    ] {
        connected.save(url, "bynder").await;
        let report = connected.test().await;
        assert!(failed(&report).detail.contains("not a public address"), "{report:#?}");
        assert_eq!(failed(&report).kind, StepKind::Name);
    }
    assert_eq!(dam.connections(), 0);
}

async fn without_tls_only_where_the_operator_says_so(house: House) {
    let dam = Dam::start(None, works).await;
    let policy = Policy {
        // With TLS, that is.
        private_hosts: format!("127.0.0.1:{}", dam.port).parse().unwrap(),
        ..Policy::default()
    };
    let connected = Connected::open(&house, policy, &format!("http://127.0.0.1:{}", dam.port)).await;
    let report = connected.test().await;
    assert_eq!(failed(&report).detail, "127.0.0.1 would be asked without TLS.");
    assert_eq!(dam.connections(), 0);
}

async fn a_dam_that_does_not_answer(house: House) {
    let dam = Dam::start(None, |_| Reply::Silence).await;
    let policy = Policy {
        patience: Duration::from_secs(1),
        ..clear(dam.port)
    };
    let connected = Connected::open(&house, policy, &format!("http://127.0.0.1:{}", dam.port)).await;
    let report = connected.test().await;
    assert_eq!(failed(&report).detail, "127.0.0.1 took longer than 1 s.");
}

async fn a_dam_that_answers_without_end(house: House) {
    let (_dam, connected) = clear_dam(&house, |_| Reply::Endless).await;
    let report = connected.test().await;
    assert_eq!(failed(&report).detail, "127.0.0.1 sent more than 64 KiB.");
}

async fn a_dam_that_is_something_else(house: House) {
    let (_dam, connected) = clear_dam(&house, |asked| {
        if asked.line.contains("token") {
            Reply::Body(200, "text/html", b"<h1>Welcome</h1>".to_vec())
        } else {
            Reply::Noise
        }
    })
    .await;
    let report = connected.test().await;
    assert_eq!(failed(&report).detail, "127.0.0.1 answered 200 OK with text/html.");
    let dam = Dam::start(None, |_| Reply::Noise).await;
    let url = format!("http://127.0.0.1:{}", dam.port);
    let noise = connected.reopen(&house, clear(dam.port), &url).await;
    assert!(failed(&noise.test().await).detail.starts_with("127.0.0.1 broke off"));
}

async fn a_secret_does_not_follow_a_redirect(house: House) {
    let elsewhere = Dam::start(None, works).await;
    let to = format!("http://127.0.0.1:{}/v6/authentication/oauth2/token", elsewhere.port);
    let (_dam, connected) = clear_dam(&house, move |_| Reply::To(to.clone())).await;
    let report = connected.test().await;
    let expected = format!("127.0.0.1 leads on to http://127.0.0.1:{}.", elsewhere.port);
    assert_eq!(failed(&report).detail, expected);
    assert_eq!(elsewhere.connections(), 0);
}

async fn a_redirect_to_a_private_address_is_not_followed(house: House) {
    let inside = Dam::start(None, works).await;
    let to = format!("http://127.0.0.1:{}/secrets", inside.port);
    let (_dam, connected) = clear_dam(&house, move |asked| {
        if asked.line.starts_with("GET") {
            Reply::To(to.clone())
        } else {
            works(asked)
        }
    })
    .await;
    let report = connected.test().await;
    assert_eq!(
        (failed(&report).kind, failed(&report).detail.as_str()),
        (StepKind::Read, "127.0.0.1 would be asked without TLS.")
    );
    assert!(matches!(
        connected.preview().await.source,
        PreviewSource::SamplesInstead(_)
    ));
    assert_eq!(inside.connections(), 0);
}

async fn a_redirect_without_end_is_left(house: House) {
    let (dam, connected) = clear_dam(&house, |asked| {
        if asked.line.starts_with("GET") {
            Reply::To("/again".to_owned())
        } else {
            works(asked)
        }
    })
    .await;
    let report = connected.test().await;
    assert!(failed(&report).detail.contains("without end"), "{report:#?}");
    assert_eq!(
        dam.asked().iter().filter(|asked| asked.line.starts_with("GET")).count(),
        4
    );
}

async fn a_wrong_secret(house: House) {
    let (_dam, connected) = clear_dam(&house, |_| {
        Reply::Json(
            401,
            r#"{"error":"invalid_client","error_description":"Unknown\u0007 client."}"#.to_owned(),
        )
    })
    .await;
    let report = connected.test().await;
    assert_eq!(
        failed(&report).detail,
        "The DAM refused with invalid_client: Unknown client."
    );
    assert_eq!(report.steps.last().unwrap().outcome, Outcome::Skipped);
}

async fn scopes_that_are_missing(house: House) {
    let (dam, connected) = clear_dam(&house, |asked| {
        if asked.line.starts_with("POST") {
            return Reply::Json(
                200,
                r#"{"access_token":"tok","scope":"collection:read meta.workflow:read"}"#.to_owned(),
            );
        }
        works(asked)
    })
    .await;
    let report = connected.test().await;
    let missing: Vec<&str> = report
        .steps
        .iter()
        .filter(|step| step.kind == StepKind::Scope && step.outcome == Outcome::Failed)
        .filter_map(|step| step.scope.as_deref())
        .collect();
    assert_eq!(missing.len(), 5);
    assert!(missing.contains(&"asset:read") && !missing.contains(&"collection:read"));
    let read = report.steps.last().unwrap();
    assert_eq!((read.kind, read.outcome), (StepKind::Read, Outcome::Skipped));
    assert_eq!(dam.asked().len(), 1);
}

async fn a_server_that_refuses_all_for_one_scope(house: House) {
    let (_dam, connected) = clear_dam(&house, |asked| {
        let is_one = asked.body == "grant_type=client_credentials&scope=asset%3Aread";
        match asked.line.starts_with("POST") {
            true if is_one => Reply::Json(200, r#"{"access_token":"tok","scope":"asset:read"}"#.to_owned()),
            true => Reply::Json(400, r#"{"error":"invalid_scope"}"#.to_owned()),
            false => works(asked),
        }
    })
    .await;
    let report = connected.test().await;
    let passed = report
        .steps
        .iter()
        .filter(|step| step.outcome == Outcome::Passed)
        .count();
    // Name, connection, token, the one scope, and the read.
    assert_eq!(passed, 5, "{report:#?}");
}

async fn with_webdam_no_token_is_asked_for(house: House) {
    let (dam, connected) = clear_dam(&house, works).await;
    connected
        .save(&format!("http://127.0.0.1:{}", dam.port), "webdam")
        .await;
    let report = connected.test().await;
    assert!(report.passed() && dam.asked().is_empty());
    assert_eq!(report.steps[2].outcome, Outcome::Skipped);
}
