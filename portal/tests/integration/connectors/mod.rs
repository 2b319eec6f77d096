mod implementations;
mod remote_log_limits;
mod remote_logs;

use domain::integration::implementations::Connector;
use domain::integration::remote_logs::SubmittedLog;
use domain::integration::settings::{Edit, Saved};
use portal::integration::connectors::{self, ConnectorIdentity};
use portal::integration::remote_logs::RemoteLogError;
use portal::integration::{api_keys, settings};
use portal::{Actor, Portal};

const PRODUCTION: &str = "sitecoreai/2.1; instance=\"Production\"; environment=\"live\"";

async fn identify(portal: &Portal, actor: &Actor, connector: &str) -> ConnectorIdentity {
    let key = api_keys::show(portal, actor).await.unwrap();
    let connector = Connector::parse(connector).ok();
    connectors::authenticate(portal, key.expose(), connector)
        .await
        .unwrap()
        .unwrap()
}

fn log_record(level: &str, message: &str) -> SubmittedLog {
    SubmittedLog {
        time: None,
        level: level.to_owned(),
        message: message.to_owned(),
    }
}

async fn accept(
    portal: &Portal,
    caller: &ConnectorIdentity,
    batch: Vec<SubmittedLog>,
) -> Result<usize, RemoteLogError> {
    let batch = batch.into_iter().map(Ok).collect();
    let accepted = portal::integration::remote_logs::accept(portal, caller, batch, None).await?;
    Ok(accepted.accepted)
}

async fn enable_remote_logging(portal: &Portal, actor: &Actor) {
    let base = settings::get(portal, actor).await.unwrap().revision;
    let saved = settings::save(portal, actor, base, &Edit::RemoteLogging(true))
        .await
        .unwrap();
    assert!(matches!(saved, Saved::New(_)));
}
