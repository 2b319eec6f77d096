//! The portal and the settings that apply to the whole site.

use crate::context::missing;
use crate::error::AppError;
use domain::oauth2::oauth_apps::SigningAlgorithm;
use leptos::prelude::use_context;
use portal::Portal;
use portal::oauth2::Policy;
use std::sync::Arc;

/// Holds the portal and the settings that apply to the whole site.
#[derive(Debug, Clone)]
pub struct SiteContext {
    /// The portal.
    pub portal: Portal,
    /// The public URL, without a trailing slash.
    pub public_url: Arc<str>,
    /// Who can enable a feature that is off, as messages name them.
    pub contact: Arc<str>,
    /// The algorithm that signs the access tokens of a new OAuth app.
    pub signing_algorithm: SigningAlgorithm,
}

impl SiteContext {
    /// Returns the issuer of access tokens, which is also their audience.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy {
            issuer: self.public_url.to_string(),
        }
    }

    /// Returns whether the public URL uses TLS, so that cookies can be `Secure`.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

/// Returns the site of the current request.
///
/// # Errors
/// [`AppError::Internal`] outside of a request.
pub fn site() -> Result<SiteContext, AppError> {
    use_context().ok_or_else(|| missing("site"))
}
