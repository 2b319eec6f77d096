//! Parses and prints the URLs of the OAuth apps pages: the page, the initial values of its form, and the open dialog.
//!
//! A rejected form that was sent without script returns through this URL, so no input is lost. The URL never holds a
//! secret.

use crate::routing::query_string::QueryParams;
use domain::ids::{ClientSecretId, OauthAppId};
use domain::oauth2::oauth_apps::{AppForm, SecretForm, TokenSettingsForm};
use std::fmt;

/// Path of the list page. The pages of apps are below it.
pub const PATH: &str = "/settings/portal/oauth-apps";

/// Identifies one of the OAuth apps pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Route {
    /// The list page.
    #[default]
    List,
    /// The form for a new app.
    New,
    /// The page of an app.
    App(OauthAppId),
}

/// Holds the initial values of a form on the page, which replace the saved values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormDraft {
    /// The form of an app.
    App(AppForm),
    /// The form of an app's token settings.
    TokenSettings(TokenSettingsForm),
    /// The form for a new client secret.
    Secret(SecretForm),
}

/// Identifies the dialog that is open on an app's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dialog {
    /// Delete a client secret.
    DeleteSecret(ClientSecretId),
    /// Revoke all refresh tokens.
    RevokeRefreshTokens,
    /// Delete the app, with the value of the field that confirms it.
    DeleteApp(String),
}

/// Represents the URL of an OAuth apps page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PageUrl {
    /// The page.
    pub route: Route,
    /// The initial values of its form.
    pub draft: Option<FormDraft>,
    /// The open dialog.
    pub dialog: Option<Dialog>,
}

impl PageUrl {
    /// Parses a path and query. Unknown and invalid parameters are ignored.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (path, params) = QueryParams::split_url(text);
        let get = |name: &str| params.get(name).unwrap_or_default().to_owned();
        Self {
            route: parse_route(path),
            draft: match get("form").as_str() {
                "app" => Some(FormDraft::App(AppForm {
                    name: get("name"),
                    grant: get("grant"),
                    user: get("user"),
                    redirect_uris: get("redirect_uris"),
                    scopes: params.get_all("scope"),
                })),
                "token-settings" => Some(FormDraft::TokenSettings(TokenSettingsForm {
                    rotate_refresh_tokens: get("rotate_refresh_tokens") == "true",
                    signing_algorithm: get("signing_algorithm"),
                    allow_introspection: get("allow_introspection") == "true",
                })),
                "secret" => Some(FormDraft::Secret(SecretForm {
                    note: get("note"),
                    days: get("days"),
                })),
                _ => None,
            },
            dialog: match get("dialog").as_str() {
                "delete-secret" => get("secret").parse().map(Dialog::DeleteSecret).ok(),
                "revoke" => Some(Dialog::RevokeRefreshTokens),
                "delete" => Some(Dialog::DeleteApp(get("confirm"))),
                _ => None,
            },
        }
    }

    /// Returns the URL of the form for a new app.
    #[must_use]
    pub fn new_app() -> Self {
        Self {
            route: Route::New,
            ..Self::default()
        }
    }

    /// Returns the URL of an app's page.
    #[must_use]
    pub fn app(id: OauthAppId) -> Self {
        Self {
            route: Route::App(id),
            ..Self::default()
        }
    }

    /// Returns the URL of the same page with a dialog open and without a draft.
    #[must_use]
    pub fn with_dialog(&self, dialog: Dialog) -> Self {
        Self {
            dialog: Some(dialog),
            ..self.base()
        }
    }

    /// Returns this URL without a dialog.
    #[must_use]
    pub fn without_dialog(&self) -> Self {
        Self {
            dialog: None,
            ..self.clone()
        }
    }

    /// Returns the URL of the same page with initial values for its form and without a dialog.
    #[must_use]
    pub fn with_draft(&self, draft: FormDraft) -> Self {
        Self {
            draft: Some(draft),
            ..self.base()
        }
    }

    /// Returns the URL of the same page without a draft and a dialog.
    #[must_use]
    pub fn base(&self) -> Self {
        Self {
            route: self.route,
            ..Self::default()
        }
    }

    /// Returns the initial values of the app form, if the URL holds any.
    #[must_use]
    pub fn app_draft(&self) -> Option<&AppForm> {
        match &self.draft {
            Some(FormDraft::App(form)) => Some(form),
            _ => None,
        }
    }

    fn query_params(&self) -> QueryParams {
        let mut params = QueryParams::default();
        match &self.draft {
            Some(FormDraft::App(form)) => {
                params.set("form", "app");
                params.set("name", &form.name);
                params.set("grant", &form.grant);
                params.set("user", &form.user);
                params.set("redirect_uris", &form.redirect_uris);
                for scope in form.scopes.iter().filter(|scope| !scope.is_empty()) {
                    params.append("scope", scope);
                }
            }
            Some(FormDraft::TokenSettings(form)) => {
                params.set("form", "token-settings");
                let flag = |is_set: bool| if is_set { "true" } else { "" };
                params.set("rotate_refresh_tokens", flag(form.rotate_refresh_tokens));
                params.set("signing_algorithm", &form.signing_algorithm);
                params.set("allow_introspection", flag(form.allow_introspection));
            }
            Some(FormDraft::Secret(form)) => {
                params.set("form", "secret");
                params.set("note", &form.note);
                params.set("days", &form.days);
            }
            None => {}
        }
        match &self.dialog {
            Some(Dialog::DeleteSecret(secret)) => {
                params.set("dialog", "delete-secret");
                params.set("secret", secret);
            }
            Some(Dialog::RevokeRefreshTokens) => params.set("dialog", "revoke"),
            Some(Dialog::DeleteApp(typed)) => {
                params.set("dialog", "delete");
                params.set("confirm", typed);
            }
            None => {}
        }
        params
    }
}

