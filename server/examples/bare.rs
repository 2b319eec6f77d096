//! The baseline of `script/bench`: an axum handler that answers a fixed body and does nothing else.
//!
//! `bare ADDRESS CONTENT-TYPE FILE` answers every `GET` on ADDRESS with the bytes of FILE.

use axum::Router;
use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use std::error::Error;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(content_type), Some(file)) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("usage: bare ADDRESS CONTENT-TYPE FILE".into());
    };
    let body = Bytes::from(std::fs::read(file)?);
    let app = Router::new().fallback(get(async move || ([(CONTENT_TYPE, content_type)], body)));
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, app).await?;
    Ok(())
}
