use crate::config::{Config, Overrides};
use crate::connector::events::*;
use domain::accounts::NewAccount;
use domain::integration::api_keys::Overlap;
use domain::integration::settings::Edit;
use futures_util::{Stream, StreamExt};
use portal::integration::{api_keys, settings};
use portal::{Actor, Clock, Keyring, Location, Options, Portal, accounts};
use std::pin::pin;
use tempfile::TempDir;

/// A heartbeat that a test can wait for.
const QUICK: Duration = Duration::from_millis(20);

struct World {
    app: App,
    operator: Actor,
    key: String,
    _folder: TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            database: Location::File(folder.path().join("gatehouse.db")),
            keyring: Keyring::parse(portal::new_master_key().expose()).unwrap(),
            clock: Clock::manual(domain::time::Timestamp(1_780_272_000_000)),
            outgoing: portal::http_client::Policy::default(),
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
            app: App::new(portal, Config::load(&Overrides::default()).unwrap()),
            operator,
            key: key.expose().to_owned(),
            _folder: folder,
        }
    }

    async fn listen(&self, told: i64, heartbeat: Duration) -> impl Stream<Item = String> + use<> {
        let portal = &self.app.portal;
        let caller = connectors::authenticate(portal, &self.key, None)
            .await
            .unwrap()
            .unwrap();
        let events = Events {
            app: self.app.clone(),
            listener: connectors::listen(portal, &caller).await.unwrap(),
            caller,
            stopping: self.app.stopping(),
            told,
            begun: false,
            heartbeat,
        };
        let pieces = events.into_body().into_data_stream();
        pieces.map(|piece| String::from_utf8(piece.unwrap().to_vec()).unwrap())
    }

    async fn switch_remote_logging(&self, on: bool) {
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
async fn silence_is_broken_by_comments() {
    let world = World::new().await;
    let mut events = pin!(world.listen(0, QUICK).await);
    assert_eq!(events.next().await.unwrap(), "retry: 1000\n\n");
    assert_eq!(events.next().await.unwrap(), ":\n\n");
    world.switch_remote_logging(true).await;
    let told = loop {
        match events.next().await.unwrap() {
            comment if comment == ":\n\n" => {}
            told => break told,
        }
    };
    assert_eq!(told, "event: settings\nid: 1\ndata: {\"revision\":1}\n\n");
}

#[tokio::test]
async fn a_key_that_comes_to_its_end_is_noticed_at_the_next_heartbeat() {
    let world = World::new().await;
    world.rotate(Overlap::Hour).await;
    let mut events = pin!(world.listen(0, QUICK).await);
    assert_eq!(events.next().await.unwrap(), "retry: 1000\n\n");
    assert_eq!(events.next().await.unwrap(), ":\n\n");
    world.app.portal.clock().advance(Duration::from_secs(3600));
    while let Some(comment) = events.next().await {
        assert_eq!(comment, ":\n\n");
    }
}

#[tokio::test]
async fn a_key_that_is_ended_ends_the_stream_without_a_heartbeat() {
    let world = World::new().await;
    let mut events = pin!(world.listen(0, HEARTBEAT).await);
    assert_eq!(events.next().await.unwrap(), "retry: 1000\n\n");
    world.rotate(Overlap::None).await;
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn many_that_were_missed_come_in_pieces() {
    let world = World::new().await;
    // Read, as if there had been as many.
    let mut events = pin!(world.listen(-3 * AT_ONCE, HEARTBEAT).await);
    let mut ids = Vec::new();
    while ids.len() < 3 * usize::try_from(AT_ONCE).unwrap() {
        let piece = events.next().await.unwrap();
        let of_piece = piece.lines().filter_map(|line| line.strip_prefix("id: "));
        ids.extend(of_piece.map(|id| id.parse::<i64>().unwrap()));
        assert!(piece.len() < 10_000);
    }
    assert_eq!(ids, (1 - 3 * AT_ONCE..=0).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_end_of_the_server_is_the_end() {
    let world = World::new().await;
    let mut events = pin!(world.listen(0, HEARTBEAT).await);
    assert_eq!(events.next().await.unwrap(), "retry: 1000\n\n");
    world.app.stop();
    assert_eq!(events.next().await, None);
}
