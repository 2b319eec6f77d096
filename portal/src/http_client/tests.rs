use crate::http_client::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;

/// First an address of the public internet, then ever this one.
struct Turncoat {
    then: SocketAddr,
    asked: AtomicUsize,
}

impl Resolve for Turncoat {
    fn resolve(&self, _: String, port: u16) -> Resolving {
        let answer = match self.asked.fetch_add(1, Ordering::SeqCst) {
            0 => SocketAddr::from(([8, 8, 8, 8], port)),
            _ => self.then,
        };
        Box::pin(async move { Ok(vec![answer]) })
    }
}

/// Whoever checks one answer of a name server and connects by the next is fooled.
#[tokio::test]
async fn a_connection_goes_where_was_checked_whatever_the_name_says_then() {
    let (inside, checked) = (
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
        TcpListener::bind("127.0.0.1:0").await.unwrap(),
    );
    let names = Arc::new(Turncoat {
        then: inside.local_addr().unwrap(),
        asked: AtomicUsize::new(0),
    });
    let outgoing = Outgoing::new(Policy {
        resolver: Some(Arc::clone(&names) as Arc<dyn Resolve>),
        ..Policy::default()
    });
    let url = Url::parse("https://dam.acme.example").unwrap();
    let target = Target::of(&url).unwrap();
    let found = outgoing.resolve(&target).await.unwrap();
    assert_eq!(found, [SocketAddr::from(([8, 8, 8, 8], 443))]);

    // In place of the public address, which a test does not ask, one that can be seen.
    let plain = Target {
        secure: false,
        ..target
    };
    let connection = outgoing
        .connect(&plain, &[checked.local_addr().unwrap()])
        .await
        .unwrap();
    checked.accept().await.unwrap();
    assert_eq!(connection.peer, checked.local_addr().unwrap().ip());
    assert_eq!(names.asked.load(Ordering::SeqCst), 1, "the name is not asked again");
    // The next one finds the name turned, and does not follow.
    let refused = outgoing.open(&url).await.err().unwrap();
    assert!(matches!(refused, Trouble::NotPublic(..)), "{refused}");
    let knocked = timeout(Duration::from_millis(50), inside.accept()).await;
    assert!(knocked.is_err(), "somebody came in");
}
