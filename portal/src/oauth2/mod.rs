//! Implements the OAuth 2.0 authorization server (RFC 6749): client authentication, tokens, and access to the API with
//! them.

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
pub use access_tokens::{ACCESS_TOKEN_LIFETIME, Bearer, authenticate};
pub use token::{IssuedTokens, grant};

pub(crate) use crate::oauth2::clients::find as find_client;
pub(crate) use access_tokens::prune as prune_access_tokens;
pub(crate) use codes::{NewCode, insert as insert_code, prune as prune_codes};
pub(crate) use refresh_tokens::prune as prune_refresh_tokens;

use crate::crypto::encrypted_column::EncryptedColumn;
use crate::database::Database;
use crate::infra::error::Error;
use crate::infra::portal::Portal;
use crate::infra::subject_state::SubjectState;
use crate::oauth2::writer::{AccessTokenInsert, TokenWriter};
use domain::oauth2::Oauth2Error;

/// Registers the state of this group.
pub(crate) fn register(subjects: &mut SubjectState, database: &Database) {
    subjects.insert_cache::<access_tokens::BearerCache>();
    subjects.insert_cache::<clients::ClientCache>();
    subjects.insert_cache::<signing_keys::SigningKeyCache>();
    subjects.insert_cache::<token::ActorCache>();
    subjects.insert(TokenWriter::start(database.clone(), AccessTokenInsert));
}

/// Returns the encrypted columns of this group.
pub(crate) fn encrypted_columns() -> [EncryptedColumn; 3] {
    let [es256, rs256] = signing_keys::ENCRYPTED_COLUMNS;
    [es256, rs256, refresh_tokens::ENCRYPTED_COLUMN]
}

/// Waits until pending writes are complete.
pub(crate) async fn flush(portal: &Portal) {
    portal.state::<TokenWriter>().flush().await;
}

/// Configures the issuing of access tokens.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The portal's public URL without a trailing slash, used as issuer and audience of access tokens.
    pub issuer: String,
}

/// Describes why a request was rejected.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The request is invalid or not authorized.
    #[error(transparent)]
    Rejected(#[from] Oauth2Error),
    /// The portal failed to process the request.
    #[error(transparent)]
    Portal(#[from] Error),
}

impl From<sqlx::Error> for RequestError {
    fn from(error: sqlx::Error) -> Self {
        Self::Portal(error.into())
    }
}
