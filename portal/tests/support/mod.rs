//! Test fixtures: a portal on its own database, and helpers to fill and query it.

use domain::accounts::NewAccount;
use domain::accounts::rights::Rights;
use domain::accounts::users::NewUser;
use domain::ids::UserId;
use domain::oauth1::consumers::{Consumer, ConsumerForm};
use domain::oauth1::tokens::{NewToken, Token};
use domain::time::Timestamp;
use portal::auth::sessions::BrowserInfo;
use portal::oauth1::consumers::WithSecret;
use portal::{Actor, Clock, Keyring, Location, Options, Portal, Result, Secret};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub mod connected_portal;
pub mod mock_dam;
pub mod oauth1_client;
pub mod postgres_server;
mod postgres_template;
pub mod proxy;
pub mod small_disk;

pub use oauth1_client::Oauth1Client;

/// The time at which every test starts: 15 January 2027, 08:00 UTC.
pub const START: Timestamp = Timestamp(1_800_000_000_000);

/// The password of every test user.
pub const PASSWORD: &str = "correct horse battery";

/// The name of the account that [`TestPortal::set_up`] creates.
pub const ACCOUNT: &str = "Analytical Engines";
/// The email of its administrator.
pub const ADA: &str = "ada@example.com";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Defines two tests for each case: one on SQLite, one on PostgreSQL.
macro_rules! on_both_engines {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $case() {
                crate::support::run(crate::support::Engine::Sqlite, super::$case).await;
            })*
        }

        mod postgres {
            $(#[tokio::test]
            async fn $case() {
                crate::support::run(crate::support::Engine::Postgres, super::$case).await;
            })*
        }
    };
}

/// Defines one test on SQLite for each case, where the database engine makes no difference.
macro_rules! on_sqlite {
    ($($case:ident),* $(,)?) => {
        mod sqlite_only {
            $(#[tokio::test]
            async fn $case() {
                crate::support::run(crate::support::Engine::Sqlite, super::$case).await;
            })*
        }
    };
}

/// A portal on a fresh database, with a clock that only the test advances.
#[derive(Clone)]
pub struct TestPortal {
    pub engine: Engine,
    pub portal: Portal,
    pub clock: Clock,
    pub location: Location,
    /// A temporary folder that is deleted after the test.
    pub folder: PathBuf,
    pub master_key: Secret,
}

/// Runs a case on its own database, and drops the database whether the case passes or panics.
pub async fn run<F: Future<Output = ()> + Send + 'static>(engine: Engine, case: impl FnOnce(TestPortal) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let (location, server) = match engine {
        Engine::Sqlite => (Location::File(folder.path().join("gatehouse.db")), None),
        Engine::Postgres => {
            let server = PostgresTestServer::from_env();
            let name = format!("test_{}", uuid::Uuid::from_u128(random_u128()).simple());
            postgres_template::create_database(&server.url, &name).await.unwrap();
            (Location::Postgres(server.url(&name)), Some((server, name)))
        }
    };
    let clock = Clock::manual(START);
    let master_key = portal::new_master_key();
    let portal = open(&location, &clock, Keyring::parse(master_key.expose()).unwrap())
        .await
        .unwrap();
    let test = TestPortal {
        engine,
        portal,
        clock,
        location,
        folder: folder.path().to_owned(),
        master_key,
    };
    let outcome = tokio::spawn(case(test)).await;
    if let Some((server, name)) = server {
        server.execute(&format!("drop database {name} with (force)")).await;
    }
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// Opens a portal with the default HTTP client configuration.
pub async fn open(location: &Location, clock: &Clock, keyring: Keyring) -> Result<Portal> {
    Portal::open(Options {
        database: location.clone(),
        keyring,
        clock: clock.clone(),
        http_client: portal::http_client::HttpClientConfig::default(),
    })
    .await
}

/// Waits until `holds` returns true, and returns how long that took.
///
/// # Panics
/// Panics with the message `failure` after 10 seconds.
pub async fn eventually<F: Future<Output = bool>>(failure: &str, mut holds: impl FnMut() -> F) -> Duration {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < Duration::from_secs(10), "{failure}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    started.elapsed()
}

pub fn random_u128() -> u128 {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    u128::from_be_bytes(bytes)
}

/// The PostgreSQL server that all tests share.
struct PostgresTestServer {
    url: String,
}

impl PostgresTestServer {
    fn from_env() -> Self {
        let url = std::env::var("GATEHOUSE_TEST_POSTGRES").unwrap_or_else(|_| {
            panic!(
                "GATEHOUSE_TEST_POSTGRES is not set: run ./script/test unit, which starts a PostgreSQL server, or set \
                 it to a superuser's URL, such as postgres://postgres@127.0.0.1:5432/postgres"
            )
        });
        Self { url }
    }

    fn url(&self, database: &str) -> String {
        let (server, _) = self.url.rsplit_once('/').unwrap();
        format!("{server}/{database}")
    }

    async fn execute(&self, sql: &str) {
        let mut connection = PgConnection::connect(&self.url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
    }
}

/// A signed-in browser.
pub struct Browser {
    pub cookie: Secret,
    pub actor: Arc<Actor>,
}

/// Returns a browser at this IP address.
pub fn client(address: &str) -> BrowserInfo {
    BrowserInfo {
        address: address.to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0".to_owned(),
    }
}

impl TestPortal {
    /// Opens another node on the same database, with the same clock and master key.
    pub async fn another_node(&self) -> Portal {
        open(&self.location, &self.clock, self.keyring()).await.unwrap()
    }

