//! Connections: what a client may take of the server before it is understood.

use axum::Router;
use axum::extract::{ConnectInfo, Extension};
use axum::serve::Listener;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::pin::pin;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::timeout;
use tower::Layer;

/// The longest head of a request, in bytes. It is far more than anybody needs, so that a client whose header has grown
/// without end is told what is wrong by the handler, and not by a bare 431, which is what longer heads get.
const MAX_HEAD: usize = 2 * 1024 * 1024;

/// How long a client may take to send a head, and how long a connection may wait for the next one.
const PATIENCE: Duration = Duration::from_secs(60);

/// Answers until `stop`, and then what is under way.
pub async fn answer(mut listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .max_buf_size(MAX_HEAD);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(PATIENCE);
    let open = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = Listener::accept(&mut listener) => accepted,
            () = &mut stop => break,
        };
        // Answers are small, and nobody gains from waiting for more to send.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps its delay");
        }
        let service = TowerToHyperService::new(Extension(ConnectInfo(peer)).layer(router.clone()));
        let (builder, watcher) = (builder.clone(), open.watcher());
        tokio::spawn(async move {
            // Who says nothing at all has not begun to send a head, and is not waited for at the end.
            if timeout(PATIENCE, stream.readable()).await.is_err() {
                return;
            }
            let connection = watcher.watch(builder.serve_connection(TokioIo::new(stream), service).into_owned());
            if let Err(error) = connection.await {
                tracing::debug!(error, "a connection broke off");
            }
        });
    }
    drop(listener);
    open.shutdown().await;
}
