//! OAuth 2 apps: the clients of RFC 6749 §2, and the secrets that they prove themselves by.

mod token_settings;

pub use crate::oauth2::oauth_apps::token_settings::{
    REFRESH_TOKEN_IDLE_DAYS, REFRESH_TOKEN_LIFETIME_DAYS, SigningAlgorithm, TokenSettings, TokenSettingsForm,
    UnknownAlgorithm,
};

use crate::accounts::rights::Rights;
use crate::fields::{self, FieldErrors};
use crate::ids::{ClientSecretId, OauthAppId, UserId};
use crate::oauth1::tokens::UserRef;
use crate::oauth2::redirect_uri;
use crate::oauth2::scopes::{Scope, Scopes};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// How many secrets an app may have at a time.
pub const MAX_SECRETS: usize = 10;

/// The longest time that a secret may be given, in days.
pub const MAX_SECRET_DAYS: i64 = 3650;

/// How an app gets its access tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Grant {
    /// For itself, with the permissions of one user (RFC 6749 §4.4).
    #[serde(rename = "client_credentials")]
    ClientCredentials,
    /// For each user who allows it (RFC 6749 §4.1), with a secret of its own.
    #[serde(rename = "authorization_code")]
    AuthorizationCode,
    /// For each user who allows it, from a place where no secret can be kept: a native app or a page's script (RFC 6749
    /// §2.1). PKCE proves that it is the one that asked.
    #[serde(rename = "public")]
    Public,
}

impl Grant {
    /// All there are.
    pub const ALL: &[Self] = &[Self::ClientCredentials, Self::AuthorizationCode, Self::Public];

    /// The word for it in the database, in forms and on the command line.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::AuthorizationCode => "authorization_code",
            Self::Public => "public",
        }
    }

    /// The words for it on a page.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::ClientCredentials => "Client Credentials",
            Self::AuthorizationCode => "Authorization Code + Refresh Token",
            Self::Public => "Authorization Code + Refresh Token (public client)",
        }
    }

    /// What it is for.
    #[must_use]
    pub fn help(self) -> &'static str {
        match self {
            Self::ClientCredentials => "A server that acts by itself, with the permissions of the user below.",
            Self::AuthorizationCode => "A web application with a server, which acts for each user who allows it.",
            Self::Public => "A native app or a page without a server. It has no secret and proves itself by PKCE.",
        }
    }

    /// The grant that `code` names.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|grant| grant.code() == code)
    }

    /// Whether people are asked, and sent back to a redirect URI.
    #[must_use]
    pub fn asks_people(self) -> bool {
        self != Self::ClientCredentials
    }

    /// Whether the app proves itself by a secret.
    #[must_use]
    pub fn has_secret(self) -> bool {
        self != Self::Public
    }
}

/// An app without its secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OauthApp {
    /// The id, which as text is the client id.
    pub id: OauthAppId,
    /// The name, one of a kind in the account.
    pub name: String,
    /// How it gets its tokens.
    pub grant: Grant,
    /// With whose permissions it acts, with client credentials only.
    pub user: Option<AppUser>,
    /// Where people are sent back to.
    pub redirect_uris: Vec<String>,
    /// The most that it can be granted.
    pub scopes: Scopes,
    /// What it has been granted and has called something with.
    pub used_scopes: Scopes,
    /// How its tokens are issued, and what it may introspect.
    pub token_settings: TokenSettings,
    /// Who made it; nobody when it was made on the command line.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last got a token.
    pub last_used_at: Option<Timestamp>,
    /// How many of its access and refresh tokens work.
    pub live_tokens: i64,
}

/// With whose permissions an app acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppUser {
    /// The id.
    pub id: UserId,
    /// The name.
    pub name: String,
    /// The e-mail.
    pub email: String,
    /// Whether the person is active. The app stops with them.
    pub active: bool,
    /// What the person may do, which bounds what the app is granted.
    pub rights: Rights,
}

