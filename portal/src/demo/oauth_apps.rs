//! The OAuth 2.0 apps of the demo account, with their consents and usage.

use crate::crypto::secret::Secret;
use crate::demo::data::{DAY, HENRIK, HOUR, JOAQUIN, MAREN, MARGUERITE, SVC_WEB, USERS};
use crate::demo::{DemoBuilder, ORIGIN};
use crate::infra::actor::Actor;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::oauth2::consents;
use crate::oauth2::oauth_apps::{self, secrets};
use crate::oauth2::{self, Client, IssuedTokens, Policy, RequestError};
use domain::coded_enum::CodedEnum;
use domain::ids::UserId;
use domain::oauth1::encode_form;
use domain::oauth2::Parameters;
use domain::oauth2::oauth_apps::{AppForm, Grant, SecretForm};
use domain::oauth2::scopes::Scope;
use std::sync::Arc;

/// An app with its history. Times are in minutes before now.
struct DemoApp {
    name: &'static str,
    grant: Grant,
    user: Option<usize>,
    redirect_uris: &'static [&'static str],
    scopes: &'static [Scope],
    by: usize,
    created: i64,
    /// A second secret: its note, its creation time, and its lifetime in days.
    second_secret: Option<(&'static str, i64, i64)>,
    /// When the app got a token by client credentials, and the scopes it used.
    used: Option<(i64, &'static [Scope])>,
    /// The consents: user, time, and time of the last refresh.
    consents: &'static [(usize, i64, Option<i64>)],
}

/// The defaults of [`APPS`].
const DEFAULT_APP: DemoApp = DemoApp {
    name: "",
    grant: Grant::ClientCredentials,
    user: None,
    redirect_uris: &[],
    scopes: &[],
    by: MAREN,
    created: 0,
    second_secret: None,
    used: None,
    consents: &[],
};

const APPS: &[DemoApp] = &[
    DemoApp {
        name: "Sitecore XM Cloud connector",
        user: Some(SVC_WEB),
        scopes: &Scope::CONNECTOR,
        by: JOAQUIN,
        created: 48 * DAY,
        used: Some((12, &[Scope::AssetUsageRead, Scope::AssetUsageWrite])),
        ..DEFAULT_APP
    },
    // One secret expires in three days; the other doesn't expire.
    DemoApp {
        name: "Campaign reporting",
        user: Some(SVC_WEB),
        scopes: &[Scope::AssetUsageRead, Scope::AdminUserRead, Scope::AdminProfileRead],
        by: MAREN,
        created: 210 * DAY,
        second_secret: Some(("Agency, for the autumn campaign", 27 * DAY, 30)),
        used: Some((6 * HOUR, &[Scope::AssetUsageRead])),
        ..DEFAULT_APP
    },
    // The app's user is deactivated.
    DemoApp {
        name: "Press photo export",
        user: Some(HENRIK),
        scopes: &[Scope::CurrentUserRead, Scope::CurrentProfileRead],
        by: MAREN,
        created: 140 * DAY,
        used: Some((23 * DAY, &[Scope::CurrentUserRead])),
        ..DEFAULT_APP
    },
    DemoApp {
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
        consents: &[(MARGUERITE, 9 * DAY, None), (JOAQUIN, 30 * DAY - HOUR, Some(48))],
        ..DEFAULT_APP
    },
    DemoApp {
        name: "Larkfield for desktop",
        grant: Grant::Public,
        redirect_uris: &["http://127.0.0.1/callback", "example.larkfield.desktop:/callback"],
        scopes: &[Scope::Offline, Scope::CurrentUserRead, Scope::AssetRead],
        by: JOAQUIN,
        created: 4 * DAY,
        ..DEFAULT_APP
    },
];

impl DemoBuilder<'_> {
    /// Creates the apps and their usage. Must run before users are deactivated, since an app gets no tokens for an inactive
    /// user.
    pub(crate) async fn oauth_apps(&self, users: &[UserId]) -> Result<()> {
        for app in APPS {
            self.oauth_app(users, app).await?;
        }
        Ok(())
    }

    async fn oauth_app(&self, users: &[UserId], app: &DemoApp) -> Result<()> {
        let (portal, by) = (self.portal_at(app.created), self.actor(users[app.by]).await?);
        let form = AppForm {
            name: app.name.to_owned(),
            grant: app.grant.code().to_owned(),
            user: app.user.map(|user| USERS[user].email.to_owned()).unwrap_or_default(),
            redirect_uris: app.redirect_uris.join("\n"),
            scopes: app.scopes.iter().map(|scope| scope.code().to_owned()).collect(),
        };
        let created = oauth_apps::create(&portal, &by, form).await?;
        let mut credentials = ClientCredentials {
            id: created.id.to_string(),
            secret: created.secret,
        };
        if let Some((note, ago, days)) = app.second_secret {
            let form = SecretForm {
                note: note.to_owned(),
                days: days.to_string(),
            };
            credentials.secret = Some(secrets::add(&self.portal_at(ago), &by, created.id, form).await?);
        }
        if let Some((ago, scopes)) = app.used {
            let portal = self.portal_at(ago);
            let tokens = credentials
                .request_tokens(&portal, &[("grant_type", "client_credentials")])
                .await?;
            use_scopes(&portal, &tokens, scopes).await?;
        }
        for (user, ago, refreshed) in app.consents {
            let portal = self.portal_at(*ago);
            let actor = self.actor(users[*user]).await?;
            let tokens = authorize(&portal, &actor, &credentials, app.redirect_uris[0]).await?;
            use_scopes(&portal, &tokens, &[Scope::CurrentUserRead]).await?;
            if let (Some(ago), Some(token)) = (refreshed, &tokens.refresh_token) {
                let form = [("grant_type", "refresh_token"), ("refresh_token", token.expose())];
                credentials.request_tokens(&self.portal_at(*ago), &form).await?;
            }
        }
        Ok(())
    }
}

