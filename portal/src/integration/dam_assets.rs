//! Loads the account's own assets for the live preview of the asset selector.

use crate::infra::actor::Actor;
use crate::infra::error::{Error, Result};
use crate::infra::portal::Portal;
use crate::integration::dam::{Dam, DamError, TokenResponse};
use crate::integration::settings;
use bytes::Bytes;
use domain::coded_enum::CodedEnum;
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

/// The maximum number of assets in a preview.
const MAX_PREVIEW_ASSETS: usize = 60;

/// How long loaded assets are cached.
const CACHE_TTL: Duration = Duration::from_secs(300);

/// How long a failure is cached before the DAM is requested again.
const FAILURE_CACHE_TTL: Duration = Duration::from_secs(30);

/// How long a page waits for the DAM.
const PREVIEW_TIMEOUT: Duration = Duration::from_secs(2);

/// The maximum number of accounts whose assets a node caches.
const MAX_CACHED_ACCOUNTS: usize = 100;

/// The maximum size of a thumbnail, in bytes.
const MAX_THUMBNAIL_BYTES: usize = 2 * 1024 * 1024;

/// The image types that browsers display and that can't contain scripts.
const IMAGE_MEDIA_TYPES: [&str; 5] = ["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"];

/// The path where the portal serves thumbnails.
pub const THUMBNAILS_PATH: &str = "/integration/thumbnails";

/// Caches the assets of DAMs.
pub(crate) struct AssetCache(Cache<AccountId, Arc<CachedAssets>>);

impl Default for AssetCache {
    fn default() -> Self {
        Self(Cache::new(MAX_CACHED_ACCOUNTS))
    }
}

/// Holds the cached response of a DAM.
struct CachedAssets {
    at: Timestamp,
    /// The URL and client ID of the request. The entry isn't used for others.
    cache_key: String,
    outcome: Result<Assets, String>,
}

struct Assets {
    assets: Vec<PreviewAsset>,
    /// The thumbnails' URLs by asset id.
    thumbnails: HashMap<String, Url>,
}

/// Holds a thumbnail.
#[derive(Debug, Clone)]
pub struct Thumbnail {
    /// The media type, one that can't contain scripts.
    pub media_type: HeaderValue,
    /// The image's bytes.
    pub bytes: Bytes,
}

/// Returns the account's assets if its DAM connection works, and samples otherwise.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration.
pub async fn preview(portal: &Portal, actor: &Actor) -> Result<Preview> {
    let account = settings::authorize(actor)?;
    let samples = |source| Preview {
        assets: samples::samples().assets,
        source,
    };
    let Some(dam) = Dam::load(portal, account).await?.filter(|dam| dam.client.is_some()) else {
        return Ok(samples(PreviewSource::Samples));
    };
    let name = dam.name().to_owned();
    // The task continues after the timeout, so that the next page finds the result in the cache.
    let fetching = tokio::spawn({
        let portal = portal.clone();
        async move { cached_assets(&portal, account, &dam).await }
    });
    Ok(match timeout(PREVIEW_TIMEOUT, fetching).await {
        Ok(Ok(cached_assets)) => match &cached_assets.outcome {
            Ok(found) => Preview {
                assets: found.assets.clone(),
                source: PreviewSource::Dam(name),
            },
            Err(reason) => samples(PreviewSource::FallbackSamples(reason.clone())),
        },
        Ok(Err(error)) => return Err(Error::internal(error)),
        Err(_) => samples(PreviewSource::FallbackSamples(format!(
            "{name} hasn’t responded yet. Reload this page in a moment."
        ))),
    })
}

