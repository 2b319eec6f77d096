//! The running server, from the open port to the last answer.

use crate::config::Config;
use crate::listener::{self, ConnectionLimits};
use crate::router::router;
use crate::startup::logging;
use crate::startup::open::open;
use crate::state::App;
use portal::auth::setup;
use portal::crypto::passwords;
use portal::{Portal, maintenance};
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// How long requests that are under way may take to end.
const GRACE: Duration = Duration::from_secs(10);

/// How long the database may take to close after that. What was committed is kept whether it closes or not.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Why the server did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The port is taken, or the address is not this machine's.
    #[error("the server cannot listen on {addr}: {source}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The portal cannot be opened.
    #[error(transparent)]
    Portal(#[from] portal::Error),
    /// The system does not play along.
    #[error("the server cannot go on: {0}")]
    System(#[from] std::io::Error),
}

/// Serves until the process is told to end.
///
/// # Errors
/// [`Stopped`] when it cannot start.
pub async fn serve(config: Config) -> Result<(), Stopped> {
    logging::log_to_stderr(&config.log);
    let outcome = serve_until_told(config).await;
    logging::flush();
    outcome
}

async fn serve_until_told(config: Config) -> Result<(), Stopped> {
    // From here on, being told to end is an orderly end.
    let told = Told {
        terminate: signal(SignalKind::terminate())?,
        interrupt: signal(SignalKind::interrupt())?,
    };
    let listen = |source| Stopped::Listen {
        addr: config.addr,
        source,
    };
    let listener = TcpListener::bind(config.addr).await.map_err(listen)?;
    let addr = listener.local_addr()?;
    let config = config.listening_on(addr);
    let portal = open(&config).await?;
    let mut background = background(&portal);
    greet(&portal, addr, config.public_url.as_str()).await?;
    let app = App::new(portal.clone(), config);
    answer(listener, &app, told).await?;
    background.shutdown().await;
    if tokio::time::timeout(CLOSE_TIMEOUT, portal.close()).await.is_err() {
        tracing::warn!("the database did not close in time: something still uses a connection to it");
    }
    Ok(())
}

/// How the process is told to end.
struct Told {
    terminate: Signal,
    interrupt: Signal,
}

/// Answers requests until a signal says to stop, and then those that are under way.
async fn answer(listener: TcpListener, app: &App, mut told: Told) -> Result<(), Stopped> {
    let (stop, stopped) = oneshot::channel::<()>();
    let limits = ConnectionLimits::of(&app.config);
    let mut serving = tokio::spawn(listener::answer(listener, router(app), limits, async {
        // Sent, or dropped: either way it is time.
        let _ = stopped.await;
    }));
    tokio::select! {
        _ = told.terminate.recv() => {}
        _ = told.interrupt.recv() => {}
        ended = &mut serving => return Ok(ended.map_err(std::io::Error::other)?),
    }
    tracing::info!("stopping");
    app.stop();
    drop(stop);
    if tokio::time::timeout(GRACE, &mut serving).await.is_err() {
        tracing::warn!("requests that did not end in time were cut off");
        serving.abort();
    }
    Ok(())
}

/// Work that goes on beside the requests.
fn background(portal: &Portal) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(maintenance::watch(portal.clone()));
    tasks.spawn(maintenance::keep(portal.clone()));
    let portal = portal.clone();
    tasks.spawn(async move { passwords::warm_up(&portal).await });
    tasks
}

/// Says where the portal is, and how to begin. On standard output alone: the code must not get into any log. Nobody may be
/// there to read it, which is no reason not to serve.
async fn greet(portal: &Portal, addr: SocketAddr, public_url: &str) -> Result<(), Stopped> {
    let code = setup::issue_code(portal).await?;
    let mut text = format!("Gatehouse listens on http://{addr}\n");
    if public_url != format!("http://{addr}") {
        text.push_str(&format!("Its public URL is {public_url}\n"));
    }
    let mut is_printed = print(&text);
    if let Some(code) = code {
        is_printed = print(&format!(
            "\nThis portal has no account yet. To sign in for the first time, open\n    {public_url}/setup\n\
             and enter the setup code\n    {}\n\n",
            code.expose()
        ));
        if is_printed.is_err() {
            tracing::warn!(
                "the setup code could not be printed; restart the server where its standard output can be read"
            );
        }
    }
    if let Err(error) = is_printed {
        tracing::warn!(%error, %addr, "standard output cannot be written");
    }
    Ok(())
}

fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
