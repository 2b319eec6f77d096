use crate::support::app::{App, problem};
use crate::support::{ADA, House, new_token};
use domain::oauth1::Problem;
use domain::oauth1::consumers::NewConsumer;
use domain::oauth1::tokens::{TokenFilter, TokenQuery, TokenSort};
use portal::Error;
use portal::accounts::users;
use portal::auth::sign_in;
use portal::oauth1::{consumers, request_tokens, tokens};

both!(no_text_is_a_fault_of_ours);

/// What a browser or a program can send in any place for a text.
fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "\0",
        "a\0b",
        "'",
        "\"",
        "\\",
        "%",
        "_",
        "!",
        "\u{7f}",
        "\u{202e}",
        "𝒜𝒹𝒶",
        "İ",
        "ß",
        "\r\n",
        "$1",
        "--",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("é".repeat(60_000));
    texts
}

/// Fails on an error that would be answered with a 500.
fn not_ours<T>(result: Result<T, Error>, what: &str) {
    if let Err(error @ (Error::Internal(_) | Error::Unavailable { .. })) = result {
        panic!("{what}: {error}");
    }
}

async fn no_text_is_a_fault_of_ours(house: House) {
    let ada = house.set_up().await;
    let consumer = house.consumer(&ada.actor, "Web shop").await;
    let (portal, actor) = (&house.portal, &*ada.actor);
    for text in texts() {
        let what: String = text.chars().take(10).collect();
        not_ours(
            consumers::create(portal, actor, NewConsumer { name: text.clone() }).await,
            &what,
        );
        not_ours(consumers::delete(portal, actor, consumer.value.id, &text).await, &what);
        not_ours(
            tokens::create(portal, actor, new_token(&consumer.value, &text, "Drupal")).await,
            &what,
        );
        let mut named = new_token(&consumer.value, ADA, domain::oauth1::integration_types::OTHER);
        named.integration_name.clone_from(&text);
        not_ours(tokens::create(portal, actor, named).await, &what);
        for sort in [TokenSort::User, TokenSort::Created] {
            let query = TokenQuery {
                search: text.clone(),
                sort,
                filter: TokenFilter::All,
                ..TokenQuery::default()
            };
            not_ours(tokens::list(portal, actor, &query).await, &what);
        }
        not_ours(
            users::choices(portal, actor, domain::accounts::rights::Right::CreateApiTokens, &text).await,
            &what,
        );
        not_ours(users::get(portal, actor, &text).await, &what);
        not_ours(
            portal::accounts::profiles::create(portal, actor, &text, actor.rights()).await,
            &what,
        );
        let client = crate::support::client(&format!("192.0.2.{}", text.len() % 250));
        not_ours(sign_in::sign_in(portal, &text, &text, &client).await, &what);
        not_ours(request_tokens::question(portal, actor, &text, Some(&text)).await, &what);
        not_ours(request_tokens::refuse(portal, actor, &text, Some(&text)).await, &what);
        assert!(portal::auth::sessions::find(portal, &text).await.unwrap().is_none());
    }
    // A program's texts are read before they come here; what is left is harmless.
    for text in ["é", "%", "' or 1 = 1"] {
        let made_up = App {
            consumer_key: text.to_owned(),
            ..App::new(&consumer)
        }
        .with_token(text, text);
        assert_eq!(problem(made_up.call(portal).await), Problem::ConsumerKeyUnknown);
        assert_eq!(
            problem(App::new(&consumer).with_token(text, text).call(portal).await),
            Problem::TokenRejected
        );
    }
}
