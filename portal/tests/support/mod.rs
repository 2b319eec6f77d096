//! The one helper: a portal on a database of its own, in the hands of a test.

use domain::accounts::NewAccount;
use domain::accounts::rights::Rights;
use domain::accounts::users::NewUser;
use domain::ids::UserId;
use domain::oauth1::consumers::{Consumer, NewConsumer};
use domain::oauth1::tokens::{NewToken, Token};
use domain::time::Timestamp;
use portal::auth::sessions::Client;
use portal::oauth1::consumers::Revealed;
use portal::{Actor, Clock, Keyring, Location, Options, Portal, Result, Secret};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub mod app;
pub mod connected;
pub mod dam;
pub mod postgres_server;
pub mod proxy;
pub mod small_disk;

pub use app::App;

/// When every test begins: 15 January 2027, 08:00 UTC.
pub const START: Timestamp = Timestamp(1_800_000_000_000);

/// The password of everyone.
pub const PASSWORD: &str = "correct horse battery";

/// The account of [`House::set_up`] and its administrator.
pub const ACCOUNT: &str = "Analytical Engines";
pub const ADA: &str = "ada@example.com";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Makes two tests of each case: one on SQLite, one on PostgreSQL.
macro_rules! both {
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

/// Cases that have nothing to do with the engine.
macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        mod each {
            $(#[tokio::test]
            async fn $case() {
                crate::support::run(crate::support::Engine::Sqlite, super::$case).await;
            })*
        }
    };
}

/// A portal on a fresh database, under a clock that only the test moves.
#[derive(Clone)]
pub struct House {
    pub engine: Engine,
    pub portal: Portal,
    pub clock: Clock,
    pub location: Location,
    /// A folder that goes with the test.
    pub folder: PathBuf,
    pub master_key: Secret,
}

/// Runs a case on a database of its own, and takes the database away however the case ends.
pub async fn run<F: Future<Output = ()> + Send + 'static>(engine: Engine, case: impl FnOnce(House) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let (location, server) = match engine {
        Engine::Sqlite => (Location::File(folder.path().join("gatehouse.db")), None),
        Engine::Postgres => {
            let server = Server::of_the_run();
            let name = format!("test_{}", uuid::Uuid::from_u128(rand_u128()).simple());
            server
                .execute(&format!("create database {name} template template0"))
                .await;
            (Location::Postgres(server.url(&name)), Some((server, name)))
        }
    };
    let clock = Clock::manual(START);
    let master_key = portal::new_master_key();
    let portal = open(&location, &clock, Keyring::parse(master_key.expose()).unwrap())
        .await
        .unwrap();
    let house = House {
        engine,
        portal,
        clock,
        location,
        folder: folder.path().to_owned(),
        master_key,
    };
    let outcome = tokio::spawn(case(house)).await;
    if let Some((server, name)) = server {
        server.execute(&format!("drop database {name} with (force)")).await;
    }
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}

/// Opens a portal.
pub async fn open(location: &Location, clock: &Clock, keyring: Keyring) -> Result<Portal> {
    Portal::open(Options {
        database: location.clone(),
        keyring,
        clock: clock.clone(),
        outgoing: portal::http_client::Policy::default(),
    })
    .await
}

/// Waits until something holds, which another task or process is about to bring about; gives how long it took.
pub async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) -> Duration {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    begun.elapsed()
}

pub fn rand_u128() -> u128 {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes).unwrap();
    u128::from_be_bytes(bytes)
}

/// The PostgreSQL server of this run of the tests.
struct Server {
    url: String,
}

impl Server {
    fn of_the_run() -> Self {
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

/// A client at an address.
pub fn client(address: &str) -> Client {
    Client {
        address: address.to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0".to_owned(),
    }
}

impl House {
    /// Another node on the same database, under the same clock and key.
    pub async fn another_node(&self) -> Portal {
        open(&self.location, &self.clock, self.keyring()).await.unwrap()
    }

    /// The key that the portal was opened with.
    pub fn keyring(&self) -> Keyring {
        Keyring::parse(self.master_key.expose()).unwrap()
    }

    pub fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Makes the account with Ada, who may do everything, and signs her in.
    pub async fn set_up(&self) -> Browser {
        self.account(ACCOUNT, "Ada Lovelace", ADA).await
    }

    /// Makes an account with an administrator, and signs them in.
    pub async fn account(&self, account: &str, name: &str, email: &str) -> Browser {
        let input = NewAccount {
            account_name: account.to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
            password: PASSWORD.to_owned(),
        };
        portal::accounts::create(&self.portal, input).await.unwrap();
        self.sign_in(email).await
    }

    /// Adds a person to the account of [`set_up`](Self::set_up), with a profile of their own that has these rights.
    pub async fn person(&self, name: &str, email: &str, rights: Rights) -> UserId {
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

    /// The operator in the account of [`set_up`](Self::set_up).
    pub async fn operator(&self) -> Actor {
        portal::accounts::operator(&self.portal, Some(ACCOUNT)).await.unwrap()
    }

    /// Signs someone in from an address that nobody else has.
    pub async fn sign_in(&self, email: &str) -> Browser {
        let address = format!("2001:db8:{:x}::1", rand_u128() as u16);
        let cookie = portal::auth::sign_in::sign_in(&self.portal, email, PASSWORD, &client(&address))
            .await
            .unwrap();
        let actor = self.actor(&cookie).await;
        Browser { cookie, actor }
    }

    /// Who the cookie belongs to now.
    pub async fn actor(&self, cookie: &Secret) -> Arc<Actor> {
        portal::auth::sessions::find(&self.portal, cookie.expose())
            .await
            .unwrap()
            .expect("the session lives")
    }

    pub async fn consumer(&self, actor: &Actor, name: &str) -> Revealed<Consumer> {
        portal::oauth1::consumers::create(&self.portal, actor, NewConsumer { name: name.to_owned() })
            .await
            .unwrap()
    }

    pub async fn token(&self, actor: &Actor, consumer: &Consumer, user: &str, kind: &str) -> Revealed<Token> {
        portal::oauth1::tokens::create(&self.portal, actor, new_token(consumer, user, kind))
            .await
            .unwrap()
    }

    /// A program with a consumer and a token that acts for Ada.
    pub async fn app(&self, actor: &Actor, name: &str) -> (App, Consumer, Token) {
        let consumer = self.consumer(actor, name).await;
        let token = self.token(actor, &consumer.value, ADA, "Contentful").await;
        let app = App::new(&consumer).with_token(&token.value.token, token.secret.expose());
        (app, consumer.value, token.value)
    }

    /// The one column of a query that only a test asks, as text.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
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

    /// How many rows a table has.
    pub async fn count(&self, table: &str) -> usize {
        self.texts(&format!("select cast(count(*) as text) from {table}")).await[0]
            .parse()
            .unwrap()
    }

    /// Runs statements that no operation would.
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

/// What the token dialog sends.
pub fn new_token(consumer: &Consumer, user: &str, kind: &str) -> NewToken {
    NewToken {
        user: user.to_owned(),
        consumer: consumer.id.to_string(),
        integration_type: kind.to_owned(),
        integration_name: String::new(),
    }
}

/// The one complaint about `field`; fails where the error is another.
#[track_caller]
pub fn complaint<T: std::fmt::Debug>(result: Result<T>, field: &str) -> String {
    match result {
        Err(portal::Error::Invalid(errors)) => errors
            .of(field)
            .unwrap_or_else(|| panic!("no complaint about {field}: {errors}"))
            .to_owned(),
        other => panic!("expected a complaint about {field}, got {other:?}"),
    }
}

/// Fails unless the result is the error.
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
