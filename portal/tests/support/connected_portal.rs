//! A portal that is connected to a stand-in for a DAM.

use super::dam::{Asked, Authority, Dam, Reply};
use super::{Browser, House};
use domain::integration::connection_test::{Report, Step};
use domain::integration::selector::preview::Preview;
use domain::integration::settings::{ConnectionForm, Edit};
use portal::http_client::{Policy, Resolve, Resolving};
use portal::integration::settings::SecretChange;
use portal::integration::{connection_test, dam_assets, settings};
use portal::{Options, Portal, Secret};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio_rustls::TlsAcceptor;

/// A name that a test's own name server knows.
pub const NAME: &str = "dam.acme.example";
pub const SECRET: &str = "s3cret-of-the-dam";
const SEVEN: &str = "asset:read asset.usage:read asset.usage:write collection:read meta.assetbank:read meta.assetbank:write meta.workflow:read";

/// A name server that leads every name to the same addresses; those without a port to the one that is asked for.
pub struct Names(Vec<SocketAddr>);

impl Names {
    pub fn new(addresses: &[&str]) -> Arc<Self> {
        Arc::new(Self(addresses.iter().map(|text| text.parse().unwrap()).collect()))
    }
}

impl Resolve for Names {
    fn resolve(&self, _: String, port: u16) -> Resolving {
        let mut addresses = self.0.clone();
        for address in addresses.iter_mut().filter(|address| address.port() == 0) {
            address.set_port(port);
        }
        Box::pin(async move { Ok(addresses) })
    }
}

/// A portal whose DAM is a stand-in.
pub struct Connected {
    pub portal: Portal,
    pub ada: Browser,
}

impl Connected {
    /// Opens the portal with this policy, and saves the connection.
    pub async fn open(house: &House, policy: Policy, url: &str) -> Self {
        let ada = house.set_up().await;
        Self::with(house, ada, policy, url).await
    }

    /// The same account on a portal with another policy, and with another connection.
    pub async fn reopen(self, house: &House, policy: Policy, url: &str) -> Self {
        Self::with(house, self.ada, policy, url).await
    }

    async fn with(house: &House, ada: Browser, policy: Policy, url: &str) -> Self {
        let portal = Portal::open(Options {
            database: house.location.clone(),
            keyring: house.keyring(),
            clock: house.clock.clone(),
            outgoing: policy,
        })
        .await
        .unwrap();
        let connected = Self { portal, ada };
        connected.save(url, "bynder").await;
        connected
    }

    /// Saves the connection.
    pub async fn save(&self, url: &str, dam: &str) {
        let base = settings::get(&self.portal, &self.ada.actor).await.unwrap().revision;
        let form = Edit::Connection(ConnectionForm {
            url: url.to_owned(),
            dam: dam.to_owned(),
            client_id: "client-id+/".to_owned(),
        });
        let secret = SecretChange::Replace(Secret::new(SECRET.to_owned()));
        settings::save_with(&self.portal, &self.ada.actor, base, &form, secret)
            .await
            .unwrap();
    }

    pub async fn test(&self) -> Report {
        let told = Mutex::new(Vec::new());
        let report = connection_test::test(&self.portal, &self.ada.actor, |step: &Step| {
            told.lock().unwrap().push(step.clone());
        })
        .await
        .unwrap();
        assert_eq!(
            told.into_inner().unwrap(),
            report.steps,
            "each step is told as it happens"
        );
        assert_eq!(
            connection_test::last(&self.portal, &self.ada.actor)
                .await
                .unwrap()
                .unwrap(),
            report
        );
        let text = format!("{report:?}");
        assert!(!text.contains(SECRET), "{text}");
        report
    }

    pub async fn preview(&self) -> Preview {
        dam_assets::preview(&self.portal, &self.ada.actor).await.unwrap()
    }
}

/// A DAM that works.
pub fn works(asked: &Asked) -> Reply {
    if asked.line.starts_with("POST /v6/authentication/oauth2/token ") {
        return Reply::Json(
            200,
            format!(r#"{{"access_token":"tok","token_type":"Bearer","expires_in":3600,"scope":"{SEVEN}"}}"#),
        );
    }
    if asked.line.starts_with("GET /api/v4/media/") {
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

/// The policy of an operator who lets this port of the loopback address be asked in clear text.
pub fn clear(port: u16) -> Policy {
    Policy {
        private_hosts: format!("http://127.0.0.1:{port}").parse().unwrap(),
        ..Policy::default()
    }
}

pub async fn clear_dam(house: &House, reply: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> (Dam, Connected) {
    let dam = Dam::start(None, reply).await;
    let url = format!("http://127.0.0.1:{}", dam.port);
    let connected = Connected::open(house, clear(dam.port), &url).await;
    (dam, connected)
}

/// A DAM with a certificate, at a name that leads to it, and the policy of an operator who knows the authority.
pub async fn secure_dam(authority: &Authority, certificate: TlsAcceptor) -> (Dam, Policy) {
    let dam = Dam::start(Some(certificate), works).await;
    let policy = Policy {
        private_hosts: format!("{NAME}:{}", dam.port).parse().unwrap(),
        roots: vec![authority.root()],
        resolver: Some(Names::new(&["127.0.0.1:0"])),
        ..Policy::default()
    };
    (dam, policy)
}
