//! What the pages show, each gathered in one round trip.

use crate::error::Failure;
#[cfg(feature = "ssr")]
use crate::pages::api_tokens::page_url::{Address, Dialog, Spot};
use domain::accounts::users::UserChoice;
use domain::auth::one_time_secrets::Reveal;
use domain::ids::{ConsumerId, TokenId};
use domain::oauth1::consumers::{Consumer, ConsumerChoice};
use domain::oauth1::tokens::{Token, TokenPage};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use serde::{Deserialize, Serialize};

/// What the API tokens page shows. Each part is missing by itself where its right is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListData {
    /// The part that the address chooses.
    pub part: Result<Part, Failure>,
    /// What the open dialog needs.
    pub dialog: DialogData,
    /// The oldest secret that waits to be read.
    pub reveal: Option<Reveal>,
}

/// A part of the API tokens page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// A page of its tokens.
    Tokens(TokenPage),
    /// All its consumers.
    Consumers(Vec<Consumer>),
}

/// What a dialog needs besides what is on the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DialogData {
    /// Nothing, or there is none.
    Nothing,
    /// What can be chosen for a new token.
    Choices(Result<Choices, Failure>),
    /// The token to revoke.
    Token(Box<Result<Token, Failure>>),
}

/// What can be chosen for a new token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// All consumers.
    pub consumers: Vec<ConsumerChoice>,
    /// A few people, who fit what the field holds.
    pub users: Vec<UserChoice>,
}

/// What a token's page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenData {
    /// The token.
    pub token: Token,
    /// Its consumer's key.
    pub consumer_key: String,
    /// The portal's address, for programs.
    pub public_url: String,
}

/// What a consumer's page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsumerData {
    /// The consumer.
    pub consumer: Consumer,
    /// A page of its tokens, working or not.
    pub tokens: TokenPage,
}

/// What the API tokens page shows at an address.
///
/// # Errors
/// [`Failure::Forbidden`] without Admin settings or any of the four rights, [`Failure::Disabled`] where the account
/// lacks the feature.
#[server(name = ReadList, prefix = "/fn", endpoint = "api-tokens/page", input = GetUrl)]
pub async fn list(address: String) -> Result<ListData, Failure> {
    use domain::accounts::features::Feature;
    use domain::accounts::rights::Right;
    let (portal, actor) = crate::context::signed_in()?;
    actor.may(Right::AdminSettings)?;
    if !actor.rights().open_api_tokens_page() {
        return Err(Failure::Forbidden(Right::ManagePortalSettings));
    }
    actor.within(Feature::ApiTokens)?;
    let address = Address::parse(&address);
    let part = match address.spot {
        Spot::Consumers => portal::oauth1::consumers::list(&portal, &actor)
            .await
            .map(Part::Consumers),
        _ => portal::oauth1::tokens::list(&portal, &actor, &address.query)
            .await
            .map(Part::Tokens),
    };
    Ok(ListData {
        part: part.map_err(Failure::from),
        dialog: dialog(&portal, &actor, &address).await,
        reveal: portal::auth::one_time_secrets::pending(&portal, &actor)
            .await?
            .into_iter()
            .next(),
    })
}

#[cfg(feature = "ssr")]
async fn dialog(portal: &portal::Portal, actor: &portal::Actor, address: &Address) -> DialogData {
    use domain::accounts::rights::Right;
    match &address.dialog {
        Some(Dialog::NewToken(form)) => {
            let choices = async {
                Ok(Choices {
                    consumers: portal::oauth1::consumers::choices(portal, actor).await?,
                    users: portal::accounts::users::choices(portal, actor, Right::CreateApiTokens, &form.user).await?,
                })
            };
            DialogData::Choices(choices.await)
        }
        Some(Dialog::Revoke(Some(token))) => {
            let token = portal::oauth1::tokens::get(portal, actor, *token).await;
            DialogData::Token(Box::new(token.map_err(Failure::from)))
        }
        _ => DialogData::Nothing,
    }
}

/// What a token's page shows.
///
/// # Errors
/// [`Failure::Forbidden`] without Admin settings and View Bynder API tokens, [`Failure::Disabled`] where the account
/// lacks the feature, [`Failure::NotFound`] where it has no such token.
#[server(name = ReadToken, prefix = "/fn", endpoint = "tokens/page", input = GetUrl)]
pub async fn token(id: TokenId) -> Result<TokenData, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let token = portal::oauth1::tokens::get(&portal, &actor, id).await?;
    let consumer = portal::oauth1::consumers::get(&portal, &actor, token.consumer_id).await?;
    let public_url = crate::context::site()?.public_url.to_string();
    Ok(TokenData {
        token,
        consumer_key: consumer.key,
        public_url,
    })
}

/// What a consumer's page shows at an address.
///
/// # Errors
/// As [`token`].
#[server(name = ReadConsumer, prefix = "/fn", endpoint = "consumers/page", input = GetUrl)]
pub async fn consumer(id: ConsumerId, address: String) -> Result<ConsumerData, Failure> {
    use domain::oauth1::tokens::{TokenFilter, TokenQuery};
    let (portal, actor) = crate::context::signed_in()?;
    let address = Address::parse(&address);
    let query = TokenQuery {
        consumer: Some(id),
        filter: TokenFilter::All,
        search: String::new(),
        ..address.query.clone()
    };
    Ok(ConsumerData {
        consumer: portal::oauth1::consumers::get(&portal, &actor, id).await?,
        tokens: portal::oauth1::tokens::list(&portal, &actor, &query).await?,
    })
}

/// A few people whose name or e-mail holds `search`.
///
/// # Errors
/// [`Failure::Forbidden`] without Admin settings and Create Bynder API tokens, [`Failure::Disabled`] where the account
/// lacks the feature.
#[server(name = ReadPeople, prefix = "/fn", endpoint = "people/choices", input = GetUrl)]
pub async fn people(search: String) -> Result<Vec<UserChoice>, Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let right = domain::accounts::rights::Right::CreateApiTokens;
    Ok(portal::accounts::users::choices(&portal, &actor, right, &search).await?)
}