/// One of an app's secrets, without what is secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSecret {
    /// The id.
    pub id: ClientSecretId,
    /// What it is for, in the words of whoever made it; may be empty.
    pub note: String,
    /// Who made it; nobody when it was made on the command line.
    pub created_by: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops by itself, if ever.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to within a few seconds.
    pub last_used_at: Option<Timestamp>,
}

/// An app to make or to change, as the form gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppForm {
    /// `Application name`.
    pub name: String,
    /// A [`Grant`]'s code.
    pub grant: String,
    /// A person, as [`UserRef`] reads it; counts with client credentials only.
    pub user: String,
    /// One redirect URI per line; counts where people are asked.
    pub redirect_uris: String,
    /// The scopes' words.
    pub scopes: Vec<String>,
}

/// An app to make or to change, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedApp {
    /// The name.
    pub name: String,
    /// How it gets its tokens.
    pub grant: Grant,
    /// Whose permissions it has, with client credentials only.
    pub user: Option<UserRef>,
    /// Where people are sent back to; empty with client credentials.
    pub redirect_uris: Vec<String>,
    /// The most that it can be granted.
    pub scopes: Scopes,
}

impl AppForm {
    /// The input, tidied. Whether the person exists is for the server to say.
    ///
    /// # Errors
    /// A complaint for each field that does not hold what it must.
    pub fn checked(self) -> Result<CheckedApp, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = fields::name("name", &self.name, &mut errors);
        let grant = Grant::from_code(&self.grant);
        if grant.is_none() {
            errors.add("grant", "Select a grant type.");
        }
        let grant = grant.unwrap_or(Grant::ClientCredentials);
        let (mut user, mut uris) = (None, Vec::new());
        if grant.asks_people() {
            uris = redirect_uris(&self.redirect_uris, &mut errors);
        } else {
            user = UserRef::parse(&self.user);
            if user.is_none() {
                errors.add("user", "Enter the name or e-mail of a user.");
            }
        }
        let mut scopes = Scopes::default();
        for word in &self.scopes {
            match Scope::from_code(word) {
                Some(scope) => scopes = scopes.with(scope),
                None => errors.add("scopes", format!("There is no scope {word}.")),
            }
        }
        // A refresh token would outlive what it refreshes: the app can ask again at any time (RFC 6749 §4.4.3).
        if !grant.asks_people() {
            scopes = scopes.without(Scope::Offline);
        }
        if scopes.is_empty() && errors.of("scopes").is_none() {
            errors.add("scopes", "Select at least one scope.");
        }
        errors.or(CheckedApp {
            name,
            grant,
            user,
            redirect_uris: uris,
            scopes,
        })
    }
}

fn redirect_uris(text: &str, errors: &mut FieldErrors) -> Vec<String> {
    let mut uris: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Err(unfit) = redirect_uri::check(line) {
            // A line may be long, and is the person's own.
            let shown: String = line.chars().take(60).collect();
            errors.add("redirect_uris", format!("{shown}: {unfit}"));
        } else if !uris.iter().any(|uri| uri == line) {
            uris.push(line.to_owned());
        }
    }
    if errors.of("redirect_uris").is_none() {
        if uris.is_empty() {
            errors.add("redirect_uris", "Enter at least one address.");
        } else if uris.len() > redirect_uri::MAX_COUNT {
            errors.add(
                "redirect_uris",
                format!("Enter at most {} addresses.", redirect_uri::MAX_COUNT),
            );
        }
    }
    uris
}

/// A secret to add, as the form gives it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretForm {
    /// What it is for; may be empty.
    pub note: String,
    /// In how many days it stops; empty for never.
    pub days: String,
}

/// A secret to add, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedSecret {
    /// What it is for; may be empty.
    pub note: String,
    /// In how many days it stops, if ever.
    pub days: Option<i64>,
}

