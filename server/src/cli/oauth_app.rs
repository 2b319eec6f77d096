//! `gatehouse oauth-app`

use crate::cli::InAccount;
use crate::cli::error::Trouble;
use crate::cli::output::Answer;
use crate::config::Config;
use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args, Subcommand};
use domain::fields::name_key;
use domain::oauth2::oauth_apps::{
    AppForm, Grant, OauthApp, SecretForm, SigningAlgorithm, TokenSettings, TokenSettingsForm,
};
use domain::oauth2::scopes::Scope;
use domain::time::Timestamp;
use portal::oauth2::oauth_apps::{self, secrets};
use portal::{Actor, Portal};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Register an app and print its client id and secret, which cannot be read again
    Create {
        #[command(flatten)]
        new: New,
        #[command(flatten)]
        within: InAccount,
    },
    /// Change an app's token settings, on every node within a second
    #[command(group(ArgGroup::new("settings").required(true).multiple(true).args(
        ["rotate_refresh_tokens", "signing_algorithm", "allow_introspection"]
    )))]
    SetTokenSettings {
        /// Client id or name
        #[arg(value_name = "APP")]
        app: String,
        #[command(flatten)]
        settings: TokenSettingsArgs,
        #[command(flatten)]
        within: InAccount,
    },
    /// List the apps of an account
    List {
        #[command(flatten)]
        within: InAccount,
    },
    /// Give an app one more secret and print it, so that another can be replaced without an outage
    AddSecret {
        /// Client id or name
        #[arg(value_name = "APP")]
        app: String,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        note: String,
        /// In how many days it stops; without, it works until it is deleted
        #[arg(long, value_name = "DAYS")]
        days: Option<u32>,
        #[command(flatten)]
        within: InAccount,
    },
    /// Delete an app with its secrets and all its tokens, on every node within a second
    Delete {
        /// Client id or name
        #[arg(value_name = "APP")]
        app: String,
        #[command(flatten)]
        within: InAccount,
    },
}

#[derive(Debug, Args)]
pub(crate) struct New {
    /// Name of the app, which people read when they are asked
    #[arg(long, value_name = "NAME")]
    name: String,
    /// How it gets tokens: for itself; for each user who allows it; or the same from where no secret can be kept, such as
    /// a native app
    #[arg(long, value_name = "GRANT", value_parser = PossibleValuesParser::new(Grant::ALL.iter().map(|grant| grant.code())))]
    grant: String,
    /// User whose permissions it has, for client_credentials: an e-mail, or a name that only one user has
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Where users are sent back to, for the other grants; one or more
    #[arg(long, value_name = "URI", num_args = 1..)]
    redirect_uri: Vec<String>,
    /// The most that it can be granted; one or more
    #[arg(long, value_name = "SCOPE", required = true, num_args = 1.., value_parser = PossibleValuesParser::new(Scope::ALL.iter().map(|scope| scope.code())))]
    scope: Vec<String>,
    #[command(flatten)]
    settings: TokenSettingsArgs,
}

#[derive(Debug, Args)]
pub(crate) struct TokenSettingsArgs {
    /// Whether each refresh returns a new refresh token and the old one stops: off by itself for authorization_code, always
    /// on for public
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    rotate_refresh_tokens: Option<bool>,
    /// What signs the app's access tokens [default for a new app: the setting oauth2_signing_algorithm]
    #[arg(long, value_name = "ALGORITHM", value_parser = PossibleValuesParser::new(SigningAlgorithm::ALL.iter().map(|algorithm| algorithm.code())))]
    signing_algorithm: Option<String>,
    /// Whether the app may introspect access tokens of the account's other apps, as a resource server does: off by itself
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    allow_introspection: Option<bool>,
}

impl TokenSettingsArgs {
    /// The form that the page has, too: `before`, changed by what is given. What does not go with the grant is refused here,
    /// where nobody sees that it makes no difference.
    fn form(self, grant: Grant, before: TokenSettings) -> portal::Result<TokenSettingsForm> {
        let sentence = match (grant, self.rotate_refresh_tokens) {
            (Grant::Public, Some(false)) => Some("The refresh tokens of a public client always rotate."),
            (Grant::ClientCredentials, Some(true)) => {
                Some("An app with client_credentials gets no refresh token: leave out the rotation.")
            }
            _ => None,
        };
        if let Some(sentence) = sentence {
            return Err(portal::Error::field("rotate_refresh_tokens", sentence));
        }
        let before = TokenSettingsForm::from(before);
        Ok(TokenSettingsForm {
            rotate_refresh_tokens: self.rotate_refresh_tokens.unwrap_or(before.rotate_refresh_tokens),
            signing_algorithm: self.signing_algorithm.unwrap_or(before.signing_algorithm),
            allow_introspection: self.allow_introspection.unwrap_or(before.allow_introspection),
        })
    }
}

impl New {
    /// The form that the page has, too. What does not go with the grant is refused here, where nobody sees it vanish.
    fn form(self, algorithm: SigningAlgorithm) -> portal::Result<(AppForm, TokenSettingsForm)> {
        let asks_people = Grant::from_code(&self.grant).is_some_and(Grant::asks_people);
        if asks_people && self.user.is_some() {
            let sentence = format!(
                "An app with {} acts for whoever allows it: leave out the user.",
                self.grant
            );
            return Err(portal::Error::field("user", sentence));
        }
        if !asks_people && !self.redirect_uri.is_empty() {
            let sentence = format!("An app with {} sends nobody back: leave out redirect URIs.", self.grant);
            return Err(portal::Error::field("redirect_uris", sentence));
        }
        if !asks_people && self.scope.iter().any(|word| word == Scope::Offline.code()) {
            let sentence = "An app with client_credentials gets no refresh token: leave out offline.";
            return Err(portal::Error::field("scopes", sentence));
        }
        let settings = match Grant::from_code(&self.grant) {
            Some(grant) => self.settings.form(grant, TokenSettings::new(grant, algorithm))?,
            // The form below says so.
            None => algorithm.into(),
        };
        let form = AppForm {
            name: self.name,
            grant: self.grant,
            user: self.user.unwrap_or_default(),
            redirect_uris: self.redirect_uri.join("\n"),
            scopes: self.scope,
        };
        Ok((form, settings))
    }
}

