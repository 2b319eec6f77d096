//! A database that is full, locked by another, moved away, or not there at all: what goes on, what is said, and that all
//! of it works again at once.

use crate::oauth_apps::form;
use crate::support::postgres_server::PostgresServer;
use crate::support::proxy::Proxy;
use crate::support::small_disk::SmallDisk;
use crate::support::{ADA, App, Browser, Engine, House, PASSWORD, client, eventually, open, rand_u128};
use domain::integration::implementations::Connector;
use domain::oauth1::consumers::NewConsumer;
use domain::oauth2::Parameters;
use domain::oauth2::scopes::Scope;
use portal::auth::{sessions, sign_in};
use portal::integration::{api_keys, connectors};
use portal::oauth1::Denied;
use portal::oauth1::consumers;
use portal::oauth2::{self, Policy};
use portal::{Error, Keyring, Location, Portal, Secret};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use std::time::{Duration, Instant};

both!(
    reads_go_on_while_another_holds_the_write_lock,
    many_who_ask_whether_the_portal_is_ready_are_answered_by_one_look,
    a_missing_master_key_is_refused_and_none_is_made,
);

mod sqlite_only {
    #[tokio::test]
    async fn a_full_disk_stops_writing_until_there_is_room() {
        crate::support::run(crate::support::Engine::Sqlite, super::full_disk).await;
    }

    #[tokio::test]
    async fn files_that_are_moved_away_are_noticed() {
        crate::support::run(crate::support::Engine::Sqlite, super::files_moved_away).await;
    }
}

mod postgres_only {
    #[tokio::test]
    async fn a_full_tablespace_stops_writing_until_there_is_room() {
        crate::support::run(crate::support::Engine::Postgres, super::full_tablespace).await;
    }

    #[tokio::test]
    async fn a_server_that_only_reads_stops_writing_until_it_writes_again() {
        crate::support::run(crate::support::Engine::Postgres, super::read_only_server).await;
    }

    #[tokio::test]
    async fn requests_fail_at_once_while_the_server_is_away_and_work_as_soon_as_it_is_back() {
        crate::support::run(crate::support::Engine::Postgres, super::server_away).await;
    }

    #[tokio::test]
    async fn requests_fail_soon_while_the_network_swallows_everything() {
        crate::support::run(crate::support::Engine::Postgres, super::network_hangs).await;
    }
}

/// How soon everything works again.
const RECOVERY: Duration = Duration::from_secs(1);

/// Everything that can ask the portal for something.
struct Clients {
    browser: Browser,
    signed: App,
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
    async fn new(house: &House) -> Self {
        let browser = house.set_up().await;
        let (signed, _, _) = house.app(&browser.actor, "Web shop").await;
        let app = portal::oauth2::oauth_apps::create(&house.portal, &browser.actor, form("Connector"))
            .await
            .unwrap();
        let mut clients = Self {
            signed,
            client_id: app.id.to_string(),
            client_secret: app.secret.unwrap(),
            api_key: api_keys::show(&house.portal, &browser.actor).await.unwrap(),
            access_token: Secret::new(String::new()),
            browser,
        };
        clients.access_token = clients.token(&house.portal).await.unwrap();
        clients
    }

    async fn token(&self, portal: &Portal) -> Result<Secret, Error> {
        let error = |denied| match denied {
            oauth2::Denied::Error(error) => error,
            oauth2::Denied::Refused(refusal) => panic!("{refusal}"),
        };
        let client = oauth2::authenticate_client(portal, &self.client_id, Some(self.client_secret.expose())).await;
        let parameters = Parameters::parse(b"grant_type=client_credentials").unwrap();
        let granted = oauth2::grant(portal, &policy(), &*client.map_err(error)?, &parameters).await;
        Ok(granted.map_err(error)?.access_token)
    }

