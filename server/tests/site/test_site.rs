//! A server of a test's own, on a free port of the loopback address.

use crate::database::Database;
pub use crate::database::{Engine, engines};
use domain::accounts::NewAccount;
use portal::{Clock, Keyring, Options, Portal, Secret, accounts};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use server::config::Overrides;
use server::listener::{self, ConnectionLimits};
use server::{App, Config, router};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub const EMAIL: &str = "ada@example.com";
pub const PASSWORD: &str = "correct horse battery staple";

/// A running server.
pub struct Site {
    pub app: App,
    pub address: SocketAddr,
    client: Client,
    #[expect(dead_code, reason = "its tasks end with it")]
    tasks: JoinSet<()>,
    database: Arc<Database>,
    master_key: Arc<Secret>,
}

impl Site {
    /// With an empty database.
    pub async fn fresh(engine: Engine, overrides: Overrides) -> Self {
        Self::fresh_within(engine, overrides, |limits| limits).await
    }

    /// With an empty database and other limits on connections.
    async fn fresh_within(
        engine: Engine,
        overrides: Overrides,
        change: impl FnOnce(ConnectionLimits) -> ConnectionLimits,
    ) -> Self {
        let database = Arc::new(Database::new(engine).await);
        Self::serve(database, Arc::new(portal::new_master_key()), overrides, change).await
    }

    /// Another node on the same database, which has cached nothing yet.
    pub async fn another_node(&self) -> Self {
        let (database, master_key) = (self.database.clone(), self.master_key.clone());
        Self::serve(database, master_key, Overrides::default(), |limits| limits).await
    }

    async fn serve(
        database: Arc<Database>,
        master_key: Arc<Secret>,
        overrides: Overrides,
        change: impl FnOnce(ConnectionLimits) -> ConnectionLimits,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let portal = Portal::open(Options {
            database: database.location.clone(),
            keyring: Keyring::parse(master_key.expose()).unwrap(),
            clock: Clock::System,
            // The server may be its own DAM.
            outgoing: portal::http_client::Policy {
                private_hosts: format!("http://{address}").parse().unwrap(),
                ..portal::http_client::Policy::default()
            },
        })
        .await
        .unwrap();
        let site_root = database.folder().join("site");
        put_files(&site_root);
        let overrides = Overrides {
            addr: Some(address.to_string()),
            site_root: Some(site_root.display().to_string()),
            ..overrides
        };
        let app = App::new(portal, Config::load(&overrides).unwrap());
        let limits = change(ConnectionLimits::of(&app.config));
        let tasks = answer(listener, router::router(&app), limits);
        let client = Client::builder().redirect(Policy::none()).build().unwrap();
        Self {
            app,
            address,
            client,
            tasks,
            database,
            master_key,
        }
    }

    /// With an account, whose administrator is Ada.
    pub async fn start_with(engine: Engine, overrides: Overrides) -> Self {
        let site = Self::fresh(engine, overrides).await;
        site.set_up().await;
        site
    }

    pub async fn start() -> Self {
        Self::start_with(Engine::Sqlite, Overrides::default()).await
    }

    /// With an account and other limits on connections.
    pub async fn start_within(overrides: Overrides, change: impl FnOnce(ConnectionLimits) -> ConnectionLimits) -> Self {
        let site = Self::fresh_within(Engine::Sqlite, overrides, change).await;
        site.set_up().await;
        site
    }

    pub async fn set_up(&self) {
        let account = NewAccount {
            account_name: "Northwind".to_owned(),
            name: "Ada Lovelace".to_owned(),
            email: EMAIL.to_owned(),
            password: PASSWORD.to_owned(),
        };
        accounts::create(&self.app.portal, account).await.unwrap();
    }

    pub fn folder(&self) -> &Path {
        self.database.folder()
    }

    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A request as a program makes it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.origin()))
    }

    /// A page, as a browser asks for it.
    pub async fn get(&self, path: &str, cookie: Option<&str>) -> Response {
        let mut request = self.request(Method::GET, path).header("accept", "text/html");
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        request.send().await.unwrap()
    }

    /// A form, as a browser without script sends it from one of our pages.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.request(Method::POST, path)
            .header("accept", "text/html")
            .header("origin", self.origin())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(fields))
    }

    /// Ada's cookie, by signing in.
    pub async fn sign_in(&self) -> String {
        self.sign_in_as(EMAIL, PASSWORD).await
    }

    pub async fn sign_in_as(&self, email: &str, password: &str) -> String {
        let fields = [("email", email), ("password", password), ("next", "")];
        let answer = self.post("/fn/session/sign-in", &fields).send().await.unwrap();
        cookie(&answer).expect("signed in")
    }
}

/// Serves until it is dropped.
pub fn answer(listener: TcpListener, router: axum::Router, limits: ConnectionLimits) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(listener::answer(listener, router, limits, std::future::pending()));
    tasks
}

pub fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// The line that gives the browser its session, or takes it away.
pub fn session_line(answer: &Response) -> Option<&str> {
    let mut lines = answer
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap());
    lines.find(|line| line.starts_with("gatehouse=") || line.starts_with("__Host-gatehouse="))
}

/// The line that makes the browser known.
pub fn known_browser_line(answer: &Response) -> Option<&str> {
    let mut lines = answer
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap());
    lines.find(|line| line.starts_with("gatehouse-browser=") || line.starts_with("__Host-gatehouse-browser="))
}

/// The session's cookie, as the browser will send it back.
pub fn cookie(answer: &Response) -> Option<String> {
    session_line(answer)?.split(';').next().map(str::to_owned)
}

pub fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer
        .headers()
        .get(name)
        .unwrap_or_else(|| panic!("no {name} in {answer:?}"))
        .to_str()
        .unwrap()
}

/// The address that a page goes to by itself.
pub async fn refresh_target(answer: Response) -> String {
    let page = answer.text().await.unwrap();
    let refresh = page.split("http-equiv=\"refresh\" content=\"0; url=").nth(1);
    let refresh = refresh.unwrap_or_else(|| panic!("no refresh in {page:.2000}"));
    unescape(refresh.split('"').next().unwrap())
}

/// The value of an attribute, as a browser reads it.
pub fn unescape(value: &str) -> String {
    let entities = [
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(value.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

/// What a build leaves.
fn put_files(root: &Path) {
    let package = root.join("pkg");
    if package.exists() {
        return;
    }
    std::fs::create_dir_all(&package).unwrap();
    std::fs::write(package.join("gatehouse.lVQSEfTzzE6ZW6ysvhaM0w.js"), "plain").unwrap();
    std::fs::write(package.join("gatehouse.lVQSEfTzzE6ZW6ysvhaM0w.js.br"), "small").unwrap();
    std::fs::write(package.join("gatehouse.lVQSEfTzzE6ZW6ysvhaM0w.wasm"), "\0asm").unwrap();
    std::fs::write(package.join("manifest.json"), "{}").unwrap();
    std::fs::write(root.join("favicon.svg"), "<svg/>").unwrap();
    std::fs::create_dir(root.join("samples")).unwrap();
    std::fs::write(root.join("samples/harbour.svg"), "<svg/>").unwrap();
    std::fs::write(root.join(".hidden"), "hidden").unwrap();
}
