//! The baseline of `script/bench`: an axum handler that returns a fixed body.
//!
//! `bare ADDRESS CONTENT-TYPE FILE [STATUS]` answers every `GET` on ADDRESS with the bytes of FILE. The default STATUS
//! is 200.

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(content_type), Some(file)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: bare ADDRESS CONTENT-TYPE FILE [STATUS]".into());
    };
    let status: StatusCode = arguments.next().as_deref().unwrap_or("200").parse()?;
    let body = Bytes::from(std::fs::read(file)?);
    let app = Router::new().fallback(get(async move || (status, [(CONTENT_TYPE, content_type)], body)));
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
