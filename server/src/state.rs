//! The state that is shared by all handlers.

use crate::config::Config;
use crate::http::AllowedOrigins;
use app::context::SiteContext;
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use portal::Portal;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// Holds the state of the router. Clones share the same state.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Shared>);

/// Holds the contents of an [`AppState`].
#[derive(Debug)]
pub struct Shared {
    /// The portal.
    pub portal: Portal,
    /// The context of pages and server functions.
    pub site: SiteContext,
    /// The configuration of OAuth 1 signature verification.
    pub oauth1: portal::oauth1::Policy,
    /// The configuration of OAuth 2.0 access tokens.
    pub oauth2: portal::oauth2::Policy,
    /// The configuration of the server.
    pub config: Arc<Config>,
    /// The options of Leptos, including the location and names of static files.
    pub leptos: LeptosOptions,
    /// The origins of the portal's own pages.
    pub allowed_origins: AllowedOrigins,
    is_set_up: AtomicBool,
    shutdown: watch::Sender<bool>,
}

impl AppState {
    /// Creates the state of a portal with this configuration.
    #[must_use]
    pub fn new(portal: Portal, config: Config) -> Self {
        let site = SiteContext {
            portal: portal.clone(),
            public_url: config.public_url.as_str().into(),
            contact: config.contact.as_str().into(),
            signing_algorithm: config.oauth2_signing_algorithm,
        };
        let allowed_origins = AllowedOrigins::of(&config);
        let oauth1 = portal::oauth1::Policy {
            origin: config.public_url.clone(),
            own_origins: allowed_origins.parsed(),
            plaintext_without_tls: config.oauth1_plaintext_without_tls,
        };
        Self(Arc::new(Shared {
            portal,
            site,
            oauth1,
            oauth2: portal::oauth2::Policy {
                issuer: config.public_url.as_str().to_owned(),
            },
            leptos: config.leptos_options(),
            allowed_origins,
            config: Arc::new(config),
            is_set_up: AtomicBool::new(false),
            shutdown: watch::Sender::new(false),
        }))
    }

    /// Signals that the server is shutting down, which ends event streams.
    pub fn begin_shutdown(&self) {
        self.shutdown.send_replace(true);
    }

    /// Returns a receiver that becomes `true` when the server starts to shut down.
    #[must_use]
    pub fn shutdown_signal(&self) -> watch::Receiver<bool> {
        self.shutdown.subscribe()
    }

    /// Returns whether the portal has an account. A positive result is cached.
    ///
    /// # Errors
    /// Returns an error if the database query fails.
    pub async fn is_set_up(&self) -> portal::Result<bool> {
        if self.is_set_up.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let is_set_up = !portal::accounts::setup::is_pending(&self.portal).await?;
        if is_set_up {
            self.is_set_up.store(true, Ordering::Relaxed);
        }
        Ok(is_set_up)
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(app: &AppState) -> Self {
        app.leptos.clone()
    }
}
