//! A portal with people, consumers and tokens, and servers that share it.

use crate::database::{Database, Engine, engines};
use crate::http::{Answer, Call};
use crate::signer::{Credentials, Unsigned};
use domain::accounts::NewAccount;
use domain::accounts::rights::Rights;
use domain::accounts::users::{ADMINISTRATOR, NewUser};
use domain::ids::{ConsumerId, ProfileId, TokenId, UserId};
use domain::oauth1::consumers::{ConsumerSigning, NewConsumer};
use domain::oauth1::tokens::{NewToken, Token};
use domain::time::Timestamp;
use portal::accounts::{profiles, users};
use portal::auth::sessions;
use portal::auth::sessions::Client;
use portal::oauth1::{consumers, tokens};
use portal::{Actor, Clock, Keyring, Options, Portal, Secret, accounts};
use server::config::Overrides;
use server::listener::{self, ConnectionLimits};
use server::{App, Config, router};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

pub const PASSWORD: &str = "correct horse battery staple";

/// Where everybody starts: 1 June 2026.
const BEGINNING: Timestamp = Timestamp(1_780_272_000_000);

/// What a test wants to be different.
#[derive(Debug, Clone)]
pub struct Settings {
    pub public_url: &'static str,
    pub plaintext_without_tls: bool,
    pub api_rate: u32,
    pub trusted_proxies: &'static str,
}

impl Default for Settings {
    fn default() -> Self {
        // As behind a proxy: what clients sign has nothing to do with the port that the server listens on.
        Self {
            public_url: "https://portal.example.com",
            plaintext_without_tls: false,
            api_rate: 0,
            trusted_proxies: "",
        }
    }
}

/// One account, its people, and the servers in front of it.
pub struct World {
    pub operator: Actor,
    pub ada: UserId,
    pub consumer: Consumer,
    /// Ada's token at `consumer`.
    pub token: TokenId,
    pub credentials: Credentials,
    nodes: Vec<Node>,
    settings: Settings,
    shared: Shared,
}

pub struct Consumer {
    pub id: ConsumerId,
    pub name: String,
}

struct Node {
    portal: Portal,
    address: SocketAddr,
    app: App,
    stop: Option<oneshot::Sender<()>>,
    tasks: JoinSet<()>,
}

/// What nodes have in common.
struct Shared {
    database: Database,
    master_key: Secret,
    clock: Clock,
}

/// Runs a test on each engine at hand.
pub async fn on_each_engine(settings: Settings, test: impl AsyncFn(World)) {
    for engine in engines() {
        println!("on {engine:?}");
        test(World::new(engine, settings.clone()).await).await;
    }
}

impl World {
    pub async fn new(engine: Engine, settings: Settings) -> Self {
        let shared = Shared {
            database: Database::new(engine).await,
            master_key: portal::new_master_key(),
            clock: Clock::manual(BEGINNING),
        };
        let node = Node::start(&shared, &settings).await;

        let account = NewAccount {
            account_name: "Analytical Engines".to_owned(),
            name: "Ada Lovelace".to_owned(),
            email: "ada@example.com".to_owned(),
            password: PASSWORD.to_owned(),
        };
        let (_, ada) = accounts::create(&node.portal, account).await.unwrap();
        let operator = accounts::operator(&node.portal, Some("Analytical Engines"))
            .await
            .unwrap();
        let name = "Web shop".to_owned();
        let made = consumers::create(&node.portal, &operator, NewConsumer { name: name.clone() })
            .await
            .unwrap();
        let consumer = Consumer {
            id: made.value.id,
            name,
        };
        let mut world = Self {
            operator,
            ada,
            token: TokenId(consumer.id.0),
            consumer,
            credentials: Credentials {
                origin: settings.public_url.to_owned(),
                consumer_key: made.value.key,
                consumer_secret: made.secret.expose().to_owned(),
                token: String::new(),
                token_secret: String::new(),
            },
            nodes: vec![node],
            settings,
            shared,
        };
        (world.token, world.credentials) = world.issue("ada@example.com").await;
        world
    }

    pub fn portal(&self) -> &Portal {
        &self.nodes[0].portal
    }

    /// Another server on the same database.
    pub async fn add_node(&mut self) {
        self.nodes.push(Node::start(&self.shared, &self.settings).await);
    }

    /// Another account with its administrator, as the operator works in it.
    pub async fn other_account(&self) -> Actor {
        let account = NewAccount {
            account_name: "Difference Engines".to_owned(),
            name: "Charles Babbage".to_owned(),
            email: "charles@example.com".to_owned(),
            password: PASSWORD.to_owned(),
        };
        accounts::create(self.portal(), account).await.unwrap();
        accounts::operator(self.portal(), Some("Difference Engines"))
            .await
            .unwrap()
    }

    /// What the second and further nodes work with.
    pub fn portal_of(&self, node: usize) -> &Portal {
        &self.nodes[node].portal
    }

    /// Stops a server, and waits until it has answered everything.
    pub async fn stop(&mut self, node: usize) {
        let node = &mut self.nodes[node];
        node.app.stop();
        drop(node.stop.take());
        node.tasks.join_next().await.unwrap().unwrap();
    }

