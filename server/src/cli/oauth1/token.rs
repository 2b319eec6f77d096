//! `gatehouse token`

use crate::cli::AccountArg;
use crate::cli::error::CliError;
use crate::cli::oauth1::consumer;
use crate::cli::output::Output;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use domain::oauth1::integration_types::{OTHER, is_integration_type};
use domain::oauth1::tokens::{NewToken, PagePosition, Token, TokenFilter, TokenQuery};
use domain::time::Timestamp;
use portal::oauth1::tokens;
use portal::{Actor, Portal};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a token and print it with its secret; the secret is shown only once
    Create {
        /// User that the token acts for: email address, or name if it is unique
        #[arg(long, value_name = "USER")]
        user: String,
        /// ID, key or name of the consumer
        #[arg(long, value_name = "CONSUMER")]
        consumer: String,
        /// Integration that uses the token: a type from the dashboard's list, or any other name
        #[arg(long, value_name = "NAME")]
        integration: String,
        #[command(flatten)]
        account: AccountArg,
    },
    /// List the tokens of an account, newest first
    List {
        #[command(flatten)]
        filter: ListFilter,
        #[command(flatten)]
        account: AccountArg,
    },
    /// Revoke a token, on every node within a second
    Revoke {
        /// ID of the token, or the token itself
        #[arg(value_name = "TOKEN")]
        token: String,
        #[command(flatten)]
        account: AccountArg,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ListFilter {
    /// Only tokens whose user, consumer or integration contains this text
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    search: String,
    /// Only tokens of this consumer (ID, key or name)
    #[arg(long, value_name = "CONSUMER")]
    consumer: Option<String>,
    /// Only active tokens, only revoked or expired tokens, or all tokens
    #[arg(long, value_name = "STATE", default_value = "current", value_parser = PossibleValuesParser::new(["current", "ended", "all"]))]
    state: String,
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Output, CliError> {
    match command {
        Command::Create {
            user,
            consumer,
            integration,
            account,
        } => create(portal, &account, user, &consumer, integration).await,
        Command::List { filter, account } => list(portal, &account, filter).await,
        Command::Revoke { token, account } => {
            let operator = account.operator(portal).await?;
            let token = find(portal, &operator, &token).await?;
            tokens::revoke(portal, &operator, token.id).await?;
            let text = format!("Revoked the {} token of {}.", token.integration, token.user);
            Ok(Output::new(text, json!({ "revoked": token.id })))
        }
    }
}

async fn create(
    portal: &Portal,
    account: &AccountArg,
    user: String,
    consumer: &str,
    integration: String,
) -> Result<Output, CliError> {
    let operator = account.operator(portal).await?;
    let consumer = consumer::find(portal, &operator, consumer).await?.id.to_string();
    let (integration_type, integration_name) = if is_integration_type(&integration) {
        (integration, String::new())
    } else {
        (OTHER.to_owned(), integration)
    };
    let input = NewToken {
        user,
        consumer,
        integration_type,
        integration_name,
    };
    let created = tokens::create(portal, &operator, input).await?;
    let (token, secret) = (created.value, created.secret);
    let text = format!("Token         {}\nToken secret  {}", token.token, secret.expose());
    let mut json = json(&token);
    json["token_secret"] = secret.expose().into();
    Ok(Output::new(text, json))
}

async fn list(portal: &Portal, account: &AccountArg, filter: ListFilter) -> Result<Output, CliError> {
    let operator = account.operator(portal).await?;
    let consumer = match &filter.consumer {
        Some(text) => Some(consumer::find(portal, &operator, text).await?.id),
        None => None,
    };
    let query = TokenQuery {
        search: filter.search,
        filter: filter.state.parse().unwrap_or_default(),
        consumer,
        ..TokenQuery::default()
    };
    let tokens = list_all(portal, &operator, query).await?;
    let rows = tokens
        .iter()
        .map(|token| {
            vec![
                token.id.to_string(),
                token.user.clone(),
                token.consumer.clone(),
                token.integration.clone(),
                token.state.label().to_owned(),
                token
                    .last_used_at
                    .map_or_else(|| "never".to_owned(), Timestamp::rfc3339),
            ]
        })
        .collect();
    let json = tokens.iter().map(json).collect();
    Ok(Output::list(
        &["ID", "USER", "CONSUMER", "INTEGRATION", "STATE", "LAST USED"],
        rows,
        json,
    ))
}

/// Loads all pages of a token list.
async fn list_all(portal: &Portal, operator: &Actor, mut query: TokenQuery) -> portal::Result<Vec<Token>> {
    let mut all = Vec::new();
    loop {
        let page = tokens::list(portal, operator, &query).await?;
        all.extend(page.tokens);
        match page.next {
            Some(next) => query.position = PagePosition::After(next),
            None => return Ok(all),
        }
    }
}

/// Finds a token by its ID or by the token itself.
///
/// # Errors
/// [`portal::Error::NotFound`] where none matches.
async fn find(portal: &Portal, operator: &Actor, text: &str) -> portal::Result<Token> {
    let not_found = || portal::Error::NotFound("token");
    // Both are hexadecimal, but only an ID has hyphens.
    if text.contains('-') {
        return tokens::get(portal, operator, text.parse().map_err(|_| not_found())?).await;
    }
    let query = TokenQuery {
        filter: TokenFilter::All,
        ..TokenQuery::default()
    };
    let tokens = list_all(portal, operator, query).await?;
    tokens
        .into_iter()
        .find(|token| token.token == text)
        .ok_or_else(not_found)
}

fn json(token: &Token) -> Value {
    json!({
        "id": token.id,
        "token": token.token,
        "user": token.user,
        "user_email": token.user_email,
        "consumer_id": token.consumer_id,
        "consumer": token.consumer,
        "integration": token.integration,
        "state": token.state,
        "created_by": token.created_by,
        "created_at": token.created_at.rfc3339(),
        "expires_at": token.expires_at.map(Timestamp::rfc3339),
        "revoked_at": token.revoked_at.map(Timestamp::rfc3339),
        "last_used_at": token.last_used_at.map(Timestamp::rfc3339),
        "last_used_from": token.last_used_from,
    })
}
