//! `gatehouse token`

use crate::cli::error::Trouble;
use crate::cli::output::Answer;
use crate::cli::{InAccount, consumer};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use domain::oauth1::integration_types::{OTHER, is_type};
use domain::oauth1::tokens::{NewToken, Place, Token, TokenFilter, TokenQuery};
use domain::time::Timestamp;
use portal::oauth1::tokens;
use portal::{Actor, Portal};
use serde_json::{Value, json};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a token and print it with its secret, which cannot be read again
    Create {
        /// User in whose name it acts: an e-mail, or a name that only one user has
        #[arg(long, value_name = "USER")]
        user: String,
        /// Consumer, by id, key or name
        #[arg(long, value_name = "CONSUMER")]
        consumer: String,
        /// What it is for: an integration type of the dashboard's list, or any other name
        #[arg(long, value_name = "NAME")]
        integration: String,
        #[command(flatten)]
        within: InAccount,
    },
    /// List the tokens of an account, the newest first
    List {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        within: InAccount,
    },
    /// Revoke a token, on every node within a second
    Revoke {
        /// Id, or the token itself
        #[arg(value_name = "TOKEN")]
        token: String,
        #[command(flatten)]
        within: InAccount,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Only those whose user, consumer or integration contains this
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    search: String,
    /// Only those of this consumer, by id, key or name
    #[arg(long, value_name = "CONSUMER")]
    consumer: Option<String>,
    /// Only those that work, only those that ended, or all
    #[arg(long, value_name = "STATE", default_value = "current", value_parser = PossibleValuesParser::new(["current", "ended", "all"]))]
    state: String,
}

pub(crate) async fn run(portal: &Portal, command: Command) -> Result<Answer, Trouble> {
    match command {
        Command::Create {
            user,
            consumer,
            integration,
            within,
        } => create(portal, &within, user, &consumer, integration).await,
        Command::List { which, within } => list(portal, &within, which).await,
        Command::Revoke { token, within } => {
            let operator = within.operator(portal).await?;
            let token = find(portal, &operator, &token).await?;
            tokens::revoke(portal, &operator, token.id).await?;
            let text = format!("Revoked the token for {} of {}.", token.integration, token.user);
            Ok(Answer::new(text, json!({ "revoked": token.id })))
        }
    }
}

async fn create(
    portal: &Portal,
    within: &InAccount,
    user: String,
    consumer: &str,
    integration: String,
) -> Result<Answer, Trouble> {
    let operator = within.operator(portal).await?;
    let consumer = consumer::find(portal, &operator, consumer).await?.id.to_string();
    let (integration_type, integration_name) = if is_type(&integration) {
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
    let made = tokens::create(portal, &operator, input).await?;
    let (token, secret) = (made.value, made.secret);
    let text = format!("Token         {}\nToken secret  {}", token.token, secret.expose());
    let mut json = json(&token);
    json["token_secret"] = secret.expose().into();
    Ok(Answer::new(text, json))
}

async fn list(portal: &Portal, within: &InAccount, which: Which) -> Result<Answer, Trouble> {
    let operator = within.operator(portal).await?;
    let consumer = match &which.consumer {
        Some(text) => Some(consumer::find(portal, &operator, text).await?.id),
        None => None,
    };
    let filter = TokenFilter::from_word(&which.state);
    let query = TokenQuery {
        search: which.search,
        filter,
        consumer,
        ..TokenQuery::default()
    };
    let tokens = all(portal, &operator, query).await?;
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
    Ok(Answer::list(
        &["ID", "USER", "CONSUMER", "INTEGRATION", "STATE", "LAST USED"],
        rows,
        json,
    ))
}

/// All pages of a list.
async fn all(portal: &Portal, operator: &Actor, mut query: TokenQuery) -> portal::Result<Vec<Token>> {
    let mut found = Vec::new();
    loop {
        let page = tokens::list(portal, operator, &query).await?;
        found.extend(page.tokens);
        match page.next {
            Some(next) => query.place = Place::After(next),
            None => return Ok(found),
        }
    }
}

/// The token with this id, or this very token.
async fn find(portal: &Portal, operator: &Actor, text: &str) -> portal::Result<Token> {
    let missing = || portal::Error::NotFound("token");
    // Both are hexadecimal, but only an id has hyphens.
    if text.contains('-') {
        return tokens::get(portal, operator, text.parse().map_err(|_| missing())?).await;
    }
    let query = TokenQuery {
        filter: TokenFilter::All,
        ..TokenQuery::default()
    };
    let tokens = all(portal, operator, query).await?;
    tokens.into_iter().find(|token| token.token == text).ok_or_else(missing)
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
