//! The form for a new or changed app.

use crate::coded_enum::CodedEnum;
use crate::fields::{self, FieldErrors};
use crate::oauth1::tokens::UserRef;
use crate::oauth2::oauth_apps::Grant;
use crate::oauth2::redirect_uri;
use crate::oauth2::scopes::{Scope, Scopes};
use serde::{Deserialize, Serialize};

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
}
