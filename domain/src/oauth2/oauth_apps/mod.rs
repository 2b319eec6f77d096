//! OAuth 2 apps, the clients of RFC 6749 §2, and their client secrets.

mod token_settings;

pub use crate::oauth2::oauth_apps::token_settings::{
    ParseSigningAlgorithmError, REFRESH_TOKEN_IDLE_DAYS, REFRESH_TOKEN_LIFETIME_DAYS, SigningAlgorithm, TokenSettings,
    TokenSettingsForm,
};

use crate::accounts::rights::Rights;
use crate::fields::{self, FieldErrors};
use crate::ids::{ClientSecretId, OauthAppId, UserId};
use crate::oauth1::tokens::UserRef;
use crate::oauth2::redirect_uri;
use crate::oauth2::scopes::{Scope, Scopes};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The maximum number of client secrets of an app.
pub const MAX_SECRETS: usize = 10;

/// The maximum lifetime of a client secret, in days.
pub const MAX_SECRET_DAYS: i64 = 3650;

/// The grant type by which an app gets access tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Grant {
    /// Client credentials, with the permissions of one user (RFC 6749 §4.4).
    #[serde(rename = "client_credentials")]
    ClientCredentials,
    /// Authorization code of a confidential client, for each user who grants access (RFC 6749 §4.1).
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    /// Authorization code of a public client, such as a native app or a single-page application (RFC 6749 §2.1). Requires
    /// PKCE.
    #[serde(rename = "public")]
    Public,
}

impl Grant {
    /// All grant types, in display order.
    pub const ALL: &[Self] = &[Self::ClientCredentials, Self::AuthorizationCode, Self::Public];

    /// Returns the code in the database, in forms and on the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::AuthorizationCode => "authorization_code",
            Self::Public => "public",
        }
    }

    /// Returns the label in the UI.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::ClientCredentials => "Client Credentials",
            Self::AuthorizationCode => "Authorization Code + Refresh Token",
            Self::Public => "Authorization Code + Refresh Token (public client)",
        }
    }

    /// Returns a description of its use.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::ClientCredentials => "Server-to-server, with the permissions of the user below.",
            Self::AuthorizationCode => {
                "A web application with a server, which acts on behalf of each user who grants access."
            }
            Self::Public => "A native app or a single-page application. It has no secret and uses PKCE.",
        }
    }

    /// Returns the grant type with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|grant| grant.code() == code)
    }

    /// Reports whether users are asked for consent and redirected to a redirect URI.
    #[must_use]
    pub fn requires_consent(self) -> bool {
        self != Self::ClientCredentials
    }

    /// Reports whether the app authenticates with a client secret.
    #[must_use]
    pub fn has_secret(self) -> bool {
        self != Self::Public
    }
}

/// Describes an app, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OauthApp {
    /// The id, whose text form is the client ID.
    pub id: OauthAppId,
    /// The name, unique in the account.
    pub name: String,
    /// The grant type.
    pub grant: Grant,
    /// The user whose permissions it has, for client credentials only.
    pub user: Option<AppUser>,
    /// The redirect URIs.
    pub redirect_uris: Vec<String>,
    /// The maximum scopes of its tokens.
    pub scopes: Scopes,
    /// The scopes that it has used in requests.
    pub used_scopes: Scopes,
    /// The token settings.
    pub token_settings: TokenSettings,
    /// The name of the user who created it; `None` for the command line.
    pub created_by: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When a token was last issued to it.
    pub last_used_at: Option<Timestamp>,
    /// The number of its active access and refresh tokens.
    pub active_tokens: i64,
}

/// Describes the user whose permissions an app has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppUser {
    /// The id.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// The email.
    pub email: String,
    /// Whether the user is active. The app is disabled while the user is inactive.
    pub active: bool,
    /// The user's rights, which limit the scopes of the app's tokens.
    pub rights: Rights,
}

/// Describes a client secret, without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSecret {
    /// The id.
    pub id: ClientSecretId,
    /// The user's note; may be empty.
    pub note: String,
    /// The name of the user who created it; `None` for the command line.
    pub created_by: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it expires, if ever.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, accurate to a few seconds.
    pub last_used_at: Option<Timestamp>,
}

