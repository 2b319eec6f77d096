//! Names and emails in any script: how they are compared, and which are rejected.

mod appearance;
mod spelling;

use domain::accounts::users::NewUser;
use domain::integration::implementations::Connector;
use domain::integration::settings::{Edit, FieldForm, FieldOverride};
use domain::oauth2::oauth_apps::AppForm;
use portal::integration::api_keys;
use portal::integration::connectors::{self, ConnectorIdentity};
use testing::{ADA, Browser, PASSWORD, TestPortal};

fn field(name: &str) -> Edit {
    Edit::Field(FieldForm {
        field: name.to_owned(),
        term_source: FieldOverride::CUSTOM.to_owned(),
        term: "cat".to_owned(),
        ..FieldForm::default()
    })
}

fn app_form(name: &str) -> AppForm {
    AppForm {
        name: name.to_owned(),
        grant: "client_credentials".to_owned(),
        user: ADA.to_owned(),
        redirect_uris: String::new(),
        scopes: vec!["asset:read".to_owned()],
    }
}

fn new_user(name: &str, email: &str) -> NewUser {
    NewUser {
        name: name.to_owned(),
        email: email.to_owned(),
        password: PASSWORD.to_owned(),
        profile: "Administrator".to_owned(),
    }
}

async fn identify(test: &TestPortal, ada: &Browser, connector: &str) -> ConnectorIdentity {
    let key = api_keys::show(&test.portal, &ada.actor).await.unwrap();
    let connector = Connector::parse(connector).ok();
    let caller = connectors::authenticate(&test.portal, key.expose(), connector).await;
    caller.unwrap().unwrap()
}
