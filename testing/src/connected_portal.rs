//! A portal that is connected to a mock DAM.

use crate::mock_dam::{Authority, MockDam, ReceivedRequest, Reply};
use crate::{Browser, TestPortal};
use domain::integration::connection_test::{Report, Step};
use domain::integration::selector::preview::Preview;
use domain::integration::settings::{ConnectionForm, Edit};
use portal::http_client::{HttpClientConfig, Resolve, ResolveFuture};
use portal::integration::settings::SecretChange;
use portal::integration::{connection_test, dam_assets, settings};
use portal::{Options, Portal, Secret};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio_rustls::TlsAcceptor;

/// The host name of the mock DAM, which [`StaticResolver`] resolves.
pub const DAM_HOST: &str = "dam.acme.example";
pub const CLIENT_SECRET: &str = "s3cret-of-the-dam";
const ALL_SCOPES: &str = "asset:read asset.usage:read asset.usage:write collection:read meta.assetbank:read meta.assetbank:write meta.workflow:read";

/// Resolves every host name to the same addresses; port 0 stands for the requested port.
pub struct StaticResolver(Vec<SocketAddr>);

impl StaticResolver {
    pub fn new(addresses: &[&str]) -> Arc<Self> {
        Arc::new(Self(addresses.iter().map(|text| text.parse().unwrap()).collect()))
    }
}

impl Resolve for StaticResolver {
    fn resolve(&self, _: String, port: u16) -> ResolveFuture {
        let mut addresses = self.0.clone();
        for address in addresses.iter_mut().filter(|address| address.port() == 0) {
            address.set_port(port);
        }
        Box::pin(async move { Ok(addresses) })
    }
}

/// A portal with saved connection settings, and the administrator who saved them.
pub struct ConnectedPortal {
    pub portal: Portal,
    pub ada: Browser,
}

impl ConnectedPortal {
    /// Sets up the account, opens the portal with this HTTP client configuration, and saves the connection.
    pub async fn open(test: &TestPortal, policy: HttpClientConfig, url: &str) -> Self {
        let ada = test.set_up().await;
        Self::with(test, ada, policy, url).await
    }

    /// Opens the same account with another HTTP client configuration and connection.
    pub async fn reopen(self, test: &TestPortal, policy: HttpClientConfig, url: &str) -> Self {
        Self::with(test, self.ada, policy, url).await
    }

    async fn with(test: &TestPortal, ada: Browser, policy: HttpClientConfig, url: &str) -> Self {
        let portal = Portal::open(Options {
            database: test.location.clone(),
            keyring: test.keyring(),
            clock: test.clock.clone(),
            http_client: policy,
            mail: crate::mail_config(),
        })
        .await
        .unwrap();
        let connected = Self { portal, ada };
        connected.save(url, "bynder").await;
        connected
    }

    /// Saves the connection settings.
    pub async fn save(&self, url: &str, dam: &str) {
        let base = settings::get(&self.portal, &self.ada.actor).await.unwrap().revision;
        let form = Edit::Connection(ConnectionForm {
            url: url.to_owned(),
            dam: dam.to_owned(),
            client_id: "client-id+/".to_owned(),
        });
        let secret = SecretChange::Replace(Secret::new(CLIENT_SECRET.to_owned()));
        settings::save_with(&self.portal, &self.ada.actor, base, &form, secret)
            .await
            .unwrap();
    }

    /// Runs the connection test, and checks that it reports each step, stores the report and reveals no secret.
    pub async fn test(&self) -> Report {
        let reported_steps = Mutex::new(Vec::new());
        let report = connection_test::test(&self.portal, &self.ada.actor, |step: &Step| {
            reported_steps.lock().unwrap().push(step.clone());
        })
        .await
        .unwrap();
        assert_eq!(
            reported_steps.into_inner().unwrap(),
            report.steps,
            "each step is reported as it completes"
        );
        assert_eq!(
            connection_test::last(&self.portal, &self.ada.actor)
                .await
                .unwrap()
                .unwrap(),
            report
        );
        let text = format!("{report:?}");
        assert!(!text.contains(CLIENT_SECRET), "{text}");
        report
    }

    pub async fn preview(&self) -> Preview {
        dam_assets::preview(&self.portal, &self.ada.actor).await.unwrap()
    }
}

/// Responds as a working DAM.
pub fn working_dam(request: &ReceivedRequest) -> Reply {
    if request.line.starts_with("POST /v6/authentication/oauth2/token ") {
        return Reply::Json(
            200,
            format!(r#"{{"access_token":"tok","token_type":"Bearer","expires_in":3600,"scope":"{ALL_SCOPES}"}}"#),
        );
    }
    if request.line.starts_with("GET /api/v4/media/") {
        return Reply::Json(200, MEDIA.to_owned());
    }
    Reply::Json(404, "{}".to_owned())
}

const MEDIA: &str = r#"[
    {"id":"0A-1","name":"Harbour","type":"image","limited":1,"tags":["sea",7],"thumbnails":{"webimage":"/thumbs/harbour.png","mini":"/x"}},
    {"id":"../../etc","name":"Odd id","type":"video","thumbnails":{"thul":"/thumbs/odd.png"}},
    {"id":"B","name":"Script","type":"document","thumbnails":{"mini":"/thumbs/script.svg"}},
    {"id":"C","name":"Inside","type":"audio","thumbnails":{"mini":"https://169.254.169.254/latest"}},
    {"id":"D","name":"No type","type":"3d"},
    {"name":"No id","type":"image"},
    17
]"#;

/// Returns a configuration that allows HTTP to this port of the loopback address.
pub fn allow_http(port: u16) -> HttpClientConfig {
    HttpClientConfig {
        private_hosts: format!("http://127.0.0.1:{port}").parse().unwrap(),
        ..HttpClientConfig::default()
    }
}

/// Starts a mock DAM over HTTP, and connects a portal to it.
pub async fn connect_http_dam(
    test: &TestPortal,
    reply: impl Fn(&ReceivedRequest) -> Reply + Send + Sync + 'static,
) -> (MockDam, ConnectedPortal) {
    let dam = MockDam::start(None, reply).await;
    let url = format!("http://127.0.0.1:{}", dam.port);
    let connected = ConnectedPortal::open(test, allow_http(dam.port), &url).await;
    (dam, connected)
}

/// Starts a mock DAM over HTTPS at [`DAM_HOST`], and returns it with a configuration that trusts the authority.
pub async fn start_https_dam(authority: &Authority, certificate: TlsAcceptor) -> (MockDam, HttpClientConfig) {
    let dam = MockDam::start(Some(certificate), working_dam).await;
    let policy = HttpClientConfig {
        private_hosts: format!("{DAM_HOST}:{}", dam.port).parse().unwrap(),
        roots: vec![authority.root()],
        resolver: Some(StaticResolver::new(&["127.0.0.1:0"])),
        ..HttpClientConfig::default()
    };
    (dam, policy)
}
