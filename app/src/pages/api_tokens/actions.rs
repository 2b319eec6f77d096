//! Server functions behind the forms of the API tokens pages. `back` is the URL of the page that holds the form; without
//! script, the browser returns there after the request.

use crate::error::AppError;
use crate::session::SessionClient;
use crate::session::protocol::PostRequest;
use domain::ids::{ConsumerId, TokenId};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use {
    crate::components::forms::form::respond,
    crate::pages::api_tokens::page_url::{Created, Dialog, FormDraft, PageUrl, Route},
    domain::oauth1::consumers::{ConsumerForm, ConsumerSigning},
    domain::oauth1::tokens::NewToken,
};

/// Creates a consumer. The API tokens page shows its secret once.
///
/// # Errors
/// Returns the portal's error, such as [`AppError::Invalid`] for an empty or duplicate name.
#[server(prefix = "/fn", endpoint = "consumers/create", protocol = PostRequest, client = SessionClient)]
pub async fn create_consumer(name: String, back: String) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let result = portal::oauth1::consumers::create(&portal, &actor, ConsumerForm { name: name.clone() }).await;
    let back = PageUrl::parse(&back);
    let created = result.as_ref().ok().map(|made| Created::Consumer(made.value.id));
    let retry_url = back.with_dialog(Dialog::NewConsumer(name));
    respond::<CreateConsumer>(result.map(drop), &back.with_created(created), &retry_url)
}

/// Creates a token. The API tokens page shows its secret once.
///
/// # Errors
/// Returns the portal's error, such as [`AppError::Invalid`] for invalid fields.
#[server(prefix = "/fn", endpoint = "tokens/create", protocol = PostRequest, client = SessionClient)]
pub async fn create_token(
    user: String,
    #[server(default)] consumer: String,
    #[server(default)] integration_type: String,
    #[server(default)] integration_name: String,
    back: String,
) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let form = NewToken {
        user,
        consumer,
        integration_type,
        integration_name,
    };
    let result = portal::oauth1::tokens::create(&portal, &actor, form.clone()).await;
    let back = PageUrl::parse(&back);
    let created = result.as_ref().ok().map(|made| Created::Token(made.value.id));
    let retry_url = back.with_dialog(Dialog::NewToken(form));
    respond::<CreateToken>(result.map(drop), &back.with_created(created), &retry_url)
}

/// Revokes a token.
///
/// # Errors
/// Returns the portal's error.
#[server(prefix = "/fn", endpoint = "tokens/revoke", protocol = PostRequest, client = SessionClient)]
pub async fn revoke_token(token: TokenId, back: String) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let result = portal::oauth1::tokens::revoke(&portal, &actor, token).await;
    let back = PageUrl::parse(&back).with_dialog(None);
    let dialog_token = (back.route != Route::Token(token)).then_some(token);
    respond::<RevokeToken>(result, &back, &back.with_dialog(Dialog::RevokeToken(dialog_token)))
}

/// Renames a consumer.
///
/// # Errors
/// Returns the portal's error, such as [`AppError::Invalid`] for an empty or duplicate name.
#[server(prefix = "/fn", endpoint = "consumers/rename", protocol = PostRequest, client = SessionClient)]
pub async fn rename_consumer(consumer: ConsumerId, name: String) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let form = ConsumerForm { name: name.clone() };
    let result = portal::oauth1::consumers::rename(&portal, &actor, consumer, form).await;
    let page_url = PageUrl::consumer(consumer);
    respond::<RenameConsumer>(result, &page_url, &page_url.with_draft(FormDraft::Rename(name)))
}

/// Sets a consumer's RSA public key and whether it may use the flow without verifier.
///
/// # Errors
/// Returns the portal's error, such as [`AppError::Invalid`] for an invalid key.
#[server(prefix = "/fn", endpoint = "consumers/set-signing", protocol = PostRequest, client = SessionClient)]
pub async fn set_signing(
    consumer: ConsumerId,
    rsa_public_key: String,
    #[server(default)] legacy_flow: bool,
) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let signing = ConsumerSigning {
        rsa_public_key,
        legacy_flow,
    };
    let draft = FormDraft::Signing(signing.clone().into());
    let result = portal::oauth1::consumers::set_signing(&portal, &actor, consumer, signing).await;
    let page_url = PageUrl::consumer(consumer);
    respond::<SetSigning>(result, &page_url, &page_url.with_draft(draft))
}

/// Deletes a consumer and its tokens if `name` matches its name.
///
/// # Errors
/// Returns the portal's error, such as [`AppError::Invalid`] if `name` does not match.
#[server(prefix = "/fn", endpoint = "consumers/delete", protocol = PostRequest, client = SessionClient)]
pub async fn delete_consumer(consumer: ConsumerId, name: String) -> Result<(), AppError> {
    let (portal, actor) = crate::context::require_sign_in()?;
    let result = portal::oauth1::consumers::delete(&portal, &actor, consumer, &name).await;
    let list = PageUrl {
        route: Route::Consumers,
        ..PageUrl::default()
    };
    respond::<DeleteConsumer>(
        result,
        &list,
        &PageUrl::consumer(consumer).with_dialog(Dialog::DeleteConsumer(name)),
    )
}
