//! The account's own assets, as the live preview of the asset selector shows them.

use crate::auth::actor::Actor;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::dam::{Answer, Dam, Failed};
use crate::integration::settings;
use bytes::Bytes;
use domain::ids::AccountId;
use domain::integration::selector::preview::{Preview, PreviewAsset, PreviewSource};
use domain::integration::selector::{AssetType, samples};
use domain::oauth2::scopes::Scope;
use domain::time::Timestamp;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use quick_cache::sync::Cache;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use url::Url;

/// How many assets a preview shows.
const SHOWN: usize = 60;

/// How long a listing is good for.
const FRESH: Duration = Duration::from_secs(300);

/// How long it is until a DAM that did not answer is asked again.
const RETRY: Duration = Duration::from_secs(30);

/// How long a page waits for the DAM.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many accounts' assets a node remembers.
const ACCOUNTS: usize = 100;

/// The largest thumbnail, in bytes.
const MAX_THUMBNAIL: usize = 2 * 1024 * 1024;

/// The formats that browsers draw and that hold no script.
const FORMATS: [&str; 5] = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"];

/// Where the portal serves thumbnails.
pub const THUMBNAILS: &str = "/integration/thumbnails";

/// What nodes remember of DAMs.
pub(crate) struct Listings(Cache<AccountId, Arc<Listing>>);

impl Default for Listings {
    fn default() -> Self {
        Self(Cache::new(ACCOUNTS))
    }
}

/// What a DAM has answered.
struct Listing {
    at: Timestamp,
    /// What it was asked with: another address or client is asked anew.
    asked: String,
    outcome: Result<Found, String>,
}

struct Found {
    assets: Vec<PreviewAsset>,
    /// Where the pictures are, by the asset's id.
    thumbnails: HashMap<String, Url>,
}

/// A picture.
#[derive(Debug, Clone)]
pub struct Thumbnail {
    /// Its media type, one of a few that hold no script.
    pub media_type: HeaderValue,
    /// Its bytes.
    pub bytes: Bytes,
}

/// The account's assets where it has a DAM connection that answers, and samples where it has not.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn preview(portal: &Portal, actor: &Actor) -> Result<Preview> {
    let account = settings::account(actor)?;
    let samples = |source| Preview {
        assets: samples::samples().assets,
        source,
    };
    let Some(dam) = Dam::of(portal, account).await?.filter(|dam| dam.client.is_some()) else {
        return Ok(samples(PreviewSource::Samples));
    };
    let name = dam.name().to_owned();
    // It goes on when the page does not wait any longer, so that the next one finds it.
    let looking = tokio::spawn({
        let portal = portal.clone();
        async move { listing(&portal, account, &dam).await }
    });
    Ok(match timeout(PATIENCE, looking).await {
        Ok(Ok(listing)) => match &listing.outcome {
            Ok(found) => Preview {
                assets: found.assets.clone(),
                source: PreviewSource::Dam(name),
            },
            Err(why) => samples(PreviewSource::SamplesInstead(why.clone())),
        },
        Ok(Err(error)) => return Err(Error::internal(error)),
        Err(_) => samples(PreviewSource::SamplesInstead(format!(
            "{name} has not answered yet. Open this page again in a moment."
        ))),
    })
}

/// The picture of one of the assets that a preview has shown.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::NotFound`] where there is none, or none that a browser may
/// be given.
pub async fn thumbnail(portal: &Portal, actor: &Actor, asset: &str) -> Result<Thumbnail> {
    const MISSING: Error = Error::NotFound("thumbnail");
    let account = settings::account(actor)?;
    let dam = Dam::of(portal, account).await?.ok_or(MISSING)?;
    let listing = listing(portal, account, &dam).await;
    let found = listing.outcome.as_ref().map_err(|_| MISSING)?;
    let url = found.thumbnails.get(asset).ok_or(MISSING)?;
    let response = portal.outgoing().get(url, None, MAX_THUMBNAIL).await;
    let response = response.map_err(|trouble| {
        tracing::info!(%trouble, "a thumbnail cannot be had");
        MISSING
    })?;
    let media_type = response.headers().get(CONTENT_TYPE).cloned().ok_or(MISSING)?;
    let is_picture = FORMATS.iter().any(|format| media_type.as_bytes() == format.as_bytes());
    if response.status() != StatusCode::OK || !is_picture {
        return Err(MISSING);
    }
    Ok(Thumbnail {
        media_type,
        bytes: response.into_body(),
    })
}

