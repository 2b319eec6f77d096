//! An SMTP server that keeps what it receives, and that misbehaves as a test tells it to.

mod client;
mod email;
mod session;
mod tls;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

pub use email::ReceivedEmail;

/// What the server does. Each step of a session reads it anew, so a change also applies to open connections.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Behavior {
    /// Accepts every message.
    #[default]
    Accept,
    /// Replies 550 to RCPT.
    RejectRecipient,
    /// Replies 451 to MAIL.
    RejectSender,
    /// Replies 554 to the content of a message, and doesn't keep the message.
    RejectData,
    /// Replies 451 to the content of a message, and doesn't keep the message.
    DeferData,
    /// Closes the connection without a reply to DATA.
    CloseBeforeData,
    /// Closes the connection after some lines of the content, and doesn't keep the message.
    CloseWithinData,
    /// Keeps the message, and closes the connection without a reply to its content.
    CloseAfterData,
    /// Keeps the message, and never replies to its content. The connection stays open until the client closes it.
    StallAfterData,
    /// Never sends the greeting. With implicit TLS, the handshake succeeds.
    StallOnConnect,
    /// Accepts every message, and delays every reply. The message is kept before the delay.
    SlowReplies(Duration),
    /// Offers AUTH with PLAIN and LOGIN. Replies 530 to MAIL without it, and 535 to wrong credentials.
    RequireAuth { user: String, password: String },
}

/// A running SMTP server.
pub struct SmtpServer {
    address: SocketAddr,
    state: Arc<State>,
    listening: Option<Listening>,
}

/// The task that accepts connections. It ends when `stop` is dropped, thus also with its server.
struct Listening {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// What the sessions share.
#[derive(Default)]
struct State {
    encryption: Encryption,
    behavior: Mutex<Behavior>,
    hides_smtputf8: AtomicBool,
    connections: AtomicUsize,
    commands: Mutex<Vec<String>>,
    emails: Mutex<Vec<ReceivedEmail>>,
}

#[derive(Default)]
enum Encryption {
    #[default]
    None,
    StartTls(TlsAcceptor),
    Implicit(TlsAcceptor),
}

impl SmtpServer {
    /// Starts a server without TLS on a loopback port.
    pub async fn start() -> Self {
        Self::start_with(Encryption::None).await
    }

    /// Starts a server that offers STARTTLS, and returns it with the PEM of the self-signed CA that issued its certificate,
    /// which is for `localhost`.
    pub async fn start_with_starttls() -> (Self, String) {
        let (acceptor, root) = tls::new_acceptor();
        (Self::start_with(Encryption::StartTls(acceptor)).await, root)
    }

    /// Starts a server whose connections begin with TLS, and returns it with the PEM of the self-signed CA that issued its
    /// certificate, which is for `localhost`.
    pub async fn start_with_implicit_tls() -> (Self, String) {
        let (acceptor, root) = tls::new_acceptor();
        (Self::start_with(Encryption::Implicit(acceptor)).await, root)
    }

    async fn start_with(encryption: Encryption) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let mut server = Self {
            address: listener.local_addr().unwrap(),
            state: Arc::new(State {
                encryption,
                ..State::default()
            }),
            listening: None,
        };
        server.listen(listener);
        server
    }

    /// Stops advertising SMTPUTF8, and rejects addresses that need it.
    #[must_use]
    pub fn without_smtputf8(self) -> Self {
        self.state.hides_smtputf8.store(true, Ordering::Relaxed);
        self
    }

    /// Returns `smtp://127.0.0.1:PORT`, or `smtps://localhost:PORT` for implicit TLS.
    pub fn url(&self) -> String {
        match self.state.encryption {
            Encryption::Implicit(_) => format!("smtps://localhost:{}", self.port()),
            Encryption::None | Encryption::StartTls(_) => format!("smtp://{}", self.address),
        }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Changes what the server does from the next step of every session on.
    pub fn set_behavior(&self, behavior: Behavior) {
        *self.state.behavior.lock().unwrap() = behavior;
    }

    /// Returns the messages that the server kept, in the order of their arrival.
    pub fn received(&self) -> Vec<ReceivedEmail> {
        self.state.emails.lock().unwrap().clone()
    }

    /// Returns the command lines of all sessions, in the order of their arrival. The client's responses within AUTH are
    /// lines of their own, encoded as they came.
    pub fn commands(&self) -> Vec<String> {
        self.state.commands.lock().unwrap().clone()
    }

    /// Returns the number of connections that the server accepted so far.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    /// Closes the listener and every connection, and returns after they are closed.
    pub async fn stop(&mut self) {
        if let Some(listening) = self.listening.take() {
            drop(listening.stop);
            listening.task.await.unwrap();
        }
    }

    /// Listens on the same port again, with what it received before.
    ///
    /// # Panics
    /// Panics if the port stays in use for a second.
    pub async fn restart(&mut self) {
        self.stop().await;
        let mut attempts = 0;
        let listener = loop {
            match TcpListener::bind(self.address).await {
                Ok(listener) => break listener,
                // Another test's connection may have got the port from the system in the meantime.
                Err(error) => {
                    attempts += 1;
                    assert!(attempts < 50, "couldn't listen on {} again: {error}", self.address);
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        };
        self.listen(listener);
    }

    fn listen(&mut self, listener: TcpListener) {
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(accept_connections(listener, self.state.clone(), stopped));
        self.listening = Some(Listening { stop, task });
    }
}

impl State {
    fn behavior(&self) -> Behavior {
        self.behavior.lock().unwrap().clone()
    }
}

async fn accept_connections(listener: TcpListener, state: Arc<State>, mut stopped: oneshot::Receiver<()>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((stream, _)) = listener.accept() => {
                state.connections.fetch_add(1, Ordering::Relaxed);
                let state = state.clone();
                connections.spawn(async move {
                    // A client that closes its connection is no error of the server.
                    let _ = session::serve(stream, &state).await;
                });
            }
            _ = &mut stopped => break,
        }
    }
    drop(listener);
    connections.shutdown().await;
}
