//! What every handler can reach.

use crate::config::Config;
use crate::middleware::OwnOrigins;
use app::context::Site;
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use portal::Portal;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// The state of the router. A clone is the same state.
#[derive(Debug, Clone)]
pub struct App(Arc<Shared>);

/// What an [`App`] holds.
#[derive(Debug)]
pub struct Shared {
    /// The open portal.
    pub portal: Portal,
    /// What pages and server functions are told of the site.
    pub site: Site,
    /// What the operator has decided about signed requests.
    pub oauth1: portal::oauth1::Policy,
    /// What the operator has decided about access tokens.
    pub oauth2: portal::oauth2::Policy,
    /// The settings.
    pub config: Arc<Config>,
    /// Where the browser's files are, and what they are called.
    pub leptos: LeptosOptions,
    /// The origins of the portal's own pages.
    pub own_origins: OwnOrigins,
    is_set_up: AtomicBool,
    stopping: watch::Sender<bool>,
}

impl App {
    /// The state for an open portal with these settings.
    #[must_use]
    pub fn new(portal: Portal, config: Config) -> Self {
        let site = Site {
            portal: portal.clone(),
            public_url: config.public_url.as_str().into(),
            contact: config.contact.as_str().into(),
            signing_algorithm: config.oauth2_signing_algorithm,
        };
        let own_origins = OwnOrigins::of(&config);
        let oauth1 = portal::oauth1::Policy {
            origin: config.public_url.clone(),
            own_origins: own_origins.parsed(),
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
            own_origins,
            config: Arc::new(config),
            is_set_up: AtomicBool::new(false),
            stopping: watch::Sender::new(false),
        }))
    }

    /// Ends what would otherwise go on for as long as a client listens: the server is about to stop.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Whether the server is about to stop, now and from now on.
    #[must_use]
    pub fn stopping(&self) -> watch::Receiver<bool> {
        self.stopping.subscribe()
    }

    /// Whether the portal has its first account. Once it has, nobody asks the database again.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn is_set_up(&self) -> portal::Result<bool> {
        if self.is_set_up.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let closed = !portal::auth::setup::is_open(&self.portal).await?;
        if closed {
            self.is_set_up.store(true, Ordering::Relaxed);
        }
        Ok(closed)
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl FromRef<App> for LeptosOptions {
    fn from_ref(app: &App) -> Self {
        app.leptos.clone()
    }
}
