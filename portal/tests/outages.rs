//! Tests what works, what fails and what is reported while the database is full, locked, moved or unreachable, and that
//! the portal recovers immediately.

use crate::oauth_apps::form;
use domain::integration::implementations::Connector;
use domain::oauth1::consumers::ConsumerForm;
use domain::oauth2::Parameters;
use domain::oauth2::scopes::Scope;
use portal::auth::{sessions, sign_in};
use portal::integration::{api_keys, connectors};
use portal::oauth1::RequestError;
use portal::oauth1::consumers;
use portal::oauth2::{self, Policy};
use portal::{Error, Keyring, Location, Portal, Secret};
use rstest::rstest;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use std::time::{Duration, Instant};
use testing::postgres_server::PostgresServer;
use testing::proxy::Proxy;
use testing::small_disk::SmallDisk;
use testing::{ADA, Browser, Engine, Oauth1Client, PASSWORD, TestPortal, client, eventually, open, random_u128};

/// The time within which every operation must work again.
const MAX_RECOVERY_TIME: Duration = Duration::from_secs(1);

/// One client of each kind that sends requests to the portal.
struct Clients {
    browser: Browser,
    signed: Oauth1Client,
    client_id: String,
    client_secret: Secret,
    api_key: Secret,
    access_token: Secret,
}

fn policy() -> Policy {
    Policy {
        issuer: "https://portal.example.com".to_owned(),
    }
}

impl Clients {
    async fn new(test: &TestPortal) -> Self {
        let browser = test.set_up().await;
        let (signed, _, _) = test.create_client(&browser.actor, "Web shop").await;
        let app = portal::oauth2::oauth_apps::create(&test.portal, &browser.actor, form("Connector"))
            .await
            .unwrap();
        let mut clients = Self {
            signed,
            client_id: app.id.to_string(),
            client_secret: app.secret.unwrap(),
            api_key: api_keys::show(&test.portal, &browser.actor).await.unwrap(),
            access_token: Secret::new(String::new()),
            browser,
        };
        clients.access_token = clients.token(&test.portal).await.unwrap();
        clients
    }

    async fn token(&self, portal: &Portal) -> Result<Secret, Error> {
        let error = |denied| match denied {
            oauth2::RequestError::Portal(error) => error,
            oauth2::RequestError::Refused(refusal) => panic!("{refusal}"),
        };
        let client = oauth2::authenticate_client(portal, &self.client_id, Some(&self.client_secret)).await;
        let parameters = Parameters::parse(b"grant_type=client_credentials").unwrap();
        let granted = oauth2::grant(portal, &policy(), &*client.map_err(error)?, &parameters).await;
        Ok(granted.map_err(error)?.access_token)
    }

    /// Runs one operation of each kind that writes to the database.
    async fn writes(&self, portal: &Portal) -> Vec<(&'static str, Result<(), Error>)> {
        let name = format!("Consumer {:x}", random_u128());
        let signed = match self.signed.call(portal).await {
            Err(RequestError::Portal(error)) => Err(error),
            Err(RequestError::Refused(refusal)) => panic!("{refusal:?}"),
            Ok(_) => Ok(()),
        };
        vec![
            ("a signed request", signed),
            ("an access token", self.token(portal).await.map(|_| ())),
            (
                "a consumer",
                consumers::create(portal, &self.browser.actor, ConsumerForm { name })
                    .await
                    .map(|_| ()),
            ),
            (
                "a session",
                sign_in::sign_in(portal, ADA, PASSWORD, &client("192.0.2.1"))
                    .await
                    .map(|_| ()),
            ),
        ]
    }

    /// Runs one operation of each kind that only reads, except that it records its last use.
    async fn reads(&self, portal: &Portal) -> Vec<(&'static str, Result<(), Error>)> {
        let bearer = async {
            let bearer = oauth2::authenticate(portal, &policy(), self.access_token.expose()).await?;
            bearer.require(portal, &[Scope::AdminUserRead]).await
        };
        let settings = async {
            let connector = Connector::parse("sitecoreai/2.1; instance=\"Production\"").ok();
            let caller = connectors::authenticate(portal, self.api_key.expose(), connector).await?;
            let caller = caller.expect("the API key is valid");
            connectors::settings(portal, &caller).await?;
            connectors::field(portal, &caller, "Hero image").await.map(|_| ())
        };
        let client = oauth2::authenticate_client(portal, &self.client_id, Some(&self.client_secret));
        let error = |denied| match denied {
            oauth2::RequestError::Portal(error) => error,
            oauth2::RequestError::Refused(refusal) => panic!("{refusal}"),
        };
        vec![
            (
                "a page",
                sessions::find(portal, self.browser.cookie.expose())
                    .await
                    .map(|actor| assert!(actor.is_some())),
            ),
            ("a bearer's request", bearer.await.map_err(error)),
            ("a connector's request", settings.await),
            ("client authentication", client.await.map(|_| ()).map_err(error)),
        ]
    }
}

