//! What the Integration section's pages ask for besides pages: the DAM's pictures, and the settings as a file.

use crate::http::error_page;
use crate::middleware::RequestId;
use crate::state::App;
use app::context::Visitor;
use app::error::Failure;
use axum::extract::{Extension, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use portal::integration::settings::file::{self, Format};
use portal::integration::{dam_assets, settings};
use portal::{Actor, Error};

/// The route of a picture.
pub const THUMBNAIL: &str = "/integration/thumbnails/{asset}";

/// The routes of the settings as a file, in each format.
pub const FILES: [(&str, Format); 2] = [
    ("/integration/settings.toml", Format::Toml),
    ("/integration/settings.json", Format::Json),
];

/// A picture of one of the DAM's assets, for whoever may see the preview that shows it. The browser is to take it for a
/// picture, whatever it holds.
pub async fn thumbnail(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    Path(asset): Path<String>,
) -> Response {
    let found = async { dam_assets::thumbnail(&app.portal, signed_in(&visitor)?, &asset).await };
    match found.await {
        Ok(picture) => {
            let fixed = [
                (CACHE_CONTROL, HeaderValue::from_static("private, max-age=300")),
                (CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
                (
                    CONTENT_SECURITY_POLICY,
                    HeaderValue::from_static("default-src 'none'; sandbox"),
                ),
                (CONTENT_TYPE, picture.media_type),
            ];
            (fixed, picture.bytes).into_response()
        }
        Err(error) => refuse(error, &headers, &id),
    }
}

/// The settings that hold, as a file to keep.
pub async fn settings_file(
    format: Format,
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
) -> Response {
    let found = async { settings::get(&app.portal, signed_in(&visitor)?).await };
    match found.await {
        Ok(revised) => {
            let disposition = match format {
                Format::Toml => "attachment; filename=\"gatehouse-settings.toml\"",
                Format::Json => "attachment; filename=\"gatehouse-settings.json\"",
            };
            let fixed = [
                (CONTENT_DISPOSITION, HeaderValue::from_static(disposition)),
                (CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
            ];
            (fixed, file::print(&revised.settings, format)).into_response()
        }
        Err(error) => refuse(error, &headers, &id),
    }
}

fn signed_in(visitor: &Visitor) -> portal::Result<&Actor> {
    visitor.actor.as_deref().ok_or(Error::SignedOut)
}

fn refuse(error: Error, headers: &HeaderMap, id: &RequestId) -> Response {
    let failure = Failure::from(error);
    error_page::refuse(headers, failure.status(), &failure, id)
}
