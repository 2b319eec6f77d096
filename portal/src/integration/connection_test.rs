//! Whether the DAM can be reached with what is configured: a test that really asks it.

use crate::auth::actor::Actor;
use crate::database::{fetch_optional, run};
use crate::http_client::{Outgoing, Target};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::dam::{Answer, Dam, Failed};
use crate::integration::settings::account;
use domain::integration::connection_test::{Outcome, Report, SCOPES, Step, StepKind};
use domain::integration::selector::Dam as Kind;
use domain::oauth2::scopes::Scope;
use domain::time::Timestamp;
use http::HeaderValue;
use std::time::{Duration, Instant};
use tokio::time::timeout;

/// How long a whole test may take.
const PATIENCE: Duration = Duration::from_secs(45);

/// After how many seconds a test that found no room may be tried again.
const ROOM: u64 = 10;

/// What the first read reads.
const READ: &str = "/api/v4/media/?limit=1";

/// How the last test went, if there was one.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn last(portal: &Portal, actor: &Actor) -> Result<Option<Report>> {
    let account = account(actor)?;
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

/// Asks the DAM with what is saved, step by step, each of which is told as soon as it is known. The report is kept.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::Invalid`] where no Portal URL is saved,
/// [`Error::TooMany`] while others test. What goes wrong with the DAM is in the report.
pub async fn test(portal: &Portal, actor: &Actor, told: impl Fn(&Step) + Send + Sync) -> Result<Report> {
    let account = account(actor)?;
    let _room = portal
        .testing()
        .try_acquire()
        .map_err(|_| Error::TooMany { retry_after: ROOM })?;
    let dam = Dam::of(portal, account).await?;
    let dam = dam.ok_or_else(|| Error::field("url", "Enter the Portal URL and save it first."))?;
    let mut test = Test {
        outgoing: portal.outgoing(),
        dam: &dam,
        told: &told,
        steps: Vec::new(),
        begun: Instant::now(),
    };
    if timeout(PATIENCE, test.run()).await.is_err() {
        test.fail(
            StepKind::Read,
            &format!("The test took longer than {} s and was ended.", PATIENCE.as_secs()),
            "Test again in a while. If it stays so, ask whoever runs the DAM.",
        );
    }
    let steps = test.steps;
    keep(portal, actor, &steps).await?;
    Ok(Report {
        at: portal.now(),
        by: actor.person().map(|person| person.name.clone()),
        steps,
    })
}

