//! A TCP proxy between a portal and PostgreSQL that a test can interrupt.

use crate::TestPortal;
use portal::Location;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Forwards connections to the PostgreSQL server of a test portal.
pub struct Proxy {
    address: SocketAddr,
    server: String,
    tasks: Option<JoinSet<()>>,
}

impl Proxy {
    /// Starts a proxy, and returns it with the database location that goes through it.
    pub async fn start(test: &TestPortal) -> (Self, Location) {
        let Location::Postgres(url) = &test.location else {
            panic!("the proxy works with PostgreSQL only")
        };
        let mut url: url::Url = url.parse().unwrap();
        let server = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(address.port())).unwrap();
        let mut proxy = Self {
            address,
            server,
            tasks: None,
        };
        proxy.forward(listener);
        (proxy, Location::Postgres(url.into()))
    }

    fn forward(&mut self, listener: TcpListener) {
        let server = self.server.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((mut client, _)) = listener.accept().await {
                let server = server.clone();
                connections.spawn(async move {
                    if let Ok(mut server) = TcpStream::connect(server).await {
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                    }
                });
            }
        });
        self.tasks = Some(tasks);
    }

    /// Closes every connection and rejects new ones.
    pub async fn disconnect(&mut self) {
        if let Some(mut tasks) = self.tasks.take() {
            tasks.shutdown().await;
        }
    }

    /// Closes every connection, and accepts new ones without ever responding.
    pub async fn hang(&mut self) {
        self.disconnect().await;
        let listener = TcpListener::bind(self.address).await.unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let held = Arc::new(Mutex::new(Vec::new()));
            while let Ok((client, _)) = listener.accept().await {
                held.lock().unwrap().push(client);
            }
        });
        self.tasks = Some(tasks);
    }

    /// Forwards connections again after [`disconnect`](Self::disconnect) or [`hang`](Self::hang).
    pub async fn reconnect(&mut self) {
        self.disconnect().await;
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.forward(listener);
    }
}
