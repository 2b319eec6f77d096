use crate::http_client::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

/// Resolves every name first to a public address, then to `rebound`.
struct RebindingResolver {
    rebound: SocketAddr,
    lookups: AtomicUsize,
}

impl Resolve for RebindingResolver {
    fn resolve(&self, _: String, port: u16) -> ResolveFuture {
        let address = match self.lookups.fetch_add(1, Ordering::SeqCst) {
            0 => SocketAddr::from(([8, 8, 8, 8], port)),
            _ => self.rebound,
        };
        Box::pin(async move { Ok(vec![address]) })
    }
}

/// A client that checks one DNS response and connects by the next is vulnerable to DNS rebinding.
#[tokio::test]
async fn connection_after_dns_rebinding_uses_checked_address() {
    let (inside, checked) = (
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    );
    let resolver = Arc::new(RebindingResolver {
        rebound: inside.local_addr().unwrap(),
        lookups: AtomicUsize::new(0),
    });
    let client = HttpClient::new(HttpClientConfig {
        resolver: Some(Arc::clone(&resolver) as Arc<dyn Resolve>),
        ..HttpClientConfig::default()
    });
    let url = Url::parse("https://dam.acme.example").unwrap();
    let target = Target::from_url(&url).unwrap();
    let found = client.resolve(&target).await.unwrap();
    assert_eq!(found, [SocketAddr::from(([8, 8, 8, 8], 443))]);

    // A local address in place of the public one, which a test must not contact.
    let plain = Target {
        is_tls: false,
        ..target
    };
    let connection = client.connect(&plain, &[checked.local_addr().unwrap()]).await.unwrap();
    checked.accept().await.unwrap();
    assert_eq!(connection.peer, checked.local_addr().unwrap().ip());
    assert_eq!(
        resolver.lookups.load(Ordering::SeqCst),
        1,
        "the name is resolved only once"
    );
    // The next lookup returns the private address, which is rejected.
    let rejected = client.open(&url).await.err().unwrap();
    assert!(matches!(rejected, HttpClientError::PrivateAddress(..)), "{rejected}");
    let accepted = timeout(Duration::from_millis(50), inside.accept()).await;
    assert!(accepted.is_err(), "the private address was contacted");
}