impl fmt::Display for PageUrl {
    /// Writes the URL as a link has it: relative to the origin, percent-encoded, ASCII only.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PATH)?;
        match self.route {
            Route::List => {}
            Route::New => f.write_str("/new")?,
            Route::App(id) => write!(f, "/{id}")?,
        }
        write!(f, "{}", self.query_params())
    }
}

fn parse_route(path: &str) -> Route {
    match path.strip_prefix(PATH).and_then(|subpath| subpath.strip_prefix('/')) {
        Some("new") => Route::New,
        Some(id) => id.parse().map_or(Route::List, Route::App),
        None => Route::List,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192f0c1-2b3c-7d4e-8f90-123456789abc";

    #[test]
    fn printed_url_parses_back_to_the_same_value() {
        let app = PageUrl::app(ID.parse().unwrap());
        let form = AppForm {
            name: "Connector & co. 50%".to_owned(),
            grant: "public".to_owned(),
            user: "Ada <ada@example.com>".to_owned(),
            redirect_uris: "https://a.example/\r\ncom.example.app:/cb?x=1&y=2".to_owned(),
            scopes: vec!["asset:read".to_owned(), "no such".to_owned()],
        };
        let secret = SecretForm {
            note: "CI + deploy".to_owned(),
            days: "90".to_owned(),
        };
        let token_settings = TokenSettingsForm {
            rotate_refresh_tokens: true,
            signing_algorithm: "no such".to_owned(),
            allow_introspection: true,
        };
        for url in [
            PageUrl::default(),
            PageUrl::new_app(),
            PageUrl::new_app().with_draft(FormDraft::App(form.clone())),
            app.clone(),
            app.with_draft(FormDraft::App(form)),
            app.with_draft(FormDraft::TokenSettings(TokenSettingsForm::default())),
            app.with_draft(FormDraft::TokenSettings(token_settings)),
            app.with_draft(FormDraft::Secret(secret)),
            app.with_dialog(Dialog::DeleteApp(String::new())),
            app.with_dialog(Dialog::DeleteApp("A = B".to_owned())),
            app.with_dialog(Dialog::RevokeRefreshTokens),
            app.with_dialog(Dialog::DeleteSecret(ID.parse().unwrap())),
        ] {
            let text = url.to_string();
            assert!(text.is_ascii() && text.starts_with(PATH), "{text}");
            assert_eq!(PageUrl::parse(&text), url, "{text}");
        }
    }

    #[test]
    fn unknown_and_invalid_parameters_are_ignored() {
        for text in [
            "/settings/portal/oauth-apps?dialog=delete-secret&secret=x",
            "/settings/portal/oauth-apps/x?dialog=&form=none",
            "/settings/portal/oauth-appsnew",
            "/elsewhere?%zz",
        ] {
            assert_eq!(PageUrl::parse(text), PageUrl::default(), "{text}");
        }
    }
}