/// The client credentials of an app.
struct ClientCredentials {
    id: String,
    secret: Option<Secret>,
}

impl ClientCredentials {
    async fn client(&self, portal: &Portal) -> Result<Arc<Client>> {
        oauth2::authenticate_client(portal, &self.id, self.secret.as_ref())
            .await
            .map_err(internal_error)
    }

    /// Sends a token request.
    async fn request_tokens(&self, portal: &Portal, form: &[(&str, &str)]) -> Result<IssuedTokens> {
        let body = Secret::new(encode_form(form));
        let parameters = Parameters::parse(body.expose().as_bytes()).map_err(Error::internal)?;
        let client = self.client(portal).await?;
        oauth2::grant(portal, &policy(), &client, &parameters)
            .await
            .map_err(internal_error)
    }
}

/// Records the use of these scopes with the access token.
async fn use_scopes(portal: &Portal, tokens: &IssuedTokens, scopes: &[Scope]) -> Result<()> {
    let bearer = oauth2::authenticate(portal, &policy(), tokens.access_token.expose())
        .await
        .map_err(internal_error)?;
    for scope in scopes {
        bearer.require(portal, &[*scope]).await.map_err(internal_error)?;
    }
    Ok(())
}

/// Runs the authorization code flow: the user consents, and the app exchanges the code for tokens.
async fn authorize(
    portal: &Portal,
    user: &Actor,
    credentials: &ClientCredentials,
    redirect_uri: &str,
) -> Result<IssuedTokens> {
    let query = encode_form(&[
        ("response_type", "code"),
        ("client_id", &credentials.id),
        ("redirect_uri", redirect_uri),
    ]);
    let parameters = Parameters::parse(query.as_bytes()).map_err(Error::internal)?;
    let redirect_url = consents::allow(portal, &policy(), user, &parameters).await?;
    let (_, query) = redirect_url.split_once('?').unwrap_or_default();
    let response = Parameters::parse(query.as_bytes()).map_err(Error::internal)?;
    let code = response.require("code").map_err(Error::internal)?;
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", redirect_uri),
    ];
    credentials.request_tokens(portal, &form).await
}

fn policy() -> Policy {
    Policy {
        issuer: ORIGIN.to_owned(),
    }
}

/// Maps a rejection to an internal error, since the demo's requests are always valid.
fn internal_error(error: RequestError) -> Error {
    match error {
        RequestError::Rejected(error) => Error::internal(error),
        RequestError::Portal(error) => error,
    }
}
