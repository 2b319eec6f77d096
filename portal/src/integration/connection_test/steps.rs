//! The steps of a connection test.

use crate::http_client::{HttpClient, Target};
use crate::integration::dam::{Dam, DamError, TokenResponse};
use domain::coded_enum::CodedEnum;
use domain::integration::connection_test::{Outcome, Step, StepKind, TESTED_SCOPES};
use domain::integration::selector::Dam as Kind;
use domain::oauth2::scopes::Scope;
use http::HeaderValue;
use std::time::Instant;

/// The path of the test request for assets.
const READ_PATH: &str = "/api/v4/media/?limit=1";

/// Runs the steps of a test and collects their outcomes.
pub(super) struct Test<'a, F> {
    http: &'a HttpClient,
    dam: &'a Dam,
    on_step: &'a F,
    pub(super) steps: Vec<Step>,
    /// When the current step started.
    step_started: Instant,
}

impl<'a, F: Fn(&Step)> Test<'a, F> {
    pub(super) fn new(http: &'a HttpClient, dam: &'a Dam, on_step: &'a F) -> Self {
        Self {
            http,
            dam,
            on_step,
            steps: Vec::new(),
            step_started: Instant::now(),
        }
    }

    /// Runs the steps. Those that depend on a failed one are skipped.
    pub(super) async fn run(&mut self) {
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
            // Some servers reject the whole request if the app lacks one of its scopes.
            Ok(TokenResponse::Rejected { error, .. }) if error == "invalid_scope" => self.token_per_scope(client).await,
            Ok(TokenResponse::Rejected { error, description }) => {
                self.fail_rejected(&error, &description);
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
                Ok(TokenResponse::Rejected { error, .. }) if error == "invalid_scope" => {}
                Ok(TokenResponse::Rejected { error, description }) => {
                    self.fail_rejected(&error, &description);
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

    fn fail_rejected(&mut self, error: &str, description: &str) {
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

    pub(super) fn fail(&mut self, kind: StepKind, detail: &str, remedy: &str) {
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