#[track_caller]
fn assert_all_succeed(outcomes: Vec<(&'static str, Result<(), Error>)>) {
    for (what, outcome) in outcomes {
        outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
    }
}

#[track_caller]
fn assert_all_unavailable(outcomes: Vec<(&'static str, Result<(), Error>)>) {
    for (what, outcome) in outcomes {
        assert!(matches!(outcome, Err(Error::Unavailable { .. })), "{what}: {outcome:?}");
    }
}

/// Waits until every write succeeds, and asserts that this is soon and that everything keeps working.
async fn assert_recovers(clients: &Clients, portal: &Portal) {
    let started = Instant::now();
    loop {
        let failed = clients
            .writes(portal)
            .await
            .into_iter()
            .find(|(_, outcome)| outcome.is_err());
        let Some((what, failure)) = failed else { break };
        assert!(started.elapsed() < MAX_RECOVERY_TIME, "{what}: {failure:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for _ in 0..5 {
        assert_all_succeed(clients.writes(portal).await);
        assert_all_succeed(clients.reads(portal).await);
    }
    // The result of a readiness check is cached for a second.
    eventually("the portal is still not ready", || async {
        portal.check_ready().await.is_ok()
    })
    .await;
}

/// Waits until the portal is not ready, and returns the reason.
async fn wait_until_not_ready(portal: &Portal) -> String {
    let started = Instant::now();
    loop {
        if let Err(not_ready) = portal.check_ready().await {
            return not_ready.to_string();
        }
        assert!(started.elapsed() < Duration::from_secs(10), "the portal is still ready");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Opens another test portal with the same clock and keyring at this database location.
async fn open_at(test: &TestPortal, location: Location) -> TestPortal {
    let portal = open(&location, &test.clock, test.keyring()).await.unwrap();
    TestPortal {
        portal,
        location,
        ..test.clone()
    }
}

/// Fills a disk and asserts that writes fail, then frees it and asserts that everything works again.
async fn fill_and_free(test: &TestPortal, disk: &SmallDisk) {
    let clients = Clients::new(test).await;
    for _ in 0..3 {
        disk.fill();
        // Writes succeed until the free space inside the database files is used up.
        eventually("writes still succeed", async || {
            let outcomes = clients.writes(&test.portal).await;
            outcomes.iter().any(|(_, outcome)| {
                let error = outcome.as_ref().err().map(ToString::to_string);
                let full = matches!(outcome, Err(Error::Unavailable { .. }));
                assert!(full || error.is_none(), "{error:?}");
                full
            })
        })
        .await;
        test.advance(120);
        assert_all_succeed(clients.reads(&test.portal).await);
        assert_eq!(wait_until_not_ready(&test.portal).await, "The disk is full.");
        disk.free();
        assert_recovers(&clients, &test.portal).await;
    }
}

#[tokio::test]
async fn full_disk_stops_writes_until_space_is_freed() {
    let test = TestPortal::start(Engine::Sqlite).await;
    // Where mounting is not permitted, `database::tests` covers this with a limit on the pages of the file.
    let Some(disk) = SmallDisk::mount(24, "0") else {
        println!("mounting is not permitted");
        return;
    };
    let test = open_at(&test, Location::File(disk.path().join("gatehouse.db"))).await;
    fill_and_free(&test, &disk).await;
    test.portal.close().await;
}

#[rstest]
#[tokio::test]
async fn full_tablespace_stops_writes_until_space_is_freed(#[values(Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    // This needs its own server: a server with a full tablespace cannot create or drop databases for other tests.
    let disk = PostgresServer::user().and_then(|user| SmallDisk::mount(40, &user));
    let (Some(disk), Some(server)) = (disk, PostgresServer::start()) else {
        println!("mounting is not permitted or PostgreSQL is not installed; a read-only server is tested instead");
        return assert_read_only_server_stops_writes(&test).await;
    };
    let own = TestPortal {
        location: server.location("postgres"),
        ..test.clone()
    };
    let tablespace = format!("create tablespace small location '{}'", disk.path().display());
    execute(&own, &tablespace).await.unwrap();
    execute(&own, "create database small template template0 tablespace small")
        .await
        .unwrap();
    let test = open_at(&test, server.location("small")).await;
    fill_and_free(&test, &disk).await;
    test.portal.close().await;
}

async fn execute(test: &TestPortal, sql: &str) -> Result<(), sqlx::Error> {
    let Location::Postgres(url) = &test.location else {
        panic!("PostgreSQL only")
    };
    let mut connection = PgConnection::connect(url).await?;
    connection.execute(AssertSqlSafe(sql)).await?;
    connection.close().await
}

#[rstest]
#[tokio::test]
async fn read_only_server_stops_writes_until_writable(#[values(Engine::Postgres)] engine: Engine) {
    assert_read_only_server_stops_writes(&TestPortal::start(engine).await).await;
}

async fn assert_read_only_server_stops_writes(test: &TestPortal) {
    let clients = Clients::new(test).await;
    let (name,) = sqlx::query_as::<_, (String,)>("select current_database()::text")
        .fetch_one(
            &mut PgConnection::connect(match &test.location {
                Location::Postgres(url) => url,
                Location::File(_) => panic!("PostgreSQL only"),
            })
            .await
            .unwrap(),
        )
        .await
        .unwrap();
    for _ in 0..2 {
        let end_sessions = "select pg_terminate_backend(pid) from pg_stat_activity
                            where datname = current_database() and pid <> pg_backend_pid()";
        execute(
            test,
            &format!("alter database {name} set default_transaction_read_only = on"),
        )
        .await
        .unwrap();
        execute(test, end_sessions).await.unwrap();
        assert_eq!(wait_until_not_ready(&test.portal).await, "The database is read-only.");
        assert_all_unavailable(clients.writes(&test.portal).await);
        test.advance(120);
        assert_all_succeed(clients.reads(&test.portal).await);
        // Sessions opened in the meantime stay read-only until they are closed.
        let mut connection = PgConnection::connect(match &test.location {
            Location::Postgres(url) => url,
            Location::File(_) => panic!("PostgreSQL only"),
        })
        .await
        .unwrap();
        connection
            .execute("set default_transaction_read_only = off")
            .await
            .unwrap();
        let sql = format!("alter database {name} set default_transaction_read_only = off");
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
        assert_recovers(&clients, &test.portal).await;
    }
}

#[rstest]
#[tokio::test]
async fn requests_fail_fast_while_server_is_down_and_recover(#[values(Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let (mut proxy, location) = Proxy::start(&test).await;
    let test = open_at(&test, location).await;
    let _watch = tokio::spawn(portal::maintenance::watch(test.portal.clone()));
    let clients = Clients::new(&test).await;
    for _ in 0..2 {
        proxy.disconnect().await;
        // The first request may have to detect the outage.
        let started = Instant::now();
        assert_all_unavailable(clients.writes(&test.portal).await);
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        let started = Instant::now();
        for _ in 0..20 {
            assert_all_unavailable(clients.writes(&test.portal).await);
        }
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
        assert_eq!(
            wait_until_not_ready(&test.portal).await,
            "The database is not responding."
        );
        proxy.reconnect().await;
        assert_recovers(&clients, &test.portal).await;
    }
}

#[rstest]
#[tokio::test]
async fn requests_fail_fast_while_network_hangs(#[values(Engine::Postgres)] engine: Engine) {
    let test = TestPortal::start(engine).await;
    let (mut proxy, location) = Proxy::start(&test).await;
    let test = open_at(&test, location).await;
    let clients = Clients::new(&test).await;
    proxy.hang().await;
    let started = Instant::now();
    assert_all_unavailable(clients.writes(&test.portal).await);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
    let started = Instant::now();
    assert_all_unavailable(clients.writes(&test.portal).await);
    assert!(
        started.elapsed() < Duration::from_millis(500),
        "{:?}",
        started.elapsed()
    );
    proxy.reconnect().await;
    // A connection attempt that hangs has to time out first.
    eventually("the portal is still not ready", async || {
        test.portal.check_ready().await.is_ok()
    })
    .await;
    assert_recovers(&clients, &test.portal).await;
}

#[rstest]
#[tokio::test]
async fn reads_succeed_while_another_process_holds_write_lock(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let clients = Clients::new(&test).await;
    assert_all_succeed(clients.writes(&test.portal).await);
    // Every last use has to be recorded again, and every cache entry has expired.
    test.advance(120);
    let other = test.another_node().await;
    let lock = Lock::take(&test).await;
    for portal in [&test.portal, &other] {
        let started = Instant::now();
        assert_all_succeed(clients.reads(portal).await);
        assert!(started.elapsed() < Duration::from_secs(9), "{:?}", started.elapsed());
    }
    if test.engine == Engine::Sqlite {
        let reason = wait_until_not_ready(&test.portal).await;
        assert!(reason.contains("lock"), "{reason}");
        let started = Instant::now();
        assert_all_unavailable(vec![("a consumer", {
            let name = "Waiting".to_owned();
            let created = consumers::create(&test.portal, &clients.browser.actor, ConsumerForm { name }).await;
            created.map(|_| ())
        })]);
        assert!(started.elapsed() < Duration::from_secs(12), "{:?}", started.elapsed());
    }
    lock.release().await;
    assert_recovers(&clients, &test.portal).await;
}

/// A lock that another process holds.
enum Lock {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Lock {
    async fn take(test: &TestPortal) -> Self {
        match &test.location {
            Location::File(path) => {
                let url = format!("sqlite:{}", path.display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                connection.execute("begin immediate").await.unwrap();
                Self::Sqlite(connection)
            }
            Location::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                let tables = "sessions, tokens, client_secrets, oauth_apps, oauth_used_scopes, api_keys, \
                              implementations, requested_fields";
                let sql = format!("begin; lock table {tables} in exclusive mode");
                sqlx::raw_sql(AssertSqlSafe(sql))
                    .execute(&mut connection)
                    .await
                    .unwrap();
                Self::Postgres(connection)
            }
        }
    }

    async fn release(self) {
        match self {
            Self::Sqlite(mut connection) => {
                connection.execute("rollback").await.unwrap();
            }
            Self::Postgres(mut connection) => {
                connection.execute("rollback").await.unwrap();
            }
        }
    }
}

#[tokio::test]
async fn moved_database_files_are_reported() {
    let test = TestPortal::start(Engine::Sqlite).await;
    let _watch = tokio::spawn(portal::maintenance::watch(test.portal.clone()));
    let clients = Clients::new(&test).await;
    let Location::File(path) = test.location.clone() else {
        panic!("SQLite only")
    };
    let moved = path.with_extension("moved");
    std::fs::rename(&path, &moved).unwrap();
    let reason = wait_until_not_ready(&test.portal).await;
    assert!(reason.contains("was moved or deleted"), "{reason}");
    assert_all_unavailable(clients.writes(&test.portal).await);
    test.advance(120);
    assert_all_succeed(clients.reads(&test.portal).await);
    let refused = open(&test.location, &test.clock, test.keyring()).await;
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("a server is running on this database"), "{error}");
    std::fs::rename(&moved, &path).unwrap();
    assert_recovers(&clients, &test.portal).await;
}

#[rstest]
#[tokio::test]
async fn concurrent_readiness_checks_share_one_database_check(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    test.portal.check_ready().await.unwrap();
    let last_check = async || match test.engine {
        Engine::Sqlite => test.query_column("select hex(filler) from readiness").await,
        // Each check is rolled back, and PostgreSQL counts rollbacks.
        Engine::Postgres => {
            let sql = "select cast(xact_rollback as text) from pg_stat_database where datname = current_database()";
            test.query_column(sql).await
        }
    };
    let before = last_check().await;
    let started = Instant::now();
    let mut checks = tokio::task::JoinSet::new();
    for _ in 0..500 {
        let portal = test.portal.clone();
        checks.spawn(async move { portal.check_ready().await });
    }
    while let Some(outcome) = checks.join_next().await {
        outcome.unwrap().unwrap();
    }
    if started.elapsed() < Duration::from_millis(900) {
        assert_eq!(last_check().await, before);
    }
    if test.engine == Engine::Sqlite {
        eventually("no new check runs", async || {
            test.portal.check_ready().await.unwrap();
            last_check().await != before
        })
        .await;
        assert_eq!(test.count_rows("readiness").await, 1);
    } else {
        assert_eq!(test.count_rows("readiness").await, 0);
    }
}

#[rstest]
#[tokio::test]
async fn missing_master_key_file_is_refused_and_not_created(
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let test = TestPortal::start(engine).await;
    let path = test.folder.join("master.key");
    let before = std::fs::read_dir(&test.folder).unwrap().count();
    for _ in 0..2 {
        let keyring = Keyring::from_file(&path).unwrap();
        let refused = open(&test.location, &test.clock, keyring).await;
        let error = refused.unwrap_err().to_string();
        assert!(error.starts_with("the master key file is missing"), "{error}");
        assert!(error.contains("restore "), "{error}");
        assert_eq!(std::fs::read_dir(&test.folder).unwrap().count(), before);
    }
    // A new database gets a new key file.
    test.execute("delete from master_key_checks; delete from signing_keys")
        .await;
    open(&test.location, &test.clock, Keyring::from_file(&path).unwrap())
        .await
        .unwrap();
    assert!(path.exists());
}
