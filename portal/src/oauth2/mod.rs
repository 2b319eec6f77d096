//! OAuth 2.0 (RFC 6749): apps prove themselves, get access tokens, and open the API with them.

mod clients;
pub mod connected_apps;
pub mod consents;
mod introspection;
pub mod oauth_apps;
pub mod signing_keys;

mod access_tokens;
mod codes;
mod refresh_tokens;
mod token;
mod writer;

pub use crate::oauth2::clients::{Client, authenticate_client};
pub use crate::oauth2::introspection::{Introspection, introspect, revoke};
pub use access_tokens::{Bearer, LIFETIME, authenticate};
pub use token::{Granted, grant};

pub(crate) use crate::oauth2::clients::find as find_client;
pub(crate) use access_tokens::prune as prune_access_tokens;
pub(crate) use codes::{NewCode, insert as insert_code, prune as prune_codes};
pub(crate) use refresh_tokens::{context as refresh_token_context, prune as prune_refresh_tokens};
pub(crate) use writer::{AccessTokens, TokenWriter};

use crate::infra::error::Error;
use domain::oauth2::Refusal;

/// What the operator has decided about access tokens.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The portal's public URL, without a slash at its end: who issues access tokens, and for whose API they are.
    pub issuer: String,
}

/// Why a request was not granted.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// The request is at fault.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The portal is.
    #[error(transparent)]
    Error(#[from] Error),
}

impl From<sqlx::Error> for Denied {
    fn from(error: sqlx::Error) -> Self {
        Self::Error(error.into())
    }
}
