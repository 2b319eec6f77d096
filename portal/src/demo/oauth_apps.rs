//! The demo account's OAuth 2 apps: who made them, who has allowed them, what they have been used for.

use crate::auth::actor::Actor;
use crate::crypto::secret::Secret;
use crate::demo::data::{DAY, HENRIK, HOUR, JOAQUIN, MAREN, MARGUERITE, PEOPLE, SVC_WEB};
use crate::demo::{Maker, ORIGIN};
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth2::consents;
use crate::oauth2::oauth_apps::{self, secrets};
use crate::oauth2::{self, Client, Denied, Granted, Policy};
use domain::ids::UserId;
use domain::oauth1::encode_form;
use domain::oauth2::Parameters;
use domain::oauth2::oauth_apps::{AppForm, Grant, SecretForm};
use domain::oauth2::scopes::Scope;
use std::sync::Arc;

/// An app's life. Times are minutes ago.
struct App {
    name: &'static str,
    grant: Grant,
    user: Option<usize>,
    redirect_uris: &'static [&'static str],
    scopes: &'static [Scope],
    by: usize,
    created: i64,
    /// One more secret: its note, when it was made, in how many days it stops.
    second_secret: Option<(&'static str, i64, i64)>,
    /// When it got a token for itself, and what it used that for.
    used: Option<(i64, &'static [Scope])>,
    /// Who has allowed it, when, and when it last refreshed.
    allowed: &'static [(usize, i64, Option<i64>)],
}

const NEW: App = App {
    name: "",
    grant: Grant::ClientCredentials,
    user: None,
    redirect_uris: &[],
    scopes: &[],
    by: MAREN,
    created: 0,
    second_secret: None,
    used: None,
    allowed: &[],
};

const APPS: &[App] = &[
    App {
        name: "Sitecore XM Cloud connector",
        user: Some(SVC_WEB),
        scopes: &Scope::CONNECTOR,
        by: JOAQUIN,
        created: 48 * DAY,
        used: Some((12, &[Scope::AssetUsageRead, Scope::AssetUsageWrite])),
        ..NEW
    },
    // One secret stops in three days, and the other goes on.
    App {
        name: "Campaign reporting",
        user: Some(SVC_WEB),
        scopes: &[Scope::AssetUsageRead, Scope::AdminUserRead, Scope::AdminProfileRead],
        by: MAREN,
        created: 210 * DAY,
        second_secret: Some(("Agency, for the autumn campaign", 27 * DAY, 30)),
        used: Some((6 * HOUR, &[Scope::AssetUsageRead])),
        ..NEW
    },
    // Whose user has left.
    App {
        name: "Press photo export",
        user: Some(HENRIK),
        scopes: &[Scope::CurrentUserRead, Scope::CurrentProfileRead],
        by: MAREN,
        created: 140 * DAY,
        used: Some((23 * DAY, &[Scope::CurrentUserRead])),
        ..NEW
    },
    App {
        name: "Newsletter studio",
        grant: Grant::AuthorizationCode,
        redirect_uris: &[
            "https://newsletter.larkfield.example/oauth/callback",
            "https://staging.newsletter.larkfield.example/oauth/callback",
        ],
        scopes: &[
            Scope::Offline,
            Scope::CurrentUserRead,
            Scope::CurrentProfileRead,
            Scope::AssetRead,
        ],
        by: JOAQUIN,
        created: 75 * DAY,
        allowed: &[(MARGUERITE, 9 * DAY, None), (JOAQUIN, 30 * DAY - HOUR, Some(48))],
        ..NEW
    },
    App {
        name: "Larkfield for desktop",
        grant: Grant::Public,
        redirect_uris: &["http://127.0.0.1/callback", "example.larkfield.desktop:/callback"],
        scopes: &[Scope::Offline, Scope::CurrentUserRead, Scope::AssetRead],
        by: JOAQUIN,
        created: 4 * DAY,
        ..NEW
    },
];

impl Maker<'_> {
    /// Makes the apps and lets them live. Before people leave: an app gets nothing for someone who has left.
    pub(crate) async fn oauth_apps(&self, users: &[UserId]) -> Result<()> {
        for app in APPS {
            self.oauth_app(users, app).await?;
        }
        Ok(())
    }

    async fn oauth_app(&self, users: &[UserId], app: &App) -> Result<()> {
        let (then, by) = (self.at(app.created), self.actor(users[app.by]).await?);
        let form = AppForm {
            name: app.name.to_owned(),
            grant: app.grant.code().to_owned(),
            user: app.user.map(|user| PEOPLE[user].email.to_owned()).unwrap_or_default(),
            redirect_uris: app.redirect_uris.join("\n"),
            scopes: app.scopes.iter().map(|scope| scope.code().to_owned()).collect(),
        };
        let made = oauth_apps::create(&then, &by, form).await?;
        let mut proof = Proof {
            id: made.id.to_string(),
            secret: made.secret,
        };
        if let Some((note, ago, days)) = app.second_secret {
            let form = SecretForm {
                note: note.to_owned(),
                days: days.to_string(),
            };
            proof.secret = Some(secrets::add(&self.at(ago), &by, made.id, form).await?);
        }
        if let Some((ago, scopes)) = app.used {
            let then = self.at(ago);
            let granted = proof.ask(&then, &[("grant_type", "client_credentials")]).await?;
            spend(&then, &granted, scopes).await?;
        }
        for (person, ago, refreshed) in app.allowed {
            let then = self.at(*ago);
            let granted = allow(&then, &self.actor(users[*person]).await?, &proof, app.redirect_uris[0]).await?;
            spend(&then, &granted, &[Scope::CurrentUserRead]).await?;
            if let (Some(ago), Some(token)) = (refreshed, &granted.refresh_token) {
                let form = [("grant_type", "refresh_token"), ("refresh_token", token.expose())];
                proof.ask(&self.at(*ago), &form).await?;
            }
        }
        Ok(())
    }
}

