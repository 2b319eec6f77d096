use crate::api::connector::events::*;
use crate::config::{Config, Overrides};
use domain::accounts::NewAccount;
use domain::integration::api_keys::Overlap;
use domain::integration::settings::Edit;
use futures_util::{Stream, StreamExt};
use portal::integration::{api_keys, settings};
use portal::{Actor, Clock, Keyring, Location, Options, Portal, accounts};
use std::pin::pin;
use tempfile::TempDir;

/// A heartbeat interval that is short enough for tests.
const SHORT_INTERVAL: Duration = Duration::from_millis(20);

struct TestServer {
    app: AppState,
    operator: Actor,
    key: String,
    _folder: TempDir,
}

impl TestServer {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            database: Location::File(folder.path().join("gatehouse.db")),
            keyring: Keyring::parse(portal::new_master_key().expose()).unwrap(),
            clock: Clock::manual(domain::time::Timestamp(1_780_272_000_000)),
            http_client: portal::http_client::HttpClientConfig::default(),
            mail: testing::mail_config(),
        };
        let portal = Portal::open(options).await.unwrap();
        let account = NewAccount {
            account_name: "Northwind".to_owned(),
            name: "Ada Lovelace".to_owned(),
            email: "ada@example.com".to_owned(),
            password: "correct horse battery staple".to_owned(),
        };
        accounts::create(&portal, account).await.unwrap();
        let operator = accounts::operator(&portal, None).await.unwrap();
        let key = api_keys::show(&portal, &operator).await.unwrap();
        Self {
            app: AppState::new(portal, Config::load(&Overrides::default()).unwrap()),
            operator,
            key: key.expose().to_owned(),
            _folder: folder,
        }
    }

    async fn listen(&self, last_sent: i64, heartbeat_interval: Duration) -> impl Stream<Item = String> + use<> {
        let portal = &self.app.portal;
        let caller = connectors::authenticate(portal, &self.key, None)
            .await
            .unwrap()
            .unwrap();
        let events = EventStream {
            app: self.app.clone(),
            listener: connectors::listen(portal, &caller).await.unwrap(),
            caller,
            shutdown: self.app.shutdown_signal(),
            last_sent,
            has_started: false,
            heartbeat_interval,
        };
        let chunks = events.into_body().into_data_stream();
        chunks.map(|chunk| String::from_utf8(chunk.unwrap().to_vec()).unwrap())
    }

    async fn set_remote_logging(&self, on: bool) {
        let portal = &self.app.portal;
        let base = settings::get(portal, &self.operator).await.unwrap().revision;
        settings::save(portal, &self.operator, base, &Edit::RemoteLogging(on))
            .await
            .unwrap();
    }

    async fn rotate(&self, overlap: Overlap) {
        let portal = &self.app.portal;
        let current = api_keys::get(portal, &self.operator).await.unwrap().current.id;
        api_keys::rotate(portal, &self.operator, current, overlap)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn idle_stream_sends_comments() {
    let server = TestServer::new().await;
    let mut events = pin!(server.listen(0, SHORT_INTERVAL).await);
    assert_eq!(events.next().await.unwrap(), "retry: 1000\n\n");
    assert_eq!(events.next().await.unwrap(), ":\n\n");
    server.set_remote_logging(true).await;
    let event = loop {
        match events.next().await.unwrap() {
            comment if comment == ":\n\n" => {}
            event => break event,
        }
    };
    assert_eq!(event, "event: settings\nid: 1\ndata: {\"revision\":1}\n\n");
}

#[tokio::test]
async fn expired_key_ends_the_stream_at_the_next_heartbeat() {
    let server = TestServer::new().await;
    server.rotate(Overlap::Hour).await;
    let mut events = pin!(server.listen(0, SHORT_INTERVAL).await);
    assert_eq!(events.next().await.unwrap(), "retry: 1000\n\n");
    assert_eq!(events.next().await.unwrap(), ":\n\n");
    server.app.portal.clock().advance(Duration::from_secs(3600));
    while let Some(comment) = events.next().await {
        assert_eq!(comment, ":\n\n");
    }
}

#[tokio::test]
async fn revoked_key_ends_the_stream_immediately() {
    let server = TestServer::new().await;
    let mut events = pin!(server.listen(0, HEARTBEAT_INTERVAL).await);
    assert_eq!(events.next().await.unwrap(), "retry: 1000\n\n");
    server.rotate(Overlap::None).await;
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn many_missed_revisions_are_sent_in_chunks() {
    let server = TestServer::new().await;
    // Negative revisions stand in for revisions that were missed.
    let mut events = pin!(server.listen(-3 * MAX_CHUNK_EVENTS, HEARTBEAT_INTERVAL).await);
    let mut ids = Vec::new();
    while ids.len() < 3 * usize::try_from(MAX_CHUNK_EVENTS).unwrap() {
        let chunk = events.next().await.unwrap();
        let chunk_ids = chunk.lines().filter_map(|line| line.strip_prefix("id: "));
        ids.extend(chunk_ids.map(|id| id.parse::<i64>().unwrap()));
        assert!(chunk.len() < 10_000);
    }
    assert_eq!(ids, (1 - 3 * MAX_CHUNK_EVENTS..=0).collect::<Vec<_>>());
}

#[tokio::test]
async fn server_shutdown_ends_the_stream() {
    let server = TestServer::new().await;
    let mut events = pin!(server.listen(0, HEARTBEAT_INTERVAL).await);
    assert_eq!(events.next().await.unwrap(), "retry: 1000\n\n");
    server.app.begin_shutdown();
    assert_eq!(events.next().await, None);
}
