//! Tests the connection to the DAM with the saved settings.

use crate::database::{execute, fetch_optional};
use crate::http_client::{HttpClient, Target};
use crate::infra::actor::Actor;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::dam::{Dam, DamError, TokenResponse};
use crate::integration::settings::authorize;
use domain::integration::connection_test::{Outcome, Report, Step, StepKind, TESTED_SCOPES};
use domain::integration::selector::Dam as Kind;
use domain::oauth2::scopes::Scope;
use domain::time::Timestamp;
use http::HeaderValue;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// The timeout of a whole test.
const TEST_TIMEOUT: Duration = Duration::from_secs(45);

/// The `Retry-After` of a test that is refused because others are running, in seconds.
const RETRY_AFTER_SECONDS: u64 = 10;

/// The path of the test request for assets.
const READ_PATH: &str = "/api/v4/media/?limit=1";

/// Returns the report of the last test, if there was one.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn last(portal: &Portal, actor: &Actor) -> Result<Option<Report>> {
    let account = authorize(actor)?;
    let mut db = portal.read().await?;
    let row = fetch_optional!(
        &mut db,
        (Timestamp, Option<String>, String),
        "select t.at, u.name, t.steps from connection_tests t left join users u on u.id = t.user_id
         where t.account_id = $1",
        account
    )?;
    row.map(|(at, by, steps)| {
        Ok(Report {
            at,
            by,
            steps: serde_json::from_str(&steps).map_err(Error::internal)?,
        })
    })
    .transpose()
}

/// The maximum number of concurrent connection tests on a node.
const MAX_CONCURRENT_TESTS: usize = 4;

/// Limits concurrent connection tests.
pub(crate) struct TestPermits(Semaphore);

impl Default for TestPermits {
    fn default() -> Self {
        Self(Semaphore::new(MAX_CONCURRENT_TESTS))
    }
}

/// Tests the connection with the saved settings. Each step is passed to `on_step` as soon as its outcome is known, and
/// the report is stored.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::Invalid`] if no Portal URL is saved,
/// [`Error::TooManyAttempts`] if too many tests are running. Failures of the DAM are part of the report.
pub async fn test(portal: &Portal, actor: &Actor, on_step: impl Fn(&Step) + Send + Sync) -> Result<Report> {
    let account = authorize(actor)?;
    let _permit = portal
        .state::<TestPermits>()
        .0
        .try_acquire()
        .map_err(|_| Error::TooManyAttempts {
            retry_after: RETRY_AFTER_SECONDS,
        })?;
    let dam = Dam::load(portal, account).await?;
    let dam = dam.ok_or_else(|| Error::field("url", "Enter the Portal URL and save it first."))?;
    let mut test = Test {
        http: portal.http_client(),
        dam: &dam,
        on_step: &on_step,
        steps: Vec::new(),
        step_started: Instant::now(),
    };
    if timeout(TEST_TIMEOUT, test.run()).await.is_err() {
        test.fail(
            StepKind::Read,
            &format!("The test was stopped after {} s.", TEST_TIMEOUT.as_secs()),
            "Try again later. If the problem continues, contact your DAM administrator.",
        );
    }
    let steps = test.steps;
    save_report(portal, actor, &steps).await?;
    Ok(Report {
        at: portal.now(),
        by: actor.user().map(|user| user.name.clone()),
        steps,
    })
}

async fn save_report(portal: &Portal, actor: &Actor, steps: &[Step]) -> Result<()> {
    let mut tx = portal.begin_relaxed().await?;
    execute!(
        &mut tx,
        "insert into connection_tests (account_id, at, user_id, steps) values ($1, $2, $3, $4)
         on conflict (account_id) do update set at = excluded.at, user_id = excluded.user_id, steps = excluded.steps",
        actor.account(),
        portal.now(),
        actor.user_id(),
        serde_json::to_string(steps).map_err(Error::internal)?
    )?;
    tx.commit().await
}

