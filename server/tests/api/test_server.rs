//! A test server with an account, users, a consumer and a token, on one or more nodes.

use crate::http::{Request, Response};
use crate::signer::{Credentials, UnsignedRequest};
use domain::accounts::NewAccount;
use domain::accounts::rights::Rights;
use domain::accounts::users::{ADMINISTRATOR_PROFILE, NewUser};
use domain::ids::{ConsumerId, ProfileId, TokenId, UserId};
use domain::oauth1::consumers::{ConsumerForm, ConsumerSigning};
use domain::oauth1::tokens::{NewToken, Token};
use domain::time::Timestamp;
use portal::accounts::{profiles, users};
use portal::auth::sessions;
use portal::auth::sessions::BrowserInfo;
use portal::oauth1::{consumers, tokens};
use portal::{Actor, Clock, Keyring, Options, Portal, Secret, accounts};
use server::config::Overrides;
use server::listener::{self, ConnectionLimits};
use server::{AppState, Config, router};
use std::net::SocketAddr;
use std::sync::Arc;
use testing::{Engine, TestDatabase};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

pub const PASSWORD: &str = "correct horse battery staple";

/// The initial time of every test: 1 June 2026.
const START_TIME: Timestamp = Timestamp(1_780_272_000_000);

/// Settings that a test can change.
#[derive(Debug, Clone)]
pub struct TestConfig {
    pub public_url: &'static str,
    pub plaintext_without_tls: bool,
    pub api_rate: u32,
    pub trusted_proxies: &'static str,
}

impl Default for TestConfig {
    fn default() -> Self {
        // As behind a proxy, the URL that clients sign differs from the address that the server listens on.
        Self {
            public_url: "https://portal.example.com",
            plaintext_without_tls: false,
            api_rate: 0,
            trusted_proxies: "",
        }
    }
}

/// Holds one account with its users, and the nodes that serve it.
pub struct TestServer {
    pub operator: Actor,
    pub ada: UserId,
    pub consumer: Consumer,
    /// Ada's token at `consumer`.
    pub token: TokenId,
    pub credentials: Credentials,
    nodes: Vec<Node>,
    config: TestConfig,
    shared: Shared,
}

pub struct Consumer {
    pub id: ConsumerId,
    pub name: String,
}

struct Node {
    portal: Portal,
    address: SocketAddr,
    app: AppState,
    stop: Option<oneshot::Sender<()>>,
    tasks: JoinSet<()>,
}

/// Holds what all nodes share.
struct Shared {
    database: TestDatabase,
    master_key: Secret,
    clock: Clock,
}

impl TestServer {
    pub async fn new(engine: Engine, config: TestConfig) -> Self {
        let shared = Shared {
            database: TestDatabase::create(engine).await,
            master_key: portal::new_master_key(),
            clock: Clock::manual(START_TIME),
        };
        let node = Node::start(&shared, &config).await;

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
        let created = consumers::create(&node.portal, &operator, ConsumerForm { name: name.clone() })
            .await
            .unwrap();
        let consumer = Consumer {
            id: created.value.id,
            name,
        };
        let mut server = Self {
            operator,
            ada,
            token: TokenId(consumer.id.0),
            consumer,
            credentials: Credentials {
                origin: config.public_url.to_owned(),
                consumer_key: created.value.key,
                consumer_secret: created.secret.expose().to_owned(),
                token: String::new(),
                token_secret: String::new(),
            },
            nodes: vec![node],
            config,
            shared,
        };
        (server.token, server.credentials) = server.create_token("ada@example.com").await;
        server
    }

    pub fn portal(&self) -> &Portal {
        &self.nodes[0].portal
    }

    /// Starts another node on the same database.
    pub async fn add_node(&mut self) {
        self.nodes.push(Node::start(&self.shared, &self.config).await);
    }

