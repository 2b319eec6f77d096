//! Server functions that load the data of the API tokens pages, one request per page.

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::pages::api_tokens::page_url::{Dialog, PageUrl, Route};
use crate::session::SessionClient;
use crate::session::protocol::GetRequest;
use domain::accounts::users::UserOption;
use domain::auth::one_time_secrets::OneTimeSecret;
use domain::ids::{ConsumerId, TokenId};
use domain::oauth1::consumers::{Consumer, ConsumerOption};
use domain::oauth1::tokens::{Token, TokenPage};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Holds the data of the API tokens page. The tab and the dialog need rights of their own, so each has its own error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListData {
    /// The tab that the URL selects.
    pub tab: Result<TabData, AppError>,
    /// The data of the open dialog.
    pub dialog: DialogData,
    /// The oldest secret that has not been shown yet.
    pub one_time_secret: Option<OneTimeSecret>,
}

/// Holds the data of one tab of the API tokens page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum TabData {
    /// A page of tokens.
    Tokens(TokenPage),
    /// All consumers.
    Consumers(Vec<Consumer>),
}

/// Holds the data that a dialog needs in addition to the page's data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DialogData {
    /// No dialog is open, or it needs no more data.
    None,
    /// The options for a new token.
    NewToken(Result<NewTokenOptions, AppError>),
    /// The token to revoke.
    RevokeToken(Box<Result<Token, AppError>>),
}

/// Holds the options of the form for a new token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTokenOptions {
    /// All consumers.
    pub consumers: Vec<ConsumerOption>,
    /// The first users that match the text in the user field.
    pub users: Vec<UserOption>,
}

/// Holds the data of a token's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenData {
    /// The token.
    pub token: Token,
    /// The key of its consumer.
    pub consumer_key: String,
    /// The public URL of the portal.
    pub public_url: String,
}

/// Holds the data of a consumer's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerData {
    /// The consumer.
    pub consumer: Consumer,
    /// A page of its tokens in any state.
    pub tokens: TokenPage,
}

/// Loads the API tokens page at a URL.
///
/// # Errors
/// Returns [`AppError::Forbidden`] without the Admin settings right or without any of the four API token rights, and
/// [`AppError::Disabled`] if the feature is disabled for the account.
#[server(name = LoadList, prefix = "/fn", endpoint = "api-tokens/page", protocol = GetRequest, client = SessionClient)]
pub async fn load_list(address: String) -> Result<ListData, AppError> {
    use domain::accounts::features::Feature;
    use domain::accounts::rights::Right;
    let (portal, actor) = crate::context::require_sign_in()?;
    actor.require_right(Right::AdminSettings)?;
    if !actor.rights().can_open_api_tokens_page() {
        return Err(AppError::Forbidden(Right::ManagePortalSettings));
    }
    actor.require_feature(Feature::ApiTokens)?;
    let url = PageUrl::parse(&address);
    let tab = match url.route {
        Route::Consumers => portal::oauth1::consumers::list(&portal, &actor)
            .await
            .map(TabData::Consumers),
        _ => portal::oauth1::tokens::list(&portal, &actor, &url.query)
            .await
            .map(TabData::Tokens),
    };
    Ok(ListData {
        tab: tab.map_err(AppError::from),
        dialog: dialog_data(&portal, &actor, &url).await,
        one_time_secret: portal::auth::one_time_secrets::list(&portal, &actor)
            .await?
            .into_iter()
            .next(),
    })
}

#[cfg(feature = "ssr")]
async fn dialog_data(portal: &portal::Portal, actor: &portal::Actor, url: &PageUrl) -> DialogData {
    use domain::accounts::rights::Right;
    match &url.dialog {
        Some(Dialog::NewToken(form)) => {
            let options = async {
                Ok(NewTokenOptions {
                    consumers: portal::oauth1::consumers::options(portal, actor).await?,
                    users: portal::accounts::users::suggest(portal, actor, Right::CreateApiTokens, &form.user).await?,
                })
            };
            DialogData::NewToken(options.await)
        }
        Some(Dialog::RevokeToken(Some(token))) => {
            let token = portal::oauth1::tokens::get(portal, actor, *token).await;
            DialogData::RevokeToken(Box::new(token.map_err(AppError::from)))
        }
        _ => DialogData::None,
    }
}

/// Loads a token's page.
///
/// # Errors
/// Returns [`AppError::Forbidden`] without the rights Admin settings and View Bynder API tokens, [`AppError::Disabled`] if the
/// feature is disabled for the account, and [`AppError::NotFound`] if the account has no such token.
#[server(name = LoadToken, prefix = "/fn", endpoint = "tokens/page", protocol = GetRequest, client = SessionClient)]
pub async fn load_token(id: TokenId) -> Result<TokenData, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let token = portal::oauth1::tokens::get(&portal, &actor, id).await?;
    let consumer = portal::oauth1::consumers::get(&portal, &actor, token.consumer_id).await?;
    let public_url = crate::context::site()?.public_url.to_string();
    Ok(TokenData {
        token,
        consumer_key: consumer.key,
        public_url,
    })
}

/// Loads a consumer's page at a URL, which selects the page and order of its tokens.
///
/// # Errors
/// Returns the same errors as [`load_token`].
#[server(name = LoadConsumer, prefix = "/fn", endpoint = "consumers/page", protocol = GetRequest, client = SessionClient)]
pub async fn load_consumer(id: ConsumerId, address: String) -> Result<ConsumerData, AppError> {
    use domain::oauth1::tokens::{TokenFilter, TokenQuery};
    let (portal, actor) = crate::context::require_sign_in()?;
    let url = PageUrl::parse(&address);
    let query = TokenQuery {
        consumer: Some(id),
        filter: TokenFilter::All,
        search: String::new(),
        ..url.query.clone()
    };
    Ok(ConsumerData {
        consumer: portal::oauth1::consumers::get(&portal, &actor, id).await?,
        tokens: portal::oauth1::tokens::list(&portal, &actor, &query).await?,
    })
}

/// Returns the first users whose name or email contains `search`.
///
/// # Errors
/// Returns [`AppError::Forbidden`] without the rights Admin settings and Create Bynder API tokens, and
/// [`AppError::Disabled`] if the feature is disabled for the account.
#[server(name = FindUsers, prefix = "/fn", endpoint = "users/suggestions", protocol = GetRequest, client = SessionClient)]
pub async fn find_users(search: String) -> Result<Vec<UserOption>, AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let right = domain::accounts::rights::Right::CreateApiTokens;
    Ok(portal::accounts::users::suggest(&portal, &actor, right, &search).await?)
}