async fn listing(portal: &Portal, account: AccountId, dam: &Dam) -> Arc<Listing> {
    let now = portal.now();
    let id = dam.client.as_ref().map_or("", |(id, _)| id.as_str());
    let asked = format!("{} {id}", dam.url);
    let listings = &portal.listings().0;
    let is_good = |listing: &Listing| {
        let good_for = if listing.outcome.is_ok() { FRESH } else { RETRY };
        listing.asked == asked && now < listing.at.after(good_for)
    };
    if listings.get(&account).is_some_and(|kept| !is_good(&kept)) {
        listings.remove(&account);
    }
    // Of those who ask at once, one asks the DAM.
    let look = async {
        Ok::<_, std::convert::Infallible>(Arc::new(Listing {
            at: now,
            asked: asked.clone(),
            outcome: look(portal, dam).await,
        }))
    };
    let Ok(listing) = listings.get_or_insert_async(&account, look).await;
    listing
}

async fn look(portal: &Portal, dam: &Dam) -> Result<Found, String> {
    let Some(client) = &dam.client else {
        return Err("No client ID and secret are saved.".to_owned());
    };
    let sentence = |failed: Failed| failed.to_string();
    let outgoing = portal.outgoing();
    let bearer = match dam
        .token(outgoing, client, &[Scope::AssetRead])
        .await
        .map_err(sentence)?
    {
        Answer::Token { bearer, .. } => bearer,
        Answer::Refused { .. } => return Err(format!("{} gave no token. Test the connection.", dam.name())),
    };
    let path = format!("/api/v4/media/?limit={SHOWN}&orderBy=dateCreated%20desc");
    let media = dam.get(outgoing, &path, &bearer).await.map_err(sentence)?;
    Ok(read(&media, &dam.url))
}

/// The assets of an answer: a list, or with totals a list under `media`. What is no asset is left out.
fn read(media: &Value, base: &Url) -> Found {
    let list = media.as_array().or_else(|| media.get("media")?.as_array());
    let mut found = Found {
        assets: Vec::new(),
        thumbnails: HashMap::new(),
    };
    for item in list.into_iter().flatten().take(SHOWN) {
        let text = |member: &str| item.get(member).and_then(Value::as_str);
        let (Some(id), Some(name)) = (text("id"), text("name")) else {
            continue;
        };
        let Some(kind) = text("type").and_then(AssetType::from_code) else {
            continue;
        };
        let is_id =
            !id.is_empty() && id.len() <= 64 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let thumbnail = item.get("thumbnails").and_then(|thumbnails| {
            let of_a_size = |size: &str| thumbnails.get(size).and_then(Value::as_str);
            base.join(
                of_a_size("webimage")
                    .or_else(|| of_a_size("thul"))
                    .or_else(|| of_a_size("mini"))?,
            )
            .ok()
        });
        let thumbnail = thumbnail.filter(|_| is_id);
        if let Some(url) = &thumbnail {
            found.thumbnails.insert(id.to_owned(), url.clone());
        }
        found.assets.push(PreviewAsset {
            name: name.chars().take(200).collect(),
            kind,
            limited_use: item.get("limited").is_some_and(is_true),
            tags: tags(item),
            thumbnail: thumbnail.map(|_| format!("{THUMBNAILS}/{id}")),
        });
    }
    found
}

fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_default() || value.as_i64() == Some(1)
}

fn tags(item: &Value) -> Vec<String> {
    let tags = item.get("tags").and_then(Value::as_array);
    let texts = tags.into_iter().flatten().filter_map(Value::as_str);
    texts.take(20).map(|tag| tag.chars().take(50).collect()).collect()
}