    /// Creates another account and returns its operator.
    pub async fn create_other_account(&self) -> Actor {
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

    pub fn node_portal(&self, node: usize) -> &Portal {
        &self.nodes[node].portal
    }

    /// Stops a node and waits until it has answered all requests.
    pub async fn stop_node(&mut self, node: usize) {
        let node = &mut self.nodes[node];
        node.app.begin_shutdown();
        drop(node.stop.take());
        node.tasks.join_next().await.unwrap().unwrap();
    }

    pub fn node_address(&self, node: usize) -> SocketAddr {
        self.nodes[node].address
    }

    pub fn address(&self) -> SocketAddr {
        self.node_address(0)
    }

    /// Returns the current Unix time in seconds.
    pub fn now(&self) -> i64 {
        self.portal().now().seconds()
    }

    pub fn advance(&self, seconds: u64) {
        self.portal().clock().advance(std::time::Duration::from_secs(seconds));
    }

    /// Returns a GET request signed with Ada's token.
    pub fn signed_get(&self, path: &str) -> Request {
        self.credentials.sign(&UnsignedRequest::get(path, self.now()))
    }

    pub async fn send(&self, request: &Request) -> Response {
        request.send(self.address()).await
    }

    /// Sends a GET request signed with the credentials.
    pub async fn get_with(&self, credentials: &Credentials, path: &str) -> Response {
        self.send(&credentials.sign(&UnsignedRequest::get(path, self.now())))
            .await
    }

    /// Creates a user with these rights and returns the ids of the user and the profile.
    pub async fn create_user(&self, name: &str, rights: Rights) -> (UserId, ProfileId) {
        let profile = if rights == Rights::all() {
            ADMINISTRATOR_PROFILE.to_owned()
        } else {
            format!("Profile of {name}")
        };
        let id = if rights == Rights::all() {
            let all = profiles::list(self.portal(), &self.operator).await.unwrap();
            all.into_iter()
                .find(|profile| profile.name == ADMINISTRATOR_PROFILE)
                .unwrap()
                .id
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

    /// Creates an administrator with a profile of her own, so that the first one can be deactivated or lose rights.
    pub async fn create_second_administrator(&self) {
        let profile = "Second administrator";
        profiles::create(self.portal(), &self.operator, profile, Rights::all())
            .await
            .unwrap();
        let user = NewUser {
            name: "Grace Hopper".to_owned(),
            email: "grace@example.com".to_owned(),
            password: PASSWORD.to_owned(),
            profile: profile.to_owned(),
        };
        users::create(self.portal(), &self.operator, user).await.unwrap();
    }

    /// Creates a token of the consumer for the user with this email address.
    pub async fn create_token(&self, email: &str) -> (TokenId, Credentials) {
        let input = NewToken {
            user: email.to_owned(),
            consumer: self.consumer.id.to_string(),
            integration_type: domain::oauth1::integration_types::INTEGRATION_TYPES[0].to_owned(),
            integration_name: String::new(),
        };
        let created = tokens::create(self.portal(), &self.operator, input).await.unwrap();
        let (token, token_secret) = (created.value.token, created.secret.expose().to_owned());
        (
            created.value.id,
            Credentials {
                token,
                token_secret,
                ..self.credentials.clone()
            },
        )
    }

    /// Returns the consumer's credentials without a token.
    pub fn consumer_credentials(&self) -> Credentials {
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

    /// Loads a token.
    pub async fn load_token(&self, token: TokenId) -> Token {
        tokens::get(self.portal(), &self.operator, token).await.unwrap()
    }

    /// Signs in the user with this email address.
    pub async fn sign_in(&self, email: &str) -> Arc<Actor> {
        let client = BrowserInfo {
            address: "192.0.2.7".to_owned(),
            user_agent: "Test".to_owned(),
        };
        let cookie = portal::auth::sign_in::sign_in(self.portal(), email, PASSWORD, &client)
            .await
            .unwrap();
        sessions::find(self.portal(), cookie.expose()).await.unwrap().unwrap()
    }

    /// Asserts that the response contains no secret.
    pub fn assert_no_secret(&self, response: &Response, credentials: &Credentials) {
        let text = format!("{response:?}");
        for secret in [&credentials.consumer_secret, &credentials.token_secret] {
            assert!(
                secret.is_empty() || !text.contains(secret.as_str()),
                "a secret in {text}"
            );
        }
    }
}

impl Node {
    async fn start(shared: &Shared, config: &TestConfig) -> Self {
        let options = Options {
            database: shared.database.location.clone(),
            keyring: Keyring::parse(shared.master_key.expose()).unwrap(),
            clock: shared.clock.clone(),
            http_client: portal::http_client::HttpClientConfig::default(),
            mail: testing::mail_config(),
        };
        let portal = Portal::open(options).await.unwrap();
        let overrides = Overrides {
            public_url: Some(config.public_url.to_owned()),
            oauth1_plaintext_without_tls: Some(config.plaintext_without_tls.to_string()),
            api_rate: Some(config.api_rate.to_string()),
            trusted_proxies: Some(config.trusted_proxies.to_owned()),
            ..Overrides::default()
        };
        let app = AppState::new(portal.clone(), Config::load(&overrides).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        let (stop, stopped) = oneshot::channel::<()>();
        let limits = ConnectionLimits::of(&app.config);
        tasks.spawn(listener::serve(listener, router::router(&app), limits, async {
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
