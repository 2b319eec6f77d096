//! Opens and closes a portal. Only this module knows all groups of subjects.

use crate::accounts::password_resets;
use crate::crypto::keyring::Keyring;
use crate::crypto::passwords;
use crate::database::{Database, IfMissing, Location};
use crate::http_client::{HttpClient, HttpClientConfig};
use crate::infra::audit;
use crate::infra::clock::Clock;
use crate::infra::error::Result;
use crate::infra::portal::Portal;
use crate::infra::subject_state::SubjectState;
use crate::integration::api_keys;
use crate::jobs::{self, JobKinds};
use crate::mail::{self, MailConfig};
use crate::oauth2::signing_keys;
use crate::{auth, integration, key_rotation, oauth1, oauth2};
use domain::oauth2::oauth_apps::SigningAlgorithm;

/// Holds the options for opening a portal.
#[derive(Debug)]
pub struct Options {
    /// The location of the database.
    pub database: Location,
    /// The master keys.
    pub keyring: Keyring,
    /// The source of the current time.
    pub clock: Clock,
    /// The configuration of outgoing HTTP requests.
    pub http_client: HttpClientConfig,
    /// The configuration of email.
    pub mail: MailConfig,
}

#[cfg(test)]
impl Options {
    /// Returns the options of unit tests: no mail server.
    pub(crate) fn for_tests(database: Location, keyring: Keyring, clock: Clock) -> Self {
        let mail = MailConfig {
            smtp: None,
            sender: "gatehouse@example.com".parse().expect("the sender is valid"),
            public_url: "http://localhost:3000".parse().expect("the URL is valid"),
        };
        Self {
            database,
            keyring,
            clock,
            http_client: HttpClientConfig::default(),
            mail,
        }
    }
}

impl Portal {
    /// Opens the database and migrates its schema. Creates the database if it is missing. Must be called within a tokio
    /// runtime.
    ///
    /// # Errors
    /// Returns [`Error::Unavailable`](crate::Error::Unavailable) if the database can't be opened or migrated, or was not
    /// encrypted with one of the master keys.
    pub async fn open(options: Options) -> Result<Self> {
        Self::open_with(options, IfMissing::Create).await
    }

    /// Opens an existing database, like [`open`](Self::open), but never creates one.
    ///
    /// # Errors
    /// Returns the errors of [`open`](Self::open), and [`Error::Unavailable`](crate::Error::Unavailable) if there is no
    /// database.
    pub async fn open_existing(options: Options) -> Result<Self> {
        Self::open_with(options, IfMissing::Fail).await
    }

    async fn open_with(options: Options, if_missing: IfMissing) -> Result<Self> {
        let database = Database::open(&options.database, if_missing).await?;
        if let Err(error) = database.migrate().await {
            database.close().await;
            return Err(error);
        }
        let mut subjects = SubjectState::default();
        audit::register(&mut subjects);
        passwords::register(&mut subjects);
        auth::register(&mut subjects);
        oauth1::register(&mut subjects, &database);
        oauth2::register(&mut subjects, &database);
        integration::register(&mut subjects);
        mail::register(&mut subjects, options.mail);
        jobs::register(&mut subjects, job_kinds());
        let http_client = HttpClient::new(options.http_client);
        let portal = Self::new(database, options.keyring, options.clock, http_client, subjects);
        if let Err(error) = portal.prepare().await {
            portal.close().await;
            return Err(error);
        }
        Ok(portal)
    }

    /// Checks the master key and creates other keys that are missing.
    async fn prepare(&self) -> Result<()> {
        key_rotation::check_master_key(self).await?;
        audit::ensure_key(self).await?;
        signing_keys::ensure(self, SigningAlgorithm::Es256).await?;
        api_keys::ensure(self).await
    }

    /// Finishes pending writes, then closes the database connections.
    pub async fn close(&self) {
        oauth1::flush(self).await;
        oauth2::flush(self).await;
        self.database().close().await;
    }
}

/// Returns the kinds of jobs of all groups.
fn job_kinds() -> JobKinds {
    let mut kinds = JobKinds::default();
    kinds.add(mail::SEND_EMAIL);
    kinds.add(password_resets::MAIL_PASSWORD_RESET);
    #[cfg(test)]
    kinds.add(jobs::tests::PROBE);
    kinds
}
