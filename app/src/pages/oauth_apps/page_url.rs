//! What the address of an OAuth apps page says: which page, what its form holds at first, which dialog is open.
//!
//! A form that was sent without script comes back through here, so that nothing is lost that was filled in. No secret
//! is ever part of it.

use crate::query_string::pairs;
use domain::ids::{ClientSecretId, OauthAppId};
use domain::oauth1::encode;
use domain::oauth2::oauth_apps::{AppForm, SecretForm};
use std::fmt;

/// The path of the list; the pages of its apps are below it.
pub const PATH: &str = "/settings/portal/oauth-apps";

/// Which of the pages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Spot {
    /// The list.
    #[default]
    List,
    /// The form for a new app.
    New,
    /// The page of one app.
    App(OauthAppId),
}

/// What a form on the page holds at first, instead of what is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filled {
    /// The form for an app.
    App(AppForm),
    /// The form for another secret.
    Secret(SecretForm),
}

/// Which dialog is open over an app's page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialog {
    /// Delete one of its secrets.
    DeleteSecret(ClientSecretId),
    /// Revoke all its refresh tokens.
    Revoke,
    /// Delete the app.
    Delete,
}

/// An address, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Which page.
    pub spot: Spot,
    /// What its form holds.
    pub filled: Option<Filled>,
    /// Which dialog is open.
    pub dialog: Option<Dialog>,
}

impl Address {
    /// Reads path and query. Whatever makes no sense is as if it were not there.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut form, mut dialog, mut secret) = (String::new(), String::new(), None);
        let (mut app, mut new_secret) = (AppForm::default(), SecretForm::default());
        for (key, value) in pairs(query) {
            match key.as_str() {
                "form" => form = value,
                "name" => app.name = value,
                "grant" => app.grant = value,
                "user" => app.user = value,
                "redirect_uris" => app.redirect_uris = value,
                "scope" => app.scopes.push(value),
                "note" => new_secret.note = value,
                "days" => new_secret.days = value,
                "dialog" => dialog = value,
                "secret" => secret = value.parse().ok(),
                _ => {}
            }
        }
        Self {
            spot: spot(path),
            filled: match form.as_str() {
                "app" => Some(Filled::App(app)),
                "secret" => Some(Filled::Secret(new_secret)),
                _ => None,
            },
            dialog: match dialog.as_str() {
                "delete-secret" => secret.map(Dialog::DeleteSecret),
                "revoke" => Some(Dialog::Revoke),
                "delete" => Some(Dialog::Delete),
                _ => None,
            },
        }
    }

    /// The form for a new app.
    #[must_use]
    pub fn new_app() -> Self {
        Self {
            spot: Spot::New,
            ..Self::default()
        }
    }

    /// The page of an app.
    #[must_use]
    pub fn app(id: OauthAppId) -> Self {
        Self {
            spot: Spot::App(id),
            ..Self::default()
        }
    }

    /// The same page with a dialog open.
    #[must_use]
    pub fn with(&self, dialog: Dialog) -> Self {
        Self {
            dialog: Some(dialog),
            ..self.page()
        }
    }

    /// The same address with no dialog open.
    #[must_use]
    pub fn without_dialog(&self) -> Self {
        Self {
            dialog: None,
            ..self.clone()
        }
    }

    /// The same page with its form filled in.
    #[must_use]
    pub fn filled(&self, filled: Filled) -> Self {
        Self {
            filled: Some(filled),
            ..self.page()
        }
    }

    /// The same page as it is at first.
    #[must_use]
    pub fn page(&self) -> Self {
        Self {
            spot: self.spot,
            ..Self::default()
        }
    }

    /// What the form for an app holds, if the address says.
    #[must_use]
    pub fn app_form(&self) -> Option<&AppForm> {
        match &self.filled {
            Some(Filled::App(form)) => Some(form),
            _ => None,
        }
    }

    fn choices(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        match &self.filled {
            Some(Filled::App(form)) => {
                pairs.push(("form", "app".to_owned()));
                pairs.push(("name", form.name.clone()));
                pairs.push(("grant", form.grant.clone()));
                pairs.push(("user", form.user.clone()));
                pairs.push(("redirect_uris", form.redirect_uris.clone()));
                pairs.extend(form.scopes.iter().map(|scope| ("scope", scope.clone())));
            }
            Some(Filled::Secret(form)) => {
                pairs.push(("form", "secret".to_owned()));
                pairs.push(("note", form.note.clone()));
                pairs.push(("days", form.days.clone()));
            }
            None => {}
        }
        match self.dialog {
            Some(Dialog::DeleteSecret(secret)) => {
                pairs.push(("dialog", "delete-secret".to_owned()));
                pairs.push(("secret", secret.to_string()));
            }
            Some(Dialog::Revoke) => pairs.push(("dialog", "revoke".to_owned())),
            Some(Dialog::Delete) => pairs.push(("dialog", "delete".to_owned())),
            None => {}
        }
        pairs.retain(|(_, value)| !value.is_empty());
        pairs
    }
}

impl fmt::Display for Address {
    /// As a link has it. It is ASCII, whatever it was made of.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PATH)?;
        match self.spot {
            Spot::List => {}
            Spot::New => f.write_str("/new")?,
            Spot::App(id) => write!(f, "/{id}")?,
        }
        for (index, (name, value)) in self.choices().into_iter().enumerate() {
            let separator = if index == 0 { '?' } else { '&' };
            write!(f, "{separator}{name}={}", encode(&value))?;
        }
        Ok(())
    }
}

fn spot(path: &str) -> Spot {
    match path.strip_prefix(PATH).and_then(|below| below.strip_prefix('/')) {
        Some("new") => Spot::New,
        Some(id) => id.parse().map_or(Spot::List, Spot::App),
        None => Spot::List,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0192f0c1-2b3c-7d4e-8f90-123456789abc";

    #[test]
    fn an_address_reads_back() {
        let app = Address::app(ID.parse().unwrap());
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
        for address in [
            Address::default(),
            Address::new_app(),
            Address::new_app().filled(Filled::App(form.clone())),
            app.clone(),
            app.filled(Filled::App(form)),
            app.filled(Filled::Secret(secret)),
            app.with(Dialog::Delete),
            app.with(Dialog::Revoke),
            app.with(Dialog::DeleteSecret(ID.parse().unwrap())),
        ] {
            let text = address.to_string();
            assert!(text.is_ascii() && text.starts_with(PATH), "{text}");
            assert_eq!(Address::parse(&text), address, "{text}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_as_if_it_were_not_there() {
        for text in [
            "/settings/portal/oauth-apps?dialog=delete-secret&secret=x",
            "/settings/portal/oauth-apps/x?dialog=&form=none",
            "/settings/portal/oauth-appsnew",
            "/elsewhere?%zz",
        ] {
            assert_eq!(Address::parse(text), Address::default(), "{text}");
        }
    }
}