/// Holds the input for a new or changed app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppForm {
    /// `Application name`.
    pub name: String,
    /// A [`Grant`]'s code.
    pub grant: String,
    /// A user, as [`UserRef`] parses it; for client credentials only.
    pub user: String,
    /// One redirect URI per line; not for client credentials.
    pub redirect_uris: String,
    /// The names of the scopes.
    pub scopes: Vec<String>,
}

/// Holds the validated input for a new or changed app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatedApp {
    /// The name.
    pub name: String,
    /// The grant type.
    pub grant: Grant,
    /// The user whose permissions it has, for client credentials only.
    pub user: Option<UserRef>,
    /// The redirect URIs; empty for client credentials.
    pub redirect_uris: Vec<String>,
    /// The maximum scopes of its tokens.
    pub scopes: Scopes,
}

impl AppForm {
    /// Validates and normalizes the input. Whether the user exists is checked by the server.
    ///
    /// # Errors
    /// Returns a validation error for each invalid field.
    pub fn validate(self) -> Result<ValidatedApp, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = fields::validate_name("name", &self.name, &mut errors);
        let grant = Grant::from_code(&self.grant);
        if grant.is_none() {
            errors.add("grant", "Select a grant type.");
        }
        let grant = grant.unwrap_or(Grant::ClientCredentials);
        let (mut user, mut uris) = (None, Vec::new());
        if grant.requires_consent() {
            uris = validate_redirect_uris(&self.redirect_uris, &mut errors);
        } else {
            user = UserRef::parse(&self.user);
            if user.is_none() {
                errors.add("user", "Enter the name or email of a user.");
            }
        }
        let mut scopes = Scopes::default();
        for code in &self.scopes {
            match Scope::from_code(code) {
                Some(scope) => scopes = scopes.with(scope),
                None => errors.add("scopes", format!("Unknown scope {code}.")),
            }
        }
        // Client credentials get no refresh token: the app can request a new access token at any time (RFC 6749 §4.4.3).
        if !grant.requires_consent() {
            scopes = scopes.without(Scope::Offline);
        }
        if scopes.is_empty() && errors.get("scopes").is_none() {
            errors.add("scopes", "Select at least one scope.");
        }
        errors.into_result(ValidatedApp {
            name,
            grant,
            user,
            redirect_uris: uris,
            scopes,
        })
    }
}

/// Validates redirect URIs, one per line, and drops duplicates.
fn validate_redirect_uris(text: &str, errors: &mut FieldErrors) -> Vec<String> {
    let mut uris: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Err(error) = redirect_uri::validate(line) {
            // The line is user input and may be long.
            let short_line: String = line.chars().take(60).collect();
            errors.add("redirect_uris", format!("{short_line}: {error}"));
        } else if !uris.iter().any(|uri| uri == line) {
            uris.push(line.to_owned());
        }
    }
    if errors.get("redirect_uris").is_none() {
        if uris.is_empty() {
            errors.add("redirect_uris", "Enter at least one redirect URI.");
        } else if uris.len() > redirect_uri::MAX_URIS_PER_APP {
            errors.add(
                "redirect_uris",
                format!("Enter at most {} redirect URIs.", redirect_uri::MAX_URIS_PER_APP),
            );
        }
    }
    uris
}

/// Holds the input for a new client secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretForm {
    /// The note; may be empty.
    pub note: String,
    /// The lifetime in days; empty for no expiration.
    pub days: String,
}

/// Holds the validated input for a new client secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatedSecret {
    /// The note; may be empty.
    pub note: String,
    /// The lifetime in days; `None` for no expiration.
    pub days: Option<i64>,
}