impl SecretForm {
    /// The input, tidied.
    ///
    /// # Errors
    /// A complaint for each field that does not hold what it must.
    pub fn checked(self) -> Result<CheckedSecret, FieldErrors> {
        let mut errors = FieldErrors::default();
        let note = match self.note.trim() {
            "" => String::new(),
            note => fields::name("note", note, &mut errors),
        };
        let days = match self.days.trim() {
            "" => None,
            days => {
                let days = days.parse().ok().filter(|days| (1..=MAX_SECRET_DAYS).contains(days));
                if days.is_none() {
                    errors.add(
                        "days",
                        format!("Enter a number of days from 1 to {MAX_SECRET_DAYS}, or nothing."),
                    );
                }
                days
            }
        };
        errors.or(CheckedSecret { note, days })
    }
}

/// An app that acts for a person, as that person sees it under "Connected apps".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectedApp {
    /// The app.
    pub id: OauthAppId,
    /// Its name.
    pub name: String,
    /// What the person has allowed.
    pub scopes: Scopes,
    /// When the person first allowed it.
    pub allowed_at: Timestamp,
    /// When it last got a token for the person.
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
    fn client_credentials_have_a_user_and_no_refresh_token() {
        let app = form().checked().unwrap();
        assert_eq!(app.name, "Connector");
        assert_eq!(app.user, Some(UserRef::Email("ada@example.com".to_owned())));
        assert_eq!(app.scopes.to_string(), "asset:read");
        let nobody = AppForm {
            user: " ".to_owned(),
            ..form()
        };
        assert!(nobody.checked().unwrap_err().of("user").is_some());
    }

    #[test]
    fn whoever_asks_people_has_redirect_uris() {
        let code = |redirect_uris: &str| AppForm {
            grant: "authorization_code".to_owned(),
            user: String::new(),
            redirect_uris: redirect_uris.to_owned(),
            ..form()
        };
        let app = code(" https://a.example/cb\n\nhttps://a.example/cb\r\nhttp://127.0.0.1/\n")
            .checked()
            .unwrap();
        assert_eq!(app.redirect_uris, ["https://a.example/cb", "http://127.0.0.1/"]);
        assert_eq!(app.scopes.to_string(), "offline asset:read");
        assert_eq!(
            code("").checked().unwrap_err().of("redirect_uris"),
            Some("Enter at least one address.")
        );
        let wrong = code("https://a.example/\nhttp://b.example/").checked().unwrap_err();
        assert!(
            wrong
                .of("redirect_uris")
                .unwrap()
                .starts_with("http://b.example/: Use https.")
        );
        let many: String = (0..21).map(|number| format!("https://a.example/{number}\n")).collect();
        assert!(code(&many).checked().is_err());
    }

    #[test]
    fn each_field_is_complained_about() {
        let errors = AppForm::default().checked().unwrap_err();
        for field in ["name", "grant", "scopes"] {
            assert!(errors.of(field).is_some(), "{field}");
        }
        let odd = AppForm {
            scopes: vec!["everything".to_owned()],
            ..form()
        };
        assert_eq!(
            odd.checked().unwrap_err().of("scopes"),
            Some("There is no scope everything.")
        );
        let only_offline = AppForm {
            scopes: vec!["offline".to_owned()],
            ..form()
        };
        assert!(only_offline.checked().unwrap_err().of("scopes").is_some());
    }

    #[test]
    fn a_secret_may_stop_by_itself() {
        let secret = |days: &str| {
            SecretForm {
                note: "  CI  server ".to_owned(),
                days: days.to_owned(),
            }
            .checked()
        };
        assert_eq!(
            secret("90").unwrap(),
            CheckedSecret {
                note: "CI server".to_owned(),
                days: Some(90)
            }
        );
        assert_eq!(secret("").unwrap().days, None);
        for days in ["0", "-1", "3651", "soon", "1.5"] {
            assert!(secret(days).unwrap_err().of("days").is_some(), "{days}");
        }
    }
}
