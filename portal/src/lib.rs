//! What the portal does: one module per subject, its SQL inside.
//!
//! Every operation takes the [`Portal`] and the acting [`Actor`], checks the right it needs, works within the actor's
//! account, and leaves an audit record in the transaction of each change. Pages and machine handlers only call these.

mod audit;
mod batches;
mod cache;
mod changes;
mod clock;
mod dam;
mod database;
mod error;
mod keyring;
mod last_noted;
mod portal;
mod readiness;
mod rsa;
mod secret;
mod sqlite_readers;

pub mod accounts;
pub mod actor;
pub mod api_keys;
pub mod asked_fields;
pub mod authorization;
pub mod connected_apps;
pub mod connection;
pub mod connectors;
pub mod consumers;
pub mod dam_assets;
pub mod demo;
pub mod idempotency;
pub mod implementations;
pub mod known_browsers;
pub mod maintenance;
pub mod nonces;
pub mod oauth1;
pub mod oauth2;
pub mod oauth_apps;
pub mod outgoing;
pub mod passwords;
pub mod people;
pub mod profiles;
pub mod remote_logs;
pub mod request_tokens;
pub mod reseal;
pub mod reveals;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod signing_keys;
pub mod tokens;

pub use actor::{Actor, Via};
pub use clock::Clock;
pub use database::Location;
pub use error::{Error, Result};
pub use keyring::{Keyring, NotAMasterKey, new_master_key};
pub use portal::{Options, Portal};
pub use readiness::NotReady;
pub use secret::Secret;