impl SecretForm {
    /// Validates and normalizes the input.
    ///
    /// # Errors
    /// Returns a validation error for each invalid field.
    pub fn validate(self) -> Result<ValidatedSecret, FieldErrors> {
        let mut errors = FieldErrors::default();
        let note = match self.note.trim() {
            "" => String::new(),
            note => fields::validate_name("note", note, &mut errors),
        };
        let days = match self.days.trim() {
            "" => None,
            days => {
                let days = days.parse().ok().filter(|days| (1..=MAX_SECRET_DAYS).contains(days));
                if days.is_none() {
                    errors.add(
                        "days",
                        format!("Enter a number of days from 1 to {MAX_SECRET_DAYS}, or leave empty."),
                    );
                }
                days
            }
        };
        errors.into_result(ValidatedSecret { note, days })
    }
}

/// Describes an app that a user has granted access, for the user's "Connected apps" page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectedApp {
    /// The app's id.
    pub id: OauthAppId,
    /// The app's name.
    pub name: String,
    /// The granted scopes.
    pub scopes: Scopes,
    /// When the user first granted access.
    pub granted_at: Timestamp,
    /// When a token was last issued to it for the user.
    pub last_used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> AppForm {
        AppForm {
            name: " Connector ".to_owned(),
            grant: "client_credentials".to_owned(),
            user: "ada@example.com".to_owned(),
            redirect_uris: String::new(),
            scopes: vec!["asset:read".to_owned(), "offline".to_owned()],
        }
    }

    #[test]
    fn client_credentials_require_a_user_and_drop_offline() {
        let app = form().validate().unwrap();
        assert_eq!(app.name, "Connector");
        assert_eq!(app.user, Some(UserRef::Email("ada@example.com".to_owned())));
        assert_eq!(app.scopes.to_string(), "asset:read");
        let without_user = AppForm {
            user: " ".to_owned(),
            ..form()
        };
        assert!(without_user.validate().unwrap_err().get("user").is_some());
    }

    #[test]
    fn authorization_code_requires_redirect_uris() {
        let code = |redirect_uris: &str| AppForm {
            grant: "authorization_code".to_owned(),
            user: String::new(),
            redirect_uris: redirect_uris.to_owned(),
            ..form()
        };
        let app = code(" https://a.example/cb\n\nhttps://a.example/cb\r\nhttp://127.0.0.1/\n")
            .validate()
            .unwrap();
        assert_eq!(app.redirect_uris, ["https://a.example/cb", "http://127.0.0.1/"]);
        assert_eq!(app.scopes.to_string(), "offline asset:read");
        assert_eq!(
            code("").validate().unwrap_err().get("redirect_uris"),
            Some("Enter at least one redirect URI.")
        );
        let wrong = code("https://a.example/\nhttp://b.example/").validate().unwrap_err();
        assert!(
            wrong
                .get("redirect_uris")
                .unwrap()
                .starts_with("http://b.example/: Use https.")
        );
        let many: String = (0..21).map(|number| format!("https://a.example/{number}\n")).collect();
        assert!(code(&many).validate().is_err());
    }

    #[test]
    fn each_invalid_field_has_an_error() {
        let errors = AppForm::default().validate().unwrap_err();
        for field in ["name", "grant", "scopes"] {
            assert!(errors.get(field).is_some(), "{field}");
        }
        let unknown = AppForm {
            scopes: vec!["everything".to_owned()],
            ..form()
        };
        assert_eq!(
            unknown.validate().unwrap_err().get("scopes"),
            Some("Unknown scope everything.")
        );
        let only_offline = AppForm {
            scopes: vec!["offline".to_owned()],
            ..form()
        };
        assert!(only_offline.validate().unwrap_err().get("scopes").is_some());
    }

    #[test]
    fn secret_lifetime_is_validated() {
        let secret = |days: &str| {
            SecretForm {
                note: "  CI  server ".to_owned(),
                days: days.to_owned(),
            }
            .validate()
        };
        assert_eq!(
            secret("90").unwrap(),
            ValidatedSecret {
                note: "CI server".to_owned(),
                days: Some(90)
            }
        );
        assert_eq!(secret("").unwrap().days, None);
        for days in ["0", "-1", "3651", "soon", "1.5"] {
            assert!(secret(days).unwrap_err().get("days").is_some(), "{days}");
        }
    }
}