async fn keep(portal: &Portal, actor: &Actor, steps: &[Step]) -> Result<()> {
    let mut tx = portal.begin_lightly().await?;
    run!(
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
    outgoing: &'a Outgoing,
    dam: &'a Dam,
    told: &'a F,
    steps: Vec<Step>,
    /// When the step that is under way began.
    begun: Instant,
}

impl<F: Fn(&Step)> Test<'_, F> {
    async fn run(&mut self) {
        if !self.reach().await {
            return self.skip(&[StepKind::Token, StepKind::Read]);
        }
        if self.dam.kind == Kind::Webdam {
            let word = "The OAuth2 fields are for Bynder only.";
            self.say(StepKind::Token, None, Outcome::Skipped, word, "");
            return self.say(StepKind::Read, None, Outcome::Skipped, word, "");
        }
        let Some((bearer, scopes)) = self.token().await else {
            return self.skip(&[StepKind::Read]);
        };
        self.scopes(&scopes);
        if scopes.iter().any(|scope| scope == Scope::AssetRead.code()) {
            self.read(&bearer).await;
        } else {
            let word = "Not tried, as the token lacks the scope asset:read.";
            self.say(StepKind::Read, None, Outcome::Skipped, word, "");
        }
    }

    /// The name, and a connection to one of its addresses.
    async fn reach(&mut self) -> bool {
        let found = match Target::of(&self.dam.url) {
            Ok(target) => self
                .outgoing
                .resolve(&target)
                .await
                .map(|addresses| (target, addresses)),
            Err(trouble) => Err(trouble),
        };
        let (target, addresses) = match found {
            Ok(found) => found,
            Err(trouble) => {
                self.fail(StepKind::Name, &trouble.to_string(), trouble.remedy());
                self.skip(&[StepKind::Tls]);
                return false;
            }
        };
        let name = self.dam.name();
        let detail = match addresses.as_slice() {
            [one] => format!("{name} leads to {}.", one.ip()),
            [first, rest @ ..] => format!("{name} leads to {} and {} more.", first.ip(), rest.len()),
            [] => String::new(),
        };
        self.pass(StepKind::Name, &detail);
        match self.outgoing.connect(&target, &addresses).await {
            Ok(connection) => {
                let detail = match connection.tls {
                    Some(version) => format!("{} answers over {version}.", connection.peer),
                    None => format!(
                        "{} answers without TLS, which this portal’s operator allows for this host.",
                        connection.peer
                    ),
                };
                self.pass(StepKind::Tls, &detail);
                true
            }
            Err(trouble) => {
                self.fail(StepKind::Tls, &trouble.to_string(), trouble.remedy());
                false
            }
        }
    }

    /// A token with as many of the scopes as there are to be had.
    async fn token(&mut self) -> Option<(HeaderValue, Vec<String>)> {
        let Some(client) = &self.dam.client else {
            let word = "No OAuth2 Client ID and Client Secret are saved. Asset uploads and tracking need them.";
            self.say(StepKind::Token, None, Outcome::Skipped, word, "");
            return None;
        };
        match self.dam.token(self.outgoing, client, &SCOPES).await {
            Ok(Answer::Token { bearer, scopes }) => {
                self.pass(StepKind::Token, "The DAM gave an access token.");
                Some((bearer, scopes))
            }
            // Some servers refuse a request as a whole for one scope that the app does not have.
            Ok(Answer::Refused { error, .. }) if error == "invalid_scope" => self.tokens_one_by_one(client).await,
            Ok(Answer::Refused { error, description }) => {
                self.refused(&error, &description);
                None
            }
            Err(failed) => {
                self.failed(StepKind::Token, &failed);
                None
            }
        }
    }

    async fn tokens_one_by_one(&mut self, client: &(String, crate::Secret)) -> Option<(HeaderValue, Vec<String>)> {
        let mut granted = Vec::new();
        let mut bearer = None;
        for scope in SCOPES {
            match self.dam.token(self.outgoing, client, &[scope]).await {
                Ok(Answer::Token { bearer: token, scopes }) => {
                    if scope == Scope::AssetRead || bearer.is_none() {
                        bearer = Some(token);
                    }
                    granted.extend(scopes);
                }
                Ok(Answer::Refused { error, .. }) if error == "invalid_scope" => {}
                Ok(Answer::Refused { error, description }) => {
                    self.refused(&error, &description);
                    return None;
                }
                Err(failed) => {
                    self.failed(StepKind::Token, &failed);
                    return None;
                }
            }
        }
        match bearer {
            Some(bearer) => {
                self.pass(
                    StepKind::Token,
                    "The DAM gave an access token, though not with all scopes.",
                );
                Some((bearer, granted))
            }
            None => {
                let detail = "The DAM gave no token with any of the seven scopes (invalid_scope).";
                self.fail(
                    StepKind::Token,
                    detail,
                    "Give the OAuth app in the DAM the seven scopes of the checklist.",
                );
                self.scopes(&[]);
                None
            }
        }
    }

    fn refused(&mut self, error: &str, description: &str) {
        let shown: String = description
            .chars()
            .filter(|character| !character.is_control())
            .take(200)
            .collect();
        let why = if shown.is_empty() {
            String::new()
        } else {
            format!(": {shown}")
        };
        let remedy = match error {
            "invalid_client" | "unauthorized_client" => {
                "Copy Client ID and Client Secret from the OAuth app in the DAM again, and check that its grant type is \
                 Client Credentials."
            }
            "unsupported_grant_type" => "Create an OAuth app with the grant type Client Credentials.",
            _ => "See the DAM’s own word for what it means; the checklist shows how the OAuth app is made.",
        };
        let code: String = error
            .chars()
            .filter(|character| !character.is_control())
            .take(60)
            .collect();
        self.fail(StepKind::Token, &format!("The DAM refused with {code}{why}"), remedy);
    }

    fn scopes(&mut self, granted: &[String]) {
        for scope in SCOPES {
            if granted.iter().any(|granted| granted == scope.code()) {
                self.say(StepKind::Scope, Some(scope), Outcome::Passed, "Granted.", "");
            } else {
                let remedy =
                    "Add it to the OAuth app in the DAM, and check that the app’s user may do what it stands for.";
                self.say(StepKind::Scope, Some(scope), Outcome::Failed, "Missing.", remedy);
            }
        }
    }

    async fn read(&mut self, bearer: &HeaderValue) {
        match self.dam.get(self.outgoing, READ, bearer).await {
            Ok(_) => self.pass(StepKind::Read, "The DAM’s assets can be read."),
            Err(Failed::Odd(name, what)) => self.fail(
                StepKind::Read,
                &format!("{name} answered {what} to a request for its assets."),
                "Check that the app’s user may see assets in the DAM, and that the Portal URL is that of the DAM.",
            ),
            Err(failed) => self.failed(StepKind::Read, &failed),
        }
    }

    fn pass(&mut self, kind: StepKind, detail: &str) {
        self.say(kind, None, Outcome::Passed, detail, "");
    }

    fn fail(&mut self, kind: StepKind, detail: &str, remedy: &str) {
        self.say(kind, None, Outcome::Failed, detail, remedy);
    }

    fn failed(&mut self, kind: StepKind, failed: &Failed) {
        self.fail(kind, &failed.to_string(), failed.remedy());
    }

    fn skip(&mut self, kinds: &[StepKind]) {
        for kind in kinds {
            let word = "Not tried, as a step before it did not work.";
            self.say(*kind, None, Outcome::Skipped, word, "");
        }
    }

    fn say(&mut self, kind: StepKind, scope: Option<Scope>, outcome: Outcome, detail: &str, remedy: &str) {
        let millis = self.begun.elapsed().as_millis();
        let step = Step {
            kind,
            scope: scope.map(|scope| scope.code().to_owned()),
            outcome,
            detail: detail.to_owned(),
            remedy: remedy.to_owned(),
            millis: u64::try_from(millis).unwrap_or(u64::MAX),
        };
        (self.told)(&step);
        self.steps.push(step);
        self.begun = Instant::now();
    }
}