struct Test<'a, F> {
    http: &'a HttpClient,
    dam: &'a Dam,
    on_step: &'a F,
    steps: Vec<Step>,
    /// When the current step started.
    step_started: Instant,
}

impl<F: Fn(&Step)> Test<'_, F> {
    async fn run(&mut self) {
        if !self.connect().await {
            return self.skip(&[StepKind::Token, StepKind::Read]);
        }
        if self.dam.kind == Kind::Webdam {
            let detail = "The OAuth2 fields are for Bynder only.";
            self.report(StepKind::Token, None, Outcome::Skipped, detail, "");
            return self.report(StepKind::Read, None, Outcome::Skipped, detail, "");
        }
        let Some((bearer, scopes)) = self.token().await else {
            return self.skip(&[StepKind::Read]);
        };
        self.scopes(&scopes);
        if scopes.iter().any(|scope| scope == Scope::AssetRead.code()) {
            self.read(&bearer).await;
        } else {
            let detail = "Skipped because the token lacks the scope asset:read.";
            self.report(StepKind::Read, None, Outcome::Skipped, detail, "");
        }
    }

    /// Resolves the name and connects to one of its addresses.
    async fn connect(&mut self) -> bool {
        let resolved = match Target::from_url(&self.dam.url) {
            Ok(target) => self.http.resolve(&target).await.map(|addresses| (target, addresses)),
            Err(error) => Err(error),
        };
        let (target, addresses) = match resolved {
            Ok(resolved) => resolved,
            Err(error) => {
                self.fail(StepKind::Name, &error.to_string(), error.remedy());
                self.skip(&[StepKind::Tls]);
                return false;
            }
        };
        let name = self.dam.name();
        let detail = match addresses.as_slice() {
            [one] => format!("{name} resolves to {}.", one.ip()),
            [first, rest @ ..] => format!("{name} resolves to {} and {} more.", first.ip(), rest.len()),
            [] => String::new(),
        };
        self.pass(StepKind::Name, &detail);
        match self.http.connect(&target, &addresses).await {
            Ok(connection) => {
                let detail = match connection.tls {
                    Some(version) => format!("Connected to {} over {version}.", connection.peer),
                    None => format!(
                        "Connected to {} without TLS, which is allowed for this host in the server configuration.",
                        connection.peer
                    ),
                };
                self.pass(StepKind::Tls, &detail);
                true
            }
            Err(error) => {
                self.fail(StepKind::Tls, &error.to_string(), error.remedy());
                false
            }
        }
    }

    /// Gets a token with as many of the scopes as possible.
    async fn token(&mut self) -> Option<(HeaderValue, Vec<String>)> {
        let Some(client) = &self.dam.client else {
            let detail = "No OAuth2 Client ID and Client Secret are saved. Asset uploads and tracking need them.";
            self.report(StepKind::Token, None, Outcome::Skipped, detail, "");
            return None;
        };
        match self.dam.token(self.http, client, &TESTED_SCOPES).await {
            Ok(TokenResponse::Token { bearer, scopes }) => {
                self.pass(StepKind::Token, "The DAM issued an access token.");
                Some((bearer, scopes))
            }
            // Some servers refuse the whole request if the app lacks one of its scopes.
            Ok(TokenResponse::Refused { error, .. }) if error == "invalid_scope" => self.token_per_scope(client).await,
            Ok(TokenResponse::Refused { error, description }) => {
                self.fail_refused(&error, &description);
                None
            }
            Err(error) => {
                self.fail_with(StepKind::Token, &error);
                None
            }
        }
    }

    async fn token_per_scope(&mut self, client: &(String, crate::Secret)) -> Option<(HeaderValue, Vec<String>)> {
        let mut granted = Vec::new();
        let mut bearer = None;
        for scope in TESTED_SCOPES {
            match self.dam.token(self.http, client, &[scope]).await {
                Ok(TokenResponse::Token { bearer: token, scopes }) => {
                    if scope == Scope::AssetRead || bearer.is_none() {
                        bearer = Some(token);
                    }
                    granted.extend(scopes);
                }
                Ok(TokenResponse::Refused { error, .. }) if error == "invalid_scope" => {}
                Ok(TokenResponse::Refused { error, description }) => {
                    self.fail_refused(&error, &description);
                    return None;
                }
                Err(error) => {
                    self.fail_with(StepKind::Token, &error);
                    return None;
                }
            }
        }
        match bearer {
            Some(bearer) => {
                self.pass(
                    StepKind::Token,
                    "The DAM issued an access token without all required scopes.",
                );
                Some((bearer, granted))
            }
            None => {
                let detail = "The DAM didn’t issue a token for any of the seven scopes (invalid_scope).";
                self.fail(
                    StepKind::Token,
                    detail,
                    "Add the seven scopes of the checklist to the OAuth app in the DAM.",
                );
                self.scopes(&[]);
                None
            }
        }
    }

    fn fail_refused(&mut self, error: &str, description: &str) {
        let shown: String = description
            .chars()
            .filter(|character| !character.is_control())
            .take(200)
            .collect();
        let reason = if shown.is_empty() {
            String::new()
        } else {
            format!(": {shown}")
        };
        let remedy = match error {
            "invalid_client" | "unauthorized_client" => {
                "Copy the Client ID and Client Secret from the OAuth app in the DAM again, and check that its grant type is \
                 Client Credentials."
            }
            "unsupported_grant_type" => "Create an OAuth app with the grant type Client Credentials.",
            _ => "See the DAM’s error message. The checklist shows how to create the OAuth app.",
        };
        let code: String = error
            .chars()
            .filter(|character| !character.is_control())
            .take(60)
            .collect();
        self.fail(
            StepKind::Token,
            &format!("The DAM returned the error {code}{reason}"),
            remedy,
        );
    }

    fn scopes(&mut self, granted: &[String]) {
        for scope in TESTED_SCOPES {
            if granted.iter().any(|granted| granted == scope.code()) {
                self.report(StepKind::Scope, Some(scope), Outcome::Passed, "Granted.", "");
            } else {
                let remedy =
                    "Add it to the OAuth app in the DAM, and check that the app’s user has the matching permission.";
                self.report(StepKind::Scope, Some(scope), Outcome::Failed, "Missing.", remedy);
            }
        }
    }

    async fn read(&mut self, bearer: &HeaderValue) {
        match self.dam.get(self.http, READ_PATH, bearer).await {
            Ok(_) => self.pass(StepKind::Read, "Assets can be read from the DAM."),
            Err(DamError::UnexpectedResponse(name, what)) => self.fail(
                StepKind::Read,
                &format!("{name} returned {what} when asked for assets."),
                "Check that the app’s user can view assets in the DAM, and that the Portal URL is that of the DAM.",
            ),
            Err(error) => self.fail_with(StepKind::Read, &error),
        }
    }

    fn pass(&mut self, kind: StepKind, detail: &str) {
        self.report(kind, None, Outcome::Passed, detail, "");
    }

    fn fail(&mut self, kind: StepKind, detail: &str, remedy: &str) {
        self.report(kind, None, Outcome::Failed, detail, remedy);
    }

    fn fail_with(&mut self, kind: StepKind, error: &DamError) {
        self.fail(kind, &error.to_string(), error.remedy());
    }

    fn skip(&mut self, kinds: &[StepKind]) {
        for kind in kinds {
            let detail = "Skipped because an earlier step failed.";
            self.report(*kind, None, Outcome::Skipped, detail, "");
        }
    }

    fn report(&mut self, kind: StepKind, scope: Option<Scope>, outcome: Outcome, detail: &str, remedy: &str) {
        let millis = self.step_started.elapsed().as_millis();
        let step = Step {
            kind,
            scope: scope.map(|scope| scope.code().to_owned()),
            outcome,
            detail: detail.to_owned(),
            remedy: remedy.to_owned(),
            millis: u64::try_from(millis).unwrap_or(u64::MAX),
        };
        (self.on_step)(&step);
        self.steps.push(step);
        self.step_started = Instant::now();
    }
}
