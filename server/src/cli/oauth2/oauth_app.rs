//! `gatehouse oauth-app`

use crate::cli::AccountArg;
use crate::cli::error::CliError;
use crate::cli::output::Output;
use crate::config::Config;
use clap::builder::PossibleValuesParser;
use clap::{ArgGroup, Args, Subcommand};
use domain::coded_enum::CodedEnum;
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
    /// Register an app and print its client ID and secret; the secret is shown only once
    Create {
        #[command(flatten)]
        new: NewAppArgs,
        #[command(flatten)]
        account: AccountArg,
    },
    /// Change an app's token settings, on every node within a second
    #[command(group(ArgGroup::new("settings").required(true).multiple(true).args(
        ["rotate_refresh_tokens", "signing_algorithm", "allow_introspection"]
    )))]
    SetTokenSettings {
        /// Client ID or name of the app
        #[arg(value_name = "APP")]
        app: String,
        #[command(flatten)]
        settings: TokenSettingsArgs,
        #[command(flatten)]
        account: AccountArg,
    },
    /// List the apps of an account
    List {
        #[command(flatten)]
        account: AccountArg,
    },
    /// Add a client secret to an app and print it, so that an old secret can be replaced without downtime
    AddSecret {
        /// Client ID or name of the app
        #[arg(value_name = "APP")]
        app: String,
        /// Note that describes the secret
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        note: String,
        /// Days until the secret expires; without this option it does not expire
        #[arg(long, value_name = "DAYS")]
        days: Option<u32>,
        #[command(flatten)]
        account: AccountArg,
    },
    /// Delete an app, its secrets and all its tokens, on every node within a second
    Delete {
        /// Client ID or name of the app
        #[arg(value_name = "APP")]
        app: String,
        #[command(flatten)]
        account: AccountArg,
    },
}

#[derive(Debug, Args)]
pub(crate) struct NewAppArgs {
    /// Name of the app, shown on the consent page
    #[arg(long, value_name = "NAME")]
    name: String,
    /// Grant type: client_credentials acts as a fixed user; authorization_code and public act for each user who grants
    /// access; public is for apps that can't keep a secret, such as native apps
    #[arg(long, value_name = "GRANT", value_parser = PossibleValuesParser::new(Grant::ALL.iter().map(|grant| grant.code())))]
    grant: String,
    /// User that a client_credentials app acts as: email address, or name if it is unique
    #[arg(long, value_name = "USER")]
    user: Option<String>,
    /// Redirect URI, for authorization_code and public; one or more
    #[arg(long, value_name = "URI", num_args = 1..)]
    redirect_uri: Vec<String>,
    /// Scope that the app can be granted; one or more
    #[arg(long, value_name = "SCOPE", required = true, num_args = 1.., value_parser = PossibleValuesParser::new(Scope::ALL.iter().map(|scope| scope.code())))]
    scope: Vec<String>,
    #[command(flatten)]
    settings: TokenSettingsArgs,
}

#[derive(Debug, Args)]
pub(crate) struct TokenSettingsArgs {
    /// Issue a new refresh token on each refresh and invalidate the old one [default: off for authorization_code;
    /// always on for public]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    rotate_refresh_tokens: Option<bool>,
    /// Algorithm that signs the app's access tokens [default for a new app: the setting oauth2_signing_algorithm]
    #[arg(long, value_name = "ALGORITHM", value_parser = PossibleValuesParser::new(SigningAlgorithm::ALL.iter().map(|algorithm| algorithm.code())))]
    signing_algorithm: Option<String>,
    /// Allow the app to introspect access tokens of the account's other apps, as a resource server does [default: off]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true", require_equals = true)]
    allow_introspection: Option<bool>,
}

impl TokenSettingsArgs {
    /// Returns the token settings form: `before` with the given options applied.
    ///
    /// # Errors
    /// A validation error for `rotate_refresh_tokens` when the option has no effect with the grant. The page does not
    /// offer such options; here they would be ignored without notice.
    fn form(self, grant: Grant, before: TokenSettings) -> portal::Result<TokenSettingsForm> {
        let message = match (grant, self.rotate_refresh_tokens) {
            (Grant::Public, Some(false)) => {
                Some("Public clients always rotate refresh tokens. Remove --rotate-refresh-tokens=false.")
            }
            (Grant::ClientCredentials, Some(true)) => {
                Some("Apps with client_credentials don't get refresh tokens. Remove --rotate-refresh-tokens.")
            }
            _ => None,
        };
        if let Some(message) = message {
            return Err(portal::Error::field("rotate_refresh_tokens", message));
        }
        let before = TokenSettingsForm::from(before);
        Ok(TokenSettingsForm {
            rotate_refresh_tokens: self.rotate_refresh_tokens.unwrap_or(before.rotate_refresh_tokens),
            signing_algorithm: self.signing_algorithm.unwrap_or(before.signing_algorithm),
            allow_introspection: self.allow_introspection.unwrap_or(before.allow_introspection),
        })
    }
}