/// What an app proves itself by.
struct Proof {
    id: String,
    secret: Option<Secret>,
}

impl Proof {
    async fn client(&self, then: &Portal) -> Result<Arc<Client>> {
        let secret = self.secret.as_ref().map(Secret::expose);
        oauth2::authenticate_client(then, &self.id, secret)
            .await
            .map_err(refused)
    }

    /// The app asks for tokens.
    async fn ask(&self, then: &Portal, form: &[(&str, &str)]) -> Result<Granted> {
        let body = Secret::new(encode_form(form));
        let parameters = Parameters::parse(body.expose().as_bytes()).map_err(Error::internal)?;
        let client = self.client(then).await?;
        oauth2::grant(then, &policy(), &client, &parameters)
            .await
            .map_err(refused)
    }
}

/// The app calls what these scopes are for.
async fn spend(then: &Portal, granted: &Granted, scopes: &[Scope]) -> Result<()> {
    let bearer = oauth2::authenticate(then, &policy(), granted.access_token.expose())
        .await
        .map_err(refused)?;
    for scope in scopes {
        bearer.require(then, &[*scope]).await.map_err(refused)?;
    }
    Ok(())
}

/// The person is sent here, allows the app, and goes back to it with a code, which it exchanges.
async fn allow(then: &Portal, person: &Actor, proof: &Proof, redirect_uri: &str) -> Result<Granted> {
    let query = encode_form(&[
        ("response_type", "code"),
        ("client_id", &proof.id),
        ("redirect_uri", redirect_uri),
    ]);
    let parameters = Parameters::parse(query.as_bytes()).map_err(Error::internal)?;
    let address = consents::allow(then, &policy(), person, &parameters).await?;
    let (_, answer) = address.split_once('?').unwrap_or_default();
    let answer = Parameters::parse(answer.as_bytes()).map_err(Error::internal)?;
    let code = answer.require("code").map_err(Error::internal)?;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
    ];
    proof.ask(then, &form).await
}

fn policy() -> Policy {
    Policy {
        issuer: ORIGIN.to_owned(),
    }
}

/// The demo's own requests are in order, so a refusal is a fault of ours.
fn refused(denied: Denied) -> Error {
    match denied {
        Denied::Refused(refusal) => Error::internal(refusal),
        Denied::Error(error) => error,
    }
}