/// Returns the thumbnail of an asset in the preview.
///
/// # Errors
/// [`Error::Forbidden`] without Manage integration, [`Error::NotFound`] if there is none or it has a type that isn't
/// served to browsers.
pub async fn thumbnail(portal: &Portal, actor: &Actor, asset: &str) -> Result<Thumbnail> {
    const NOT_FOUND: Error = Error::NotFound("thumbnail");
    let account = settings::authorize(actor)?;
    let dam = Dam::load(portal, account).await?.ok_or(NOT_FOUND)?;
    let cached_assets = cached_assets(portal, account, &dam).await;
    let found = cached_assets.outcome.as_ref().map_err(|_| NOT_FOUND)?;
    let url = found.thumbnails.get(asset).ok_or(NOT_FOUND)?;
    let response = portal.http_client().get(url, None, MAX_THUMBNAIL_BYTES).await;
    let response = response.map_err(|error| {
        tracing::info!(%error, "thumbnail unavailable");
        NOT_FOUND
    })?;
    let media_type = response.headers().get(CONTENT_TYPE).cloned().ok_or(NOT_FOUND)?;
    let is_image = IMAGE_MEDIA_TYPES
        .iter()
        .any(|format| media_type.as_bytes() == format.as_bytes());
    if response.status() != StatusCode::OK || !is_image {
        return Err(NOT_FOUND);
    }
    Ok(Thumbnail {
        media_type,
        bytes: response.into_body(),
    })
}

async fn cached_assets(portal: &Portal, account: AccountId, dam: &Dam) -> Arc<CachedAssets> {
    let now = portal.now();
    let id = dam.client.as_ref().map_or("", |(id, _)| id.as_str());
    let cache_key = format!("{} {id}", dam.url);
    let cache = &portal.state::<AssetCache>().0;
    let is_fresh = |cached_assets: &CachedAssets| {
        let ttl = if cached_assets.outcome.is_ok() {
            CACHE_TTL
        } else {
            FAILURE_CACHE_TTL
        };
        cached_assets.cache_key == cache_key && now < cached_assets.at.after(ttl)
    };
    if cache.get(&account).is_some_and(|cached| !is_fresh(&cached)) {
        cache.remove(&account);
    }
    // Of concurrent requests, only one is sent to the DAM.
    let fetch = async {
        Ok::<_, std::convert::Infallible>(Arc::new(CachedAssets {
            at: now,
            cache_key: cache_key.clone(),
            outcome: fetch(portal, dam).await,
        }))
    };
    let Ok(cached_assets) = cache.get_or_insert_async(&account, fetch).await;
    cached_assets
}

async fn fetch(portal: &Portal, dam: &Dam) -> Result<Assets, String> {
    let Some(client) = &dam.client else {
        return Err("No client ID and client secret are saved.".to_owned());
    };
    let describe = |failed: DamError| failed.to_string();
    let http = portal.http_client();
    let bearer = match dam.token(http, client, &[Scope::AssetRead]).await.map_err(describe)? {
        TokenResponse::Token { bearer, .. } => bearer,
        TokenResponse::Rejected { .. } => {
            return Err(format!("{} didn’t issue a token. Test the connection.", dam.name()));
        }
    };
    let path = format!("/api/v4/media/?limit={MAX_PREVIEW_ASSETS}&orderBy=dateCreated%20desc");
    let media = dam.get(http, &path, &bearer).await.map_err(describe)?;
    Ok(parse(&media, &dam.url))
}

/// Parses the assets of a response: a list or, with totals, a list under `media`. Invalid items are skipped.
fn parse(media: &Value, base: &Url) -> Assets {
    let list = media.as_array().or_else(|| media.get("media")?.as_array());
    let mut found = Assets {
        assets: Vec::new(),
        thumbnails: HashMap::new(),
    };
    for item in list.into_iter().flatten().take(MAX_PREVIEW_ASSETS) {
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
            let of_size = |size: &str| thumbnails.get(size).and_then(Value::as_str);
            base.join(
                of_size("webimage")
                    .or_else(|| of_size("thul"))
                    .or_else(|| of_size("mini"))?,
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
            thumbnail: thumbnail.map(|_| format!("{THUMBNAILS_PATH}/{id}")),
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
