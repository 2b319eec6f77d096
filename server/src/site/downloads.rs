//! Downloads of the Integration section: thumbnails of DAM assets, and the settings as a file.

use crate::http::{RequestId, error_page};
use crate::state::AppState;
use app::context::RequestContext;
use app::error::AppError;
use axum::extract::{Extension, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use portal::integration::settings::file::{self, Format};
use portal::integration::{dam_assets, settings};
use portal::{Actor, Error};

/// The route of a thumbnail.
pub const THUMBNAIL_PATH: &str = "/integration/thumbnails/{asset}";

/// The routes of the settings file, one for each format.
pub const SETTINGS_FILES: [(&str, Format); 2] = [
    ("/integration/settings.toml", Format::Toml),
    ("/integration/settings.json", Format::Json),
];

/// Serves a thumbnail of a DAM asset to users who may see the preview. The headers keep the browser from running any
/// content as a document or script.
pub async fn thumbnail(
    State(app): State<AppState>,
    Extension(context): Extension<RequestContext>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    Path(asset): Path<String>,
) -> Response {
    let found = async { dam_assets::thumbnail(&app.portal, signed_in_actor(&context)?, &asset).await };
    match found.await {
        Ok(thumbnail) => {
            let headers = [
                (CACHE_CONTROL, HeaderValue::from_static("private, max-age=300")),
                (CONTENT_DISPOSITION, HeaderValue::from_static("inline")),
                (
                    CONTENT_SECURITY_POLICY,
                    HeaderValue::from_static("default-src 'none'; sandbox"),
                ),
                (CONTENT_TYPE, thumbnail.media_type),
            ];
            (headers, thumbnail.bytes).into_response()
        }
        Err(error) => error_response(error, &headers, &id),
    }
}

/// Serves the current settings as a file.
pub async fn settings_file(
    format: Format,
    State(app): State<AppState>,
    Extension(context): Extension<RequestContext>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
) -> Response {
    let found = async { settings::get(&app.portal, signed_in_actor(&context)?).await };
    match found.await {
        Ok(revised) => {
            let disposition = match format {
                Format::Toml => "attachment; filename=\"gatehouse-settings.toml\"",
                Format::Json => "attachment; filename=\"gatehouse-settings.json\"",
            };
            let headers = [
                (CONTENT_DISPOSITION, HeaderValue::from_static(disposition)),
                (CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
            ];
            (headers, file::print(&revised.settings, format)).into_response()
        }
        Err(error) => error_response(error, &headers, &id),
    }
}

fn signed_in_actor(context: &RequestContext) -> portal::Result<&Actor> {
    context.actor.as_deref().ok_or(Error::SignedOut)
}

fn error_response(error: Error, headers: &HeaderMap, id: &RequestId) -> Response {
    let error = AppError::from(error);
    error_page::render(headers, &error, id)
}
