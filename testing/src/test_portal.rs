//! A portal on its own database, and helpers to fill and query it.

use crate::database::{self, Engine, TestDatabase};
use crate::oauth1_client::Oauth1Client;
use crate::random_u128;
use domain::accounts::NewAccount;
use domain::accounts::rights::{Right, Rights};
use domain::accounts::users::NewUser;
use domain::ids::UserId;
use domain::oauth1::consumers::{Consumer, ConsumerForm};
use domain::oauth1::tokens::{NewToken, Token};
use domain::time::Timestamp;
use portal::auth::sessions::BrowserInfo;
use portal::mail::{MailConfig, SmtpConfig};
use portal::oauth1::consumers::WithSecret;
use portal::{Actor, Clock, Keyring, Location, Options, Portal, Result, Secret};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// The time at which every test starts: 15 January 2027, 08:00 UTC.
pub const START: Timestamp = Timestamp(1_800_000_000_000);

/// The password of every test user.
pub const PASSWORD: &str = "correct horse battery";

/// The name of the account that [`TestPortal::set_up`] creates.
pub const ACCOUNT: &str = "Analytical Engines";
/// The email of its administrator.
pub const ADA: &str = "ada@example.com";

/// A portal on a new database, with a clock that only the test advances. Dropping the last clone deletes the database.
#[derive(Clone)]
pub struct TestPortal {
    pub engine: Engine,
    pub portal: Portal,
    pub clock: Clock,
    pub location: Location,
    /// A temporary folder that is deleted after the test.
    pub folder: PathBuf,
    pub master_key: Secret,
    // Dropped after the portal, which uses it.
    pub database: Arc<TestDatabase>,
}

/// Opens a portal with the default HTTP client configuration and without a mail server.
pub async fn open(location: &Location, clock: &Clock, keyring: Keyring) -> Result<Portal> {
    open_with_mail(location, clock, keyring, crate::mail_config()).await
}

async fn open_with_mail(location: &Location, clock: &Clock, keyring: Keyring, mail: MailConfig) -> Result<Portal> {
    Portal::open(Options {
        database: location.clone(),
        keyring,
        clock: clock.clone(),
        http_client: portal::http_client::HttpClientConfig::default(),
        mail,
    })
    .await
}

/// A signed-in browser.
pub struct Browser {
    pub cookie: Secret,
    pub actor: Arc<Actor>,
}

/// Returns a browser at this IP address.
pub fn browser_at(address: &str) -> BrowserInfo {
    BrowserInfo {
        address: address.to_owned(),
        user_agent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0".to_owned(),
    }
}

impl TestPortal {
    /// Creates a database on this engine, and opens a portal on it.
    pub async fn start(engine: Engine) -> Self {
        let database = TestDatabase::create(engine).await;
        let clock = Clock::manual(START);
        let master_key = portal::new_master_key();
        let keyring = Keyring::parse(master_key.expose()).unwrap();
        Self {
            engine,
            portal: open(&database.location, &clock, keyring).await.unwrap(),
            clock,
            location: database.location.clone(),
            folder: database.folder().to_owned(),
            master_key,
            database: Arc::new(database),
        }
    }

    /// Opens another node on the same database, with the same clock and master key.
    pub async fn another_node(&self) -> Portal {
        open(&self.location, &self.clock, self.keyring()).await.unwrap()
    }

    /// Opens another node that sends email through this server.
    pub async fn node_with_smtp(&self, smtp: SmtpConfig) -> Portal {
        let mail = MailConfig {
            smtp: Some(smtp),
            ..crate::mail_config()
        };
        open_with_mail(&self.location, &self.clock, self.keyring(), mail)
            .await
            .unwrap()
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

    /// Creates a user who has every right but this one in the account of [`set_up`](Self::set_up), and signs the user in.
    pub async fn sign_in_without(&self, right: Right) -> Browser {
        let email = "eve@example.com";
        self.create_user("Eve", email, Rights::all().without(right)).await;
        self.sign_in(email).await
    }

    /// Returns the operator in the account of [`set_up`](Self::set_up).
    pub async fn operator(&self) -> Actor {
        portal::accounts::operator(&self.portal, Some(ACCOUNT)).await.unwrap()
    }

    /// Signs a user in from a random address, so that throttling by address does not apply.
    pub async fn sign_in(&self, email: &str) -> Browser {
        let address = format!("2001:db8:{:x}::1", random_u128() as u16);
        let cookie = portal::auth::sign_in::sign_in(&self.portal, email, PASSWORD, &browser_at(&address))
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
        database::query_column(&self.location, sql).await.unwrap()
    }

    /// Counts the rows of a table; `table` may include a `where` clause.
    pub async fn count_rows(&self, table: &str) -> usize {
        self.query_column(&format!("select cast(count(*) as text) from {table}"))
            .await[0]
            .parse()
            .unwrap()
    }

    /// Prepares statements, and returns those that are not valid, each after its error.
    pub async fn invalid_statements(&self, statements: &[String]) -> Vec<String> {
        self.invalid_inserts(statements, &[]).await
    }

    /// Prepares statements that insert rows with columns of these PostgreSQL types, and returns those that are not valid,
    /// each after its error.
    pub async fn invalid_inserts(&self, statements: &[String], types: &[&'static str]) -> Vec<String> {
        database::invalid_statements(&self.location, statements, types)
            .await
            .unwrap()
    }

    /// Runs SQL statements directly on the database.
    pub async fn execute(&self, sql: &str) {
        database::execute(&self.location, sql).await.unwrap();
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