impl NewAppArgs {
    /// Returns the app form and the token settings form.
    ///
    /// # Errors
    /// A validation error for an option that has no effect with the grant. The page does not offer such options; here
    /// they would be ignored without notice.
    fn form(self, algorithm: SigningAlgorithm) -> portal::Result<(AppForm, TokenSettingsForm)> {
        let requires_consent = Grant::from_code(&self.grant).is_some_and(Grant::requires_consent);
        if requires_consent && self.user.is_some() {
            let message = format!(
                "Apps with {} act for each user who grants access. Remove --user.",
                self.grant
            );
            return Err(portal::Error::field("user", message));
        }
        if !requires_consent && !self.redirect_uri.is_empty() {
            let message = format!(
                "Apps with {} don't use redirect URIs. Remove --redirect-uri.",
                self.grant
            );
            return Err(portal::Error::field("redirect_uris", message));
        }
        if !requires_consent && self.scope.iter().any(|scope| scope == Scope::Offline.code()) {
            let message = "Apps with client_credentials don't get refresh tokens. Remove the offline scope.";
            return Err(portal::Error::field("scopes", message));
        }
        let settings = match Grant::from_code(&self.grant) {
            Some(grant) => self.settings.form(grant, TokenSettings::new(grant, algorithm))?,
            // An unknown grant is reported when the form is validated.
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

pub(crate) async fn run(portal: &Portal, config: &Config, command: Command) -> Result<Output, CliError> {
    match command {
        Command::Create { new, account } => create(portal, config, &account, new).await,
        Command::SetTokenSettings { app, settings, account } => {
            let operator = account.operator(portal).await?;
            let app = find(portal, &operator, &app).await?;
            let form = settings.form(app.grant, app.token_settings)?;
            oauth_apps::set_token_settings(portal, &operator, app.id, form).await?;
            let app = oauth_apps::get(portal, &operator, app.id).await?;
            Ok(Output::new(format_token_settings(&app), json(&app)))
        }
        Command::List { account } => list(portal, &account).await,
        Command::AddSecret {
            app,
            note,
            days,
            account,
        } => {
            let operator = account.operator(portal).await?;
            let app = find(portal, &operator, &app).await?;
            let days = days.map(|days| days.to_string()).unwrap_or_default();
            let secret = secrets::add(portal, &operator, app.id, SecretForm { note, days }).await?;
            let text = format!("Client ID      {}\nClient secret  {}", app.id, secret.expose());
            let json = json!({ "client_id": app.id, "name": app.name, "client_secret": secret.expose() });
            Ok(Output::new(text, json))
        }
        Command::Delete { app, account } => {
            let operator = account.operator(portal).await?;
            let app = find(portal, &operator, &app).await?;
            oauth_apps::delete(portal, &operator, app.id, &app.name).await?;
            let text = format!("Deleted {} and {} active tokens.", app.name, app.active_tokens);
            Ok(Output::new(text, json!({ "deleted": app.id })))
        }
    }
}

/// Formats an app's token settings, one on each line.
fn format_token_settings(app: &OauthApp) -> String {
    let on_or_off = |is_on: bool| if is_on { "on" } else { "off" };
    let settings = app.token_settings;
    format!(
        "Rotate refresh tokens                      {}\nSigning algorithm                          {}\n\
         Allow introspection of other apps' tokens  {}",
        on_or_off(settings.rotate_refresh_tokens),
        settings.signing_algorithm,
        on_or_off(settings.allow_introspection)
    )
}

async fn create(portal: &Portal, config: &Config, account: &AccountArg, new: NewAppArgs) -> Result<Output, CliError> {
    let operator = account.operator(portal).await?;
    let (form, settings) = new.form(config.oauth2_signing_algorithm)?;
    let created = oauth_apps::create_with(portal, &operator, form, settings).await?;
    let app = oauth_apps::get(portal, &operator, created.id).await?;
    let text = match &created.secret {
        Some(secret) => format!("Client ID      {}\nClient secret  {}", app.id, secret.expose()),
        None => format!("Client ID  {}", app.id),
    };
    let mut json = json(&app);
    json["client_secret"] = created.secret.as_ref().map(|secret| secret.expose()).into();
    Ok(Output::new(text, json))
}

async fn list(portal: &Portal, account: &AccountArg) -> Result<Output, CliError> {
    let operator = account.operator(portal).await?;
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
                app.active_tokens.to_string(),
                app.scopes.to_string(),
            ]
        })
        .collect();
    Ok(Output::list(
        &["CLIENT ID", "NAME", "GRANT", "USER", "LAST USED", "TOKENS", "SCOPES"],
        rows,
        apps.iter().map(json).collect(),
    ))
}

/// Finds an app by client ID or name.
///
/// # Errors
/// [`portal::Error::NotFound`] where none matches.
async fn find(portal: &Portal, operator: &Actor, text: &str) -> portal::Result<OauthApp> {
    let apps = oauth_apps::list(portal, operator).await?;
    let matches = |app: &OauthApp| app.id.to_string() == text || name_key(&app.name) == name_key(text);
    apps.into_iter().find(matches).ok_or(portal::Error::NotFound("app"))
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
        "tokens": app.active_tokens,
        "created_by": app.created_by,
        "created_at": app.created_at.rfc3339(),
        "last_used_at": app.last_used_at.map(Timestamp::rfc3339),
    })
}
