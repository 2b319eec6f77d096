//! Runs the server until a shutdown signal arrives.

use crate::config::Config;
use crate::listener::{self, ConnectionLimits};
use crate::router::router;
use crate::startup::logging;
use crate::startup::open::open;
use crate::state::AppState;
use portal::accounts::setup;
use portal::crypto::passwords;
use portal::jobs::{Worker, WorkerConfig};
use portal::{Portal, mail, maintenance};
use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// How long requests in progress may take to finish after a shutdown signal.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(10);

/// How long running jobs may take to finish after that, as an email whose delivery is cut off may be sent twice. The
/// others run again on another node, or after the next start.
const JOBS_TIMEOUT: Duration = Duration::from_secs(10);

/// How long the database may take to close afterward. Committed data is safe even if it does not close in time.
const DATABASE_CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Describes why the server did not start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The server can't listen on the address, for example because the port is in use.
    #[error("couldn't listen on {addr}: {source}")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// The error of the operating system.
        source: std::io::Error,
    },
    /// The portal can't be opened.
    #[error(transparent)]
    Portal(#[from] portal::Error),
    /// The operating system reports an error.
    #[error("server error: {0}")]
    System(#[from] std::io::Error),
}

/// Serves requests until the process receives SIGTERM or SIGINT.
///
/// # Errors
/// [`ServeError`] when the server can't start.
pub async fn serve(config: Config) -> Result<(), ServeError> {
    logging::log_to_stderr(&config.log);
    let outcome = serve_until_shutdown(config).await;
    logging::flush();
    outcome
}

async fn serve_until_shutdown(config: Config) -> Result<(), ServeError> {
    // From here on, a signal shuts the server down gracefully instead of ending the process.
    let signals = ShutdownSignals {
        terminate: signal(SignalKind::terminate())?,
        interrupt: signal(SignalKind::interrupt())?,
    };
    let listen_error = |source| ServeError::Listen {
        addr: config.addr,
        source,
    };
    let listener = TcpListener::bind(config.addr).await.map_err(listen_error)?;
    let addr = listener.local_addr()?;
    let config = config.with_bound_addr(addr);
    let portal = open(&config).await?;
    let mut background_tasks = spawn_background_tasks(&portal);
    if !mail::is_configured(&portal) {
        tracing::info!(
            "no mail server is configured (GATEHOUSE_SMTP_URL): emails stay in the outbox; gatehouse outbox shows them"
        );
    }
    let worker = Worker::start(portal.clone(), WorkerConfig::default());
    print_banner(&portal, addr, config.public_url.as_str()).await?;
    let app = AppState::new(portal.clone(), config);
    serve_requests(listener, &app, signals).await?;
    // Before the portal closes, as running jobs need the database.
    worker.shut_down(JOBS_TIMEOUT).await;
    background_tasks.shutdown().await;
    if tokio::time::timeout(DATABASE_CLOSE_TIMEOUT, portal.close())
        .await
        .is_err()
    {
        tracing::warn!("database did not close in time: a connection is still in use");
    }
    Ok(())
}

/// Holds the signals that shut the server down.
struct ShutdownSignals {
    terminate: Signal,
    interrupt: Signal,
}

/// Serves requests until a shutdown signal arrives, then waits for the requests in progress.
async fn serve_requests(listener: TcpListener, app: &AppState, mut signals: ShutdownSignals) -> Result<(), ServeError> {
    let (stop, stopped) = oneshot::channel::<()>();
    let limits = ConnectionLimits::of(&app.config);
    let mut serving = tokio::spawn(listener::serve(listener, router(app), limits, async {
        // The sender is dropped to stop the listener, which ends the wait with an error.
        let _ = stopped.await;
    }));
    tokio::select! {
        _ = signals.terminate.recv() => {}
        _ = signals.interrupt.recv() => {}
        ended = &mut serving => return Ok(ended.map_err(std::io::Error::other)?),
    }
    tracing::info!("shutting down");
    app.begin_shutdown();
    drop(stop);
    if tokio::time::timeout(SHUTDOWN_TIMEOUT, &mut serving).await.is_err() {
        tracing::warn!("shutdown timed out: remaining requests were aborted");
        serving.abort();
    }
    Ok(())
}

/// Spawns the tasks that run in the background: change notifications, maintenance, and a warm-up of password hashing.
fn spawn_background_tasks(portal: &Portal) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(maintenance::watch(portal.clone()));
    tasks.spawn(maintenance::run_periodically(portal.clone()));
    let portal = portal.clone();
    tasks.spawn(async move { passwords::warm_up(&portal).await });
    tasks
}

/// Prints the address, and the setup code while there is no account. They go to standard output only, as the code must
/// not appear in any log. A failure to print is logged and does not stop the server.
async fn print_banner(portal: &Portal, addr: SocketAddr, public_url: &str) -> Result<(), ServeError> {
    let code = setup::issue_code(portal).await?;
    let mut text = format!("Gatehouse is listening on http://{addr}\n");
    if public_url != format!("http://{addr}") {
        text.push_str(&format!("Public URL: {public_url}\n"));
    }
    let mut printed = print(&text);
    if let Some(code) = code {
        printed = print(&format!(
            "\nThis portal has no account yet. To create the first account, open\n    {public_url}/setup\n\
             and enter the setup code\n    {}\n\n",
            code.expose()
        ));
        if printed.is_err() {
            tracing::warn!("couldn't print the setup code; restart the server with a readable standard output");
        }
    }
    if let Err(error) = printed {
        tracing::warn!(%error, %addr, "couldn't write to standard output");
    }
    Ok(())
}

fn print(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
