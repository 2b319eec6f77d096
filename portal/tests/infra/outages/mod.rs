//! Tests what works, what fails and what is reported while the database is full, locked, moved or unreachable, and that
//! the portal recovers immediately.

mod connection;
mod files;
mod locks;
mod readiness;
mod storage;

use crate::oauth2::oauth_apps::form;
use domain::integration::implementations::Connector;
use domain::oauth1::consumers::ConsumerForm;
use domain::oauth2::Parameters;
use domain::oauth2::scopes::Scope;
use portal::auth::{sessions, sign_in};
use portal::integration::{api_keys, connectors};
use portal::oauth1::RequestError;
use portal::oauth1::consumers;
use portal::oauth2::{self, Policy};
use portal::{Error, Location, Portal, Secret};
use std::time::{Duration, Instant};
use testing::{ADA, Browser, Oauth1Client, PASSWORD, TestPortal, browser_at, eventually, open, random_u128};

/// The time within which every operation must work again.
const MAX_RECOVERY_TIME: Duration = Duration::from_secs(1);

/// One client of each kind that sends requests to the portal.
struct Clients {
    browser: Browser,
    signed: Oauth1Client,
    client_id: String,
    client_secret: Secret,
    api_key: Secret,
    access_token: Secret,
}

fn policy() -> Policy {
    Policy {
        issuer: "https://portal.example.com".to_owned(),
    }
}

impl Clients {
    async fn new(test: &TestPortal) -> Self {
        let browser = test.set_up().await;
        let (signed, _, _) = test.create_client(&browser.actor, "Web shop").await;
        let app = portal::oauth2::oauth_apps::create(&test.portal, &browser.actor, form("Connector"))
            .await
            .unwrap();
        let mut clients = Self {
            signed,
            client_id: app.id.to_string(),
            client_secret: app.secret.unwrap(),
            api_key: api_keys::show(&test.portal, &browser.actor).await.unwrap(),
            access_token: Secret::new(String::new()),
            browser,
        };
        clients.access_token = clients.token(&test.portal).await.unwrap();
        clients
    }

    async fn token(&self, portal: &Portal) -> Result<Secret, Error> {
        let error = |denied| match denied {
            oauth2::RequestError::Portal(error) => error,
            oauth2::RequestError::Rejected(error) => panic!("{error}"),
        };
        let client = oauth2::authenticate_client(portal, &self.client_id, Some(&self.client_secret)).await;
        let parameters = Parameters::parse(b"grant_type=client_credentials").unwrap();
        let granted = oauth2::grant(portal, &policy(), &*client.map_err(error)?, &parameters).await;
        Ok(granted.map_err(error)?.access_token)
    }

    /// Runs one operation of each kind that writes to the database.
    async fn writes(&self, portal: &Portal) -> Vec<(&'static str, Result<(), Error>)> {
        let name = format!("Consumer {:x}", random_u128());
        let signed = match self.signed.call(portal).await {
            Err(RequestError::Portal(error)) => Err(error),
            Err(RequestError::Rejected(error)) => panic!("{error:?}"),
            Ok(_) => Ok(()),
        };
        vec![
            ("a signed request", signed),
            ("an access token", self.token(portal).await.map(|_| ())),
            (
                "a consumer",
                consumers::create(portal, &self.browser.actor, ConsumerForm { name })
                    .await
                    .map(|_| ()),
            ),
            (
                "a session",
                sign_in::sign_in(portal, ADA, PASSWORD, &browser_at("192.0.2.1"))
                    .await
                    .map(|_| ()),
            ),
        ]
    }

    /// Runs one operation of each kind that only reads, except that it records its last use.
    async fn reads(&self, portal: &Portal) -> Vec<(&'static str, Result<(), Error>)> {
        let bearer = async {
            let bearer = oauth2::authenticate(portal, &policy(), self.access_token.expose()).await?;
            bearer.require(portal, &[Scope::AdminUserRead]).await
        };
        let settings = async {
            let connector = Connector::parse("sitecoreai/2.1; instance=\"Production\"").ok();
            let caller = connectors::authenticate(portal, self.api_key.expose(), connector).await?;
            let caller = caller.expect("the API key is valid");
            connectors::settings(portal, &caller).await?;
            connectors::field(portal, &caller, "Hero image").await.map(|_| ())
        };
        let client = oauth2::authenticate_client(portal, &self.client_id, Some(&self.client_secret));
        let error = |denied| match denied {
            oauth2::RequestError::Portal(error) => error,
            oauth2::RequestError::Rejected(error) => panic!("{error}"),
        };
        vec![
            (
                "a page",
                sessions::find(portal, self.browser.cookie.expose())
                    .await
                    .map(|actor| assert!(actor.is_some())),
            ),
            ("a bearer's request", bearer.await.map_err(error)),
            ("a connector's request", settings.await),
            ("client authentication", client.await.map(|_| ()).map_err(error)),
        ]
    }
}

#[track_caller]
fn assert_all_succeed(outcomes: Vec<(&'static str, Result<(), Error>)>) {
    for (what, outcome) in outcomes {
        outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
    }
}

#[track_caller]
fn assert_all_unavailable(outcomes: Vec<(&'static str, Result<(), Error>)>) {
    for (what, outcome) in outcomes {
        assert!(matches!(outcome, Err(Error::Unavailable { .. })), "{what}: {outcome:?}");
    }
}

/// Waits until every write succeeds, and asserts that this is soon and that everything keeps working.
async fn assert_recovers(clients: &Clients, portal: &Portal) {
    let started = Instant::now();
    loop {
        let failed = clients
            .writes(portal)
            .await
            .into_iter()
            .find(|(_, outcome)| outcome.is_err());
        let Some((what, failure)) = failed else { break };
        assert!(started.elapsed() < MAX_RECOVERY_TIME, "{what}: {failure:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for _ in 0..5 {
        assert_all_succeed(clients.writes(portal).await);
        assert_all_succeed(clients.reads(portal).await);
    }
    // The result of a readiness check is cached for a second.
    eventually("the portal is still not ready", || async {
        portal.check_ready().await.is_ok()
    })
    .await;
}

/// Waits until the portal is not ready, and returns the reason.
async fn wait_until_not_ready(portal: &Portal) -> String {
    let started = Instant::now();
    loop {
        if let Err(not_ready) = portal.check_ready().await {
            return not_ready.to_string();
        }
        assert!(started.elapsed() < Duration::from_secs(10), "the portal is still ready");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Opens another test portal with the same clock and keyring at this database location.
async fn open_at(test: &TestPortal, location: Location) -> TestPortal {
    let portal = open(&location, &test.clock, test.keyring()).await.unwrap();
    TestPortal {
        portal,
        location,
        ..test.clone()
    }
}
