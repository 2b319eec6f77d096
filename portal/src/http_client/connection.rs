//! HTTP/1.1 connections to other servers.

use crate::http_client::{HttpClientError, Target, root_cause};
use bytes::Bytes;
use http::header::{HOST, USER_AGENT};
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::net::IpAddr;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The maximum size of a response head, in bytes.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// An open connection to another server.
pub(crate) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
    /// The server that it is connected to.
    pub target: Target,
    /// The address that it is connected to.
    pub peer: IpAddr,
    /// The TLS version, or `None` for plain HTTP.
    pub tls: Option<&'static str>,
    step_timeout: Duration,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Connection {
    /// Performs the HTTP handshake over a stream.
    pub(crate) async fn handshake<S>(
        stream: S,
        target: &Target,
        peer: IpAddr,
        tls: Option<&'static str>,
        step_timeout: Duration,
    ) -> Result<Self, HttpClientError>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(MAX_HEAD_BYTES)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| HttpClientError::ConnectionLost(target.host.to_string(), error.to_string()))?;
        let driver = tokio::spawn(async move {
            // Errors are also returned to the sender of the request.
            let _ = connection.await;
        });
        Ok(Self {
            sender,
            driver,
            target: target.clone(),
            peer,
            tls,
            step_timeout,
        })
    }

    /// Sends a request and reads the response, with a body of at most `max` bytes.
    pub async fn send(&mut self, request: Request<Bytes>, max: usize) -> Result<Response<Bytes>, HttpClientError> {
        let name = self.target.host.to_string();
        let (mut parts, body) = request.into_parts();
        let host =
            HeaderValue::try_from(self.target.authority()).map_err(|_| HttpClientError::InvalidUrl(name.clone()))?;
        parts.headers.insert(HOST, host);
        let user_agent = HeaderValue::from_static(concat!("Gatehouse/", env!("CARGO_PKG_VERSION")));
        parts.headers.insert(USER_AGENT, user_agent);
        let exchange = async {
            let request = Request::from_parts(parts, Full::new(body));
            let connection_lost =
                |error: hyper::Error| HttpClientError::ConnectionLost(name.clone(), root_cause(&error));
            let response = self.sender.send_request(request).await.map_err(connection_lost)?;
            let (parts, body) = response.into_parts();
            match Limited::new(body, max).collect().await {
                Ok(body) => Ok(Response::from_parts(parts, body.to_bytes())),
                Err(error) if error.is::<LengthLimitError>() => {
                    Err(HttpClientError::TooLarge(name.clone(), max / 1024))
                }
                Err(error) => Err(HttpClientError::ConnectionLost(
                    name.clone(),
                    root_cause(error.as_ref()),
                )),
            }
        };
        timeout(self.step_timeout, exchange)
            .await
            .unwrap_or(Err(HttpClientError::TimedOut(
                name.clone(),
                self.step_timeout.as_secs(),
            )))
    }
}
