//! A test server on a free loopback port, and helpers that act as a browser.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use domain::accounts::NewAccount;
use portal::mail::{MailConfig, SmtpConfig};
use portal::{Clock, Keyring, Options, Portal, Secret, accounts};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use server::config::Overrides;
use server::listener::{self, ConnectionLimits};
use server::{AppState, Config, router};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use testing::{Engine, TestDatabase};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

pub const EMAIL: &str = "ada@example.com";
pub const PASSWORD: &str = "correct horse battery staple";

/// What a test changes of the portal: its clock, and the mail server.
#[derive(Default)]
pub struct PortalChanges {
    pub clock: Clock,
    pub smtp: Option<SmtpConfig>,
}

/// Holds a running server and its database.
pub struct TestSite {
    pub app: AppState,
    pub address: SocketAddr,
    client: Client,
    #[expect(dead_code, reason = "dropping it aborts the tasks")]
    tasks: JoinSet<()>,
    database: Arc<TestDatabase>,
    master_key: Arc<Secret>,
}

impl TestSite {
    /// Starts a server with an empty database.
    pub async fn empty(engine: Engine, overrides: Overrides) -> Self {
        Self::empty_with_limits(engine, overrides, |limits| limits).await
    }

    /// Starts a server with an empty database and changed connection limits.
    async fn empty_with_limits(
        engine: Engine,
        overrides: Overrides,
        change: impl FnOnce(ConnectionLimits) -> ConnectionLimits,
    ) -> Self {
        let database = Arc::new(TestDatabase::create(engine).await);
        let master_key = Arc::new(portal::new_master_key());
        Self::serve(database, master_key, overrides, change, PortalChanges::default()).await
    }

    /// Starts a server with an account and a changed portal.
    pub async fn start_with_portal(engine: Engine, changes: PortalChanges) -> Self {
        let database = Arc::new(TestDatabase::create(engine).await);
        let master_key = Arc::new(portal::new_master_key());
        let site = Self::serve(database, master_key, Overrides::default(), |limits| limits, changes).await;
        site.create_account().await;
        site
    }

    /// Starts another node on the same database, with empty caches.
    pub async fn start_node(&self) -> Self {
        let (database, master_key) = (self.database.clone(), self.master_key.clone());
        let changes = PortalChanges::default();
        Self::serve(database, master_key, Overrides::default(), |limits| limits, changes).await
    }

    async fn serve(
        database: Arc<TestDatabase>,
        master_key: Arc<Secret>,
        overrides: Overrides,
        change: impl FnOnce(ConnectionLimits) -> ConnectionLimits,
        changes: PortalChanges,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let portal = Portal::open(Options {
            database: database.location.clone(),
            keyring: Keyring::parse(master_key.expose()).unwrap(),
            clock: changes.clock,
            // Allows connections to this server, which some tests use as their DAM.
            http_client: portal::http_client::HttpClientConfig {
                private_hosts: format!("http://{address}").parse().unwrap(),
                ..portal::http_client::HttpClientConfig::default()
            },
            mail: MailConfig {
                smtp: changes.smtp,
                ..testing::mail_config()
            },
        })
        .await
        .unwrap();
        let site_root = database.folder().join("site");
        write_static_files(&site_root);
        let overrides = Overrides {
            addr: Some(address.to_string()),
            site_root: Some(site_root.display().to_string()),
            ..overrides
        };
        let app = AppState::new(portal, Config::load(&overrides).unwrap());
        let limits = change(ConnectionLimits::of(&app.config));
        let tasks = spawn_server(listener, router::router(&app), limits);
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

    /// Starts a server with an account whose administrator is Ada.
    pub async fn start_with(engine: Engine, overrides: Overrides) -> Self {
        let site = Self::empty(engine, overrides).await;
        site.create_account().await;
        site
    }

    pub async fn start() -> Self {
        Self::start_with(Engine::Sqlite, Overrides::default()).await
    }

    /// Starts a server with an account and changed connection limits.
    pub async fn start_with_limits(
        overrides: Overrides,
        change: impl FnOnce(ConnectionLimits) -> ConnectionLimits,
    ) -> Self {
        let site = Self::empty_with_limits(Engine::Sqlite, overrides, change).await;
        site.create_account().await;
        site
    }

    pub async fn create_account(&self) {
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

    /// Returns a request without browser headers.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.origin()))
    }

    /// Requests a page as a browser does.
    pub async fn get(&self, path: &str, cookie: Option<&str>) -> Response {
        let mut request = self.request(Method::GET, path).header("accept", "text/html");
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        request.send().await.unwrap()
    }

    /// Returns a same-origin form post as a browser sends it without JavaScript.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.request(Method::POST, path)
            .header("accept", "text/html")
            .header("origin", self.origin())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form(fields))
    }

    /// Signs in as Ada and returns the session cookie.
    pub async fn sign_in(&self) -> String {
        self.sign_in_as(EMAIL, PASSWORD).await
    }

    pub async fn sign_in_as(&self, email: &str, password: &str) -> String {
        let fields = [("email", email), ("password", password), ("next", "")];
        let response = self.post("/fn/session/sign-in", &fields).send().await.unwrap();
        session_cookie(&response).expect("signed in")
    }
}

/// Serves the router until the returned tasks are dropped.
pub fn spawn_server(listener: TcpListener, router: axum::Router, limits: ConnectionLimits) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(listener::serve(listener, router, limits, std::future::pending()));
    tasks
}

pub fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// Returns the `Set-Cookie` line that sets or clears the session cookie.
pub fn session_set_cookie(response: &Response) -> Option<&str> {
    let mut lines = response
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap());
    lines.find(|line| line.starts_with("gatehouse=") || line.starts_with("__Host-gatehouse="))
}

/// Returns the `Set-Cookie` line of the known-browser cookie.
pub fn known_browser_set_cookie(response: &Response) -> Option<&str> {
    let mut lines = response
        .headers()
        .get_all("set-cookie")
        .iter()
        .map(|line| line.to_str().unwrap());
    lines.find(|line| line.starts_with("gatehouse-browser=") || line.starts_with("__Host-gatehouse-browser="))
}

/// Returns the session cookie as the browser sends it back.
pub fn session_cookie(response: &Response) -> Option<String> {
    session_set_cookie(response)?.split(';').next().map(str::to_owned)
}

pub fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .unwrap_or_else(|| panic!("no {name} in {response:?}"))
        .to_str()
        .unwrap()
}

/// Returns the target of the page's meta refresh.
pub async fn refresh_target(response: Response) -> String {
    let page = response.text().await.unwrap();
    let refresh = page.split("http-equiv=\"refresh\" content=\"0; url=").nth(1);
    let refresh = refresh.unwrap_or_else(|| panic!("no refresh in {page:.2000}"));
    unescape(refresh.split('"').next().unwrap())
}

/// Decodes the character references of an attribute value.
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

/// Writes the static files that a build produces.
fn write_static_files(root: &Path) {
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

/// Returns a page and the data in it, which the document contains in Base64 for hydration.
pub fn with_page_data(page: String) -> String {
    let scripts = page
        .split("<script")
        .filter(|script| script.contains("__RESOLVED_RESOURCES"));
    let data: Vec<String> = scripts
        .flat_map(|script| script.split('"'))
        .filter_map(|text| STANDARD_NO_PAD.decode(text).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect();
    assert!(data.iter().any(|data| data.len() > 8), "no data in {page}");
    format!("{page}\n{}", data.join("\n"))
}
