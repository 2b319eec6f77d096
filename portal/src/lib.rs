//! The operations of the portal: one module per subject, including its SQL.
//!
//! Every operation takes the [`Portal`] and the acting [`Actor`], checks the required right, is limited to the actor's
//! account, and writes an audit record in the transaction of each change. Pages and API handlers only call these.

pub mod auth;
pub mod crypto;
pub mod http_client;
pub mod infra;
pub mod integration;
pub mod jobs;
pub mod key_rotation;
pub mod mail;

mod database;

pub mod accounts;
pub mod demo;
pub mod maintenance;
pub mod oauth1;
pub mod oauth2;
mod open;

pub use crate::crypto::keyring::{Keyring, MasterKeyError, new_master_key};
pub use crate::crypto::secret::Secret;
pub use crate::infra::actor::{Actor, AuthMethod};
pub use crate::infra::clock::Clock;
pub use crate::infra::error::{Error, Result};
pub use crate::infra::portal::Portal;
pub use crate::infra::readiness::NotReadyError;
pub use crate::open::Options;
pub use database::Location;
