//! What the Integration section's pages ask for besides pages: the DAM's pictures.

use crate::error_page;
use crate::middleware::RequestId;
use crate::state::App;
use app::context::Visitor;
use app::failure::Failure;
use axum::extract::{Extension, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use portal::dam_assets;

/// The route of a picture.
pub const THUMBNAIL: &str = "/integration/thumbnails/{asset}";

/// A picture of one of the DAM's assets, for whoever may see the preview that shows it. The browser is to take it for a
/// picture, whatever it holds.
pub async fn thumbnail(
    State(app): State<App>,
    Extension(visitor): Extension<Visitor>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    Path(asset): Path<String>,
) -> Response {
    let found = match &visitor.actor {
        Some(actor) => dam_assets::thumbnail(&app.portal, actor, &asset).await,
        None => Err(portal::Error::SignedOut),
    };
    match found {
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
        Err(error) => {
            let failure = Failure::from(error);
            error_page::refuse(&headers, failure.status(), &failure, &id)
        }
    }
}
