//! `gatehouse consumer`

use crate::cli::InAccount;
use crate::cli::error::Trouble;
use crate::cli::output::Answer;
use clap::Subcommand;
use domain::fields::name_key;
use domain::oauth1::consumers::{Consumer, NewConsumer};
use portal::oauth1::consumers;
use portal::{Actor, Portal};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a consumer and print its key and secret, which cannot be read again
    Create {
        /// Name of the consumer
        #[arg(long, value_name = "NAME")]
        name: String,
        #[command(flatten)]
        within: InAccount,
    },
    /// List the consumers of an account
    List {
        #[command(flatten)]
        within: InAccount,
    },
    /// Delete a consumer with all its tokens
    Delete {
        /// Id, key or name
        #[arg(value_name = "CONSUMER")]
        consumer: String,
        #[command(flatten)]
        within: InAccount,
    },
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Answer, Trouble> {
    match command {
        Command::Create { name, within } => create(portal, &within, name).await,
        Command::List { within } => list(portal, &within).await,
        Command::Delete { consumer, within } => {
            let operator = within.operator(portal).await?;
            let consumer = find(portal, &operator, &consumer).await?;
            consumers::delete(portal, &operator, consumer.id, &consumer.name).await?;
            let text = format!("Deleted {} with its {} tokens.", consumer.name, consumer.tokens);
            Ok(Answer::new(text, json!({ "deleted": consumer.id })))
        }
    }
}

async fn create(portal: &Portal, within: &InAccount, name: String) -> Result<Answer, Trouble> {
    let operator = within.operator(portal).await?;
    let made = consumers::create(portal, &operator, NewConsumer { name }).await?;
    let (consumer, secret) = (made.value, made.secret);
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
    Ok(Answer::new(text, json))
}

async fn list(portal: &Portal, within: &InAccount) -> Result<Answer, Trouble> {
    let operator = within.operator(portal).await?;
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
    Ok(Answer::list(&["ID", "NAME", "CONSUMER KEY", "TOKENS"], rows, json))
}

/// The consumer with this id, key or name.
pub(crate) async fn find(portal: &Portal, operator: &Actor, text: &str) -> portal::Result<Consumer> {
    let consumers = consumers::list(portal, operator).await?;
    let is_meant = |consumer: &Consumer| {
        consumer.id.to_string() == text || consumer.key == text || name_key(&consumer.name) == name_key(text)
    };
    consumers
        .into_iter()
        .find(is_meant)
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