pub(crate) async fn run(portal: &Portal, config: &Config, command: Command) -> Result<Answer, Trouble> {
    match command {
        Command::Create { new, within } => create(portal, config, &within, new).await,
        Command::SetTokenSettings { app, settings, within } => {
            let operator = within.operator(portal).await?;
            let app = find(portal, &operator, &app).await?;
            let form = settings.form(app.grant, app.token_settings)?;
            oauth_apps::set_token_settings(portal, &operator, app.id, form).await?;
            let app = oauth_apps::get(portal, &operator, app.id).await?;
            Ok(Answer::new(describe(&app), json(&app)))
        }
        Command::List { within } => list(portal, &within).await,
        Command::AddSecret {
            app,
            note,
            days,
            within,
        } => {
            let operator = within.operator(portal).await?;
            let app = find(portal, &operator, &app).await?;
            let days = days.map(|days| days.to_string()).unwrap_or_default();
            let secret = secrets::add(portal, &operator, app.id, SecretForm { note, days }).await?;
            let text = format!("Client ID      {}\nClient secret  {}", app.id, secret.expose());
            let json = json!({ "client_id": app.id, "name": app.name, "client_secret": secret.expose() });
            Ok(Answer::new(text, json))
        }
        Command::Delete { app, within } => {
            let operator = within.operator(portal).await?;
            let app = find(portal, &operator, &app).await?;
            oauth_apps::delete(portal, &operator, app.id, &app.name).await?;
            let text = format!("Deleted {} with its {} live tokens.", app.name, app.live_tokens);
            Ok(Answer::new(text, json!({ "deleted": app.id })))
        }
    }
}

/// An app's token settings, line by line.
fn describe(app: &OauthApp) -> String {
    let on_or_off = |is_on: bool| if is_on { "on" } else { "off" };
    let settings = app.token_settings;
    format!(
        "Rotate refresh tokens                       {}\nSigning algorithm                           {}\n\
         Allow introspection of other apps' tokens   {}",
        on_or_off(settings.rotate_refresh_tokens),
        settings.signing_algorithm,
        on_or_off(settings.allow_introspection)
    )
}

async fn create(portal: &Portal, config: &Config, within: &InAccount, new: New) -> Result<Answer, Trouble> {
    let operator = within.operator(portal).await?;
    let (form, settings) = new.form(config.oauth2_signing_algorithm)?;
    let made = oauth_apps::create_with(portal, &operator, form, settings).await?;
    let app = oauth_apps::get(portal, &operator, made.id).await?;
    let text = match &made.secret {
        Some(secret) => format!("Client ID      {}\nClient secret  {}", app.id, secret.expose()),
        None => format!("Client ID  {}", app.id),
    };
    let mut json = json(&app);
    json["client_secret"] = made.secret.as_ref().map(|secret| secret.expose()).into();
    Ok(Answer::new(text, json))
}

async fn list(portal: &Portal, within: &InAccount) -> Result<Answer, Trouble> {
    let operator = within.operator(portal).await?;
    let apps = oauth_apps::list(portal, &operator).await?;
    let rows = apps
        .iter()
        .map(|app| {
            let user = match &app.user {
                Some(user) if user.active => user.email.clone(),
                Some(user) => format!("{} (inactive)", user.email),
                None => String::new(),
            };
            let last_used = app.last_used_at.map_or_else(|| "never".to_owned(), Timestamp::rfc3339);
            vec![
                app.id.to_string(),
                app.name.clone(),
                app.grant.code().to_owned(),
                user,
                last_used,
                app.live_tokens.to_string(),
                app.scopes.to_string(),
            ]
        })
        .collect();
    Ok(Answer::list(
        &["CLIENT ID", "NAME", "GRANT", "USER", "LAST USED", "TOKENS", "SCOPES"],
        rows,
        apps.iter().map(json).collect(),
    ))
}

/// The app with this client id or name.
async fn find(portal: &Portal, operator: &Actor, text: &str) -> portal::Result<OauthApp> {
    let apps = oauth_apps::list(portal, operator).await?;
    let is_meant = |app: &OauthApp| app.id.to_string() == text || name_key(&app.name) == name_key(text);
    apps.into_iter().find(is_meant).ok_or(portal::Error::NotFound("app"))
}

fn json(app: &OauthApp) -> Value {
    json!({
        "client_id": app.id,
        "name": app.name,
        "grant": app.grant,
        "user": app.user.as_ref().map(|user| json!({ "id": user.id, "email": user.email, "active": user.active })),
        "redirect_uris": app.redirect_uris,
        "scope": app.scopes,
        "used_scope": app.used_scopes,
        "rotate_refresh_tokens": app.token_settings.rotate_refresh_tokens,
        "signing_algorithm": app.token_settings.signing_algorithm,
        "allow_introspection": app.token_settings.allow_introspection,
        "tokens": app.live_tokens,
        "created_by": app.created_by,
        "created_at": app.created_at.rfc3339(),
        "last_used_at": app.last_used_at.map(Timestamp::rfc3339),
    })
}
