mod access;
mod audit;
mod scopes;
mod secrets;
mod token_settings;
mod validation;

use domain::oauth2::oauth_apps::{AppForm, SigningAlgorithm, TokenSettingsForm};
use portal::oauth2::Policy;
use testing::ADA;

pub fn form(name: &str) -> AppForm {
    AppForm {
        name: name.to_owned(),
        grant: "client_credentials".to_owned(),
        user: ADA.to_owned(),
        redirect_uris: String::new(),
        scopes: vec!["asset:read".to_owned(), "admin.user:read".to_owned()],
    }
}

fn web_app(name: &str) -> AppForm {
    AppForm {
        grant: "authorization_code".to_owned(),
        redirect_uris: "https://app.example.com/cb".to_owned(),
        scopes: vec!["asset:read".to_owned(), "offline".to_owned()],
        ..form(name)
    }
}

fn policy() -> Policy {
    Policy {
        issuer: "https://portal.example.com".to_owned(),
    }
}

fn gateway_settings() -> TokenSettingsForm {
    TokenSettingsForm {
        allow_introspection: true,
        ..SigningAlgorithm::Rs256.into()
    }
}