    /// Everything that takes that something is written.
    async fn writes(&self, portal: &Portal) -> Vec<(&'static str, Result<(), Error>)> {
        let name = format!("Consumer {:x}", rand_u128());
        let signed = match self.signed.call(portal).await {
            Err(Denied::Error(error)) => Err(error),
            Err(Denied::Refused(refusal)) => panic!("{refusal:?}"),
            Ok(_) => Ok(()),
        };
        vec![
            ("a signed request", signed),
            ("an access token", self.token(portal).await.map(|_| ())),
            (
                "a consumer",
                consumers::create(portal, &self.browser.actor, NewConsumer { name })
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

    /// Everything that is only read, although it is noted that it was.
    async fn reads(&self, portal: &Portal) -> Vec<(&'static str, Result<(), Error>)> {
        let bearer = async {
            let bearer = oauth2::authenticate(portal, &policy(), self.access_token.expose()).await?;
            bearer.require(portal, &[Scope::AdminUserRead]).await
        };
        let settings = async {
            let connector = Connector::parse("sitecoreai/2.1; instance=\"Production\"").ok();
            let caller = connectors::authenticate(portal, self.api_key.expose(), connector).await?;
            let caller = caller.expect("the key works");
            connectors::settings(portal, &caller).await?;
            connectors::field(portal, &caller, "Hero image").await.map(|_| ())
        };
        let client = oauth2::authenticate_client(portal, &self.client_id, Some(self.client_secret.expose()));
        let error = |denied| match denied {
            oauth2::Denied::Error(error) => error,
            oauth2::Denied::Refused(refusal) => panic!("{refusal}"),
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
            ("a client's question", client.await.map(|_| ()).map_err(error)),
        ]
    }
}

#[track_caller]
fn assert_all_work(outcomes: Vec<(&'static str, Result<(), Error>)>) {
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

/// Waits until everything works, which it must do soon, and go on doing.
async fn recovers(clients: &Clients, portal: &Portal) {
    let begun = Instant::now();
    loop {
        let failed = clients
            .writes(portal)
            .await
            .into_iter()
            .find(|(_, outcome)| outcome.is_err());
        let Some((what, failure)) = failed else { break };
        assert!(begun.elapsed() < RECOVERY, "{what}: {failure:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for _ in 0..5 {
        assert_all_work(clients.writes(portal).await);
        assert_all_work(clients.reads(portal).await);
    }
    // What was found a moment ago holds for a second.
    eventually("ready again", || async { portal.check_ready().await.is_ok() }).await;
}

/// Waits until the portal says that it is not ready, and returns why.
async fn not_ready(portal: &Portal) -> String {
    let begun = Instant::now();
    loop {
        if let Err(not_ready) = portal.check_ready().await {
            return not_ready.to_string();
        }
        assert!(begun.elapsed() < Duration::from_secs(10), "ready");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A portal that is another's house, but for where its database is.
async fn at(house: &House, location: Location) -> House {
    let portal = open(&location, &house.clock, house.keyring()).await.unwrap();
    House {
        portal,
        location,
        ..house.clone()
    }
}

/// Fills a disk, sees everything fail that has to, frees it, and sees everything work.
async fn fill_and_free(house: &House, disk: &SmallDisk) {
    let clients = Clients::new(house).await;
    for _ in 0..3 {
        disk.fill();
        // What there is room for in the files is written still.
        eventually("there is room still", async || {
            let outcomes = clients.writes(&house.portal).await;
            outcomes.iter().any(|(_, outcome)| {
                let error = outcome.as_ref().err().map(ToString::to_string);
                let full = matches!(outcome, Err(Error::Unavailable { .. }));
                assert!(full || error.is_none(), "{error:?}");
                full
            })
        })
        .await;
        house.advance(120);
        assert_all_work(clients.reads(&house.portal).await);
        assert_eq!(not_ready(&house.portal).await, "The disk is full.");
        disk.free();
        recovers(&clients, &house.portal).await;
    }
}

async fn full_disk(house: House) {
    // Without it, `database::tests` has the same with a bound on the pages of the file.
    let Some(disk) = SmallDisk::mount(24, "0") else {
        println!("mounting is not permitted");
        return;
    };
    let house = at(&house, Location::File(disk.path().join("gatehouse.db"))).await;
    fill_and_free(&house, &disk).await;
    house.portal.close().await;
}

async fn full_tablespace(house: House) {
    // On a server of its own: one that cannot write a tablespace makes and drops no database for other tests.
    let disk = PostgresServer::user().and_then(|user| SmallDisk::mount(40, &user));
    let (Some(disk), Some(server)) = (disk, PostgresServer::start()) else {
        println!("mounting is not permitted, or the server is not installed; one that only reads stands in for it");
        return read_only_server(house).await;
    };
    let own = House {
        location: server.location("postgres"),
        ..house.clone()
    };
    let tablespace = format!("create tablespace small location '{}'", disk.path().display());
    execute(&own, &tablespace).await.unwrap();
    execute(&own, "create database small template template0 tablespace small")
        .await
        .unwrap();
    let house = at(&house, server.location("small")).await;
    fill_and_free(&house, &disk).await;
    house.portal.close().await;
}

async fn execute(house: &House, sql: &str) -> Result<(), sqlx::Error> {
    let Location::Postgres(url) = &house.location else {
        panic!("PostgreSQL only")
    };
    let mut connection = PgConnection::connect(url).await?;
    connection.execute(AssertSqlSafe(sql)).await?;
    connection.close().await
}

async fn read_only_server(house: House) {
    let clients = Clients::new(&house).await;
    let (name,) = sqlx::query_as::<_, (String,)>("select current_database()::text")
        .fetch_one(
            &mut PgConnection::connect(match &house.location {
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
            &house,
            &format!("alter database {name} set default_transaction_read_only = on"),
        )
        .await
        .unwrap();
        execute(&house, end_sessions).await.unwrap();
        assert_eq!(not_ready(&house.portal).await, "The database can only be read.");
        assert_all_unavailable(clients.writes(&house.portal).await);
        house.advance(120);
        assert_all_work(clients.reads(&house.portal).await);
        // A session that began meanwhile only reads for as long as it lives.
        let mut connection = PgConnection::connect(match &house.location {
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
        recovers(&clients, &house.portal).await;
    }
}

async fn server_away(house: House) {
    let (mut proxy, location) = Proxy::start(&house).await;
    let house = at(&house, location).await;
    let _watch = tokio::spawn(portal::maintenance::watch(house.portal.clone()));
    let clients = Clients::new(&house).await;
    for _ in 0..2 {
        proxy.cut().await;
        // The first may have to find out.
        let begun = Instant::now();
        assert_all_unavailable(clients.writes(&house.portal).await);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        let begun = Instant::now();
        for _ in 0..20 {
            assert_all_unavailable(clients.writes(&house.portal).await);
        }
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        assert_eq!(not_ready(&house.portal).await, "The database does not answer.");
        proxy.mend().await;
        recovers(&clients, &house.portal).await;
    }
}

async fn network_hangs(house: House) {
    let (mut proxy, location) = Proxy::start(&house).await;
    let house = at(&house, location).await;
    let clients = Clients::new(&house).await;
    proxy.hang().await;
    let begun = Instant::now();
    assert_all_unavailable(clients.writes(&house.portal).await);
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let begun = Instant::now();
    assert_all_unavailable(clients.writes(&house.portal).await);
    assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    proxy.mend().await;
    // An attempt to connect that the network has swallowed ends first.
    eventually("away still", async || house.portal.check_ready().await.is_ok()).await;
    recovers(&clients, &house.portal).await;
}

async fn reads_go_on_while_another_holds_the_write_lock(house: House) {
    let clients = Clients::new(&house).await;
    assert_all_work(clients.writes(&house.portal).await);
    // Everything that was noted is due again, and nothing is remembered.
    house.advance(120);
    let other = house.another_node().await;
    let lock = Lock::take(&house).await;
    for portal in [&house.portal, &other] {
        let begun = Instant::now();
        assert_all_work(clients.reads(portal).await);
        assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
    }
    if house.engine == Engine::Sqlite {
        let reason = not_ready(&house.portal).await;
        assert!(reason.contains("lock"), "{reason}");
        let begun = Instant::now();
        assert_all_unavailable(vec![("a consumer", {
            let name = "Waiting".to_owned();
            let made = consumers::create(&house.portal, &clients.browser.actor, NewConsumer { name }).await;
            made.map(|_| ())
        })]);
        assert!(begun.elapsed() < Duration::from_secs(12), "{:?}", begun.elapsed());
    }
    lock.release().await;
    recovers(&clients, &house.portal).await;
}

/// The locks of another process.
enum Lock {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Lock {
    async fn take(house: &House) -> Self {
        match &house.location {
            Location::File(path) => {
                let url = format!("sqlite:{}", path.display());
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                connection.execute("begin immediate").await.unwrap();
                Self::Sqlite(connection)
            }
            Location::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.unwrap();
                let tables = "sessions, tokens, client_secrets, oauth_apps, oauth_used_scopes, api_keys, \
                              implementations, asked_fields";
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

async fn files_moved_away(house: House) {
    let _watch = tokio::spawn(portal::maintenance::watch(house.portal.clone()));
    let clients = Clients::new(&house).await;
    let Location::File(path) = house.location.clone() else {
        panic!("SQLite only")
    };
    let away = path.with_extension("away");
    std::fs::rename(&path, &away).unwrap();
    let reason = not_ready(&house.portal).await;
    assert!(reason.contains("was moved away or deleted"), "{reason}");
    assert_all_unavailable(clients.writes(&house.portal).await);
    house.advance(120);
    assert_all_work(clients.reads(&house.portal).await);
    let refused = open(&house.location, &house.clock, house.keyring()).await;
    let error = refused.unwrap_err().to_string();
    assert!(error.contains("a server is running on this database"), "{error}");
    std::fs::rename(&away, &path).unwrap();
    recovers(&clients, &house.portal).await;
}

async fn many_who_ask_whether_the_portal_is_ready_are_answered_by_one_look(house: House) {
    house.portal.check_ready().await.unwrap();
    let written = async || match house.engine {
        Engine::Sqlite => house.texts("select hex(filler) from readiness").await,
        // What is rolled back is counted all the same.
        Engine::Postgres => {
            let sql = "select cast(xact_rollback as text) from pg_stat_database where datname = current_database()";
            house.texts(sql).await
        }
    };
    let before = written().await;
    let begun = Instant::now();
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..500 {
        let portal = house.portal.clone();
        asking.spawn(async move { portal.check_ready().await });
    }
    while let Some(outcome) = asking.join_next().await {
        outcome.unwrap().unwrap();
    }
    if begun.elapsed() < Duration::from_millis(900) {
        assert_eq!(written().await, before);
    }
    if house.engine == Engine::Sqlite {
        eventually("it is never looked again", async || {
            house.portal.check_ready().await.unwrap();
            written().await != before
        })
        .await;
        assert_eq!(house.count("readiness").await, 1);
    } else {
        assert_eq!(house.count("readiness").await, 0);
    }
}

async fn a_missing_master_key_is_refused_and_none_is_made(house: House) {
    let path = house.folder.join("master.key");
    let before = std::fs::read_dir(&house.folder).unwrap().count();
    for _ in 0..2 {
        let keyring = Keyring::from_file(&path).unwrap();
        let refused = open(&house.location, &house.clock, keyring).await;
        let error = refused.unwrap_err().to_string();
        assert!(error.starts_with("the master key file is missing"), "{error}");
        assert!(error.contains("master.key back"), "{error}");
        assert_eq!(std::fs::read_dir(&house.folder).unwrap().count(), before);
    }
    // A new database gets one.
    house
        .execute("delete from master_key_checks; delete from signing_keys")
        .await;
    open(&house.location, &house.clock, Keyring::from_file(&path).unwrap())
        .await
        .unwrap();
    assert!(path.exists());
}
