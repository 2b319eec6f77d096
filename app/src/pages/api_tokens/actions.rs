//! What the pages do. Each form names the page that it is on as `back`, where its browser goes when it is done.

use crate::error::Failure;
use domain::ids::{ConsumerId, TokenId};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::components::forms::form::answer,
    crate::pages::api_tokens::page_url::{Address, Created, Dialog, Spot},
    domain::oauth1::consumers::{ConsumerSigning, NewConsumer},
    domain::oauth1::tokens::NewToken,
};

/// Registers a consumer; its secret waits on the API tokens page.
///
/// # Errors
/// Those of the portal, [`Failure::Invalid`] for an empty or taken name among them.
#[server(prefix = "/fn", endpoint = "consumers/create")]
pub async fn create_consumer(name: String, back: String) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let made = portal::oauth1::consumers::create(&portal, &actor, NewConsumer { name: name.clone() }).await;
    let back = Address::parse(&back);
    let created = made.as_ref().ok().map(|made| Created::Consumer(made.value.id));
    let again = back.with(Dialog::NewConsumer(name));
    answer::<CreateConsumer>(made.map(drop), &back.after(created), &again)
}

/// Issues a token; its secret waits on the API tokens page.
///
/// # Errors
/// Those of the portal, [`Failure::Invalid`] for fields that do not hold what they must among them.
#[server(prefix = "/fn", endpoint = "tokens/create")]
pub async fn create_token(
    user: String,
    #[server(default)] consumer: String,
    #[server(default)] integration_type: String,
    #[server(default)] integration_name: String,
    back: String,
) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let form = NewToken {
        user,
        consumer,
        integration_type,
        integration_name,
    };
    let made = portal::oauth1::tokens::create(&portal, &actor, form.clone()).await;
    let back = Address::parse(&back);
    let created = made.as_ref().ok().map(|made| Created::Token(made.value.id));
    let again = back.with(Dialog::NewToken(form));
    answer::<CreateToken>(made.map(drop), &back.after(created), &again)
}

/// Ends a token.
///
/// # Errors
/// Those of the portal.
#[server(prefix = "/fn", endpoint = "tokens/revoke")]
pub async fn revoke_token(token: TokenId, back: String) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let revoked = portal::oauth1::tokens::revoke(&portal, &actor, token).await;
    let back = Address::parse(&back).with(None);
    let named = (back.spot != Spot::Token(token)).then_some(token);
    answer::<RevokeToken>(revoked, &back, &back.with(Dialog::Revoke(named)))
}

/// Gives a consumer another name.
///
/// # Errors
/// Those of the portal, [`Failure::Invalid`] for an empty or taken name among them.
#[server(prefix = "/fn", endpoint = "consumers/rename")]
pub async fn rename_consumer(consumer: ConsumerId, name: String) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let renamed = portal::oauth1::consumers::rename(&portal, &actor, consumer, NewConsumer { name }).await;
    let page = Address::consumer(consumer);
    answer::<RenameConsumer>(renamed, &page, &page)
}

/// Sets how a consumer's requests are checked beyond its secret. What was refused is not carried in the address: it may
/// be a private key.
///
/// # Errors
/// Those of the portal, [`Failure::Invalid`] for a key that is none among them.
#[server(prefix = "/fn", endpoint = "consumers/set-signing")]
pub async fn set_signing(
    consumer: ConsumerId,
    rsa_public_key: String,
    #[server(default)] legacy_flow: bool,
) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let signing = ConsumerSigning {
        rsa_public_key,
        legacy_flow,
    };
    let set = portal::oauth1::consumers::set_signing(&portal, &actor, consumer, signing).await;
    let page = Address::consumer(consumer);
    answer::<SetSigning>(set, &page, &page)
}

/// Deletes a consumer with its tokens, when `name` is its name.
///
/// # Errors
/// Those of the portal, [`Failure::Invalid`] for another name among them.
#[server(prefix = "/fn", endpoint = "consumers/delete")]
pub async fn delete_consumer(consumer: ConsumerId, name: String) -> Result<(), Failure> {
    let (portal, actor) = crate::context::signed_in()?;
    let deleted = portal::oauth1::consumers::delete(&portal, &actor, consumer, &name).await;
    let list = Address {
        spot: Spot::Consumers,
        ..Address::default()
    };
    answer::<DeleteConsumer>(deleted, &list, &Address::consumer(consumer).with(Dialog::Delete))
}
