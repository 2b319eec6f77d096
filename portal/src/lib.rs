//! What the portal does: one module per subject, its SQL inside.
//!
//! Every operation takes the [`Portal`] and the acting [`Actor`], checks the right it needs, works within the actor's
//! account, and leaves an audit record in the transaction of each change. Pages and machine handlers only call these.

pub mod auth;
pub mod crypto;
pub mod http_client;
pub mod infra;
pub mod integration;
pub mod key_rotation;

mod database;

pub mod accounts;
pub mod demo;
pub mod maintenance;
pub mod oauth1;
pub mod oauth2;

pub use crate::auth::actor::{Actor, Via};
pub use crate::crypto::keyring::{Keyring, NotAMasterKey, new_master_key};
pub use crate::crypto::secret::Secret;
pub use crate::infra::clock::Clock;
pub use crate::infra::error::{Error, Result};
pub use crate::infra::portal::{Options, Portal};
pub use crate::infra::readiness::NotReady;
pub use database::Location;
