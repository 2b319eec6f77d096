//! One connection to another server.

use crate::http_client::{Target, Trouble, reason};
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

/// The longest head of an answer, in bytes.
const MAX_HEAD: usize = 64 * 1024;

/// An open connection.
pub(crate) struct Connection {
    sender: http1::SendRequest<Full<Bytes>>,
    driver: JoinHandle<()>,
    /// The server that it goes to.
    pub target: Target,
    /// The address that it goes to.
    pub peer: IpAddr,
    /// The version of TLS; none where it goes without.
    pub tls: Option<&'static str>,
    patience: Duration,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Connection {
    /// Begins to speak HTTP over a stream.
    pub(crate) async fn begin<S>(
        stream: S,
        target: &Target,
        peer: IpAddr,
        tls: Option<&'static str>,
        patience: Duration,
    ) -> Result<Self, Trouble>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(MAX_HEAD)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| Trouble::BrokeOff(target.host.to_string(), error.to_string()))?;
        let driver = tokio::spawn(async move {
            // What goes wrong is told to whoever waits for the answer.
            let _ = connection.await;
        });
        Ok(Self {
            sender,
            driver,
            target: target.clone(),
            peer,
            tls,
            patience,
        })
    }

    /// Sends a request and reads the answer, of at most `max` bytes.
    pub async fn send(&mut self, request: Request<Bytes>, max: usize) -> Result<Response<Bytes>, Trouble> {
        let name = self.target.host.to_string();
        let (mut parts, body) = request.into_parts();
        let host = HeaderValue::try_from(self.target.authority()).map_err(|_| Trouble::NoAddress(name.clone()))?;
        parts.headers.insert(HOST, host);
        let agent = HeaderValue::from_static(concat!("Gatehouse/", env!("CARGO_PKG_VERSION")));
        parts.headers.insert(USER_AGENT, agent);
        let exchange = async {
            let request = Request::from_parts(parts, Full::new(body));
            let broke_off = |error: hyper::Error| Trouble::BrokeOff(name.clone(), reason(&error));
            let response = self.sender.send_request(request).await.map_err(broke_off)?;
            let (parts, body) = response.into_parts();
            match Limited::new(body, max).collect().await {
                Ok(body) => Ok(Response::from_parts(parts, body.to_bytes())),
                Err(error) if error.is::<LengthLimitError>() => Err(Trouble::TooLarge(name.clone(), max / 1024)),
                Err(error) => Err(Trouble::BrokeOff(name.clone(), reason(error.as_ref()))),
            }
        };
        timeout(self.patience, exchange)
            .await
            .unwrap_or(Err(Trouble::Slow(name.clone(), self.patience.as_secs())))
    }
}