    /// Returns the keyring that the portal was opened with.
    pub fn keyring(&self) -> Keyring {
        Keyring::parse(self.master_key.expose()).unwrap()
    }

    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Creates the account [`ACCOUNT`] with the administrator Ada, who has every right, and signs her in.
    pub async fn set_up(&self) -> Browser {
        self.create_account(ACCOUNT, "Ada Lovelace", ADA).await
    }

    /// Creates an account with an administrator, and signs the administrator in.
    pub async fn create_account(&self, account: &str, name: &str, email: &str) -> Browser {
        let input = NewAccount {
            account_name: account.to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
            password: PASSWORD.to_owned(),
        };
        portal::accounts::create(&self.portal, input).await.unwrap();
        self.sign_in(email).await
    }

    /// Creates a user in the account of [`set_up`](Self::set_up), with a new profile that has these rights.
    pub async fn create_user(&self, name: &str, email: &str, rights: Rights) -> UserId {
        let operator = self.operator().await;
        portal::accounts::profiles::create(&self.portal, &operator, email, rights)
            .await
            .unwrap();
        let input = NewUser {
            name: name.to_owned(),
            email: email.to_owned(),
            password: PASSWORD.to_owned(),
            profile: email.to_owned(),
        };
        portal::accounts::users::create(&self.portal, &operator, input)
            .await
            .unwrap()
    }

    /// Returns the operator in the account of [`set_up`](Self::set_up).
    pub async fn operator(&self) -> Actor {
        portal::accounts::operator(&self.portal, Some(ACCOUNT)).await.unwrap()
    }

    /// Signs a user in from a random address, so that throttling by address does not apply.
    pub async fn sign_in(&self, email: &str) -> Browser {
        let address = format!("2001:db8:{:x}::1", random_u128() as u16);
        let cookie = portal::auth::sign_in::sign_in(&self.portal, email, PASSWORD, &client(&address))
            .await
            .unwrap();
        let actor = self.actor(&cookie).await;
        Browser { cookie, actor }
    }

    /// Loads the actor of a session cookie.
    pub async fn actor(&self, cookie: &Secret) -> Arc<Actor> {
        portal::auth::sessions::find(&self.portal, cookie.expose())
            .await
            .unwrap()
            .expect("the session is active")
    }

    pub async fn create_consumer(&self, actor: &Actor, name: &str) -> WithSecret<Consumer> {
        portal::oauth1::consumers::create(&self.portal, actor, ConsumerForm { name: name.to_owned() })
            .await
            .unwrap()
    }

    pub async fn create_token(&self, actor: &Actor, consumer: &Consumer, user: &str, kind: &str) -> WithSecret<Token> {
        portal::oauth1::tokens::create(&self.portal, actor, new_token(consumer, user, kind))
            .await
            .unwrap()
    }

    /// Creates a consumer and a token for Ada, and a client that signs requests with them.
    pub async fn create_client(&self, actor: &Actor, name: &str) -> (Oauth1Client, Consumer, Token) {
        let consumer = self.create_consumer(actor, name).await;
        let token = self.create_token(actor, &consumer.value, ADA, "Contentful").await;
        let app = Oauth1Client::new(&consumer).with_token(&token.value.token, token.secret.expose());
        (app, consumer.value, token.value)
    }

    /// Runs a query and returns its only column as text.
    pub async fn query_column(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql);
        match &self.location {
            Location::File(path) => {
                let mut connection = SqliteConnection::connect(&format!("sqlite:{}", path.display()))
                    .await
                    .unwrap();
                sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
            }
            Location::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
            }
        }
    }

    /// Counts the rows of a table; `table` may include a `where` clause.
    pub async fn count_rows(&self, table: &str) -> usize {
        self.query_column(&format!("select cast(count(*) as text) from {table}"))
            .await[0]
            .parse()
            .unwrap()
    }

    /// Runs SQL statements directly on the database.
    pub async fn execute(&self, sql: &str) {
        let sql = AssertSqlSafe(sql);
        match &self.location {
            Location::File(path) => {
                let mut connection = SqliteConnection::connect(&format!("sqlite:{}", path.display()))
                    .await
                    .unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            }
            Location::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            }
        }
    }
}

/// Returns the input that the token dialog sends.
pub fn new_token(consumer: &Consumer, user: &str, kind: &str) -> NewToken {
    NewToken {
        user: user.to_owned(),
        consumer: consumer.id.to_string(),
        integration_type: kind.to_owned(),
        integration_name: String::new(),
    }
}

/// Returns the validation error of `field`.
///
/// # Panics
/// Panics if the result is not a validation error for this field.
#[track_caller]
pub fn validation_error<T: std::fmt::Debug>(result: Result<T>, field: &str) -> String {
    match result {
        Err(portal::Error::Invalid(errors)) => errors
            .get(field)
            .unwrap_or_else(|| panic!("no validation error for {field}: {errors}"))
            .to_owned(),
        other => panic!("expected a validation error for {field}, got {other:?}"),
    }
}

/// Asserts that the result is this error.
macro_rules! assert_refused {
    ($result:expr, $error:pat) => {{
        let result = $result;
        assert!(
            matches!(result, Err($error)),
            "expected {}, got {result:?}",
            stringify!($error)
        );
    }};
}