    pub fn address_of(&self, node: usize) -> SocketAddr {
        self.nodes[node].address
    }

    pub fn address(&self) -> SocketAddr {
        self.address_of(0)
    }

    /// Seconds, as clients count them.
    pub fn now(&self) -> i64 {
        self.portal().now().seconds()
    }

    pub fn advance(&self, seconds: u64) {
        self.portal().clock().advance(std::time::Duration::from_secs(seconds));
    }

    /// A GET signed with Ada's token.
    pub fn get(&self, path: &str) -> Call {
        self.credentials.sign(&Unsigned::get(path, self.now()))
    }

    pub async fn send(&self, call: &Call) -> Answer {
        call.send(self.address()).await
    }

    /// What a GET signed with these credentials is answered.
    pub async fn ask(&self, credentials: &Credentials, path: &str) -> Answer {
        self.send(&credentials.sign(&Unsigned::get(path, self.now()))).await
    }

    /// Somebody of the account, with these rights.
    pub async fn person(&self, name: &str, rights: Rights) -> (UserId, ProfileId) {
        let profile = if rights == Rights::all() {
            ADMINISTRATOR.to_owned()
        } else {
            format!("Profile of {name}")
        };
        let id = if rights == Rights::all() {
            let all = profiles::list(self.portal(), &self.operator).await.unwrap();
            all.into_iter().find(|one| one.name == ADMINISTRATOR).unwrap().id
        } else {
            profiles::create(self.portal(), &self.operator, &profile, rights)
                .await
                .unwrap()
        };
        let user = NewUser {
            name: name.to_owned(),
            email: format!("{}@example.com", name.split(' ').next().unwrap().to_lowercase()),
            password: PASSWORD.to_owned(),
            profile,
        };
        (users::create(self.portal(), &self.operator, user).await.unwrap(), id)
    }

    /// A token of the consumer for whoever has this e-mail.
    pub async fn issue(&self, email: &str) -> (TokenId, Credentials) {
        let input = NewToken {
            user: email.to_owned(),
            consumer: self.consumer.id.to_string(),
            integration_type: domain::oauth1::integration_types::INTEGRATION_TYPES[0].to_owned(),
            integration_name: String::new(),
        };
        let made = tokens::create(self.portal(), &self.operator, input).await.unwrap();
        let (token, token_secret) = (made.value.token, made.secret.expose().to_owned());
        (
            made.value.id,
            Credentials {
                token,
                token_secret,
                ..self.credentials.clone()
            },
        )
    }

    /// The consumer's credentials, without a token.
    pub fn consumer_alone(&self) -> Credentials {
        Credentials {
            token: String::new(),
            token_secret: String::new(),
            ..self.credentials.clone()
        }
    }

    pub async fn set_signing(&self, rsa_public_key: &str, legacy_flow: bool) -> portal::Result<()> {
        let input = ConsumerSigning {
            rsa_public_key: rsa_public_key.to_owned(),
            legacy_flow,
        };
        consumers::set_signing(self.portal(), &self.operator, self.consumer.id, input).await
    }

    /// The token as the list shows it.
    pub async fn shown(&self, token: TokenId) -> Token {
        tokens::get(self.portal(), &self.operator, token).await.unwrap()
    }

    /// Whoever has this e-mail, signed in.
    pub async fn signed_in(&self, email: &str) -> Arc<Actor> {
        let client = Client {
            address: "192.0.2.7".to_owned(),
            user_agent: "Test".to_owned(),
        };
        let cookie = portal::auth::sign_in::sign_in(self.portal(), email, PASSWORD, &client)
            .await
            .unwrap();
        sessions::find(self.portal(), cookie.expose()).await.unwrap().unwrap()
    }

    /// Fails if an answer holds a secret.
    pub fn assert_no_secret(&self, answer: &Answer, credentials: &Credentials) {
        let whole = format!("{answer:?}");
        for secret in [&credentials.consumer_secret, &credentials.token_secret] {
            assert!(
                secret.is_empty() || !whole.contains(secret.as_str()),
                "a secret in {whole}"
            );
        }
    }
}

impl Node {
    async fn start(shared: &Shared, settings: &Settings) -> Self {
        let options = Options {
            database: shared.database.location.clone(),
            keyring: Keyring::parse(shared.master_key.expose()).unwrap(),
            clock: shared.clock.clone(),
            outgoing: portal::http_client::Policy::default(),
        };
        let portal = Portal::open(options).await.unwrap();
        let overrides = Overrides {
            public_url: Some(settings.public_url.to_owned()),
            oauth1_plaintext_without_tls: Some(settings.plaintext_without_tls.to_string()),
            api_rate: Some(settings.api_rate.to_string()),
            trusted_proxies: Some(settings.trusted_proxies.to_owned()),
            ..Overrides::default()
        };
        let app = App::new(portal.clone(), Config::load(&overrides).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        let (stop, stopped) = oneshot::channel::<()>();
        let limits = ConnectionLimits::of(&app.config);
        tasks.spawn(listener::answer(listener, router::router(&app), limits, async {
            let _ = stopped.await;
        }));
        tasks.spawn(portal::maintenance::watch(portal.clone()));
        Self {
            portal,
            address,
            app,
            stop: Some(stop),
            tasks,
        }
    }
}
