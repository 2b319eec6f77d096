//! `gatehouse consumer`

use crate::cli::AccountArg;
use crate::cli::error::CliError;
use crate::cli::output::Output;
use clap::Subcommand;
use domain::fields::name_key;
use domain::oauth1::consumers::{Consumer, ConsumerForm};
use portal::oauth1::consumers;
use portal::{Actor, Portal};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a consumer and print its key and secret; the secret is shown only once
    Create {
        /// Name of the consumer
        #[arg(long, value_name = "NAME")]
        name: String,
        #[command(flatten)]
        account: AccountArg,
    },
    /// List the consumers of an account
    List {
        #[command(flatten)]
        account: AccountArg,
    },
    /// Delete a consumer and all its tokens
    Delete {
        /// ID, key or name of the consumer
        #[arg(value_name = "CONSUMER")]
        consumer: String,
        #[command(flatten)]
        account: AccountArg,
    },
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Output, CliError> {
    match command {
        Command::Create { name, account } => create(portal, &account, name).await,
        Command::List { account } => list(portal, &account).await,
        Command::Delete { consumer, account } => {
            let operator = account.operator(portal).await?;
            let consumer = find(portal, &operator, &consumer).await?;
            consumers::delete(portal, &operator, consumer.id, &consumer.name).await?;
            let text = format!("Deleted {} and {} tokens.", consumer.name, consumer.tokens);
            Ok(Output::new(text, json!({ "deleted": consumer.id })))
        }
    }
}

async fn create(portal: &Portal, account: &AccountArg, name: String) -> Result<Output, CliError> {
    let operator = account.operator(portal).await?;
    let created = consumers::create(portal, &operator, ConsumerForm { name }).await?;
    let (consumer, secret) = (created.value, created.secret);
    let text = format!(
        "Consumer key     {}\nConsumer secret  {}",
        consumer.key,
        secret.expose()
    );
    let json = json!({
        "id": consumer.id,
        "name": consumer.name,
        "consumer_key": consumer.key,
        "consumer_secret": secret.expose(),
    });
    Ok(Output::new(text, json))
}

async fn list(portal: &Portal, account: &AccountArg) -> Result<Output, CliError> {
    let operator = account.operator(portal).await?;
    let consumers = consumers::list(portal, &operator).await?;
    let rows = consumers
        .iter()
        .map(|consumer| {
            vec![
                consumer.id.to_string(),
                consumer.name.clone(),
                consumer.key.clone(),
                consumer.tokens.to_string(),
            ]
        })
        .collect();
    let json = consumers.iter().map(json).collect();
    Ok(Output::list(&["ID", "NAME", "CONSUMER KEY", "TOKENS"], rows, json))
}

/// Finds a consumer by ID, key or name.
///
/// # Errors
/// [`portal::Error::NotFound`] where none matches.
pub(crate) async fn find(portal: &Portal, operator: &Actor, text: &str) -> portal::Result<Consumer> {
    let consumers = consumers::list(portal, operator).await?;
    let matches = |consumer: &Consumer| {
        consumer.id.to_string() == text || consumer.key == text || name_key(&consumer.name) == name_key(text)
    };
    consumers
        .into_iter()
        .find(matches)
        .ok_or(portal::Error::NotFound("consumer"))
}

fn json(consumer: &Consumer) -> Value {
    json!({
        "id": consumer.id,
        "name": consumer.name,
        "consumer_key": consumer.key,
        "tokens": consumer.tokens,
        "created_by": consumer.created_by,
        "created_at": consumer.created_at.rfc3339(),
    })
}
